/**
 * The content coding that the origin applies by itself (RFC 9110, section 8.4), flushed after every chunk as an app does
 * that compresses its own event stream: whatever the coder was given can be decoded before it is given more.
 */

import type { ServerResponse } from 'node:http';
import type { Transform } from 'node:stream';
import { constants, createBrotliCompress, createGzip, createZstdCompress } from 'node:zlib';

import type { AppliedCoding } from './workload.ts';

/** All look back 32 KiB, as gzip does: of a larger window the words of a long stream would vanish, which repeat after 64 KiB. */
const WINDOW_LOG = 15;
/** What compresses as it goes takes a low one; the default, 11, takes over 1 ms a KiB. */
const BROTLI_QUALITY = 4;

const CODERS: Record<AppliedCoding, () => Transform> = {
  gzip: () => createGzip({ flush: constants.Z_SYNC_FLUSH, windowBits: WINDOW_LOG }),
  br: () =>
    createBrotliCompress({
      flush: constants.BROTLI_OPERATION_FLUSH,
      params: {
        [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
        [constants.BROTLI_PARAM_LGWIN]: WINDOW_LOG,
      },
    }),
  zstd: () =>
    createZstdCompress({
      flush: constants.ZSTD_e_flush,
      params: { [constants.ZSTD_c_windowLog]: WINDOW_LOG },
    }),
};

/**
 * A new coder before `response`: what is written to it comes out there, each write in a part of its own and flushed. Its
 * end is that of the coding and not of the response; it goes with the response.
 */
export function coderInto(response: ServerResponse, coding: AppliedCoding): Transform {
  const coder = CODERS[coding]();
  coder.pipe(response, { end: false });
  response.once('close', () => coder.destroy());
  return coder;
}
