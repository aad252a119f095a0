/** A variant's hop, which all of its lanes share: started for the first of them and ended after the last. */

import type { Hop } from '../drivers/driver.ts';

export class SharedHop {
  readonly #start: () => Promise<Hop>;
  #lanesLeft: number;
  #hop: Promise<Hop> | undefined;
  #working = 0;
  #onIdle: (() => void)[] = [];
  #alone: Promise<unknown> = Promise.resolve();

  constructor(lanes: number, start: () => Promise<Hop>) {
    this.#lanesLeft = lanes;
    this.#start = start;
  }

  /** Every lane calls this once, whatever comes of it. @param work is given what starts the hop, or waits until it has started. */
  async use<T>(work: (started: () => Promise<Hop>) => Promise<T>): Promise<T> {
    try {
      return await work(() => (this.#hop ??= this.#start()));
    } finally {
      this.#lanesLeft -= 1;
      if (this.#lanesLeft === 0) await this.#end();
    }
  }

  /** A hop like it for one lane, which ends it. */
  another(): Promise<Hop> {
    return this.#start();
  }

  /** For what the other lanes may go on beside. */
  async beside<T>(work: () => Promise<T>): Promise<T> {
    for (let last; last !== this.#alone; await last) last = this.#alone;
    this.#working += 1;
    try {
      return await work();
    } finally {
      this.#working -= 1;
      if (this.#working === 0) for (const resolve of this.#onIdle.splice(0)) resolve();
    }
  }

  /** When nothing goes on beside, and nothing begins meanwhile. Not within `beside`. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#alone.then(async () => {
      if (this.#working > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
      return work();
    });
    this.#alone = mine.catch(() => {});
    return mine;
  }

  async #end(): Promise<void> {
    const hop = await this.#hop?.catch(() => undefined);
    await hop?.[Symbol.asyncDispose]();
  }
}
