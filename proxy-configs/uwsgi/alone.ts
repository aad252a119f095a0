/** uWSGI without nginx: it speaks HTTP itself. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

const HTTP = 'https://uwsgi-docs.readthedocs.io/en/latest/HTTP.html';
const OPTIONS = 'https://uwsgi-docs.readthedocs.io/en/latest/Options.html';

export const alone: VariantDeclaration[] = [
  {
    id: 'http-socket',
    title: 'uWSGI alone: its workers speak HTTP',
    changes: 'http-socket = 127.0.0.1:8080',
    files: { ini: 'http-socket.ini' },
    docs: [HTTP, 'https://github.com/unbit/uwsgi/issues/2140'],
    tags: ['framing'],
    lanes: [
      {
        expected: 'streams',
        why: 'Each part that the app yields is written at once. It ends a body without a length by closing, also one that came in chunks, which an nginx with proxy_pass before it holds (chain/nginx-before-uwsgi).',
      },
    ],
  },
  {
    id: 'start-response-nodelay',
    title: 'uWSGI alone: the head before the body',
    changes: 'start_response-nodelay = true',
    files: { ini: 'start-response-nodelay.ini' },
    docs: [OPTIONS],
    tags: ['headers'],
    lanes: [
      {
        expected: 'streams',
        why: 'Else WSGI has the head wait for the first part of the body that is not empty, so that an EventSource is not open before its first event.',
      },
    ],
  },
  {
    id: 'http',
    title: 'uWSGI alone: its HTTP router',
    changes: 'http = 127.0.0.1:8080',
    files: { ini: 'http.ini' },
    docs: [HTTP],
    tags: ['backpressure'],
    lanes: [
      {
        expected: 'streams',
        why: 'The router passes on what it reads of a worker. A client that does not read costs it memory, a few MiB.',
      },
    ],
  },
  {
    id: 'http-auto-chunked',
    title: 'The HTTP router with keep-alive and chunks',
    changes: 'http-keepalive = 1, http-auto-chunked = true',
    files: { ini: 'http-auto-chunked.ini' },
    docs: [
      HTTP,
      'https://github.com/unbit/uwsgi/issues/1526',
      'https://github.com/unbit/uwsgi/issues/2018',
      'https://github.com/unbit/uwsgi/issues/2131',
    ],
    tags: ['framing', 'truncation'],
    lanes: [
      {
        expected: 'streams',
        why: 'Each read is a chunk, on a connection that is kept open: an nginx before it passes these at once. http-keepalive takes a number; the “true” that guides write is 0 and switches both off. Of a response with a Content-Length whose app dies the client hangs.',
      },
    ],
  },
  {
    id: 'http-timeout-2s',
    title: 'The HTTP router gives up an app that is silent for two seconds',
    changes: 'http-timeout = 2',
    files: { ini: 'http-timeout-2s.ini' },
    docs: [`${OPTIONS}#http-timeout`, 'https://github.com/unbit/uwsgi/issues/2183'],
    tags: ['timeouts'],
    lanes: [
      {
        expected: 'streams',
        why: 'The timeout, 60 s unless told, counts from one read to the next, so a stream that flows is not touched by it. It is counted in whole seconds, so that silence is cut up to a second early, and the cut looks like a clean end.',
      },
    ],
  },
];
