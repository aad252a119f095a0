/**
 * A POST whose body is written piece by piece: the next piece when the origin has told, past the hop, that the last
 * one came. Without that either ever more bytes are written, up to a bound, or the request is ended.
 */

import type { OriginTrace } from '../../server/trace.ts';
import { LOCK_STEP, type WorkloadInput } from '../../server/workload.ts';
import { fetchStream, type ClientTrace } from '../client/client.ts';
import { Upload, type Sent, type UploadFraming } from '../client/upload.ts';
import type { ClockOffset } from '../origin-client.ts';
import type { Point } from '../taps/point.ts';
import type { MeasureContext } from './measure.ts';

/** When the origin answers: with the request's head, so that request and response are open at once, or when it has all. */
export type Answer = NonNullable<WorkloadInput['answer']>;

export interface Exchange {
  framing: UploadFraming;
  answer: Answer;
  sent: Sent;
  /** The piece that the origin did not have within the deadline. Absent where all came. */
  stalled?: number;
  /** Pieces in lock-step, the stalled one included. */
  lockStepPieces: number;
  origin: OriginTrace;
  client: ClientTrace;
  /** Those of the response, after decoding. */
  body: { at: number; bytes: number }[];
  clock: ClockOffset;
  /** What the taps of the path saw of it, where there are taps. */
  points?: Point[];
}

const PIECES = 30;
const PIECE_BYTES = 64;
/** How long the origin's request is waited for before the first piece is written, and then each piece. */
const HEAD_WAIT_MS = 300;
const DEADLINE_MS = 400;
const BUDGET_MS = 1500;
/** After a stall: so much more, so often, up to the bound. */
const GROWTH = 1.25;
const STEP_MS = 30;
const BOUND_BYTES = 256 * 1024;
/**
 * What a Content-Length announces: more than is written before the end. With the response open that is little, or the
 * last write would fill the sockets between hop and origin, and what the hop makes of that is another question.
 */
const LENGTH_BYTES: Record<Answer, number> = {
  'request-head': (PIECES + 1) * PIECE_BYTES,
  'request-end': BOUND_BYTES + PIECE_BYTES,
};
/** How long the response is waited for while the request is open, and again when it is ended. */
const RESPONSE_WAIT_MS = 300;
/** While the request is open by so much longer in each try: no timer of the response ends with the request in all of them. */
const LONGER_MS = 210;
const TOTAL_WAIT_MS = 1000;
/** What the waits come to where the whole request is held. */
export const LONGEST_MS =
  HEAD_WAIT_MS +
  DEADLINE_MS +
  STEP_MS * Math.ceil(Math.log(BOUND_BYTES / PIECE_BYTES) / Math.log(GROWTH)) +
  RESPONSE_WAIT_MS;
/** More than all of these can take. */
const TIMEOUT_MS = 15_000;

/** The response begins with one chunk, and is ended by an acknowledgement: the client has it in its hand. */
const RESPONSE: Pick<WorkloadInput, 'count' | 'pace' | 'lifetimeMs'> = {
  count: 2,
  pace: { ...LOCK_STEP, deadlineMs: TIMEOUT_MS, budgetMs: TIMEOUT_MS, boundBytes: 0 },
  lifetimeMs: TIMEOUT_MS + 1000,
};

/** What the driving of one upload needs to know of the other side. */
interface Sides {
  /** Whether the origin had the request within this time, and so many bytes of it, or all. */
  reached: (bytes: number | 'end', withinMs: number) => Promise<boolean>;
  /** Whether the response's body had begun within this time. */
  answered: (withinMs: number) => Promise<void>;
  /** The exchange is over: the hop ended it. */
  isOver: () => boolean;
}

/** Lock-step, until a piece does not come. */
async function inLockStep(
  upload: Upload,
  { reached, isOver }: Sides,
): Promise<Pick<Exchange, 'stalled' | 'lockStepPieces'>> {
  const start = performance.now();
  for (let piece = 0; piece < PIECES; piece += 1) {
    if (isOver() || performance.now() - start > BUDGET_MS) return { lockStepPieces: piece };
    upload.piece(PIECE_BYTES);
    const came = await reached(upload.sentBytes, DEADLINE_MS);
    if (!came && !isOver()) return { stalled: piece, lockStepPieces: piece + 1 };
  }
  return { lockStepPieces: PIECES };
}

/** What did not come is raised by ever more bytes, until any of it comes. */
async function raise(upload: Upload, heldFrom: number, { reached, isOver }: Sides): Promise<void> {
  while (!isOver() && !(await reached(heldFrom + 1, STEP_MS)) && upload.sentBytes < BOUND_BYTES) {
    const goal = Math.max(upload.sentBytes * GROWTH, upload.sentBytes + PIECE_BYTES);
    upload.piece(Math.ceil(Math.min(goal, BOUND_BYTES)) - upload.sentBytes);
  }
}

async function drive(
  upload: Upload,
  answer: Answer,
  sides: Sides,
  openMs: number,
): Promise<Pick<Exchange, 'stalled' | 'lockStepPieces'>> {
  await sides.reached(0, HEAD_WAIT_MS);
  const stepped = await inLockStep(upload, sides);
  if (answer === 'request-head') await sides.answered(openMs);
  else if (stepped.stalled !== undefined) await raise(upload, stepped.stalled * PIECE_BYTES, sides);
  if (sides.isOver()) return stepped;
  upload.end();
  await sides.reached('end', TOTAL_WAIT_MS);
  await sides.answered(RESPONSE_WAIT_MS);
  return stepped;
}

/** Resolves at the latest after this time. */
async function within(event: Promise<unknown>, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  void event.then(() => resolve());
  await promise;
  clearTimeout(timer);
}

/** `attempt`: counts tries of the same. @throws BenchError when the origin's control API fails. */
export async function uploadingExchange(
  { origin, clock, via, workload, request, points, signal }: MeasureContext,
  framing: UploadFraming,
  answer: Answer,
  attempt = 0,
): Promise<Exchange> {
  signal?.throwIfAborted();
  const stream = await origin.create({ ...workload, ...RESPONSE, answer });
  try {
    const upload = new Upload(framing, LENGTH_BYTES[answer], request.httpVersion);
    const body: Exchange['body'] = [];
    const began = Promise.withResolvers<void>();
    let over = false;
    // Its body is this one, written here.
    const { bodyBytes: _, ...asked } = request;
    const exchange = fetchStream(
      via,
      {
        httpVersion: '1.1',
        ...asked,
        method: 'POST',
        path: stream.path,
        headers: { ...asked.headers, ...upload.headers },
      },
      {
        headTimeoutMs: TIMEOUT_MS,
        totalTimeoutMs: TIMEOUT_MS,
        ...(signal === undefined ? {} : { signal }),
        onOpen: (write, finish) => upload.begin(write, finish),
        onBody(bytes, at) {
          body.push({ at, bytes: bytes.length });
          if (bytes.length > 0) began.resolve();
        },
      },
    ).finally(() => {
      over = true;
      began.resolve();
    });
    await Promise.race([upload.opened, exchange]);
    const sides: Sides = {
      reached: (bytes, withinMs) => origin.uploadReached(stream.id, bytes, withinMs),
      answered: (withinMs) => within(began.promise, withinMs),
      isOver: () => over,
    };
    const stepped = await drive(upload, answer, sides, RESPONSE_WAIT_MS + attempt * LONGER_MS);
    origin.acknowledge(stream.id, 1);
    const client = await exchange;
    const trace = await (points === undefined ? origin.take(stream.id) : origin.trace(stream.id));
    return {
      framing,
      answer,
      sent: upload.sent,
      ...stepped,
      origin: trace,
      client,
      body,
      clock,
      ...(points === undefined ? {} : { points: await points(stream.id, trace.workload) }),
    };
  } finally {
    await origin.delete(stream.id).catch(() => {});
  }
}
