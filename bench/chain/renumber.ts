/** What arrived at one point, in terms of what had arrived at the point before it on the way. Pure. */

import type { Arrival, Foreign } from '../client/arrivals.ts';

/**
 * Chunks as this hop got them, numbered anew: what a hop further up lost, doubled, moved or altered is not its doing.
 */
export function renumber(up: readonly Arrival[], down: readonly Arrival[]): { emitted: Arrival[]; arrived: Arrival[] } {
  const emitted: Arrival[] = [];
  const numbers = new Map<number, number>();
  const doubles = new Map<number, number>();
  for (const arrival of up) {
    if (numbers.has(arrival.seq)) doubles.set(arrival.seq, (doubles.get(arrival.seq) ?? 0) + 1);
    else {
      numbers.set(arrival.seq, emitted.length);
      emitted.push(arrival);
    }
  }
  const arrived = down.flatMap((arrival): Arrival[] => {
    const seq = numbers.get(arrival.seq);
    // Of a chunk that never came to this hop it can pass on nothing: a hop that does is told of by its foreign bytes.
    if (seq === undefined) return [];
    const { altered, ...intact } = arrival;
    const isItsDoing = altered === true && emitted[seq]?.altered !== true;
    return [{ ...intact, seq, ...(isItsDoing ? { altered } : {}) }];
  });
  const seen = new Set<number>();
  const once = arrived.filter(({ seq }) => {
    const left = doubles.get(emitted[seq]?.seq ?? -1) ?? 0;
    if (seen.has(seq) && left > 0) {
      doubles.set(emitted[seq]?.seq ?? -1, left - 1);
      return false;
    }
    seen.add(seq);
    return true;
  });
  return { emitted, arrived: once };
}

/** Bytes that are not ours and were there before this hop. */
export function ownForeign(up: readonly Foreign[], down: readonly Foreign[]): Foreign[] {
  const known = new Set(up.map(({ sample }) => sample));
  return down.filter(({ sample }) => !known.has(sample));
}
