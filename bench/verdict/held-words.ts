/** Which words of a stream in lock-step were held, and how many of them. Pure. */

import type { Floor } from '../floor.ts';
import { holds, lockStepHolds } from '../metrics.ts';
import type { Trace } from '../trace.ts';

/** A timer holds every chunk, a busy machine some: from this share on a hold is the rule, … */
export const RULE_SHARE = 0.75;
/** … and up to this share it is an outlier. */
export const OUTLIER_SHARE = 0.1;
/** A single word held so long, and over the limit, is worth another look. */
const CLEAR_MS = 20;

/** Share of the lock-step chunks that were held over the limit. */
export function heldShare(trace: Trace, { delayLimitMs }: Floor): number {
  const values = lockStepHolds(trace);
  return values.filter((value) => value > delayLimitMs).length / values.length;
}

/** Numbers of the lock-step words that were held over `limitMs`. */
export function heldWords(trace: Trace, limitMs: number): number[] {
  const inLockStep = lockStepHolds(trace).length;
  return holds(trace)
    .slice(0, inLockStep)
    .filter(({ holdMs }) => holdMs > limitMs)
    .map(({ seq }) => seq);
}

/** Words held so long that no busy moment explains it. */
export function clearlyHeld(trace: Trace, { delayLimitMs }: Floor): number[] {
  return heldWords(trace, Math.max(CLEAR_MS, delayLimitMs));
}
