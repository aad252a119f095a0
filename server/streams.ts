/** The streams an origin holds: created, found, forgotten some time after they ended; and names for several of them. */

import { randomUUID } from 'node:crypto';

import { monotonicMs } from './clock.ts';
import { Stream } from './stream.ts';
import type { Workload } from './workload.ts';

/** How long an ended stream's trace can still be read. */
const KEEP_ENDED_MS = 60_000;

export function whyUnknown(id: string): string {
  return `no stream "${id}": never created, deleted, or ended more than a minute ago`;
}

export class Streams {
  readonly #streams = new Map<string, Stream>();
  /** Ids of the streams that each alias gives out, in order. */
  readonly #aliases = new Map<string, readonly string[]>();
  readonly #sweeper: NodeJS.Timeout;
  readonly #limit: number;

  /** @param limit the most streams held at once, ended ones included until they are forgotten; and as many aliases. */
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

  /** The id of a new alias of streams that there are; `undefined` when the origin holds as many as it may. */
  alias(ids: readonly string[]): string | undefined {
    if (this.#aliases.size >= this.#limit) return undefined;
    const alias = randomUUID();
    this.#aliases.set(alias, ids);
    return alias;
  }

  /** What a request for this id or alias is answered by: of an alias the first stream that nobody took, or its last when all were. */
  answering(id: string): Stream | undefined {
    const ids = this.#aliases.get(id) ?? [id];
    const streams = ids.map((one) => this.#streams.get(one)).filter((stream) => stream !== undefined);
    return streams.find(({ trace }) => trace.state === 'waiting') ?? streams.at(-1);
  }

  deleteAlias(id: string): boolean {
    return this.#aliases.delete(id);
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
    for (const [alias, ids] of this.#aliases) {
      if (!ids.some((id) => this.#streams.has(id))) this.#aliases.delete(alias);
    }
  }
}
