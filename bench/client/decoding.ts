/** Content codings (RFC 9110, section 8.4), decoded read by read. */

import { once } from 'node:events';
import type { Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';

/** Output as soon as the input allows, and no error for a body that was cut: that is for the verdict to say. */
const ZLIB = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };

const DECODERS: Record<string, () => Transform> = {
  gzip: () => createGunzip(ZLIB),
  'x-gzip': () => createGunzip(ZLIB),
  deflate: () => createInflate(ZLIB),
  br: () =>
    createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH }),
  zstd: () => createZstdDecompress(),
};

export interface Decoder {
  /** Decodes what one read held; resolves with all that it gives, so that the read's time holds for it. */
  decode(bytes: Buffer): Promise<Buffer>;
}

const IDENTITY: Decoder = { decode: async (bytes) => bytes };

/** @throws when the coding is one that is not known here. */
export function decoderFor(coding: string | undefined): Decoder {
  if (coding === undefined || coding === '' || coding.toLowerCase() === 'identity') return IDENTITY;
  const make = DECODERS[coding.toLowerCase()];
  if (make === undefined)
    throw new Error(`content-encoding "${coding}" cannot be decoded here; known: ${Object.keys(DECODERS).join(', ')}`);
  const transform = make();
  const parts: Buffer[] = [];
  transform.on('data', (part: Buffer) => parts.push(part));
  const failed = once(transform, 'error').then(([error]) => Promise.reject(error as Error));
  failed.catch(() => {});
  return {
    async decode(bytes) {
      const written = new Promise<void>((resolve) => transform.write(bytes, () => resolve()));
      await Promise.race([written, failed]);
      return Buffer.concat(parts.splice(0));
    },
  };
}
