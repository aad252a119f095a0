/** Cuts of one text into reads, for property tests: where a read ends must never matter. */

import * as fc from 'fast-check';

export function splitAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [...cuts, bytes.length].map((end, index) => bytes.subarray(cuts[index - 1] ?? 0, end));
}

/** Where to cut: anywhere, at a few places or at many. */
export const anyPlaces = fc.array(fc.nat(), { maxLength: 60 });

export function everyByte(bytes: Buffer): Buffer[] {
  return [...bytes].map((byte) => Buffer.of(byte));
}
