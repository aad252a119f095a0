/** The hop that a lane's streams go through: its variant's, or another like it in its place. */

import type { Hop } from '../drivers/driver.ts';
import type { SharedHop } from './shared-hop.ts';

export class LaneHop implements AsyncDisposable {
  #at: Hop;
  readonly #shared: SharedHop;
  readonly #others = new AsyncDisposableStack();

  constructor(hop: Hop, shared: SharedHop) {
    this.#at = hop;
    this.#shared = shared;
  }

  get address(): Hop['address'] {
    return this.#at.address;
  }

  usage(): ReturnType<Hop['usage']> {
    return this.#at.usage();
  }

  running(): boolean {
    return this.#at.running();
  }

  /** For what no stream of another lane must meet: through one that has no other lane. */
  async apart(work: () => Promise<void>): Promise<void> {
    const shared = this.#at;
    await using own = await this.#shared.another();
    this.#at = own;
    try {
      await work();
    } finally {
      this.#at = shared;
    }
  }

  /** What ended is followed by another. */
  async renew(): Promise<void> {
    if (await this.#at.hasEnded()) this.#at = this.#others.use(await this.#shared.another());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#others.disposeAsync();
  }
}
