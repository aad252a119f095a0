/**
 * Thresholds that a run has found: hops that share a coder or a buffer's size hold as much to the byte, so the search asks
 * first whether this one does too. What is told of a hop is still told by its own probes.
 */

import { sum } from '../metrics.ts';

/** More are seldom right, and each is asked for twice, all at once. */
const MOST_LIKELY = 2;

interface Found {
  proxy: string;
  bytes: number;
  times: number;
}

function timesOf(found: readonly Found[], bytes: number): number {
  return sum(found.filter((one) => one.bytes === bytes).map(({ times }) => times));
}

export class KnownThresholds {
  /** By the stream. */
  readonly #found = new Map<string, Found[]>();
  readonly #firsts = new Map<string, Promise<unknown>>();

  /** What is known for hops of this proxy. */
  of(proxy: string): KnownFor {
    return {
      afterFirst: (stream, search) => this.#afterFirst(proxy, stream, search),
      add: (stream, bytes) => this.#add(proxy, stream, bytes),
      questions: (stream) => this.#questions(proxy, stream),
    };
  }

  async #afterFirst<T>(proxy: string, stream: string, search: () => Promise<T>): Promise<T> {
    const key = `${proxy} ${stream}`;
    for (let first = this.#firsts.get(key); first !== undefined; first = this.#firsts.get(key)) await first;
    if (this.#found.get(stream)?.some((one) => one.proxy === proxy) === true) return search();
    const mine = search();
    const first = mine.catch(() => {}).then(() => this.#firsts.delete(key));
    this.#firsts.set(key, first);
    return mine;
  }

  #add(proxy: string, stream: string, bytes: number): void {
    const found = this.#found.get(stream) ?? [];
    const same = found.find((one) => one.proxy === proxy && one.bytes === bytes);
    if (same === undefined) found.push({ proxy, bytes, times: 1 });
    else same.times += 1;
    this.#found.set(stream, found);
  }

  #questions(proxy: string, stream: string): number[] {
    const found = this.#found.get(stream) ?? [];
    const own = found.filter((one) => one.proxy === proxy);
    const usual = [...new Set(found.map(({ bytes }) => bytes))].toSorted(
      (a, b) => timesOf(own, b) - timesOf(own, a) || timesOf(found, b) - timesOf(found, a),
    );
    const likely = usual.slice(0, MOST_LIKELY);
    return likely.flatMap((bytes) => [bytes - 1, bytes]);
  }
}

/** A `stream` is what decides besides the hop: the workload, the coding, and what was let go before. */
export interface KnownFor {
  /** The first search for such a stream through this proxy goes before its others, which then have what it found to ask about. */
  afterFirst<T>(stream: string, search: () => Promise<T>): Promise<T>;
  add(stream: string, bytes: number): void;
  /** Sizes to ask about: for each the last that would not be enough and the first that is, this proxy's and then the most usual first. */
  questions(stream: string): number[];
}
