import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { fetchStream } from '../../../bench/client/client.ts';
import { Upload, type UploadFraming } from '../../../bench/client/upload.ts';
import { runningOrigin, type RunningOrigin } from '../../server/running-origin.ts';

let origin: RunningOrigin;
beforeAll(async () => void (origin = await runningOrigin()));
afterAll(() => origin[Symbol.asyncDispose]());

/** A POST of pieces of 3 and 20 bytes. */
async function posted(upload: Upload) {
  const id = await origin.create({ count: 1, pace: { mode: 'paced' }, answer: 'request-end' });
  const answered = fetchStream(
    { host: '127.0.0.1', port: origin.dataPort },
    { method: 'POST', path: `/stream/${id}`, httpVersion: '1.1', headers: upload.headers },
    {
      headTimeoutMs: 5000,
      totalTimeoutMs: 5000,
      onOpen: (write, finish) => upload.begin(write, finish),
      onBody: () => {},
    },
  );
  await upload.opened;
  upload.piece(3);
  upload.piece(20);
  upload.end();
  const client = await answered;
  return { client, trace: await origin.trace(id) };
}

it.each<[UploadFraming, Record<string, string>, number]>([
  ['chunked', { 'transfer-encoding': 'chunked' }, 25],
  ['content-length', { 'content-length': '30' }, 30],
])(
  '%s is what the origin has, a length that was announced being filled at the end',
  async (framing, headers, bytes) => {
    const upload = new Upload(framing, 30);
    const { client, trace } = await posted(upload);
    expect(client.end.how).toBe('complete');
    expect(trace.request?.headers).toMatchObject(headers);
    expect(trace.upload).toMatchObject({ bytes, end: { how: 'whole' } });
    expect(upload.sentBytes).toBe(bytes);
    expect(upload.sent.pieces.reduce((sum, piece) => sum + piece.bytes, 0)).toBe(bytes);
    expect(upload.sent.pieces.filter(({ at }) => at < (upload.sent.endedAt ?? 0))).toHaveLength(2);
  },
);

it.each<[UploadFraming, number]>([
  ['chunked', 0],
  ['content-length', 200],
])('%s is JSON, however it is cut into pieces, and the same when it is written anew', (framing, lengthBytes) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 6 }), (sizes) => {
      const upload = new Upload(framing, lengthBytes, '2');
      let body = '';
      upload.begin(
        (text) => (body += text),
        () => {},
      );
      for (const size of sizes) upload.piece(size);
      upload.end();
      expect(upload.headers['content-type']).toBe('application/json');
      expect(JSON.stringify(JSON.parse(body))).toBe(body);
      expect(body).toHaveLength(upload.sentBytes);
    }),
  );
});

it('what is written after the hop has left is of no matter', async () => {
  const upload = new Upload('chunked', 0);
  await posted(upload);
  expect(() => upload.piece(10)).not.toThrow();
});
