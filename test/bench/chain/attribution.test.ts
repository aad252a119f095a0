/** Which hop did it, from what was seen at each point. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  guiltyHops,
  isToldOfHops,
  judgeHop,
  judgeHops,
  sayHeadHold,
  type HopDelivery,
} from '../../../bench/chain/attribution.ts';
import type { Trace } from '../../../bench/trace.ts';
import { judge } from '../../../bench/verdict/verdict.ts';
import { chunkText, deepFrozen, FLOOR } from '../traces.ts';
import { chainTrace, holding, passing, type Place } from './chains.ts';

function verdicts(trace: Trace): string[] {
  return hopsOf(trace).map((delivery) =>
    delivery.verdict === 'breaks' ? `breaks: ${delivery.how}` : delivery.verdict,
  );
}

function hopsOf(trace: Trace): HopDelivery[] {
  return judgeHops({ tries: [trace] }, FLOOR);
}

describe('a chain that streams', () => {
  it.each([2, 3, 5])('of %d hops has none that is guilty', (hops) => {
    const trace = passing(Array.from({ length: hops }, () => 0.2));
    expect(judge({ tries: [trace] }, FLOOR).verdict).toBe('streams');
    expect(verdicts(trace)).toEqual(Array.from({ length: hops }, () => 'streams'));
  });

  it('gives each hop its own hold', () => {
    const holds = hopsOf(passing([0.1, 3, 0.5])).map((delivery) =>
      delivery.verdict === 'streams' ? delivery.hold.p50Ms : undefined,
    );
    for (const [index, expected] of [0.1, 3, 0.5].entries()) expect(holds[index]).toBeCloseTo(expected, 6);
  });
});

describe.each([1, 2, 3])('hop %d of three', (guilty) => {
  const others = (verdict: string, before = 'streams'): string[] =>
    [1, 2, 3].map((hop) => (hop === guilty ? verdict : hop < guilty ? before : 'streams'));

  it('is found to delay', () => {
    const trace = passing([1, 2, 3].map((hop) => (hop === guilty ? 50 : 0.2)));
    expect(verdicts(trace)).toEqual(others('delays'));
    expect(hopsOf(trace)[guilty - 1]).toMatchObject({ verdict: 'delays', share: 1 });
  });

  it('is found to coalesce, with the bytes that it needed', () => {
    const trace = holding(guilty, 3, 1040);
    expect(judge({ tries: [trace] }, FLOOR).verdict).toBe('coalesces');
    // What it lets go in one lump tells nothing of those that pass the lump on.
    expect(verdicts(trace)).toEqual(others('coalesces', 'unseen'));
    // Written by then: the first chunk, and one each 15 ms from 1000 ms on.
    expect(hopsOf(trace)[guilty - 1]).toMatchObject({ streamedChunks: 0, heldBytes: { upTo: 400 } });
  });

  it('is found to buffer; those before it had nothing to pass on', () => {
    const trace = holding(guilty, 3);
    expect(judge({ tries: [trace] }, FLOOR).verdict).toBe('buffers');
    expect(verdicts(trace)).toEqual(others('buffers', 'unseen'));
  });

  it('is found to buffer what came to it, the beginning of a chunk too, and not what came with the end', () => {
    const trace = holding(guilty, 3);
    const whole = judge({ tries: [trace] }, FLOOR);
    const far = trace.points?.[guilty - 1];
    const endAt = trace.origin.end?.at ?? 0;
    if (whole.verdict !== 'buffers' || far?.sight !== 'stream') throw new Error('a stream that is not held');
    expect(hopsOf(trace)[guilty - 1]).toMatchObject({ heldBytes: whole.heldBytes });
    // Of the last chunk another hop kept 30 bytes.
    const last = far.received.reads.findLastIndex(({ bodyBytes }) => bodyBytes > 0);
    const { at, bodyBytes } = far.received.reads[last] ?? { at: 0, bodyBytes: 0 };
    far.received.reads.splice(
      last,
      1,
      { at, bytes: bodyBytes - 30, bodyBytes: bodyBytes - 30 },
      { at: endAt + 1, bytes: 30, bodyBytes: 30 },
    );
    for (const arrival of far.arrivals.slice(-1)) arrival.at = endAt + 1;
    expect(hopsOf(trace)[guilty - 1]).toMatchObject({ verdict: 'buffers', heldBytes: whole.heldBytes - 30 });
  });

  it.each([
    ['lost', (words: string[]) => words.filter((_, seq) => seq !== 4)],
    ['duplicated', (words: string[]) => words.flatMap((word, seq) => (seq === 4 ? [word, word] : [word]))],
    ['altered', (words: string[]) => words.map((word, seq) => (seq === 4 ? word.replace(/.\n\n$/, '#\n\n') : word))],
    ['reordered', (words: string[]) => words.map((_, seq) => words[seq === 4 ? 5 : seq === 5 ? 4 : seq] ?? '')],
    [
      'foreign',
      (words: string[]) => words.flatMap((word, seq) => (seq === 4 ? ['who wrote this?\n\n', word] : [word])),
    ],
  ])('is found to break: %s', (how, wrong) => {
    const emittedAt = Array.from({ length: 10 }, (_, seq) => 10 + seq * 10);
    const words = emittedAt.map((_, seq) => chunkText(seq));
    const broken = wrong(words);
    const places = [0, 1, 2, 3].map((place): Place => {
      const all = place < guilty ? broken : words;
      return { pieces: all.map((text, index) => ({ at: 10 + index * 10 + (4 - place) * 0.1, text })) };
    });
    const trace = chainTrace({ emittedAt, endAt: 200, places });
    expect(verdicts(trace)).toEqual(others(`breaks: ${how}`));
  });

  it('is found to cut the stream', () => {
    const emittedAt = [10, 20, 30, 40];
    const left = { at: 42, how: 'fin' } as const;
    const places = [0, 1, 2, 3].map((place): Place => {
      if (place < guilty) return { arrivedAt: [11, 21, 31, undefined], end: { at: 41, how: 'cut' } };
      return { arrivedAt: emittedAt.map((at) => at + 0.1), end: { at: 43, how: 'cut' }, left };
    });
    const trace = chainTrace({ emittedAt, endAt: 43, places });
    expect(verdicts(trace)).toEqual(others('breaks: cut'));
  });
});

it('a hop that keeps a part of what only raises the bytes for another is judged by the words', () => {
  const trace = holding(1, 2);
  const { count } = trace.origin.workload;
  const points = trace.points?.map((point, index) => {
    if (index > 0 || point.sight !== 'stream') return point;
    return { ...point, arrivals: point.arrivals.map((one) => ({ ...one, at: one.at + (one.seq < count ? 0 : 400) })) };
  });
  expect(trace.origin.emissions.length).toBeGreaterThan(count);
  expect(verdicts({ ...trace, points: points ?? [] })).toEqual(['buffers', 'streams']);
});

/** Hop 1 of two holds the bytes; what came before hop 2, on its way to hop 1, came later by `lateMs`. */
function beside(lateMs: (seq: number) => number): Trace {
  const trace = holding(1, 2, 1150);
  const points = trace.points?.map((point, index) =>
    index > 0 || point.sight !== 'stream'
      ? point
      : { ...point, arrivals: point.arrivals.map((one) => ({ ...one, at: one.at + lateMs(one.seq) })) },
  );
  return { ...trace, points: points ?? [] };
}

describe('a hop behind one that holds bytes', () => {
  const onTime = beside(() => 0);
  const late = beside(() => 12);
  const toTheEnd = beside((seq) => (seq > 5 ? 400 : 0));
  const reference = passing([0.1]);
  const told = (tries: Trace[]): boolean => isToldOfHops({ tries, reference }, FLOOR);

  it('is told by one try where it passes all', () => {
    expect(isToldOfHops({ tries: [onTime] }, FLOOR)).toBe(true);
    expect(hopsOf(onTime)[1]).toMatchObject({ verdict: 'streams' });
  });

  it('is not convicted of a delay with no relay beside it', () => {
    expect(hopsOf(late)[1]).toMatchObject({ verdict: 'delays' });
    expect(isToldOfHops({ tries: [late] }, FLOOR)).toBe(false);
  });

  it('is not convicted of bytes held once', () => {
    expect(hopsOf(toTheEnd)[1]).toMatchObject({ verdict: 'buffers' });
    expect(told([toTheEnd])).toBe(false);
    expect(judgeHops({ tries: [onTime, toTheEnd], reference }, FLOOR)[1]).toEqual({
      verdict: 'inconclusive',
      reason: 'it held words in 1 of 2 tries',
      tries: 2,
    });
    expect(told([onTime, toTheEnd])).toBe(false);
    expect(judgeHops({ tries: [toTheEnd, onTime], reference }, FLOOR)[1]).toMatchObject({ verdict: 'streams' });
    expect(told([toTheEnd, onTime])).toBe(true);
  });

  it('is convicted of bytes held each time', () => {
    expect(judgeHops({ tries: [toTheEnd, toTheEnd], reference }, FLOOR)[1]).toMatchObject({ verdict: 'buffers' });
  });
});

/** When the head came: to the client, and to each tap. */
function withHeadAt(...at: number[]): Trace {
  const trace = passing([0.1, 0.1]);
  const points = trace.points?.map((point, index) => {
    if (point.sight !== 'stream' || point.received.head === undefined) return point;
    const head = { ...point.received.head, at: at[index + 1] ?? 0 };
    return { ...point, received: { ...point.received, head } };
  });
  const head = trace.client.head === undefined ? {} : { head: { ...trace.client.head, at: at[0] ?? 0 } };
  return { ...trace, client: { ...trace.client, ...head }, points: points ?? [] };
}

it('a busy moment that meets the one piece in which all came is no delay of the hop', () => {
  const trace = holding(2, 2, 1150);
  const late = { ...trace, arrivals: trace.arrivals.map((arrival) => ({ ...arrival, at: arrival.at + 6 })) };
  expect(judgeHops({ tries: [late] }, FLOOR)).toMatchObject([
    {
      verdict: 'unseen',
      reason: 'what came to it came in fewer than 5 pieces, too few to tell what it would do by itself',
    },
    { verdict: 'coalesces' },
  ]);
});

describe('the headers', () => {
  it('that a hop keeps until the body comes out are its doing', () => {
    // The first word is written at 10 and passes at once.
    const trace = withHeadAt(10.3, 10.2, -40);
    expect([1, 2].map((hop) => sayHeadHold(trace, hop, FLOOR))).toEqual([
      undefined,
      'holds the headers for 50 ms, until the body comes out',
    ]);
  });

  it('that pass, or come a little late, are not spoken of', () => {
    expect([1, 2].map((hop) => sayHeadHold(withHeadAt(-39, -39.5, -40), hop, FLOOR))).toEqual([undefined, undefined]);
    expect(sayHeadHold(withHeadAt(-19, -39, -40), 1, FLOOR)).toBeUndefined();
  });

  it('that came together with the first word were not kept', () => {
    expect(sayHeadHold(withHeadAt(40, 10, -40), 1, FLOOR)).toBeUndefined();
  });
});

describe('two guilty hops', () => {
  it('are both found: a timer behind one that waits for bytes', () => {
    const trace = holding(1, 2, 1040);
    const late = {
      ...trace,
      points: trace.points?.map((point, index) => (index === 0 ? shifted(point, 30) : point)) ?? [],
    };
    expect(verdicts(late)).toEqual(['coalesces', 'delays']);
  });

  it('are both found: one that waits for bytes in front of one that waits for fewer', () => {
    const outer = holding(1, 2, 1100);
    // The inner one lets the first go 1010 ms after it was written, and from then on each as it comes.
    const [between, behind] = outer.points ?? [];
    if (between?.sight !== 'stream' || behind?.sight !== 'stream') throw new Error('no points');
    const arrivals = behind.arrivals.map((one) => ({ ...one, at: Math.max(1510, one.at + 0.1) }));
    const trace: Trace = { ...outer, points: [{ ...between, arrivals }, behind] };
    expect(guiltyHops(hopsOf(trace))).toEqual([1, 2]);
    expect(hopsOf(trace)[1]?.verdict).toBe('coalesces');
  });
});

type Point = NonNullable<Trace['points']>[number];

/** Everything that came, so much later. */
function shifted(point: Point, ms: number): Point {
  if (point.sight !== 'stream') return point;
  return { ...point, arrivals: point.arrivals.map((arrival) => ({ ...arrival, at: arrival.at + ms })) };
}

describe('a link that tells nothing', () => {
  const trace = passing([0.1, 0.1, 0.1]);
  const withLink = (index: number, point: Point): Trace => ({
    ...trace,
    points: trace.points?.map((one, place) => (place === index ? point : one)) ?? [],
  });

  it('encrypted, leaves the hops on both of its sides unseen, and says why', () => {
    const blind = withLink(1, {
      between: ['traefik/default', 'caddy/default'],
      sight: 'opaque',
      protocol: 'TLS',
      reads: [],
    });
    expect(verdicts(blind)).toEqual(['streams', 'unseen', 'unseen']);
    expect(judgeHop({ tries: [blind] }, 2, FLOOR)).toEqual({
      verdict: 'unseen',
      reason:
        'the link traefik/default → caddy/default speaks TLS: its bytes are timed, and no words can be told among them',
    });
  });

  it('full, says its bound', () => {
    const blind = withLink(2, {
      between: ['caddy/default', 'origin'],
      sight: 'over-bound',
      boundBytes: 67_108_864,
    });
    expect(judgeHop({ tries: [blind] }, 3, FLOOR)).toMatchObject({
      reason: 'more than 67,108,864 bytes passed the link caddy/default → origin, the most that a tap records',
    });
  });

  it('never reached, says so', () => {
    const blind = withLink(2, { between: ['caddy/default', 'origin'], sight: 'nothing' });
    expect(judgeHop({ tries: [blind] }, 3, FLOOR)).toMatchObject({
      reason: 'the request never came to the link caddy/default → origin',
    });
  });
});

describe('a verdict of hops', () => {
  it.each([passing([0.2, 50, 0.2]), holding(2, 3, 1040), holding(2, 3)])(
    'is the same from the kept evidence',
    (trace) => {
      const kept = JSON.parse(JSON.stringify(deepFrozen(trace))) as Trace;
      expect(judgeHops({ tries: [kept] }, FLOOR)).toEqual(hopsOf(trace));
    },
  );

  it('does not change by delays below the floor', () => {
    const delaysMs = fc.array(fc.double({ min: 0, max: 4.5, noNaN: true }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(delaysMs, fc.nat(2), (small, guilty) => {
        const holds = small.map((ms, index) => (index === guilty ? 50 + ms : ms));
        expect(guiltyHops(hopsOf(passing(holds)))).toEqual([guilty + 1]);
      }),
    );
  });
});
