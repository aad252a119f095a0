/** The verdict of delivery. Pure: computed once from the evidence, and from the kept evidence again. */

import { TOLD_BY_HOLDS, type Delivery } from './delivery.ts';
import type { Evidence } from '../evidence.ts';
import type { Floor } from '../floor.ts';
import { afterFreezing } from './frozen-bytes.ts';
import { breakage } from './integrity.ts';
import { breaksAcross } from './timely.ts';
import { ourFault } from './trace-verdict.ts';
import { acrossTries } from './tries-verdict.ts';

/** A steady stream that came through broken breaks what the words in lock-step, which are fewer, did not show. */
function brokenWhenSteady({ paced, earlierPaced = [] }: Evidence): Delivery | undefined {
  if (paced === undefined || ourFault(paced) !== undefined) return undefined;
  const told = breaksAcross([...earlierPaced, paced], paced);
  if (told !== undefined) return told;
  const broken = breakage(paced);
  return broken === undefined ? undefined : { verdict: 'breaks', ...broken };
}

/** The lane's verdict. */
export function judge(evidence: Evidence, floor: Floor): Delivery {
  const { tries, frozen } = evidence;
  const last = tries.at(-1);
  if (last === undefined) return { verdict: 'harness-error', reason: 'nothing was measured' };
  const delivery = afterFreezing(acrossTries(evidence, last, floor), last, frozen ?? [], floor);
  const told = (TOLD_BY_HOLDS.has(delivery.verdict) ? brokenWhenSteady(evidence) : undefined) ?? delivery;
  return told.verdict === 'inconclusive' ? { ...told, tries: tries.length } : told;
}
