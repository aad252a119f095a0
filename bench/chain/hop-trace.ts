/**
 * One hop of a chain as if it were alone: what came to the point behind it was emitted there, and what came to the point
 * before it arrived. The same pure judge then says what this one hop did. Pure.
 */

import { header, type ResponseHead } from '../client/http1.ts';
import type { ClientTrace } from '../client/client.ts';
import type { Arrival } from '../client/arrivals.ts';
import type { Floor } from '../floor.ts';
import { onClientClock, sizeOf } from '../metrics.ts';
import { breakage } from '../verdict/integrity.ts';
import type { OriginTrace } from '../../server/trace.ts';
import type { PassedRequest, StreamPoint } from '../taps/point.ts';
import type { Trace } from '../trace.ts';
import { ownForeign, renumber } from './renumber.ts';

/** Times are on the client's clock already. */
const SAME_CLOCK = { shared: true, offsetMs: 0, errorMs: 0 };

/** What HTTP makes of each connection anew (RFC 9110, section 7.6.1), the framing, and a server's own clock. */
const OF_THE_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'content-type',
  'date',
]);

/** The stream as it was received at one place: at the client or at a tap. */
type Received = Pick<StreamPoint, 'received' | 'arrivals' | 'foreign' | 'left'> & {
  request?: ClientTrace['request'];
};

/** What was received before hop `hop` (1 is nearest the client) sent it on; `undefined` where nothing can be seen. */
function before(trace: Trace, hop: number): Received | undefined {
  if (hop === 1) {
    const { client, arrivals, foreign } = trace;
    const left = client.end.how === 'left' ? { at: client.end.at, how: leavingOf(client) } : undefined;
    return { received: client, arrivals, foreign, request: client.request, ...(left === undefined ? {} : { left }) };
  }
  const point = trace.points?.[hop - 2];
  if (point?.sight !== 'stream') return undefined;
  // The connection may be older than the request: hops keep it for the next one.
  return { ...point, received: { ...point.received, sentAt: point.request.at }, request: requestOf(point) };
}

function leavingOf({ end }: ClientTrace): 'fin' | 'rst' {
  return end.detail === 'rst' ? 'rst' : 'fin';
}

function requestOf({ request }: StreamPoint): ClientTrace['request'] {
  const { method, path, httpVersion, headers, body } = request;
  return {
    method,
    path,
    httpVersion: httpVersion === '1.0' ? '1.0' : '1.1',
    headers: requestFields(headers),
    ...(body === undefined ? {} : { bodyBytes: sizeOf(body.pieces) }),
  };
}

/** By name in lower case, as the origin has them; of several lines one (RFC 9110, section 5.2). */
function requestFields(lines: PassedRequest['headers']): Record<string, string> {
  const fields = Map.groupBy(lines, ([name]) => name.toLowerCase());
  return Object.fromEntries([...fields].map(([name, values]) => [name, values.map(([, value]) => value).join(', ')]));
}

/** The response's own fields, each once, as a workload would name them. */
export function ownFields(head: ResponseHead): Record<string, string> {
  const names = [...new Set(head.headers.map(([name]) => name.toLowerCase()))];
  return Object.fromEntries(
    names.filter((name) => !OF_THE_CONNECTION.has(name)).map((name) => [name, header(head, name) ?? '']),
  );
}

const CLEAN = new Set(['complete', 'closed']);

/** Whether the end that the hop got was one of the upstream's death, as far as a receiver can know. */
function isDeath({ received: { end } }: Pick<StreamPoint, 'received'>): boolean {
  return end.how === 'cut' || end.how === 'reset' || end.how === 'malformed';
}

interface HopStream {
  emissions: OriginTrace['emissions'];
  arrivals: Arrival[];
}

/** The origin's own stall is this hop's when a chunk had come to it by then and not gone on. */
function ownStall(trace: Trace, { emissions, arrivals }: HopStream): OriginTrace['stalled'] {
  const { stalled } = trace.origin;
  if (stalled === undefined) return undefined;
  const at = onClientClock(trace, stalled.at);
  const outAt = new Map(arrivals.map((arrival) => [arrival.seq, arrival.at]));
  const waiting = emissions.find((emission) => emission.at < at && (outAt.get(emission.seq) ?? Infinity) >= at);
  return waiting === undefined ? undefined : { seq: waiting.seq, at };
}

/** A hop that got its words only once another had let go of them is told by those that it kept to the end. */
function laterStall(trace: Trace, { emissions, arrivals }: HopStream, floor: Floor): OriginTrace['stalled'] {
  const { stalled, end, workload } = trace.origin;
  if (stalled === undefined || workload.pace.mode !== 'lock-step') return undefined;
  const endAt = onClientClock(trace, end?.at ?? Number.POSITIVE_INFINITY);
  const quietFrom = endAt - workload.pace.lingerMs / 2;
  const outAt = new Map(arrivals.map((arrival) => [arrival.seq, arrival.at]));
  const isHeld = (seq: number, until: number): boolean => (outAt.get(seq) ?? Infinity) >= until;
  if (!emissions.some(({ seq, at }) => at < quietFrom && isHeld(seq, endAt))) return undefined;
  const first = emissions.find(({ seq, at }) => isHeld(seq, at + floor.delayLimitMs));
  return first === undefined ? undefined : { seq: first.seq, at: onClientClock(trace, stalled.at) };
}

function endOf(trace: Trace, up: StreamPoint): OriginTrace['end'] {
  const { end } = trace.origin;
  if (up.left !== undefined) return { at: up.left.at, how: 'client-left' };
  if (isDeath(up)) return { at: up.received.end.at, how: 'died' };
  if (up.received.end.how === 'no-end') return undefined;
  // The end was begun at the origin; what fills an announced length comes after it.
  const begunAt = end === undefined ? up.received.end.at : onClientClock(trace, end.at);
  return { at: Math.min(begunAt, up.received.end.at), how: 'complete' };
}

function uploadOf({ body }: PassedRequest): Pick<OriginTrace, 'upload'> {
  if (body === undefined) return {};
  const end = body.endAt === undefined ? {} : { end: { at: body.endAt, how: 'whole' as const } };
  return { upload: { pieces: body.pieces, bytes: sizeOf(body.pieces), ...end } };
}

/** As seen from both sides of hop `hop`, with everything that was not its doing still in it; for departures and deaths. */
export function rawHopTrace(trace: Trace, hop: number): Trace | undefined {
  const up = trace.points?.[hop - 1];
  const down = before(trace, hop);
  if (up?.sight !== 'stream' || down === undefined) return undefined;
  const { emitted, arrived } = renumber(up.arrivals, down.arrivals);
  const sizes = new Map(trace.origin.emissions.map(({ seq, bytes }) => [seq, bytes]));
  const { head, informational, trailers } = up.received;
  // Where what came to this hop is coded still, its head says so.
  const { contentCoding: _, ...workload } = trace.origin.workload;
  const end = endOf(trace, up);
  const leaving = down.left;
  const left = leaving === undefined ? undefined : ({ at: leaving.at, how: 'left', detail: leaving.how } as const);
  return {
    origin: {
      id: trace.origin.id,
      workload: {
        ...workload,
        ...(head === undefined ? {} : { status: head.status, headers: ownFields(head) }),
        contentType: (head === undefined ? undefined : header(head, 'content-type')) ?? workload.contentType,
      },
      state: end === undefined ? 'open' : 'ended',
      request: {
        at: up.request.at,
        method: up.request.method,
        httpVersion: up.request.httpVersion,
        headers: requestFields(up.request.headers),
      },
      ...uploadOf(up.request),
      replays: up.requests - 1,
      ...(head === undefined || head.framing === 'none' ? {} : { framing: head.framing, headAt: head.at }),
      ...(informational.length === 0
        ? {}
        : { informational: informational.map((one) => ({ status: one.head.status, at: one.at })) }),
      ...(trailers === undefined ? {} : { trailers: Object.fromEntries(trailers) }),
      emissions: emitted.map(({ seq, at }, index) => ({ seq: index, at, bytes: sizes.get(seq) ?? 0 })),
      acks: [],
      ...(up.left === undefined ? {} : { abort: { at: up.left.at, seen: up.left.how } }),
      ...(end === undefined ? {} : { end }),
    },
    client: {
      ...down.received,
      request: down.request ?? trace.client.request,
      ...(left === undefined ? {} : { end: left }),
    },
    arrivals: arrived,
    foreign: ownForeign(up.foreign, down.foreign),
    clock: SAME_CLOCK,
    ...(trace.fault === undefined ? {} : { fault: trace.fault }),
  };
}

/** Whether all of the request had come to hop `hop`. */
function hasRequest(trace: Trace, hop: number): boolean {
  // The client sends it with one write.
  if (hop === 1) return true;
  const point = trace.points?.[hop - 2];
  return point?.sight === 'stream' && (point.request.body === undefined || point.request.body.endAt !== undefined);
}

/** Whether the origin, which answers a whole request, was kept waiting for it by this hop. */
function keepsRequest(trace: Trace, hop: number, { origin }: Trace): boolean {
  const { client, origin: asked } = trace;
  if (client.head !== undefined || asked.workload.answer !== 'request-end') return false;
  return origin.upload !== undefined && origin.upload.end === undefined && hasRequest(trace, hop);
}

/** When what is downstream of hop `hop` gave up waiting; a hop that leaves after that leaves because of it. */
function givenUpAt({ client: { end }, points }: Trace, hop: number): number {
  const point = points?.[hop - 2];
  const left = point?.sight === 'stream' ? point.left?.at : undefined;
  if (hop > 1) return left ?? Number.POSITIVE_INFINITY;
  return end.how === 'no-head' || end.how === 'no-end' ? end.at : Number.POSITIVE_INFINITY;
}

/** An end that the hop did not make itself, because its upstream died or its downstream left, is no breakage of its own. */
function excused(trace: Trace, hop: number, raw: Trace, up: StreamPoint): Trace {
  const { end } = raw.client;
  // What follows the hop's own leaving is its own doing.
  const leftItself = up.left !== undefined && up.left.at < givenUpAt(trace, hop);
  const wasCut = !leftItself && (isDeath(up) || up.received.end.how === 'no-end');
  const isExcused = end.how === 'left' || (wasCut && !CLEAN.has(end.how));
  if (!isExcused && !wasCut) return raw;
  const begunAt = onClientClock(trace, trace.origin.end?.at ?? Number.POSITIVE_INFINITY);
  const origin: OriginTrace = {
    ...raw.origin,
    state: 'ended',
    end: { at: raw.origin.end?.at ?? begunAt, how: 'complete' },
  };
  if (!isExcused) return { ...raw, origin };
  const highest = raw.arrivals.reduce((most, { seq }) => Math.max(most, seq), -1);
  return {
    ...raw,
    origin: { ...origin, emissions: origin.emissions.filter(({ seq }) => seq <= highest) },
    client: { ...raw.client, end: { at: end.at, how: 'complete' } },
  };
}

/**
 * What is written after the words to raise the bytes is there for the hop that holds them, and in chunks of many KiB:
 * another hop is judged by the words. Those that came to it in one piece are one: a busy moment meets all of them.
 */
function piecesOf(own: Trace, up: StreamPoint): Trace {
  const { emitted } = renumber(up.arrivals, []);
  const words = own.origin.emissions.filter(({ seq }) => seq < own.origin.workload.count);
  const pieces = [...Map.groupBy(words, ({ seq }) => emitted[seq]?.read).values()];
  const numbers = new Map(pieces.map((piece, number) => [piece.at(-1)?.seq, number]));
  return {
    ...own,
    origin: {
      ...own.origin,
      emissions: pieces.map((piece, seq) => ({
        seq,
        at: piece.at(-1)?.at ?? 0,
        bytes: sizeOf(piece),
      })),
    },
    arrivals: own.arrivals.flatMap((arrival) => {
      const seq = numbers.get(arrival.seq);
      return seq === undefined ? [] : [{ ...arrival, seq }];
    }),
  };
}

/** As from both sides of hop `hop`, without the ends that others made. */
export function excusedHopTrace(trace: Trace, hop: number): Trace | undefined {
  const raw = rawHopTrace(trace, hop);
  const up = trace.points?.[hop - 1];
  if (raw === undefined || up?.sight !== 'stream') return undefined;
  if (!keepsRequest(trace, hop, raw)) return excused(trace, hop, raw, up);
  return { ...raw, client: { ...raw.client, end: { at: trace.client.end.at, how: 'no-head' } } };
}

/** For the verdict of delivery: what hop `hop` did to what it got. */
export function hopTrace(trace: Trace, hop: number, floor: Floor): Trace | undefined {
  const own = excusedHopTrace(trace, hop);
  const up = trace.points?.[hop - 1];
  if (own === undefined || up?.sight !== 'stream') return undefined;
  if (breakage(own) !== undefined) return own;
  const stalled = ownStall(trace, { emissions: own.origin.emissions, arrivals: own.arrivals });
  if (stalled !== undefined) return { ...own, origin: { ...own.origin, stalled } };
  const words = trace.origin.stalled === undefined ? own : piecesOf(own, up);
  const later = laterStall(trace, { emissions: words.origin.emissions, arrivals: words.arrivals }, floor);
  return later === undefined ? words : { ...words, origin: { ...words.origin, stalled: later } };
}
