/** What else stands in the way of a response: middlewares, and services of services. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

const BUFFERING = 'https://doc.traefik.io/traefik/v3.8/reference/routing-configuration/http/middlewares/buffering/';
const RETRY = 'https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/retry/';
const FORWARD_AUTH = 'https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/http/middlewares/forwardauth';
const SERVICE = 'https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/http/load-balancing/service';

export const middlewares: VariantDeclaration[] = [
  {
    id: 'buffering',
    title: 'Request limit by the buffering middleware',
    changes: 'buffering: { maxRequestBodyBytes: 2000000, memResponseBodyBytes: 1000000 }',
    files: { dynamic: 'buffering.yml' },
    docs: [BUFFERING, 'https://github.com/traefik/traefik/issues/12869'],
    tags: ['request', 'backpressure'],
    lanes: [
      {
        core: true,
        expected: 'buffers',
        why: 'The middleware collects the whole response, headers too, even where only requests are to be limited; no option of the file turns that off.',
        fix: { change: 'take the buffering middleware off this router', provenBy: 'traefik/default' },
      },
      {
        vary: { framing: 'content-length' },
        expected: 'buffers',
        why: 'The whole response is collected, whatever its framing.',
        fix: {
          change: 'take the buffering middleware off this router',
          provenBy: 'traefik/default?framing=content-length',
        },
      },
      {
        vary: { format: 'text' },
        expected: 'buffers',
        why: 'The whole response is collected, whatever its type.',
        fix: { change: 'take the buffering middleware off this router', provenBy: 'traefik/default?format=text' },
      },
      {
        vary: { 'response-header': 'x-accel-buffering: no' },
        expected: 'buffers',
        why: 'X-Accel-Buffering is a header of nginx; Traefik does not look at it.',
        fix: { change: 'take the buffering middleware off this router', provenBy: 'traefik/default' },
      },
    ],
  },
  {
    id: 'retry',
    title: 'Retries',
    changes: 'retry: { attempts: 3 }',
    files: { dynamic: 'retry.yml' },
    docs: ['https://doc.traefik.io/traefik/middlewares/http/retry/'],
    lanes: [
      {
        expected: 'streams',
        why: 'A request is tried again only as long as no response has begun, so nothing of a response is kept for it.',
      },
    ],
  },

  {
    id: 'buffering-on-disk',
    title: 'Response buffering on disk',
    changes: 'buffering: { memResponseBodyBytes: 1024 }',
    files: { dynamic: 'buffering-on-disk.yml' },
    docs: [BUFFERING],
    tags: ['backpressure'],
    lanes: [
      {
        expected: 'buffers',
        why: 'The limit says how much is kept in memory before a temporary file is begun, not how much is collected: a small one does not let the stream through any sooner.',
        fix: { change: 'take the buffering middleware off this router', provenBy: 'traefik/default' },
      },
    ],
  },
  {
    id: 'buffering-response-limit',
    title: 'Limit on responses by the buffering middleware',
    changes: 'buffering: { maxResponseBodyBytes: 65536 }',
    files: { dynamic: 'buffering-response-limit.yml' },
    docs: [BUFFERING],
    lanes: [
      {
        expected: 'breaks',
        why: 'The whole response is collected, and where it turns out longer than 64 KiB the client gets a 500 instead, and nothing of the stream.',
        fix: { change: 'take the buffering middleware off this router', provenBy: 'traefik/default' },
      },
    ],
  },
  {
    id: 'buffering-retry',
    title: 'Retries by the buffering middleware',
    changes: 'buffering: { retryExpression: IsNetworkError() && Attempts() < 2 }',
    files: { dynamic: 'buffering-retry.yml' },
    docs: [BUFFERING],
    lanes: [
      {
        expected: 'buffers',
        why: 'To be able to ask again after a failure, the middleware sends nothing before the response is complete.',
        fix: { change: 'retry: { attempts: 3 }', provenBy: 'traefik/retry' },
      },
    ],
  },
  {
    id: 'retry-status',
    title: 'Retries of responses with status 500 to 599',
    changes: 'retry: { attempts: 3, status: ["500-599"], timeout: 1s }',
    files: { dynamic: 'retry-status.yml' },
    since: '3.7.0',
    docs: [RETRY, 'https://github.com/traefik/traefik/pull/12667'],
    tags: ['timeouts', 'request'],
    lanes: [
      {
        expected: 'streams',
        why: 'The status alone decides whether the request is sent again, so a response with another status is passed on write by write. The timeout ends the tries, not a response: neither a slow first token nor a silent stream is cut by it.',
      },
    ],
  },
  {
    id: 'errors',
    title: 'Error pages',
    changes: 'errors: { status: ["500-599"], service: app, query: /healthz }',
    files: { dynamic: 'errors.yml' },
    docs: ['https://doc.traefik.io/traefik/middlewares/http/errorpages/'],
    lanes: [
      {
        expected: 'streams',
        why: 'Only a response whose status is in the list is replaced; any other is passed on write by write.',
      },
      {
        vary: { format: 'text', framing: 'content-length' },
        expected: 'delays',
        why: 'The flush interval of 100 ms for responses of known length is passed through the middleware.',
        fix: {
          change: 'responseForwarding.flushInterval: -1',
          provenBy: 'traefik/flush-each-write?format=text&framing=content-length',
        },
      },
    ],
  },
  {
    id: 'x-accel-buffering',
    title: 'X-Accel-Buffering set by Traefik',
    changes: 'headers: { customResponseHeaders: { X-Accel-Buffering: "no" } }',
    files: { dynamic: 'x-accel-buffering.yml' },
    docs: ['https://doc.traefik.io/traefik/middlewares/http/headers/'],
    tags: ['headers'],
    lanes: [
      {
        vary: { format: 'text', framing: 'content-length' },
        expected: 'delays',
        why: 'The header tells an nginx in front of Traefik to stream, and Traefik itself nothing: its flush interval of 100 ms stays.',
        fix: {
          change: 'responseForwarding.flushInterval: -1',
          provenBy: 'traefik/flush-each-write?format=text&framing=content-length',
        },
      },
    ],
  },
  {
    id: 'forward-auth',
    title: 'A guard that is asked first',
    changes: 'forwardAuth: { address: http://origin:3000/healthz }',
    files: { dynamic: 'forward-auth.yml' },
    docs: [FORWARD_AUTH],
    tags: ['request'],
    lanes: [
      {
        expected: 'streams',
        why: 'The guard is asked and has answered before the request is passed on; the response does not go through it.',
      },
    ],
  },
  {
    id: 'forward-auth-body',
    title: 'A guard that gets the body of the request',
    changes: 'forwardAuth: { address: http://origin:3000/healthz, forwardBody: true, maxBodySize: 10485760 }',
    files: { dynamic: 'forward-auth-body.yml' },
    since: '3.3.0',
    docs: [FORWARD_AUTH],
    tags: ['request'],
    lanes: [
      {
        expected: 'streams',
        why: 'Only the body of the request is collected for the guard; the response does not go through it.',
      },
    ],
  },
  {
    id: 'circuit-breaker',
    title: 'Circuit breaker',
    changes: 'circuitBreaker: { expression: NetworkErrorRatio() > 0.9 }',
    files: { dynamic: 'circuit-breaker.yml' },
    docs: ['https://doc.traefik.io/traefik/middlewares/http/circuitbreaker/'],
    lanes: [
      {
        expected: 'streams',
        why: 'The breaker looks at the status and at how long it took, and passes each write on.',
      },
    ],
  },
  {
    id: 'mirroring',
    title: 'A copy of each request for a second service',
    changes: 'mirroring: { service: app, mirrors: [{ name: shadow, percent: 100 }] }',
    files: { dynamic: 'mirroring.yml' },
    docs: [
      SERVICE,
      'https://github.com/traefik/traefik/blob/06f0c80c1e41a82e61827f715e71758d00d2d0f0/pkg/server/service/loadbalancer/mirror/mirror.go',
    ],
    tags: ['request'],
    lanes: [
      {
        expected: 'streams',
        why: 'The copy is sent when the response is over, and its answer thrown away: what the client gets does not wait for it. The body of the request is held to its end, to be sent twice.',
      },
    ],
  },
  {
    id: 'mirroring-without-body',
    title: 'A copy of each request, without its body',
    changes: 'mirroring: { service: app, mirrorBody: false, mirrors: [{ name: shadow, percent: 100 }] }',
    files: { dynamic: 'mirroring-without-body.yml' },
    since: '3.2.0',
    docs: [SERVICE, 'https://github.com/traefik/traefik/issues/13292'],
    tags: ['request', 'fix'],
    lanes: [
      {
        expected: 'streams',
        why: 'As nothing of the body is to be sent twice, the request is passed on as it comes, and so is the response. The copy itself fails where the request has a body, as the issue says.',
      },
    ],
  },
  {
    id: 'failover-status',
    title: 'A second service for responses with status 500 to 504',
    changes: 'failover: { service: app, fallback: spare, errors: { status: ["500-504"] } }',
    files: { dynamic: 'failover-status.yml' },
    since: '3.7.0',
    docs: [SERVICE, 'https://github.com/traefik/traefik/pull/12596'],
    tags: ['request'],
    lanes: [
      {
        expected: 'streams',
        why: 'The status alone decides, so a response with another status is passed on write by write. To be able to ask again, it holds the whole body of the request.',
      },
    ],
  },
  {
    id: 'access-log',
    title: 'Buffered access log',
    changes: 'accessLog: { bufferingSize: 100 }',
    files: { static: 'traefik-access-log.yml', dynamic: 'default.yml' },
    docs: ['https://doc.traefik.io/traefik/observability/access-logs/'],
    lanes: [{ expected: 'streams', why: 'What is buffered are lines of the log, nothing of a response.' }],
  },
];
