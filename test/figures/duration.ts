/** How long a native run takes: of the core set, and of all lanes. */

import { availableParallelism } from 'node:os';

import { printUnexpected, saySkipped, wholeRun, type WholeRun } from './whole-run.ts';
import { print, seconds, table, type Context } from './shared.ts';

const RUNS = [
  { what: 'core set', options: ['--core'], goalMs: 60_000 },
  { what: 'all lanes', options: [], goalMs: 180_000 },
];

export async function duration(context: Context): Promise<object> {
  await saySkipped(context);
  const runs: { what: string; goalMs: number; run: WholeRun }[] = [];
  for (const { what, options, goalMs } of RUNS)
    runs.push({ what, goalMs, run: await wholeRun(context, undefined, options) });
  print(
    `  unclog run --driver native, from start to end of the process. Goals are for 2 processors; here ${availableParallelism()}.`,
  );
  table(
    ['run', 'lanes', 'right', 'took', 'goal'],
    runs.map(({ what, goalMs, run: { results, right, judged, durationMs } }) => [
      what,
      String(results.lanes.length),
      `${right.length}/${judged.length}`,
      seconds(durationMs),
      `${seconds(goalMs)} ${durationMs <= goalMs ? 'met' : 'MISSED'}`,
    ]),
  );
  for (const { run } of runs) printUnexpected(run);
  return { runs: runs.map(({ what, goalMs, run }) => ({ what, goalMs, tookMs: run.durationMs })) };
}
