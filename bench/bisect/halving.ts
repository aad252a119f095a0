/** Finds where something changed in a row of releases, by halving. Pure, but for whoever judges a release. */

/** What was found of one release: something to compare, nothing that can be told, or no program. */
export type Outcome = { said: string } | { unknown: string } | { absent: string };

export type Found =
  /** Neighbours that differ; those between them could not be had. */
  | { found: 'change'; before: number; after: number; missing: number[] }
  | { found: 'no-change'; first: number; last: number }
  /** One whose outcome cannot be told: it is not guessed. What is known is that a change lies between these, if any. */
  | { found: 'unknown'; at: number; why: string; between?: [number, number] }
  /** Fewer than two could be had. */
  | { found: 'too-few' };

interface Judged {
  index: number;
  said: string;
}

/** The first from `index` on, in steps of `by`, that can be had; nothing where `end` is reached. */
async function firstThere(
  index: number,
  end: number,
  outcome: (index: number) => Promise<Outcome>,
): Promise<{ index: number; outcome: Exclude<Outcome, { absent: string }> } | undefined> {
  const by = index < end ? 1 : -1;
  for (let at = index; at !== end + by; at += by) {
    const found = await outcome(at);
    if (!('absent' in found)) return { index: at, outcome: found };
  }
  return undefined;
}

/** The one nearest to the middle first. */
function fromTheMiddle(low: number, high: number, missing: ReadonlySet<number>): number | undefined {
  const middle = (low + high) / 2;
  const inside = Array.from({ length: high - low - 1 }, (_, offset) => low + 1 + offset);
  return inside
    .filter((index) => !missing.has(index))
    .toSorted((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0];
}

/** How many of `count` releases are judged at most, where all can be had. */
export function mostSteps(count: number): number {
  return count < 2 ? count : 2 + Math.ceil(Math.log2(count - 1));
}

/**
 * Judges the two ends, then always the middle between the last release that is as the oldest and one that is not.
 * Where there were several changes it finds one of them.
 * @param judge is asked once for each index of 0 to `count` - 1 that it needs.
 */
export async function halve(count: number, judge: (index: number) => Promise<Outcome>): Promise<Found> {
  if (count < 2) return { found: 'too-few' };
  const oldest = await firstThere(0, count - 1, judge);
  if (oldest === undefined) return { found: 'too-few' };
  if ('unknown' in oldest.outcome) return { found: 'unknown', at: oldest.index, why: oldest.outcome.unknown };
  if (oldest.index === count - 1) return { found: 'too-few' };
  const newest = await firstThere(count - 1, oldest.index + 1, judge);
  if (newest === undefined) return { found: 'too-few' };
  if ('unknown' in newest.outcome) return { found: 'unknown', at: newest.index, why: newest.outcome.unknown };
  if (newest.outcome.said === oldest.outcome.said)
    return { found: 'no-change', first: oldest.index, last: newest.index };

  let low: Judged = { index: oldest.index, said: oldest.outcome.said };
  let high = newest.index;
  const missing = new Set<number>();
  for (;;) {
    const middle = fromTheMiddle(low.index, high, missing);
    if (middle === undefined)
      return { found: 'change', before: low.index, after: high, missing: between(missing, low.index, high) };
    const outcome = await judge(middle);
    if ('absent' in outcome) missing.add(middle);
    else if ('unknown' in outcome)
      return { found: 'unknown', at: middle, why: outcome.unknown, between: [low.index, high] };
    else if (outcome.said === low.said) low = { index: middle, said: outcome.said };
    else high = middle;
  }
}

function between(missing: ReadonlySet<number>, low: number, high: number): number[] {
  return [...missing].filter((index) => index > low && index < high).toSorted((a, b) => a - b);
}
