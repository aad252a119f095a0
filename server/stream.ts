/** One stream: takes a request, emits its workload, stamps every emission. */

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Transform } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { monotonicMs } from './clock.ts';
import { coderInto } from './coding.ts';
import { Emitter } from './emitter.ts';
import { closeConnection, fieldsOf, isOverHttp2, onAborted, socketOf } from './http2.ts';
import { plannedBytes } from './payload.ts';
import type { OriginTrace, Sign, StreamEnd, UsedFraming } from './trace.ts';
import { UploadReader } from './upload.ts';
import type { Death, Workload } from './workload.ts';

/** What a 103 is sent for (RFC 8297, section 2). */
const EARLY_LINK = '</early.css>; rel=preload; as=style';

export class Stream {
  readonly trace: OriginTrace;
  readonly uploads = new UploadReader();
  readonly #emitter: Emitter;
  readonly #stop = new AbortController();
  #response: ServerResponse | undefined;
  /** Where the workload asks for a content coding: what is written goes through it to the response. */
  #coder: Transform | undefined;
  #accepted = (): number => 0;
  readonly #lifetime: NodeJS.Timeout;
  #over: () => void = () => {};
  readonly #isOver = new Promise<void>((resolve) => (this.#over = resolve));

  constructor(id: string, workload: Workload) {
    this.trace = { id, workload, state: 'waiting', replays: 0, emissions: [], acks: [] };
    this.#emitter = new Emitter({
      trace: this.trace,
      signal: this.#stop.signal,
      die: (death) => this.#die(death),
    });
    this.#lifetime = setTimeout(() => this.#expire(), workload.lifetimeMs);
  }

  /**
   * Bytes of the response, head and framing included, that the kernel took from this process: written to the socket
   * less what waits there. Of the last write, 64 KiB at most, the kernel may have taken a part that is not counted.
   */
  get acceptedBytes(): number {
    return this.#accepted();
  }

  /** Told that chunk `seq` arrived, and with it all before. */
  acknowledge(seq: number): void {
    this.#emitter.acknowledge(seq);
  }

  /** Resolves when it was told so of chunk `seq`, or after this time. */
  async acknowledged(seq: number, withinMs: number): Promise<void> {
    const until = monotonicMs() + withinMs;
    while (this.#emitter.acknowledged < seq && monotonicMs() < until) await delay(1);
  }

  /** Ends the stream now, cutting the response if one is open. */
  stop(how: Exclude<StreamEnd, 'complete' | 'died'>, detail?: string): void {
    if (this.trace.state === 'ended') return;
    this.#ended(how, monotonicMs(), detail);
    this.#response?.destroy();
  }

  /** Resolves when the stream has ended, or after this time. */
  async ended(withinMs: number): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, withinMs);
    await Promise.race([this.#isOver, late.promise]);
    clearTimeout(timer);
  }

  /** Answers `request` with the workload; resolves when the stream has ended, and never rejects. */
  async emit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.#open(request, response);
      if (this.trace.workload.answer === 'request-end') await this.uploads.ended;
      const { headDelayMs } = this.trace.workload;
      this.#inform(request, response);
      if (headDelayMs > 0) await delay(headDelayMs, undefined, { signal: this.#stop.signal });
      this.#stop.signal.throwIfAborted();
      this.#sendHead(request, response);
      await this.#emitAll(response);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.stop('error', String(error));
    }
  }

  #open(request: IncomingMessage, response: ServerResponse): void {
    const { trace } = this;
    trace.state = 'open';
    trace.request = {
      at: monotonicMs(),
      method: request.method ?? '',
      httpVersion: request.httpVersion,
      remotePort: request.socket.remotePort ?? 0,
      headers: fieldsOf(request),
    };
    const upload = this.uploads.read(request);
    if (upload !== undefined) trace.upload = upload;
    this.#response = response;
    const stopWatching = this.#watchAbort(response);
    const stopCounting = this.#countAccepted(socketOf(response));
    response.once('finish', stopCounting);
    response.once('close', () => {
      stopWatching();
      stopCounting();
      clearTimeout(this.#lifetime);
      this.stop('client-left');
    });
    response.on('error', (error) => this.stop('client-left', String(error)));
  }

  #sendHead(request: IncomingMessage, response: ServerResponse): void {
    const { trace } = this;
    trace.framing = this.#frame(request, response);
    const { status, contentType, contentCoding, headers, trailers, fieldLines = [] } = trace.workload;
    for (const [name, value] of fieldLines) response.appendHeader(name, value);
    response.writeHead(status, {
      'content-type': contentType,
      ...(contentCoding === undefined ? {} : { 'content-encoding': contentCoding }),
      ...(trace.framing === 'chunked' && trailers !== undefined ? { trailer: Object.keys(trailers).join(', ') } : {}),
      ...headers,
    });
    trace.headAt = monotonicMs();
    if (trace.framing === 'piecewise') this.#announceChunk(response);
    else response.flushHeaders();
    if (trace.informational !== undefined && this.#informsWithHead(response)) request.socket.uncork();
  }

  /** HTTP/1.0 knows no 1xx (RFC 9110, section 15.2). With no delay before the head both go in one write. */
  #inform({ httpVersion, socket }: IncomingMessage, response: ServerResponse): void {
    const { informational } = this.trace.workload;
    if (informational === undefined || httpVersion === '1.0') return;
    if (this.#informsWithHead(response)) socket.cork();
    this.trace.informational = informational.map((status) => {
      if (status === 102) response.writeProcessing();
      else response.writeEarlyHints({ link: EARLY_LINK });
      return { status, at: monotonicMs() };
    });
  }

  /** HTTP/2 has frames for both, and no socket of a stream's own. */
  #informsWithHead(response: ServerResponse): boolean {
    const { informational, headDelayMs } = this.trace.workload;
    return informational !== undefined && headDelayMs === 0 && !isOverHttp2(response);
  }

  /** A connection may be kept for other streams: what it tells counts only while this one is open. */
  #watchAbort(response: ServerResponse): () => void {
    // Over HTTP/2 what is called a socket here hands out the events of the stream, whose `end` is that of the request.
    const socket = isOverHttp2(response) ? null : response.socket;
    const onEnd = (): void => this.#aborted({ seen: 'fin' });
    const onError = ({ code }: NodeJS.ErrnoException): void => {
      if (code === 'ECONNRESET' || code === 'EPIPE') this.#aborted({ seen: 'rst' });
    };
    socket?.once('end', onEnd).on('error', onError);
    const stopWatchingHttp2 = onAborted(response, (sign) => this.#aborted(sign));
    return () => {
      stopWatchingHttp2();
      socket?.off('end', onEnd).off('error', onError);
    };
  }

  /** A connection may have carried other streams before, and may carry others after. */
  #countAccepted(socket: Socket | null): () => void {
    if (socket === null) return () => {};
    const before = socket.bytesWritten;
    const count = (): number => socket.bytesWritten - socket.writableLength - before;
    this.#accepted = count;
    return () => {
      if (this.#accepted !== count) return;
      const final = count();
      this.#accepted = () => final;
    };
  }

  #aborted(sign: Sign): void {
    if (this.trace.state === 'open') this.trace.abort ??= { at: monotonicMs(), ...sign };
  }

  #frame(request: IncomingMessage, response: ServerResponse): UsedFraming {
    const asked = this.trace.workload.framing;
    if (asked === 'content-length') {
      response.setHeader('content-length', plannedBytes(this.trace.workload));
      return asked;
    }
    if (request.httpVersionMajor === 2) return 'h2';
    // Without length and without chunked Node closes the connection to end the body.
    if (asked === 'close-delimited' || request.httpVersion === '1.0') {
      response.useChunkedEncodingByDefault = false;
      return 'close-delimited';
    }
    if (asked === 'piecewise') response.setHeader('transfer-encoding', 'chunked');
    return asked;
  }

  /** RFC 9112, section 7.1: the size line of one HTTP chunk that is to hold the whole body. From here on Node adds none of its own. The line goes out with the head. */
  #announceChunk(response: ServerResponse): void {
    response.chunkedEncoding = false;
    response.write(`${plannedBytes(this.trace.workload).toString(16)}\r\n`, 'latin1');
  }

  async #emitAll(response: ServerResponse): Promise<void> {
    const { contentCoding } = this.trace.workload;
    if (contentCoding !== undefined) this.#coder = coderInto(response, contentCoding);
    await this.#emitter.emit(this.#coder ?? response);
    await new Promise<void>((resolve) => this.#handedOn(resolve));
    const at = monotonicMs();
    const { framing, workload } = this.trace;
    // What was announced must be filled; its last chunk is what tells the client the end.
    if (framing === 'content-length' || framing === 'piecewise') this.#emitter.fill();
    this.#ended('complete', at);
    if (this.#coder !== undefined) await finished(this.#coder.end());
    const { trailers } = workload;
    if (trailers !== undefined && (framing === 'chunked' || framing === 'h2')) {
      this.trace.trailers = trailers;
      response.addTrailers(trailers);
    }
    response.end(framing === 'piecewise' ? '\r\n0\r\n\r\n' : undefined);
    await once(response, 'close');
  }

  /** Calls back when the response has been given all that was written: what a coder makes of it too. */
  #handedOn(then: () => void): void {
    if (this.#coder === undefined) then();
    else this.#coder.write('', () => then());
  }

  /** Never returns. What was written is sent before a FIN; an RST comes one step of the pace after it. */
  #die({ how }: Death): never {
    this.#ended('died', monotonicMs(), how);
    const response = this.#response;
    // A coder is not ended: what it would close its coding with is lost with the origin.
    this.#handedOn(() => void (response !== undefined && closeConnection(response, how)));
    throw this.#stop.signal.reason;
  }

  /** Everything may be written and a hung reader still hold the connection: that too is cut. */
  #expire(): void {
    this.stop('lifetime');
    this.#response?.destroy();
  }

  #ended(how: StreamEnd, at: number, detail?: string): void {
    this.trace.state = 'ended';
    this.trace.end = detail === undefined ? { at, how } : { at, how, detail };
    this.#over();
    if (how === 'complete') return;
    // A reader that hangs can hold up the last bytes of a dying stream as it can those of a whole one.
    if (how !== 'died') clearTimeout(this.#lifetime);
    this.#stop.abort(new Error(`stream ended: ${how}`));
  }
}
