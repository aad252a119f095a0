import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  acknowledgementLags,
  arrivedBytesAt,
  emittedBytesAt,
  holds,
  isAskedOverHttp2,
  lockStepHolds,
  median,
  onClientClock,
  pacing,
  quantiles,
} from '../../bench/metrics.ts';
import { arriving, chunkText, makeTrace, stalled, streamed } from './traces.ts';

it('the median is the value in the middle, or the mean of the two that are', () => {
  expect(median([9, 1, 4])).toBe(4);
  expect(median([9, 1, 4, 6])).toBe(5);
  expect(median([])).toBeNaN();
});

describe('quantiles', () => {
  it('are by nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(quantiles(hundred)).toEqual({ n: 100, p50Ms: 50, p99Ms: 99, maxMs: 100 });
    expect(quantiles([3, 1, 2])).toEqual({ n: 3, p50Ms: 2, p99Ms: 3, maxMs: 3 });
    expect(quantiles([1, 2])).toEqual({ n: 2, p50Ms: 1, p99Ms: 2, maxMs: 2 });
    expect(quantiles([7])).toEqual({ n: 1, p50Ms: 7, p99Ms: 7, maxMs: 7 });
  });

  it('of nothing are not made up', () => {
    expect(quantiles([])).toBeUndefined();
  });

  it('are values that were given, in order, and leave what was given as it is', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const before = [...values];
        const found = quantiles(values);
        expect(values).toEqual(before);
        for (const value of [found?.p50Ms, found?.p99Ms, found?.maxMs]) expect(values).toContain(value);
        const atMost = values.filter((value) => value <= (found?.p50Ms ?? 0)).length;
        const below = values.filter((value) => value < (found?.p50Ms ?? 0)).length;
        expect(atMost).toBeGreaterThanOrEqual(values.length / 2);
        expect(below).toBeLessThan(values.length / 2);
        expect(found?.maxMs).toBe(Math.max(...values));
      }),
    );
  });
});

describe('holds', () => {
  it('are arrival minus emission', () => {
    const trace = makeTrace({ emittedAt: [10, 20, 30], pieces: arriving([11, 25, 30.5]), endAt: 40 });
    expect(holds(trace)).toEqual([
      { seq: 0, holdMs: 1 },
      { seq: 1, holdMs: 5 },
      { seq: 2, holdMs: 0.5 },
    ]);
  });

  it('are by the first arrival, and only of what was emitted', () => {
    const pieces = [...arriving([11]), { at: 19, text: chunkText(0) }, { at: 20, text: chunkText(4) }];
    const trace = makeTrace({ emittedAt: [10], pieces, endAt: 40 });
    expect(holds(trace)).toEqual([{ seq: 0, holdMs: 1 }]);
  });

  it('compare times on the client’s clock', () => {
    const trace = makeTrace({ emittedAt: [10, 20], pieces: arriving([12, 23]), endAt: 40, offsetMs: 5000 });
    expect(trace.origin.emissions[0]?.at).toBe(-4990);
    expect(onClientClock(trace, -4990)).toBe(10);
    expect(holds(trace).map(({ holdMs }) => holdMs)).toEqual([2, 3]);
  });

  it('of lock-step are those of before a stall', () => {
    expect(lockStepHolds(stalled({ streamedChunks: 3 }))).toHaveLength(3);
    expect(lockStepHolds(stalled({ streamedChunks: 0 }))).toEqual([]);
    expect(lockStepHolds(streamed())).toHaveLength(10);
  });

  it('of lock-step are not those of chunks that only fill an announced length', () => {
    const emittedAt = Array.from({ length: 12 }, (_, seq) => seq);
    const trace = makeTrace({ emittedAt, pieces: arriving(emittedAt.map((at) => at + 1)), endAt: 10 });
    expect(lockStepHolds(trace)).toHaveLength(10);
  });

  it('of lock-step are those of every chunk while the origin has not come to its end', () => {
    const open = streamed();
    delete open.origin.end;
    expect(lockStepHolds(open)).toHaveLength(10);
  });
});

describe('bytes at a moment', () => {
  const trace = makeTrace({ emittedAt: [10, 20, 30], pieces: arriving([15, 25, 35]), endAt: 40 });

  it('are those that were written by then, that moment included', () => {
    expect([9.9, 10, 19, 20, 29, 30, 99].map((ms) => emittedBytesAt(trace, ms))).toEqual([
      0, 100, 100, 200, 200, 300, 300,
    ]);
  });

  it('are those of chunks that had arrived whole by then, that moment included', () => {
    expect([14.9, 15, 24, 25, 34, 35, 99].map((ms) => arrivedBytesAt(trace, ms))).toEqual([
      0, 100, 100, 200, 200, 300, 300,
    ]);
  });

  it('count a chunk that arrived twice once', () => {
    const twice = makeTrace({ emittedAt: [1], pieces: [...arriving([2]), { at: 3, text: chunkText(0) }], endAt: 9 });
    expect(arrivedBytesAt(twice, 5)).toBe(100);
  });

  it('count no chunk that was never written', () => {
    const madeUp = makeTrace({ emittedAt: [1], pieces: [...arriving([2]), { at: 3, text: chunkText(4) }], endAt: 9 });
    expect(arrivedBytesAt(madeUp, 5)).toBe(100);
  });

  it('are at moments of the client’s clock', () => {
    const remote = makeTrace({ emittedAt: [10, 20], pieces: arriving([15, 25]), endAt: 40, offsetMs: 1000 });
    expect(emittedBytesAt(remote, 15)).toBe(100);
    expect(arrivedBytesAt(remote, 15)).toBe(100);
  });
});

describe('pacing', () => {
  it('says gaps, holds, chunks per read, TTFB and TTFT', () => {
    const trace = makeTrace({ emittedAt: [0, 10, 20, 30], pieces: arriving([1, 12, 32, 32]), endAt: 40 });
    expect(pacing(trace)).toEqual({
      gaps: { n: 3, p50Ms: 11, p99Ms: 20, maxMs: 20 },
      hold: { n: 4, p50Ms: 2, p99Ms: 12, maxMs: 12 },
      chunksPerRead: 4 / 3,
      ttfbMs: 1,
      ttftMs: 2,
    });
  });

  it('says nothing of what did not come', () => {
    expect(pacing(makeTrace({ emittedAt: [], pieces: [], endAt: 5, headAt: undefined }))).toStrictEqual({});
    expect(pacing(makeTrace({ emittedAt: [], pieces: [], endAt: 5 }))).toStrictEqual({ ttfbMs: 1 });
    const one = makeTrace({ emittedAt: [0], pieces: arriving([1]), endAt: 5 });
    const hold = { n: 1, p50Ms: 1, p99Ms: 1, maxMs: 1 };
    expect(pacing(one)).toStrictEqual({ hold, chunksPerRead: 1, ttfbMs: 1, ttftMs: 2 });
    delete one.client.sentAt;
    expect(pacing(one)).toStrictEqual({ hold, chunksPerRead: 1 });
  });
});

it('the origin is asked over HTTP/2 where its request says so, and not where none came', () => {
  const trace = streamed();
  expect(isAskedOverHttp2(trace)).toBe(false);
  for (const [httpVersion, isAsked] of [
    ['2.0', true],
    ['2', true],
    ['1.1', false],
    ['1.0', false],
  ] as const) {
    trace.origin.request = { at: 0, method: 'GET', httpVersion, headers: {} };
    expect(isAskedOverHttp2(trace)).toBe(isAsked);
  }
});

describe('the lag of acknowledgements', () => {
  it('is from arrival to acknowledgement, on one clock', () => {
    for (const offsetMs of [0, 1e6])
      for (const ms of acknowledgementLags(streamed(3, { lagMs: 7, offsetMs }))) expect(ms).toBeCloseTo(7);
    expect(acknowledgementLags(streamed(3, { lagMs: 7 }))).toHaveLength(10);
  });

  it('is of words in lock-step, by their first arrival', () => {
    const trace = stalled({ streamedChunks: 2, recipe: { lagMs: 4 } });
    trace.arrivals.push({ seq: 0, at: 9999, read: 99 });
    const lags = acknowledgementLags(trace);
    expect(lags).toHaveLength(2);
    for (const ms of lags) expect(ms).toBeCloseTo(4);
  });

  it('is not told of what was never acknowledged, or never came', () => {
    expect(acknowledgementLags(streamed(3))).toEqual([]);
    const trace = streamed(3, { lagMs: 7 });
    trace.arrivals.splice(4, 1);
    expect(acknowledgementLags(trace)).toHaveLength(9);
  });
});
