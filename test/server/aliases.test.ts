import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runningOrigin, type RunningOrigin } from './running-origin.ts';

let origin: RunningOrigin;
beforeAll(async () => {
  origin = await runningOrigin();
});
afterAll(() => origin[Symbol.asyncDispose]());

const AT_ONCE = { count: 2, pace: { mode: 'paced', intervalMs: 0 } } as const;

/** Streams whose words have these sizes. */
function created(sizes: number[]): Promise<string[]> {
  return Promise.all(sizes.map((size) => origin.create({ ...AT_ONCE, chunkBytes: [size] })));
}

async function alias(streams: string[]): Promise<{ id: string; path: string }> {
  const { status, body } = await origin.ask<{ id: string; path: string }>('POST', '/aliases', { streams });
  expect(status).toBe(201);
  return body;
}

function get(path: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${origin.dataPort}${path}`);
}

describe('an alias', () => {
  it('gives each request the next of its streams, which has that request in its trace', async () => {
    const ids = await created([50, 60, 70]);
    const { id, path } = await alias(ids);
    expect(path).toBe(`/stream/${id}`);
    for (const [index, stream] of ids.entries()) {
      expect((await (await get(path)).text()).length).toBe(2 * (50 + 10 * index));
      const states = await Promise.all(ids.map(async (one) => (await origin.trace(one)).request !== undefined));
      expect(states).toEqual(ids.map((_, other) => other <= index));
      await origin.traceWhen(stream, ({ end }) => end?.how === 'complete');
    }
  });

  it('gives requests that come at the same time one stream each', async () => {
    const { path } = await alias(await created([50, 60, 70, 80]));
    const bodies = await Promise.all(Array.from({ length: 4 }, async () => (await (await get(path)).text()).length));
    expect(bodies.toSorted((a, b) => a - b)).toEqual([100, 120, 140, 160]);
  });

  it('refuses one request more, and the last of its streams counts it', async () => {
    const [only = ''] = await created([50]);
    const { path } = await alias([only]);
    await (await get(path)).text();
    expect((await get(path)).status).toBe(409);
    expect((await origin.trace(only)).replays).toBe(1);
  });

  it('passes over streams that were taken by their own name, and that are gone', async () => {
    const [taken = '', gone = '', left = ''] = await created([50, 60, 70]);
    const { path } = await alias([taken, gone, left]);
    await (await fetch(origin.streamUrl(taken))).text();
    await origin.ask('DELETE', `/streams/${gone}`);
    expect((await (await get(path)).text()).length).toBe(140);
  });

  it('leads nowhere when its streams are gone', async () => {
    const [only = ''] = await created([50]);
    const { path } = await alias([only]);
    await origin.ask('DELETE', `/streams/${only}`);
    expect((await get(path)).status).toBe(404);
  });

  it('is deleted without its streams', async () => {
    const [only = ''] = await created([50]);
    const { id, path } = await alias([only]);
    expect((await origin.ask('DELETE', `/aliases/${id}`)).status).toBe(204);
    expect((await get(path)).status).toBe(404);
    expect((await origin.trace(only)).state).toBe('waiting');
    expect(await origin.ask('DELETE', `/aliases/${id}`)).toEqual({ status: 404, body: { error: `no alias "${id}"` } });
  });
});

describe('a malformed alias', () => {
  it.each<[string, unknown, string]>([
    ['no streams', {}, 'malformed alias: field "streams" is missing'],
    ['none of them', { streams: [] }, 'malformed alias: field "streams" must NOT have fewer than 1 items; got []'],
    ['what is no id', { streams: [{}] }, 'malformed alias: field "streams.0" must be string; got {}'],
    [
      'one twice',
      { streams: ['a', 'a'] },
      'malformed alias: field "streams" must NOT have duplicate items (items ## 1 and 0 are identical); got ["a","a"]',
    ],
    [
      'another field',
      { streams: ['a'], stream: 'a' },
      'malformed alias: unknown field "stream" (did you mean "streams"?); allowed: streams',
    ],
    [
      'a stream that there is not',
      { streams: ['nobody'] },
      'malformed alias: field "streams" names "nobody", and there is no such stream',
    ],
  ])('with %s is refused', async (_, body, error) => {
    expect(await origin.ask('POST', '/aliases', body)).toEqual({ status: 400, body: { error } });
  });

  it('is more than the origin may hold', async () => {
    await using small = await runningOrigin({ maxStreams: 1 });
    const streams = [await small.create({})];
    expect((await small.ask('POST', '/aliases', { streams })).status).toBe(201);
    expect(await small.ask('POST', '/aliases', { streams })).toEqual({
      status: 429,
      body: { error: 'the origin holds as many aliases as it may; delete some' },
    });
  });

  it('needs the token where one is demanded', async () => {
    await using guarded = await runningOrigin({ token: 'secret' });
    for (const [method, path] of [
      ['POST', '/aliases'],
      ['DELETE', '/aliases/x'],
    ] as const)
      expect((await guarded.ask(method, path, method === 'POST' ? { streams: ['a'] } : undefined)).status).toBe(401);
  });
});
