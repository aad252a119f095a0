/** What else stands in the way of a request or a response. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';
import { ofProxyStatusName, ofRequestBuffers, ofResponseBuffers } from './incremental.ts';

const REVERSE_PROXY = 'https://caddyserver.com/docs/caddyfile/directives/reverse_proxy';
const INCREMENTAL = 'https://github.com/caddyserver/caddy/pull/8020';
const UNBUFFERED = 'caddy/default?response-header=incremental: ?1';

export const handlers: VariantDeclaration[] = [
  {
    id: 'request-buffers',
    title: 'Request buffering',
    changes: 'request_buffers 64KiB',
    files: { config: 'request-buffers.Caddyfile' },
    since: '2.6.3',
    docs: [
      REVERSE_PROXY,
      'https://caddyserver.com/docs/json/apps/http/servers/routes/handle/reverse_proxy/request_buffers/',
    ],
    tags: ['request'],
    incremental: ofRequestBuffers,
    lanes: [
      {
        expected: 'streams',
        why: 'Only the body of the request is collected; a request without one is passed on at once, and its response write by write.',
      },
    ],
  },
  {
    id: 'response-buffers',
    title: 'Response buffering',
    changes: 'response_buffers 64KiB',
    files: { config: 'response-buffers.Caddyfile' },
    docs: [
      REVERSE_PROXY,
      'https://caddyserver.com/docs/json/apps/http/servers/routes/handle/reverse_proxy/response_buffers/',
      INCREMENTAL,
    ],
    incremental: ofResponseBuffers,
    lanes: [
      {
        expected: 'coalesces',
        why: 'The first 64 KiB are collected, headers too, also of an event stream; what follows is flushed write by write.',
        fix: { change: 'take response_buffers out', provenBy: 'caddy/default' },
      },
      {
        vary: { format: 'text' },
        expected: 'coalesces',
        why: 'The first 64 KiB are collected, whatever the type; a shorter response comes at its end.',
        fix: { change: 'take response_buffers out', provenBy: 'caddy/default?format=text' },
      },
      {
        vary: { 'response-header': 'incremental: ?1' },
        expected: 'breaks',
        why: 'The server asks for incremental forwarding (RFC 10036) and Caddy is told to buffer: since 2.11.7 it answers 501 instead of the response.',
        earlier: {
          before: '2.11.7',
          expected: 'coalesces',
          why: 'Caddy before 2.11.7 does not know the field, and collects 64 KiB of this response as of any.',
          fix: { change: 'take response_buffers out', provenBy: UNBUFFERED },
        },
        fix: { change: 'take response_buffers out', provenBy: UNBUFFERED },
      },
    ],
  },
  {
    id: 'proxy-status-name',
    title: 'Response buffering that says why it refuses',
    changes: 'response_buffers 64KiB and proxy_status_name edge',
    files: { config: 'proxy-status-name.Caddyfile' },
    since: '2.11.7',
    docs: [INCREMENTAL, 'https://www.rfc-editor.org/rfc/rfc9209'],
    tags: ['headers'],
    incremental: ofProxyStatusName,
    lanes: [
      {
        vary: { 'response-header': 'incremental: ?1' },
        expected: 'breaks',
        why: 'The server asks for incremental forwarding (RFC 10036) and Caddy is told to buffer: it answers 501 instead of the response, and says so in Proxy-Status.',
        fix: { change: 'take response_buffers out', provenBy: UNBUFFERED },
      },
    ],
  },
  {
    id: 'templates',
    title: 'Templates',
    changes: 'templates',
    files: { config: 'templates.Caddyfile' },
    docs: [
      'https://caddyserver.com/docs/caddyfile/directives/templates',
      'https://github.com/caddyserver/caddy/blob/v2.11.7/modules/caddyhttp/templates/templates.go',
    ],
    lanes: [
      {
        expected: 'streams',
        why: 'text/event-stream is not among the types that the template engine takes, so it is passed through.',
      },
      {
        vary: { format: 'text' },
        expected: 'buffers',
        why: 'text/plain is a template by default: the whole response is collected, headers too, and then executed.',
        fix: { change: 'templates { mime text/html }', provenBy: 'caddy/templates-html?format=text' },
      },
    ],
  },
  {
    id: 'templates-html',
    title: 'Templates for HTML alone',
    changes: 'templates { mime text/html }',
    files: { config: 'templates-html.Caddyfile' },
    docs: ['https://caddyserver.com/docs/caddyfile/directives/templates'],
    lanes: [
      {
        vary: { format: 'text' },
        expected: 'streams',
        why: 'Only HTML is collected; other types are passed through.',
      },
    ],
  },
  {
    id: 'response-buffers-unlimited',
    title: 'Response buffering without limit',
    changes: 'response_buffers unlimited',
    files: { config: 'response-buffers-unlimited.Caddyfile' },
    docs: [
      REVERSE_PROXY,
      'https://caddyserver.com/docs/json/apps/http/servers/routes/handle/reverse_proxy/response_buffers/',
    ],
    tags: ['backpressure'],
    lanes: [
      {
        expected: 'buffers',
        why: 'The whole response is collected in memory, headers too, also of an event stream, before any of it is sent; of a server that dies midway the client gets what there is, as if it were all.',
        fix: { change: 'take response_buffers out', provenBy: 'caddy/default' },
      },
    ],
  },
  {
    id: 'handle-response',
    title: 'Responses that are handled by rules',
    changes: 'handle_response { copy_response }',
    files: { config: 'handle-response.Caddyfile' },
    docs: [`${REVERSE_PROXY}#intercepting-responses`],
    lanes: [
      {
        expected: 'streams',
        why: 'copy_response passes the body on as reverse_proxy does by itself, an event stream write by write.',
      },
      {
        vary: { format: 'text', framing: 'content-length' },
        expected: 'coalesces',
        why: 'A response of known length is not flushed by copy_response either: it waits for a full 4 KiB write buffer.',
        fix: { change: 'flush_interval -1', provenBy: 'caddy/flush-each-write?format=text&framing=content-length' },
      },
    ],
  },
  {
    id: 'intercept',
    title: 'Error pages',
    changes: 'intercept { handle_response … }',
    files: { config: 'intercept.Caddyfile' },
    since: '2.8.0',
    docs: [
      'https://caddyserver.com/docs/caddyfile/directives/intercept',
      'https://github.com/caddyserver/caddy/pull/7016',
    ],
    lanes: [
      {
        expected: 'streams',
        why: 'Only a response that matches is collected, to be replaced; any other is passed on write by write.',
        earlier: {
          before: '2.10.2',
          expected: 'coalesces',
          why: 'The writer that intercept puts in between lets no flush through, whatever the response: an event stream too waits for a full 4 KiB write buffer.',
          fix: { change: 'take intercept out', provenBy: 'caddy/default' },
        },
      },
    ],
  },
  {
    id: 'request-body-limit',
    title: 'Limit on the body of requests',
    changes: 'request_body { max_size 1MB }',
    files: { config: 'request-body-limit.Caddyfile' },
    docs: ['https://caddyserver.com/docs/caddyfile/directives/request_body'],
    tags: ['request'],
    lanes: [
      {
        expected: 'streams',
        why: 'The bytes of the request are counted as they pass; nothing of request or response is collected.',
      },
    ],
  },
  {
    id: 'retries',
    title: 'Retries',
    changes: 'lb_retries 3 and lb_try_duration 5s',
    files: { config: 'retries.Caddyfile' },
    docs: [`${REVERSE_PROXY}#load-balancing`],
    tags: ['request'],
    lanes: [
      {
        expected: 'streams',
        why: 'A request is tried again only as long as no response has begun, so nothing of a response is kept for it.',
      },
    ],
  },
];
