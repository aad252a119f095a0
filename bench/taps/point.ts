/** A point of the path: one stream as the tap on one link saw it. All times are on the client's clock. */

import { Arrivals, type Arrival, type Foreign } from '../client/arrivals.ts';
import type { ClientEnd, ClientTrace, Read } from '../client/client.ts';
import { decoderFor, type Decoder } from '../client/decoding.ts';
import { header, parseFields, ProtocolError, ResponseParser } from '../client/http1.ts';
import type { ClockOffset } from '../control-client.ts';
import type { Workload } from '../../server/workload.ts';
import type { Close, Exchange, OpaqueConnection, TapRecording, WireRead } from './recording.ts';

/** The request as it passed here. */
export interface PassedRequest {
  at: number;
  method: string;
  path: string;
  httpVersion: string;
  /** In the order and case received. */
  headers: [name: string, value: string][];
  /** Without its framing; absent where there is none. `endAt`: when all of it had come. */
  body?: { pieces: { at: number; bytes: number }[]; endAt?: number };
}

/** The stream as it passed here. */
export interface StreamPoint {
  sight: 'stream';
  request: PassedRequest;
  /** How often the stream was asked for on this link: a hop may try again. */
  requests: number;
  /** What came from upstream, as the client's own trace says it; `no-end` where the response never ended here. */
  received: Omit<ClientTrace, 'request'>;
  arrivals: Arrival[];
  foreign: Foreign[];
  /** The downstream side left before the response had ended here. */
  left?: { at: number; how: 'fin' | 'rst' };
}

/** On an encrypted or binary link only times and amounts are seen, and no chunks. */
interface OpaquePoint {
  sight: 'opaque';
  protocol: OpaqueConnection['protocol'];
  reads: { at: number; from: WireRead['from']; bytes: number }[];
}

export type Sight =
  | StreamPoint
  | OpaquePoint
  /** The stream was never asked for here. */
  | { sight: 'nothing' }
  /** The recording had to let go of the stream's beginning. */
  | { sight: 'over-bound'; boundBytes: number };

/** `between`: the nearer to the client first; a hop's name, or `origin`. */
export type Point = Sight & { between: [downstream: string, upstream: string] };

interface TimedRead {
  at: number;
  data: Buffer;
}

function readsOf({ reads }: Exchange, from: WireRead['from'], offsetMs: number): TimedRead[] {
  return reads
    .filter((read) => read.from === from)
    .map(({ at, data }) => ({ at: at + offsetMs, data: Buffer.from(data ?? '', 'base64') }));
}

/**
 * A body is framed in a request as it is in a response (RFC 9112, section 6), but that without a field for it there is none:
 * read as the body of a response with the same fields. @throws ProtocolError
 */
function requestBody(reads: TimedRead[], headers: PassedRequest['headers']): PassedRequest['body'] {
  const framing = headers.filter(([name]) => /^(?:transfer-encoding|content-length)$/i.test(name));
  if (framing.length === 0) return undefined;
  const pieces: NonNullable<PassedRequest['body']>['pieces'] = [];
  let [at, headLeft] = [0, true];
  const parser = new ResponseParser('', {
    informational: () => {},
    head: () => {},
    body: ({ length }) => void (length > 0 && pieces.push({ at, bytes: length })),
    end: () => {},
  });
  parser.feed(Buffer.from(`HTTP/1.1 200 OK\r\n${framing.map((field) => field.join(': ')).join('\r\n')}\r\n\r\n`));
  let head = Buffer.alloc(0);
  for (const read of reads) {
    at = read.at;
    if (!headLeft) parser.feed(read.data);
    else {
      head = Buffer.concat([head, read.data]);
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) continue;
      headLeft = false;
      parser.feed(head.subarray(end + 4));
    }
    if (parser.done) return { pieces, endAt: at };
  }
  return { pieces };
}

/** @throws ProtocolError when this is no head of a request. */
function requestOf(reads: TimedRead[]): PassedRequest {
  const text = Buffer.concat(reads.map(({ data }) => data)).toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const [line = '', ...fields] = text.slice(0, end === -1 ? text.length : end).split('\r\n');
  const [, method, path, httpVersion] = /^(\S+) (\S+) HTTP\/(\d\.\d)$/.exec(line) ?? [];
  if (method === undefined || path === undefined || httpVersion === undefined)
    throw new ProtocolError(`no HTTP/1 request line: ${JSON.stringify(line.slice(0, 80))}`);
  const headers = parseFields(fields);
  const body = requestBody(reads, headers);
  return { at: reads[0]?.at ?? 0, method, path, httpVersion, headers, ...(body === undefined ? {} : { body }) };
}

/** Reads a response as the client does (client.ts), from a recording instead of a socket. */
class Response {
  readonly trace: Omit<ClientTrace, 'request'>;
  readonly arrivals: Arrivals;
  readonly #parser: ResponseParser;
  #decoder: Decoder | undefined;
  #at = 0;
  #body: Buffer[] = [];

  constructor(method: string, workload: Workload, { openedAt, connectedAt }: Exchange, offsetMs: number) {
    this.arrivals = new Arrivals(workload);
    this.trace = {
      connectAt: openedAt + offsetMs,
      ...(connectedAt === undefined ? {} : { connectedAt: connectedAt + offsetMs }),
      informational: [],
      reads: [],
      end: { at: 0, how: 'no-end' },
    };
    this.#parser = new ResponseParser(method, {
      informational: (head) => this.trace.informational.push({ at: this.#at, head }),
      head: (head, framing) => {
        this.trace.head = { ...head, at: this.#at, framing };
        this.#decoder = decoderFor(header(head, 'content-encoding'));
      },
      body: (bytes) => this.#body.push(bytes),
      end: (trailers) => {
        if (trailers.length > 0) this.trace.trailers = trailers;
      },
    });
  }

  /** Whether the response has ended with these bytes. */
  async feed({ at, data }: TimedRead): Promise<boolean> {
    this.#at = at;
    const excess = this.#parser.feed(data);
    const body = Buffer.concat(this.#body.splice(0));
    const read = this.trace.reads.push({ at, bytes: data.length, bodyBytes: body.length }) - 1;
    if (excess.length > 0)
      this.trace.excess = { bytes: excess.length, sample: excess.toString('latin1', 0, EXCESS_SAMPLE) };
    if (body.length === 0) return this.#parser.done;
    const decoded = await this.#decoder?.decode(body);
    if (decoded !== undefined) (this.trace.reads[read] as Read).decodedBytes = decoded.length;
    this.arrivals.feed(decoded ?? body, at, read);
    return this.#parser.done;
  }

  close(): ClientEnd {
    return this.#parser.close() ? 'closed' : 'cut';
  }
}

const EXCESS_SAMPLE = 200;

async function readResponse(response: Response, reads: TimedRead[], close: Close | undefined): Promise<ClientEnd> {
  try {
    for (const read of reads) if (await response.feed(read)) return 'complete';
    if (close === undefined || close.how === 'failed') return close === undefined ? 'no-end' : 'not-connected';
    return close.how === 'rst' ? 'reset' : response.close();
  } catch (error) {
    if (error instanceof ProtocolError) return 'malformed';
    return 'undecodable';
  }
}

async function streamPoint(
  exchange: Exchange,
  requests: number,
  takenAt: number,
  workload: Workload,
  offsetMs: number,
): Promise<StreamPoint> {
  const request = requestOf(readsOf(exchange, 'downstream', offsetMs));
  const response = new Response(request.method, workload, exchange, offsetMs);
  const reads = readsOf(exchange, 'upstream', offsetMs);
  const closed = exchange.closes.find(({ from }) => from === 'upstream');
  const how = await readResponse(response, reads, closed);
  const last = response.trace.reads.at(-1)?.at ?? request.at;
  const closedAt = closed === undefined ? last : closed.at + offsetMs;
  const at = how === 'no-end' ? takenAt + offsetMs : how === 'complete' ? last : closedAt;
  response.trace.end = { at, how };
  response.arrivals.finish(at);
  const leaving = exchange.closes.find((close) => close.from === 'downstream' && close.how !== 'failed');
  const left = leaving === undefined ? undefined : { at: leaving.at + offsetMs, how: leaving.how as 'fin' | 'rst' };
  return {
    sight: 'stream',
    request,
    requests,
    received: response.trace,
    arrivals: response.arrivals.arrivals,
    foreign: response.arrivals.foreign,
    ...(left !== undefined && left.at < at ? { left } : {}),
  };
}

/** Whether this exchange's response has the status that the origin was to give. */
function isAnswered({ received }: StreamPoint, { status }: Workload): boolean {
  return received.head?.status === status;
}

/** Pure: the same recording gives the same point, today and from a file. Decoding is asynchronous in Node alone. */
export async function sightOf(
  { exchanges, opaque, bound, takenAt }: TapRecording,
  workload: Workload,
  { offsetMs }: Pick<ClockOffset, 'offsetMs'>,
): Promise<Sight> {
  if (exchanges.length === 0) {
    const [first] = opaque;
    if (first === undefined)
      return bound.lostBytes > 0 ? { sight: 'over-bound', boundBytes: bound.bytes } : { sight: 'nothing' };
    const reads = opaque.flatMap((connection) => connection.reads);
    return {
      sight: 'opaque',
      protocol: first.protocol,
      reads: reads.map(({ at, from, bytes }) => ({ at: at + offsetMs, from, bytes })).toSorted((a, b) => a.at - b.at),
    };
  }
  const points = await Promise.all(
    exchanges.map((exchange) => streamPoint(exchange, exchanges.length, takenAt, workload, offsetMs)),
  );
  // Of several tries the one that the origin answered with the stream.
  return points.find((point) => isAnswered(point, workload)) ?? (points[0] as StreamPoint);
}
