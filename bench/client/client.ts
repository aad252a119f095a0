/** The client: one request, its response read raw, every read stamped. */

import { connect, type Socket } from 'node:net';

import { monotonicMs } from '../../server/clock.ts';
import { decoderFor, type Decoder } from './decoding.ts';
import { header, ProtocolError, ResponseParser, type BodyFraming, type ResponseHead } from './http1.ts';

export interface Address {
  host: string;
  port: number;
}

export interface ClientRequest {
  method: string;
  path: string;
  httpVersion: '1.0' | '1.1';
  headers: Record<string, string>;
}

/**
 * How the response ended for the client. `complete`: as its framing demands, `closed`: by closing a
 * close-delimited body, which cannot be told from a cut; `cut`: closed before its end; `reset`: by
 * TCP RST or another socket error; `undecodable`: a content coding not known here; `no-head`,
 * `no-end`: the wait was over; `malformed`: no HTTP; `left`: the client itself left, as it was told to.
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
  | 'left';

/** How a client closes its connection: as a program does that is done or killed (FIN), or at once (RST). */
export type Leaving = 'fin' | 'rst';

export interface Read {
  at: number;
  /** On the wire, framing and head included. */
  bytes: number;
  /** Of the body, before decoding. */
  bodyBytes: number;
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
  totalTimeoutMs: number;
  signal?: AbortSignal;
  /** When `signal` is aborted the client leaves. */
  leave?: { signal: AbortSignal; how: Leaving };
  /** Called once the request's head is written: what is given to `write` follows it. */
  onOpen?(write: (bytes: string) => void): void;
  /** Called in order with the decoded body bytes of each read, and which read held them. */
  onBody(bytes: Buffer, at: number, read: number): void;
}

/** What the client sends besides the host, unless told otherwise. */
export const CLIENT_HEADERS = { 'user-agent': 'unclog', accept: '*/*' };

/** All that the client sends. */
export function requestFields({ headers }: ClientRequest, to: Address): Record<string, string> {
  return { host: `${to.host}:${to.port}`, ...CLIENT_HEADERS, ...headers };
}

export function requestText(request: ClientRequest, to: Address): string {
  const { method, path, httpVersion } = request;
  const lines = Object.entries(requestFields(request, to)).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/${httpVersion}\r\n${lines.join('')}\r\n`;
}

/** Asks and reads to the end. Never rejects: what went wrong is part of the trace. */
export function fetchStream(to: Address, request: ClientRequest, options: FetchOptions): Promise<ClientTrace> {
  return new Exchange(to, request, options).run();
}

class Exchange {
  readonly #to: Address;
  readonly #options: FetchOptions;
  readonly #trace: ClientTrace;
  readonly #parser: ResponseParser;
  readonly #socket: Socket;
  #decoder: Decoder | undefined;
  /** Decoding is asynchronous; this keeps its results in the order of the reads. */
  #decoded: Promise<void> = Promise.resolve();
  #settle: (end: ClientTrace['end']) => void = () => {};
  #body: Buffer[] = [];

  constructor(to: Address, request: ClientRequest, options: FetchOptions) {
    this.#to = to;
    this.#options = options;
    this.#trace = { request, connectAt: monotonicMs(), informational: [], reads: [], end: { at: 0, how: 'no-end' } };
    this.#parser = new ResponseParser(request.method, {
      informational: (head) => this.#trace.informational.push({ at: monotonicMs(), head }),
      head: (head, framing) => this.#onHead(head, framing),
      body: (bytes) => this.#body.push(bytes),
      end: (trailers) => this.#onEnd(trailers),
    });
    // The reader is attached before the connection is made, so that no byte waits for it.
    this.#socket = connect({ host: to.host, port: to.port, noDelay: true });
    this.#socket.on('data', (bytes: Buffer) => this.#onRead(bytes));
    this.#socket.on('connect', () => this.#onConnect());
    this.#socket.on('end', () => this.#onClose());
    this.#socket.on('error', (error: NodeJS.ErrnoException) =>
      this.#finish(this.#trace.connectedAt === undefined ? 'not-connected' : 'reset', error.message),
    );
    this.#socket.on('close', () => this.#onClose());
  }

  async run(): Promise<ClientTrace> {
    const ended = new Promise<ClientTrace['end']>((resolve) => (this.#settle = resolve));
    const head = setTimeout(
      () => this.#trace.head ?? this.#finish('no-head', `no response head within ${this.#options.headTimeoutMs} ms`),
      this.#options.headTimeoutMs,
    );
    const total = setTimeout(
      () => this.#finish('no-end', `no end of the response within ${this.#options.totalTimeoutMs} ms`),
      this.#options.totalTimeoutMs,
    );
    const aborted = (): void => this.#finish('no-end', 'aborted');
    this.#options.signal?.addEventListener('abort', aborted, { once: true });
    if (this.#options.signal?.aborted === true) aborted();
    const { leave } = this.#options;
    const left = (): void => this.#finish('left', leave?.how);
    leave?.signal.addEventListener('abort', left, { once: true });
    this.#trace.end = await ended;
    clearTimeout(head);
    clearTimeout(total);
    this.#options.signal?.removeEventListener('abort', aborted);
    leave?.signal.removeEventListener('abort', left);
    if (this.#trace.end.how === 'left' && leave?.how === 'rst') this.#socket.resetAndDestroy();
    else this.#socket.destroy();
    await this.#decoded;
    return this.#trace;
  }

  #onConnect(): void {
    this.#trace.connectedAt = monotonicMs();
    this.#socket.write(requestText(this.#trace.request, this.#to));
    this.#trace.sentAt = monotonicMs();
    this.#options.onOpen?.((bytes) => void (this.#socket.writable && this.#socket.write(bytes)));
  }

  #onRead(bytes: Buffer): void {
    const at = monotonicMs();
    const read = this.#trace.reads.length;
    this.#trace.reads.push({ at, bytes: bytes.length, bodyBytes: 0 });
    try {
      const excess = this.#parser.feed(bytes);
      if (excess.length > 0)
        this.#trace.excess = { bytes: excess.length, sample: excess.toString('latin1', 0, EXCESS_SAMPLE) };
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#finish('malformed', error.message);
    }
    const body = Buffer.concat(this.#body.splice(0));
    if (body.length > 0) this.#onBody(body, at, read);
    // What the last read held must have been decoded, or its failure would come too late to be told.
    if (this.#parser.done) this.#finishDecoded('complete', undefined, at);
  }

  #onBody(body: Buffer, at: number, read: number): void {
    const entry = this.#trace.reads[read];
    if (entry !== undefined) entry.bodyBytes = body.length;
    const decoder = this.#decoder;
    if (decoder === undefined) return this.#options.onBody(body, at, read);
    this.#decoded = this.#decoded
      .then(async () => this.#options.onBody(await decoder.decode(body), at, read))
      .catch((error: Error) => this.#finish('malformed', `content-encoding: ${error.message}`));
  }

  #onHead(head: ResponseHead, framing: BodyFraming): void {
    // That of its read: a body that came with it is not to seem earlier.
    this.#trace.head = { ...head, at: this.#trace.reads.at(-1)?.at ?? monotonicMs(), framing };
    const coding = header(head, 'content-encoding');
    if (coding === undefined) return;
    try {
      this.#decoder = decoderFor(coding);
    } catch (error) {
      this.#finish('undecodable', (error as Error).message);
    }
  }

  #onEnd(trailers: [string, string][]): void {
    if (trailers.length > 0) this.#trace.trailers = trailers;
  }

  #onClose(): void {
    const how = this.#parser.done ? 'complete' : this.#parser.close() ? 'closed' : 'cut';
    this.#finishDecoded(how, 'the connection was closed', monotonicMs());
  }

  /** A whole response must hold the end of its coding too; one that was cut is not asked for it. */
  #finishDecoded(how: ClientEnd, detail: string | undefined, at: number): void {
    void this.#decoded
      .then(() => (how === 'cut' ? undefined : this.#decoder?.finish()))
      .catch((error: Error) => this.#finish('malformed', `content-encoding: ${error.message}`))
      .then(() => this.#finish(how, detail, at));
  }

  /** The first to call decides. */
  #finish(how: ClientEnd, detail?: string, at = monotonicMs()): void {
    this.#settle(detail === undefined || how === 'complete' ? { at, how } : { at, how, detail });
  }
}
