/** One stream: takes a request, emits its workload, stamps every emission. */

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';

import { monotonicMs } from './clock.ts';
import { closeConnection, fieldsOf, onAborted, socketOf } from './http2.ts';
import { encodeChunk, HEARTBEAT, plannedBytes, plannedHeartbeats, planChunks } from './payload.ts';
import type { OriginTrace, StreamEnd, UsedFraming } from './trace.ts';
import { UploadReader } from './upload.ts';
import type { Death, LockStep, Paced, Silence, Workload } from './workload.ts';

/** Below this the first steps after a stall would raise the bytes by less than a chunk. */
const SMALLEST_STEP_BYTES = 64;
/** Chunks written before other streams have their turn. */
const CHUNKS_IN_A_TURN = 64;
/** What a 103 is sent for (RFC 8297, section 2). */
const EARLY_LINK = '</early.css>; rel=preload; as=style';

export class Stream {
  readonly trace: OriginTrace;
  readonly uploads = new UploadReader();
  readonly #sizes: number[];
  readonly #stop = new AbortController();
  #response: ServerResponse | undefined;
  #emittedBytes = 0;
  #accepted = (): number => 0;
  #ackedSeq = -1;
  #onAck: (() => void) | undefined;
  readonly #lifetime: NodeJS.Timeout;

  constructor(id: string, workload: Workload) {
    this.trace = { id, workload, state: 'waiting', replays: 0, emissions: [], acks: [] };
    this.#sizes = planChunks(workload);
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
    this.trace.acks.push({ seq, at: monotonicMs() });
    this.#ackedSeq = Math.max(this.#ackedSeq, seq);
    this.#onAck?.();
  }

  /** Ends the stream now, cutting the response if one is open. */
  stop(how: Exclude<StreamEnd, 'complete' | 'died'>, detail?: string): void {
    if (this.trace.state === 'ended') return;
    this.#ended(how, monotonicMs(), detail);
    this.#response?.destroy();
  }

  /** Answers `request` with the workload; resolves when the stream has ended, and never rejects. */
  async emit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.#open(request, response);
      if (this.trace.workload.answer === 'request-end') await this.uploads.ended;
      const { headDelayMs } = this.trace.workload;
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
    this.#inform(request, response);
    const { status, contentType, headers, trailers } = trace.workload;
    response.writeHead(status, {
      'content-type': contentType,
      ...(trace.framing === 'chunked' && trailers !== undefined ? { trailer: Object.keys(trailers).join(', ') } : {}),
      ...headers,
    });
    trace.headAt = monotonicMs();
    if (trace.framing === 'piecewise') this.#announceChunk(response);
    else response.flushHeaders();
  }

  /** HTTP/1.0 knows no 1xx (RFC 9110, section 15.2). */
  #inform({ httpVersion }: IncomingMessage, response: ServerResponse): void {
    const { informational } = this.trace.workload;
    if (informational === undefined || httpVersion === '1.0') return;
    this.trace.informational = informational.map((status) => {
      if (status === 102) response.writeProcessing();
      else response.writeEarlyHints({ link: EARLY_LINK });
      return { status, at: monotonicMs() };
    });
  }

  /** A connection may be kept for other streams: what it tells counts only while this one is open. */
  #watchAbort(response: ServerResponse): () => void {
    const { socket } = response;
    const onEnd = (): void => this.#aborted('fin');
    const onError = ({ code }: NodeJS.ErrnoException): void => {
      if (code === 'ECONNRESET' || code === 'EPIPE') this.#aborted('rst');
    };
    socket?.once('end', onEnd).on('error', onError);
    const stopWatchingHttp2 = onAborted(response, (seen) => this.#aborted(seen));
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

  #aborted(seen: 'fin' | 'rst'): void {
    if (this.trace.state === 'open') this.trace.abort ??= { at: monotonicMs(), seen };
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

  get #plannedBytes(): number {
    return this.#sizes.reduce((sum, size) => sum + size, 0);
  }

  /** RFC 9112, section 7.1: the size line of one HTTP chunk that is to hold the whole body. From here on Node adds none of its own. The line goes out with the head. */
  #announceChunk(response: ServerResponse): void {
    response.chunkedEncoding = false;
    response.write(`${this.#plannedBytes.toString(16)}\r\n`, 'latin1');
  }

  async #emitAll(response: ServerResponse): Promise<void> {
    const { pace, count, death, trailers } = this.trace.workload;
    if (pace.mode === 'paced') await this.#emitPaced(pace, count);
    else if (pace.freeze !== undefined) await this.#emitFrozen(pace, pace.freeze);
    else if (await this.#emitLockStep(pace, count)) await this.#raise(pace);

    if (death !== undefined) this.#die(death);
    const at = monotonicMs();
    const { framing } = this.trace;
    // What was announced must be filled; its last chunk is what tells the client the end.
    if (framing === 'content-length' || framing === 'piecewise')
      while (this.#nextSeq < this.#sizes.length) this.#emitNext();
    this.#ended('complete', at);
    if (trailers !== undefined && (framing === 'chunked' || framing === 'h2')) {
      this.trace.trailers = trailers;
      response.addTrailers(trailers);
    }
    response.end(framing === 'piecewise' ? '\r\n0\r\n\r\n' : undefined);
    await once(response, 'close');
  }

  async #emitPaced({ intervalMs, burst = 1, silence, leadMs }: Paced, count: number): Promise<void> {
    if (leadMs > 0) await delay(leadMs, undefined, { signal: this.#stop.signal });
    const start = monotonicMs();
    for (let seq = 0; seq < count; seq += 1) {
      const isLate = silence !== undefined && seq > silence.afterChunk;
      if (isLate && seq === silence.afterChunk + 1) await this.#beatHeart(silence, start + (seq - 1) * intervalMs);
      await this.#until(start + Math.floor(seq / burst) * intervalMs + (isLate ? silence.ms : 0));
      await this.#room(seq);
      this.#emitNext();
    }
  }

  async #beatHeart({ heartbeatMs = 0 }: Silence, from: number): Promise<void> {
    for (let beat = 1; beat <= plannedHeartbeats(this.trace.workload); beat += 1) {
      await this.#until(from + beat * heartbeatMs);
      this.#stop.signal.throwIfAborted();
      (this.trace.heartbeats ??= []).push(monotonicMs());
      this.#response?.write(HEARTBEAT, 'latin1');
      this.#emittedBytes += HEARTBEAT.length;
    }
  }

  async #until(at: number): Promise<void> {
    const waitMs = at - monotonicMs();
    if (waitMs > 0) await delay(waitMs, undefined, { signal: this.#stop.signal });
  }

  /** A reader that does not read costs no memory, and a stream without pauses leaves the others their turn. */
  async #room(seq: number): Promise<void> {
    const { signal } = this.#stop;
    if (this.#response?.writableNeedDrain === true) await once(this.#response, 'drain', { signal });
    else if (seq % CHUNKS_IN_A_TURN === 0) await setImmediate(undefined, { signal });
  }

  /** Whether the stream stalled. */
  async #emitLockStep(pace: LockStep, count: number): Promise<boolean> {
    if (pace.leadMs > 0) await delay(pace.leadMs, undefined, { signal: this.#stop.signal });
    const start = monotonicMs();
    // The last byte that was announced ends the response: a reader that has it may leave before it is acknowledged.
    const { framing } = this.trace;
    const isAnnounced = framing === 'content-length' || framing === 'piecewise';
    const inLockStep = isAnnounced ? Math.min(count, this.#sizes.length - 1) : count;
    while (this.#nextSeq < inLockStep && monotonicMs() - start < pace.budgetMs) {
      const seq = this.#emitNext();
      if (await this.#acknowledged(seq, pace.deadlineMs)) continue;
      this.trace.stalled = { seq, at: monotonicMs() };
      return true;
    }
    return false;
  }

  async #emitFrozen(pace: LockStep, { afterChunks, bytes }: NonNullable<LockStep['freeze']>): Promise<void> {
    if (await this.#emitLockStep(pace, afterChunks)) return;
    while (this.#emittedBytes < bytes && this.#nextSeq < this.#sizes.length - 1) this.#emitNext();
    if (await this.#acknowledged(afterChunks, pace.deadlineMs)) return;
    this.trace.stalled = { seq: afterChunks, at: monotonicMs() };
    await delay(pace.lingerMs, undefined, { signal: this.#stop.signal });
  }

  async #raise(pace: LockStep): Promise<void> {
    const { signal } = this.#stop;
    const acksBefore = this.trace.acks.length;
    // The plan's last chunk stays for the end, so that the end is an event of its own.
    const raising = (): boolean =>
      this.trace.acks.length - acksBefore < pace.releases &&
      this.#emittedBytes < pace.boundBytes &&
      this.#nextSeq < this.#sizes.length - 1;
    while (raising()) {
      const goal = Math.max(this.#emittedBytes * pace.growth, this.#emittedBytes + SMALLEST_STEP_BYTES);
      while (raising() && this.#emittedBytes < goal) this.#emitNext();
      await delay(pace.stepMs, undefined, { signal });
    }
    await delay(pace.lingerMs, undefined, { signal });
  }

  get #nextSeq(): number {
    return this.trace.emissions.length;
  }

  #emitNext(): number {
    this.#stop.signal.throwIfAborted();
    const seq = this.#nextSeq;
    const { death } = this.trace.workload;
    if (death !== undefined && seq > death.afterChunk) this.#die(death);
    const chunk = encodeChunk(this.trace.workload.format, seq, this.#sizes[seq] ?? 0);
    this.trace.emissions.push({ seq, at: monotonicMs(), bytes: chunk.length });
    this.#response?.write(chunk, 'latin1');
    this.#emittedBytes += chunk.length;
    return seq;
  }

  /** Never returns. What was written is sent before a FIN; an RST comes one step of the pace after it. */
  #die({ how }: Death): never {
    this.#ended('died', monotonicMs(), how);
    if (this.#response !== undefined) closeConnection(this.#response, how);
    throw this.#stop.signal.reason;
  }

  async #acknowledged(seq: number, deadlineMs: number): Promise<boolean> {
    if (this.#ackedSeq >= seq) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const deadline = setTimeout(() => resolve(false), deadlineMs);
    this.#onAck = () => this.#ackedSeq >= seq && resolve(true);
    const stopped = (): void => resolve(false);
    this.#stop.signal.addEventListener('abort', stopped, { once: true });
    const acknowledged = await promise;
    clearTimeout(deadline);
    this.#stop.signal.removeEventListener('abort', stopped);
    this.#stop.signal.throwIfAborted();
    return acknowledged;
  }

  /** Everything may be written and a hung reader still hold the connection: that too is cut. */
  #expire(): void {
    this.stop('lifetime');
    this.#response?.destroy();
  }

  #ended(how: StreamEnd, at: number, detail?: string): void {
    this.trace.state = 'ended';
    this.trace.end = detail === undefined ? { at, how } : { at, how, detail };
    if (how === 'complete') return;
    // A reader that hangs can hold up the last bytes of a dying stream as it can those of a whole one.
    if (how !== 'died') clearTimeout(this.#lifetime);
    this.#stop.abort(new Error(`stream ended: ${how}`));
  }
}
