/** The compressor filter. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

const COMPRESSOR = 'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/compressor_filter';
const BROWSER = 'gzip, deflate, br, zstd';
const ZSTD_SOURCE =
  'https://github.com/envoyproxy/envoy/blob/1647dfb2c25ee5838e04152797e1e16511278347/source/extensions/compression/zstd/compressor/zstd_compressor_impl.cc';

export const compression: VariantDeclaration[] = [
  {
    id: 'compressor',
    title: 'Compression of the default content types',
    changes: 'envoy.filters.http.compressor with gzip',
    files: { config: 'compressor.yaml' },
    docs: [COMPRESSOR],
    tags: ['compression'],
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'streams',
        why: 'Event streams are not in the default list of content types, so they are passed on uncompressed.',
      },
      {
        vary: { 'accept-encoding': 'gzip', format: 'text' },
        expected: 'streams',
        why: 'text/plain is compressed, and the compressor is flushed with each piece of the body.',
      },
      {
        vary: { 'accept-encoding': 'gzip', format: 'text', framing: 'content-length' },
        expected: 'streams',
        why: 'A known length makes no difference: the compressor is flushed with each piece of the body.',
      },
    ],
  },
  {
    id: 'compressor-sse',
    title: 'Compression of event streams',
    changes: 'content_type_matcher: [{ exact: text/event-stream }, { exact: application/x-ndjson }]',
    files: { config: 'compressor-sse.yaml' },
    // Before 1.40 the field is `content_type`, a list of strings, which 1.40 still takes with a warning.
    since: '1.40.0',
    docs: [COMPRESSOR],
    tags: ['compression'],
    lanes: [
      { expected: 'streams', why: 'A client that sends no Accept-Encoding gets the response as it is.' },
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'streams',
        why: 'The stream is compressed, and the compressor is flushed with each piece of the body.',
      },
      {
        vary: { 'accept-encoding': 'gzip', framing: 'content-length' },
        expected: 'streams',
        why: 'The compressor is flushed with each piece of the body; the client gets it chunked, as its length is not known any more.',
      },
    ],
  },
  {
    id: 'compressor-brotli',
    title: 'Compression of event streams with Brotli',
    changes: 'compressor_library: brotli',
    files: { config: 'compressor-brotli.yaml' },
    since: '1.40.0',
    docs: [COMPRESSOR],
    tags: ['compression'],
    lanes: [
      {
        vary: { 'accept-encoding': 'br' },
        expected: 'streams',
        why: 'The stream is compressed, and the compressor is flushed with each piece of the body.',
      },
      {
        vary: { 'accept-encoding': BROWSER },
        expected: 'streams',
        why: 'A browser takes Brotli too, and gets its stream compressed by the one compressor that there is.',
      },
    ],
  },
  {
    id: 'compressor-zstd',
    title: 'Compression of event streams with Zstandard',
    changes: 'compressor_library: zstd',
    files: { config: 'compressor-zstd.yaml' },
    since: '1.40.0',
    docs: [COMPRESSOR, ZSTD_SOURCE],
    tags: ['compression'],
    lanes: [
      {
        vary: { 'accept-encoding': BROWSER },
        expected: 'coalesces',
        why: 'A browser takes Zstandard among others, and it is the one compressor that there is. Unlike gzip and Brotli the Zstandard compressor ignores the filter’s flush: it lets go of a block when 128 KiB are in it, and of the rest at the end. The documentation does not say so.',
        fix: [
          {
            change: 'Cache-Control: no-transform from the origin',
            provenBy: `envoy/compressor-zstd?accept-encoding=${BROWSER}&response-header=cache-control: no-transform`,
          },
          { change: 'compressor_library: brotli', provenBy: `envoy/compressor-brotli?accept-encoding=${BROWSER}` },
        ],
      },
      {
        vary: { 'accept-encoding': BROWSER, 'response-header': 'cache-control: no-transform' },
        expected: 'streams',
        why: 'The filter compresses no response with Cache-Control: no-transform.',
      },
    ],
  },
];
