/** httpd in front of a FastCGI application, in the place of PHP-FPM: what is so here is httpd's. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

const DOCS = 'https://httpd.apache.org/docs/2.4';
const PROXY_PASS = `${DOCS}/mod/mod_proxy.html#proxypass`;
const PROXY_FCGI = `${DOCS}/mod/mod_proxy_fcgi.html#examples`;
/** `dispatch` passes each record down the filters; `mayflush` is whether a flush follows it. */
const FCGI_SOURCE = 'https://github.com/apache/httpd/blob/2.4.x/modules/proxy/mod_proxy_fcgi.c';

const CORE_FILTERS = 'https://github.com/apache/httpd/blob/2.4.x/server/core_filters.c';

const APP = 'fcgi-app.mjs';
const FIXES = [
  { change: 'flushpackets=on', provenBy: 'apache/fcgi-flushpackets-on' },
  {
    change: 'FlushMaxThreshold 1',
    provenBy: 'apache/fcgi-flush-max-threshold',
    loses: 'what is written of other responses of the virtual host is not gathered either',
  },
];

export const fastcgi: VariantDeclaration[] = [
  {
    id: 'fcgi',
    title: 'mod_proxy_fcgi as it comes, as before PHP-FPM',
    changes: 'ProxyPass / unix:fcgi-app.sock|fcgi://localhost/',
    files: { config: 'fcgi.conf', app: APP },
    companion: [APP],
    docs: [
      PROXY_FCGI,
      FCGI_SOURCE,
      'https://github.com/licson/libSSE-php/issues/21',
      'https://github.com/nextcloud-snap/nextcloud-snap/issues/3522',
    ],
    tags: ['fastcgi', 'buffering', 'truncation'],
    lanes: [
      {
        expected: 'coalesces',
        why: 'Unlike mod_proxy_http the module sends no flush after what it has read, and httpd writes what is not flushed by 4 KiB (THRESHOLD_MIN_WRITE in server/core_filters.c). That the script flushes does not help: FastCGI has no word for it. Of an application that dies the client learns when httpd closes the connection, after KeepAliveTimeout (5 s).',
        fix: FIXES,
      },
    ],
  },
  {
    id: 'fcgi-flushpackets-on',
    since: '2.4.31',
    title: 'mod_proxy_fcgi with a flush after each record',
    changes: 'flushpackets=on',
    files: { config: 'fcgi-flushpackets-on.conf', app: APP },
    companion: [APP],
    docs: [
      PROXY_PASS,
      PROXY_FCGI,
      'https://github.com/atk4/ui/issues/2178',
      'https://github.com/geerlingguy/drupal-vm/issues/532',
    ],
    tags: ['fastcgi', 'buffering', 'fix'],
    lanes: [
      {
        expected: 'streams',
        why: 'Here the parameter is in effect: each record of the application is followed by a flush. Threads from before httpd 2.4.31 say that it does not help, as it did not then.',
      },
    ],
  },
  {
    id: 'fcgi-flushpackets-auto',
    since: '2.4.31',
    title: 'mod_proxy_fcgi with a flush when the application has been silent for 500 ms',
    changes: 'flushpackets=auto flushwait=500',
    files: { config: 'fcgi-flushpackets-auto.conf', app: APP },
    companion: [APP],
    docs: [PROXY_PASS, FCGI_SOURCE, 'https://github.com/DOMjudge/domjudge/pull/2740'],
    tags: ['fastcgi', 'buffering'],
    lanes: [
      {
        expected: 'delays',
        why: 'What has come is flushed once nothing has come for flushwait, 500 ms here and 10 ms by default: a stream that never pauses for so long is held by 4 KiB all the same.',
        fix: FIXES,
      },
    ],
  },
  {
    id: 'fcgi-flush-max-threshold',
    title: 'mod_proxy_fcgi, and httpd told to write from one byte on',
    changes: 'FlushMaxThreshold 1',
    files: { config: 'fcgi-flush-max-threshold.conf', app: APP },
    companion: [APP],
    since: '2.4.47',
    docs: [`${DOCS}/mod/core.html#flushmaxthreshold`, CORE_FILTERS],
    tags: ['fastcgi', 'buffering', 'fix'],
    lanes: [
      {
        expected: 'streams',
        why: 'The module passes each record down by itself, and the core writes once more than so many bytes wait, whether or not a flush follows. By default that is 64 KiB, and 4 KiB where it could be written without waiting.',
      },
    ],
  },
];
