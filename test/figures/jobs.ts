/** Whether lanes that are measured at the same time disturb each other's figures. */

import { loadCatalogue, selectLanes } from '../../bench/catalogue/catalogue.ts';
import { planOf } from '../../bench/run/depth.ts';
import { NativeDriver } from '../../bench/drivers/native.ts';
import { BenchError } from '../../bench/errors.ts';
import { holds, lockStepHolds, quantiles, type Quantiles } from '../../bench/metrics.ts';
import type { LaneResult } from '../../bench/results.ts';
import { run, type EvidenceFile } from '../../bench/run/run.ts';
import { print, quantileCells, QUANTILE_HEADINGS, seconds, table, type Context } from './shared.ts';

const IDS = [
  'nginx/upstream-http-1-1',
  'nginx/buffering-off?framing=content-length',
  'nginx/large-buffers',
  'nginx/small-buffers',
  'node/pipe',
  'node/collect',
];
const ORDER = [1, 4, 1, 4];

interface JobsRun {
  jobs: number;
  durationMs: number;
  lanes: LaneResult[];
  /** Holds of the words of all lanes that stream: in lock-step, and one each 10 ms. */
  lockStep: Quantiles | undefined;
  paced: Quantiles | undefined;
}

async function measure(atOnce: number, { session, signal }: Context): Promise<JobsRun> {
  const catalogue = await loadCatalogue();
  const lanes = IDS.flatMap((id) => selectLanes(catalogue, [id]).filter((lane) => lane.id === id));
  const kept: EvidenceFile[] = [];
  const started = performance.now();
  const { instrument, lanes: results } = await run({
    lanes,
    chains: [],
    drivers: [new NativeDriver(session)],
    versions: {},
    jobs: atOnce,
    plan: planOf('quick', undefined),
    session,
    signal,
    onEvent: () => {},
    keep: async (evidence) => {
      kept.push(evidence);
      return evidence.lane;
    },
  });
  const durationMs = performance.now() - started;
  const unsound = instrument.proofs.find((proof) => !proof.sound)?.unsound;
  if (!instrument.sound) throw new BenchError(`the instrument is not sound with ${atOnce} jobs: ${unsound}`);
  const streamed = kept.filter(({ delivery }) => delivery.verdict === 'streams');
  const lockStep = streamed.flatMap(({ evidence }) => evidence.tries.slice(-1).flatMap(lockStepHolds));
  const paced = streamed.flatMap(({ evidence: { paced: trace } }) => (trace === undefined ? [] : holds(trace)));
  return {
    jobs: atOnce,
    durationMs,
    lanes: results,
    lockStep: quantiles(lockStep),
    paced: quantiles(paced.map(({ holdMs }) => holdMs)),
  };
}

/** What a lane's verdict rests on: its hold, or the bytes at which it let go. */
function figure(result: LaneResult | undefined): number | undefined {
  return result?.hold?.p50Ms ?? result?.threshold?.bytes?.upTo;
}

function cell(result: LaneResult | undefined): string {
  if (result === undefined) return '-';
  if (result.hold !== undefined) return `${result.hold.p50Ms.toFixed(2)} ms`;
  const bytes = result.threshold?.bytes?.upTo;
  return bytes === undefined ? result.verdict : `${bytes} B`;
}

function sumOf(values: (number | undefined)[]): number {
  return values.reduce<number>((total, value) => total + (value ?? Number.NaN), 0);
}

/** Of the sums; NaN where one was not measured. */
function ratioOf(ones: (number | undefined)[], fours: (number | undefined)[]): number {
  return sumOf(fours) / sumOf(ones);
}

function laneRows(runs: JobsRun[]): string[][] {
  return IDS.map((id) => {
    const results = runs.map(({ lanes }) => lanes.find((lane) => lane.id === id));
    const [a1, b1, a2, b2] = results.map(figure);
    const ratio = ratioOf([a1, a2], [b1, b2]);
    const verdicts = [...new Set(results.map((result) => result?.verdict ?? 'none'))].join(', ');
    const [name, dimensions] = id.split('?');
    const label = dimensions === undefined ? id : `${name}?…`;
    return [label, verdicts, ...results.map(cell), Number.isNaN(ratio) ? '-' : ratio.toFixed(2)];
  });
}

interface Comparison {
  /** Median of the hold with four jobs to that with one. */
  ratio: number;
  /** The same between two runs of one kind: what the ratio is to be seen beside. */
  noise: number;
}

function compare(runs: JobsRun[], pick: (run: JobsRun) => Quantiles | undefined, pace: string): Comparison {
  const [a1 = NaN, b1 = NaN, a2 = NaN, b2 = NaN] = runs.map((one) => pick(one)?.p50Ms);
  const ratio = ratioOf([a1, a2], [b1, b2]);
  const noise = Math.max(a1 / a2, a2 / a1, b1 / b2, b2 / b1);
  const longer = ratio > noise ? 'four at once lengthen it' : ratio * noise < 1 ? 'four at once shorten it' : 'no more';
  print(
    `  ${pace}: hold p50 with 4 jobs is ${ratio.toFixed(2)} times that with 1 (${(((b1 + b2 - a1 - a2) / 2) * 1000).toFixed(0)} microseconds); two runs of one kind differ by up to ${noise.toFixed(2)} times: ${longer === 'no more' ? 'no more than noise' : longer}.`,
  );
  return { ratio, noise };
}

/** Says plainly whether four at once change a verdict, a threshold or a hold, and by how much. */
function conclude(runs: JobsRun[]): object {
  const results = (id: string): (LaneResult | undefined)[] =>
    runs.map(({ lanes }) => lanes.find((lane) => lane.id === id));
  const same = (of: (result: LaneResult | undefined) => unknown): boolean =>
    IDS.every((id) => new Set(results(id).map(of)).size === 1);
  const verdictsEqual = same((result) => result?.verdict);
  const thresholdsEqual = same((result) => JSON.stringify(result?.threshold?.bytes ?? null));
  print(
    `  Verdicts: ${verdictsEqual ? 'the same in all four runs' : 'NOT THE SAME'}. Thresholds: ${thresholdsEqual ? 'the same to the byte' : 'not the same; ratios above'}.`,
  );
  return {
    verdictsEqual,
    thresholdsEqual,
    lockStep: compare(runs, ({ lockStep }) => lockStep, 'Lock-step'),
    paced: compare(runs, ({ paced }) => paced, 'A word each 10 ms'),
  };
}

export async function jobs(context: Context): Promise<object> {
  const runs: JobsRun[] = [];
  for (const atOnce of ORDER) runs.push(await measure(atOnce, context));
  print(
    `  The same ${IDS.length} native lanes with --jobs ${ORDER.join(', ')}, in this order. Holds of the words of the lanes that stream, pooled:`,
  );
  table(
    ['jobs', 'words', ...QUANTILE_HEADINGS, 'run took'],
    runs.flatMap((one) => [
      [String(one.jobs), 'lock-step', ...quantileCells(one.lockStep), seconds(one.durationMs)],
      ['', 'each 10 ms', ...quantileCells(one.paced), ''],
    ]),
  );
  print('  For each lane its hold p50, or the bytes at which it let go, and their ratio:');
  table(['lane', 'verdict', ...ORDER.map((n) => `jobs ${n}`), '4 to 1'], laneRows(runs));
  return {
    runs,
    ...conclude(runs),
  };
}
