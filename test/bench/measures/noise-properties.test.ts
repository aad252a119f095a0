/** What must hold of the figures of flush and threshold, whatever the streams: no order, no small delay, no other reads change them. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { figures as flushFigures, samplesOf, type FlushFigures } from '../../../bench/measures/flush-figures.ts';
import type { Frozen } from '../../../bench/measures/frozen.ts';
import {
  figures as thresholdFigures,
  probeOf,
  type ThresholdEvidence,
  type ThresholdFigures,
} from '../../../bench/measures/threshold-figures.ts';

const DELAY_LIMIT_MS = 5;
const CHUNK_BYTES = 100;
const CHUNKS = 7;
const PHASES = [0.3, 0.6, 0, 0.75, 0.15, 0.45];
const FLOOR_MS = 0.2;

/** When a hop lets go of what was written at a time; never where that is infinite. */
type Hop = (writtenAt: number) => number;

const HOPS: Record<string, { hop: Hop; periodMs: number; is: Partial<FlushFigures> }> = {
  streams: { hop: (at) => at + FLOOR_MS, periodMs: 0, is: { how: 'none' } },
  'waits 120 ms after a write': { hop: (at) => at + 120, periodMs: 120, is: { how: 'timer', from: 'write' } },
  'ticks each 130 ms': {
    hop: (at) => (Math.floor(at / 130) + 1) * 130,
    periodMs: 130,
    is: { how: 'timer', from: 'tick' },
  },
  collects: { hop: () => Infinity, periodMs: 0, is: { how: 'never' } },
};

/** A stream of flush through a hop: each chunk is written a part of the period after the last came out. */
function streamed({ hop, periodMs }: { hop: Hop; periodMs: number }, first: number): Frozen {
  const writes: Frozen['writes'] = [];
  const pieces: Frozen['pieces'] = [];
  let at = 20 + first * 7;
  for (let chunk = 0; chunk < CHUNKS && at < Infinity; chunk += 1) {
    writes.push({ at, bytes: CHUNK_BYTES });
    const releasedAt = hop(at);
    if (releasedAt < Infinity) pieces.push({ at: releasedAt, bytes: CHUNK_BYTES });
    at = releasedAt + (PHASES[(chunk + first) % PHASES.length] ?? 0) * periodMs;
  }
  return { writes, pieces };
}

/** The same with all that the client saw so much later. */
function later({ pieces, ...frozen }: Frozen, byMs: number): Frozen {
  return { ...frozen, pieces: pieces.map(({ at, bytes }) => ({ at: at + byMs, bytes })) };
}

/** The same bytes at the same times, in other reads. */
function split({ pieces, ...frozen }: Frozen, parts: number[]): Frozen {
  const cut = pieces.flatMap(({ at, bytes }, index) => {
    const most = Math.max(1, Math.ceil(bytes / (parts[index % parts.length] ?? 1)));
    const count = Math.ceil(bytes / most);
    return Array.from({ length: count }, (_, part) => ({ at, bytes: Math.min(most, bytes - part * most) }));
  });
  return { ...frozen, pieces: cut };
}

const STREAMS = [0, 1, 2, 3];
const byMs = fc.double({ min: 0, max: DELAY_LIMIT_MS - 2 * FLOOR_MS, noNaN: true });
const parts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 9 });

function flushOf(streams: Frozen[]): FlushFigures {
  const rounds = [streams.map(samplesOf), streams.map(samplesOf)];
  return flushFigures({ floorMs: FLOOR_MS, delayLimitMs: DELAY_LIMIT_MS, boundMs: 2500, looks: [], rounds });
}

describe.each(Object.entries(HOPS))('the flush interval of a hop that %s', (_, one) => {
  const streams = STREAMS.map((first) => streamed(one, first));
  const found = flushOf(streams);

  it('is what it is', () => {
    expect(found).toMatchObject(one.is);
  });

  it('does not depend on the order of its streams', () => {
    const shuffled = fc.shuffledSubarray(streams, { minLength: streams.length });
    fc.assert(
      fc.property(shuffled, (others) => {
        expect(flushOf(others)).toEqual(found);
      }),
    );
  });

  it('is the same, and its period longer by no more than that, with a constant delay below the floor', () => {
    fc.assert(
      fc.property(byMs, (ms) => {
        const delayed = flushOf(streams.map((stream) => later(stream, ms)));
        expect(delayed).toMatchObject(one.is);
        const periods = [found, delayed].map((figures) => (figures.how === 'timer' ? figures.periodMs : 0));
        expect(periods[1]).toBeGreaterThanOrEqual((periods[0] ?? 0) - 1e-6);
        expect(periods[1]).toBeLessThanOrEqual((periods[0] ?? 0) + ms + 1e-6);
      }),
    );
  });

  it('does not depend on how its bytes were cut into reads', () => {
    fc.assert(
      fc.property(parts, (cuts) => {
        expect(flushOf(streams.map((stream) => split(stream, cuts)))).toEqual(found);
      }),
    );
  });
});

const WAIT_MS = 100;
const QUIET_MS = 800;
type Made = Record<'smallest' | 'first' | 'next', { frozen: Frozen; beyond?: number }[]>;

/** What probes of a hop that holds `least` bytes would see, written at once and, after the first block, in another. */
function held(least: number): Made {
  const whole = (bytes: number): { frozen: Frozen } => {
    const pieces = bytes < least ? [] : [{ at: 20 + FLOOR_MS, bytes }];
    return { frozen: { writes: [{ at: 20, bytes }], pieces } };
  };
  const after = (bytes: number): { frozen: Frozen; beyond: number } => {
    const writes = [
      { at: 20, bytes: least },
      { at: 40, bytes },
    ];
    const first = { at: 20 + FLOOR_MS, bytes: least };
    const second = bytes < least ? [] : [{ at: 40 + FLOOR_MS, bytes }];
    return { frozen: { writes, pieces: [first, ...second] }, beyond: least };
  };
  const about = [least - 1, least, 2 * least, least - 1, least, least - 1, least];
  return { smallest: [14, 14, 14].map(whole), first: about.map(whole), next: about.map(after) };
}

function thresholdOf(made: Made, change: (frozen: Frozen) => Frozen = (frozen) => frozen): ThresholdFigures {
  const probes = (of: Made['first']): ThresholdEvidence['first'] =>
    of.map(({ frozen, beyond }) => probeOf(change(frozen), 1, beyond));
  const { smallest, first, next } = made;
  const seen = { smallest: probes(smallest), first: probes(first), next: probes(next), byChunk: [] };
  return thresholdFigures({ delayLimitMs: DELAY_LIMIT_MS, waitMs: WAIT_MS, quietMs: QUIET_MS, ...seen });
}

describe.each([
  [1000, { how: 'bytes', threshold: { over: 999, upTo: 1000, exact: true }, next: { upTo: 1000, exact: true } }],
  [14, { how: 'streams' }],
] as const)('the threshold of a hop that lets go at %d bytes', (least, is) => {
  const made = held(least);
  const found = thresholdOf(made);

  it('is what it is', () => {
    expect(found).toMatchObject(is);
  });

  it('does not depend on the order of its probes', () => {
    const shuffled = fc.shuffledSubarray(made.first, { minLength: made.first.length });
    fc.assert(
      fc.property(shuffled, (first) => {
        expect(thresholdOf({ ...made, first })).toEqual(found);
      }),
    );
  });

  it('is the same with a constant delay below the floor', () => {
    fc.assert(
      fc.property(byMs, (ms) => {
        expect(thresholdOf(made, (one) => later(one, ms))).toEqual(found);
      }),
    );
  });

  it('does not depend on how its bytes were cut into reads', () => {
    fc.assert(
      fc.property(parts, (cuts) => {
        expect(thresholdOf(made, (one) => split(one, cuts))).toEqual(found);
      }),
    );
  });
});
