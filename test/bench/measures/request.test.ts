import { describe, expect, it } from 'vitest';

import { requestMeasure, type RequestFigures } from '../../../bench/measures/request.ts';
import type { Exchange } from '../../../bench/measures/uploading.ts';
import { streamed } from '../traces.ts';
import { convictedBy } from './on-relays.ts';

const { figures, say, flaw, noise, relays } = requestMeasure;
const PIECE = 64;
const STEP_MS = 10;

interface Case extends Partial<Pick<Exchange, 'framing' | 'answer' | 'stalled'>> {
  /** When each piece of 64 bytes came to the origin that was written at 10, 20, 30, …; `undefined` is never. */
  came?: (number | undefined)[];
  endedAt?: number | undefined;
  end?: 'whole' | 'cut';
  /** Bytes that the origin has and the client did not write. */
  addedBytes?: number;
  /** When the response's body began for the client. */
  beganAt?: number;
  status?: number;
  clientEnd?: Exchange['client']['end']['how'];
  offsetMs?: number;
  askedAt?: number | undefined;
}

/** The client's clock is `offsetMs` ahead of the origin's. */
function exchange(given: Case = {}): Exchange {
  const { came = [10.5, 20.5, 30.5], stalled, offsetMs = 0, end = 'whole' } = given;
  const endedAt = 'endedAt' in given ? given.endedAt : 60;
  const askedAt = 'askedAt' in given ? given.askedAt : 5;
  const { origin, client } = streamed();
  const pieces = came.flatMap((at) => (at === undefined ? [] : [{ at: at - offsetMs, bytes: PIECE }]));
  const { headers } = client.request;
  return {
    framing: given.framing ?? 'chunked',
    answer: given.answer ?? 'request-end',
    sent: {
      pieces: came.map((_, index) => ({ at: (index + 1) * STEP_MS, bytes: PIECE })),
      ...(endedAt === undefined ? {} : { endedAt }),
    },
    lockStepPieces: stalled === undefined ? came.length : stalled + 1,
    ...(stalled === undefined ? {} : { stalled }),
    origin: {
      ...origin,
      emissions: [{ seq: 0, at: 6 - offsetMs, bytes: 32 }],
      ...(askedAt === undefined
        ? {}
        : { request: { at: askedAt - offsetMs, method: 'POST', httpVersion: '1.1', headers } }),
      upload: { pieces, bytes: pieces.length * PIECE + (given.addedBytes ?? 0), end: { at: 61 - offsetMs, how: end } },
      end: { at: 90 - offsetMs, how: 'complete' },
    },
    client: {
      ...client,
      ...(client.head === undefined ? {} : { head: { ...client.head, status: given.status ?? 200 } }),
      end: { at: 95, how: given.clientEnd ?? 'complete' },
    },
    body: [{ at: given.beganAt ?? 7, bytes: 32 }],
    clock: { shared: offsetMs === 0, offsetMs, errorMs: 0 },
  };
}

function found(given: Case = {}): RequestFigures['chunked'] {
  const exchanges = [exchange(given), exchange({ ...given, answer: 'request-head' })];
  return figures({ delayLimitMs: 5, exchanges }).chunked;
}

function chunkedOf(...exchanges: Exchange[]): RequestFigures['chunked'] {
  return figures({ delayLimitMs: 5, exchanges }).chunked;
}

function bodyOf(...exchanges: Exchange[]): unknown {
  return chunkedOf(...exchanges).body;
}

describe('the body of a request', () => {
  it('streams where each piece came at the floor, and delays above it', () => {
    expect(found().body).toMatchObject({ how: 'streams', hold: { n: 3, p50Ms: 0.5 } });
    expect(found({ came: [15, 25, 35] }).body).toMatchObject({ how: 'streams' });
    expect(found({ came: [15.1, 25.1, 35.1] }).body).toMatchObject({
      how: 'delays',
      hold: { p50Ms: expect.closeTo(5.1) as number },
    });
  });

  it('does not delay where it streamed in one of the repeats', () => {
    const exchanges = [exchange({ came: [16, 26, 36] }), exchange()];
    expect(figures({ delayLimitMs: 5, exchanges }).chunked.body).toMatchObject({ how: 'streams' });
    expect(figures({ delayLimitMs: 5, exchanges: exchanges.slice(0, 1) }).chunked.body).toMatchObject({
      how: 'delays',
    });
  });

  it('is inconclusive where a busy machine held most pieces: the shortest are at the floor, or the tries differ', () => {
    const late = figures({ delayLimitMs: 5, exchanges: [exchange({ came: [18, 28, 31] })] });
    expect(late.chunked.body).toMatchObject({ how: 'inconclusive' });
    expect(noise?.(late)).toContain('a busy machine');
    const exchanges = [exchange({ came: [17, 27, 37] }), exchange({ came: [41, 51, 61] })];
    expect(figures({ delayLimitMs: 5, exchanges }).chunked.body).toMatchObject({ how: 'inconclusive' });
    const alike = [exchange({ came: [40, 50, 60] }), exchange({ came: [41, 51, 61] })];
    expect(figures({ delayLimitMs: 5, exchanges: alike }).chunked.body).toMatchObject({ how: 'delays' });
  });

  it('coalesces only where every try did, and most by the same bytes', () => {
    const stalls = (releasedAt: number): Exchange =>
      exchange({ came: [10.5, releasedAt, releasedAt, releasedAt], stalled: 1 });
    expect(bodyOf(stalls(45), exchange())).toMatchObject({ how: 'streams' });
    expect(bodyOf(stalls(45), exchange({ came: [20, 30, 40] }))).toMatchObject({ how: 'inconclusive' });
    expect(bodyOf(stalls(25), stalls(35), stalls(45))).toMatchObject({ how: 'inconclusive' });
    expect(bodyOf(stalls(45), stalls(35), stalls(35))).toMatchObject({ how: 'coalesces', heldBytes: { upTo: 128 } });
  });

  it('is timed on the clock of the client', () => {
    expect(found({ offsetMs: 1000 }).body).toMatchObject({
      how: 'streams',
      hold: { p50Ms: expect.closeTo(0.5) as number },
    });
  });

  it('coalesces where what stalled came before the end, by the bytes written by then', () => {
    const released = { came: [10.5, 45, 45, 45], stalled: 1 };
    // Of the second piece on: those of 20, 30 and 40 ms were written when they came, and the one before was not enough.
    expect(found(released).body).toEqual({ how: 'coalesces', heldBytes: { over: 2 * PIECE, upTo: 3 * PIECE } });
    expect(found({ ...released, came: [10.5, 35, 35, 45] }).body).toMatchObject({
      heldBytes: { over: PIECE, upTo: 2 * PIECE },
    });
  });

  it('is buffered where what stalled came with the end, and the origin was asked before or only then', () => {
    const late = { came: [61, 61, 61], stalled: 0 };
    expect(found(late).body).toEqual({ how: 'buffers', heldBytes: 3 * PIECE, asked: true });
    expect(found({ ...late, askedAt: 60.5 }).body).toEqual({ how: 'buffers', heldBytes: 3 * PIECE, asked: false });
    expect(found({ ...late, came: [60, 60, 60] }).body).toMatchObject({ how: 'buffers' });
    expect(found({ ...late, came: [59.9, 59.9, 59.9] }).body).toMatchObject({ how: 'coalesces' });
  });

  it('breaks where the hop wrote it anew and longer, which loses nothing', () => {
    const longer = found({ addedBytes: 14 });
    expect(longer).toMatchObject({
      body: { how: 'breaks', sentBytes: 192, arrivedBytes: 206 },
      duplex: { how: 'yes' },
    });
    expect(flaw?.({ chunked: longer, 'content-length': longer })).toBe('changes the request body');
    expect(say(both(longer))).toContain('the origin got 206 bytes in place of a request body of 192');
    const shorter = found({ came: [10.5, undefined] });
    expect(flaw?.({ chunked: shorter, 'content-length': shorter })).toContain('loses request bytes');
  });

  it('breaks where the origin took a part of it for the whole', () => {
    expect(found({ came: [10.5, undefined, 30.5] }).body).toEqual({ how: 'breaks', sentBytes: 192, arrivedBytes: 128 });
  });

  it('is unknown without the origin, and where the hop ended the exchange', () => {
    expect(found({ askedAt: undefined, status: 413 }).body).toMatchObject({
      reason: 'the hop answered 413 without the origin',
    });
    expect(found({ came: [], endedAt: undefined }).body).toMatchObject({ how: 'unknown' });
    expect(found({ came: [undefined], stalled: 0, endedAt: undefined, end: 'cut' }).body).toMatchObject({
      how: 'unknown',
    });
    expect(found({ clientEnd: 'not-connected' }).body).toMatchObject({ how: 'unknown' });
  });
});

describe('full duplex', () => {
  it('is not told by a request of fewer bytes than the hop holds: with more it might have been answered before its end', () => {
    const released = { came: [31, 31, 31], stalled: 0 };
    const waited = (writtenAt: number): Exchange => {
      const one = exchange({ answer: 'request-head', came: [61, 61, 61], stalled: 0, beganAt: 63 });
      return { ...one, origin: { ...one.origin, emissions: [{ seq: 0, at: writtenAt, bytes: 32 }] } };
    };
    expect(chunkedOf(exchange(released), waited(62))).toMatchObject({
      body: { how: 'coalesces' },
      duplex: { how: 'unknown', reason: 'the few bytes of that request were held to its end' },
    });
    // What was asked at once and answered at the end waits for that, and so does what holds all.
    expect(chunkedOf(exchange(released), waited(6)).duplex).toEqual({ how: 'waits' });
    const held = exchange({ came: [61, 61, 61], stalled: 0 });
    expect(chunkedOf(held, waited(62))).toMatchObject({ body: { how: 'buffers' }, duplex: { how: 'waits' } });
  });

  it('is when the response began before the request ended, on one clock', () => {
    expect(found({ beganAt: 8 }).duplex).toEqual({ how: 'yes', ms: 2 });
    expect(found({ beganAt: 8, offsetMs: -500 }).duplex).toEqual({ how: 'yes', ms: 2 });
    expect(found({ beganAt: 59.9 }).duplex).toMatchObject({ how: 'yes' });
  });

  it('is not when it waited for that, and unknown when it waited for its own end', () => {
    expect(found({ beganAt: 60 }).duplex).toEqual({ how: 'waits' });
    expect(found({ beganAt: 73 }).duplex).toEqual({ how: 'waits' });
    expect(found({ beganAt: 90 }).duplex).toMatchObject({ how: 'unknown' });
  });

  it('cannot be told where the response came after the end, but not with it', () => {
    const late = figures({
      delayLimitMs: 5,
      exchanges: [exchange(), exchange({ beganAt: 80, answer: 'request-head' })],
    });
    expect(late.chunked.duplex).toMatchObject({ how: 'inconclusive' });
    expect(noise?.(late)).toContain('by a timer, or late');
  });

  it('is not when the hop answers, cuts, or loses bytes of the request', () => {
    expect(found({ status: 400 }).duplex).toEqual({ how: 'answers', status: 400 });
    expect(found({ clientEnd: 'reset' }).duplex).toEqual({
      how: 'cuts',
      end: 'reset',
      sentBytes: 192,
      arrivedBytes: 192,
    });
    expect(found({ endedAt: undefined }).duplex).toMatchObject({ how: 'cuts' });
    expect(found({ end: 'cut', came: [10.5, undefined] }).duplex).toMatchObject({ how: 'cuts', arrivedBytes: 64 });
    expect(found({ came: [10.5, undefined] }).duplex).toEqual({ how: 'loses', sentBytes: 128, arrivedBytes: 64 });
  });
});

function seen(...cases: Case[]): string {
  const exchanges = cases.map((one) => exchange({ ...one, answer: 'request-head' }));
  return figures({ delayLimitMs: 5, exchanges }).chunked.duplex.how;
}

it('is the worst of what was seen in the repeats, but a response that came late once may have met noise', () => {
  const [yes, waits, held] = [{}, { beganAt: 70 }, { beganAt: 99 }];
  const [loses, cuts, answers] = [{ came: [10.5, undefined] }, { clientEnd: 'reset' }, { status: 400 }] as const;
  expect(seen(yes, { came: [...loses.came] }, cuts)).toBe('loses');
  expect(seen(yes, answers, cuts)).toBe('cuts');
  expect(seen(yes, answers)).toBe('answers');
  expect(seen(held, waits, yes)).toBe('yes');
  expect(seen(held, waits)).toBe('waits');
});

function both(one: RequestFigures['chunked'], other = one): RequestFigures {
  return { chunked: one, 'content-length': other };
}

it('a framing that was not asked for is unknown', () => {
  expect(figures({ delayLimitMs: 5, exchanges: [] })).toEqual(
    both({ body: { how: 'unknown', reason: 'not measured' }, duplex: { how: 'unknown', reason: 'not measured' } }),
  );
});

it('says what it is, in one phrase where the framings do not differ', () => {
  expect(say(both(found()))).toBe('passes the request body as it comes (hold 0.50 ms p50, 0.50 ms p99); full duplex');
  expect(say(both(found({ came: [61], stalled: 0, askedAt: 60.5, beganAt: 62 })))).toBe(
    'holds the request body to its end, 64 bytes, and only then asks the origin; no response before the end of the request',
  );
  expect(say(both(found({ came: [10.5, undefined] }), found({ status: 400 })))).toBe(
    'chunked: the origin got 64 bytes of a request body of 128; loses request bytes when the response begins before its end: the origin got 64 of 128; content-length: passes the request body as it comes (hold 0.50 ms p50, 0.50 ms p99); answers 400 by itself',
  );
});

function coalesces(over: number, upTo: number): RequestFigures['chunked'] {
  return { body: { how: 'coalesces', heldBytes: { over, upTo } }, duplex: { how: 'yes', ms: 1 } };
}

describe('a relay', () => {
  it.each<[string[], RequestFigures]>([
    [['transparent'], both(found())],
    [['half-duplex'], both(found({ beganAt: 70 }))],
    [['collect-request'], both(found({ came: [61], stalled: 0, askedAt: 60.5, beganAt: 62 }))],
    [[], both(found({ came: [61], stalled: 0, beganAt: 62 }))],
    [['hold-request-4096-bytes'], both(coalesces(4095, 4096))],
    [[], both(coalesces(4096, 5000))],
    [[], both(coalesces(3000, 4095))],
    [[], both(found(), found({ beganAt: 70 }))],
  ])('is convicted in both framings or not at all: %j', (convicted, one) => {
    expect(convictedBy(relays, one)).toEqual(convicted);
  });
});
