import { describe, expect, it } from 'vitest';

import { pacedMeasure, pacedWorkload, type PacedFigures } from '../../../bench/measures/paced.ts';
import type { Trace } from '../../../bench/trace.ts';
import { resolveWorkload } from '../../../server/workload.ts';
import { arriving, makeTrace } from '../traces.ts';
import { convictedBy } from './on-relays.ts';

const { figures, say, relays } = pacedMeasure;
const WORKLOAD = { count: 20, pace: { mode: 'paced', intervalMs: 10, leadMs: 300 } } as const;
const EMITTED_AT = Array.from({ length: 20 }, (_, seq) => 300 + seq * 10);

/** Every word as late as `holdMs` says; the origin's head at 0. */
function paced(
  holdMs: (seq: number) => number,
  headAt: number | undefined = 1,
  more: { offsetMs?: number; emittedAt?: number[] } = {},
): Trace {
  const { emittedAt = EMITTED_AT, offsetMs = 0 } = more;
  const times = emittedAt.map((at, seq) => at + holdMs(seq));
  const trace = makeTrace({
    workload: WORKLOAD,
    emittedAt,
    pieces: arriving(times, WORKLOAD),
    endAt: 600,
    headAt,
    offsetMs,
  });
  return { ...trace, origin: { ...trace.origin, headAt: -offsetMs } };
}

const steady = (): number => 0.5;
/** Let go at each tick of so many ms. */
const ticks =
  (periodMs: number) =>
  (seq: number): number =>
    periodMs - ((seq * 10) % periodMs);

describe('of a steady stream', () => {
  it('the gaps are those of the pace, there is no jitter and no burst', () => {
    expect(figures(paced(steady))).toMatchObject({
      gaps: { n: 19, p50Ms: 10, p99Ms: 10 },
      jitterMs: 0,
      bursts: { count: 0, longest: 0, words: 0 },
      words: { emitted: 20, arrived: 20 },
      intervalMs: 10,
      leadMs: 300,
      ttfbMs: 2,
      ttftMs: 301.5,
      headersBeforeBody: { how: 'yes', ms: 1 },
    });
  });

  it('none of this depends on the offset of the clocks', () => {
    const { hold: _, ...here } = figures(paced(ticks(40)));
    const { hold: __, ...there } = figures(paced(ticks(40), 1, { offsetMs: 777 }));
    expect(there).toEqual(here);
  });
});

describe('the jitter', () => {
  it('is smoothed by a sixteenth of each difference in transit (RFC 3550, section 6.4.1)', () => {
    expect(figures(paced((seq) => (seq === 19 ? 16.5 : 0.5))).jitterMs).toBeCloseTo(1);
    const twice = figures(paced((seq) => (seq === 18 ? 16.5 : 0.5))).jitterMs;
    expect(twice).toBeCloseTo(1 + (16 - 1) / 16);
  });

  it('tends to the difference between one word and the next', () => {
    expect(figures(paced((seq) => (seq % 2) * 8)).jitterMs).toBeGreaterThan(5);
    expect(figures(paced((seq) => (seq % 2) * 8)).jitterMs).toBeLessThan(8);
  });
});

/** Two words so many ms apart that were emitted 10 ms apart. */
function within(ms: number): PacedFigures['bursts'] {
  return figures(paced((seq) => (seq === 6 ? 10.5 : seq === 7 ? 0.5 + ms : 0.5))).bursts;
}

describe('a burst', () => {
  it('is of words that were emitted apart and came in one read', () => {
    expect(figures(paced(ticks(40))).bursts).toEqual({ count: 5, longest: 4, words: 20 });
  });

  it('or within a millisecond of each other', () => {
    expect(within(1)).toEqual({ count: 1, longest: 2, words: 2 });
    expect(within(1.1)).toEqual({ count: 0, longest: 0, words: 0 });
  });

  it('stays one where the origin wrote some of its words together', () => {
    const emittedAt = EMITTED_AT.map((at, seq) => (seq === 5 ? at + 9 : at));
    const onTick = ticks(40);
    expect(figures(paced((seq) => onTick(seq) - (seq === 5 ? 9 : 0), 1, { emittedAt })).bursts).toEqual({
      count: 5,
      longest: 4,
      words: 20,
    });
  });

  it('is none where the origin itself was late and wrote them together', () => {
    const emittedAt = EMITTED_AT.map((at, seq) => (seq === 5 ? at + 8 : at));
    expect(figures(paced((seq) => (seq === 5 ? 2.5 : 0.5), 1, { emittedAt })).bursts.count).toBe(0);
  });
});

describe('the headers', () => {
  it('come before the body when they came before its first byte was written', () => {
    expect(figures(paced(steady, 299.9)).headersBeforeBody).toEqual({ how: 'yes', ms: 299.9 });
    expect(figures(paced(steady, 300)).headersBeforeBody).toEqual({ how: 'no', waitedMs: 300 });
  });

  it('are unknown where none came', () => {
    expect(
      figures(makeTrace({ workload: WORKLOAD, emittedAt: [], pieces: [], endAt: 1, headAt: undefined }))
        .headersBeforeBody,
    ).toBeUndefined();
  });
});

it('says it in a phrase', () => {
  expect(say(figures(paced(steady)))).toBe(
    'gaps 10 ms p50, 10 ms p99, jitter 0.00 ms; no bursts; TTFB 2.0 ms, TTFT 302 ms (300 ms of them the origin’s)',
  );
  expect(say(figures(paced(ticks(100), 400)))).toMatch(
    /; 20 words in 2 bursts of up to 10; the headers are held until the body comes out; TTFB 401 ms/,
  );
  expect(say(figures(makeTrace({ workload: WORKLOAD, emittedAt: EMITTED_AT, pieces: [], endAt: 600 })))).toBe(
    '0 of 20 words came',
  );
});

describe('a relay', () => {
  const burst = (periodMs: number, headAt = 1): PacedFigures => figures(paced(ticks(periodMs), headAt));
  it.each<[string[], PacedFigures]>([
    [['transparent'], figures(paced(steady))],
    [['hold-head'], figures(paced(steady, 301))],
    [['tick-80-ms'], burst(80)],
    [[], burst(80, 301)],
    [['hold-50-ms'], burst(50)],
    [[], burst(200)],
    [[], figures(makeTrace({ workload: WORKLOAD, emittedAt: EMITTED_AT, pieces: [], endAt: 600 }))],
  ])('is convicted of just what it does: %j', (convicted, one) => {
    expect(convictedBy(relays, one)).toEqual(convicted);
  });
});

it('the origin is silent before the first word, in the lane’s own format and framing', () => {
  const workload = resolveWorkload(pacedWorkload({ format: 'text', framing: 'content-length' }));
  expect(workload).toMatchObject({
    format: 'text',
    framing: 'content-length',
    count: 60,
    pace: { intervalMs: 10, leadMs: 300 },
  });
});
