/**
 * Thresholds that a run has found: hops that share a coder or a buffer's size hold as much to the byte, so the search asks
 * first whether this one does too. What is told of a hop is still told by its own probes.
 */

/** More are seldom right, and each is asked for twice, all at once. */
const MOST_LIKELY = 2;

export class KnownThresholds {
  /** By the stream, how often each was found. */
  readonly #found = new Map<string, Map<number, number>>();
  readonly #firsts = new Map<string, Promise<unknown>>();

  /** The first search for such a stream goes before all others, which then have what it found to ask about. */
  async afterFirst<T>(stream: string, search: () => Promise<T>): Promise<T> {
    for (let first = this.#firsts.get(stream); first !== undefined; first = this.#firsts.get(stream)) await first;
    if (this.#found.has(stream)) return search();
    const mine = search();
    const first = mine.catch(() => {}).then(() => this.#firsts.delete(stream));
    this.#firsts.set(stream, first);
    return mine;
  }

  /** @param stream what decides besides the hop: the workload, the coding, and what was let go before. */
  add(stream: string, bytes: number): void {
    const times = this.#found.get(stream) ?? new Map<number, number>();
    times.set(bytes, (times.get(bytes) ?? 0) + 1);
    this.#found.set(stream, times);
  }

  /** Sizes to ask about: for each the last that would not be enough and the first that is, the most usual first. */
  questions(stream: string): number[] {
    const usual = [...(this.#found.get(stream) ?? [])].toSorted(([, a], [, b]) => b - a).slice(0, MOST_LIKELY);
    return usual.flatMap(([bytes]) => [bytes - 1, bytes]);
  }
}
