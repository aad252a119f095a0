/** nginx in front of a FastCGI server, which uWSGI is too: what is so here is nginx's, and so with PHP-FPM. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';
import { APP_ASKS, NO_BUFFERING } from './uwsgi.ts';

const FASTCGI_MODULE = 'https://nginx.org/en/docs/http/ngx_http_fastcgi_module.html';
/** `ngx_http_fastcgi_input_filter_init`: with `keep_conn` the pipe waits for the header of a record, else for a full buffer. */
const FASTCGI_SOURCE = 'https://github.com/nginx/nginx/blob/release-1.29.7/src/http/modules/ngx_http_fastcgi_module.c';
const SYMFONY = 'https://github.com/symfony/symfony-docs/issues/4155';

export const fastcgi: VariantDeclaration[] = [
  {
    id: 'fastcgi',
    title: 'fastcgi_pass as it comes: buffering on',
    changes: 'fastcgi_pass unix:uwsgi.sock;',
    files: { config: 'fastcgi.conf', ini: 'fastcgi.ini' },
    docs: [`${FASTCGI_MODULE}#fastcgi_buffering`, FASTCGI_SOURCE, SYMFONY],
    tags: ['buffering'],
    lanes: [
      {
        expected: 'coalesces',
        why: 'Although FastCGI sends in records, nginx waits for a full buffer, one memory page (4 KiB here), in which the head of the response and 8 bytes of each record are counted.',
        fix: [
          { change: APP_ASKS, provenBy: 'uwsgi/fastcgi?response-header=x-accel-buffering: no' },
          { change: 'fastcgi_buffering off;', provenBy: 'uwsgi/fastcgi-buffering-off' },
          { change: 'fastcgi_keep_conn on;', provenBy: 'uwsgi/fastcgi-keep-conn' },
        ],
      },
      {
        vary: { 'response-header': NO_BUFFERING },
        expected: 'streams',
        why: 'The app’s word turns buffering off for its own response: what comes is flushed.',
      },
    ],
  },
  {
    id: 'fastcgi-buffering-off',
    title: 'FastCGI with buffering off',
    changes: 'fastcgi_buffering off;',
    files: { config: 'fastcgi-buffering-off.conf', ini: 'fastcgi.ini' },
    docs: [`${FASTCGI_MODULE}#fastcgi_buffering`, SYMFONY],
    tags: ['buffering', 'fix'],
    lanes: [{ expected: 'streams', why: 'nginx passes on each record as it reads it.' }],
  },
  {
    id: 'fastcgi-keep-conn',
    title: 'FastCGI with connections kept open, and buffering on',
    changes: 'fastcgi_keep_conn on;',
    files: { config: 'fastcgi-keep-conn.conf', ini: 'fastcgi.ini' },
    docs: [`${FASTCGI_MODULE}#fastcgi_keep_conn`, FASTCGI_SOURCE],
    tags: ['buffering', 'truncation', 'fix'],
    lanes: [
      {
        expected: 'streams',
        why: 'On a connection that is to be used again nginx must not read beyond a record, so it waits for the next record’s end and no longer. The documentation does not say so. But of a response with a Content-Length whose app dies, the client hangs.',
      },
    ],
  },
];
