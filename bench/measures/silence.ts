/** What a hop did to a stream while its origin was silent. Pure: of one trace. */

import { milliseconds } from '../verdict/because.ts';
import { onClientClock } from '../metrics.ts';
import type { OriginTrace, Sign } from '../../server/trace.ts';
import type { Trace } from '../trace.ts';

/**
 * `clean-end`: as if the stream were whole; `cut`, `reset`: an error; `status`: another status than the origin's, before
 * the hop had sent a head; `hangs`: nothing, though the hop had left the origin.
 */
export type ClientSaw = 'clean-end' | 'cut' | 'reset' | 'status' | 'hangs';

/** Times of the client by its clock, those of the origin by the origin's. */
export interface Cut {
  how: 'cut';
  /** `next-write`: only when the origin wrote again, for which the hop was not ready any more. */
  during: 'silence' | 'next-write';
  /** From the last byte that the client read, or its request, to the cut; where it hangs, until the origin was left. */
  idleMs: number;
  /** From the request to the cut. */
  totalMs: number;
  client: ClientSaw;
  status?: number;
  /** How often the hop asked the origin again, whose answer to that the status then is: a stream is emitted once. */
  replays?: number;
  /** What the hop wrote into the stream. */
  text?: string;
  /** What the origin saw: its reader gone by FIN, RST or RST_STREAM, so long after the last byte that it wrote; or nothing. */
  origin: { saw: Sign['seen']; idleMs: number } | { saw: 'nothing' };
}

export type Silence =
  /** A lower bound: the silence was over before. */
  | { how: 'not-cut'; silentMs: number }
  | Cut
  /** `isNoise`: a busy machine may have made it. */
  | { how: 'unknown'; reason: string; isNoise?: true };

/** What a hop writes when it cuts, its error page or the last HTTP chunk, is not the stream's last byte. */
const AT_THE_CUT_MS = 20;

/** A client that hangs had nothing for so long since the origin was left: longer than a busy machine is late. */
const HANGS_MS = 500;

function sawOf({ client, origin }: Trace): ClientSaw | undefined {
  const answered = client.head?.status;
  if (answered !== undefined && answered !== origin.workload.status) return 'status';
  switch (client.end.how) {
    case 'complete':
    case 'closed':
      return 'clean-end';
    case 'cut':
    case 'malformed':
      return 'cut';
    case 'reset':
      return 'reset';
    case 'no-head':
    case 'no-end':
      return 'hangs';
    case 'not-connected':
    case 'left':
    case 'undecodable':
    case 'unspoken':
      return undefined;
  }
}

function isWhole({ arrivals, origin }: Trace): boolean {
  return new Set(arrivals.map(({ seq }) => seq)).size === origin.workload.count;
}

/** The origin's silence: how long it was to be, when it began, and when it wrote again, if it came to that. */
function silenceOf({ workload, request, headAt, emissions }: OriginTrace): {
  silentMs: number;
  from?: number | undefined;
  endedAt?: number | undefined;
} {
  const { pace, headDelayMs } = workload;
  if (headDelayMs > 0) return { silentMs: headDelayMs, from: request?.at, endedAt: headAt };
  if (pace.mode !== 'paced' || pace.silence === undefined) return { silentMs: 0 };
  const { afterChunk, ms } = pace.silence;
  return { silentMs: ms, from: emissions[afterChunk]?.at, endedAt: emissions[afterChunk + 1]?.at };
}

/** Its being asked, where it had not written. */
function lastWriteBefore({ request, headAt, emissions, heartbeats = [] }: OriginTrace, at: number): number {
  const writes = [request?.at ?? at, headAt ?? at, ...emissions.map((emission) => emission.at), ...heartbeats];
  return Math.max(...writes.filter((writtenAt) => writtenAt < at));
}

function originSaw(origin: OriginTrace): Cut['origin'] {
  const { abort } = origin;
  if (abort === undefined) return { saw: 'nothing' };
  return { saw: abort.seen, idleMs: abort.at - lastWriteBefore(origin, abort.at) };
}

function notBySilence({ client: { head, end }, origin }: Trace): string {
  const isRefused = head !== undefined && head.status !== origin.workload.status;
  return isRefused ? `the hop answered ${head.status} itself` : `the stream ended before the silence (${end.how})`;
}

/** What the origin wrote once the silence was over came to the client, its head too: slowly, where that did not wait for all of it. */
function wentOn(trace: Trace): boolean {
  const { arrivals, client, origin } = trace;
  const { endedAt } = silenceOf(origin);
  if (endedAt === undefined) return false;
  const isHead = endedAt === origin.headAt && (client.head?.at ?? -Infinity) >= onClientClock(trace, endedAt);
  return isHead || arrivals.some(({ seq }) => (origin.emissions[seq]?.at ?? -Infinity) >= endedAt);
}

function cutOf(trace: Trace, client: ClientSaw): Silence {
  const { origin, foreign } = trace;
  const { sentAt: requestAt = trace.client.connectAt, reads, end, head } = trace.client;
  const leftAt = origin.abort?.at ?? (origin.end?.how === 'client-left' ? origin.end.at : undefined);
  if (client === 'hangs' && leftAt === undefined)
    return wentOn(trace)
      ? { how: 'not-cut', silentMs: silenceOf(origin).silentMs }
      : { how: 'unknown', reason: 'the stream did not end, and the origin was not left', isNoise: true };
  // When the client gives up the hop leaves the origin for that.
  if (client === 'hangs' && leftAt !== undefined && end.at - onClientClock(trace, leftAt) < HANGS_MS)
    return {
      how: 'unknown',
      reason: 'the stream did not end, and the origin was left only with the client',
      isNoise: true,
    };
  const cutAt = client === 'hangs' && leftAt !== undefined ? onClientClock(trace, leftAt) : end.at;
  const { from, endedAt } = silenceOf(origin);
  const isBefore = from === undefined || cutAt < onClientClock(trace, from);
  const isAfter = endedAt !== undefined && onClientClock(trace, endedAt) < cutAt;
  // What came before it was no answer to the silence; nor was another status that came for the origin's own head.
  if (isBefore || (isAfter && client === 'status')) return { how: 'unknown', reason: notBySilence(trace) };
  const lastByteAt = reads.findLast(({ at }) => at < cutAt - AT_THE_CUT_MS)?.at ?? requestAt;
  const text = client === 'status' ? '' : foreign.map(({ sample }) => sample).join('');
  return {
    how: 'cut',
    during: isAfter ? 'next-write' : 'silence',
    idleMs: cutAt - lastByteAt,
    totalMs: cutAt - requestAt,
    client,
    ...(client === 'status' && head !== undefined ? { status: head.status } : {}),
    ...(origin.replays === 0 ? {} : { replays: origin.replays }),
    ...(text === '' ? {} : { text }),
    origin: originSaw(origin),
  };
}

export function silenceFigures(trace: Trace): Silence {
  const { client, origin, fault } = trace;
  if (fault !== undefined) return { how: 'unknown', reason: fault };
  if (origin.request === undefined)
    return { how: 'unknown', reason: `the hop answered ${client.head?.status ?? client.end.how} without the origin` };
  // What cannot be read from its first word on is no cut, whatever the silence.
  if (client.end.how === 'malformed' && client.head !== undefined && trace.arrivals.length === 0)
    return { how: 'unknown', reason: `its response is not valid HTTP: ${client.end.detail ?? ''}` };
  const saw = sawOf(trace);
  if (saw === undefined) return { how: 'unknown', reason: client.end.detail ?? client.end.how };
  if (saw === 'clean-end' && isWhole(trace)) return { how: 'not-cut', silentMs: silenceOf(origin).silentMs };
  return cutOf(trace, saw);
}

function sawWhat({ client, status, text, replays }: Cut): string {
  if (replays !== undefined) return 'the hop asks the origin again';
  const added = text === undefined ? '' : `, with ${JSON.stringify(text.slice(0, 40))} in the stream`;
  switch (client) {
    case 'clean-end':
      return `it looks like a clean end${added}`;
    case 'cut':
      return `the client is told${added}`;
    case 'reset':
      return `the client is told by RST${added}`;
    case 'status':
      return `the client gets ${status}`;
    case 'hangs':
      return `the client hangs${added}`;
  }
}

/** A hop may leave the origin well before it closes the client's connection. */
const WELL_BEFORE_MS = 300;

function sayOrigin({ idleMs, client, origin, during }: Cut): string {
  if (client === 'hangs' || during === 'next-write') return '';
  if (origin.saw === 'nothing') return ', the origin is not told';
  return origin.idleMs > idleMs - WELL_BEFORE_MS ? '' : ` (the origin after ${milliseconds(origin.idleMs)})`;
}

/** `after 1.0 s of silence: the client is told` */
export function sayCut(cut: Cut): string {
  const when = cut.during === 'silence' ? 'cut after' : 'cut when the origin writes again, after';
  return `${when} ${milliseconds(cut.idleMs)} of silence: ${sawWhat(cut)}${sayOrigin(cut)}`;
}

/** Two runs were cut at the same moment: by so much a busy machine may make one later. */
const SAME_MS = 500;

export function isSameMoment(one: Cut, other: Cut): boolean {
  return Math.abs(one.totalMs - other.totalMs) <= SAME_MS;
}

/**
 * Of a response that is cut with heartbeats too. The data of the two runs end at the same moment after the request: at one
 * moment of both it may be a limit on the whole, or one since the last data for which comments do not count.
 */
export function sayTotal(silent: Cut, heartbeats: Cut): string {
  const total = `${milliseconds(heartbeats.totalMs)} after the request`;
  if (!isSameMoment(silent, heartbeats))
    return `${sayCut(silent)}; with heartbeats cut ${total}: ${sawWhat(heartbeats)}`;
  return `cut ${milliseconds(silent.idleMs)} after the last data or ${total}, heartbeats or not: ${sawWhat(heartbeats)}`;
}
