/** The streams an origin holds: created, found, forgotten some time after they ended. */

import { randomUUID } from 'node:crypto';

import { monotonicMs } from './clock.ts';
import { Stream } from './stream.ts';
import type { Workload } from './workload.ts';

/** How long an ended stream's trace can still be read. */
const KEEP_ENDED_MS = 60_000;

export class Streams {
  readonly #streams = new Map<string, Stream>();
  readonly #sweeper: NodeJS.Timeout;
  readonly #limit: number;

  /** @param limit the most streams held at once, ended ones included until they are forgotten. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#sweeper = setInterval(() => this.#forgetEnded(), KEEP_ENDED_MS / 4).unref();
  }

  /** `undefined` when the origin holds as many as it may. */
  create(workload: Workload): Stream | undefined {
    if (this.#streams.size >= this.#limit) return undefined;
    const stream = new Stream(randomUUID(), workload);
    this.#streams.set(stream.trace.id, stream);
    return stream;
  }

  find(id: string): Stream | undefined {
    return this.#streams.get(id);
  }

  delete(id: string): boolean {
    this.#streams.get(id)?.stop('deleted');
    return this.#streams.delete(id);
  }

  get size(): number {
    return this.#streams.size;
  }

  close(): void {
    clearInterval(this.#sweeper);
    for (const id of this.#streams.keys()) this.delete(id);
  }

  #forgetEnded(): void {
    const oldest = monotonicMs() - KEEP_ENDED_MS;
    for (const [id, { trace }] of this.#streams) {
      if (trace.end !== undefined && trace.end.at < oldest) this.#streams.delete(id);
    }
  }
}
