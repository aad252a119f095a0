/** What nginx speaks to clients and to the origin. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';
import { PROXY_MODULE, HTTP2_MODULE, SSL_MODULE, BEFORE_HTTP_1_1, ORIGIN_ASKS, freedByOrigin } from './common.ts';

export const protocols: VariantDeclaration[] = [
  {
    id: 'tls',
    title: 'TLS and HTTP/2 towards clients',
    changes: 'listen 8080 ssl; http2 on;',
    files: { config: 'tls.conf', certificate: '../shared/certificate.pem', key: '../shared/key.pem' },
    listens: 'https',
    since: '1.25.1',
    docs: [`${SSL_MODULE}#ssl_buffer_size`, `${HTTP2_MODULE}#http2`, `${PROXY_MODULE}#proxy_buffering`],
    tags: ['tls', 'http-version', 'buffering'],
    lanes: [
      {
        expected: 'coalesces',
        why: 'What is encrypted is gathered into a TLS record of 16 KiB (ssl_buffer_size), and as long as buffering is on nothing asks for a record to be flushed before it is full: the same config streams without TLS.',
        fix: [
          { change: ORIGIN_ASKS, provenBy: 'nginx/tls?response-header=x-accel-buffering: no' },
          { change: 'proxy_buffering off;', provenBy: 'nginx/tls-buffering-off' },
        ],
      },
      freedByOrigin(),
      {
        vary: { 'http-version': '2' },
        expected: 'streams',
        why: 'Over HTTP/2 each DATA frame goes out at once, in a TLS record of its own: browsers see a stream where a client that speaks HTTP/1.1 to the same port waits for 16 KiB.',
        earlier: BEFORE_HTTP_1_1,
      },
    ],
  },
  {
    id: 'tls-buffering-off',
    title: 'TLS and HTTP/2 towards clients, buffering off',
    changes: 'listen 8080 ssl; http2 on; proxy_buffering off;',
    files: { config: 'tls-buffering-off.conf', certificate: '../shared/certificate.pem', key: '../shared/key.pem' },
    listens: 'https',
    since: '1.25.1',
    docs: [`${SSL_MODULE}#ssl_buffer_size`, `${HTTP2_MODULE}#http2`, `${PROXY_MODULE}#proxy_buffering`],
    tags: ['tls', 'http-version', 'fix'],
    lanes: [
      {
        expected: 'streams',
        why: 'With buffering off each read is marked to be flushed, and the TLS record that is being filled is flushed with it.',
      },
      {
        vary: { 'http-version': '2' },
        expected: 'streams',
        why: 'The flush works over HTTP/2 as it does over HTTP/1.1.',
      },
    ],
  },
  {
    id: 'h2c',
    title: 'HTTP/2 towards clients without TLS',
    changes: 'http2 on;',
    files: { config: 'h2c.conf' },
    since: '1.25.1',
    docs: [`${HTTP2_MODULE}#http2`, `${PROXY_MODULE}#proxy_buffering`],
    tags: ['http-version', 'buffering'],
    lanes: [
      {
        vary: { 'http-version': '2' },
        expected: 'streams',
        why: 'Buffering on or off is the same over HTTP/2 as over HTTP/1.1: each complete HTTP chunk of the origin is passed on, as a DATA frame.',
        earlier: BEFORE_HTTP_1_1,
      },
    ],
  },
  {
    id: 'upstream-http-2',
    title: 'HTTP/2 to the origin',
    changes: 'proxy_http_version 2;',
    files: { config: 'upstream-http-2.conf' },
    upstream: 'h2c',
    since: '1.29.4',
    docs: [`${PROXY_MODULE}#proxy_http_version`, 'https://github.com/nginx/nginx/pull/771'],
    tags: ['http-version', 'buffering'],
    lanes: [
      {
        expected: 'streams',
        why: 'HTTP/2 has no chunks to wait for: each DATA frame of the origin is passed on at once although buffering is on.',
      },
    ],
  },
  {
    id: 'tls-small-record',
    title: 'TLS records of 4 KiB',
    changes: 'ssl_buffer_size 4k;',
    files: { config: 'tls-small-record.conf', certificate: '../shared/certificate.pem', key: '../shared/key.pem' },
    listens: 'https',
    since: '1.5.9',
    docs: [`${SSL_MODULE}#ssl_buffer_size`, 'https://github.com/dstackai/dstack/issues/4269'],
    tags: ['tls', 'buffering'],
    lanes: [
      {
        expected: 'coalesces',
        why: 'A smaller record is full sooner: 4 KiB in place of 16. It is not flushed before, as long as buffering is on.',
        fix: [
          { change: ORIGIN_ASKS, provenBy: 'nginx/tls-small-record?response-header=x-accel-buffering: no' },
          { change: 'proxy_buffering off;', provenBy: 'nginx/tls-buffering-off' },
        ],
      },
      freedByOrigin(),
    ],
  },
];
