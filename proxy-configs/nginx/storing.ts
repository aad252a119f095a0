/** What nginx keeps of a response, and for whom it fetches it. */

import type { Fix, VariantDeclaration } from '../../bench/catalogue/declaration.ts';
import { BEFORE_HTTP_1_1, PROXY_MODULE } from './common.ts';

/** `ngx_http_file_cache_lock` lets a request look again each 500 ms; `ngx_http_file_cache_free` lets the lock go. */
const FILE_CACHE = 'https://github.com/nginx/nginx/blob/release-1.29.7/src/http/ngx_http_file_cache.c';
const PARTIAL_ISSUE = 'https://github.com/nginx/nginx/issues/237';
const LOCK = `${PROXY_MODULE}#proxy_cache_lock`;

/** `$is_stream` by a map of the Content-Type. */
const NO_CACHE = 'proxy_no_cache $is_stream;';
const NOT_KEPT: Fix = { change: NO_CACHE, provenBy: 'nginx/no-cache' };
const NOT_KEPT_WITH_LOCK: Fix = { change: NO_CACHE, provenBy: 'nginx/cache-lock-no-cache' };

export const storing: VariantDeclaration[] = [
  {
    id: 'cache',
    title: 'A cache for every response',
    changes: 'proxy_cache app; proxy_cache_valid 200 1m;',
    files: { config: 'cache.conf' },
    docs: [`${PROXY_MODULE}#proxy_cache`, `${PROXY_MODULE}#proxy_cache_valid`],
    tags: ['cache', 'abort', 'backpressure', 'reuse'],
    lanes: [
      {
        expected: 'streams',
        why: 'A response that is being stored is passed on chunk by chunk at the same time. It is taken in to its end whatever the client does: one that left is not told to the origin, and one that does not read does not slow it. A second client of the URL gets a stream of its own while the first’s flows; one that asks after it gets the stored words in one lump, as the measure “reuse” shows.',
        reuseFix: NOT_KEPT,
        earlier: BEFORE_HTTP_1_1,
      },
      {
        vary: { 'response-header': 'cache-control: no-cache' },
        expected: 'streams',
        why: 'Fields of the response count before proxy_cache_valid: a stream that is marked so is not stored, and each client gets one of its own.',
        earlier: BEFORE_HTTP_1_1,
      },
    ],
  },
  {
    id: 'cache-lock',
    title: 'A cache that one request at a time fills',
    changes: 'proxy_cache app; proxy_cache_valid 200 1m; proxy_cache_lock on;',
    files: { config: 'cache-lock.conf' },
    since: '1.1.12',
    docs: [LOCK, FILE_CACHE, PARTIAL_ISSUE],
    tags: ['cache', 'reuse'],
    lanes: [
      {
        expected: 'streams',
        why: 'Of the first client’s stream nothing is held. A second client of the URL gets not even a head until that has come to its end, and then all of it at once (“reuse”): it looks again each 500 ms, and asks the origin itself after proxy_cache_lock_timeout, 5 s.',
        reuseFix: NOT_KEPT_WITH_LOCK,
      },
    ],
  },
  {
    id: 'cache-lock-timeout-0',
    title: 'A cache that one request at a time fills, and that no other waits for',
    changes: 'proxy_cache_lock on; proxy_cache_lock_timeout 0s;',
    files: { config: 'cache-lock-timeout-0.conf' },
    since: '1.1.12',
    docs: [`${PROXY_MODULE}#proxy_cache_lock_timeout`, 'https://github.com/bntjah/lancache/issues/95'],
    tags: ['cache', 'reuse', 'fix'],
    lanes: [
      {
        expected: 'streams',
        why: 'A second client is passed to the origin at once and has a stream of its own, which is not stored; one that asks after the first’s end gets what was stored of that (“reuse”).',
        reuseFix: NOT_KEPT_WITH_LOCK,
      },
    ],
  },
  {
    id: 'cache-lock-no-cache',
    title: 'A cache with a lock that keeps no event streams',
    changes: 'proxy_cache_lock on; proxy_no_cache $is_stream;',
    files: { config: 'cache-lock-no-cache.conf' },
    since: '1.1.12',
    docs: [`${PROXY_MODULE}#proxy_no_cache`, FILE_CACHE],
    tags: ['cache', 'reuse', 'fix'],
    lanes: [
      {
        expected: 'streams',
        why: 'Whether a response is kept is decided when its head has come, and with that the lock is let go: later clients get a stream of their own (“reuse”). Those that asked before the head wait for it, and up to 500 ms more.',
      },
    ],
  },
  {
    id: 'cache-bypass',
    title: 'A cache that the paths of streams have nothing to do with',
    changes: 'proxy_cache_lock on; proxy_cache_bypass $is_stream; proxy_no_cache $is_stream;',
    files: { config: 'cache-bypass.conf' },
    since: '1.1.12',
    docs: [`${PROXY_MODULE}#proxy_cache_bypass`, `${PROXY_MODULE}#proxy_no_cache`],
    tags: ['cache', 'reuse', 'abort', 'fix'],
    lanes: [
      {
        expected: 'streams',
        why: 'The cache is not looked into, so that there is no lock to wait for and nothing stored to be given, whatever the response says of itself (“reuse”).',
      },
    ],
  },
  {
    id: 'cache-1s',
    title: 'A cache for a second',
    changes: 'proxy_cache app; proxy_cache_valid 200 1s;',
    files: { config: 'cache-1s.conf' },
    docs: [`${PROXY_MODULE}#proxy_cache_valid`],
    tags: ['cache', 'reuse'],
    lanes: [
      {
        expected: 'streams',
        why: 'The second counts from the head of a response: one that asks right after a stream of that length gets what was stored of it, since nginx counts whole seconds, and two seconds later one of its own (“reuse”).',
        reuseFix: NOT_KEPT,
      },
    ],
  },
  {
    id: 'cache-stale',
    title: 'A cache that gives out what is not fresh while it fetches it anew',
    changes: 'proxy_cache_valid 200 1s; proxy_cache_use_stale updating; proxy_cache_background_update on;',
    files: { config: 'cache-stale.conf' },
    since: '1.11.10',
    docs: [`${PROXY_MODULE}#proxy_cache_background_update`, `${PROXY_MODULE}#proxy_cache_use_stale`],
    tags: ['cache', 'reuse'],
    lanes: [
      {
        expected: 'streams',
        why: 'Whoever asks for what is not fresh any more gets the stored words of an earlier stream in one lump, and the origin makes a new one that nobody sees but the cache (“reuse”).',
        reuseFix: NOT_KEPT,
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
        earlier: BEFORE_HTTP_1_1,
      },
    ],
  },
  {
    id: 'no-cache',
    title: 'A cache that keeps no event streams',
    changes: 'proxy_cache app; proxy_cache_valid 200 1m; proxy_no_cache $is_stream;',
    files: { config: 'no-cache.conf' },
    since: '1.1.4',
    docs: [`${PROXY_MODULE}#proxy_no_cache`, `${PROXY_MODULE}#proxy_cache`],
    tags: ['cache', 'abort', 'reuse', 'fix'],
    lanes: [
      {
        expected: 'streams',
        why: 'What is not kept is fetched for its client alone: unlike with nginx/cache the origin is told of one that left, which the measure “abort” shows, and each client gets a stream of its own (“reuse”).',
      },
    ],
  },
  {
    id: 'store',
    title: 'A copy of every response as a file',
    changes: 'proxy_store store$uri;',
    files: { config: 'store.conf' },
    since: '1.1.4',
    docs: [`${PROXY_MODULE}#proxy_store`],
    tags: ['cache', 'abort'],
    lanes: [
      {
        expected: 'streams',
        why: 'A response is passed on chunk by chunk while it is stored. It is taken in to its end whatever the client does: one that left is not told to the origin.',
      },
    ],
  },
];
