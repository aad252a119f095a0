import { once } from 'node:events';
import type { Transform } from 'node:stream';
import {
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createDeflate,
  createGzip,
  createZstdCompress,
  gzipSync,
  type Zlib,
} from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { decoderFor } from '../../../bench/client/decoding.ts';

const WORDS = ['the ', 'stream ', 'flows ', 'x'.repeat(100_000), 'on'];

type Compressor = Transform & Zlib;
const CODINGS: Record<string, { make: () => Compressor; flush: number }> = {
  gzip: { make: createGzip, flush: constants.Z_SYNC_FLUSH },
  'x-gzip': { make: createGzip, flush: constants.Z_SYNC_FLUSH },
  deflate: { make: createDeflate, flush: constants.Z_SYNC_FLUSH },
  br: { make: createBrotliCompress, flush: constants.BROTLI_OPERATION_FLUSH },
  zstd: { make: createZstdCompress, flush: constants.ZSTD_e_flush },
};

/** Each word compressed and flushed by itself, as a hop does that streams; the last piece ends the coding. */
async function flushed(coding: string, words: string[]): Promise<{ pieces: Buffer[]; tail: Buffer }> {
  const { make, flush } = CODINGS[coding] as (typeof CODINGS)[string];
  const compressor = make();
  const parts: Buffer[] = [];
  compressor.on('data', (part: Buffer) => parts.push(part));
  const pieces: Buffer[] = [];
  for (const word of words) {
    compressor.write(word);
    await new Promise<void>((resolve) => compressor.flush(flush, resolve));
    pieces.push(Buffer.concat(parts.splice(0)));
  }
  compressor.end();
  await once(compressor, 'end');
  return { pieces, tail: Buffer.concat(parts) };
}

describe.each(Object.keys(CODINGS))('%s', (coding) => {
  it('gives each word with the read that held it, in full', async () => {
    const { pieces, tail } = await flushed(coding, WORDS);
    const decoder = decoderFor(coding);
    for (const [index, piece] of pieces.entries()) {
      expect((await decoder.decode(piece)).toString()).toBe(WORDS[index]);
    }
    expect(await decoder.decode(tail)).toHaveLength(0);
  });

  it('gives the same text wherever the reads end', async () => {
    const { pieces, tail } = await flushed(coding, WORDS);
    const decoder = decoderFor(coding);
    let text = '';
    for (const byte of Buffer.concat([...pieces, tail])) text += (await decoder.decode(Buffer.of(byte))).toString();
    expect(text).toBe(WORDS.join(''));
  });

  it('rejects what is not compressed so', async () => {
    await expect(decoderFor(coding).decode(Buffer.from('id: 0\ndata: plain words\n\n'))).rejects.toThrow(
      /incorrect header check|Decompression failed|Unknown frame descriptor/,
    );
  });

  it('is known in any case', async () => {
    const { pieces } = await flushed(coding, ['word']);
    const decoder = decoderFor(coding.toUpperCase());
    expect((await decoder.decode(pieces[0] as Buffer)).toString()).toBe('word');
  });
});

describe('no coding', () => {
  it.each([undefined, '', 'identity', 'Identity'])('%s leaves the bytes as they are', async (coding) => {
    expect(await decoderFor(coding).decode(Buffer.from('as it is'))).toEqual(Buffer.from('as it is'));
  });
});

describe('an unknown coding', () => {
  it('is named, with those that are known', () => {
    expect(() => decoderFor('compress')).toThrow(
      'content-encoding "compress" cannot be decoded here; known: gzip, x-gzip, deflate, br, zstd',
    );
  });

  it('is found among several', () => {
    expect(() => decoderFor('gzip, pack200-gzip')).toThrow('content-encoding "pack200-gzip" cannot be decoded here');
  });
});

describe('two codings', () => {
  it('are undone in the reverse order of their naming', async () => {
    const decoder = decoderFor('gzip, br');
    const coded = brotliCompressSync(gzipSync('the stream'));
    expect((await decoder.decode(coded)).toString()).toBe('the stream');
    await decoder.finish();
  });
});

describe('the end of a coding', () => {
  it.each(['gzip', 'br'] as const)('of %s that is missing is told', async (coding) => {
    const whole = coding === 'gzip' ? gzipSync('the stream') : brotliCompressSync('the stream');
    const decoder = decoderFor(coding);
    await decoder.decode(whole.subarray(0, -1));
    await expect(decoder.finish()).rejects.toThrow(/unexpected end/);
  });
});
