/** How long a whole native run takes. */

import { availableParallelism } from 'node:os';

import { printUnexpected, saySkipped, wholeRun, type WholeRun } from './whole-run.ts';
import { print, seconds, table, type Context } from './shared.ts';

const GOAL_MS = 45_000;
const RUNS = 2;

export async function duration(context: Context): Promise<object> {
  await saySkipped(context);
  const runs: WholeRun[] = [];
  for (let run = 0; run < RUNS; run += 1) runs.push(await wholeRun(context));
  print(
    `  unclog run --driver native, from start to end of the process. Goal: ${GOAL_MS / 1000} s on 2 processors; here ${availableParallelism()}.`,
  );
  table(
    ['run', 'lanes', 'right', 'took', 'goal'],
    runs.map(({ results, right, judged, durationMs }, index) => [
      String(index + 1),
      String(results.lanes.length),
      `${right.length}/${judged.length}`,
      seconds(durationMs),
      durationMs <= GOAL_MS ? 'met' : 'MISSED',
    ]),
  );
  for (const run of runs) printUnexpected(run);
  return { goalMs: GOAL_MS, runsMs: runs.map(({ durationMs }) => durationMs) };
}
