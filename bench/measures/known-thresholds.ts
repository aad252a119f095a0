/**
 * Thresholds that a run has found: hops that share a coder or a buffer's size hold as much to the byte, so the search asks
 * first whether this one does too. What is told of a hop is still told by its own probes.
 */

/** More are seldom right, and each is asked for twice. */
const MOST_LIKELY = 3;

export class KnownThresholds {
  /** By the stream, how often each was found. */
  readonly #found = new Map<string, Map<number, number>>();

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
