/** The hold threshold of one hop of a chain: the same probes, counted at the points before and behind it. Pure. */

import { frozenOfHop } from '../chain/frozen-of-hop.ts';
import { isUnseen, NOTHING_CAME, unseen, type Unseen } from '../chain/unseen.ts';
import { sizeOf } from '../metrics.ts';
import type { Frozen } from './frozen.ts';
import { number } from './threshold-say.ts';
import {
  figures,
  probeOf,
  startOf,
  type Probe,
  type ThresholdEvidence,
  type ThresholdFigures,
} from './threshold-figures.ts';

/** What came later than in this part of the wait was not waited for as it would have been alone. */
const LATEST_SHARE = 0.5;

/** Like the probe of the whole path, of the last `counted` writes. */
function probeOfHop(frozen: Frozen, counted: number, hop: number): Probe | Unseen {
  const own = frozenOfHop(frozen, hop);
  if (isUnseen(own)) return own;
  const earlier = frozen.writes.length - counted;
  const last = own.writes.at(-1);
  if (own.writes.length <= earlier || last === undefined) return unseen(NOTHING_CAME);
  const from = earlier === 0 ? Number.NEGATIVE_INFINITY : (frozen.writes[earlier]?.at ?? 0);
  const before = sizeOf(own.pieces.filter(({ at }) => at < from));
  const probe = probeOf(own, own.writes.length - earlier, before);
  const [writtenAt, endAt] = [frozen.writes.at(-1)?.at ?? 0, frozen.endAt ?? Number.POSITIVE_INFINITY];
  const isLate = last.at - writtenAt > LATEST_SHARE * (endAt - writtenAt);
  return probe.firstMs === undefined && isLate ? unseen('what came to it came too late to be waited for') : probe;
}

/** A probe of the whole path, with that of each of its hops where there are taps. */
export function probeWithHops(frozen: Frozen, counted: number, beyondBytes = 0): Probe {
  const probe = probeOf(frozen, counted, beyondBytes);
  const hops = frozen.points?.map((_, index) => probeOfHop(frozen, counted, index + 1));
  return hops === undefined ? probe : { ...probe, hops };
}

/** In writes of other sizes, and of the lane’s own chunks, it is asked of the whole path alone. */
export function thresholdEvidenceOfHop(evidence: ThresholdEvidence, hop: number): ThresholdEvidence {
  const own = (probes: readonly Probe[]): Probe[] =>
    probes.flatMap(({ hops }) => {
      const probe = hops?.[hop - 1];
      return probe === undefined || isUnseen(probe) ? [] : [probe];
    });
  const { delayLimitMs, streamedMs, waitMs, quietMs } = evidence;
  return {
    delayLimitMs,
    // No hop held a word for longer than the path did.
    ...(streamedMs === undefined ? {} : { streamedMs }),
    waitMs,
    quietMs,
    smallest: own(evidence.smallest),
    first: own(evidence.first),
    next: own(evidence.next),
    byChunk: [],
  };
}

/** @returns what could not be seen, and why, where a hop upstream let go of what it held in one piece. */
export function thresholdOfHop(evidence: ThresholdEvidence, hop: number): ThresholdFigures | Unseen {
  const own = thresholdEvidenceOfHop(evidence, hop);
  const told = [...own.smallest, ...own.first];
  if (told.length === 0)
    return (
      [...evidence.smallest, ...evidence.first].map(({ hops }) => hops?.[hop - 1]).find(isUnseen) ??
      unseen(NOTHING_CAME)
    );
  if (startOf(own).how === 'held' && own.first.length === 0)
    return unseen('no more than the smallest chunk ever came to it');
  const found = figures(own);
  // Of less than it let go at once nothing is known: nothing less ever came to it.
  if (found.how === 'bytes' && found.threshold.over === 0)
    return unseen(`less than ${number(found.threshold.upTo)} bytes at a time never came to it`);
  return found;
}
