/** When one more try may tell what those so far do not. Pure. */

import type { Evidence } from '../evidence.ts';
import type { Floor } from '../floor.ts';
import { clearlyHeld } from './held-words.ts';
import { brokenByTime } from './timely.ts';
import { longerLingerMs } from './trace-verdict.ts';
import { judge } from './verdict.ts';

/**
 * A delay is believed only with the transparent relay measured beside it, a break that a timeout makes when it is seen
 * again, and that all was held to the end where the wait for it was long beside what the path then took.
 */
export function isInDoubt(evidence: Evidence, floor: Floor): boolean {
  const last = evidence.tries.at(-1);
  if (last === undefined) return false;
  const { verdict } = judge(evidence, floor);
  if (verdict === 'inconclusive') return true;
  if (evidence.tries.length === 1 && brokenByTime(last) !== undefined) return true;
  if (verdict === 'buffers') return longerLingerMs(last) !== undefined;
  if (evidence.reference !== undefined) return false;
  return verdict === 'delays' || (verdict === 'streams' && clearlyHeld(last, floor).length > 0);
}
