/** A variant's hop, which all of its lanes share: started for the first of them and ended after the last. */

import type { Hop } from './drivers/driver.ts';

export class SharedHop {
  readonly #start: () => Promise<Hop>;
  #lanesLeft: number;
  #hop: Promise<Hop> | undefined;

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

  async #end(): Promise<void> {
    const hop = await this.#hop?.catch(() => undefined);
    await hop?.[Symbol.asyncDispose]();
  }
}
