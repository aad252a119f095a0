/** The encode directive, and when it lets go of what it has. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

const REVERSE_PROXY = 'https://caddyserver.com/docs/caddyfile/directives/reverse_proxy';
const ENCODE = 'https://caddyserver.com/docs/caddyfile/directives/encode';
const ENCODE_SOURCE = 'https://github.com/caddyserver/caddy/blob/v2.11.7/modules/caddyhttp/encode/encode.go';

const FLUSH_OF_ENCODER = 'https://github.com/caddyserver/caddy/pull/6471';
/** The first version in which a flush empties the compressor too. */
const FLUSHES_ENCODER = '2.9.0';

export const compression: VariantDeclaration[] = [
  {
    id: 'encode',
    title: 'Compression',
    changes: 'encode gzip',
    files: { config: 'encode.Caddyfile' },
    docs: [
      ENCODE,
      ENCODE_SOURCE,
      FLUSH_OF_ENCODER,
      'https://github.com/caddyserver/caddy/issues/6293',
      'https://github.com/caddyserver/caddy/pull/7905',
    ],
    tags: ['compression'],
    lanes: [
      { expected: 'streams', why: 'A client that sends no Accept-Encoding gets the response as it is.' },
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'streams',
        why: 'An event stream is compressed from its first byte, and the compressor is flushed with each write.',
      },
      {
        vary: { 'accept-encoding': 'gzip', 'response-header': 'cache-control: no-transform' },
        expected: 'streams',
        why: 'no-transform is respected: the stream is passed on uncompressed.',
      },
      {
        vary: { 'accept-encoding': 'gzip', format: 'text' },
        expected: 'streams',
        why: 'Without a Content-Length the first write decides: it is shorter than minimum_length (512), so nothing is compressed.',
      },
      {
        vary: { 'accept-encoding': 'gzip', format: 'text', framing: 'content-length' },
        expected: 'coalesces',
        why: 'A response of known length is not flushed, and the compressor takes in 64 KiB before it gives anything out: sixteen times what Caddy holds without it.',
        fix: {
          change: 'flush_interval -1 in reverse_proxy',
          provenBy: 'caddy/encode-flush?accept-encoding=gzip&format=text&framing=content-length',
        },
        earlier: {
          before: FLUSHES_ENCODER,
          expected: 'coalesces',
          why: 'As later, 64 KiB at a time, and flush_interval -1 does not free it: before 2.9.0 a flush does not reach the compressor, which must be left off.',
          fix: {
            change: 'flush_interval -1 in reverse_proxy, and encode out',
            provenBy: 'caddy/flush-each-write?accept-encoding=gzip&format=text&framing=content-length',
          },
        },
      },
    ],
  },
  {
    id: 'encode-flush',
    title: 'Compression, flushed after each write',
    changes: 'encode zstd gzip and flush_interval -1',
    files: { config: 'encode-flush.Caddyfile' },
    docs: [ENCODE, REVERSE_PROXY, FLUSH_OF_ENCODER],
    tags: ['compression'],
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip', format: 'text', framing: 'content-length' },
        expected: 'streams',
        why: 'The flush after each write empties the compressor too.',
        earlier: {
          before: FLUSHES_ENCODER,
          expected: 'coalesces',
          why: 'Before 2.9.0 a flush does not reach the compressor, which takes in 64 KiB before it gives anything out.',
          fix: {
            change: 'take encode out',
            provenBy: 'caddy/flush-each-write?accept-encoding=gzip&format=text&framing=content-length',
          },
        },
      },
      {
        vary: { 'accept-encoding': 'zstd', format: 'text', framing: 'content-length' },
        expected: 'streams',
        why: 'The flush after each write ends a block of Zstandard too.',
        earlier: {
          before: FLUSHES_ENCODER,
          expected: 'coalesces',
          why: 'Before 2.9.0 a flush does not reach the compressor, which takes in 128 KiB before it gives anything out.',
          fix: {
            change: 'take encode out',
            provenBy: 'caddy/flush-each-write?accept-encoding=zstd&format=text&framing=content-length',
          },
        },
      },
    ],
  },
  {
    id: 'encode-zstd',
    title: 'Compression with Zstandard',
    changes: 'encode zstd',
    files: { config: 'encode-zstd.Caddyfile' },
    docs: [ENCODE, ENCODE_SOURCE, FLUSH_OF_ENCODER],
    tags: ['compression'],
    lanes: [
      {
        vary: { 'accept-encoding': 'zstd' },
        expected: 'streams',
        why: 'An event stream is compressed from its first byte, and the compressor is flushed with each write.',
      },
      {
        vary: { 'accept-encoding': 'zstd', format: 'text', framing: 'content-length' },
        expected: 'coalesces',
        why: 'A response of known length is not flushed, and Zstandard gives out a block when 128 KiB are in it: twice what gzip holds, and thirty-two times what Caddy holds without compression.',
        fix: {
          change: 'flush_interval -1 in reverse_proxy',
          provenBy: 'caddy/encode-flush?accept-encoding=zstd&format=text&framing=content-length',
        },
        earlier: {
          before: FLUSHES_ENCODER,
          expected: 'coalesces',
          why: 'As later, 128 KiB at a time, and flush_interval -1 does not free it: before 2.9.0 a flush does not reach the compressor, which must be left off.',
          fix: {
            change: 'flush_interval -1 in reverse_proxy, and encode out',
            provenBy: 'caddy/flush-each-write?accept-encoding=zstd&format=text&framing=content-length',
          },
        },
      },
    ],
  },
  {
    id: 'encode-min-1',
    title: 'Compression of the shortest responses',
    changes: 'encode { gzip minimum_length 1 }',
    files: { config: 'encode-min-1.Caddyfile' },
    docs: [ENCODE, ENCODE_SOURCE, FLUSH_OF_ENCODER],
    tags: ['compression'],
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip', format: 'text' },
        expected: 'streams',
        why: 'The first write is long enough now, so the response is compressed, and the compressor flushed with each write. The headers wait for it.',
        earlier: {
          before: FLUSHES_ENCODER,
          expected: 'coalesces',
          why: 'Before 2.9.0 a flush does not reach the compressor, which takes in 64 KiB before it gives anything out.',
          fix: {
            change: 'take minimum_length out',
            provenBy: 'caddy/encode?accept-encoding=gzip&format=text',
          },
        },
      },
    ],
  },
  {
    id: 'encode-ndjson',
    title: 'Compression of NDJSON',
    changes: 'encode { match { header Content-Type application/x-ndjson* } }',
    files: { config: 'encode-ndjson.Caddyfile' },
    docs: [ENCODE, ENCODE_SOURCE],
    tags: ['compression'],
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip', format: 'ndjson' },
        expected: 'streams',
        why: 'The first write is shorter than minimum_length (512) and decides for a response of unknown length: nothing is compressed, in spite of the type; the headers wait for that write all the same.',
      },
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'streams',
        why: 'A list of types of one’s own takes the place of the default one: an event stream is passed on uncompressed.',
      },
    ],
  },
];
