/** How it speaks to clients and servers. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';
import { ofFullDuplex } from './incremental.ts';

const REVERSE_PROXY = 'https://caddyserver.com/docs/caddyfile/directives/reverse_proxy';
const PROTOCOLS = 'https://caddyserver.com/docs/caddyfile/options#protocols';

export const protocols: VariantDeclaration[] = [
  {
    id: 'full-duplex',
    title: 'Full duplex over HTTP/1.1',
    changes: 'enable_full_duplex',
    files: { config: 'full-duplex.Caddyfile' },
    since: '2.7.0',
    docs: [
      'https://caddyserver.com/docs/caddyfile/options#enable-full-duplex',
      'https://pkg.go.dev/net/http#ResponseController.EnableFullDuplex',
      'https://github.com/golang/go/issues/57786',
      'https://github.com/golang/go/issues/40747',
    ],
    tags: ['request', 'fix'],
    incremental: ofFullDuplex,
    lanes: [
      {
        expected: 'streams',
        why: 'A request without a body gets its response as without the option. With a body Go’s server would throw away what of it is not read when the response begins.',
      },
    ],
  },
  {
    id: 'tls',
    title: 'TLS and HTTP/2 towards clients',
    changes: 'tls certificate.pem key.pem',
    files: { config: 'tls.Caddyfile', certificate: '../shared/certificate.pem', key: '../shared/key.pem' },
    listens: 'https',
    docs: ['https://caddyserver.com/docs/caddyfile/directives/tls', PROTOCOLS],
    tags: ['tls', 'http-version'],
    lanes: [
      {
        vary: { 'http-version': '2' },
        expected: 'streams',
        why: 'What is flushed comes out as an HTTP/2 frame in a TLS record of its own.',
      },
    ],
  },
  {
    id: 'h2c',
    title: 'HTTP/2 towards clients without TLS',
    changes: 'servers { protocols h1 h2c }',
    files: { config: 'h2c.Caddyfile' },
    docs: [PROTOCOLS],
    tags: ['http-version'],
    lanes: [
      {
        vary: { 'http-version': '2' },
        expected: 'streams',
        why: 'An event stream is flushed write by write, and each flush comes out as an HTTP/2 frame.',
      },
    ],
  },
  {
    id: 'upstream-h2c',
    title: 'HTTP/2 to the origin',
    changes: 'transport http { versions h2c }',
    files: { config: 'upstream-h2c.Caddyfile' },
    upstream: 'h2c',
    docs: [`${REVERSE_PROXY}#the-http-transport`, 'https://github.com/caddyserver/caddy/issues/4777'],
    tags: ['http-version'],
    lanes: [
      {
        expected: 'streams',
        why: 'Caddy decides by the content type and the length of the response, whichever version brought it.',
      },
    ],
  },
];
