/** When a hop is not waited for any longer. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { describe, expect, it } from 'vitest';

import { whyHopNotReady, whyRefused } from '../../../bench/drivers/ready.ts';

const REFUSES = { refuses: /cannot read the config/ };

/** A hop that answers /healthz by itself, with nothing behind it until `isThere`. */
async function frontOf(isThere: () => boolean): Promise<AsyncDisposable & { port: number }> {
  const server = createServer(({ url }, response) => {
    if (url === '/healthz') return void response.end('"OK"');
    response.statusCode = isThere() ? 200 : 502;
    response.end('{"status":"ok"}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}

describe('a hop is ready', () => {
  it('when the origin answers through it, by a path that the hop leaves to it', async () => {
    let asked = 0;
    await using front = await frontOf(() => ++asked > 2);
    const address = { host: '127.0.0.1', port: front.port };
    expect(
      await whyHopNotReady(address, () => Promise.resolve(undefined), { readyPath: '/healthz/origin' }),
    ).toBeUndefined();
    expect(asked).toBe(3);
  });
});

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
    expect(await whyHopNotReady(address, () => Promise.resolve('it refuses'), {})).toBe('it refuses');
  });
});
