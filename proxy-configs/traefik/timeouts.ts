/** Limits of time; a stream that is over within them is not touched, so what they cut is told by the measure “idle”. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

const ENTRY_POINTS = 'https://doc.traefik.io/traefik/routing/entrypoints/#respondingtimeouts';
const FORWARDING_TIMEOUTS = 'https://doc.traefik.io/traefik/routing/overview/#forwardingtimeouts';

export const timeouts: VariantDeclaration[] = [
  {
    id: 'write-timeout-2s',
    title: 'A limit of two seconds on the whole response',
    changes: 'respondingTimeouts: { writeTimeout: 2s }',
    files: { static: 'traefik-write-timeout-2s.yml', dynamic: 'default.yml' },
    docs: [ENTRY_POINTS, 'https://pkg.go.dev/net/http#Server'],
    tags: ['timeouts'],
    lanes: [
      {
        expected: 'streams',
        why: 'A stream that is over within the limit is not touched by it. It counts from the request, so a longer stream is cut however lively it is; a silent one only when it is written to again, and a response that begins too late gets no answer at all.',
      },
    ],
  },
  {
    id: 'response-header-timeout-1s',
    title: 'A server must begin its answer within a second',
    changes: 'forwardingTimeouts: { responseHeaderTimeout: 1s }',
    files: { static: 'traefik-response-header-timeout-1s.yml', dynamic: 'default.yml' },
    docs: [FORWARDING_TIMEOUTS, 'https://pkg.go.dev/net/http#Transport'],
    tags: ['timeouts'],
    lanes: [
      {
        expected: 'streams',
        why: 'The limit ends with the response’s head: it cuts a slow first token and no stream that has begun, as the measure “idle” shows.',
      },
    ],
  },

  {
    id: 'read-timeout-2s',
    title: 'A limit of two seconds on the request',
    changes: 'respondingTimeouts: { readTimeout: 2s }',
    files: { static: 'traefik-read-timeout-2s.yml', dynamic: 'default.yml' },
    docs: [ENTRY_POINTS, 'https://pkg.go.dev/net/http#Server', 'https://github.com/golang/go/issues/70834'],
    tags: ['timeouts', 'request'],
    lanes: [
      {
        expected: 'streams',
        why: 'The limit ends with the request: once that is read Go’s server takes the deadline off, so a stream that lasts longer is not cut, as the measure “idle” shows. An upload that takes longer is. Issue 70834 is about a deadline that a handler sets itself.',
      },
    ],
  },
  {
    id: 'idle-timeout-1s',
    title: 'Idle connections closed after a second',
    changes: 'respondingTimeouts: { idleTimeout: 1s }',
    files: { static: 'traefik-idle-timeout-1s.yml', dynamic: 'default.yml' },
    docs: [ENTRY_POINTS, 'https://pkg.go.dev/net/http#Server'],
    tags: ['timeouts'],
    lanes: [
      {
        expected: 'streams',
        why: 'In spite of its name it does not cut a silent stream: it counts from the end of one request to the next, as the measure “idle” shows.',
      },
    ],
  },
  {
    id: 'keep-alive-1s',
    title: 'Connections closed after a second of use',
    changes: 'transport: { keepAliveMaxTime: 1s }',
    files: { static: 'traefik-keep-alive-1s.yml', dynamic: 'default.yml' },
    docs: ['https://doc.traefik.io/traefik/routing/entrypoints/'],
    tags: ['timeouts'],
    lanes: [
      {
        expected: 'streams',
        why: 'The limit is looked at when a request begins: a later one is told “Connection: close”, and no stream is cut.',
      },
    ],
  },
];
