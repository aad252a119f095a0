/** What stands between the buffers and the client: compression, rewriting, subrequests. */

import type { Need, VariantDeclaration } from '../../bench/catalogue/declaration.ts';
import { PROXY_MODULE, GZIP_MODULE, CORE_MODULE, NO_BUFFERING, ORIGIN_ASKS, freedByOrigin } from './common.ts';

const GUNZIP_MODULE = 'https://nginx.org/en/docs/http/ngx_http_gunzip_module.html';
const GUNZIP_FILTER =
  'https://github.com/nginx/nginx/blob/release-1.29.7/src/http/modules/ngx_http_gunzip_filter_module.c';

/** It comes as a module, which a static program cannot load. */
const BROTLI: Need[] = [
  { built: '--with-compat' },
  { file: '/usr/lib/nginx/modules/ngx_http_brotli_filter_module.so', apt: 'libnginx-mod-http-brotli-filter' },
];

export const filters: VariantDeclaration[] = [
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
          {
            change: 'gzip in the origin, flushed after each event',
            provenBy: 'nginx/gzip-buffered?accept-encoding=gzip&content-encoding=gzip',
          },
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
        vary: { 'accept-encoding': 'gzip', 'content-encoding': 'gzip' },
        expected: 'streams',
        why: 'A response that has a Content-Encoding is left alone, and its chunks pass as they come: an origin that compresses by itself and flushes after each event keeps its gzip and streams.',
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
    id: 'gzip-types',
    title: 'gzip for prose and JSON',
    changes: 'gzip on; gzip_proxied any; gzip_types text/plain application/json;',
    files: { config: 'gzip-types.conf' },
    since: '1.1.4',
    docs: [`${GZIP_MODULE}#gzip_types`],
    tags: ['compression', 'buffering'],
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'streams',
        why: 'text/event-stream is none of the types, so it is not compressed.',
      },
      {
        vary: { 'accept-encoding': 'gzip', format: 'text' },
        expected: 'coalesces',
        why: 'The same stream as text/plain is compressed, and the compressor is not flushed while buffering is on.',
        fix: [
          {
            change: ORIGIN_ASKS,
            provenBy: 'nginx/gzip-types?accept-encoding=gzip&format=text&response-header=x-accel-buffering: no',
          },
          {
            change: 'leave the type of the stream out of gzip_types',
            provenBy: 'nginx/gzip-types?accept-encoding=gzip',
          },
        ],
      },
      freedByOrigin({ 'accept-encoding': 'gzip', format: 'text' }),
    ],
  },
  {
    id: 'ssi',
    title: 'Server-side includes in the responses of the origin',
    changes: 'ssi on; ssi_types *;',
    files: { config: 'ssi.conf' },
    since: '1.1.4',
    docs: ['https://nginx.org/en/docs/http/ngx_http_ssi_module.html#ssi'],
    tags: ['rewriting', 'buffering'],
    lanes: [
      {
        expected: 'streams',
        why: 'What cannot be the beginning of a command passes with the chunk that it came in.',
      },
    ],
  },
  {
    id: 'mirror',
    title: 'Every request to a second place too',
    changes: 'mirror /mirror;',
    files: { config: 'mirror.conf' },
    since: '1.13.4',
    docs: ['https://nginx.org/en/docs/http/ngx_http_mirror_module.html#mirror'],
    tags: ['no-effect'],
    lanes: [
      {
        expected: 'streams',
        why: 'The second request is made beside the first, and its response is ignored.',
      },
    ],
  },
  {
    id: 'auth-request',
    title: 'Every request let through by another one',
    changes: 'auth_request /auth;',
    files: { config: 'auth-request.conf' },
    since: '1.5.4',
    docs: ['https://nginx.org/en/docs/http/ngx_http_auth_request_module.html#auth_request'],
    tags: ['no-effect'],
    lanes: [
      {
        expected: 'streams',
        why: 'The other request is over before the stream begins: it may cost time to the first byte, and nothing after it.',
      },
    ],
  },
  {
    id: 'intercept-errors',
    title: 'Errors of the origin replaced by a page',
    changes: 'proxy_intercept_errors on;',
    files: { config: 'intercept-errors.conf' },
    since: '1.1.4',
    docs: [`${PROXY_MODULE}#proxy_intercept_errors`, `${CORE_MODULE}#error_page`],
    tags: ['no-effect'],
    lanes: [
      {
        expected: 'streams',
        why: 'It is decided by the status; a response of 200 passes as without it.',
      },
    ],
  },
  {
    id: 'sub-filter',
    title: 'A text replaced in every response',
    changes: 'sub_filter_once off; sub_filter_types *;',
    files: { config: 'sub-filter.conf' },
    needs: [{ built: '--with-http_sub_module' }],
    since: '1.9.4',
    docs: ['https://nginx.org/en/docs/http/ngx_http_sub_module.html#sub_filter'],
    tags: ['rewriting', 'buffering'],
    lanes: [
      {
        expected: 'streams',
        why: 'What cannot be the beginning of the text passes with the chunk that it came in.',
      },
      {
        vary: { framing: 'content-length' },
        expected: 'coalesces',
        why: 'The filter drops the length towards the client, but nginx has filled a whole buffer from the origin before.',
        fix: [
          {
            change: ORIGIN_ASKS,
            provenBy: 'nginx/sub-filter?framing=content-length&response-header=x-accel-buffering: no',
          },
          { change: 'proxy_buffering off;', provenBy: 'nginx/sub-filter-buffering-off?framing=content-length' },
        ],
      },
      freedByOrigin({ framing: 'content-length' }),
    ],
  },
  {
    id: 'sub-filter-buffering-off',
    title: 'A text replaced in every response, buffering off',
    changes: 'sub_filter_once off; sub_filter_types *; proxy_buffering off;',
    files: { config: 'sub-filter-buffering-off.conf' },
    needs: [{ built: '--with-http_sub_module' }],
    since: '1.9.4',
    docs: ['https://nginx.org/en/docs/http/ngx_http_sub_module.html#sub_filter', `${PROXY_MODULE}#proxy_buffering`],
    tags: ['rewriting', 'fix'],
    lanes: [
      {
        vary: { framing: 'content-length' },
        expected: 'streams',
        why: 'With buffering off nginx passes on what it reads, and the filter only keeps what may be the beginning of the text.',
      },
    ],
  },
  {
    id: 'gunzip',
    title: 'Unpacked for clients that do not accept gzip',
    changes: 'gunzip on;',
    files: { config: 'gunzip.conf' },
    needs: [{ built: '--with-http_gunzip_module' }],
    since: '1.3.6',
    docs: [`${GUNZIP_MODULE}#gunzip`, GUNZIP_FILTER],
    tags: ['compression', 'buffering'],
    lanes: [
      {
        vary: { 'content-encoding': 'gzip' },
        expected: 'streams',
        why: 'The filter hands on whatever zlib gives for what it was handed, with no flush of its own: each chunk that the origin flushed comes out unpacked. A client that accepts gzip gets it as it came.',
      },
      {
        vary: { 'content-encoding': 'gzip', framing: 'close-delimited' },
        expected: 'coalesces',
        why: 'A body without chunks waits for a full buffer before it comes to the filter, one memory page (4 KiB here) less the response headers, and that is 4 KiB of gzip: some 11 KB of these words, which are flushed one by one, and more of what is written in larger pieces.',
        fix: {
          change: 'proxy_buffering off;',
          provenBy: 'nginx/gunzip-buffering-off?content-encoding=gzip&framing=close-delimited',
        },
      },
    ],
  },
  {
    id: 'gunzip-buffering-off',
    title: 'Unpacked for clients that do not accept gzip, buffering off',
    changes: 'gunzip on; proxy_buffering off;',
    files: { config: 'gunzip-buffering-off.conf' },
    needs: [{ built: '--with-http_gunzip_module' }],
    since: '1.3.6',
    docs: [`${GUNZIP_MODULE}#gunzip`, GUNZIP_FILTER, `${PROXY_MODULE}#proxy_buffering`],
    tags: ['compression', 'fix'],
    lanes: [
      {
        vary: { 'content-encoding': 'gzip', framing: 'close-delimited' },
        expected: 'streams',
        why: 'With buffering off nginx hands on what it reads, and the filter unpacks it at once.',
      },
    ],
  },
  {
    id: 'slice',
    title: 'The origin asked for ranges of 1 MiB',
    changes: 'slice 1m; proxy_set_header Range $slice_range;',
    files: { config: 'slice.conf' },
    needs: [{ built: '--with-http_slice_module' }],
    since: '1.9.8',
    docs: ['https://nginx.org/en/docs/http/ngx_http_slice_module.html#slice'],
    tags: ['no-effect'],
    lanes: [
      {
        expected: 'streams',
        why: 'A stream knows no ranges: its origin answers 200, and nginx passes the response on as a whole.',
      },
    ],
  },
  {
    id: 'brotli',
    title: 'Brotli with buffering on',
    changes: 'brotli on; brotli_types *;',
    files: { config: 'brotli.conf' },
    needs: BROTLI,
    since: '1.9.11',
    docs: ['https://github.com/google/ngx_brotli'],
    tags: ['compression', 'buffering'],
    lanes: [
      {
        vary: { 'accept-encoding': 'br' },
        expected: 'buffers',
        why: 'The encoder is not flushed while buffering is on, and its window is large: what a usual stream says in minutes fits into it.',
        fix: { change: 'proxy_buffering off;', provenBy: 'nginx/brotli-buffering-off?accept-encoding=br' },
      },
      {
        vary: { 'accept-encoding': 'br', 'response-header': NO_BUFFERING },
        expected: 'streams',
        why: 'X-Accel-Buffering: no switches buffering off for this response, and without buffering nginx flushes the encoder after every read.',
      },
    ],
  },
  {
    id: 'brotli-buffering-off',
    title: 'Brotli with buffering off',
    changes: 'brotli on; brotli_types *; proxy_buffering off;',
    files: { config: 'brotli-buffering-off.conf' },
    needs: BROTLI,
    since: '1.9.11',
    docs: ['https://github.com/google/ngx_brotli', `${PROXY_MODULE}#proxy_buffering`],
    tags: ['compression', 'fix'],
    lanes: [
      {
        vary: { 'accept-encoding': 'br' },
        expected: 'streams',
        why: 'With buffering off every read of the upstream is marked to be flushed, and the encoder flushes with it.',
      },
    ],
  },
];
