import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttp1 } from 'node:http';
import {
  constants,
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { describe, expect, it, vi } from 'vitest';

import type { Address, ClientRequest, FetchOptions } from '../../../bench/client/client.ts';
import { PACKAGE_ROOT } from '../../../bench/programs.ts';
import { fetchText, textOf, type Fetched } from './fetched.ts';

const SHARED = join(PACKAGE_ROOT, 'proxy-configs/shared');
const PAIR = { cert: readFileSync(join(SHARED, 'certificate.pem')), key: readFileSync(join(SHARED, 'key.pem')) };

function fetched(
  to: Address,
  request: Partial<ClientRequest> = {},
  ...rest: [options?: Partial<FetchOptions>, onText?: (text: string) => void]
): Promise<Fetched> {
  return fetchText(to, { httpVersion: '2', ...request }, ...rest);
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

type Answer = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

/** An HTTP/2 server that is closed, connections too, at the end of its scope. */
async function serving(
  tls: boolean,
  answer: Answer,
): Promise<AsyncDisposable & { address: Address; sessions: Set<Http2Session> }> {
  const server: Http2Server | Http2SecureServer = tls ? createSecureServer(PAIR) : createServer();
  const sessions = new Set<Http2Session>();
  server.on('session', (session: Http2Session) => {
    sessions.add(session.on('error', () => {}));
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) =>
    answer(
      stream.on('error', () => {}),
      headers,
    ),
  );
  const port = await listening(server);
  return {
    address: { host: '127.0.0.1', port, tls },
    sessions,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}

describe.each([
  ['by prior knowledge', false],
  ['over TLS by ALPN', true],
] as const)('HTTP/2 %s', (_, tls) => {
  it('asks as curl does, and is complete at the end of the stream', async () => {
    let asked: IncomingHttpHeaders = {};
    await using server = await serving(tls, (stream, headers) => {
      asked = headers;
      stream.respond({ ':status': 203, 'content-type': 'text/plain', 'x-twice': ['a', 'b'] });
      stream.end('hello');
    });
    const result = await fetched(server.address, { method: 'POST', headers: { 'x-mine': 'yes' } });
    const { port } = server.address;
    expect(asked).toMatchObject({
      ':method': 'POST',
      ':path': '/x',
      ':scheme': tls ? 'https' : 'http',
      ':authority': `127.0.0.1:${port}`,
      'user-agent': 'unclog',
      accept: '*/*',
      'x-mine': 'yes',
    });
    expect(asked).not.toHaveProperty('host');
    expect(textOf(result)).toBe('hello');
    expect(result.trace.end).toEqual({ how: 'complete', at: expect.any(Number) });
    expect(result.trace.head).toMatchObject({ httpVersion: '2', status: 203, framing: 'h2' });
    expect(result.trace.head?.headers.filter(([name]) => name === 'x-twice')).toEqual([
      ['x-twice', 'a'],
      ['x-twice', 'b'],
    ]);
    expect(result.trace.head?.headers.some(([name]) => name.startsWith(':'))).toBe(false);
  });

  it('stamps each read in the order in which it happened', async () => {
    const words = ['one ', 'two ', 'three '];
    let next: (() => void) | undefined;
    await using server = await serving(tls, (stream) => {
      stream.respond({ ':status': 200, 'content-length': '14' });
      next = () => void (words.length > 0 ? stream.write(words.shift()) : stream.end());
      next();
    });
    const result = await fetched(server.address, {}, {}, () => next?.());
    expect(result.given).toEqual([
      [0, 'one '],
      [1, 'two '],
      [2, 'three '],
    ]);
    const { trace } = result;
    const times = [
      trace.connectAt,
      trace.connectedAt,
      trace.sentAt,
      trace.head?.at,
      ...trace.reads.map(({ at }) => at),
      trace.end.at,
    ].map(Number);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(trace.reads.map(({ bytes, bodyBytes }) => [bytes, bodyBytes])).toEqual([
      [4, 4],
      [4, 4],
      [6, 6],
    ]);
    expect(trace.head?.framing).toBe('content-length');
  });

  it('keeps informational responses and trailers, and decodes', async () => {
    await using server = await serving(tls, (stream) => {
      stream.additionalHeaders({ ':status': 103, link: '</a>' });
      stream.respond({ ':status': 200, 'content-encoding': 'gzip' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '7' }));
      stream.end(gzipSync('hello'));
    });
    const result = await fetched(server.address);
    expect(textOf(result)).toBe('hello');
    expect(result.trace.informational.map(({ head }) => [head.status, head.headers])).toEqual([
      [103, [['link', '</a>']]],
    ]);
    expect(result.trace.trailers).toEqual([['x-sum', '7']]);
    expect(result.trace.end.how).toBe('complete');
  });

  it('is reset by RST_STREAM, whose code is told', async () => {
    await using server = await serving(tls, (stream) => {
      stream.respond({ ':status': 200 });
      stream.write('hel');
      // Not by `close`: of a response that is open Node's server makes a whole one by that.
      setTimeout(() => stream.destroy(new Error('broken')), 20);
    });
    const result = await fetched(server.address);
    expect(textOf(result)).toBe('hel');
    expect(result.trace.end).toMatchObject({ how: 'reset', detail: 'RST_STREAM INTERNAL_ERROR' });
  });

  it('is cut where the connection is closed before the end', async () => {
    await using server = await serving(tls, (stream) => {
      stream.respond({ ':status': 200 });
      stream.write('hel');
      setTimeout(() => stream.session?.socket.destroySoon(), 20);
    });
    const result = await fetched(server.address);
    expect(textOf(result)).toBe('hel');
    expect(['cut', 'reset']).toContain(result.trace.end.how);
    expect(result.trace.head?.status).toBe(200);
  });

  it('leaves by RST_STREAM CANCEL, and keeps its connection until all is over', async () => {
    const over = new AbortController();
    const left = Promise.withResolvers<number | undefined>();
    let open = 0;
    await using server = await serving(tls, (stream) => {
      stream.respond({ ':status': 200 });
      stream.write('x');
      stream.on('aborted', () => {
        left.resolve(stream.rstCode);
        open = server.sessions.size;
      });
    });
    const leaving = new AbortController();
    const { trace } = await fetched(
      server.address,
      {},
      { leave: { signal: leaving.signal, how: 'fin', over: over.signal } },
      () => leaving.abort(),
    );
    expect(trace.end).toMatchObject({ how: 'left', detail: 'fin' });
    expect(await left.promise).toBe(constants.NGHTTP2_CANCEL);
    expect(open).toBe(1);
    over.abort();
    await vi.waitFor(() => expect(server.sessions.size).toBe(0));
  });

  it('leaves at once by RST of its connection', async () => {
    const lost = Promise.withResolvers<void>();
    await using server = await serving(tls, (stream) => {
      stream.respond({ ':status': 200 });
      stream.write('x');
      stream.session?.once('close', () => lost.resolve());
    });
    const leaving = new AbortController();
    const { trace } = await fetched(
      server.address,
      {},
      { leave: { signal: leaving.signal, how: 'rst', over: leaving.signal } },
      () => leaving.abort(),
    );
    expect(trace.end).toMatchObject({ how: 'left', detail: 'rst' });
    await lost.promise;
  });

  it('gives up when no head comes in time', async () => {
    await using server = await serving(tls, () => {});
    expect((await fetched(server.address, {}, { headTimeoutMs: 50 })).trace.end).toMatchObject({ how: 'no-head' });
  });
});

describe('a server that does not speak HTTP/2', () => {
  it('without TLS is found out by its answer', async () => {
    const server = createHttp1();
    const port = await listening(server);
    const { trace } = await fetched({ host: '127.0.0.1', port });
    server.close();
    expect(trace.end).toMatchObject({
      how: 'unspoken',
      detail: expect.stringMatching(/^HTTP\/2 is not spoken here: /),
    });
  });

  it('over TLS is found out by ALPN', async () => {
    const server = createHttps(PAIR);
    const port = await listening(server);
    const { trace } = await fetched({ host: '127.0.0.1', port, tls: true });
    server.close();
    expect(trace.end.how).toBe('unspoken');
    expect(trace.reads).toEqual([]);
  });

  it('but closes the connection is found out too', async () => {
    const server = createTcp((socket) => socket.destroy());
    const port = await listening(server);
    const { trace } = await fetched({ host: '127.0.0.1', port });
    server.close();
    expect(trace.end.how).toBe('unspoken');
  });

  it('is told from one that is not there', async () => {
    const server = createTcp();
    const port = await listening(server);
    server.close();
    await once(server, 'close');
    for (const tls of [false, true])
      expect((await fetched({ host: '127.0.0.1', port, tls })).trace.end.how).toBe('not-connected');
  });

  it('nor TLS, what was no TLS is said in words', async () => {
    const server = createTcp((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const port = await listening(server);
    const { trace } = await fetched({ host: '127.0.0.1', port, tls: true });
    server.close();
    expect(trace.end).toMatchObject({
      how: 'unspoken',
      detail: 'HTTP/2 is not spoken here: TLS: wrong version number',
    });
  });
});

describe('HTTP/1.1 over TLS', () => {
  it('is asked for by ALPN, and read as without', async () => {
    let protocol: string | false | null = null;
    const server = createHttps(PAIR, (_, response) => void response.end('hello'));
    server.on('secureConnection', ({ alpnProtocol }) => (protocol = alpnProtocol));
    const port = await listening(server);
    const result = await fetched({ host: '127.0.0.1', port, tls: true }, { httpVersion: '1.1' });
    server.closeAllConnections();
    server.close();
    expect(protocol).toBe('http/1.1');
    expect(textOf(result)).toBe('hello');
    expect(result.trace.end.how).toBe('complete');
    expect(result.trace.head).toMatchObject({ httpVersion: '1.1', framing: 'content-length' });
  });

  it.each(['fin', 'rst'] as const)('leaves by %s of its TCP connection', async (how) => {
    const gone = Promise.withResolvers<string>();
    const server = createHttps(PAIR, (_, response) => void response.write('x'));
    server.on('connection', (socket) => {
      socket.on('error', (error: NodeJS.ErrnoException) => gone.resolve(error.code ?? ''));
      socket.on('close', () => gone.resolve('closed'));
    });
    const port = await listening(server);
    const leaving = new AbortController();
    const { trace } = await fetched(
      { host: '127.0.0.1', port, tls: true },
      { httpVersion: '1.1' },
      { leave: { signal: leaving.signal, how, over: leaving.signal } },
      () => leaving.abort(),
    );
    expect(trace.end).toMatchObject({ how: 'left', detail: how });
    expect(await gone.promise).toMatch(how === 'rst' ? /ECONNRESET|closed/ : /closed/);
    server.close();
  });
});
