/** Every lane right, N times, also while the machine is busy. */

import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

import type { ManagedProcess } from '../../bench/session/process.ts';
import { printUnexpected, saySkipped, wholeRun, type WholeRun } from './whole-run.ts';
import { print, quantileCells, QUANTILE_HEADINGS, seconds, table, type Context } from './shared.ts';

/** A spinning process ends by itself after this, whatever becomes of the bench. */
const SPIN_LIMIT_MS = 300_000;
const SPIN = `const end = performance.now() + ${SPIN_LIMIT_MS}; while (performance.now() < end);`;

/** Processes that each keep a processor busy until disposed of. */
async function spin({ session }: Context, processes: number): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const cwd = await session.folder('spin');
  for (let n = 0; n < processes; n += 1) {
    const spinning: ManagedProcess = await session.start(process.execPath, ['-e', SPIN], { cwd });
    stack.use(spinning);
  }
  return stack.move();
}

interface RepeatedRun extends WholeRun {
  busy: boolean;
}

export interface RepeatOptions {
  times: number;
  /** Processes that keep the machine busy; one for each processor if not said. */
  spinning?: number | undefined;
  /** Folder for every run's results and traces. */
  keep?: string | undefined;
}

async function oneRun(
  context: Context,
  index: number,
  { spinning, keep }: RepeatOptions & { spinning: number },
): Promise<RepeatedRun> {
  // Every second run, so that the quiet ones before and after show what the load alone changed.
  const busy = index % 2 === 1;
  await using stack = new AsyncDisposableStack();
  if (busy) stack.use(await spin(context, spinning));
  const evidence = keep === undefined ? undefined : resolve(keep, `run-${index + 1}${busy ? '-busy' : ''}`);
  return { ...(await wholeRun(context, evidence)), busy };
}

export async function repeat(context: Context, options: RepeatOptions): Promise<object> {
  const { times, spinning = availableParallelism(), keep } = options;
  await saySkipped(context);
  const runs: RepeatedRun[] = [];
  for (let index = 0; index < times; index += 1) {
    const run = await oneRun(context, index, { times, spinning, keep });
    runs.push(run);
    const { right, judged, unjudged, durationMs, busy, exit } = run;
    print(
      `  run ${index + 1}/${times}${busy ? `, ${spinning} spinning processes` : ''}: ${right.length}/${judged.length} right, ${unjudged.length} not judged, ${seconds(durationMs)}, ${exit}`,
    );
    printUnexpected(run);
  }
  print('  The floor of each run, through its transparent relay, before the lanes and among them:');
  table(
    ['run', 'lanes', ...QUANTILE_HEADINGS],
    runs.flatMap(({ results, busy }, index) =>
      results.instrument.proofs.flatMap(({ floor, amongLanes }) => [
        [`${index + 1}${busy ? ' busy' : ''}`, 'before', ...quantileCells(floor.hold)],
        ...(amongLanes === undefined ? [] : [['', 'among', ...quantileCells(amongLanes.hold)]]),
      ]),
    ),
  );
  const all = runs.flatMap(({ judged }) => judged).length;
  const right = runs.flatMap((run) => run.right).length;
  const unjudged = runs.flatMap((run) => run.unjudged).length;
  print(`  All runs: ${right} of ${all} verdicts right, ${unjudged} lanes not judged.`);
  return runs.map(({ busy, durationMs, exit, results }) => ({ busy, durationMs, exit, results }));
}
