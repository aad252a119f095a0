import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { decoderFor } from '../../bench/client/decoding.ts';
import { encodeChunk, HEARTBEAT } from '../../server/payload.ts';
import { LOCK_STEP, type WorkloadInput } from '../../server/workload.ts';
import { rawRequest } from './raw-request.ts';
import { runningOrigin, type RunningOrigin } from './running-origin.ts';

let origin: RunningOrigin;
beforeAll(async () => {
  origin = await runningOrigin();
});
afterAll(() => origin[Symbol.asyncDispose]());

const CODINGS = ['gzip', 'br', 'zstd'] as const;
const WHOLE = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync };
const THREE = [0, 1, 2].map((seq) => encodeChunk('sse', seq, 32));
/** Waits for acknowledgements as long as a test may last. */
const PATIENT = { ...LOCK_STEP, deadlineMs: 600_000, budgetMs: 600_000 };

/** The response itself: fetch would decode it. */
async function answerOf(id: string): Promise<IncomingMessage> {
  const [answer] = (await once(request(origin.streamUrl(id)).end(), 'response')) as [IncomingMessage];
  return answer;
}

async function bodyOf(answer: IncomingMessage): Promise<Buffer> {
  return Buffer.concat(await answer.toArray());
}

describe.each(CODINGS)('an origin that codes with %s', (contentCoding) => {
  it('can be decoded up to each word before it writes the next', async () => {
    const id = await origin.create({ contentCoding, count: THREE.length, pace: PATIENT });
    const answer = await answerOf(id);
    expect(answer.headers).toMatchObject({ 'content-encoding': contentCoding, 'transfer-encoding': 'chunked' });
    const decoder = decoderFor(contentCoding);
    const words: string[] = [];
    for await (const part of answer as AsyncIterable<Buffer>) {
      const word = (await decoder.decode(part)).toString('latin1');
      // The last part is the end of the coding alone.
      if (word === '') continue;
      words.push(word);
      expect((await origin.trace(id)).emissions).toHaveLength(words.length);
      await origin.acknowledge(id, words.length - 1);
    }
    await decoder.finish();
    expect(words).toEqual(THREE);
  });

  it.each(['chunked', 'close-delimited'] as const)('sends a whole coding, %s', async (framing) => {
    const pace = { mode: 'paced', intervalMs: 0 } as const;
    const id = await origin.create({ contentCoding, framing, count: 300, chunkBytes: [1000], pace });
    const answer = await answerOf(id);
    const text = WHOLE[contentCoding](await bodyOf(answer)).toString('latin1');
    expect(text).toBe(Array.from({ length: 300 }, (_, seq) => encodeChunk('sse', seq, 1000)).join(''));
    expect(answer.headers['content-length']).toBeUndefined();
    expect(await origin.trace(id)).toMatchObject({ framing, end: { how: 'complete' } });
  });

  it('counts what it writes before the coding, heartbeats besides', async () => {
    const silence = { afterChunk: 0, ms: 50, heartbeatMs: 20 };
    const id = await origin.create({ contentCoding, count: 2, pace: { mode: 'paced', intervalMs: 0, silence } });
    const body = WHOLE[contentCoding](await bodyOf(await answerOf(id))).toString('latin1');
    expect(body).toBe([THREE[0], HEARTBEAT, HEARTBEAT, THREE[1]].join(''));
    expect((await origin.trace(id)).emissions.map(({ bytes }) => bytes)).toEqual([32, 32]);
  });

  it('that dies has sent what it wrote, and not the end of the coding', async () => {
    const workload: WorkloadInput = { contentCoding, count: 5, pace: { mode: 'paced', intervalMs: 0 } };
    const id = await origin.create({ ...workload, death: { afterChunk: 2, how: 'fin' } });
    const answer = await answerOf(id);
    const parts: Buffer[] = [];
    answer.on('data', (part: Buffer) => parts.push(part));
    await expect(once(answer, 'end')).rejects.toThrow('aborted');
    const decoder = decoderFor(contentCoding);
    expect((await decoder.decode(Buffer.concat(parts))).toString('latin1')).toBe(THREE.join(''));
    await expect(decoder.finish()).rejects.toThrow(/unexpected end of file/i);
  });

  it('sends its trailers after the coding, and ends when its reader leaves', async () => {
    const trailers = { 'x-after': 'the words' };
    const pace = { mode: 'paced', intervalMs: 0 } as const;
    const whole = await answerOf(await origin.create({ contentCoding, count: 2, pace, trailers }));
    await bodyOf(whole);
    expect(whole.trailers).toEqual(trailers);
    const id = await origin.create({ contentCoding, count: 5, pace: PATIENT });
    (await answerOf(id)).destroy();
    await origin.traceWhen(id, ({ end }) => end?.how === 'client-left');
  });
});

describe('a coding', () => {
  it('that is identity changes nothing', async () => {
    const id = await origin.create({ contentCoding: 'identity', count: 1, pace: { mode: 'paced' } });
    const { fields, body } = await rawRequest(origin.dataPort, `/stream/${id}`);
    expect(fields.join()).not.toContain('content-encoding');
    expect(body).toBe(`20\r\n${THREE[0]}\r\n0\r\n\r\n`);
  });

  it.each([
    [
      { contentCoding: 'gzip', framing: 'content-length' },
      'field "contentCoding" must be "identity" where "framing" is "content-length" or "piecewise", which announce a length; of a coded body it is not known before',
    ],
    [
      { contentCoding: 'br', framing: 'piecewise' },
      'field "contentCoding" must be "identity" where "framing" is "content-length" or "piecewise", which announce a length; of a coded body it is not known before',
    ],
    [
      { contentCoding: 'zstd', headers: { 'Content-Encoding': 'br' } },
      'field "contentCoding" says "content-encoding" already, which "headers" may not hold beside it',
    ],
  ] satisfies [WorkloadInput, string][])('%j is refused', async (workload, complaint) => {
    expect(await origin.ask('POST', '/streams', workload)).toEqual({
      status: 400,
      body: { error: `malformed workload: ${complaint}` },
    });
  });

  it('that there is not is refused, with those that there are', async () => {
    const { body } = await origin.ask('POST', '/streams', { contentCoding: 'gzp' });
    expect(body.error).toBe(
      'malformed workload: field "contentCoding" must be one of "identity", "gzip", "br", "zstd"; got "gzp"',
    );
  });
});
