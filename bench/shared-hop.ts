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

  /** Every lane calls this once, whatever comes of it. */
  async use<T>(work: (hop: Hop) => Promise<T>): Promise<T> {
    try {
      this.#hop ??= this.#start();
      return await work(await this.#hop);
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
