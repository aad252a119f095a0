/** How it speaks to clients and servers: the fast proxy, TLS and HTTP/2. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

const SERVICE = 'https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/http/load-balancing/service';
const FAST_PROXY = 'https://doc.traefik.io/traefik/v3.8/reference/install-configuration/experimental/fastproxy/';
const FAST_PROXY_SOURCE =
  'https://github.com/traefik/traefik/blob/03490d64525c56f0ba0b8ca5fc5d36eeba917356/pkg/proxy/fast/connpool.go';

export const protocols: VariantDeclaration[] = [
  {
    id: 'fast-proxy',
    title: 'Experimental fast proxy',
    changes: 'experimental.fastProxy: {}',
    files: { static: 'traefik-fast-proxy.yml', dynamic: 'default.yml' },
    since: '3.2.0',
    docs: [
      FAST_PROXY,
      FAST_PROXY_SOURCE,
      'https://github.com/traefik/traefik/issues/11728',
      'https://github.com/traefik/traefik/pull/11458',
      'https://github.com/traefik/traefik/issues/11507',
    ],
    tags: ['experimental'],
    lanes: [
      {
        expected: 'streams',
        why: 'The fast proxy flushes each piece of a chunked response. 3.3.3 alone writes the sizes of the chunks into the body too, which breaks it.',
      },
      {
        vary: { format: 'text' },
        expected: 'streams',
        why: 'It flushes each piece of a chunked response, whatever its type.',
      },
      {
        vary: { framing: 'content-length' },
        expected: 'coalesces',
        why: 'Only a chunked response is flushed: with a Content-Length even an event stream, headers too, waits for a full 4 KiB write buffer. The documentation does not say so.',
        fix: [
          { change: 'have the server answer chunked', provenBy: 'traefik/fast-proxy' },
          { change: 'remove experimental.fastProxy', provenBy: 'traefik/default?framing=content-length' },
        ],
      },
      {
        vary: { framing: 'close-delimited' },
        expected: 'coalesces',
        why: 'Only a chunked response is flushed: one that ends with the connection waits for a full 4 KiB write buffer. The documentation does not say so.',
        fix: [
          { change: 'have the server answer chunked', provenBy: 'traefik/fast-proxy' },
          { change: 'remove experimental.fastProxy', provenBy: 'traefik/default?framing=close-delimited' },
        ],
        earlier: {
          before: '3.3.3',
          expected: 'breaks',
          why: 'Before 3.3.3 the fast proxy passes on nothing of a body that ends with the connection, and ends the response as if it were empty: the client sees a clean end.',
          fix: [
            { change: 'have the server answer chunked', provenBy: 'traefik/fast-proxy' },
            { change: 'remove experimental.fastProxy', provenBy: 'traefik/default?framing=close-delimited' },
          ],
        },
      },
    ],
  },
  {
    id: 'fast-proxy-flush',
    title: 'Experimental fast proxy with a flush after each write',
    changes: 'experimental.fastProxy: {} and responseForwarding.flushInterval: -1',
    files: { static: 'traefik-fast-proxy.yml', dynamic: 'flush-each-write.yml' },
    since: '3.2.0',
    docs: [FAST_PROXY_SOURCE, SERVICE],
    tags: ['experimental'],
    lanes: [
      {
        vary: { framing: 'content-length' },
        expected: 'coalesces',
        why: 'The fast proxy has no flush interval: the setting is silently without effect, and the 4 KiB write buffer stays.',
        fix: {
          change: 'remove experimental.fastProxy',
          provenBy: 'traefik/default?framing=content-length',
        },
      },
    ],
  },
  {
    id: 'tls',
    title: 'TLS and HTTP/2 towards clients',
    changes: 'tls: {} at the router, and a certificate',
    files: { dynamic: 'tls.yml', certificate: '../shared/certificate.pem', key: '../shared/key.pem' },
    listens: 'https',
    docs: ['https://doc.traefik.io/traefik/reference/routing-configuration/http/tls/tls-certificates'],
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
    id: 'upstream-h2c',
    title: 'HTTP/2 to the origin',
    changes: 'url: h2c://origin:3000',
    files: { dynamic: 'upstream-h2c.yml' },
    upstream: 'h2c',
    docs: [SERVICE, 'https://github.com/traefik/traefik/pull/3371'],
    tags: ['http-version'],
    lanes: [
      {
        expected: 'streams',
        why: 'Traefik decides by the content type and the length of the response, whichever version brought it.',
      },
    ],
  },

  {
    id: 'fast-proxy-h2c',
    title: 'Experimental fast proxy, HTTP/2 to the origin',
    changes: 'experimental.fastProxy: {} and url: h2c://origin:3000',
    files: { static: 'traefik-fast-proxy.yml', dynamic: 'upstream-h2c.yml' },
    since: '3.2.0',
    upstream: 'h2c',
    docs: [FAST_PROXY],
    tags: ['experimental', 'http-version'],
    lanes: [
      {
        vary: { framing: 'content-length' },
        expected: 'streams',
        why: 'The fast proxy speaks HTTP/1.1 alone: to a server with HTTP/2 Traefik uses its usual proxy, which flushes an event stream of known length too.',
      },
    ],
  },
  {
    id: 'fast-proxy-compress',
    title: 'Experimental fast proxy with compression',
    changes: 'experimental.fastProxy: {} and compress: {}',
    files: { static: 'traefik-fast-proxy.yml', dynamic: 'compress.yml' },
    since: '3.3.5',
    docs: [FAST_PROXY_SOURCE],
    tags: ['experimental', 'compression'],
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'streams',
        why: 'The flush after each piece of a chunked response empties the compressor too.',
      },
      {
        vary: { 'accept-encoding': 'gzip', framing: 'content-length' },
        expected: 'coalesces',
        why: 'Nothing flushes the compressor, which takes in 64 KiB before it gives anything out: sixteen times what the fast proxy holds without it.',
        fix: {
          change: 'remove experimental.fastProxy',
          provenBy: 'traefik/compress?accept-encoding=gzip&framing=content-length',
        },
      },
    ],
  },
];
