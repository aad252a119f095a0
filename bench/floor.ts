/** The floor: what a path that does nothing does to a word, measured in the run through the transparent relay. */

import { BenchError } from './errors.ts';
import { holds, lockStepHolds, quantile, quantiles, type Quantiles } from './metrics.ts';
import type { Trace } from './trace.ts';

/** What this run's instrument can tell apart, measured through its own transparent relay. */
export interface Floor {
  hold: Quantiles;
  /** A hold above this is more than the machine's own scheduling on a quiet moment. */
  delayLimitMs: number;
}

/** A chunk counts as held from 5 ms on, and where the machine itself is slower from what is clearly beyond its floor. */
const MEDIAN_FACTOR = 10;
const P90_FACTOR = 4;
const SMALLEST_LIMIT_MS = 5;

export function floorOf(traces: Trace[]): Quantiles {
  const hold = quantiles(traces.flatMap((trace) => holds(trace).map(({ holdMs }) => holdMs)));
  if (hold === undefined)
    throw new BenchError('nothing arrived through the transparent relay; the floor cannot be measured');
  return hold;
}

/** What this one stream through the transparent relay says can be told. */
export function floorFrom(trace: Trace): Floor {
  const hold = floorOf([trace]);
  const slowMs = P90_FACTOR * quantile(lockStepHolds(trace), 0.9);
  return { hold, delayLimitMs: Math.max(SMALLEST_LIMIT_MS, MEDIAN_FACTOR * hold.p50Ms, slowMs) };
}
