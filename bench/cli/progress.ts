/** Progress on stderr: one line that is rewritten on a terminal, one line per step elsewhere. */

import type { RunEvent } from '../run.ts';

const CLEAR_LINE = '\r\x1b[2K';

export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #total: number;
  readonly #measuring = new Set<string>();
  #done = 0;

  constructor(stream: NodeJS.WriteStream, total: number) {
    this.#stream = stream;
    this.#total = total;
  }

  estimate(ms: number): void {
    this.#line(`about ${Math.ceil(ms / 60_000)} min for ${this.#total} lane${this.#total === 1 ? '' : 's'}`);
  }

  on(event: RunEvent): void {
    switch (event.type) {
      case 'providing':
        return this.#status(`looking for ${event.proxy.name}, bringing it if it is missing`);
      case 'provided':
        return this.#line(
          `${event.proxy.name} ${event.runnable.version} (${event.runnable.driver}: ${event.runnable.source})`,
        );
      case 'unavailable':
        return this.#line(`${event.proxy.name} is skipped: ${event.reason}`);
      case 'proving':
        return this.#status(`proving the instrument (${event.driver})`);
      case 'proven': {
        const { driver, sound, floor, unsound } = event.instrument;
        return this.#line(
          sound
            ? `instrument proven (${driver}), floor ${floor.hold.p50Ms.toFixed(2)} ms`
            : `the instrument is NOT sound (${driver}): ${unsound}`,
        );
      }
      case 'measuring':
        this.#measuring.add(event.lane);
        return this.#status(this.#count());
      case 'lane':
        this.#done = event.done;
        this.#measuring.delete(event.result.id);
        if (this.#stream.isTTY) return this.#status(this.#count());
        return this.#line(`${event.done}/${event.of} ${event.result.id}: ${event.result.verdict}`);
    }
  }

  end(): void {
    if (this.#stream.isTTY) this.#stream.write(CLEAR_LINE);
  }

  #count(): string {
    return `${this.#done}/${this.#total} lanes; measuring ${[...this.#measuring].join(', ')}`;
  }

  #line(text: string): void {
    this.#stream.write(`${this.#stream.isTTY ? CLEAR_LINE : ''}${text}\n`);
  }

  #status(text: string): void {
    if (!this.#stream.isTTY) return;
    const width = this.#stream.columns - 1;
    this.#stream.write(CLEAR_LINE + (text.length > width ? `${text.slice(0, width - 1)}…` : text));
  }
}
