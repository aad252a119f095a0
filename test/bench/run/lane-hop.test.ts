import { expect, it } from 'vitest';

import type { Hop } from '../../../bench/drivers/driver.ts';
import { LaneHop } from '../../../bench/run/lane-hop.ts';
import { SharedHop } from '../../../bench/run/shared-hop.ts';

/** A variant's hops by the port on which each is reached, first 1, and which of them have ended. */
function hops(): { shared: SharedHop; ended: Set<number> } {
  const ended = new Set<number>();
  let started = 0;
  const start = async (): Promise<Hop> => {
    const port = (started += 1);
    const hop: Partial<Hop> = {
      address: { host: '127.0.0.1', port },
      running: () => !ended.has(port),
      hasEnded: async () => ended.has(port),
      [Symbol.asyncDispose]: async () => void ended.add(port),
    };
    return hop as Hop;
  };
  return { shared: new SharedHop(1, start), ended };
}

it('is the variant’s until that has ended, and then another, which ends with the lane', async () => {
  const { shared, ended } = hops();
  await shared.use(async (start) => {
    await using through = new LaneHop(await start(), shared);
    await through.renew();
    expect(through.address.port).toBe(1);
    ended.add(1);
    expect(through.running()).toBe(false);
    await through.renew();
    expect(through.address.port).toBe(2);
    expect(through.running()).toBe(true);
  });
  expect(ended).toEqual(new Set([1, 2]));
});

it('is one of the lane’s own for what is to be apart, and the variant’s afterwards, whatever comes of it', async () => {
  const { shared, ended } = hops();
  await shared.use(async (start) => {
    await using through = new LaneHop(await start(), shared);
    const failing = through.apart(async () => {
      expect(through.address.port).toBe(2);
      throw new Error('failed');
    });
    await expect(failing).rejects.toThrow('failed');
    expect(through.address.port).toBe(1);
    expect(ended).toEqual(new Set([2]));
  });
});
