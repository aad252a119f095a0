/** The compress middleware, and when it lets go of what it has. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

const SERVICE = 'https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/http/load-balancing/service';
const COMPRESS = 'https://doc.traefik.io/traefik/middlewares/http/compress/';
const COMPRESS_SOURCE =
  'https://github.com/traefik/traefik/blob/0c0ae8371e78a5ae9364ba3992944bb87297cbf3/pkg/middlewares/compress/compression_handler.go';
const ENCODINGS_SOURCE =
  'https://github.com/traefik/traefik/blob/03490d64525c56f0ba0b8ca5fc5d36eeba917356/pkg/middlewares/compress/compress.go';

export const compression: VariantDeclaration[] = [
  {
    id: 'compress',
    title: 'Compression',
    changes: 'compress: {}',
    files: { dynamic: 'compress.yml' },
    docs: [
      COMPRESS,
      'https://github.com/traefik/traefik/issues/11509',
      'https://github.com/traefik/traefik/pull/11583',
      'https://github.com/traefik/traefik/issues/12673',
      'https://github.com/traefik/traefik/pull/10660',
    ],
    tags: ['compression'],
    lanes: [
      { expected: 'streams', why: 'A client that sends no Accept-Encoding gets the response as it is.' },
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'streams',
        why: 'The stream is compressed, and the compressor is flushed with each write, before minResponseBodyBytes (1024) is reached too.',
      },
      {
        vary: { 'accept-encoding': 'gzip', framing: 'content-length' },
        expected: 'streams',
        why: 'An event stream is flushed write by write, also where its length is announced, and each flush empties the compressor.',
      },
      {
        vary: { 'accept-encoding': 'br' },
        expected: 'streams',
        why: 'Brotli is flushed with each write.',
        earlier: {
          before: '3.3.5',
          expected: 'coalesces',
          why: 'A flush before minResponseBodyBytes (1024) was reached did nothing.',
          fix: {
            change: 'compress.excludedContentTypes: [text/event-stream]',
            provenBy: 'traefik/compress-spares-sse?accept-encoding=br',
          },
        },
      },
      {
        vary: { 'accept-encoding': 'zstd' },
        expected: 'streams',
        why: 'Zstandard is flushed with each write.',
        earlier: [
          {
            before: '3.3.5',
            expected: 'coalesces',
            why: 'A flush before minResponseBodyBytes (1024) was reached did nothing.',
            fix: {
              change: 'compress.excludedContentTypes: [text/event-stream]',
              provenBy: 'traefik/compress-spares-sse?accept-encoding=zstd',
            },
          },
          {
            before: '3.1.0',
            expected: 'streams',
            why: 'Traefik does not know Zstandard yet, and passes the stream on uncompressed, write by write.',
          },
        ],
      },
      {
        vary: { 'accept-encoding': 'gzip', 'response-header': 'cache-control: no-transform' },
        expected: 'streams',
        why: 'Traefik compresses in spite of no-transform, and flushes each write.',
      },
      {
        vary: { 'accept-encoding': 'gzip', format: 'text' },
        expected: 'streams',
        why: 'A chunked response is flushed write by write, and each flush empties the compressor.',
      },
      {
        vary: { 'accept-encoding': 'gzip', format: 'text', framing: 'content-length' },
        expected: 'delays',
        why: 'Compression does not change the flush interval of 100 ms that holds for a response of known length.',
        fix: {
          change: 'responseForwarding.flushInterval: -1',
          provenBy: 'traefik/compress-flush?accept-encoding=gzip&format=text&framing=content-length',
        },
      },
    ],
  },
  {
    id: 'compress-flush',
    title: 'Compression, flushed after each write',
    changes: 'compress: {} and responseForwarding.flushInterval: -1',
    files: { dynamic: 'compress-flush.yml' },
    docs: [COMPRESS, SERVICE],
    tags: ['compression'],
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip', format: 'text', framing: 'content-length' },
        expected: 'streams',
        why: 'The negative flushInterval flushes each write, through the compressor too.',
      },
    ],
  },
  {
    id: 'compress-spares-sse',
    title: 'Compression that spares event streams',
    changes: 'compress.excludedContentTypes: [text/event-stream]',
    files: { dynamic: 'compress-spares-sse.yml' },
    docs: [COMPRESS],
    tags: ['compression'],
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'streams',
        why: 'The excluded type is passed on uncompressed; this was the way out before 3.3.5.',
      },
      {
        vary: { 'accept-encoding': 'br' },
        expected: 'streams',
        why: 'The excluded type is passed on uncompressed, whatever the coding that was asked for.',
      },
      {
        vary: { 'accept-encoding': 'zstd' },
        expected: 'streams',
        why: 'Zstandard, which Traefik knows since 3.1.0, is left off for the excluded type as the others are.',
      },
      {
        vary: { 'accept-encoding': 'gzip', 'content-type': 'text/event-stream; charset=utf-8' },
        expected: 'streams',
        why: 'An excluded type without parameters stands for the type with any parameters.',
      },
    ],
  },

  {
    id: 'compress-min-64k',
    title: 'Compression from 64 KiB on',
    changes: 'compress: { minResponseBodyBytes: 65536 }',
    files: { dynamic: 'compress-min-64k.yml' },
    docs: [COMPRESS, COMPRESS_SOURCE, 'https://github.com/traefik/traefik/pull/11583'],
    tags: ['compression'],
    lanes: [
      {
        vary: { 'accept-encoding': 'br' },
        expected: 'streams',
        why: 'A flush decides before the minimum is reached: the stream is compressed from its first word, however little that is.',
        earlier: {
          before: '3.3.5',
          expected: 'coalesces',
          why: 'A flush before minResponseBodyBytes was reached did nothing, so the first 64 KiB were held.',
          fix: {
            change: 'compress.excludedContentTypes: [text/event-stream]',
            provenBy: 'traefik/compress-spares-sse?accept-encoding=br',
          },
        },
      },
      {
        vary: { 'accept-encoding': 'gzip', format: 'text', framing: 'content-length' },
        expected: 'delays',
        why: 'The flush interval of 100 ms holds for a response of known length, whether that is worth compressing or not.',
        fix: {
          change: 'responseForwarding.flushInterval: -1',
          provenBy: 'traefik/compress-flush?accept-encoding=gzip&format=text&framing=content-length',
        },
      },
    ],
  },
  {
    id: 'compress-json-alone',
    title: 'Compression of JSON alone',
    changes: 'compress.includedContentTypes: [application/json, application/x-ndjson]',
    files: { dynamic: 'compress-json-alone.yml' },
    docs: [COMPRESS, COMPRESS_SOURCE],
    tags: ['compression'],
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'streams',
        why: 'A type that is not included is passed on uncompressed. Its headers wait for the first word all the same: until then the middleware has not decided.',
      },
      {
        vary: { 'accept-encoding': 'gzip', format: 'ndjson' },
        expected: 'streams',
        why: 'An included type is compressed, and a chunked response of it flushed write by write.',
      },
    ],
  },
  {
    id: 'compress-default-brotli',
    title: 'Compression with Brotli for clients that do not ask',
    changes: 'compress.defaultEncoding: br',
    files: { dynamic: 'compress-default-brotli.yml' },
    docs: [COMPRESS, ENCODINGS_SOURCE],
    tags: ['compression', 'headers'],
    lanes: [
      {
        expected: 'streams',
        why: 'A request without Accept-Encoding gets Brotli all the same, flushed write by write: each word comes in time, but curl and many an HTTP library cannot read it.',
        earlier: {
          before: '3.3.5',
          expected: 'coalesces',
          why: 'A flush before minResponseBodyBytes (1024) was reached did nothing.',
          fix: {
            change: 'compress.excludedContentTypes: [text/event-stream]',
            provenBy: 'traefik/compress-spares-sse?accept-encoding=br',
          },
        },
      },
    ],
  },
  {
    id: 'compress-default-gzip',
    title: 'Compression with gzip for clients that do not ask',
    changes: 'compress.defaultEncoding: gzip',
    files: { dynamic: 'compress-default-gzip.yml' },
    docs: [COMPRESS, ENCODINGS_SOURCE],
    tags: ['compression', 'headers'],
    lanes: [
      {
        expected: 'streams',
        why: 'The response comes uncompressed, though the documentation says otherwise: the gzip handler looks at Accept-Encoding once more, by itself, and finds none.',
      },
    ],
  },
];
