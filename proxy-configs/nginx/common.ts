/** What several themes say: addresses of the documentation and source, and what is so before some version. */

import type { LaneDeclaration, Vary } from '../../bench/catalogue/declaration.ts';

export const PROXY_MODULE = 'https://nginx.org/en/docs/http/ngx_http_proxy_module.html';
export const HTTP2_MODULE = 'https://nginx.org/en/docs/http/ngx_http_v2_module.html';
export const SSL_MODULE = 'https://nginx.org/en/docs/http/ngx_http_ssl_module.html';
export const GZIP_MODULE = 'https://nginx.org/en/docs/http/ngx_http_gzip_module.html';
export const CORE_MODULE = 'https://nginx.org/en/docs/http/ngx_http_core_module.html';
/** Reads the upstream when buffering is on; `p->length` is the least it waits for (an HTTP chunk, or a full buffer). */
export const EVENT_PIPE = 'https://github.com/nginx/nginx/blob/release-1.29.7/src/event/ngx_event_pipe.c';
/** `ngx_http_upstream_send_request_handler` sends no more of a request when `header_sent`, unless `preserve_output`. */
export const UPSTREAM = 'https://github.com/nginx/nginx/blob/release-1.29.7/src/http/ngx_http_upstream.c';
export const HTTP_1_1_BY_DEFAULT = 'https://github.com/nginx/nginx/pull/1080';

export const NO_BUFFERING = 'x-accel-buffering: no';
/** What the origin can do for its own response. */
export const ORIGIN_ASKS = 'X-Accel-Buffering: no from the origin';

/** A stream that the config alone would hold, and the origin asks not to. */
export function freedByOrigin(vary: Vary = {}): LaneDeclaration {
  return {
    vary: { ...vary, 'response-header': NO_BUFFERING },
    expected: 'streams',
    why: 'The origin’s word turns buffering off for its own response: what comes is flushed.',
  };
}

/** The default spoke HTTP/1.0 to the upstream until then. */
export const BEFORE_HTTP_1_1 = {
  before: '1.29.7',
  expected: 'coalesces',
  why: 'Before 1.29.7 nginx asked its upstream in HTTP/1.0 by default, which knows no chunks: it waits for a full buffer, one memory page (4 KiB here) less the response headers.',
  fix: { change: 'proxy_http_version 1.1;', provenBy: 'nginx/upstream-http-1-1' },
} as const;
