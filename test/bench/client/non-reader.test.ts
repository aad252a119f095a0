import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttp1, type IncomingMessage } from 'node:http';
import { createSecureServer, createServer as createHttp2 } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { askWithoutReading } from '../../../bench/client/non-reader.ts';
import { PACKAGE_ROOT } from '../../../bench/programs.ts';

const SHARED = join(PACKAGE_ROOT, 'proxy-configs/shared');
const PAIR = { cert: readFileSync(join(SHARED, 'certificate.pem')), key: readFileSync(join(SHARED, 'key.pem')) };
const PIECE = Buffer.alloc(64 * 1024);
/** Far above what the kernel holds for a reader that does not read. */
const MOST_PIECES = 4096;

const SERVERS: [kind: string, httpVersion: '1.1' | '2', tls: boolean, make: () => Server][] = [
  ['plain HTTP/1.1', '1.1', false, () => createHttp1()],
  ['HTTP/1.1 in TLS', '1.1', true, () => createHttps(PAIR)],
  ['HTTP/2 by prior knowledge', '2', false, () => createHttp2()],
  ['HTTP/2 in TLS', '2', true, () => createSecureServer(PAIR)],
];

it.each(SERVERS)('over %s it asks, and what it is sent stops', async (_, httpVersion, tls, make) => {
  const server = make();
  const asked = once(server, 'request') as Promise<[IncomingMessage, NodeJS.WritableStream]>;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const reader = await askWithoutReading(
    { host: '127.0.0.1', port, tls },
    { method: 'GET', path: '/x', httpVersion, headers: { 'x-own': '1' } },
  );
  const [{ url, headers, socket }, response] = await asked;
  expect({ url, own: headers['x-own'] }).toEqual({ url: '/x', own: '1' });
  const isOurs = httpVersion === '2' || socket.remotePort === reader.localPort;
  expect(isOurs).toBe(true);

  let [pieces, taken] = [0, 0];
  while (pieces < MOST_PIECES) {
    const drained = once(response as NodeJS.WritableStream & NodeJS.EventEmitter, 'drain').then(() => true);
    pieces += 1;
    if (response.write(PIECE)) continue;
    const stopped = new Promise<false>((resolve) => setTimeout(resolve, 300, false));
    if (!(await Promise.race([drained, stopped]))) break;
    taken = pieces;
  }
  expect(pieces).toBeLessThan(MOST_PIECES);
  // Over HTTP/2 its window is full before the first piece is gone.
  expect(taken * PIECE.length).toBeLessThanOrEqual(httpVersion === '2' ? 128 * 1024 : Number.POSITIVE_INFINITY);
  (response as NodeJS.EventEmitter).on('error', () => {});
  await reader[Symbol.asyncDispose]();
  server.close();
});
