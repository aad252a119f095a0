import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';

import { hopPort, PORTS } from '../../../bench/drivers/ports.ts';

const HOST = '127.0.0.1';

it('each of many that are asked for at once is another, and none is of those that a kernel gives away', async () => {
  const ports = await Promise.all(Array.from({ length: 200 }, () => hopPort(HOST)));
  expect(new Set(ports).size).toBe(ports.length);
  expect(Math.min(...ports)).toBeGreaterThanOrEqual(PORTS.first);
  expect(Math.max(...ports)).toBeLessThanOrEqual(PORTS.last);
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  expect((server.address() as AddressInfo).port).toBeGreaterThan(PORTS.last);
  server.close();
});

it('one on which somebody listens is left out', async () => {
  const before = await hopPort(HOST);
  const taken = before === PORTS.last ? PORTS.first : before + 1;
  const server = createServer().listen(taken, HOST);
  await once(server, 'listening');
  expect(await hopPort(HOST)).not.toBe(taken);
  server.close();
});
