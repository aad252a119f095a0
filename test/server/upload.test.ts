import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { WorkloadInput } from '../../server/workload.ts';
import { rawRequest } from './raw-request.ts';
import { runningOrigin, type RunningOrigin } from './running-origin.ts';

let origin: RunningOrigin;
beforeAll(async () => void (origin = await runningOrigin()));
afterAll(() => origin[Symbol.asyncDispose]());

const SHORT: WorkloadInput = { count: 1, pace: { mode: 'paced', intervalMs: 0 } };
/** Its response stays open until its only chunk is acknowledged. */
const OPEN: WorkloadInput = { count: 1, pace: { mode: 'lock-step', deadlineMs: 60_000, boundBytes: 0 } };
const CHUNKED = 'transfer-encoding: chunked';

/** A POST whose body is still to be written. */
function post(id: string, ...fields: string[]): Socket {
  const socket = connect(origin.dataPort, '127.0.0.1');
  socket.setNoDelay(true);
  const lines = ['host: test', 'connection: close', ...fields].map((field) => `${field}\r\n`);
  socket.write(`POST /stream/${id} HTTP/1.1\r\n${lines.join('')}\r\n`);
  return socket;
}

async function reached(id: string, bytes: number | 'end', withinMs: number): Promise<boolean> {
  const path = `/streams/${id}/upload?${bytes === 'end' ? '' : `bytes=${bytes}&`}withinMs=${withinMs}`;
  return (await origin.ask<{ reached: boolean }>('GET', path)).body.reached;
}

describe('the body of a request', () => {
  it('is read piece by piece, with the time of each, while the response is open', async () => {
    const id = await origin.create(OPEN);
    const socket = post(id, CHUNKED, 'content-type: application/json');
    const response = text(socket);
    socket.write('3\r\nabc\r\n');
    expect(await reached(id, 3, 5000)).toBe(true);
    socket.write('2\r\nde\r\n');
    expect(await reached(id, 5, 5000)).toBe(true);
    expect((await origin.trace(id)).upload?.end).toBeUndefined();
    expect(await reached(id, 'end', 30)).toBe(false);
    const ended = reached(id, 'end', 5000);
    socket.write('0\r\n\r\n');
    expect(await ended).toBe(true);
    const { upload, request } = await origin.traceWhen(id, (trace) => trace.upload?.end !== undefined);
    expect(upload).toMatchObject({ pieces: [{ bytes: 3 }, { bytes: 2 }], bytes: 5, end: { how: 'whole' } });
    const times = [request?.at, ...(upload?.pieces ?? []).map(({ at }) => at), upload?.end?.at];
    expect(times).toEqual(times.toSorted((a = 0, b = 0) => a - b));
    await origin.acknowledge(id, 0);
    expect(await response).toContain('id: 0\n');
  });

  it('is told to be there no sooner than it is, and the request before it', async () => {
    const id = await origin.create(OPEN);
    expect(await reached(id, 0, 20)).toBe(false);
    const waiting = reached(id, 0, 5000);
    const socket = post(id, 'content-length: 4');
    expect(await waiting).toBe(true);
    socket.write('abc');
    expect(await reached(id, 3, 5000)).toBe(true);
    expect(await reached(id, 4, 30)).toBe(false);
    socket.destroy();
    const { upload } = await origin.traceWhen(id, (trace) => trace.upload?.end !== undefined);
    expect(upload).toMatchObject({ bytes: 3, end: { how: 'cut' } });
  });

  it('is none in a GET', async () => {
    const id = await origin.create(SHORT);
    await rawRequest(origin.dataPort, `/stream/${id}`);
    expect((await origin.trace(id)).upload).toBeUndefined();
  });

  it('of any type and of megabytes is taken, and counted beyond what is listed', { timeout: 30_000 }, async () => {
    const id = await origin.create({ ...SHORT, answer: 'request-end' });
    const socket = post(id, CHUNKED, 'content-type: application/x-that-nobody-knows');
    const response = text(socket);
    // One Node buffer each: so many that they are over the limit of the list.
    for (let batch = 0; batch < 11; batch += 1) socket.write('1\r\nx\r\n'.repeat(1000));
    socket.end(`200000\r\n${'x'.repeat(2 * 1024 * 1024)}\r\n0\r\n\r\n`);
    expect(await response).toMatch(/^HTTP\/1.1 200/);
    const { upload } = await origin.traceWhen(id, (trace) => trace.upload?.end !== undefined);
    expect(upload?.bytes).toBe(11_000 + 2 * 1024 * 1024);
    expect(upload?.pieces).toHaveLength(10_000);
  });

  it('of a stream that there is not is asked for in vain', async () => {
    expect((await origin.ask('GET', '/streams/none/upload?bytes=0&withinMs=1')).status).toBe(404);
    const id = await origin.create(SHORT);
    expect((await origin.ask('GET', `/streams/${id}/upload?bytes=-1&withinMs=1`)).status).toBe(400);
  });
});

describe('the answer', () => {
  it('is begun with the head of the request, or waits for its end', async () => {
    for (const answer of ['request-head', 'request-end'] as const) {
      const id = await origin.create({ ...SHORT, answer });
      const socket = post(id, CHUNKED);
      const response = text(socket);
      expect(await reached(id, 0, 5000)).toBe(true);
      await delay(30);
      expect((await origin.trace(id)).headAt === undefined).toBe(answer === 'request-end');
      socket.write('0\r\n\r\n');
      expect(await response).toContain('id: 0\n');
    }
  });

  it('waits for nothing where the request has no body', async () => {
    const id = await origin.create({ ...SHORT, answer: 'request-end' });
    expect((await rawRequest(origin.dataPort, `/stream/${id}`)).statusLine).toBe('HTTP/1.1 200 OK');
  });

  it('that is never to come ends with the stream', async () => {
    const id = await origin.create({ ...SHORT, answer: 'request-end', lifetimeMs: 100 });
    const socket = post(id, CHUNKED);
    expect(await text(socket)).toBe('');
    expect((await origin.trace(id)).end).toMatchObject({ how: 'lifetime' });
  });
});

describe('besides its body a response has', () => {
  const RICH: WorkloadInput = { ...SHORT, trailers: { 'X-Sum': '1' }, informational: [102, 103] };

  it('1xx before its head, and trailers that it announces', async () => {
    const id = await origin.create(RICH);
    const socket = connect(origin.dataPort, '127.0.0.1');
    socket.write(`GET /stream/${id} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n`);
    const all = await text(socket);
    expect(all).toMatch(
      /^HTTP\/1.1 102 Processing\r\n\r\nHTTP\/1.1 103 Early Hints\r\n[^]*?\r\n\r\nHTTP\/1.1 200 OK\r\n/,
    );
    expect(all.toLowerCase()).toContain('\r\ntrailer: x-sum\r\n');
    expect(all).toMatch(/\r\n0\r\nX-Sum: 1\r\n\r\n$/);
    const { informational, trailers } = await origin.trace(id);
    expect(informational?.map(({ status }) => status)).toEqual([102, 103]);
    expect(trailers).toEqual({ 'X-Sum': '1' });
  });

  it.each([
    ['in one write with the head', 0, /^HTTP\/1.1 103 [^]*\r\n\r\nHTTP\/1.1 200 [^]*\r\n\r\n$/],
    ['before what delays the head', 150, /^HTTP\/1.1 103 (?:(?!200)[^])*\r\n\r\n$/],
  ])('1xx %s', async (_, headDelayMs, first) => {
    const pace = { mode: 'paced', leadMs: 100 } as const;
    const id = await origin.create({ count: 2, pace, informational: [103], headDelayMs });
    const socket = connect(origin.dataPort, '127.0.0.1').setEncoding('latin1');
    socket.write(`GET /stream/${id} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n`);
    const [read] = (await once(socket, 'data')) as [string];
    expect(read).toMatch(first);
    expect(await text(socket)).toMatch(/\r\n0\r\n\r\n$/);
    const { informational, headAt = 0 } = await origin.trace(id);
    expect(headAt - (informational?.[0]?.at ?? 0)).toBeGreaterThanOrEqual(headDelayMs * 0.9);
  });

  it('no 1xx to HTTP/1.0, and no trailers where it is not chunked', async () => {
    for (const [version, framing] of [
      ['1.0', 'chunked'],
      ['1.1', 'content-length'],
      ['1.1', 'close-delimited'],
    ] as const) {
      const id = await origin.create({ ...RICH, framing });
      const { statusLine, fields } = await rawRequest(origin.dataPort, `/stream/${id}`, version);
      expect(statusLine).toBe(version === '1.0' ? 'HTTP/1.1 200 OK' : 'HTTP/1.1 102 Processing');
      expect(fields.filter((field) => field.startsWith('trailer'))).toEqual([]);
      const trace = await origin.trace(id);
      expect(trace.trailers).toBeUndefined();
      expect(trace.informational === undefined).toBe(version === '1.0');
    }
  });

  it('no trailer that says how the body is framed', async () => {
    await expect(origin.create({ trailers: { 'Content-Length': '3' } })).rejects.toThrow(
      'field "trailers" may not hold "Content-Length" (RFC 9110, section 6.5.1)',
    );
  });

  it('a silence between its head and its first chunk, also when it is paced', async () => {
    const id = await origin.create({ ...SHORT, pace: { mode: 'paced', leadMs: 60 } });
    await rawRequest(origin.dataPort, `/stream/${id}`);
    const { headAt = Infinity, emissions } = await origin.trace(id);
    expect((emissions[0]?.at ?? 0) - headAt).toBeGreaterThanOrEqual(59);
  });
});
