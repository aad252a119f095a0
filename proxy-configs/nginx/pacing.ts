/** What slows or ends a stream by a clock. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';
import { PROXY_MODULE, CORE_MODULE, UPSTREAM, NO_BUFFERING, ORIGIN_ASKS } from './common.ts';

/** `ngx_event_add_timer` keeps a timer that is set already where the new end differs by less than NGX_TIMER_LAZY_DELAY. */
const TIMERS = 'https://github.com/nginx/nginx/blob/release-1.29.7/src/event/ngx_event_timer.h';

export const pacing: VariantDeclaration[] = [
  {
    id: 'read-timeout-1s',
    title: 'An origin that is silent for a second is given up',
    changes: 'proxy_http_version 1.1; proxy_read_timeout 1s;',
    files: { config: 'read-timeout-1s.conf' },
    docs: [`${PROXY_MODULE}#proxy_read_timeout`, TIMERS],
    tags: ['timeouts'],
    lanes: [
      {
        core: true,
        expected: 'streams',
        why: 'The timeout counts from one read to the next, so a stream that flows is not touched by it; one that pauses longer is cut, which the measure “idle” shows. It may come up to 300 ms sooner: a timer is not set anew for less (NGX_TIMER_LAZY_DELAY).',
      },
    ],
  },
  {
    id: 'send-timeout-1s',
    title: 'A client that takes nothing for a second is given up',
    changes: 'send_timeout 1s;',
    files: { config: 'send-timeout-1s.conf' },
    since: '1.1.4',
    docs: [`${CORE_MODULE}#send_timeout`],
    tags: ['timeouts', 'no-effect'],
    lanes: [
      {
        expected: 'streams',
        why: 'The timeout counts from one write to the client to the next that it does not take. A stream whose origin is silent waits for no client and is not cut by it, which the measure “idle” shows; proxy_read_timeout is what cuts that one.',
      },
    ],
  },
  {
    id: 'limit-rate',
    title: 'No more than 2 KiB a second to each client',
    changes: 'limit_rate 2k;',
    files: { config: 'limit-rate.conf' },
    since: '1.1.4',
    docs: [`${CORE_MODULE}#limit_rate`, UPSTREAM],
    tags: ['rate-limit'],
    lanes: [
      {
        expected: 'delays',
        why: 'After each write nginx pauses for as long as its bytes are worth at that rate, and a word that comes by then waits for the end of the pause: of a stream slower than the rate none is held, of one faster each longer than the last; words in lock-step keep to the rate. Once the bytes of a second of the clock are used up, what is there waits for more from the backend: at 1k word 22 of a stream that began with a second did so for longer than a second.',
        fix: {
          change: ORIGIN_ASKS,
          provenBy: 'nginx/limit-rate?response-header=x-accel-buffering: no',
        },
      },
      {
        vary: { 'response-header': NO_BUFFERING },
        expected: 'streams',
        why: 'For a response that is not buffered nginx sets the rate back to none (ngx_http_upstream_send_response), which the documentation of limit_rate does not say.',
      },
    ],
  },
  {
    id: 'proxy-limit-rate',
    title: 'No more than 1 KiB a second from the origin',
    changes: 'proxy_limit_rate 1k;',
    files: { config: 'proxy-limit-rate.conf' },
    since: '1.7.7',
    docs: [`${PROXY_MODULE}#proxy_limit_rate`],
    tags: ['rate-limit', 'buffering'],
    lanes: [
      {
        expected: 'delays',
        why: 'After each read nginx pauses for as long as its bytes are worth at that rate, and a word that comes by then waits for the end of the pause: of a stream slower than the rate none is held, of one faster each longer than the last; words in lock-step keep to the rate. Once the bytes of a second of the clock are used up, what is there waits for more from the backend: at 1k word 22 of a stream that began with a second did so for longer than a second.',
        fix: { change: 'proxy_buffering off;', provenBy: 'nginx/proxy-limit-rate-buffering-off' },
      },
    ],
  },
  {
    id: 'proxy-limit-rate-buffering-off',
    title: 'No more than 1 KiB a second from the origin, buffering off',
    changes: 'proxy_limit_rate 1k; proxy_buffering off;',
    files: { config: 'proxy-limit-rate-buffering-off.conf' },
    since: '1.7.7',
    docs: [`${PROXY_MODULE}#proxy_limit_rate`],
    tags: ['rate-limit', 'fix'],
    lanes: [
      {
        expected: 'streams',
        why: 'The limit works only where responses are buffered, as its documentation says.',
      },
    ],
  },
];
