/** Speaks the origin's control API (server/control.ts). */

import { Agent, request } from 'node:http';

import { monotonicMs } from '../server/clock.ts';
import type { OriginTrace } from '../server/trace.ts';
import type { WorkloadInput } from '../server/workload.ts';
import type { Address } from './client/client.ts';
import { BenchError } from './errors.ts';

export interface OriginAddress {
  control: Address;
  token?: string;
}

/** How far the origin's monotonic clock is from ours, as far as round trips can tell. */
export interface ClockOffset {
  /** One kernel: the two clocks are the same one. */
  shared: boolean;
  /** To be added to a time of the origin to have ours; 0 when shared. */
  offsetMs: number;
  /** Half of the quickest round trip. */
  errorMs: number;
}

const REQUEST_TIMEOUT_MS = 10_000;
const CLOCK_SAMPLES = 20;

export class OriginClient {
  readonly #address: OriginAddress;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(address: OriginAddress) {
    this.#address = address;
  }

  /** @throws BenchError with the origin's own words when it refuses the workload. */
  async create(workload: WorkloadInput): Promise<{ id: string; path: string }> {
    return (await this.#ask('POST', '/streams', workload)) as { id: string; path: string };
  }

  async acknowledge(id: string, seq: number): Promise<void> {
    await this.#ask('POST', `/streams/${id}/ack`, { seq });
  }

  async trace(id: string): Promise<OriginTrace> {
    return (await this.#ask('GET', `/streams/${id}/trace`)) as OriginTrace;
  }

  /** Bytes of the response that the kernel has taken from the origin so far (server/control.ts). */
  async acceptedBytes(id: string): Promise<number> {
    return ((await this.#ask('GET', `/streams/${id}`)) as { acceptedBytes: number }).acceptedBytes;
  }

  async delete(id: string): Promise<void> {
    await this.#ask('DELETE', `/streams/${id}`);
  }

  /** Compares the clocks by the bracket of each round trip (as NTP does, RFC 5905, section 8). */
  async clockOffset(): Promise<ClockOffset> {
    let best = { roundTripMs: Number.POSITIVE_INFINITY, offsetMs: 0 };
    let shared = true;
    for (let sample = 0; sample < CLOCK_SAMPLES; sample += 1) {
      const before = monotonicMs();
      const { monotonicMs: theirs } = (await this.#ask('GET', '/clock')) as { monotonicMs: number };
      const after = monotonicMs();
      shared &&= before <= theirs && theirs <= after;
      if (after - before < best.roundTripMs)
        best = { roundTripMs: after - before, offsetMs: (before + after) / 2 - theirs };
    }
    return { shared, offsetMs: shared ? 0 : best.offsetMs, errorMs: shared ? 0 : best.roundTripMs / 2 };
  }

  close(): void {
    this.#agent.destroy();
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const { control, token } = this.#address;
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      ...(text === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    return new Promise((resolve, reject) => {
      const fail = (reason: string): void =>
        reject(new BenchError(`the origin's control API (${method} ${path}) ${reason}`));
      const outgoing = request(
        { ...control, method, path, headers, agent: this.#agent, timeout: REQUEST_TIMEOUT_MS },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('error', (error) => fail(`failed: ${error.message}`));
          response.on('end', () => {
            const answer = Buffer.concat(parts).toString();
            if ((response.statusCode ?? 500) >= 400) return fail(`answered ${response.statusCode}: ${answer}`);
            return resolve(answer === '' ? undefined : JSON.parse(answer));
          });
        },
      );
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${REQUEST_TIMEOUT_MS} ms`)));
      outgoing.on('error', (error) => fail(`failed: ${error.message}`));
      outgoing.end(text);
    });
  }
}
