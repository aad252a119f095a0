/** nginx in front of uWSGI, which it asks in the uwsgi protocol. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

export const UWSGI_MODULE = 'https://nginx.org/en/docs/http/ngx_http_uwsgi_module.html';
/** Its input filter passes on what it is given; `p->length` is the Content-Length, or -1. */
const UWSGI_SOURCE = 'https://github.com/nginx/nginx/blob/release-1.29.7/src/http/modules/ngx_http_uwsgi_module.c';
const GZIP_MODULE = 'https://nginx.org/en/docs/http/ngx_http_gzip_module.html';
const UWSGI_OPTIONS = 'https://uwsgi-docs.readthedocs.io/en/latest/Options.html';
const SOCKET_TIMEOUT = 'https://github.com/unbit/uwsgi/issues/975';
const GUIDE = 'https://13g10n.com/notes/nginx-uwsgi-streaming-response-config';

export const NO_BUFFERING = 'x-accel-buffering: no';
/** What the app can do for its own response. */
export const APP_ASKS = 'X-Accel-Buffering: no from the app';
const OFF = { change: 'uwsgi_buffering off;', provenBy: 'uwsgi/buffering-off' };

export const uwsgi: VariantDeclaration[] = [
  {
    id: 'default',
    title: 'uwsgi_pass as it comes: buffering on',
    changes: 'nothing',
    files: { config: 'default.conf', ini: 'uwsgi.ini' },
    docs: [
      `${UWSGI_MODULE}#uwsgi_buffering`,
      UWSGI_SOURCE,
      'https://github.com/gfronza/django-sse-wrapper/pull/4',
      'https://uwsgi-docs.readthedocs.io/en/latest/AttachingDaemons.html',
    ],
    tags: ['buffering', 'abort'],
    lanes: [
      {
        core: true,
        expected: 'coalesces',
        why: 'The uwsgi protocol has no chunks, so that nginx cannot see where a part that the app yielded ends: it waits for a full buffer, one memory page (4 KiB here) less the head of the response, whatever the origin’s framing was. A chunked one would pass with proxy_pass (nginx/default).',
        fix: [{ change: APP_ASKS, provenBy: `uwsgi/default?response-header=${NO_BUFFERING}` }, OFF],
      },
      {
        vary: { framing: 'content-length' },
        expected: 'coalesces',
        why: 'A length that is known makes no difference before the last buffer.',
        fix: { ...OFF, provenBy: 'uwsgi/buffering-off?framing=content-length' },
      },
      {
        vary: { 'response-header': NO_BUFFERING },
        core: true,
        expected: 'streams',
        why: 'The app may switch buffering off for its own response, which nginx obeys behind uwsgi_pass as behind proxy_pass; it takes the field out of what the client sees.',
      },
    ],
  },
  {
    id: 'buffering-off',
    title: 'Buffering off',
    changes: 'uwsgi_buffering off;',
    files: { config: 'buffering-off.conf', ini: 'uwsgi.ini' },
    docs: [`${UWSGI_MODULE}#uwsgi_buffering`, `${UWSGI_OPTIONS}#socket-timeout`, SOCKET_TIMEOUT],
    tags: ['buffering', 'backpressure', 'fix'],
    lanes: [
      {
        core: true,
        expected: 'streams',
        why: 'nginx passes on what it reads. Nothing then stands between a client that reads slowly and uWSGI, which gives up a write after socket-timeout, 4 s unless told: what such a client gets is cut, and looks complete.',
      },
      {
        vary: { framing: 'content-length' },
        expected: 'streams',
        why: 'With buffering off the length makes no difference.',
      },
    ],
  },
  {
    id: 'proxy-buffering-off',
    title: 'The directive of guides, where it says nothing',
    changes: 'proxy_buffering off;',
    files: { config: 'proxy-buffering-off.conf', ini: 'uwsgi.ini' },
    docs: [`${UWSGI_MODULE}#uwsgi_buffering`, GUIDE],
    tags: ['buffering', 'no-effect'],
    lanes: [
      {
        expected: 'coalesces',
        why: 'proxy_buffering is of proxy_pass alone. nginx accepts it in any location, and buffers what comes from uwsgi_pass as before.',
        fix: OFF,
      },
    ],
  },
  {
    id: 'small-buffers',
    title: 'Buffers of 1 KiB',
    changes: 'uwsgi_buffer_size 1k; uwsgi_buffers 8 1k; uwsgi_busy_buffers_size 2k;',
    files: { config: 'small-buffers.conf', ini: 'uwsgi.ini' },
    docs: [`${UWSGI_MODULE}#uwsgi_buffers`, 'https://blog.justincarmony.com/2011/01/24/php-nginx-and-output-flushing/'],
    tags: ['buffering'],
    lanes: [
      {
        expected: 'coalesces',
        why: 'A buffer is still to be full before it is passed on: 1,024 bytes less the head of the response at first.',
        fix: [{ change: APP_ASKS, provenBy: 'uwsgi/small-buffers?response-header=x-accel-buffering: no' }, OFF],
      },
      {
        vary: { 'response-header': NO_BUFFERING },
        expected: 'streams',
        why: 'The app’s word turns buffering off for its own response: what comes is flushed.',
      },
    ],
  },
  {
    id: 'gzip',
    title: 'gzip for event streams, with buffering on',
    changes: 'gzip on; gzip_types text/event-stream;',
    files: { config: 'gzip.conf', ini: 'uwsgi.ini' },
    docs: [`${GZIP_MODULE}#gzip_types`, `${UWSGI_MODULE}#uwsgi_buffering`],
    tags: ['compression', 'buffering'],
    lanes: [
      {
        vary: { 'accept-encoding': 'gzip' },
        expected: 'coalesces',
        why: 'The compressor is not flushed while buffering is on, so it keeps everything until it has a block worth writing, which is usually the whole stream.',
        fix: {
          change: APP_ASKS,
          provenBy: `uwsgi/gzip?accept-encoding=gzip&response-header=${NO_BUFFERING}`,
        },
      },
      {
        vary: { 'accept-encoding': 'gzip', 'response-header': NO_BUFFERING },
        expected: 'streams',
        why: 'Without buffering every read is flushed through the compressor.',
      },
    ],
  },
  {
    id: 'read-timeout-1s',
    title: 'An app that is silent for a second is given up',
    changes: 'uwsgi_buffering off; uwsgi_read_timeout 1s;',
    files: { config: 'read-timeout-1s.conf', ini: 'uwsgi.ini' },
    docs: [
      `${UWSGI_MODULE}#uwsgi_read_timeout`,
      'https://uwsgi-docs.readthedocs.io/en/latest/Glossary.html',
      'https://github.com/miguelgrinberg/Flask-SocketIO/issues/906',
    ],
    tags: ['timeouts'],
    lanes: [
      {
        expected: 'streams',
        why: 'The timeout, 60 s unless told, counts from one read to the next, so a stream that flows is not touched by it. uWSGI’s own harakiri, where it is set, counts the whole request, and ends a lively stream too.',
      },
    ],
  },
];
