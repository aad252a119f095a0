/** Speaks JSON over HTTP to a program of ours, on connections that are kept. */

import { Agent, request } from 'node:http';

import { monotonicMs } from '../server/clock.ts';
import type { Address } from './client/client.ts';
import { BenchError } from './errors.ts';

/** How far another program's monotonic clock is from ours, as far as round trips can tell. */
export interface ClockOffset {
  /** One kernel: the two clocks are the same one. */
  shared: boolean;
  /** To be added to a time of the other to have ours; 0 when shared. */
  offsetMs: number;
  /** Half of the quickest round trip. */
  errorMs: number;
}

const REQUEST_TIMEOUT_MS = 10_000;
const CLOCK_SAMPLES = 20;

export class ControlClient {
  readonly #name: string;
  readonly #address: Address;
  readonly #token: string | undefined;
  readonly #agent = new Agent({ keepAlive: true });

  /** @param name for messages: whose control API it is. */
  constructor(name: string, address: Address, token?: string) {
    this.#name = name;
    this.#address = address;
    this.#token = token;
  }

  /** Compares the clocks by the bracket of each round trip (as NTP does, RFC 5905, section 8). */
  async clockOffset(): Promise<ClockOffset> {
    let best = { roundTripMs: Number.POSITIVE_INFINITY, offsetMs: 0 };
    let shared = true;
    for (let sample = 0; sample < CLOCK_SAMPLES; sample += 1) {
      const before = monotonicMs();
      const { monotonicMs: theirs } = (await this.ask('GET', '/clock')) as { monotonicMs: number };
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

  /** @throws BenchError when there is no answer, or one that refuses, with its own words. */
  async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      ...(text === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
    };
    return new Promise((resolve, reject) => {
      const fail = (reason: string): void =>
        reject(new BenchError(`${this.#name}'s control API (${method} ${path}) ${reason}`));
      const outgoing = request(
        { ...this.#address, method, path, headers, agent: this.#agent, timeout: REQUEST_TIMEOUT_MS },
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
