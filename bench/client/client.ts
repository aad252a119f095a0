/** The client: one request, its response read raw, every read stamped. */

import { monotonicMs } from '../../server/clock.ts';
import { dial, readyEvent, sayFault, type Connection } from './connection.ts';
import { ProtocolError, ResponseParser, type BodyFraming, type ResponseHead } from './http1.ts';
import { Http2Exchange } from './http2.ts';
import { requestBody, requestFields } from './request.ts';
import { Reception } from './reception.ts';

export interface Address {
  host: string;
  port: number;
  /** Whether it listens with TLS. */
  tls?: boolean;
}

export interface ClientRequest {
  method: string;
  path: string;
  httpVersion: '1.0' | '1.1' | '2';
  headers: Record<string, string>;
  /** Of the body that is sent with the head (request.ts); absent where there is none, or what follows the head is written by the one who asks. */
  bodyBytes?: number;
}

/**
 * How the response ended for the client. `complete`: as its framing demands, `closed`: by closing a
 * close-delimited body, which cannot be told from a cut; `cut`: closed before its end; `reset`: by
 * TCP RST, another socket error or an RST_STREAM; `undecodable`: a content coding not known here; `no-head`,
 * `no-end`: the wait was over; `malformed`: no HTTP; `left`: the client itself left, as it was told to; `unspoken`: the
 * hop does not speak the HTTP version that it was asked in.
 */
export type ClientEnd =
  | 'complete'
  | 'closed'
  | 'cut'
  | 'reset'
  | 'no-head'
  | 'no-end'
  | 'malformed'
  | 'undecodable'
  | 'not-connected'
  | 'left'
  | 'unspoken';

/** How a client closes its connection: as a program does that is done or killed (FIN, in HTTP/2 an RST_STREAM of its request), or at once (RST). */
export type Leaving = 'fin' | 'rst';

export interface Read {
  at: number;
  /** On the wire or within TLS, framing and head included; over HTTP/2 of the body alone. */
  bytes: number;
  /** Of the body, before decoding. */
  bodyBytes: number;
  /** … and after; of a point behind which the body is coded alone. */
  decodedBytes?: number;
}

/** What the client saw. All times are milliseconds on the monotonic clock. */
export interface ClientTrace {
  request: ClientRequest;
  connectAt: number;
  connectedAt?: number;
  sentAt?: number;
  informational: { at: number; head: ResponseHead }[];
  head?: ResponseHead & { at: number; framing: BodyFraming };
  reads: Read[];
  trailers?: [string, string][];
  /** What followed the end of the response in its last read (RFC 9112, section 6.3: the client may discard it). */
  excess?: { bytes: number; sample: string };
  end: { at: number; how: ClientEnd; detail?: string };
}

const EXCESS_SAMPLE = 200;

export interface FetchOptions {
  headTimeoutMs: number;
  /** Asked once, after so long without a head: whether one may still come. Where none may, the wait is over. Never rejects. */
  head?: { afterMs: number; mayCome: () => Promise<boolean> };
  totalTimeoutMs: number;
  signal?: AbortSignal;
  /**
   * When `signal` is aborted the client leaves. Of several streams of a connection it leaves one, as browsers do: over
   * HTTP/2 the connection stays until `over` is aborted, so that what a hop does is the stream's doing.
   */
  leave?: { signal: AbortSignal; how: Leaving; over: AbortSignal };
  /** Called once the request's head is written: what is given to `write` follows it; `finish` ends it where HTTP itself does not. */
  onOpen?(write: (bytes: string) => void, finish: () => void): void;
  /** Called in order with the decoded body bytes of each read, and which read held them. */
  onBody(bytes: Buffer, at: number, read: number): void;
}

/** With its body, as one write. */
export function requestText(request: ClientRequest, to: Address): string {
  const { method, path, httpVersion } = request;
  const lines = Object.entries(requestFields(request, to)).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/${httpVersion}\r\n${lines.join('')}\r\n${requestBody(request)}`;
}

/** Asks and reads to the end. Never rejects: what went wrong is part of the trace. */
export function fetchStream(to: Address, request: ClientRequest, options: FetchOptions): Promise<ClientTrace> {
  return (
    request.httpVersion === '2' ? new Http2Exchange(to, request, options) : new Exchange(to, request, options)
  ).run();
}

class Exchange {
  readonly #to: Address;
  readonly #options: FetchOptions;
  readonly #reception: Reception;
  readonly #parser: ResponseParser;
  readonly #connection: Connection;
  #body: Buffer[] = [];

  constructor(to: Address, request: ClientRequest, options: FetchOptions) {
    this.#to = to;
    this.#options = options;
    this.#reception = new Reception(request, options);
    this.#parser = new ResponseParser(request.method, {
      informational: (head) => this.#reception.onInformational(head),
      head: (head, framing) => this.#reception.onHead(head, framing),
      body: (bytes) => this.#body.push(bytes),
      end: (trailers) => this.#reception.onTrailers(trailers),
    });
    // The reader is attached before the connection is made, so that no byte waits for it.
    this.#connection = dial(to, 'http/1.1');
    const { stream, tcp } = this.#connection;
    stream.on('data', (bytes: Buffer) => this.#onRead(bytes));
    stream.on(readyEvent(this.#connection), () => this.#onConnect());
    stream.on('end', () => this.#onClose());
    for (const socket of new Set([stream, tcp]))
      socket.on('error', (error: NodeJS.ErrnoException) =>
        this.#reception.finish(
          this.#reception.trace.connectedAt === undefined ? 'not-connected' : 'reset',
          sayFault(error),
        ),
      );
    stream.on('close', () => this.#onClose());
  }

  run(): Promise<ClientTrace> {
    return this.#reception.ended(({ how, detail }) => {
      const { stream, tcp } = this.#connection;
      if (how === 'left' && detail === 'rst') tcp.resetAndDestroy();
      stream.destroy();
    });
  }

  #onConnect(): void {
    const { trace } = this.#reception;
    trace.connectedAt = monotonicMs();
    // The kernel may have it at the other end before the call returns.
    trace.sentAt = monotonicMs();
    this.#connection.stream.write(requestText(trace.request, this.#to));
    const { stream } = this.#connection;
    this.#options.onOpen?.(
      (bytes) => void (stream.writable && stream.write(bytes)),
      () => {},
    );
  }

  #onRead(bytes: Buffer): void {
    const at = monotonicMs();
    const { trace } = this.#reception;
    const read = trace.reads.length;
    trace.reads.push({ at, bytes: bytes.length, bodyBytes: 0 });
    try {
      const excess = this.#parser.feed(bytes);
      if (excess.length > 0)
        trace.excess = { bytes: excess.length, sample: excess.toString('latin1', 0, EXCESS_SAMPLE) };
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#reception.finish('malformed', error.message);
    }
    const body = Buffer.concat(this.#body.splice(0));
    if (body.length > 0) this.#reception.onBody(body, at, read);
    // What the last read held must have been decoded, or its failure would come too late to be told.
    if (this.#parser.done) this.#reception.finishDecoded('complete', undefined, at);
  }

  #onClose(): void {
    const how = this.#parser.done ? 'complete' : this.#parser.close() ? 'closed' : 'cut';
    this.#reception.finishDecoded(how, 'the connection was closed', monotonicMs());
  }
}
