import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runningOrigin, type RunningOrigin } from './running-origin.ts';

let origin: RunningOrigin;
beforeAll(async () => {
  origin = await runningOrigin();
});
afterAll(() => origin[Symbol.asyncDispose]());

describe('the control API', () => {
  it('creates a stream and says where it is to be fetched', async () => {
    const { status, body } = await origin.ask<{ id: string; path: string }>('POST', '/streams', {});
    expect(status).toBe(201);
    expect(body).toEqual({ id: expect.stringMatching(/^[\da-f-]{36}$/), path: `/stream/${body.id}` });
  });

  it('says how far a stream is', async () => {
    const id = await origin.create({});
    expect(await origin.ask('GET', `/streams/${id}`)).toEqual({
      status: 200,
      body: { id, state: 'waiting', emitted: 0, acknowledged: 0, acceptedBytes: 0 },
    });
    await origin.acknowledge(id, 4);
    expect((await origin.ask('GET', `/streams/${id}`)).body).toMatchObject({ acknowledged: 1 });
  });

  it('gives the trace, with the whole workload and each acknowledgement', async () => {
    const id = await origin.create({ count: 3, framing: 'content-length' });
    await origin.acknowledge(id, 1);
    expect(await origin.trace(id)).toEqual({
      id,
      workload: expect.objectContaining({ count: 3, framing: 'content-length', format: 'sse', status: 200 }),
      state: 'waiting',
      replays: 0,
      emissions: [],
      acks: [{ seq: 1, at: expect.any(Number) }],
    });
  });

  it('deletes a stream, which is then gone', async () => {
    const id = await origin.create({});
    expect((await origin.ask('DELETE', `/streams/${id}`)).status).toBe(204);
    expect((await origin.ask('DELETE', `/streams/${id}`)).status).toBe(404);
    expect((await fetch(origin.streamUrl(id))).status).toBe(404);
  });

  it('gives the trace as it is and deletes the stream, in one request', async () => {
    const id = await origin.create({ count: 3 });
    await origin.acknowledge(id, 1);
    const { status, body } = await origin.ask('POST', `/streams/${id}/take?acknowledged=1`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, state: 'waiting', acks: [{ seq: 1 }] });
    expect(body).not.toHaveProperty('end');
    expect((await origin.ask('GET', `/streams/${id}`)).status).toBe(404);
  });

  it.each([
    ['POST', '/streams/nobody/take', undefined],
    ['GET', '/streams/nobody', undefined],
    ['GET', '/streams/nobody/trace', undefined],
    ['DELETE', '/streams/nobody', undefined],
  ])('%s %s is not found, and says why that may be', async (method, path, body) => {
    expect(await origin.ask(method, path, body)).toEqual({
      status: 404,
      body: { error: 'no stream "nobody": never created, deleted, or ended more than a minute ago' },
    });
  });

  it('takes acknowledgements as lines, and says of the first that is none what it must be', async () => {
    const [one, two] = [await origin.create({}), await origin.create({})];
    const lines = async (text: string, type = 'text/plain') =>
      origin.ask('POST', '/acks', text, { 'content-type': type });
    expect((await lines(`${one} 0\n${two} 3\r\n${one} 1\n`)).status).toBe(204);
    expect((await origin.trace(one)).acks.map(({ seq }) => seq)).toEqual([0, 1]);
    expect((await origin.trace(two)).acks.map(({ seq }) => seq)).toEqual([3]);

    const unknown = await lines(`nobody 0\n${one} 2`);
    expect(unknown).toMatchObject({ status: 404, body: { error: expect.stringContaining('no stream "nobody"') } });
    expect((await origin.trace(one)).acks.map(({ seq }) => seq)).toEqual([0, 1, 2]);

    for (const malformed of [one, `${one} -1`, `${one} 1.5`, `${one}  1`, 'x'.repeat(5000), ''])
      expect(await lines(`${one} 4\n${malformed}\n`)).toMatchObject({
        status: 400,
        body: {
          error: expect.stringMatching(/^line 2 must be a stream's id, a blank and a chunk's number; got ".{0,100}"$/),
        },
      });
    expect((await origin.ask('POST', '/acks')).body.error).toBe('a body of lines is missing');
    expect((await lines('{}', 'application/json')).status).toBe(415);
  });

  it('tells its monotonic clock, which only goes on', async () => {
    const before = Number(process.hrtime.bigint()) / 1e6;
    const { body } = await origin.ask<{ monotonicMs: number }>('GET', '/clock');
    const after = Number(process.hrtime.bigint()) / 1e6;
    expect(body.monotonicMs).toBeGreaterThan(before);
    expect(body.monotonicMs).toBeLessThan(after);
  });

  it('says that it lives', async () => {
    expect(await origin.ask('GET', '/healthz')).toEqual({ status: 200, body: { status: 'ok' } });
  });

  it('names the path that it does not have', async () => {
    expect(await origin.ask('GET', '/stream')).toEqual({
      status: 404,
      body: { error: 'no such path here: GET /stream' },
    });
  });

  it('keeps steering off the data listener', async () => {
    const response = await fetch(`http://127.0.0.1:${origin.dataPort}/streams`, { method: 'POST' });
    expect(response.status).toBe(404);
  });

  it('holds no more streams than it may', async () => {
    await using small = await runningOrigin({ maxStreams: 2 });
    const id = await small.create({});
    await small.create({});
    expect(await small.ask('POST', '/streams', {})).toEqual({
      status: 429,
      body: { error: 'the origin holds 2 streams already; delete some or wait for them to end' },
    });
    await small.ask('DELETE', `/streams/${id}`);
    expect((await small.ask('POST', '/streams', {})).status).toBe(201);
  });
});

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

describe('a token', () => {
  it.each([
    ['none', {}],
    ['a wrong one', bearer('Secret')],
    ['one that only begins like it', bearer('secre')],
    ['another scheme', { authorization: 'Basic secret' }],
  ])('is demanded of every route: %s is refused', async (_, headers) => {
    await using guarded = await runningOrigin({ token: 'secret' });
    for (const [method, path, body] of [
      ['POST', '/streams', {}],
      ['GET', '/streams/x', undefined],
      ['GET', '/streams/x/trace', undefined],
      ['POST', '/acks', undefined],
      ['DELETE', '/streams/x', undefined],
      ['GET', '/clock', undefined],
    ] as const) {
      expect(await guarded.ask(method, path, body, headers)).toEqual({
        status: 401,
        body: { error: 'this control API demands its token: Authorization: Bearer TOKEN' },
      });
    }
  });

  it('opens the API, whatever the case of its scheme', async () => {
    await using guarded = await runningOrigin({ token: 'secret' });
    expect((await guarded.ask('GET', '/clock', undefined, bearer('secret'))).status).toBe(200);
    expect((await guarded.ask('GET', '/clock', undefined, { authorization: 'bearer secret' })).status).toBe(200);
  });

  it('does not guard the data listener: what passes through hops knows no token', async () => {
    await using guarded = await runningOrigin({ token: 'secret' });
    expect((await fetch(`http://127.0.0.1:${guarded.dataPort}/words?count=1`)).status).toBe(200);
  });
});
