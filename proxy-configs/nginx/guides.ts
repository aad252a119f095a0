/** What guides recommend for streaming, with and without an effect. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';
import { PROXY_MODULE, CORE_MODULE, EVENT_PIPE, NO_BUFFERING, ORIGIN_ASKS, freedByOrigin } from './common.ts';

export const guides: VariantDeclaration[] = [
  {
    id: 'keepalive',
    title: 'Connections to the origin are kept',
    changes: 'keepalive 16; proxy_http_version 1.1; proxy_set_header Connection "";',
    files: { config: 'keepalive.conf' },
    since: '1.1.4',
    docs: ['https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive', EVENT_PIPE],
    tags: ['buffering', 'framing', 'http-version'],
    lanes: [
      {
        expected: 'streams',
        why: 'It is HTTP/1.1 that lets a chunked stream through, which kept connections need; keeping them adds nothing to it.',
      },
      {
        vary: { framing: 'content-length' },
        expected: 'coalesces',
        why: 'A kept connection changes nothing for a response with a Content-Length: nginx fills a whole buffer first.',
        fix: [
          {
            change: ORIGIN_ASKS,
            provenBy: 'nginx/keepalive?framing=content-length&response-header=x-accel-buffering: no',
          },
          { change: 'proxy_buffering off;', provenBy: 'nginx/buffering-off?framing=content-length' },
        ],
      },
      freedByOrigin({ framing: 'content-length' }),
    ],
  },
  {
    id: 'websocket-guide',
    title: 'What guides say for a WebSocket, used for a stream',
    changes: 'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";',
    files: { config: 'websocket-guide.conf' },
    since: '1.3.13',
    docs: ['https://nginx.org/en/docs/http/websocket.html', EVENT_PIPE],
    tags: ['buffering', 'framing', 'http-version'],
    lanes: [
      {
        expected: 'streams',
        why: 'Of the three lines HTTP/1.1 is the one that helps. A client that asks for no upgrade gets an ordinary response.',
      },
      {
        vary: { framing: 'close-delimited' },
        expected: 'coalesces',
        why: 'An ordinary response is buffered as ever: only one with status 101 is not.',
        fix: [
          {
            change: ORIGIN_ASKS,
            provenBy: 'nginx/websocket-guide?framing=close-delimited&response-header=x-accel-buffering: no',
          },
          { change: 'proxy_buffering off;', provenBy: 'nginx/buffering-off?framing=close-delimited' },
        ],
      },
      freedByOrigin({ framing: 'close-delimited' }),
    ],
  },
  {
    id: 'sse-guide',
    title: 'What guides say for an event stream, all at once',
    changes: 'proxy_buffering off; proxy_cache off; chunked_transfer_encoding off; proxy_read_timeout 24h;',
    files: { config: 'sse-guide.conf' },
    since: '1.1.4',
    docs: [
      'https://serverfault.com/questions/801628/for-server-sent-events-sse-what-nginx-proxy-configuration-is-appropriate',
      `${PROXY_MODULE}#proxy_buffering`,
      `${CORE_MODULE}#chunked_transfer_encoding`,
    ],
    tags: ['buffering', 'framing', 'truncation', 'fix'],
    lanes: [
      {
        expected: 'streams',
        why: 'proxy_buffering off does it. Without chunks towards the client a stream that broke looks like one that ended, which the measure “truncation” shows.',
      },
      {
        vary: { framing: 'content-length' },
        expected: 'streams',
        why: 'With buffering off nginx passes on what it reads, whether or not the length was announced.',
      },
    ],
  },
  {
    id: 'ingress-nginx',
    title: 'The defaults of the Kubernetes ingress-nginx controller',
    changes: 'proxy_buffering off; proxy_request_buffering on; proxy_read_timeout 60s;',
    files: { config: 'ingress-nginx.conf' },
    since: '1.7.11',
    docs: [
      'https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/#proxy-buffering',
      `${PROXY_MODULE}#proxy_buffering`,
    ],
    tags: ['buffering', 'request', 'fix'],
    lanes: [
      {
        expected: 'streams',
        why: 'The controller ships with buffering of responses off. That of requests is on, and a silent origin is given up after 60 s.',
      },
      {
        vary: { framing: 'content-length' },
        expected: 'streams',
        why: 'With buffering off nginx passes on what it reads, whether or not the length was announced.',
      },
    ],
  },
  {
    id: 'tcp-flags',
    title: 'Directives about packets, which guides recommend',
    changes: 'proxy_http_version 1.0; postpone_output 0; tcp_nopush off; tcp_nodelay on;',
    files: { config: 'tcp-flags.conf' },
    since: '1.1.4',
    docs: [`${CORE_MODULE}#postpone_output`, `${CORE_MODULE}#tcp_nodelay`, EVENT_PIPE],
    tags: ['buffering', 'no-effect'],
    lanes: [
      {
        expected: 'coalesces',
        why: 'They are about what nginx has decided to send; a buffer that fills before that is held as without them (nginx/upstream-http-1-0).',
        fix: [
          { change: ORIGIN_ASKS, provenBy: 'nginx/tcp-flags?response-header=x-accel-buffering: no' },
          { change: 'proxy_buffering off;', provenBy: 'nginx/buffering-off?framing=close-delimited' },
        ],
      },
      freedByOrigin(),
    ],
  },
  {
    id: 'chunked-transfer-encoding-off',
    title: 'No chunks towards the client',
    changes: 'chunked_transfer_encoding off;',
    files: { config: 'chunked-transfer-encoding-off.conf' },
    since: '1.1.4',
    docs: [`${CORE_MODULE}#chunked_transfer_encoding`, EVENT_PIPE],
    tags: ['framing', 'truncation', 'no-effect'],
    lanes: [
      {
        expected: 'streams',
        why: 'It is the chunks of the origin that let the stream through, not those towards the client. Without the latter a stream that broke looks like one that ended.',
      },
      {
        vary: { framing: 'content-length' },
        expected: 'coalesces',
        why: 'The directive does not free what the default holds: a body with a length waits for a full buffer.',
        fix: { change: 'proxy_buffering off;', provenBy: 'nginx/buffering-off?framing=content-length' },
      },
    ],
  },
  {
    id: 'add-x-accel-buffering',
    title: 'X-Accel-Buffering added by nginx itself',
    changes: 'add_header X-Accel-Buffering no;',
    files: { config: 'add-x-accel-buffering.conf' },
    docs: ['https://nginx.org/en/docs/http/ngx_http_headers_module.html#add_header', `${PROXY_MODULE}#proxy_buffering`],
    tags: ['buffering', 'headers', 'no-effect'],
    lanes: [
      {
        vary: { framing: 'content-length' },
        expected: 'coalesces',
        why: 'nginx obeys the header in what the origin answers. Added to what the client gets it is too late for this nginx; only another one in front of it would obey.',
        fix: [
          { change: ORIGIN_ASKS, provenBy: `nginx/default?framing=content-length&response-header=${NO_BUFFERING}` },
          { change: 'proxy_buffering off;', provenBy: 'nginx/buffering-off?framing=content-length' },
        ],
      },
    ],
  },
  {
    id: 'request-x-accel-buffering',
    title: 'X-Accel-Buffering sent to the origin',
    changes: 'proxy_set_header X-Accel-Buffering no;',
    files: { config: 'request-x-accel-buffering.conf' },
    docs: [`${PROXY_MODULE}#proxy_set_header`, `${PROXY_MODULE}#proxy_buffering`],
    tags: ['buffering', 'headers', 'no-effect'],
    lanes: [
      {
        vary: { framing: 'content-length' },
        expected: 'coalesces',
        why: 'It is a header of responses: in a request it tells nobody anything, and nginx fills a whole buffer first.',
        fix: [
          { change: ORIGIN_ASKS, provenBy: `nginx/default?framing=content-length&response-header=${NO_BUFFERING}` },
          { change: 'proxy_buffering off;', provenBy: 'nginx/buffering-off?framing=content-length' },
        ],
      },
    ],
  },
  {
    id: 'buffering-by-variable',
    title: 'Buffering switched by a variable',
    changes: 'proxy_buffering $buffering;',
    files: { config: 'buffering-by-variable.conf' },
    docs: [`${PROXY_MODULE}#proxy_buffering`],
    tags: ['refused', 'buffering'],
    lanes: [
      {
        expected: 'refused',
        why: 'The directive takes on or off and no variable, so nginx does not start. What may be switched for each response is the header X-Accel-Buffering, by the origin.',
        fix: [
          { change: 'proxy_buffering off; in place of the variable', provenBy: 'nginx/buffering-off' },
          { change: 'proxy_buffering on; in place of the variable', provenBy: 'nginx/default' },
        ],
      },
    ],
  },
];
