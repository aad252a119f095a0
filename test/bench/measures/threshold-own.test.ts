import { describe, expect, it } from 'vitest';

import type { Probe } from '../../../bench/measures/threshold-figures.ts';
import {
  ownStreamOf,
  stallOf,
  streamsFigures,
  type OwnEvidence,
  type OwnStream,
} from '../../../bench/measures/threshold-own.ts';
import { thresholdMeasure } from '../../../bench/measures/threshold.ts';
import { frozenWorkload } from '../../../bench/measures/frozen.ts';
import { planChunks } from '../../../server/payload.ts';
import { resolveWorkload, type Framing } from '../../../server/workload.ts';

const WHOLE: OwnStream = { writes: [32, 32, 32], releasedBytes: 96 };
const TAIL: OwnStream = { writes: [16_384], releasedBytes: 16_213 };
const SECOND: OwnStream = { writes: [32, 32], releasedBytes: 32 };

function probe(bytes: number, firstMs?: number): Probe {
  return { bytes, writes: 1, releasedBytes: 0, writingMs: 0, ...(firstMs === undefined ? {} : { firstMs }) };
}

function found(own: Partial<OwnEvidence>): ReturnType<typeof thresholdMeasure.figures> {
  const smallest = [probe(14, 0.2), probe(14, 0.2), probe(14, 0.2)];
  const plain = { delayLimitMs: 5, waitMs: 60, quietMs: 250, smallest, first: [], next: [], byChunk: [] };
  return thresholdMeasure.figures({ ...plain, own: { streams: [], next: [], ...own } });
}

function said(own: Partial<OwnEvidence>): string {
  return thresholdMeasure.say(found(own));
}

describe('a stall of the lane’s own chunks', () => {
  it('is none where any stream came through whole, or they stalled at different chunks', () => {
    expect(stallOf({ streams: [WHOLE] })).toBeUndefined();
    expect(stallOf({ streams: [TAIL, { writes: [16_384], releasedBytes: 16_384 }] })).toBeUndefined();
    expect(stallOf({ streams: [SECOND, { writes: [32], releasedBytes: 0 }] })).toBeUndefined();
    expect(stallOf({ streams: [] })).toBeUndefined();
  });

  it('is what a chunk kept, with all that was written before the next', () => {
    expect(stallOf({ streams: [TAIL, { ...TAIL, releasedBytes: 16_000 }] })).toEqual({
      chunkBytes: 16_384,
      before: 0,
      heldBytes: { min: 171, max: 384 },
      prefix: [16_384],
      releasedBytes: { min: 16_000, max: 16_213 },
    });
  });

  it('is after the chunks that came, where of the next nothing did', () => {
    expect(stallOf({ streams: [SECOND] })).toMatchObject({ before: 1, heldBytes: { min: 32 }, prefix: [32] });
    expect(stallOf({ streams: [{ writes: [32, 32], releasedBytes: 40 }] })).toMatchObject({ prefix: [32, 32] });
  });

  it('is read from what was written and came before the end', () => {
    const frozen = { writes: [{ at: 1, bytes: 50 }], pieces: [20, 5].map((bytes) => ({ at: 2, bytes })) };
    expect(ownStreamOf(frozen)).toEqual({ writes: [50], releasedBytes: 25 });
    expect(ownStreamOf({ ...frozen, fault: 'cut' })).toMatchObject({ fault: 'cut' });
  });
});

describe('the figures', () => {
  it('name the sizes that came through, the lane’s own first', () => {
    expect(found({ streams: [WHOLE] })).toEqual({ how: 'streams', bytes: 0, inWrites: [32, 14] });
    expect(said({ streams: [WHOLE] })).toBe('comes out from the first byte on, in writes of 32 and 14 bytes');
    expect(streamsFigures(undefined, 14, () => undefined)).toEqual({ how: 'streams', bytes: 0 });
  });

  it('tell of what is held how much, and what lets go of it', () => {
    const enough = [probe(14, 0.3), probe(14, 0.3), probe(14, 0.3)];
    const tail = { streams: [TAIL, TAIL, TAIL], next: enough };
    expect(found(tail)).toEqual({
      how: 'streams-in-part',
      smallestBytes: 14,
      chunkBytes: 16_384,
      before: 0,
      heldBytes: { min: 171, max: 171 },
      next: { over: 0, upTo: 14, exact: false },
    });
    expect(said(tail)).toBe(
      'of a write of 16,384 bytes the last 171 are held until the next is written; alone, one of 14 comes out at once',
    );
    expect(thresholdMeasure.flaw(found(tail))).toBe('of a write of 16,384 bytes the last 171 are held');
  });

  it('tell how many bytes more it takes, and that none are enough', () => {
    const next = [
      ...[4064, 4064, 4064].map((bytes) => probe(bytes, 0.3)),
      ...[4063, 4063, 4063].map((at) => probe(at)),
    ];
    expect(said({ streams: [SECOND], next })).toBe(
      'after the first write nothing comes out of a write of 32 bytes until 4,064 bytes more are written; alone, one of 14 comes out at once',
    );
    expect(said({ streams: [SECOND], next: [probe(4_194_304)] })).toContain('and no bytes let go of them');
  });

  it('are unknown where one of these streams tells nothing', () => {
    expect(found({ streams: [{ ...WHOLE, fault: 'cut' }] })).toEqual({ how: 'unknown', reason: 'cut' });
    expect(found({ streams: [TAIL], next: [{ ...probe(14), fault: 'cut' }] }).how).toBe('unknown');
  });
});

function announcedBytes(framing: Framing, bytes: number): number {
  const workload = frozenWorkload({ framing }, { chunkBytes: [bytes], deadlineMs: 50 });
  return planChunks(resolveWorkload(workload)).reduce((sum, size) => sum + size, 0);
}

it.each(['piecewise', 'content-length'] as const)(
  '%s announces a length of as many digits, whatever is written',
  (framing) => {
    const announced = [1, 100, 4096, 65_536, 512 * 1024].map((bytes) => announcedBytes(framing, bytes));
    expect(new Set(announced.map((bytes) => `${bytes}`.length))).toEqual(new Set([6]));
    // What is missing is far more than the buffer of any proxy.
    expect(announcedBytes(framing, 1)).toBeGreaterThan(64 * 1024);
    expect(announcedBytes(framing, 4 * 1024 * 1024)).toBeGreaterThan(4 * 1024 * 1024);
  },
);

it('what announces nothing is no longer than it must be', () => {
  expect(announcedBytes('chunked', 100)).toBeLessThan(1000);
});
