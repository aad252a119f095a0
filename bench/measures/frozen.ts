/**
 * A stream of which we choose how many bytes are written and how long is waited then: what comes out
 * before the end of the response was let go by bytes or by time, and not by the end.
 */

import { chunkSize } from '../../server/payload.ts';
import { LOCK_STEP, resolveWorkload, type LockStep, type WorkloadInput } from '../../server/workload.ts';
import { header } from '../client/http1.ts';
import { fetchStream, type ClientTrace } from '../client/client.ts';
import type { OriginTrace } from '../../server/trace.ts';
import type { ClockOffset } from '../origin-client.ts';
import type { Point } from '../taps/point.ts';
import type { MeasureContext } from './measure.ts';

/** Times are milliseconds on the client's monotonic clock, bytes are of the body, after decoding at the client. */
export interface Frozen {
  /** What the origin wrote before it began the end, without its head. */
  writes: { at: number; bytes: number }[];
  /** What came out before that. */
  pieces: { at: number; bytes: number }[];
  /** The Content-Encoding that the client got, … */
  coding?: string;
  /** … and that in which it came to the hop. */
  cameIn?: string;
  /** When the end was begun. */
  endAt?: number;
  /** What the taps of the path saw of it, where there are taps. */
  points?: Point[];
  /** Nothing is to be told from this stream. */
  fault?: string;
}

export interface FrozenOptions {
  /** One size for each write. */
  chunkBytes: number[];
  /** How long is waited for an acknowledgement; without one comes the end. */
  deadlineMs: number;
  /** Whether all are written without waiting for an acknowledgement between, each in a read of its own as far as can be. */
  isOneGo?: boolean;
  /** Told how many body bytes have come; may acknowledge a write so that the origin goes on with the next. */
  onBody?(this: void, receivedBytes: number, acknowledge: (seq: number) => void): void;
}

/** Connecting, starting and ending, beyond what the workload itself takes. */
const SLACK_MS = 5000;

/**
 * So long after the head comes the first write, that a hop reads it by itself even when the machine is busy: what is
 * read with the head goes through Go's buffers otherwise, and is held by other bytes.
 */
export const LEAD_MS = 20;

const APART_MS = 1;
/** Announced where a length is, if no more is written: what is missing of it is written after the end was begun. */
const ANNOUNCED_BYTES = 100_000;

/**
 * What the origin is asked for. A chunk beyond the bytes that are asked for is left to the end, so that
 * a length that is announced is not filled before it.
 */
export function frozenWorkload(
  input: MeasureContext['workload'],
  { chunkBytes, deadlineMs, isOneGo = false }: Omit<FrozenOptions, 'onBody'>,
): WorkloadInput & { pace: LockStep } {
  const plain = { ...input, count: chunkBytes.length, chunkBytes };
  // Small sizes are raised to what the marks need.
  const raised = resolveWorkload(plain);
  const bytes = chunkBytes.reduce((sum, _, seq) => sum + chunkSize(raised, seq), 0);
  const freeze = isOneGo ? { afterChunks: 0, bytes, apartMs: APART_MS } : { afterChunks: chunkBytes.length - 1, bytes };
  // A hop may look at how much of what was announced is missing, and each digit of a Content-Length takes room in its
  // buffer beside the head: of nearly all that is asked it is the same.
  const isAnnounced = plain.framing === 'piecewise' || plain.framing === 'content-length';
  const leastBytes = isAnnounced ? ANNOUNCED_BYTES : 0;
  const bounds = { budgetMs: 600_000, boundBytes: Math.max(leastBytes, bytes + 1), lingerMs: 0 };
  return { ...plain, pace: { ...LOCK_STEP, ...bounds, leadMs: LEAD_MS, deadlineMs, freeze } };
}

function faultOf(
  { end, request }: OriginTrace,
  client: ClientTrace,
  status: number,
  pieces: number,
): string | undefined {
  if (client.end.how === 'not-connected') return `no connection to the hop: ${client.end.detail ?? ''}`;
  if (end === undefined && client.end.how === 'malformed')
    return `its response is not valid HTTP: ${client.end.detail ?? ''}`;
  if (request === undefined || end === undefined)
    return `the hop answered ${client.head?.status ?? client.end.how} without the origin`;
  if (end.how === 'client-left') return 'the hop left the origin before the end of the stream';
  if (end.how !== 'complete') return `the stream was cut before its end: ${end.how}`;
  if (pieces > 0 && client.head?.status !== status) return `the hop answered ${client.head?.status ?? 'nothing'}`;
  return undefined;
}

/** Pure: what the two sides saw. */
export function frozenOf(
  origin: OriginTrace,
  client: ClientTrace,
  body: Frozen['pieces'],
  { offsetMs }: Pick<ClockOffset, 'offsetMs'>,
): Frozen {
  const endAt = (origin.end?.at ?? Number.POSITIVE_INFINITY) + offsetMs;
  const pieces = body.filter(({ at, bytes }) => at < endAt && bytes > 0);
  const coding = client.head === undefined ? undefined : header(client.head, 'content-encoding');
  const { contentCoding } = origin.workload;
  const fault = faultOf(origin, client, origin.workload.status, pieces.length);
  return {
    writes: origin.emissions.map(({ at, bytes }) => ({ at: at + offsetMs, bytes })).filter(({ at }) => at < endAt),
    pieces,
    ...(origin.end === undefined ? {} : { endAt }),
    ...(coding === undefined ? {} : { coding }),
    ...(contentCoding === undefined ? {} : { cameIn: contentCoding }),
    ...(fault === undefined ? {} : { fault }),
  };
}

/** @throws BenchError when the origin's control API fails. */
export async function frozenStream(
  { origin, clock, via, workload: input, request, points, signal }: MeasureContext,
  options: FrozenOptions,
): Promise<Frozen> {
  signal?.throwIfAborted();
  const { chunkBytes, onBody } = options;
  const asked = frozenWorkload(input, options);
  // Each write may be waited for.
  const timeoutMs = asked.pace.leadMs + chunkBytes.length * options.deadlineMs + SLACK_MS;
  const stream = await origin.create({ ...asked, lifetimeMs: Math.ceil(timeoutMs) + 1000 });
  const body: Frozen['pieces'] = [];
  let receivedBytes = 0;
  try {
    const client = await fetchStream(
      via,
      { method: 'GET', httpVersion: '1.1', headers: {}, ...request, path: stream.path },
      {
        headTimeoutMs: timeoutMs,
        totalTimeoutMs: timeoutMs,
        ...(signal === undefined ? {} : { signal }),
        onBody(bytes, at) {
          body.push({ at, bytes: bytes.length });
          receivedBytes += bytes.length;
          onBody?.(receivedBytes, (seq) => origin.acknowledge(stream.id, seq));
        },
      },
    );
    const trace = await (points === undefined ? origin.take(stream.id) : origin.trace(stream.id));
    const frozen = frozenOf(trace, client, body, clock);
    return points === undefined ? frozen : { ...frozen, points: await points(stream.id, trace.workload) };
  } finally {
    await origin.delete(stream.id).catch(() => {});
  }
}
