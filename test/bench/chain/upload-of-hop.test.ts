/** An upload through three hops: which of them held it. */

import { describe, expect, it } from 'vitest';

import { isUnseen } from '../../../bench/chain/unseen.ts';
import { requestMeasure, type RequestFigures } from '../../../bench/measures/request.ts';
import type { Answer, Exchange } from '../../../bench/measures/uploading.ts';
import { chainTrace, type Place } from './chains.ts';

const HOPS = [1, 2, 3];
const PIECE = 64;
const SENT_AT = Array.from({ length: 8 }, (_, index) => 100 + index * 20);
const ENDED_AT = 300;

interface Upload {
  /** From this hop on towards the origin nothing comes before the end of the request. */
  holder?: number;
  /** … and towards the client no response does. */
  halfDuplex?: number;
  /** When the hop that holds lets go, where it does before the end. */
  releasedAt?: number;
}

function exchange({ holder = 4, halfDuplex = 4, releasedAt = ENDED_AT + 1 }: Upload, answer: Answer): Exchange {
  const cameAt = (place: number): number[] =>
    SENT_AT.map((at) => (place >= holder ? Math.max(at, releasedAt) : at) + 0.1 * place);
  const isHeld = holder <= 3 && answer === 'request-end';
  const beganAt = (place: number): number =>
    (place < halfDuplex && halfDuplex <= 3 ? ENDED_AT + 20 : 90) + 0.1 * (4 - place);
  const places = [0, 1, 2, 3].map((place): Place => ({
    arrivedAt: [beganAt(place), ENDED_AT + 50],
    ...(place === 0
      ? {}
      : {
          request: {
            at: holder <= place ? releasedAt : 50,
            method: 'POST',
            body: {
              pieces: cameAt(place).map((at) => ({ at, bytes: PIECE })),
              endAt: (place >= holder ? Math.max(ENDED_AT, releasedAt) : ENDED_AT) + 0.2 * place,
            },
          },
        }),
  }));
  const emittedAt = [beganAt(3) - 0.1, ENDED_AT + 50];
  const trace = chainTrace({ emittedAt, endAt: ENDED_AT + 60, places, workload: { count: 2 } });
  const pieces = cameAt(3).map((at) => ({ at, bytes: PIECE }));
  return {
    framing: 'chunked',
    answer,
    sent: { pieces: SENT_AT.map((at) => ({ at, bytes: PIECE })), endedAt: ENDED_AT },
    lockStepPieces: isHeld ? 1 : SENT_AT.length,
    ...(isHeld ? { stalled: 0 } : {}),
    origin: {
      ...trace.origin,
      upload: { pieces, bytes: PIECE * pieces.length, end: { at: ENDED_AT + 9, how: 'whole' } },
    },
    client: trace.client,
    body: [{ at: beganAt(0), bytes: 32 }],
    clock: trace.clock,
    points: trace.points ?? [],
  };
}

function found(upload: Upload, hop: number): RequestFigures['chunked'] | string {
  const exchanges = (['request-end', 'request-head'] as const).map((answer) => exchange(upload, answer));
  const figures = requestMeasure.ofHop?.({ delayLimitMs: 5, exchanges }, hop);
  if (figures === undefined || isUnseen(figures)) return figures?.reason ?? 'not told';
  return figures.chunked;
}

it('passes three hops that hold nothing', () => {
  for (const hop of HOPS)
    expect(found({}, hop)).toMatchObject({
      body: { how: 'streams', hold: { n: SENT_AT.length, p50Ms: expect.closeTo(0.1) as number } },
      duplex: { how: 'yes' },
    });
});

/** One for each hop: those nearer the client than `hop`, itself, and those behind it. */
function around<T>(hop: number, nearer: T, itself: T, behind: T): T[] {
  return HOPS.map((other) => (other < hop ? nearer : other === hop ? itself : behind));
}

describe.each(HOPS)('held by hop %d', (holder) => {
  it('to its end is held by no other; those behind it got it in one piece', () => {
    const buffers = { body: { how: 'buffers', heldBytes: PIECE * SENT_AT.length, asked: false } };
    const nothing = { body: { how: 'unknown', reason: 'nothing came to it before the end of the request' } };
    expect(HOPS.map((hop) => found({ holder }, hop))).toMatchObject(
      around<object>(holder, { body: { how: 'streams' } }, buffers, nothing),
    );
  });

  it('until enough was written is told with the bytes', () => {
    const releasedAt = SENT_AT[5] ?? 0;
    const coalesces = { body: { how: 'coalesces', heldBytes: { over: 5 * PIECE, upTo: 6 * PIECE } } };
    const lump = { body: { how: 'unknown', reason: 'the request body came to it in fewer than 5 pieces' } };
    expect(HOPS.map((hop) => found({ holder, releasedAt }, hop))).toMatchObject(
      around<object>(holder, { body: { how: 'streams' } }, coalesces, lump),
    );
  });

  it('is the response, where that waits for the end of the request: it came late to those before it', () => {
    const late = { duplex: { how: 'unknown', reason: 'no response came to it before the end of the request' } };
    expect(HOPS.map((hop) => found({ halfDuplex: holder }, hop))).toMatchObject(
      around<object>(holder, late, { duplex: { how: 'waits' } }, { duplex: { how: 'yes' } }),
    );
  });
});
