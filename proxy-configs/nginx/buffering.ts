/** What decides how much of a response nginx gathers before it passes any of it on. */

import type { Fix, VariantDeclaration, Vary } from '../../bench/catalogue/declaration.ts';
import {
  PROXY_MODULE,
  EVENT_PIPE,
  UPSTREAM,
  HTTP_1_1_BY_DEFAULT,
  NO_BUFFERING,
  BEFORE_HTTP_1_1,
  ORIGIN_ASKS,
} from './common.ts';

/** What frees a stream that nginx buffers as it comes. */
function unbuffered(stream: string): Fix[] {
  return [
    { change: ORIGIN_ASKS, provenBy: `nginx/default?${stream}&response-header=${NO_BUFFERING}` },
    { change: 'proxy_buffering off;', provenBy: `nginx/buffering-off?${stream}` },
  ];
}

export const buffering: VariantDeclaration[] = [
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
      'https://nginx.org/en/docs/http/ngx_http_core_module.html#tcp_nodelay',
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
        why: 'With buffering on nginx waits for the rest of an HTTP chunk and no longer, so an origin that writes each event as one chunk gets it through without waiting for a full buffer, and not the whole response is held, as guides say. Over a network it is not always at once: with buffering on nginx leaves Nagle’s algorithm on for a plain connection (tcp_nodelay acts on keep-alive, TLS, unbuffered proxying and WebSocket). From a client that delays its ACKs, which this lane on loopback does not see, up to four words came together and gaps of up to 48 ms were measured: 42 reads for 100 words, against 98 to 102 with buffering off. This is plain HTTP: on a TLS listener nginx holds 16 KiB of the same stream (nginx/tls) as long as buffering is on.',
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
        fix: unbuffered('framing=content-length'),
      },
      {
        vary: { framing: 'close-delimited' },
        expected: 'coalesces',
        why: 'A body that ends with the connection has no chunks to wait for, so nginx fills a whole buffer first: one memory page (4 KiB here) less the response headers.',
        fix: unbuffered('framing=close-delimited'),
      },
      {
        vary: { chunk: '16384' },
        expected: 'coalesces',
        why: 'An HTTP chunk that is larger than a buffer passes in whole buffers, and what is left of it waits: the last bytes of a large event come only with the next one.',
        // HTTP/1.1 alone would not free it.
        earlier: { ...BEFORE_HTTP_1_1, fix: unbuffered('chunk=16384') },
        fix: unbuffered('chunk=16384'),
      },
      {
        vary: { framing: 'piecewise' },
        expected: 'coalesces',
        why: 'The whole body is one HTTP chunk here, announced first and filled bit by bit: nginx waits for the end of that chunk or for a full buffer (4 KiB), as it does with a Content-Length. It is the complete HTTP chunk that passes at once, not the flush of the origin.',
        fix: unbuffered('framing=piecewise'),
      },
      {
        vary: { framing: 'content-length', 'response-header': NO_BUFFERING },
        core: true,
        expected: 'streams',
        why: 'The origin may switch buffering off for its own response with X-Accel-Buffering: no; nginx obeys, and takes the header out of what the client sees.',
      },
      ...([{ framing: 'close-delimited' }, { framing: 'piecewise' }, { chunk: '16384' }] satisfies Vary[]).map(
        (stream) =>
          ({
            vary: { ...stream, 'response-header': NO_BUFFERING },
            expected: 'streams',
            why: 'With buffering off for this response nothing waits for a buffer to fill, whatever marks the end of the body and however large a chunk is.',
          }) as const,
      ),
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
        earlier: BEFORE_HTTP_1_1,
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
        fix: { change: 'no chunked_encoding off;', provenBy: 'nginx/default' },
      },
    ],
  },
];
