/** Runs kernel-time.py and finds, for each read of a client, the packet that carried its last byte. */

import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

import { BenchError } from '../../bench/errors.ts';
import type { ClientTrace } from '../../bench/client/client.ts';

const HELPER = join(import.meta.dirname, 'kernel-time.py');

interface ClockSample {
  realtimeMinusMonotonicNs: number;
  errorNs: number;
}

export interface Packet {
  from: number;
  to: number;
  seq: number;
  bytes: number;
  monotonicMs: number;
}

type Line =
  | { ready: true; clock: ClockSample }
  | { done: true; clock: ClockSample; seen: number; dropped: number }
  | Packet;

export interface Captured {
  packets: Packet[];
  dropped: number;
  /** How far the offset of the two clocks had moved by the end, and how well it is known. */
  clockMovedNs: number;
  clockErrorNs: number;
}

/** The helper ends when its stdin closes, so it cannot outlive the bench however that ends. */
export class KernelTime implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  #before: ClockSample = { realtimeMinusMonotonicNs: 0, errorNs: 0 };
  #complaint = '';

  private constructor(port: number) {
    this.#child = spawn('python3', [HELPER, String(port)], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stdin.on('error', () => {});
    this.#child.on('error', (error) => (this.#complaint = error.message));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#complaint += text));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Resolves when the kernel keeps and stamps the packets. @throws BenchError when it cannot. */
  static async start(port: number): Promise<KernelTime> {
    const started = new KernelTime(port);
    const line = await started.#next();
    if ('ready' in line) started.#before = line.clock;
    return started;
  }

  /** Everything since the start. */
  async stop(): Promise<Captured> {
    this.#child.stdin.end();
    const packets: Packet[] = [];
    for (;;) {
      const line = await this.#next();
      if ('seq' in line) packets.push(line);
      if (!('done' in line)) continue;
      return {
        packets,
        dropped: line.dropped,
        clockMovedNs: line.clock.realtimeMinusMonotonicNs - this.#before.realtimeMinusMonotonicNs,
        clockErrorNs: Math.max(line.clock.errorNs, this.#before.errorNs),
      };
    }
  }

  async #next(): Promise<Line> {
    const { value, done } = await this.#lines.next();
    if (done === true) {
      await new Promise(setImmediate);
      throw new BenchError(`${HELPER} ended early: ${this.#complaint.trim()}`);
    }
    return JSON.parse(value) as Line;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end();
    if (this.#child.exitCode !== null || this.#child.pid === undefined) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }
}

/** Packets from `port`, by the connection that they belong to, in the order of the connections. */
export function connections(packets: readonly Packet[], port: number): Packet[][] {
  return [...Map.groupBy(packets, ({ from, to }) => (from === port ? to : -1))]
    .filter(([client]) => client !== -1)
    .map(([, sent]) => sent);
}

/**
 * Read time minus kernel time of each read, in ms; `undefined` for a read whose last byte no packet
 * carried. Sequence numbers are taken from the connection's first data packet, modulo 2^32.
 */
export function readLags({ reads }: ClientTrace, packets: readonly Packet[]): (number | undefined)[] {
  const first = packets[0]?.seq ?? 0;
  const placed = packets.map(({ seq, bytes, monotonicMs }) => {
    const start = (seq - first) >>> 0;
    return { start, end: start + bytes, monotonicMs };
  });
  let total = 0;
  return reads.map(({ at, bytes }) => {
    total += bytes;
    // Of a byte that was sent twice the first counts.
    const carrier = placed.find(({ start, end }) => start < total && total <= end);
    return carrier === undefined ? undefined : at - carrier.monotonicMs;
  });
}
