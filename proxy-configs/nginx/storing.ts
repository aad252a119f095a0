/** What nginx keeps of a response, and for whom it fetches it. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';
import { BEFORE_HTTP_1_1, PROXY_MODULE } from './common.ts';

export const storing: VariantDeclaration[] = [
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
        earlier: BEFORE_HTTP_1_1,
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
    tags: ['cache', 'abort', 'fix'],
    lanes: [
      {
        expected: 'streams',
        why: 'What is not kept is fetched for its client alone: unlike with nginx/cache the origin is told of one that left, which the measure “abort” shows.',
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
