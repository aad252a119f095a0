/** When a hop is not waited for any longer. */

import { describe, expect, it } from 'vitest';

import { whyNotReady, whyRefused } from '../../../bench/drivers/ready.ts';

const REFUSES = { refuses: /cannot read the config/ };

describe('a hop is given up', () => {
  it.each([
    ['has ended', {}, false, '', 'it ended before it was ready'],
    [
      'says that it refuses its config',
      REFUSES,
      true,
      'ERR cannot read the config: x',
      'it refuses its config, and runs on without it',
    ],
  ])('when it %s', async (_, proxy, running, said, reason) => {
    expect(await whyRefused(proxy, { running, log: () => said })).toBe(reason);
  });

  it.each([
    ['says other things', REFUSES],
    ['declares nothing of the kind', {}],
  ])('not as long as it runs and %s', async (_, proxy) => {
    expect(await whyRefused(proxy, { running: true, log: () => 'listening' })).toBeUndefined();
  });

  it('at once, and not after the time for getting ready', async () => {
    const address = { host: '127.0.0.1', port: 1 };
    expect(await whyNotReady(address, () => Promise.resolve('it refuses'))).toBe('it refuses');
  });
});
