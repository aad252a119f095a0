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
/** So many rounds are looked at, the last ones again and again; longer where what chains do is measured, and not their verdict alone. */
const LOOKS = { rough: { rounds: 8, most: 8 }, precise: { rounds: 12, most: 48 } };
const ROUNDS_BETWEEN_LOOKS = 4;
const TAPS = 3;
/** So many words pass first, of so many streams at once, which takes a third of the time: until then the taps' program is compiled, not run. */
const WARM = { streams: 16, words: 320 };
/** A quiet machine makes two streams differ by no more; a busy one, and one that still compiles, is waited for, and the quietest told. */
const QUIET_P99_MS = 0.2;

/** Of the differences of words that were streamed right after each other. */
export interface PairedDifference {
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

/** Three streams, one right after the other. */
export type Round = Record<'before' | 'tapped' | 'after', Trace>;

function compared(rounds: readonly Round[]): Omit<TapFloor, 'inARow'> {
  return {
    without: holdsOf(rounds.flatMap(({ before, after }) => [before, after])),
    with: holdsOf(rounds.map(({ tapped }) => tapped)),
    adds: pairedDifference(rounds.map(({ before, tapped }) => [lockStepHolds(tapped), lockStepHolds(before)])),
    noise: pairedDifference(rounds.map(({ before, after }) => [lockStepHolds(after), lockStepHolds(before)])),
  };
}

/** Of so many rounds in a row those in which the machine was quietest, looked for until it is quiet. */
export async function quietest(
  makeRound: () => Promise<Round>,
  { rounds: count, most }: { rounds: number; most: number },
): Promise<Omit<TapFloor, 'inARow'>> {
  const rounds: Round[] = [];
  const make = async (more: number): Promise<Omit<TapFloor, 'inARow'>> => {
    for (let made = 0; made < more; made += 1) rounds.push(await makeRound());
    return compared(rounds.slice(-count));
  };
  let best = await make(count);
  while (rounds.length < most && best.noise.p99Ms > QUIET_P99_MS) {
    const found = await make(ROUNDS_BETWEEN_LOOKS);
    if (found.noise.p99Ms < best.noise.p99Ms) best = found;
  }
  return best;
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
  await Promise.all(Array.from({ length: WARM.streams }, () => stream(context, last.address, { count: WARM.words })));
  const found = await quietest(
    async () => ({
      before: await stream(context, stage.direct, WORDS),
      tapped: await stream(context, first.address, WORDS),
      after: await stream(context, stage.direct, WORDS),
    }),
    depth === 'quick' ? LOOKS.rough : LOOKS.precise,
  );
  const row = await stream(context, last.address, WORDS);
  const hold = quantiles(lockStepHolds(row));
  return {
    ...found,
    inARow: {
      taps: TAPS,
      verdict: judge({ tries: [row] }, floor).verdict,
      ...(hold === undefined ? {} : { hold }),
    },
  };
}
