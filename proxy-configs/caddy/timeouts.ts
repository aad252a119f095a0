/** Limits of time; a stream that is over within them is not touched, so what they cut is told by the measure “idle”. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

const REVERSE_PROXY = 'https://caddyserver.com/docs/caddyfile/directives/reverse_proxy';
const TRANSPORT = `${REVERSE_PROXY}#the-http-transport`;
const SERVER_TIMEOUTS = 'https://caddyserver.com/docs/caddyfile/options#timeouts';

export const timeouts: VariantDeclaration[] = [
  {
    id: 'read-timeout-1s',
    title: 'Each read from the server within a second',
    changes: 'transport http { read_timeout 1s }',
    files: { config: 'read-timeout-1s.Caddyfile' },
    docs: [TRANSPORT],
    tags: ['timeouts'],
    lanes: [
      {
        expected: 'streams',
        why: 'The timeout counts from one read to the next, so a stream that flows is not touched by it; one that pauses longer is cut, which the measure “idle” shows.',
      },
    ],
  },
  {
    id: 'response-header-timeout-1s',
    title: 'The server must begin its answer within a second',
    changes: 'transport http { response_header_timeout 1s }',
    files: { config: 'response-header-timeout-1s.Caddyfile' },
    docs: [TRANSPORT],
    tags: ['timeouts'],
    lanes: [
      {
        expected: 'streams',
        why: 'The limit ends with the response’s head: it cuts a slow first token and no stream that has begun, as the measure “idle” shows.',
      },
    ],
  },
  {
    id: 'stream-timeout-1s',
    title: 'A limit of a second on upgraded connections',
    changes: 'stream_timeout 1s',
    files: { config: 'stream-timeout-1s.Caddyfile' },
    since: '2.7.0',
    docs: [`${REVERSE_PROXY}#streaming`],
    tags: ['timeouts'],
    lanes: [
      {
        expected: 'streams',
        why: 'In spite of its name it does not touch a streamed response: it is for upgraded connections, such as WebSocket, alone.',
      },
    ],
  },
  {
    id: 'write-timeout-2s',
    title: 'A limit of two seconds on the whole response',
    changes: 'servers { timeouts { write 2s } }',
    files: { config: 'write-timeout-2s.Caddyfile' },
    docs: [SERVER_TIMEOUTS, 'https://pkg.go.dev/net/http#Server'],
    tags: ['timeouts'],
    lanes: [
      {
        expected: 'streams',
        why: 'A stream that is over within the limit is not touched by it. It counts from the request, so a longer stream is cut however lively it is; a silent one only when it is written to again.',
      },
    ],
  },
  {
    id: 'read-body-timeout-2s',
    title: 'A limit of two seconds on the request',
    changes: 'servers { timeouts { read_body 2s } }',
    files: { config: 'read-body-timeout-2s.Caddyfile' },
    docs: [SERVER_TIMEOUTS, 'https://pkg.go.dev/net/http#Server', 'https://github.com/golang/go/issues/70834'],
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
    changes: 'servers { timeouts { idle 1s } }',
    files: { config: 'idle-timeout-1s.Caddyfile' },
    docs: [SERVER_TIMEOUTS],
    tags: ['timeouts'],
    lanes: [
      {
        expected: 'streams',
        why: 'In spite of its name it does not cut a silent stream: it counts from the end of one request to the next, as the measure “idle” shows.',
      },
    ],
  },
];
