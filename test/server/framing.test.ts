import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { monotonicMs } from '../../server/clock.ts';
import { encodeChunk, planChunks } from '../../server/payload.ts';
import { LOCK_STEP, resolveWorkload, type WorkloadInput } from '../../server/workload.ts';
import { rawRequest } from './raw-request.ts';
import { runningOrigin, type RunningOrigin } from './running-origin.ts';

let origin: RunningOrigin;
beforeAll(async () => {
  origin = await runningOrigin();
});
afterAll(() => origin[Symbol.asyncDispose]());

const THREE: WorkloadInput = { count: 3, chunkBytes: [20], pace: { mode: 'paced', intervalMs: 0 } };
const CHUNKS = [0, 1, 2].map((seq) => encodeChunk('sse', seq, 20));

describe('the framing on the wire', () => {
  it('chunked: each of our chunks is one HTTP chunk', async () => {
    const id = await origin.create(THREE);
    const { statusLine, fields, body } = await rawRequest(origin.dataPort, `/stream/${id}`);
    expect(statusLine).toBe('HTTP/1.1 200 OK');
    expect(fields).toContain('transfer-encoding: chunked');
    expect(fields.join()).not.toContain('content-length');
    expect(body).toBe(`${CHUNKS.map((chunk) => `14\r\n${chunk}\r\n`).join('')}0\r\n\r\n`);
    expect(await origin.trace(id)).toMatchObject({ framing: 'chunked' });
  });

  it.each(['chunked', 'content-length', 'close-delimited'] as const)(
    '%s: field lines stand as they are, also where a name stands twice, besides the headers',
    async (framing) => {
      const fieldLines: [string, string][] = [
        ['Incremental', '?1'],
        ['Incremental', ''],
      ];
      const id = await origin.create({ ...THREE, framing, headers: { 'x-other': 'one' }, fieldLines });
      const { fields } = await rawRequest(origin.dataPort, `/stream/${id}`);
      expect(fields.filter((field) => field.startsWith('incremental:')).map((field) => field.trim())).toEqual([
        'incremental: ?1',
        'incremental:',
      ]);
      expect(fields).toContain('x-other: one');
    },
  );

  it('piecewise: one HTTP chunk that is announced first, and filled by our chunks', async () => {
    const id = await origin.create({ ...THREE, framing: 'piecewise' });
    const { fields, body } = await rawRequest(origin.dataPort, `/stream/${id}`);
    expect(fields).toContain('transfer-encoding: chunked');
    expect(body).toBe(`3c\r\n${CHUNKS.join('')}\r\n0\r\n\r\n`);
    expect(await origin.trace(id)).toMatchObject({ framing: 'piecewise', end: { how: 'complete' } });
  });

  it('piecewise: the size and the first chunk are out before the next is due, and a plan that stalled is filled', async () => {
    const pace = { ...LOCK_STEP, deadlineMs: 100, boundBytes: 5000, growth: 2, stepMs: 0, lingerMs: 0 };
    const workload = { count: 3, chunkBytes: [20], framing: 'piecewise', pace } as const;
    const sizes = planChunks(resolveWorkload({ ...workload, chunkBytes: [20] }));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const id = await origin.create({ ...workload, chunkBytes: [20] });
    const whole = rawRequest(origin.dataPort, `/stream/${id}`);
    await origin.traceWhen(id, ({ emissions }) => emissions.length === 1);
    const { body } = await whole;
    expect(body).toBe(
      `${total.toString(16)}\r\n${sizes.map((size, seq) => encodeChunk('sse', seq, size)).join('')}\r\n0\r\n\r\n`,
    );
    expect((await origin.trace(id)).stalled).toMatchObject({ seq: 0 });
  });

  it('piecewise leaves the connection to the next request', async () => {
    const ids = [await origin.create({ ...THREE, framing: 'piecewise' }), await origin.create(THREE)];
    const socket = connect(origin.dataPort, '127.0.0.1');
    const read = text(socket);
    socket.write(`GET /stream/${ids[0]} HTTP/1.1\r\nhost: test\r\n\r\n`);
    await origin.traceWhen(ids[0] ?? '', ({ end }) => end?.how === 'complete');
    socket.write(`GET /stream/${ids[1]} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n`);
    expect((await read).match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(await origin.trace(ids[1] ?? '')).toMatchObject({ end: { how: 'complete' } });
  });

  it('piecewise to an HTTP/1.0 request is close-delimited', async () => {
    const id = await origin.create({ ...THREE, framing: 'piecewise' });
    const { body } = await rawRequest(origin.dataPort, `/stream/${id}`, '1.0');
    expect(body).toBe(CHUNKS.join(''));
    expect(await origin.trace(id)).toMatchObject({ framing: 'close-delimited' });
  });

  it('content-length: exact, and nothing else marks the end', async () => {
    const id = await origin.create({ ...THREE, framing: 'content-length' });
    const { fields, body } = await rawRequest(origin.dataPort, `/stream/${id}`);
    expect(fields).toContain('content-length: 60');
    expect(fields.join()).not.toContain('transfer-encoding');
    expect(body).toBe(CHUNKS.join(''));
    expect(await origin.trace(id)).toMatchObject({ framing: 'content-length' });
  });

  it('close-delimited: neither, in HTTP/1.1', async () => {
    const id = await origin.create({ ...THREE, framing: 'close-delimited' });
    const { statusLine, fields, body } = await rawRequest(origin.dataPort, `/stream/${id}`);
    expect(statusLine).toBe('HTTP/1.1 200 OK');
    expect(fields.join()).not.toMatch(/content-length|transfer-encoding/);
    expect(body).toBe(CHUNKS.join(''));
    expect(await origin.trace(id)).toMatchObject({ framing: 'close-delimited' });
  });

  it('to an HTTP/1.0 request that would be chunked is close-delimited, and the trace says so', async () => {
    const id = await origin.create(THREE);
    const { fields, body } = await rawRequest(origin.dataPort, `/stream/${id}`, '1.0');
    expect(fields.join()).not.toMatch(/content-length|transfer-encoding/);
    expect(body).toBe(CHUNKS.join(''));
    expect(await origin.trace(id)).toMatchObject({ framing: 'close-delimited', request: { httpVersion: '1.0' } });
  });

  it('content-length to an HTTP/1.0 request stays', async () => {
    const id = await origin.create({ ...THREE, framing: 'content-length' });
    const { fields, body } = await rawRequest(origin.dataPort, `/stream/${id}`, '1.0');
    expect(fields).toContain('content-length: 60');
    expect(body).toHaveLength(60);
  });

  it('content-length of a lock-step that stalled is filled to the last byte of the plan', async () => {
    const pace = { ...LOCK_STEP, deadlineMs: 10, boundBytes: 5000, growth: 2, stepMs: 0, lingerMs: 0 };
    const workload = { count: 3, chunkBytes: [20], framing: 'content-length', pace } as const;
    const plan = planChunks(resolveWorkload({ ...workload, chunkBytes: [20] }));
    const id = await origin.create({ ...workload, chunkBytes: [20] });
    const { fields, body } = await rawRequest(origin.dataPort, `/stream/${id}`);
    expect(fields).toContain(`content-length: ${body.length}`);
    expect(body).toBe(plan.map((size, seq) => encodeChunk('sse', seq, size)).join(''));
    expect((await origin.trace(id)).end?.how).toBe('complete');
  });

  it('content-length of a lock-step whose budget was over is filled as well', async () => {
    const pace = { ...LOCK_STEP, budgetMs: 10, deadlineMs: 10_000, boundBytes: 0 };
    const id = await origin.create({ count: 2000, chunkBytes: [20], framing: 'content-length', pace });
    const whole = rawRequest(origin.dataPort, `/stream/${id}`);
    // The budget is over when its time is, not when so many chunks were emitted.
    await origin.traceWhen(id, ({ emissions: [first] }) => olderThan(first?.at, 10));
    await origin.acknowledge(id, 0);
    expect((await whole).body).toHaveLength(2000 * 20);
    const { stalled, end, emissions } = await origin.trace(id);
    expect(stalled).toBeUndefined();
    expect(emissions).toHaveLength(2000);
    expect(emissions[1]?.at).toBeGreaterThanOrEqual(end?.at ?? Infinity);
  });
});

function olderThan(at: number | undefined, ms: number): boolean {
  return at !== undefined && monotonicMs() - at > ms;
}

describe('the response', () => {
  it('has the status, the exact content type and the headers of its workload', async () => {
    const id = await origin.create({
      ...THREE,
      status: 203,
      contentType: 'text/event-stream; charset=utf-8',
      headers: { 'X-Accel-Buffering': 'no' },
    });
    const { statusLine, fields } = await rawRequest(origin.dataPort, `/stream/${id}`);
    expect(statusLine).toMatch(/^HTTP\/1\.1 203 /);
    expect(fields).toContain('content-type: text/event-stream; charset=utf-8');
    expect(fields).toContain('x-accel-buffering: no');
  });

  it('is given to a POST as to a GET, and the trace holds the request', async () => {
    const id = await origin.create(THREE);
    const response = await fetch(origin.streamUrl(id), { method: 'POST', headers: { 'x-mine': 'yes' } });
    expect(await response.text()).toBe(CHUNKS.join(''));
    expect((await origin.trace(id)).request).toMatchObject({ method: 'POST', headers: { 'x-mine': 'yes' } });
  });

  it.each([
    ['/sse', 'sse', 'text/event-stream'],
    ['/ndjson', 'ndjson', 'application/x-ndjson'],
    ['/words', 'text', 'text/plain'],
  ] as const)('of %s is made on the spot, and forgotten', async (path, format, contentType) => {
    await using alone = await runningOrigin({ maxStreams: 1 });
    for (const framing of ['chunked', 'content-length']) {
      const url = `http://127.0.0.1:${alone.dataPort}${path}?count=4&intervalMs=0&framing=${framing}`;
      const response = await fetch(url);
      expect(response.headers.get('content-type')).toBe(contentType);
      expect(response.headers.has('content-length')).toBe(framing === 'content-length');
      expect(await response.text()).toBe([0, 1, 2, 3].map((seq) => encodeChunk(format, seq, 32)).join(''));
    }
  });
});
