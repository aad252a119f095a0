/** Content codings (RFC 9110, section 8.4), decoded read by read. */

import { once } from 'node:events';
import type { Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';

/** Output as soon as the input allows. */
const ZLIB = { flush: constants.Z_SYNC_FLUSH };

const DECODERS: Record<string, () => Transform> = {
  gzip: () => createGunzip(ZLIB),
  'x-gzip': () => createGunzip(ZLIB),
  deflate: () => createInflate(ZLIB),
  br: () => createBrotliDecompress({ flush: constants.BROTLI_OPERATION_FLUSH }),
  zstd: () => createZstdDecompress(),
};

/** A content coding that this client does not know: our limit, and no fault of the hop. */
class UnknownCodingError extends Error {}

export interface Decoder {
  /** Decodes what one read held; resolves with all that it gives, so that the read's time holds for it. */
  decode(bytes: Buffer): Promise<Buffer>;
  /** Call when the response has ended: rejects when the coding's own end is missing (RFC 1952, section 2.3). */
  finish(): Promise<void>;
}

const IDENTITY: Decoder = { decode: async (bytes) => bytes, finish: async () => {} };

/** Several codings are undone in the reverse order of their naming (RFC 9110, section 8.4). @throws UnknownCodingError */
export function decoderFor(codings: string | undefined): Decoder {
  const names = (codings ?? '').split(',').map((name) => name.trim().toLowerCase());
  const decoders = names
    .filter((name) => name !== '' && name !== 'identity')
    .map(singleDecoder)
    .toReversed();
  return decoders.reduce(
    (first, second) => ({
      decode: async (bytes) => second.decode(await first.decode(bytes)),
      finish: async () => {
        await first.finish();
        await second.finish();
      },
    }),
    IDENTITY,
  );
}

function singleDecoder(coding: string): Decoder {
  const make = DECODERS[coding];
  if (make === undefined)
    throw new UnknownCodingError(
      `content-encoding "${coding}" cannot be decoded here; known: ${Object.keys(DECODERS).join(', ')}`,
    );
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
    async finish() {
      transform.end();
      await Promise.race([once(transform, 'end'), failed]);
    },
  };
}
