import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import type { ClientRequest, FetchOptions } from '../../../bench/client/client.ts';
import { fetchText, textOf, type Fetched } from './fetched.ts';

interface Served extends Fetched {
  /** What the server was asked. */
  asked: string;
}

interface Serving {
  /** Called once the request is here. */
  answer: (socket: Socket) => void;
  request?: Partial<ClientRequest>;
  options?: Partial<FetchOptions>;
  /** Called with every read that held body bytes, while the response is still open. */
  onRead?: (text: string) => void;
}

async function fetched({ answer, request, options, onRead }: Serving): Promise<Served> {
  let asked = '';
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      asked += bytes.toString();
      if (asked.endsWith('\r\n\r\n')) answer(socket);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const seen = await fetchText({ host: '127.0.0.1', port }, request, options, onRead);
  server.close();
  return { ...seen, asked: asked.replaceAll(String(port), 'PORT') };
}

/** Answers with a head, then whatever is written. */
function answering(head: string, then: (socket: Socket) => void): (socket: Socket) => void {
  return (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\n${head}\r\n`);
    then(socket);
  };
}

function noContent(socket: Socket): void {
  socket.end('HTTP/1.1 204 No Content\r\n\r\n');
}

describe('the request', () => {
  it('asks as curl does, with nothing more', async () => {
    const { asked, trace } = await fetched({ answer: noContent });
    expect(asked).toBe('GET /x HTTP/1.1\r\nhost: 127.0.0.1:PORT\r\nuser-agent: unclog\r\naccept: */*\r\n\r\n');
    expect(trace.end.how).toBe('complete');
    expect(trace.head).toMatchObject({ status: 204, framing: 'none' });
  });

  it('may differ in method, version and headers', async () => {
    const request = { method: 'POST', httpVersion: '1.0', headers: { accept: 'text/event-stream', te: 'x' } } as const;
    const { asked } = await fetched({ answer: noContent, request });
    expect(asked).toMatch(/^POST \/x HTTP\/1\.0\r\n/);
    expect(asked).toContain('\r\naccept: text/event-stream\r\n');
    expect(asked).toContain('\r\nte: x\r\n');
    expect(asked).not.toContain('*/*');
  });
});

describe('a response that is whole', () => {
  it('by its length is complete, though the connection stays open', async () => {
    const result = await fetched({ answer: answering('content-length: 5\r\n', (socket) => socket.write('hello')) });
    expect(result.trace.end).toEqual({ how: 'complete', at: expect.any(Number) });
    expect(result.trace.trailers).toBeUndefined();
    expect(textOf(result)).toBe('hello');
  });

  it('by its last HTTP chunk is complete, and its trailers are kept', async () => {
    const result = await fetched({
      answer: answering('transfer-encoding: chunked\r\n', (socket) => socket.write('2\r\nhi\r\n0\r\na: b\r\n\r\n')),
    });
    expect(result.trace.end.how).toBe('complete');
    expect(result.trace.trailers).toEqual([['a', 'b']]);
    expect(textOf(result)).toBe('hi');
  });

  it('by the close of the connection is closed, which cannot be told from a cut', async () => {
    const result = await fetched({ answer: answering('', (socket) => socket.end('hello')) });
    expect(result.trace.end).toEqual({ how: 'closed', at: expect.any(Number), detail: 'the connection was closed' });
    expect(result.trace.head?.framing).toBe('close-delimited');
    expect(textOf(result)).toBe('hello');
  });

  it('is stamped in the order in which it happened, every read with its bytes', async () => {
    const words = ['one ', 'two ', 'three '];
    let server: Socket | undefined;
    // The next word is written when the one before was read: each comes in a read of its own.
    const next = (): void => void (words.length > 0 ? server?.write(words.shift() ?? '') : server?.end());
    const result = await fetched({
      answer: answering('', (socket) => {
        server = socket;
        next();
      }),
      onRead: next,
    });
    const { trace, given } = result;
    expect(given.map(([, text]) => text)).toEqual(['one ', 'two ', 'three ']);
    expect(given.map(([read]) => trace.reads[read]?.bodyBytes)).toEqual([4, 4, 6]);
    const head = trace.reads.reduce((sum, { bytes, bodyBytes }) => sum + bytes - bodyBytes, 0);
    expect(head).toBe('HTTP/1.1 200 OK\r\n\r\n'.length);
    const times = [
      trace.connectAt,
      trace.connectedAt,
      trace.sentAt,
      trace.reads[0]?.at,
      trace.head?.at,
      ...trace.reads.slice(1).map(({ at }) => at),
      trace.end.at,
    ];
    expect(times).toEqual(times.toSorted((a, b) => Number(a) - Number(b)));
  });

  it('of one byte gives that byte', async () => {
    const result = await fetched({ answer: answering('', (socket) => socket.end('x')) });
    expect(result.given.map(([, text]) => text)).toEqual(['x']);
    expect(result.trace.reads.map(({ bodyBytes }) => bodyBytes).reduce((sum, bytes) => sum + bytes, 0)).toBe(1);
  });

  it('without a body gives none', async () => {
    const { given, trace } = await fetched({ answer: answering('content-length: 0\r\n', () => {}) });
    expect(given).toEqual([]);
    expect(trace.reads.map(({ bodyBytes }) => bodyBytes)).toEqual([0]);
  });

  it('keeps the informational responses before it', async () => {
    const { trace } = await fetched({
      answer: (socket) => socket.write('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
    });
    expect(trace.informational.map(({ head }) => head.status)).toEqual([103]);
    expect(trace.head?.status).toBe(200);
  });
});

describe('a response that is not', () => {
  it('where nobody listens is not connected, with the reason', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const { trace } = await fetchText({ host: '127.0.0.1', port });
    expect(trace.end).toEqual({
      how: 'not-connected',
      at: expect.any(Number),
      detail: expect.stringContaining('ECONNREFUSED'),
    });
    expect(trace.sentAt).toBeUndefined();
    expect(trace.reads).toEqual([]);
  });

  it.each([
    ['with a length', 'content-length: 10\r\n', 'hello'],
    ['in chunks', 'transfer-encoding: chunked\r\n', '5\r\nhello\r\n'],
    ['without either', '', 'hello'],
  ])('reset in its body %s is reset', async (_, head, body) => {
    let server: Socket | undefined;
    const result = await fetched({
      answer: answering(head, (socket) => {
        server = socket;
        socket.write(body);
      }),
      onRead: () => server?.resetAndDestroy(),
    });
    expect(result.trace.end).toMatchObject({ how: 'reset', detail: expect.stringContaining('ECONNRESET') });
    expect(textOf(result)).toBe('hello');
  });

  it.each([
    ['with a length', 'content-length: 10\r\n', 'hello'],
    ['in chunks', 'transfer-encoding: chunked\r\n', '5\r\nhello\r\n'],
  ])('closed in its body %s is cut', async (_, head, body) => {
    const result = await fetched({ answer: answering(head, (socket) => socket.end(body)) });
    expect(result.trace.end.how).toBe('cut');
    expect(textOf(result)).toBe('hello');
  });

  it('closed before any head is cut', async () => {
    const { trace } = await fetched({ answer: (socket) => socket.end() });
    expect(trace.end.how).toBe('cut');
    expect(trace.head).toBeUndefined();
  });

  it('without a head in time has no head', async () => {
    const { trace } = await fetched({ answer: () => {}, options: { headTimeoutMs: 20 } });
    expect(trace.end).toMatchObject({ how: 'no-head', detail: 'no response head within 20 ms' });
  });

  it('without a head is waited for no longer when none may come', async () => {
    const asked: number[] = [];
    const waiting = (mayCome: boolean) =>
      fetched({
        answer: () => {},
        options: { headTimeoutMs: 200, head: { afterMs: 20, mayCome: async () => asked.push(1) > 0 && mayCome } },
      });
    expect((await waiting(false)).trace.end.detail).toBe('no response head within 20 ms');
    expect((await waiting(true)).trace.end.detail).toBe('no response head within 200 ms');
    expect(asked).toHaveLength(2);
    const begun = await fetched({
      answer: answering('content-length: 5\r\n', (socket) => setTimeout(() => socket.end('hello'), 60)),
      options: { head: { afterMs: 20, mayCome: async () => asked.push(1) === 0 } },
    });
    expect(begun.trace.end.how).toBe('complete');
    expect(asked).toHaveLength(2);
  });

  it('with a head in time and no end in time has no end', async () => {
    const result = await fetched({
      answer: answering('', (socket) => socket.write('hello')),
      options: { headTimeoutMs: 300, totalTimeoutMs: 500 },
    });
    expect(result.trace.end).toMatchObject({ how: 'no-end', detail: 'no end of the response within 500 ms' });
    expect(textOf(result)).toBe('hello');
  });

  it('whose reader gives up has no end', async () => {
    const stop = new AbortController();
    const { trace } = await fetched({
      answer: answering('', (socket) => socket.write('hello')),
      options: { signal: stop.signal },
      onRead: () => stop.abort(),
    });
    expect(trace.end).toMatchObject({ how: 'no-end', detail: 'aborted' });
  });

  it('whose reader had given up before is not waited for', async () => {
    const { trace } = await fetched({ answer: () => {}, options: { signal: AbortSignal.abort() } });
    expect(trace.end).toMatchObject({ how: 'no-end', detail: 'aborted' });
  });

  it.each(['fin', 'rst'] as const)(
    'whose reader leaves by %s has been left, and the server sees it so',
    async (how) => {
      const leaving = new AbortController();
      const seen = Promise.withResolvers<string | undefined>();
      const result = await fetched({
        answer: answering('', (socket) => {
          socket.on('end', () => seen.resolve('fin'));
          socket.on('error', ({ code }: NodeJS.ErrnoException) => seen.resolve(code));
          socket.write('hello');
        }),
        options: { leave: { signal: leaving.signal, how, over: leaving.signal } },
        onRead: () => leaving.abort(),
      });
      expect(result.trace.end).toEqual({ at: expect.any(Number), how: 'left', detail: how });
      expect(textOf(result)).toBe('hello');
      expect(await seen.promise).toBe(how === 'rst' ? 'ECONNRESET' : 'fin');
    },
  );

  it('whose reader did not come to leave is as it is', async () => {
    const never = new AbortController().signal;
    const { trace } = await fetched({
      answer: noContent,
      options: { leave: { signal: never, how: 'rst', over: never } },
    });
    expect(trace.end.how).toBe('complete');
  });

  it('that is no HTTP is malformed, with the reason', async () => {
    const { trace } = await fetched({ answer: (socket) => socket.write('220 smtp ready\r\n\r\n') });
    expect(trace.end).toMatchObject({ how: 'malformed', detail: 'no HTTP/1 status line: "220 smtp ready"' });
  });

  it('that becomes none in its body is malformed, and what came before is kept', async () => {
    const result = await fetched({
      answer: answering('transfer-encoding: chunked\r\n', (socket) => socket.write('5\r\nhello\r\nnonsense\r\n')),
    });
    expect(result.trace.end).toMatchObject({ how: 'malformed', detail: 'no chunk size: "nonsense"' });
    expect(textOf(result)).toBe('hello');
  });
});

describe('a content coding', () => {
  it('is decoded, and the reads count what was on the wire', async () => {
    const compressed = gzipSync('hello '.repeat(1000));
    const head = `content-encoding: gzip\r\ncontent-length: ${compressed.length}\r\n`;
    const result = await fetched({ answer: answering(head, (socket) => socket.write(compressed)) });
    expect(textOf(result)).toBe('hello '.repeat(1000));
    expect(result.trace.reads.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0)).toBe(compressed.length);
    expect(result.trace.end.how).toBe('complete');
  });

  it('that is cut gives what had come', async () => {
    const compressed = gzipSync(Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * index) % 251)));
    const head = `content-encoding: gzip\r\ncontent-length: ${compressed.length}\r\n`;
    const half = compressed.subarray(0, Math.floor(compressed.length / 2));
    const result = await fetched({ answer: answering(head, (socket) => socket.end(half)) });
    expect(result.trace.end.how).toBe('cut');
    expect(textOf(result).length).toBeGreaterThan(0);
  });

  it('that is unknown is our limit, and named', async () => {
    const head = 'content-encoding: compress\r\ncontent-length: 5\r\n';
    const { trace } = await fetched({ answer: answering(head, (socket) => socket.write('hello')) });
    expect(trace.end).toMatchObject({
      how: 'undecodable',
      detail: expect.stringContaining('content-encoding "compress" cannot be decoded here'),
    });
  });

  it('that the body does not have makes the response malformed', async () => {
    const head = 'content-encoding: gzip\r\ntransfer-encoding: chunked\r\n';
    const { trace } = await fetched({ answer: answering(head, (socket) => socket.write('5\r\nhello\r\n')) });
    expect(trace.end).toMatchObject({ how: 'malformed', detail: 'content-encoding: incorrect header check' });
  });
});

describe('what went wrong once', () => {
  it('a body that fails to decode in the read that ends the response is malformed too', async () => {
    const head = 'content-encoding: gzip\r\ncontent-length: 5\r\n';
    const { trace } = await fetched({ answer: answering(head, (socket) => socket.write('hello')) });
    expect(trace.end.how).toBe('malformed');
  });

  it('the response to a HEAD has no body, whatever its length says', async () => {
    const answer = answering('content-length: 5\r\n', (socket) => socket.end());
    const { trace } = await fetched({ answer, request: { method: 'HEAD' } });
    expect(trace.end.how).toBe('complete');
  });
});
