/**
 * A hop that lets the smallest chunks through may still hold a part of larger ones, or all but the first: what became of
 * chunks of the lane's own sizes, one after another. Pure.
 */

import { lockStepEmissions, sizeOf, sum } from '../metrics.ts';
import type { Trace } from '../trace.ts';
import type { Frozen } from './frozen.ts';
import type { Probe, Range } from './threshold-figures.ts';

/** One stream of a few chunks, each written when the one before had come out whole. */
export interface OwnStream {
  /** What was written before the end; of one that stalled the last is the one that was held. */
  writes: number[];
  releasedBytes: number;
  fault?: string;
}

export interface OwnEvidence {
  streams: OwnStream[];
  /** Where every stream stalled: what was written after what had come out. As `ThresholdEvidence.next`. */
  next: Probe[];
}

/** Of a chunk of so many bytes, written after `before` whole ones had come out, so many did not come out by themselves. */
export interface OwnStall {
  chunkBytes: number;
  before: number;
  heldBytes: { min: number; max: number };
  /** What was written and had come out, or partly so. */
  prefix: number[];
  releasedBytes: { min: number; max: number };
}

export function ownStreamOf({ writes, pieces, fault }: Frozen): OwnStream {
  return {
    writes: writes.map(({ bytes }) => bytes),
    releasedBytes: sizeOf(pieces),
    ...(fault === undefined ? {} : { fault }),
  };
}

export function ownStreamOfTrace(trace: Trace): OwnStream {
  const writes = lockStepEmissions(trace).map(({ bytes }) => bytes);
  const came = new Set(trace.arrivals.map(({ seq }) => seq));
  return { writes, releasedBytes: sum(writes.filter((_, seq) => came.has(seq))) };
}

/** Nothing where any came through whole, or they did not stall at the same chunk: what a hop does it does each time. */
export function stallOf({ streams }: Pick<OwnEvidence, 'streams'>): OwnStall | undefined {
  const [first] = streams;
  if (first === undefined) return undefined;
  const { writes } = first;
  const isHeldThere = ({ writes: made, releasedBytes }: OwnStream): boolean =>
    made.length === writes.length && releasedBytes < sum(made);
  if (!streams.every(isHeldThere)) return undefined;
  const released = streams.map(({ releasedBytes }) => releasedBytes);
  const releasedBytes = { min: Math.min(...released), max: Math.max(...released) };
  const before = sum(writes.slice(0, -1));
  const isWholeHeld = writes.length > 1 && releasedBytes.max <= before;
  return {
    chunkBytes: writes.at(-1) ?? 0,
    before: writes.length - 1,
    heldBytes: { min: sum(writes) - releasedBytes.max, max: sum(writes) - releasedBytes.min },
    prefix: isWholeHeld ? writes.slice(0, -1) : writes,
    releasedBytes,
  };
}

export type StreamsFigures =
  /** At once; `inWrites`: of these sizes, the lane's own first. */
  | { how: 'streams'; bytes: 0; inWrites?: number[] }
  /** Small ones do, alone; `next`: how much more had to be written until more came, absent where no bytes were enough. */
  | ({ how: 'streams-in-part'; smallestBytes: number; next?: Range } & Omit<OwnStall, 'prefix' | 'releasedBytes'>);

/** @param rangeOf of the probes that were written then. */
export function streamsFigures(
  own: OwnEvidence | undefined,
  smallestBytes: number,
  rangeOf: (probes: readonly Probe[]) => Range | undefined,
): StreamsFigures {
  if (own === undefined) return { how: 'streams', bytes: 0 };
  const stall = stallOf(own);
  if (stall === undefined)
    return { how: 'streams', bytes: 0, inWrites: [...new Set([...(own.streams.at(-1)?.writes ?? []), smallestBytes])] };
  const { prefix: _, releasedBytes: __, ...held } = stall;
  const next = rangeOf(own.next);
  return { how: 'streams-in-part', smallestBytes, ...held, ...(next === undefined ? {} : { next }) };
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function sayHeld({
  chunkBytes,
  before,
  heldBytes: { min, max },
}: OwnStall | Extract<StreamsFigures, { how: 'streams-in-part' }>): string {
  const held = min === max ? number(max) : `${number(min)} to ${number(max)}`;
  if (max < chunkBytes) return `of a write of ${number(chunkBytes)} bytes the last ${held} are held`;
  const after = before === 0 ? '' : `after the first ${before === 1 ? 'write' : `${before} writes`} `;
  return `${after}nothing comes out of a write of ${number(chunkBytes)} bytes`;
}

/** No fewer can be written than a chunk's own marks need. */
function sayNext(next: Range | undefined): string {
  if (next === undefined) return 'and no bytes let go of them';
  if (next.over === 0) return 'until the next is written';
  const least = next.exact ? number(next.upTo) : `${number(next.over + 1)}–${number(next.upTo)}`;
  return `until ${least} bytes more are written`;
}

export function flawOfPart(found: Extract<StreamsFigures, { how: 'streams-in-part' }>): string {
  return sayHeld(found);
}

export function sayStreams(found: StreamsFigures): string {
  if (found.how === 'streams') {
    const sizes = found.inWrites?.map(number) ?? [];
    return `comes out from the first byte on${sizes.length === 0 ? '' : `, in writes of ${sizes.join(' and ')} bytes`}`;
  }
  return `${sayHeld(found)} ${sayNext(found.next)}; alone, one of ${number(found.smallestBytes)} comes out at once`;
}
