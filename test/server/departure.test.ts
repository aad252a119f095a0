/** A stream that is left, falls silent, or dies: on real sockets. */

import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { encodeChunk, HEARTBEAT } from '../../server/payload.ts';
import { Stream } from '../../server/stream.ts';
import { LOCK_STEP, resolveWorkload, type WorkloadInput } from '../../server/workload.ts';
import { runningOrigin, type RunningOrigin } from './running-origin.ts';

let origin: RunningOrigin;
beforeAll(async () => {
  origin = await runningOrigin();
});
afterAll(() => origin[Symbol.asyncDispose]());

const AT_ONCE = { pace: { mode: 'paced', intervalMs: 0 } } as const;
/** Seldom enough that all is read when the reader leaves: what closes with unread bytes resets (RFC 1122, section 4.2.2.13). */
const ENDLESS: WorkloadInput = { count: 100_000, pace: { mode: 'paced', intervalMs: 50 } };
/** Five chunks, then nothing for as long as a test may last. */
const SILENT: WorkloadInput = {
  count: 10,
  pace: { mode: 'paced', intervalMs: 1, silence: { afterChunk: 4, ms: 600_000 } },
  lifetimeMs: 60_000,
};

/** Asks for a stream and waits for its first bytes. */
async function reader(id: string): Promise<Socket> {
  const socket = connect({ port: origin.dataPort, host: '127.0.0.1', noDelay: true });
  socket.write(`GET /stream/${id} HTTP/1.1\r\nhost: test\r\n\r\n`);
  await once(socket, 'data');
  return socket;
}

interface Ending {
  text: string;
  /** ECONNRESET where it was reset; absent at a FIN. */
  error?: string | undefined;
}

async function ending(id: string): Promise<Ending> {
  const socket = connect({ port: origin.dataPort, host: '127.0.0.1' });
  let text = '';
  let error: string | undefined;
  socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')));
  socket.on('error', ({ code }: NodeJS.ErrnoException) => (error = code));
  socket.write(`GET /stream/${id} HTTP/1.1\r\nhost: test\r\n\r\n`);
  await new Promise((resolve) => socket.once('close', resolve));
  return { text, error };
}

function chunks(count: number): string[] {
  return Array.from({ length: count }, (_, seq) => encodeChunk('sse', seq, 32));
}

describe('a reader that leaves', () => {
  it.each([
    ['by FIN while the origin writes', 'fin', ENDLESS],
    ['by RST while the origin writes', 'rst', ENDLESS],
    ['by FIN while it is silent', 'fin', SILENT],
    ['by RST while it is silent', 'rst', SILENT],
  ] as const)('%s is seen to leave so', async (_, seen, workload) => {
    const id = await origin.create(workload);
    const socket = await reader(id);
    await origin.traceWhen(id, ({ emissions }) => emissions.length >= 5);
    if (seen === 'rst') socket.resetAndDestroy();
    else socket.destroy();
    const { abort, end, emissions } = await origin.traceWhen(id, ({ state }) => state === 'ended');
    expect(abort).toEqual({ at: expect.any(Number), seen });
    expect(end?.how).toBe('client-left');
    expect(abort?.at).toBeLessThanOrEqual(end?.at ?? 0);
    expect(abort?.at).toBeGreaterThan(emissions[4]?.at ?? Infinity);
    expect(emissions.length === 5 || workload === ENDLESS).toBe(true);
  });

  it('by closing its sending side alone is seen by its FIN', async () => {
    const id = await origin.create(SILENT);
    const socket = await reader(id);
    socket.end();
    const { abort } = await origin.traceWhen(id, ({ state }) => state === 'ended');
    expect(abort?.seen).toBe('fin');
    socket.destroy();
  });

  it('after the end has not aborted', async () => {
    const id = await origin.create({ count: 2, framing: 'close-delimited', pace: { mode: 'paced', intervalMs: 0 } });
    const { error, text } = await ending(id);
    expect(error).toBeUndefined();
    expect(text.endsWith(chunks(2).join(''))).toBe(true);
    const { abort, end } = await origin.trace(id);
    expect(end?.how).toBe('complete');
    expect(abort).toBeUndefined();
  });

  it('of the stream next on the same connection has not aborted the first', async () => {
    const [first, second] = [
      await origin.create({ ...SILENT, pace: { mode: 'paced', intervalMs: 0 } }),
      await origin.create(SILENT),
    ];
    const socket = await reader(first);
    await origin.traceWhen(first, ({ state }) => state === 'ended');
    socket.write(`GET /stream/${second} HTTP/1.1\r\nhost: test\r\n\r\n`);
    await origin.traceWhen(second, ({ emissions }) => emissions.length === 5);
    socket.destroy();
    expect((await origin.traceWhen(second, ({ state }) => state === 'ended')).abort?.seen).toBe('fin');
    expect((await origin.trace(first)).abort).toBeUndefined();
  });
});

describe('a silence', () => {
  it('comes after its chunk, and lasts so much longer than the pace', async () => {
    const pace = { mode: 'paced', intervalMs: 1, silence: { afterChunk: 2, ms: 300 } } as const;
    const id = await origin.create({ count: 6, pace });
    expect(await (await fetch(origin.streamUrl(id))).text()).toBe(chunks(6).join(''));
    const { emissions, headAt = Infinity } = await origin.trace(id);
    // Due times count from the head. A timer may fire a millisecond early, which the interval makes good.
    for (const seq of [3, 4, 5]) expect((emissions[seq]?.at ?? 0) - headAt).toBeGreaterThanOrEqual(300);
  });

  it('begins after its chunk, and not before', async () => {
    const id = await origin.create(SILENT);
    const socket = await reader(id);
    const { emissions } = await origin.traceWhen(id, (trace) => trace.emissions.length >= 5);
    expect(emissions).toHaveLength(5);
    socket.destroy();
  });
});

describe('heartbeats', () => {
  const silence = { afterChunk: 1, ms: 100, heartbeatMs: 30 };
  const workload: WorkloadInput = { count: 4, pace: { mode: 'paced', intervalMs: 1, silence } };

  it.each(['chunked', 'content-length', 'close-delimited'] as const)(
    'come in the silence alone, %s',
    async (framing) => {
      const id = await origin.create({ ...workload, framing });
      const [one, two, three, four] = chunks(4);
      const response = await fetch(origin.streamUrl(id));
      expect(await response.text()).toBe([one, two, HEARTBEAT, HEARTBEAT, HEARTBEAT, three, four].join(''));
      const { heartbeats = [], emissions } = await origin.trace(id);
      expect(heartbeats).toHaveLength(3);
      for (const at of heartbeats) {
        expect(at).toBeGreaterThan(emissions[1]?.at ?? Infinity);
        expect(at).toBeLessThan(emissions[2]?.at ?? 0);
      }
    },
  );
});

describe('an origin that thinks', () => {
  it('sends its head only then', async () => {
    const id = await origin.create({ count: 2, headDelayMs: 100, pace: { mode: 'paced', intervalMs: 1 } });
    expect(await (await fetch(origin.streamUrl(id))).text()).toBe(chunks(2).join(''));
    const { request, headAt = 0, emissions } = await origin.trace(id);
    // A timer may fire a millisecond early.
    expect(headAt - (request?.at ?? 0)).toBeGreaterThanOrEqual(99);
    expect(emissions[0]?.at).toBeGreaterThanOrEqual(headAt);
  });

  it('is told of a client that leaves meanwhile, and writes nothing', async () => {
    const id = await origin.create({ headDelayMs: 60_000 });
    const socket = connect({ port: origin.dataPort, host: '127.0.0.1' });
    socket.write(`GET /stream/${id} HTTP/1.1\r\nhost: test\r\n\r\n`);
    await origin.traceWhen(id, ({ state }) => state === 'open');
    socket.destroy();
    const { end, headAt, abort } = await origin.traceWhen(id, ({ state }) => state === 'ended');
    expect([end?.how, abort?.seen, headAt]).toEqual(['client-left', 'fin', undefined]);
  });
});

async function acceptedBytes(id: string): Promise<number> {
  return (await origin.ask<{ acceptedBytes: number }>('GET', `/streams/${id}`)).body.acceptedBytes;
}

describe('the bytes that the kernel took', () => {
  it('are the whole response once it was read, also of the second on a connection', async () => {
    const [first, second] = [
      await origin.create({ count: 2, ...AT_ONCE }),
      await origin.create({ count: 3, ...AT_ONCE }),
    ];
    expect(await acceptedBytes(first)).toBe(0);
    const socket = await reader(first);
    let received = 0;
    await origin.traceWhen(first, ({ state }) => state === 'ended');
    await vi.waitFor(async () => expect(await acceptedBytes(first)).toBeGreaterThan(2 * 32));
    socket.on('data', (bytes: Buffer) => (received += bytes.length));
    socket.write(`GET /stream/${second} HTTP/1.1\r\nhost: test\r\n\r\n`);
    await origin.traceWhen(second, ({ state }) => state === 'ended');
    await vi.waitFor(async () => {
      expect(received).toBeGreaterThan(3 * 32);
      expect(await acceptedBytes(second)).toBe(received);
    });
    expect(await acceptedBytes(first)).toBeLessThan(received);
    socket.destroy();
  });

  it('are less than were to be written for a reader that does not read', async () => {
    const bytes = 128 * 1024 * 1024;
    const id = await origin.create({ count: 8192, chunkBytes: [bytes / 8192], ...AT_ONCE });
    const socket = connect({ port: origin.dataPort, host: '127.0.0.1' }).pause();
    socket.write(`GET /stream/${id} HTTP/1.1\r\nhost: test\r\n\r\n`);
    await vi.waitFor(async () => expect(await acceptedBytes(id)).toBeGreaterThan(64 * 1024));
    const { emissions } = await origin.trace(id);
    expect(await acceptedBytes(id)).toBeLessThan(bytes);
    expect(emissions.length).toBeLessThan(8192);
    socket.destroy();
  });
});

const dying = (how: 'rst' | 'fin', framing: WorkloadInput['framing'], count = 20): WorkloadInput => ({
  framing: framing ?? 'chunked',
  count,
  pace: { mode: 'paced', intervalMs: 20 },
  death: { afterChunk: 4, how },
});

describe('a death', () => {
  it.each([
    ['rst', 'chunked'],
    ['fin', 'chunked'],
    ['rst', 'content-length'],
    ['fin', 'content-length'],
    ['rst', 'close-delimited'],
    ['fin', 'close-delimited'],
  ] as const)('by %s in a %s body comes after its chunk, and nothing with it', async (how, framing) => {
    const id = await origin.create(dying(how, framing));
    const { text, error } = await ending(id);
    expect(error).toBe(how === 'rst' ? 'ECONNRESET' : undefined);
    const body = text.slice(text.indexOf('\r\n\r\n') + 4);
    const framed = framing === 'chunked' ? chunks(5).map((chunk) => `20\r\n${chunk}\r\n`) : chunks(5);
    expect(body).toBe(framed.join(''));
    // All twenty chunks were announced.
    expect(/\r\ncontent-length: (\d+)/i.exec(text)?.[1]).toBe(framing === 'content-length' ? '640' : undefined);
    const { end, emissions, abort } = await origin.trace(id);
    expect(end).toEqual({ how: 'died', at: expect.any(Number), detail: how });
    expect(emissions).toHaveLength(5);
    expect(abort).toBeUndefined();
  });

  it('after the last chunk takes the place of the end', async () => {
    const id = await origin.create(dying('fin', 'chunked', 5));
    const { text } = await ending(id);
    expect(text.endsWith(`20\r\n${chunks(5)[4]}\r\n`)).toBe(true);
    expect((await origin.trace(id)).end?.how).toBe('died');
  });

  it('comes in lock-step too, when its chunk was acknowledged', async () => {
    const pace = { ...LOCK_STEP, deadlineMs: 600_000, budgetMs: 600_000 };
    const id = await origin.create({ count: 5, pace, death: { afterChunk: 1, how: 'rst' } });
    const ended = ending(id);
    await origin.traceWhen(id, ({ emissions }) => emissions.length === 1);
    await origin.acknowledge(id, 0);
    await origin.traceWhen(id, ({ emissions }) => emissions.length === 2);
    expect((await origin.trace(id)).state).toBe('open');
    await origin.acknowledge(id, 1);
    expect((await ended).error).toBe('ECONNRESET');
    expect((await origin.trace(id)).emissions).toHaveLength(2);
  });

  it('that nobody reads up to is cut at its lifetime', async () => {
    const workload = resolveWorkload({
      count: 40,
      chunkBytes: [1024 * 1024],
      pace: { mode: 'paced', intervalMs: 0 },
      death: { afterChunk: 32, how: 'fin' },
      lifetimeMs: 1000,
    });
    const stream = new Stream('hung', workload);
    const closed = Promise.withResolvers<void>();
    const server = createServer((request, response) => {
      response.once('close', closed.resolve);
      void stream.emit(request, response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const hung = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
    hung.on('error', () => {});
    hung.write('GET / HTTP/1.1\r\nhost: test\r\n\r\n');
    // Resolves at all only because the connection is cut.
    await closed.promise;
    // It could not be written whole, so its origin's death was not reached.
    expect(stream.trace.end?.how).toBe('lifetime');
    hung.destroy();
    server.close();
  });
});
