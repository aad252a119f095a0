import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runningOrigin, type RunningOrigin } from './running-origin.ts';

let origin: RunningOrigin;
beforeAll(async () => {
  origin = await runningOrigin();
});
afterAll(() => origin[Symbol.asyncDispose]());

async function refusal(workload: unknown): Promise<string> {
  const { status, body } = await origin.ask('POST', '/streams', workload);
  expect(status).toBe(400);
  return body.error;
}

function silent(silence: unknown): object {
  return { count: 5, pace: { mode: 'paced', silence } };
}

describe('a malformed workload', () => {
  it('says which names there are, and which was probably meant', async () => {
    expect(await refusal({ framming: 'chunked' })).toMatchInlineSnapshot(
      `"malformed workload: unknown field "framming" (did you mean "framing"?); allowed: format, framing, contentType, contentCoding, filler, count, chunkBytes, pace, death, headDelayMs, answer, status, headers, fieldLines, trailers, informational, lifetimeMs"`,
    );
    expect(await refusal({ zebra: 1 })).toMatchInlineSnapshot(
      `"malformed workload: unknown field "zebra"; allowed: format, framing, contentType, contentCoding, filler, count, chunkBytes, pace, death, headDelayMs, answer, status, headers, fieldLines, trailers, informational, lifetimeMs"`,
    );
    expect(await refusal({ pace: { mode: 'lock-step', deadlinMs: 3 } })).toContain(
      'unknown field "pace.deadlinMs" (did you mean "deadlineMs"?); allowed: mode, deadlineMs, budgetMs, boundBytes, ',
    );
    expect(await refusal({ pace: { mode: 'paced', intervallMs: 3 } })).toMatchInlineSnapshot(
      `"malformed workload: unknown field "pace.intervallMs" (did you mean "intervalMs"?); allowed: mode, intervalMs, burst, silence, leadMs"`,
    );
  });

  it('says which values there are', async () => {
    expect(await refusal({ framing: 'gzip' })).toMatchInlineSnapshot(
      `"malformed workload: field "framing" must be one of "chunked", "piecewise", "content-length", "close-delimited"; got "gzip""`,
    );
    expect(await refusal({ format: 3 })).toMatchInlineSnapshot(
      `"malformed workload: field "format" must be one of "sse", "sse-json", "ndjson", "text"; got "3""`,
    );
    expect(await refusal({ pace: { mode: 'slow' } })).toMatchInlineSnapshot(
      `"malformed workload: field "pace.mode" must be one of "lock-step", "paced"; got "slow""`,
    );
    expect(await refusal({ pace: {} })).toMatchInlineSnapshot(
      `"malformed workload: field "pace.mode" is missing; field "pace.mode" must be one of "lock-step", "paced"; got undefined"`,
    );
  });

  it('says which numbers are allowed', async () => {
    expect(await refusal({ count: 0 })).toMatchInlineSnapshot(
      `"malformed workload: field "count" must be >= 1; got 0"`,
    );
    expect(await refusal({ count: 1.5 })).toMatchInlineSnapshot(
      `"malformed workload: field "count" must be integer; got 1.5"`,
    );
    expect(await refusal({ status: 600 })).toMatchInlineSnapshot(
      `"malformed workload: field "status" must be <= 599; got 600"`,
    );
    expect(await refusal({ chunkBytes: [] })).toMatchInlineSnapshot(
      `"malformed workload: field "chunkBytes" must NOT have fewer than 1 items; got []"`,
    );
    expect(await refusal({ chunkBytes: [10, 0] })).toMatchInlineSnapshot(
      `"malformed workload: field "chunkBytes.1" must be >= 1; got 0"`,
    );
    expect(await refusal({ pace: { mode: 'lock-step', growth: 1 } })).toMatchInlineSnapshot(
      `"malformed workload: field "pace.growth" must be >= 1.001; got 1"`,
    );
    expect(await refusal({ lifetimeMs: 99 })).toMatchInlineSnapshot(
      `"malformed workload: field "lifetimeMs" must be >= 100; got 99"`,
    );
  });

  it('says what a silence and a death must have, and what they may be', async () => {
    expect(await refusal(silent({ afterChunk: 1 }))).toMatchInlineSnapshot(
      `"malformed workload: field "pace.silence.ms" is missing"`,
    );
    expect(await refusal(silent({ afterChunk: 1, ms: 0 }))).toMatchInlineSnapshot(
      `"malformed workload: field "pace.silence.ms" must be >= 1; got 0"`,
    );
    expect(await refusal(silent({ afterChunk: 1, mss: 5, ms: 5 }))).toMatchInlineSnapshot(
      `"malformed workload: unknown field "pace.silence.mss" (did you mean "ms"?); allowed: afterChunk, ms, heartbeatMs"`,
    );
    expect(await refusal(silent({ afterChunk: 4, ms: 5 }))).toMatchInlineSnapshot(
      `"malformed workload: field "pace.silence.afterChunk" must be less than "count" - 1, so that a chunk ends the silence; got 4 of 5"`,
    );
    expect(await refusal({ pace: { mode: 'lock-step', silence: { afterChunk: 1, ms: 5 } } })).toContain(
      'unknown field "pace.silence"; allowed: mode, deadlineMs, ',
    );
    expect(await refusal(silent({ afterChunk: 1, ms: 50, heartbeatMs: 1 }))).toMatchInlineSnapshot(
      `"malformed workload: field "pace.silence.heartbeatMs" must be >= 10; got 1"`,
    );
    expect(
      await refusal({ format: 'text', ...silent({ afterChunk: 1, ms: 50, heartbeatMs: 10 }) }),
    ).toMatchInlineSnapshot(
      `"malformed workload: field "pace.silence.heartbeatMs" needs "format" to be "sse", which has comments; got "text""`,
    );
    expect(await refusal({ headDelayMs: -1 })).toMatchInlineSnapshot(
      `"malformed workload: field "headDelayMs" must be >= 0; got -1"`,
    );
    expect(await refusal({ death: { afterChunk: 1, how: 'kill' } })).toMatchInlineSnapshot(
      `"malformed workload: field "death.how" must be one of "rst", "fin"; got "kill""`,
    );
    expect(await refusal({ death: { how: 'fin' } })).toMatchInlineSnapshot(
      `"malformed workload: field "death.afterChunk" is missing"`,
    );
    expect(await refusal({ death: { afterChunk: -1, how: 'fin' } })).toMatchInlineSnapshot(
      `"malformed workload: field "death.afterChunk" must be >= 0; got -1"`,
    );
    expect(await refusal({ count: 5, death: { afterChunk: 5, how: 'fin' } })).toMatchInlineSnapshot(
      `"malformed workload: field "death.afterChunk" must be less than "count"; got 5 of 5"`,
    );
    const most = { ...silent({ afterChunk: 3, ms: 600_000 }), death: { afterChunk: 4, how: 'rst' } };
    expect((await origin.ask('POST', '/streams', most)).status).toBe(201);
  });

  it('says which header cannot be sent', async () => {
    expect(await refusal({ headers: { 'a b': 'c' } })).toMatchInlineSnapshot(
      `"malformed workload: field "headers.a b" has a name that is not allowed"`,
    );
    expect(await refusal({ headers: { a: 'b\r\nc: d' } })).toMatchInlineSnapshot(
      `"malformed workload: field "headers.a" must match pattern "^[\\t\\x20-\\x7e]*$"; got "b\\r\\nc: d""`,
    );
    expect(await refusal({ contentType: 'text/plain\r\nx: y' })).toMatchInlineSnapshot(
      `"malformed workload: field "contentType" must match pattern "^[\\t\\x20-\\x7e]{1,200}$"; got "text/plain\\r\\nx: y""`,
    );
  });

  it('says everything that is wrong at once', async () => {
    expect(await refusal({ count: 0, framing: 'none' })).toMatchInlineSnapshot(
      `"malformed workload: field "framing" must be one of "chunked", "piecewise", "content-length", "close-delimited"; got "none"; field "count" must be >= 1; got 0"`,
    );
  });

  it('says that it is no JSON, or no object', async () => {
    expect(await refusal('{')).toMatchInlineSnapshot(
      `"Body is not valid JSON but content-type is set to 'application/json'"`,
    );
    expect(await refusal('[]')).toMatchInlineSnapshot(`"malformed workload: the body must be object; got []"`);
  });

  it('cuts short what it repeats', async () => {
    expect(await refusal({ format: 'x'.repeat(1000) })).toMatch(/got "x{59}$/);
  });

  it('takes the largest and smallest that are allowed', async () => {
    const largest = {
      count: 10,
      chunkBytes: [1],
      status: 599,
      headers: { 'x-Header_0.9~!': '\t all of it ~' },
      lifetimeMs: 3_600_000,
      pace: { mode: 'lock-step', growth: 16, deadlineMs: 600_000 },
    };
    const smallest = {
      count: 1,
      chunkBytes: [1],
      status: 200,
      lifetimeMs: 100,
      pace: { mode: 'lock-step', growth: 1.001, deadlineMs: 10, boundBytes: 0, stepMs: 0, releases: 1, lingerMs: 0 },
    };
    expect((await origin.ask('POST', '/streams', largest)).status).toBe(201);
    expect((await origin.ask('POST', '/streams', smallest)).status).toBe(201);
  });

  it('is not created', async () => {
    await using small = await runningOrigin({ maxStreams: 1 });
    expect((await small.ask('POST', '/streams', { count: 0 })).status).toBe(400);
    expect((await small.ask('POST', '/streams', {})).status).toBe(201);
  });
});

describe('other malformed requests', () => {
  it('of a stream on the spot name the parameter', async () => {
    const response = await fetch(`http://127.0.0.1:${origin.dataPort}/sse?cuont=3`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchInlineSnapshot(`
      {
        "error": "malformed request: unknown field "cuont" (did you mean "count"?); allowed: count, intervalMs, framing",
      }
    `);
  });
});

describe('what went wrong once', () => {
  it('a workload of more bytes than a stream may emit is refused', async () => {
    const workload = { count: 1000, chunkBytes: [16 * 1024 * 1024], pace: { mode: 'paced' } };
    expect((await origin.ask('POST', '/streams', workload)).status).toBe(400);
  });

  it.each(['content-length', 'Transfer-Encoding', 'Content-Type'])(
    'a workload cannot give %s as a header',
    async (name) => {
      expect((await origin.ask('POST', '/streams', { headers: { [name]: '5' } })).status).toBe(400);
    },
  );
});
