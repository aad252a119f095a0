import { describe, expect, it } from 'vitest';

import { frozenOf, frozenWorkload } from '../../../bench/measures/frozen.ts';
import {
  limitFor,
  probeOf,
  startOf,
  type Probe,
  type ThresholdEvidence,
  type ThresholdFigures,
} from '../../../bench/measures/threshold-figures.ts';
import { thresholdMeasure } from '../../../bench/measures/threshold.ts';
import type { ClientTrace } from '../../../bench/client/client.ts';
import { planChunks } from '../../../server/payload.ts';
import { resolveWorkload } from '../../../server/workload.ts';
import type { OriginTrace } from '../../../server/trace.ts';

const { figures, say, flaw } = thresholdMeasure;

function held(bytes: number, writes = 1): Probe {
  return { bytes, writes, releasedBytes: 0, writingMs: 0 };
}

function out(bytes: number, firstMs = 0.2, releasedBytes = bytes): Probe {
  return { bytes, writes: 1, releasedBytes, firstMs, writingMs: 0 };
}

const BASE: ThresholdEvidence = {
  delayLimitMs: 5,
  waitMs: 60,
  quietMs: 250,
  smallest: [held(14)],
  first: [],
  next: [],
  byChunk: [],
};
const EXACT: Probe[] = [65_536, 4033, 4033, 4033].map((bytes) => out(bytes, 0.2, 4032));
const BELOW: Probe[] = [4032, 4032, 4032].map((bytes) => held(bytes));

function found(evidence: Partial<ThresholdEvidence>): ThresholdFigures {
  return figures({ ...BASE, ...evidence });
}

describe('a probe', () => {
  const writes = [
    { at: 10, bytes: 100 },
    { at: 40, bytes: 50 },
  ];
  const pieces = [
    { at: 45, bytes: 60 },
    { at: 47, bytes: 40 },
    { at: 52, bytes: 1 },
  ];

  it('is of all its writes, and counts from the last', () => {
    expect(probeOf({ writes, pieces }, 2)).toEqual({
      bytes: 150,
      writes: 2,
      releasedBytes: 101,
      firstMs: 5,
      writingMs: 30,
    });
  });

  it('is of the last write alone, and of what came beyond the release before', () => {
    expect(probeOf({ writes, pieces, coding: 'gzip', fault: 'cut' }, 1, 100)).toEqual({
      bytes: 50,
      writes: 1,
      releasedBytes: 1,
      firstMs: 12,
      writingMs: 0,
      coding: 'gzip',
      fault: 'cut',
    });
    expect(probeOf({ writes, pieces }, 1, 101)).toEqual({ bytes: 50, writes: 1, releasedBytes: 0, writingMs: 0 });
    expect(probeOf({ writes, pieces }, 1, 102)).toMatchObject({ releasedBytes: 0, void: true });
  });
});

const start = (smallest: Probe[]): ReturnType<typeof startOf> => startOf({ ...BASE, smallest });

describe('the smallest chunks', () => {
  it('stream where most are at the floor', () => {
    expect(start([out(14, 5), out(14, 4), out(14, 90)])).toEqual({ how: 'streams' });
  });

  it('are held by bytes when nothing came', () => {
    expect(start([held(14)])).toEqual({ how: 'held', limitMs: 60, quietMs: 250 });
  });

  it('are held by a timer as well when they came late, and bytes are told from it within half of it', () => {
    expect(start([out(14, 96), out(14, 95), out(14, 97)])).toEqual({
      how: 'held',
      limitMs: 47,
      quietMs: 85.5,
      timerMs: 96,
    });
    expect(start([out(14, 200), out(14, 200), out(14, 200)])).toMatchObject({ limitMs: 60, quietMs: 180 });
  });

  it('are let go by time alone when that is too short to tell', () => {
    expect(start([out(14, 60), out(14, 19), out(14, 40)])).toEqual({
      how: 'by-time',
      minMs: 19,
      maxMs: 60,
      isSure: false,
    });
    expect(start([out(14, 20), out(14, 20), out(14, 20)])).toMatchObject({ how: 'held', limitMs: 10 });
    expect(startOf({ ...BASE, delayLimitMs: 12, smallest: [out(14, 22)] })).toMatchObject({ how: 'by-time' });
  });

  it('do not stream where one did not come', () => {
    expect(start([out(14, 1), held(14), out(14, 1)])).toMatchObject({ how: 'by-time' });
  });
});

describe('the figures', () => {
  it('of a hop that streams are no bytes', () => {
    expect(found({ smallest: [out(14), out(14), out(14)] })).toEqual({ how: 'streams', bytes: 0 });
  });

  it('are not a hop’s where a busy machine would have let go so late', () => {
    expect(found({ smallest: [out(14, 6), out(14, 39), out(14, 8)] })).toEqual({
      how: 'unknown',
      reason: 'small writes came out after 6–39 ms, which a busy machine does as well',
      isNoise: true,
    });
    const noise = (smallest: Probe[]): string | undefined => thresholdMeasure.noise?.(found({ smallest }));
    expect(noise([out(14, 6), out(14, 39), out(14, 8)])).toMatch(/^small writes came out after/);
    expect(noise([{ ...held(64), fault: 'cut' }])).toBeUndefined();
    expect(noise([out(14), out(14), out(14)])).toBeUndefined();
    expect(found({ smallest: [out(14, 0), out(14, 96), out(14, 8)] }).how).toBe('unknown');
    // A tick by itself lets go at any moment of its period, which is longer than a busy machine takes.
    expect(found({ smallest: [out(14, 6), out(14, 140), out(14, 141)] })).toEqual({
      how: 'by-time',
      minMs: 6,
      maxMs: 141,
    });
    expect(noise([out(14, 6), out(14, 50), out(14, 113)])).toMatch(/^small writes came out after 6–113 ms/);
  });

  it('are the machine’s where the lane’s own words came at once, unless a timer is clear', () => {
    const late = [6, 39, 8].map((ms) => out(14, ms));
    expect(found({ smallest: late, streamedMs: 0.3 })).toEqual({ how: 'streams', bytes: 0 });
    expect(found({ smallest: late, streamedMs: 20 })).toMatchObject({ how: 'unknown', isNoise: true });
    expect(found({ smallest: [...late, held(14), held(14)], streamedMs: 0.3 }).how).toBe('unknown');
    expect(found({ smallest: [32, 33, 33].map((ms) => out(14, ms)), streamedMs: 0.3 }).how).toBe('not-by-bytes');
  });

  it('are no bytes and no timer where the repeats of a short one do not agree', () => {
    const late = [24, 33, 71, 90].map((ms) => out(14, ms));
    expect(found({ smallest: late, first: [out(82), held(14)] })).toMatchObject({ how: 'unknown', isNoise: true });
    const timer = [32, 33, 33, 60].map((ms) => out(14, ms));
    expect(found({ smallest: timer, first: [out(82), held(14)] })).toMatchObject({ how: 'bytes', timerMs: 33 });
  });

  it('tell nothing of the next block where the next write may have pushed out what was left of the first', () => {
    const next = [out(14), out(14), out(14)];
    const part = EXACT.map((probe) => ({ ...probe, releasedBytes: 2000 }));
    expect(found({ first: [...part, ...BELOW], next })).not.toHaveProperty('next');
    const whole = EXACT.map((probe) => ({ ...probe, releasedBytes: probe.bytes }));
    expect(found({ first: [...whole, ...BELOW], next })).toHaveProperty('next.over', 0);
  });

  it('give many bytes their time, and never longer than no timer was seen', () => {
    const limits = { how: 'held', limitMs: 60, quietMs: 250 } as const;
    expect(limitFor(4999, limits)).toBe(60);
    expect(limitFor(500_000, limits)).toBe(160);
    expect(limitFor(4_000_000, limits)).toBe(250);
    expect(limitFor(50_000, { ...limits, isCoded: true })).toBe(110);
  });

  it('are waited for as a coder needs where one is on the way, and no timer', () => {
    const coded = { ...held(14), coding: 'gzip' };
    expect(start([coded, coded])).toMatchObject({ how: 'held', isCoded: true });
    expect(start([{ ...out(14, 300), coding: 'gzip' }])).not.toHaveProperty('isCoded');
  });

  it('are exact where every probe of the two that decide agreed', () => {
    expect(found({ first: [...EXACT, ...BELOW] })).toEqual({
      how: 'bytes',
      threshold: { over: 4032, upTo: 4033, exact: true },
      releasedBytes: { min: 4032, max: 4032 },
      byChunk: [],
    });
  });

  it('are not exact where one of them did not, nor where there is room between', () => {
    expect(found({ first: [...EXACT, ...BELOW, held(4033)] })).toMatchObject({
      threshold: { over: 4032, upTo: 4033, exact: false },
    });
    expect(found({ first: [...EXACT, held(4000), held(4000), held(4000)] })).toMatchObject({
      threshold: { over: 4000, upTo: 4033, exact: false },
    });
  });

  it('take for bytes what came late, where no timer lets go', () => {
    const late = EXACT.map((probe) => (probe.firstMs === undefined ? probe : { ...probe, firstMs: 110 }));
    expect(found({ first: [...late, ...BELOW] })).toMatchObject({ threshold: { upTo: 4033, exact: true } });
  });

  it('take for a timer what came after the limit', () => {
    const late = [...EXACT, ...BELOW, out(4031, 61)];
    const smallest = [out(14, 120), out(14, 120), out(14, 120)];
    expect(found({ smallest, first: late })).toMatchObject({ threshold: { exact: true } });
    expect(found({ smallest, first: [...EXACT, ...BELOW, out(4031, 60)] })).toMatchObject({
      threshold: { exact: false },
    });
  });

  it('are as wide as what was asked often enough tells, where the search did not come to its end', () => {
    expect(found({ first: [...EXACT, held(4000)] })).toMatchObject({
      threshold: { over: 14, upTo: 4033, exact: false },
    });
    expect(found({ first: [held(4032), out(4033)] })).toMatchObject({
      threshold: { over: 14, upTo: 4033, exact: false },
    });
  });

  it('say how much more had to be written then', () => {
    const thrice = [held(4095), out(4096), held(4095), out(4096), held(4095), out(4096)];
    const next: Probe[] = [...thrice, { ...held(8000), void: true }];
    expect(found({ first: [...EXACT, ...BELOW], next })).toMatchObject({
      next: { over: 4095, upTo: 4096, exact: true },
    });
  });

  it('say by the size of a write whether the same was enough', () => {
    const probes = (upTo: number): Probe[] => [held(upTo - 64), out(upTo)];
    const byChunk = [
      { chunkBytes: 64, probes: probes(4096) },
      { chunkBytes: 64, probes: probes(4160) },
      { chunkBytes: 64, probes: [held(8192)] },
      { chunkBytes: 64, probes: [held(3968), out(4096)] },
      { chunkBytes: 64, probes: [held(4032), { ...out(4096, 10), writingMs: 241 }] },
    ];
    expect(found({ first: [...EXACT, ...BELOW], byChunk })).toMatchObject({
      byChunk: [
        { chunkBytes: 64, over: 4032, upTo: 4096, same: true },
        { chunkBytes: 64, over: 4096, upTo: 4160, same: false },
        { chunkBytes: 64, over: 8192, same: false },
        { chunkBytes: 64, over: 3968, upTo: 4096, same: false },
        { chunkBytes: 64, over: 4096, same: false },
      ],
    });
  });

  it('say of growing writes whether the same was enough', () => {
    const sizes = [2000, 2000, 2000];
    const growing = (probes: Probe[]) => found({ first: [...EXACT, ...BELOW], growing: { sizes, probes } });
    expect(growing([held(4000, 2), out(6000)])).toMatchObject({ growing: { over: 4000, upTo: 6000, same: true } });
    expect(growing([held(2000), out(4000)])).toMatchObject({ growing: { over: 2000, upTo: 4000, same: false } });
    expect(growing([held(6000)])).toMatchObject({ growing: { over: 6000, same: false } });
    const bad = { ...held(6000), fault: 'cut' };
    expect(growing([bad])).toEqual({ how: 'unknown', reason: 'cut' });
  });

  it('keep the timer and the coding beside the bytes', () => {
    const coded = EXACT.map((probe) => ({ ...probe, coding: 'gzip' }));
    const smallest = [out(14, 96), out(14, 95), out(14, 97)];
    expect(found({ smallest, first: [...coded, ...BELOW] })).toMatchObject({ timerMs: 96, coding: 'gzip' });
  });

  it('are none by bytes where the most was not enough', () => {
    expect(found({ first: [held(65_536), held(1_048_576)] })).toEqual({ how: 'not-by-bytes', boundBytes: 1_048_576 });
  });

  it('are unknown after a fault anywhere', () => {
    const bad = { ...held(64), fault: 'cut' };
    const unknown = { how: 'unknown', reason: 'cut' };
    expect(found({ smallest: [bad] })).toEqual(unknown);
    expect(found({ first: [bad] })).toEqual(unknown);
    expect(found({ first: [...EXACT, ...BELOW], next: [bad] })).toEqual(unknown);
    expect(found({ first: [...EXACT, ...BELOW], byChunk: [{ chunkBytes: 64, probes: [bad] }] })).toEqual(unknown);
  });
});

describe('what is said', () => {
  const threshold = { over: 4032, upTo: 4033, exact: true };
  const bytes = { how: 'bytes', threshold, releasedBytes: { min: 4032, max: 4032 }, byChunk: [] } as const;
  const next = { over: 4095, upTo: 4096, exact: true };
  const byChunk = [
    { chunkBytes: 64, over: 4032, upTo: 4096, same: true },
    { chunkBytes: 1024, over: 4096, upTo: 5120, same: false },
    { chunkBytes: 16_384, over: 99, same: false },
  ];
  it.each<[string, ThresholdFigures]>([
    ['comes out from the first byte on', { how: 'streams', bytes: 0 }],
    ['nothing comes out below 4,033 bytes', { ...bytes, byChunk: [] }],
    ['nothing comes out below 4,033 bytes, then 4,096 more', { ...bytes, next, byChunk: [] }],
    [
      'nothing comes out below 4,033 bytes, then up to 4,096 more, or after a timer',
      { ...bytes, next: { ...next, exact: false }, timerMs: 95.4, byChunk: [] },
    ],
    [
      'nothing comes out below 4,033 bytes, then streams',
      { ...bytes, next: { over: 0, upTo: 15, exact: false }, byChunk: [] },
    ],
    [
      'comes out somewhere between 4,032 and 4,033 bytes of this text before gzip',
      { ...bytes, threshold: { ...threshold, exact: false }, coding: 'gzip', byChunk: [] },
    ],
    [
      'nothing comes out below 4,033 bytes of this text (more of one that repeats itself), then 4,096 more',
      { ...bytes, ofText: true, next, byChunk: [] },
    ],
    [
      'nothing comes out below 4,033 bytes, in writes of 1,024 it takes 5,120 bytes, in writes of 16,384 it cannot be told',
      { ...bytes, byChunk },
    ],
    ['nothing comes out below 4,033 bytes', { ...bytes, growing: { over: 4000, upTo: 5000, same: true }, byChunk: [] }],
    [
      'nothing comes out below 4,033 bytes, in growing writes it takes 6,000 bytes',
      { ...bytes, growing: { over: 4100, upTo: 6000, same: false }, byChunk: [] },
    ],
    ['nothing comes out for 4,194,304 bytes in one write', { how: 'not-by-bytes', boundBytes: 4_194_304 }],
    [
      'nothing comes out for 65,536 bytes in one write, only after 50 ms',
      { how: 'not-by-bytes', boundBytes: 65_536, timerMs: 50.4 },
    ],
    ['lets go by time, after 12–70 ms: bytes cannot be told from it', { how: 'by-time', minMs: 12, maxMs: 70 }],
    ['not measured: cut', { how: 'unknown', reason: 'cut' }],
  ])('%s', (expected, one) => {
    expect(say(one)).toBe(expected);
  });

  it('against a hop is how many bytes, and of what text', () => {
    expect(flaw({ ...bytes, byChunk: [] })).toBe('lets go at 4,033 bytes');
    expect(flaw({ ...bytes, byChunk: [], coding: 'gzip' })).toBe('lets go at 4,033 bytes of text before gzip');
    expect(flaw({ ...bytes, byChunk: [], ofText: true })).toBe('lets go at 4,033 bytes of this text');
  });
});

describe('a threshold of bytes that the hop codes and decodes again', () => {
  const first = [...EXACT, ...BELOW];
  const too = (few: Probe[]): unknown => found({ first, otherText: few });

  it('is one of this text, where of another as many are too few each time', () => {
    expect(too([held(4033), held(4033), held(4033)])).toMatchObject({ how: 'bytes', ofText: true });
  });

  it('is one of bytes where as many of another are enough, once at least, or it was not asked so often', () => {
    for (const otherText of [[], [out(4033)], [held(4033), out(4033), held(4033)], [held(4033), held(4033)]])
      expect(too(otherText)).not.toHaveProperty('ofText');
  });

  it('is no figure, where what was asked failed', () => {
    expect(too([{ ...held(4033), fault: 'cut' }])).toEqual({ how: 'unknown', reason: 'cut' });
  });
});

const convicted = (relay: string, one: ThresholdFigures): boolean | undefined =>
  thresholdMeasure.relays.find((candidate) => candidate.relay === relay)?.convicted(one);
const exactly = (bytes: number, nextBytes = bytes, exact = true): ThresholdFigures => ({
  how: 'bytes',
  threshold: { over: bytes - 1, upTo: bytes, exact },
  releasedBytes: { min: bytes, max: bytes },
  next: { over: nextBytes - 1, upTo: nextBytes, exact: true },
  byChunk: [],
});

describe('a relay is convicted', () => {
  it.each([
    ['hold-4096-bytes', exactly(4096), true],
    ['hold-4096-bytes', exactly(4095), false],
    ['hold-4096-bytes', exactly(4096, 4097), false],
    ['hold-4096-bytes', exactly(4096, 4096, false), false],
    ['hold-4096-bytes', { how: 'streams', bytes: 0 }, false],
    ['hold-1000-bytes', exactly(1000), true],
    ['transparent', { how: 'streams', bytes: 0 }, true],
    ['transparent', exactly(1), false],
  ] as const)('%s %#', (relay, one, expected) => {
    expect(convicted(relay, one)).toBe(expected);
  });
});

describe('a frozen stream', () => {
  it.each(['chunked', 'close-delimited'] as const)(
    'leaves one chunk to the end, of whatever size the first are: %s',
    (framing) => {
      for (const chunkBytes of [[1], [1, 1], [100, 4096], [64, 64, 64]]) {
        const workload = resolveWorkload(frozenWorkload({ framing }, { chunkBytes, deadlineMs: 60 }));
        const sizes = planChunks(workload);
        expect(sizes).toHaveLength(chunkBytes.length + 1);
        expect(workload.pace).toMatchObject({ deadlineMs: 60, lingerMs: 0 });
        const asked = sizes.slice(0, -1).reduce((sum, size) => sum + size, 0);
        expect(workload.pace).toMatchObject({ boundBytes: asked + 1 });
      }
    },
  );

  it.each(['content-length', 'piecewise'] as const)('leaves what was announced besides to the end: %s', (framing) => {
    for (const chunkBytes of [[1], [100, 4096], [64, 64, 64]]) {
      const workload = resolveWorkload(frozenWorkload({ framing }, { chunkBytes, deadlineMs: 60 }));
      const written = planChunks(workload).slice(0, chunkBytes.length);
      expect(planChunks(workload).length).toBeGreaterThan(chunkBytes.length);
      expect(workload.pace).toMatchObject({ freeze: { bytes: written.reduce((sum, size) => sum + size, 0) } });
    }
  });

  const origin = {
    workload: resolveWorkload({}),
    state: 'ended',
    request: { at: 0, method: 'GET', httpVersion: '1.1', headers: {} },
    emissions: [
      { seq: 0, at: 10, bytes: 100 },
      { seq: 1, at: 80, bytes: 64 },
    ],
    end: { at: 70, how: 'complete' },
  } as unknown as OriginTrace;
  const client = {
    head: { status: 200, headers: [['Content-Encoding', 'gzip']] },
    end: { at: 200, how: 'complete' },
  } as unknown as ClientTrace;

  it('is what was written and what came before the end, on the clock of the client', () => {
    const body = [
      { at: 1010, bytes: 0 },
      { at: 1069, bytes: 5 },
      { at: 1070, bytes: 95 },
    ];
    expect(frozenOf(origin, client, body, { offsetMs: 1000 })).toEqual({
      writes: [{ at: 1010, bytes: 100 }],
      pieces: [{ at: 1069, bytes: 5 }],
      endAt: 1070,
      coding: 'gzip',
    });
  });

  it('has the coding that the client got, or where a hop undid it that of the origin', () => {
    const coded = { ...origin, workload: resolveWorkload({ contentCoding: 'br' }) };
    const probe = (by: ClientTrace): Probe => probeOf(frozenOf(coded, by, [], { offsetMs: 0 }), 1);
    expect(probe(client).coding).toBe('gzip');
    expect(probe({ ...client, head: { status: 200, headers: [] } } as unknown as ClientTrace).coding).toBe('br');
  });

  const seen = (of: Partial<OriginTrace>, by: Partial<ClientTrace> = {}, bytes = 5): string | undefined =>
    frozenOf({ ...origin, ...of }, { ...client, ...by }, [{ at: 20, bytes }], { offsetMs: 0 }).fault;

  it('is nothing to tell from after a fault', () => {
    expect(seen({})).toBeUndefined();
    expect(seen({}, { end: { at: 0, how: 'not-connected', detail: 'ECONNREFUSED' } })).toBe(
      'no connection to the hop: ECONNREFUSED',
    );
    expect(seen({ end: { at: 70, how: 'client-left' } })).toBe('the hop left the origin before the end of the stream');
    const bad = { status: 502, headers: [] } as unknown as NonNullable<ClientTrace['head']>;
    const { request: _, ...without } = origin;
    expect(frozenOf(without, { ...client, head: bad }, [], { offsetMs: 0 }).fault).toBe(
      'the hop answered 502 without the origin',
    );
    const { end: __, ...unended } = origin;
    const malformed = { end: { at: 20, how: 'malformed', detail: 'incorrect header check' } } as const;
    expect(frozenOf(unended, { ...client, ...malformed }, [], { offsetMs: 0 }).fault).toBe(
      'its response is not valid HTTP: incorrect header check',
    );
    expect(seen({}, { head: bad })).toBe('the hop answered 502');
    expect(seen({}, { head: bad }, 0)).toBeUndefined();
  });
});
