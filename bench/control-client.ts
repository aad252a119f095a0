/** Speaks JSON over HTTP to a program of ours, on connections that are kept. */

import { request as httpRequest, type ClientRequest } from 'node:http';
import { text as textOf } from 'node:stream/consumers';

import { Pool } from 'undici';

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

/** The longest between a request, the head of its answer and the rest of it. */
const ANSWER_MS = 10_000;
const CLOCK_SAMPLES = 20;

/** Lines of one request that stays open. */
export class Lines implements Disposable {
  readonly #request: ClientRequest;
  readonly #called: string;
  #unsent = '';
  #lost: string | undefined;

  /** @param called for messages: what takes the lines. */
  constructor({ host, port }: Address, path: string, headers: Record<string, string>, called: string) {
    this.#called = called;
    this.#request = httpRequest({
      host,
      port,
      path,
      method: 'POST',
      agent: false,
      headers: { ...headers, 'content-type': 'text/plain' },
    });
    this.#request.on('socket', (socket) => socket.unref());
    this.#request.on('error', ({ message }) => (this.#lost ??= `failed: ${message}`));
    this.#request.on('response', (response) => {
      this.#lost ??= `answered ${response.statusCode}`;
      void textOf(response).then(
        (text) => (this.#lost = `answered ${response.statusCode}: ${text}`),
        () => {},
      );
    });
  }

  /** With all others of what is read at once: when each other connection that has something to read has been read. */
  send(line: string): void {
    if (this.#unsent === '') setImmediate(() => this.#flush());
    this.#unsent += `${line}\n`;
  }

  #flush(): void {
    this.#request.write(this.#unsent);
    this.#unsent = '';
  }

  /** Why what was sent may be lost: the request is over. */
  get lost(): string | undefined {
    return this.#lost === undefined ? undefined : `${this.#called} ${this.#lost}`;
  }

  [Symbol.dispose](): void {
    this.#request.destroy();
  }
}

export class ControlClient {
  readonly #address: Address;
  readonly #name: string;
  readonly #headers: Record<string, string>;
  readonly #pool: Pool;

  /** @param name for messages: whose control API it is. */
  constructor(name: string, address: Address, token?: string) {
    const { host, port } = address;
    this.#name = name;
    this.#address = address;
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    this.#pool = new Pool(`http://${host}:${port}`, { headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS });
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
    void this.#pool.destroy();
  }

  lines(path: string): Lines {
    return new Lines(this.#address, path, this.#headers, this.#called('POST', path));
  }

  #called(method: string, path: string): string {
    return `${this.#name}'s control API (${method} ${path})`;
  }

  /** @throws BenchError when there is no answer, or one that refuses, with its own words. */
  async ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    const sent =
      body === undefined
        ? { headers: this.#headers }
        : { headers: { ...this.#headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const complain = (reason: string): BenchError => new BenchError(`${this.#called(method, path)} ${reason}`);
    const { statusCode, text } = await this.#pool
      .request({ method, path, ...sent })
      .then(async (response) => ({ statusCode: response.statusCode, text: await response.body.text() }))
      .catch((error: Error) => {
        throw complain(`failed: ${error.message}`);
      });
    if (statusCode >= 400) throw complain(`answered ${statusCode}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}
