import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { encodeChunk, planChunks } from '../../server/payload.ts';
import { Stream } from '../../server/stream.ts';
import { LOCK_STEP, resolveWorkload, type LockStep, type WorkloadInput } from '../../server/workload.ts';
import { runningOrigin, type RunningOrigin } from './running-origin.ts';

let origin: RunningOrigin;
beforeAll(async () => {
  origin = await runningOrigin();
});
afterAll(() => origin[Symbol.asyncDispose]());

/** Waits for acknowledgements as long as a test may last. */
const PATIENT: LockStep = { ...LOCK_STEP, deadlineMs: 600_000, budgetMs: 600_000 };
/** Never acknowledged, it stalls at once and is soon at its bound. */
const STALLING: LockStep = { ...LOCK_STEP, deadlineMs: 10, boundBytes: 2000, growth: 2, stepMs: 0, lingerMs: 0 };

async function bodyOf(id: string): Promise<string> {
  return (await fetch(origin.streamUrl(id))).text();
}

describe('lock-step', () => {
  it('emits chunk k+1 only after chunk k was acknowledged', async () => {
    const id = await origin.create({ count: 4, pace: PATIENT });
    const body = bodyOf(id);
    for (const seq of [0, 1, 2, 3]) {
      const { emissions } = await origin.traceWhen(id, (trace) => trace.emissions.length > seq);
      expect(emissions).toHaveLength(seq + 1);
      await origin.acknowledge(id, seq);
    }
    expect(await body).toBe([0, 1, 2, 3].map((seq) => encodeChunk('sse', seq, 32)).join(''));
    const { emissions, acks, end, stalled } = await origin.trace(id);
    for (const seq of [1, 2, 3]) expect(emissions[seq]?.at).toBeGreaterThanOrEqual(acks[seq - 1]?.at ?? Infinity);
    expect(stalled).toBeUndefined();
    expect(end?.how).toBe('complete');
  });

  it('takes an acknowledgement for all chunks before it, and an old one for none', async () => {
    const id = await origin.create({ count: 5, pace: PATIENT });
    const body = bodyOf(id);
    await origin.traceWhen(id, ({ emissions }) => emissions.length === 1);
    await origin.acknowledge(id, 2);
    await origin.traceWhen(id, ({ emissions }) => emissions.length === 4);
    await origin.acknowledge(id, 1);
    await origin.acknowledge(id, 2);
    expect((await origin.trace(id)).emissions).toHaveLength(4);
    await origin.acknowledge(id, 4);
    await body;
    expect((await origin.trace(id)).emissions).toHaveLength(5);
  });

  it('ends when its budget is over, though chunks are left, and is not stalled', async () => {
    const id = await origin.create({ count: 1000, pace: { ...PATIENT, budgetMs: 10 } });
    const body = bodyOf(id);
    for (let seq = 0; (await origin.trace(id)).state !== 'ended'; seq += 1) await origin.acknowledge(id, seq);
    const { emissions, stalled, end } = await origin.trace(id);
    expect(emissions.length).toBeLessThan(1000);
    expect(stalled).toBeUndefined();
    expect(end?.how).toBe('complete');
    expect(await body).toHaveLength(emissions.length * 32);
  });
});

describe('a stall', () => {
  it('is noted, and the bytes are raised up to the bound, but for the last chunk of the plan', async () => {
    const workload: WorkloadInput = { count: 3, chunkBytes: [50], pace: STALLING };
    const plan = planChunks(resolveWorkload(workload));
    const id = await origin.create(workload);
    const body = await bodyOf(id);
    const { stalled, emissions, end } = await origin.trace(id);
    expect(stalled).toEqual({ seq: 0, at: expect.any(Number) });
    expect(emissions.map(({ bytes }) => bytes)).toEqual(plan.slice(0, -1));
    expect(body).toHaveLength(emissions.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(end).toEqual({ how: 'complete', at: expect.any(Number) });
  });

  it('begins where the acknowledgements stopped', async () => {
    const id = await origin.create({ count: 6, pace: STALLING });
    await origin.acknowledge(id, 3);
    await bodyOf(id);
    expect((await origin.trace(id)).stalled?.seq).toBe(4);
  });

  it('is over after as many acknowledgements as are to end the raising', async () => {
    const pace = { ...STALLING, boundBytes: 64 * 1024 * 1024, growth: 1.001, stepMs: 1, releases: 3 };
    const id = await origin.create({ count: 2, pace });
    // One of before the stall does not count.
    await origin.acknowledge(id, 0);
    const body = bodyOf(id);
    await origin.traceWhen(id, ({ emissions }) => emissions.length > 3);
    await origin.acknowledge(id, 1);
    await origin.acknowledge(id, 2);
    const so = await origin.trace(id);
    // Two are not enough: it goes on raising.
    await origin.traceWhen(id, ({ emissions }) => emissions.length > so.emissions.length + 3);
    await origin.acknowledge(id, 3);
    await body;
    const { end, acks, emissions } = await origin.trace(id);
    expect(end?.how).toBe('complete');
    expect(acks).toHaveLength(4);
    expect(emissions.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(pace.boundBytes);
  });

  it.each([
    ['by its growth', 8, 8],
    ['by a chunk or two, however small its growth', 1.001, 3],
  ])('raises what was written %s in one step', async (_, growth, chunks) => {
    const id = await origin.create({ count: 100, pace: { ...STALLING, boundBytes: 100_000, growth, stepMs: 60_000 } });
    const response = await fetch(origin.streamUrl(id));
    await origin.traceWhen(id, ({ emissions }) => emissions.length >= chunks);
    expect((await origin.trace(id)).emissions).toHaveLength(chunks);
    await origin.ask('DELETE', `/streams/${id}`);
    await expect(response.text()).rejects.toThrow('terminated');
  });

  it('lingers in silence before its end', async () => {
    const workload: WorkloadInput = { count: 3, chunkBytes: [50], pace: { ...STALLING, lingerMs: 600_000 } };
    const all = planChunks(resolveWorkload(workload)).length;
    const id = await origin.create(workload);
    const response = await fetch(origin.streamUrl(id));
    const { state, end } = await origin.traceWhen(id, ({ emissions }) => emissions.length === all - 1);
    expect({ state, end }).toEqual({ state: 'open', end: undefined });
    // Deleting it cuts the silence short, for the reader too.
    await origin.ask('DELETE', `/streams/${id}`);
    await expect(response.text()).rejects.toThrow('terminated');
  });
});

describe('the end of a stream', () => {
  it('that nobody fetches is its lifetime', async () => {
    const id = await origin.create({ lifetimeMs: 100 });
    const { end, emissions, request } = await origin.traceWhen(id, ({ state }) => state === 'ended');
    expect(end?.how).toBe('lifetime');
    expect(emissions).toEqual([]);
    expect(request).toBeUndefined();
  });

  it('that never stops by itself is its lifetime, and the response is cut', async () => {
    const id = await origin.create({ lifetimeMs: 100, pace: { mode: 'paced', intervalMs: 60_000 } });
    const response = await fetch(origin.streamUrl(id));
    await expect(response.text()).rejects.toThrow('terminated');
    expect((await origin.trace(id)).end?.how).toBe('lifetime');
  });

  it.each([
    ['while it is paced', { mode: 'paced', intervalMs: 5 }],
    ['while it waits for an acknowledgement', PATIENT],
  ] as const)('whose reader vanishes %s is that the client left', async (_, pace) => {
    const id = await origin.create({ count: 100_000, pace });
    const socket = connect(origin.dataPort, '127.0.0.1');
    socket.write(`GET /stream/${id} HTTP/1.1\r\nhost: test\r\n\r\n`);
    await once(socket, 'data');
    socket.destroy();
    const { end } = await origin.traceWhen(id, ({ state }) => state === 'ended');
    expect(end?.how).toBe('client-left');
  });

  it('whose reader hangs is a cut at the lifetime, and no more is written than it and the kernel take', async () => {
    const stream = new Stream(
      'hung',
      resolveWorkload({
        count: 32,
        chunkBytes: [1024 * 1024],
        pace: { mode: 'paced', intervalMs: 0 },
        lifetimeMs: 1000,
      }),
    );
    const emitted = Promise.withResolvers<boolean>();
    const server = createServer((request, response) => {
      void stream.emit(request, response).then(() => emitted.resolve(response.writableFinished));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const reader = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
    reader.on('error', () => {});
    reader.write('GET / HTTP/1.1\r\nhost: test\r\n\r\n');
    // Resolves at all only because the response is cut; it has not been read to its end.
    expect(await emitted.promise).toBe(false);
    expect(stream.trace.end?.how).toBe('lifetime');
    expect(stream.trace.emissions.length).toBeLessThan(32);
    reader.destroy();
    server.close();
  });
});

describe('a stream', () => {
  it('is emitted once: a second request is refused and counted', async () => {
    const id = await origin.create({ count: 2, pace: PATIENT });
    const response = await fetch(origin.streamUrl(id));
    for (const times of [1, 2]) {
      const second = await fetch(origin.streamUrl(id));
      expect(second.status).toBe(409);
      expect(await second.json()).toEqual({ error: 'this stream was taken already; a stream is emitted once' });
      expect((await origin.trace(id)).replays).toBe(times);
    }
    await origin.acknowledge(id, 1);
    expect(await response.text()).toHaveLength(64);
    expect((await fetch(origin.streamUrl(id))).status).toBe(409);
  });

  it('does not mix with others emitted at the same time', async () => {
    const workloads: WorkloadInput[] = (['sse', 'sse-json', 'ndjson', 'text'] as const).flatMap((format) =>
      [40, 100, 1000].map((size) => ({
        format,
        count: 50,
        chunkBytes: [size],
        pace: { mode: 'paced', intervalMs: 1 },
      })),
    );
    const ids = await Promise.all(workloads.map((workload) => origin.create(workload)));
    const bodies = await Promise.all(ids.map(bodyOf));
    expect(bodies).toEqual(
      workloads.map((workload) => {
        const resolved = resolveWorkload(workload);
        return planChunks(resolved)
          .map((size, seq) => encodeChunk(resolved.format, seq, size))
          .join('');
      }),
    );
  });

  it('stamps what it does in the order in which it does it', async () => {
    const id = await origin.create({ count: 3, pace: { mode: 'paced', intervalMs: 1 } });
    await bodyOf(id);
    const { request, headAt, emissions, end, state } = await origin.trace(id);
    const times = [request?.at, headAt, ...emissions.map(({ at }) => at), end?.at];
    expect(times).toEqual(times.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
    expect(times.every((at) => typeof at === 'number')).toBe(true);
    expect(emissions.map(({ seq, bytes }) => [seq, bytes])).toEqual([
      [0, 32],
      [1, 32],
      [2, 32],
    ]);
    expect(state).toBe('ended');
  });
});

describe('what went wrong once', () => {
  it('a stream whose lifetime was over before anyone came was not taken', async () => {
    const id = await origin.create({ lifetimeMs: 100 });
    await origin.traceWhen(id, ({ state }) => state === 'ended');
    const response = await fetch(origin.streamUrl(id));
    expect(await response.text()).not.toContain('taken already');
    expect((await origin.trace(id)).replays).toBe(0);
  });
});
