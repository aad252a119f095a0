/** What taps themselves do to a stream, measured in the run: streams through one and past it, in turns. */

import type { WorkloadInput } from '../../server/workload.ts';
import type { Address } from '../client/client.ts';
import type { Stage } from '../drivers/driver.ts';
import type { Instrument } from '../instrument.ts';
import { measureStream } from '../measure.ts';
import type { MeasureContext } from '../measures/measure.ts';
import { lockStepHolds, quantiles, type Quantiles } from '../metrics.ts';
import type { Trace } from '../trace.ts';
import { judge } from '../verdict.ts';
import type { Tap } from './tap-program.ts';

/** Streams with the tap and without it take turns, so that a busy moment meets both. */
const ROUNDS = 5;
const WORDS_A_ROUND = 60;
const TAPS = 3;
/** So many words pass first: until then the tap's program is compiled, not run. */
const WARM_WORDS = 300;

/** What taps do to the hold of a word. */
export interface TapFloor {
  without: Quantiles;
  with: Quantiles;
  /** The difference between the two, of one tap. */
  addsMs: { p50: number; p99: number };
  /** Through so many in a row, and what the stream was found to do. */
  inARow: { taps: number; verdict: string; hold?: Quantiles };
}

export type TapContext = Omit<MeasureContext, 'via' | 'points'>;

function stream(
  { origin, clock, signal }: Pick<TapContext, 'origin' | 'clock' | 'signal'>,
  via: Address,
  workload: WorkloadInput,
): Promise<Trace> {
  return measureStream({ origin, clock, via, workload, ...(signal === undefined ? {} : { signal }) });
}

function holdsOf(traces: Trace[]): Quantiles {
  return quantiles(traces.flatMap(lockStepHolds)) ?? { n: 0, p50Ms: Infinity, p99Ms: Infinity, maxMs: Infinity };
}

/** What one tap adds, and three in a row, made as this stage makes them for a chain. */
export async function measureTaps(
  stage: Stage,
  { clock, floor }: Pick<Instrument, 'clock' | 'floor'>,
  signal?: AbortSignal,
): Promise<TapFloor> {
  const context = { origin: stage.origin, clock, ...(signal === undefined ? {} : { signal }) };
  await using taps = await stage.openTaps();
  const first = await taps.add();
  let last: Tap = first;
  for (let count = 1; count < TAPS; count += 1) last = await taps.add(last);
  const words = { count: WORDS_A_ROUND };
  await stream(context, last.address, { count: WARM_WORDS });
  const [without, within]: [Trace[], Trace[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    without.push(await stream(context, stage.direct, words));
    within.push(await stream(context, first.address, words));
  }
  const [bare, tapped] = [holdsOf(without), holdsOf(within)];
  const row = await stream(context, last.address, words);
  const hold = quantiles(lockStepHolds(row));
  return {
    without: bare,
    with: tapped,
    addsMs: { p50: tapped.p50Ms - bare.p50Ms, p99: tapped.p99Ms - bare.p99Ms },
    inARow: {
      taps: TAPS,
      verdict: judge({ tries: [row] }, floor).verdict,
      ...(hold === undefined ? {} : { hold }),
    },
  };
}
