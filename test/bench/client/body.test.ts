import { afterAll, beforeAll, expect, it } from 'vitest';

import { fetchStream, type ClientRequest } from '../../../bench/client/client.ts';
import { askWithoutReading } from '../../../bench/client/non-reader.ts';
import { requestBody, SHORTEST_BODY_BYTES } from '../../../bench/client/request.ts';
import { runningOrigin, type RunningOrigin } from '../../server/running-origin.ts';

let origin: RunningOrigin;
beforeAll(async () => void (origin = await runningOrigin()));
afterAll(() => origin[Symbol.asyncDispose]());

const CASES = (['1.1', '2'] as const).flatMap((httpVersion) =>
  [SHORTEST_BODY_BYTES, 64, 1_048_576].map((bytes) => [httpVersion, bytes] as const),
);

async function post(httpVersion: ClientRequest['httpVersion'], bodyBytes: number) {
  const id = await origin.create({ count: 3, pace: { mode: 'paced' }, answer: 'request-end' });
  const request = { method: 'POST', path: `/stream/${id}`, httpVersion, headers: {}, bodyBytes };
  return { id, to: { host: '127.0.0.1', port: origin.dataPort }, request };
}

it.each(CASES)('over HTTP/%s the origin has all %d bytes of a body, and then answers', async (httpVersion, bytes) => {
  const { id, to, request } = await post(httpVersion, bytes);
  const client = await fetchStream(to, request, { headTimeoutMs: 5000, totalTimeoutMs: 5000, onBody: () => {} });
  expect(client.end.how).toBe('complete');
  const trace = await origin.trace(id);
  expect(trace.request?.headers).toMatchObject({
    'content-type': 'application/json',
    'content-length': String(bytes),
  });
  expect(trace.upload).toMatchObject({ bytes, end: { how: 'whole' } });
  expect(trace.headAt).toBeGreaterThanOrEqual(trace.upload?.end?.at ?? Number.POSITIVE_INFINITY);
});

it.each(CASES)('over HTTP/%s who does not read sends all %d bytes too', async (httpVersion, bytes) => {
  const { id, to, request } = await post(httpVersion, bytes);
  await using _ = await askWithoutReading(to, request);
  await expect.poll(async () => (await origin.trace(id)).emissions.length).toBe(3);
  expect((await origin.trace(id)).upload).toMatchObject({ bytes, end: { how: 'whole' } });
});

it('is JSON that asks for a stream, of any length', () => {
  for (const bodyBytes of [SHORTEST_BODY_BYTES, SHORTEST_BODY_BYTES + 1, 1000]) {
    const body = requestBody({ bodyBytes });
    expect(body).toHaveLength(bodyBytes);
    expect(JSON.parse(body)).toMatchObject({ stream: true });
    expect(JSON.stringify(JSON.parse(body))).toBe(body);
  }
  expect(requestBody({})).toBe('');
});
