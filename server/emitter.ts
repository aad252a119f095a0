/** Writes the chunks of one stream, each by its pace, and stamps every emission. */

import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';

import { monotonicMs } from './clock.ts';
import { encodeChunk, HEARTBEAT, plannedHeartbeats, planChunks } from './payload.ts';
import type { OriginTrace } from './trace.ts';
import type { Death, LockStep, Paced, Silence } from './workload.ts';

/** Below this the first steps after a stall would raise the bytes by less than a chunk. */
const SMALLEST_STEP_BYTES = 64;
/** Chunks written before other streams have their turn. */
const CHUNKS_IN_A_TURN = 64;

interface EmitterOptions {
  trace: OriginTrace;
  /** Aborted when the stream has ended. */
  signal: AbortSignal;
  /** Called in place of a chunk that comes after the death which the workload asks for; throws. */
  die: (death: Death) => never;
}

export class Emitter {
  readonly #trace: OriginTrace;
  readonly #signal: AbortSignal;
  readonly #die: (death: Death) => never;
  readonly #sizes: number[];
  #body: Writable | undefined;
  #emittedBytes = 0;
  #ackedSeq = -1;
  #onAck: (() => void) | undefined;

  constructor({ trace, signal, die }: EmitterOptions) {
    this.#trace = trace;
    this.#signal = signal;
    this.#die = die;
    this.#sizes = planChunks(trace.workload);
  }

  /** Told that chunk `seq` arrived, and with it all before. */
  acknowledge(seq: number): void {
    this.#trace.acks.push({ seq, at: monotonicMs() });
    this.#ackedSeq = Math.max(this.#ackedSeq, seq);
    this.#onAck?.();
  }

  /** The highest that was, -1 where none was. */
  get acknowledged(): number {
    return this.#ackedSeq;
  }

  /** All that the pace has to write, before any coding. @throws the signal's reason when the stream ends before. */
  async emit(body: Writable): Promise<void> {
    this.#body = body;
    const { pace, count, death } = this.#trace.workload;
    if (pace.mode === 'paced') await this.#paced(pace, count);
    else if (pace.freeze !== undefined) await this.#frozen(pace, pace.freeze);
    else if (await this.#lockStep(pace, count)) await this.#raise(pace);
    if (death !== undefined) this.#die(death);
  }

  /** The chunks that are left of what was announced. */
  fill(): void {
    while (this.#nextSeq < this.#sizes.length) this.#next();
  }

  async #paced({ intervalMs, burst = 1, silence, leadMs }: Paced, count: number): Promise<void> {
    if (leadMs > 0) await delay(leadMs, undefined, { signal: this.#signal });
    const start = monotonicMs();
    for (let seq = 0; seq < count; seq += 1) {
      const isLate = silence !== undefined && seq > silence.afterChunk;
      if (isLate && seq === silence.afterChunk + 1) await this.#beatHeart(silence, start + (seq - 1) * intervalMs);
      await this.#until(start + Math.floor(seq / burst) * intervalMs + (isLate ? silence.ms : 0));
      await this.#room(seq);
      this.#next();
    }
  }

  async #beatHeart({ heartbeatMs = 0 }: Silence, from: number): Promise<void> {
    for (let beat = 1; beat <= plannedHeartbeats(this.#trace.workload); beat += 1) {
      await this.#until(from + beat * heartbeatMs);
      this.#signal.throwIfAborted();
      (this.#trace.heartbeats ??= []).push(monotonicMs());
      this.#body?.write(HEARTBEAT, 'latin1');
      this.#emittedBytes += HEARTBEAT.length;
    }
  }

  async #until(at: number): Promise<void> {
    const waitMs = at - monotonicMs();
    if (waitMs > 0) await delay(waitMs, undefined, { signal: this.#signal });
  }

  /** A reader that does not read costs no memory, and a stream without pauses leaves the others their turn. */
  async #room(seq: number): Promise<void> {
    const signal = this.#signal;
    if (this.#body?.writableNeedDrain === true) await once(this.#body, 'drain', { signal });
    else if (seq % CHUNKS_IN_A_TURN === 0) await setImmediate(undefined, { signal });
  }

  /** Whether the stream stalled. */
  async #lockStep(pace: LockStep, count: number): Promise<boolean> {
    if (pace.leadMs > 0) await delay(pace.leadMs, undefined, { signal: this.#signal });
    const start = monotonicMs();
    // The last byte that was announced ends the response: a reader that has it may leave before it is acknowledged.
    const { framing } = this.#trace;
    const isAnnounced = framing === 'content-length' || framing === 'piecewise';
    const inLockStep = isAnnounced ? Math.min(count, this.#sizes.length - 1) : count;
    while (this.#nextSeq < inLockStep && monotonicMs() - start < pace.budgetMs) {
      const seq = this.#next();
      if (await this.#acknowledged(seq, pace.deadlineMs)) continue;
      this.#trace.stalled = { seq, at: monotonicMs() };
      return true;
    }
    return false;
  }

  async #frozen(pace: LockStep, { afterChunks, bytes, apartMs }: NonNullable<LockStep['freeze']>): Promise<void> {
    if (await this.#lockStep(pace, afterChunks)) return;
    while (this.#emittedBytes < bytes && this.#nextSeq < this.#sizes.length - 1) {
      this.#next();
      if (apartMs !== undefined) await delay(apartMs, undefined, { signal: this.#signal });
    }
    if (await this.#acknowledged(afterChunks, pace.deadlineMs)) return;
    this.#trace.stalled = { seq: afterChunks, at: monotonicMs() };
    await delay(pace.lingerMs, undefined, { signal: this.#signal });
  }

  async #raise(pace: LockStep): Promise<void> {
    const signal = this.#signal;
    const acksBefore = this.#trace.acks.length;
    // The plan's last chunk stays for the end, so that the end is an event of its own.
    const raising = (): boolean =>
      this.#trace.acks.length - acksBefore < pace.releases &&
      this.#emittedBytes < pace.boundBytes &&
      this.#nextSeq < this.#sizes.length - 1;
    while (raising()) {
      const goal = Math.max(this.#emittedBytes * pace.growth, this.#emittedBytes + SMALLEST_STEP_BYTES);
      while (raising() && this.#emittedBytes < goal) this.#next();
      await delay(pace.stepMs, undefined, { signal });
    }
    await delay(pace.lingerMs, undefined, { signal });
  }

  get #nextSeq(): number {
    return this.#trace.emissions.length;
  }

  #next(): number {
    this.#signal.throwIfAborted();
    const seq = this.#nextSeq;
    const { death, format, filler } = this.#trace.workload;
    if (death !== undefined && seq > death.afterChunk) this.#die(death);
    const chunk = encodeChunk(format, seq, this.#sizes[seq] ?? 0, filler);
    const emission = { seq, at: monotonicMs(), bytes: chunk.length };
    this.#trace.emissions.push(emission);
    if (this.#trace.workload.contentCoding === undefined) this.#body?.write(chunk, 'latin1');
    // A coder calls back when it has handed on what it made of this: its own time is no hold of a hop.
    else this.#body?.write(chunk, 'latin1', (error) => error ?? (emission.at = monotonicMs()));
    this.#emittedBytes += chunk.length;
    return seq;
  }

  async #acknowledged(seq: number, deadlineMs: number): Promise<boolean> {
    if (this.#ackedSeq >= seq) return true;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const deadline = setTimeout(() => resolve(false), deadlineMs);
    this.#onAck = () => this.#ackedSeq >= seq && resolve(true);
    const stopped = (): void => resolve(false);
    this.#signal.addEventListener('abort', stopped, { once: true });
    const acknowledged = await promise;
    clearTimeout(deadline);
    this.#signal.removeEventListener('abort', stopped);
    this.#signal.throwIfAborted();
    return acknowledged;
  }
}
