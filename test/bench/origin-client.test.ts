import { describe, expect, it } from 'vitest';

import { BenchError } from '../../bench/errors.ts';
import { OriginClient } from '../../bench/origin-client.ts';
import { runningOrigin } from '../server/running-origin.ts';

function clientOf(controlPort: number, token?: string): OriginClient & Disposable {
  const control = { host: '127.0.0.1', port: controlPort };
  const client = new OriginClient(token === undefined ? { control } : { control, token });
  return Object.assign(client, { [Symbol.dispose]: () => client.close() });
}

describe('the client of the control API', () => {
  it('creates, acknowledges, reads and deletes', async () => {
    await using origin = await runningOrigin({ token: 'secret' });
    using client = clientOf(origin.controlPort, 'secret');
    const { id, path } = await client.create({ count: 2 });
    expect(path).toBe(`/stream/${id}`);
    client.acknowledge(id, 1);
    expect(await client.trace(id)).toMatchObject({ id, workload: { count: 2 }, acks: [{ seq: 1 }] });
    await client.delete(id);
    await expect(client.trace(id)).rejects.toThrow(BenchError);
  });

  it('takes a trace, of which nothing is left to be deleted or acknowledged', async () => {
    await using origin = await runningOrigin();
    using client = clientOf(origin.controlPort);
    const { id } = await client.create({ count: 2 });
    client.acknowledge(id, 0);
    expect(await client.take(id)).toMatchObject({ id, acks: [{ seq: 0 }] });
    client.acknowledge(id, 1);
    await client.delete(id);
    await expect(client.trace(id)).rejects.toThrow(/no stream/);
    expect(client.lostAcknowledgements).toBeUndefined();
  });

  it('has all acknowledgements in a trace that it reads right after them', async () => {
    await using origin = await runningOrigin();
    using client = clientOf(origin.controlPort);
    const { id } = await client.create({ count: 500 });
    for (let seq = 0; seq < 500; seq += 1) client.acknowledge(id, seq);
    expect((await client.trace(id)).acks.map(({ seq }) => seq)).toEqual(Array.from({ length: 500 }, (_, seq) => seq));
    expect(client.lostAcknowledgements).toBeUndefined();
  });

  it('knows that acknowledgements may be lost once the origin is gone', async () => {
    const origin = await runningOrigin();
    using client = clientOf(origin.controlPort);
    const { id } = await client.create({ count: 2 });
    client.acknowledge(id, 0);
    await client.trace(id);
    await origin[Symbol.asyncDispose]();
    await expect.poll(() => client.lostAcknowledgements).toMatch(/^the origin's control API \(POST \/acks\) failed: /);
  });

  it('gives the origin’s own words when it refuses', async () => {
    await using origin = await runningOrigin();
    using client = clientOf(origin.controlPort);
    await expect(client.create({ count: 0 })).rejects.toThrow(
      new BenchError(
        'the origin\'s control API (POST /streams) answered 400: {"error":"malformed workload: field \\"count\\" must be >= 1; got 0"}',
      ),
    );
  });

  it('says that its token is not the right one', async () => {
    await using origin = await runningOrigin({ token: 'secret' });
    using client = clientOf(origin.controlPort, 'other');
    await expect(client.create({})).rejects.toThrow(/answered 401: .*demands its token/);
  });

  it('says that nobody answers', async () => {
    const origin = await runningOrigin();
    await origin[Symbol.asyncDispose]();
    using client = clientOf(origin.controlPort);
    await expect(client.trace('x')).rejects.toThrow(
      /^the origin's control API \(GET \/streams\/x\/trace\?endWithinMs=0\) failed: .*ECONNREFUSED/,
    );
  });

  it('finds that origin and client share one clock where they do', async () => {
    await using origin = await runningOrigin();
    using client = clientOf(origin.controlPort);
    expect(await client.clockOffset()).toEqual({ shared: true, offsetMs: 0, errorMs: 0 });
  });
});
