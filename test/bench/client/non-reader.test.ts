import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSecureServer, createServer as createHttp2 } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { fetchStream, type ClientRequest } from '../../../bench/client/client.ts';
import { askWithoutReading } from '../../../bench/client/non-reader.ts';
import { PACKAGE_ROOT } from '../../../bench/programs.ts';

const SHARED = join(PACKAGE_ROOT, 'proxy-configs/shared');
const PAIR = { cert: readFileSync(join(SHARED, 'certificate.pem')), key: readFileSync(join(SHARED, 'key.pem')) };
const PIECE = Buffer.alloc(64 * 1024);
/** Far above what the kernel holds for a reader that does not read. */
const PIECES = 512;
const LONG_MS = 60_000;

const SERVERS: [kind: string, httpVersion: '1.1' | '2', tls: boolean, make: () => Server][] = [
  ['plain HTTP/1.1', '1.1', false, () => createHttp1()],
  ['HTTP/1.1 in TLS', '1.1', true, () => createHttps(PAIR)],
  ['HTTP/2 by prior knowledge', '2', false, () => createHttp2()],
  ['HTTP/2 in TLS', '2', true, () => createSecureServer(PAIR)],
];

/** Each piece is written when the one before was taken; tells how many were so far. */
function writing(response: ServerResponse): () => number {
  let taken = 0;
  const write = (): void => {
    if (taken === PIECES) return void response.end();
    response.write(PIECE, (error) => {
      if (error != null) return;
      taken += 1;
      write();
    });
  };
  response.on('error', () => {});
  write();
  return () => taken;
}

it.each(SERVERS)(
  'over %s it asks, and is sent little while one that reads is sent all',
  async (_, httpVersion, tls, make) => {
    const server = make();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const to = { host: '127.0.0.1', port, tls };
    const request: ClientRequest = { method: 'GET', path: '/x', httpVersion, headers: { 'x-own': '1' } };
    const requested = async (): Promise<[IncomingMessage, ServerResponse]> =>
      (await once(server, 'request')) as [IncomingMessage, ServerResponse];

    const asked = requested();
    const reader = await askWithoutReading(to, request);
    const [{ url, headers, socket }, unread] = await asked;
    expect({ url, own: headers['x-own'] }).toEqual({ url: '/x', own: '1' });
    expect(httpVersion === '2' || socket.remotePort === reader.localPort).toBe(true);
    const taken = writing(unread);

    const askedAgain = requested();
    const reading = fetchStream(to, request, { headTimeoutMs: LONG_MS, totalTimeoutMs: LONG_MS, onBody: () => {} });
    const [, read] = await askedAgain;
    const takenOfRead = writing(read);
    expect((await reading).end.how).toBe('complete');
    expect(takenOfRead()).toBe(PIECES);
    // Over HTTP/2 its window is full before the first piece is gone.
    expect(taken()).toBeLessThan(httpVersion === '2' ? 1 : PIECES / 2);
    await reader[Symbol.asyncDispose]();
    server.close();
  },
);
