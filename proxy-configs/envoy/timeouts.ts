/** Limits of time; a stream that is over within them is not touched, so what they cut is told by the measure “idle”. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

const TIMEOUTS = 'https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts';
const DELAYED_CLOSE =
  'https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto#envoy-v3-api-field-extensions-filters-network-http-connection-manager-v3-httpconnectionmanager-delayed-close-timeout';
const RETRIES =
  'https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/route/v3/route_components.proto#envoy-v3-api-msg-config-route-v3-retrypolicy';

export const timeouts: VariantDeclaration[] = [
  {
    id: 'timeouts-off',
    title: 'No limit on long or silent streams',
    changes: 'route.timeout: 0s and stream_idle_timeout: 0s',
    files: { config: 'timeouts-off.yaml' },
    docs: [TIMEOUTS],
    tags: ['timeouts'],
    lanes: [
      {
        expected: 'streams',
        why: 'By default Envoy cuts a response that is not complete after 15 s, and one that is silent for 5 minutes; here neither. Delivery is the same.',
      },
    ],
  },
  {
    id: 'stream-idle-timeout-1s',
    title: 'A stream that is silent for a second is cut',
    changes: 'stream_idle_timeout: 1s',
    files: { config: 'stream-idle-timeout-1s.yaml' },
    docs: [TIMEOUTS, DELAYED_CLOSE],
    tags: ['timeouts'],
    lanes: [
      {
        expected: 'streams',
        why: 'Each piece of the body starts the timeout anew, so a stream that flows is not touched by it; one that pauses longer is cut. The origin is left then, and the client’s connection closed a second later (delayed_close_timeout).',
      },
    ],
  },
  {
    id: 'route-timeout-2s',
    title: 'A limit of two seconds on the whole response',
    changes: 'route.timeout: 2s',
    files: { config: 'route-timeout-2s.yaml' },
    docs: [TIMEOUTS],
    tags: ['timeouts'],
    lanes: [
      {
        expected: 'streams',
        why: 'A stream that is over within the limit is not touched by it. It counts from the request and not from the last piece, so a longer stream is cut however lively it is: with the default of 15 s too.',
      },
    ],
  },
  {
    id: 'max-stream-duration-2s',
    title: 'A limit of two seconds on request and response',
    changes: 'max_stream_duration: 2s',
    files: { config: 'max-stream-duration-2s.yaml' },
    docs: [TIMEOUTS],
    tags: ['timeouts'],
    lanes: [
      {
        expected: 'streams',
        why: 'A stream that is over within the limit is not touched by it. It counts from the request, so a longer stream is cut however lively it is.',
      },
    ],
  },
  {
    id: 'idle-timeout-1s',
    title: 'Idle connections closed after a second',
    changes: 'common_http_protocol_options.idle_timeout: 1s',
    files: { config: 'idle-timeout-1s.yaml' },
    docs: [TIMEOUTS],
    tags: ['timeouts'],
    lanes: [
      {
        expected: 'streams',
        why: 'In spite of its name it does not cut a silent stream: it counts while there is no request on the connection, as the measure “idle” shows.',
      },
    ],
  },
  {
    id: 'per-try-idle-timeout-1s',
    title: 'An attempt that is silent for a second is given up',
    changes: 'retry_policy.per_try_idle_timeout: 1s',
    files: { config: 'per-try-idle-timeout-1s.yaml' },
    docs: [TIMEOUTS, RETRIES],
    tags: ['timeouts'],
    lanes: [
      {
        expected: 'streams',
        why: 'Each piece of the body starts the timeout anew. It counts after the response’s head too, so a stream that pauses longer is cut, and nothing is sent again then.',
      },
    ],
  },
  {
    id: 'retries',
    title: 'Retries, each attempt to answer within a second',
    changes: 'retry_policy: { retry_on: 5xx,reset,connect-failure, per_try_timeout: 1s }',
    files: { config: 'retries.yaml' },
    docs: [TIMEOUTS, RETRIES],
    tags: ['timeouts', 'request'],
    lanes: [
      {
        expected: 'streams',
        why: 'per_try_timeout ends with the response’s head, so nothing of a response is held or cut. A first token that takes longer makes Envoy ask the origin again, each time from the start.',
      },
    ],
  },
];
