/** What taps themselves do to a stream, measured in the run: streams through one and past it, in turns. */

import type { WorkloadInput } from '../../server/workload.ts';
import type { Address } from '../client/client.ts';
import type { Plan } from '../run/depth.ts';
import type { Stage } from '../drivers/driver.ts';
import type { Instrument } from '../instrument.ts';
import { measureStream } from '../measure.ts';
import type { MeasureContext } from '../measures/measure.ts';
import { lockStepHolds, quantile, quantiles, type Quantiles } from '../metrics.ts';
import type { Trace } from '../trace.ts';
import { judge } from '../verdict/verdict.ts';
import type { Tap } from './tap-program.ts';

/**
 * In a round one stream goes through the tap and two past it, one before and one after, each word of them close in time to
 * its like in the others: a busy moment meets all three, and what the two differ by is the noise.
 */
const WORDS_A_ROUND = 50;
/** Looked at for longer where what chains do is measured, and not their verdict alone. */
const LOOKS = { rough: { rounds: 8, mostTimes: 1 }, precise: { rounds: 12, mostTimes: 4 } };
const TAPS = 3;
/** So many words pass first: until then the tap's program is compiled, not run. */
const WARM_WORDS = 1000;
/** A quiet machine makes two streams differ by no more; a busy moment is waited out, and the quietest told. */
const QUIET_P99_MS = 0.1;

/** Of the differences of words that were streamed right after each other. */
interface PairedDifference {
  n: number;
  p50Ms: number;
  p99Ms: number;
}

/** What taps do to the hold of a word. */
export interface TapFloor {
  without: Quantiles;
  with: Quantiles;
  /** With one tap, less without. Below zero where the machine did more to the one without. */
  adds: PairedDifference;
  /** Without, less without: what of the above any two streams would differ by. */
  noise: PairedDifference;
  /** Through so many in a row, and what the stream was found to do. */
  inARow: { taps: number; verdict: string; hold?: Quantiles };
}

/** Word by word: the hold of the one less that of the other. */
export function pairedDifference(pairs: readonly (readonly [number[], number[]])[]): PairedDifference {
  const differences = pairs.flatMap(([ones, others]) =>
    ones.slice(0, others.length).map((one, index) => one - (others[index] ?? one)),
  );
  return { n: differences.length, p50Ms: quantile(differences, 0.5), p99Ms: quantile(differences, 0.99) };
}

type TapStream = Pick<MeasureContext, 'origin' | 'clock' | 'signal'>;

function stream({ origin, clock, signal }: TapStream, via: Address, workload: WorkloadInput): Promise<Trace> {
  return measureStream({ origin, clock, via, workload, ...(signal === undefined ? {} : { signal }) });
}

function holdsOf(traces: Trace[]): Quantiles {
  return quantiles(traces.flatMap(lockStepHolds)) ?? { n: 0, p50Ms: Infinity, p99Ms: Infinity, maxMs: Infinity };
}

const WORDS = { count: WORDS_A_ROUND };

/** Streams through the tap and past it, in turns. */
async function compared(
  context: TapStream,
  { direct, tap, rounds: count }: { direct: Address; tap: Address; rounds: number },
): Promise<Omit<TapFloor, 'inARow'>> {
  const rounds: Record<'before' | 'tapped' | 'after', Trace>[] = [];
  for (let round = 0; round < count; round += 1)
    rounds.push({
      before: await stream(context, direct, WORDS),
      tapped: await stream(context, tap, WORDS),
      after: await stream(context, direct, WORDS),
    });
  return {
    without: holdsOf(rounds.flatMap(({ before, after }) => [before, after])),
    with: holdsOf(rounds.map(({ tapped }) => tapped)),
    adds: pairedDifference(rounds.map(({ before, tapped }) => [lockStepHolds(tapped), lockStepHolds(before)])),
    noise: pairedDifference(rounds.map(({ before, after }) => [lockStepHolds(after), lockStepHolds(before)])),
  };
}

/** What one tap adds, and three in a row, made as this stage makes them for a chain. */
export async function measureTaps(
  stage: Stage,
  { clock, floor }: Pick<Instrument, 'clock' | 'floor'>,
  { depth }: Pick<Plan, 'depth'>,
  signal?: AbortSignal,
): Promise<TapFloor> {
  const context = { origin: stage.origin, clock, ...(signal === undefined ? {} : { signal }) };
  await using taps = await stage.openTaps();
  const first = await taps.add();
  let last: Tap = first;
  for (let count = 1; count < TAPS; count += 1) last = await taps.add(last);
  await stream(context, last.address, { count: WARM_WORDS });
  const { rounds, mostTimes } = depth === 'quick' ? LOOKS.rough : LOOKS.precise;
  const ways = { direct: stage.direct, tap: first.address, rounds };
  let quietest = await compared(context, ways);
  for (let times = 1; times < mostTimes && quietest.noise.p99Ms > QUIET_P99_MS; times += 1) {
    const another = await compared(context, ways);
    if (another.noise.p99Ms < quietest.noise.p99Ms) quietest = another;
  }
  const row = await stream(context, last.address, WORDS);
  const hold = quantiles(lockStepHolds(row));
  return {
    ...quietest,
    inARow: {
      taps: TAPS,
      verdict: judge({ tries: [row] }, floor).verdict,
      ...(hold === undefined ? {} : { hold }),
    },
  };
}
