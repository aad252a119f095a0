/** The request as every HTTP version says it. */

import type { Address, ClientRequest } from './client.ts';

/**
 * A body is JSON that asks for a stream, as clients of LLM APIs send it: by its type some hops decide whether they read
 * it at all. What parses it and writes it anew has the same bytes.
 */
export const BODY = { contentType: 'application/json', opening: '{"stream":true,"x":"', closing: '"}' } as const;
/** With no letter between. */
export const SHORTEST_BODY_BYTES = BODY.opening.length + BODY.closing.length;

/** What the client sends besides the host, unless told otherwise. */
export const CLIENT_HEADERS = { 'user-agent': 'unclog', accept: '*/*' };

/** All that the client sends before the body. */
export function requestFields({ headers, bodyBytes }: ClientRequest, to: Address): Record<string, string> {
  const content =
    bodyBytes === undefined ? {} : { 'content-type': BODY.contentType, 'content-length': String(bodyBytes) };
  return { host: `${to.host}:${to.port}`, ...CLIENT_HEADERS, ...content, ...headers };
}

/** Empty where the request has none. */
export function requestBody({ bodyBytes = 0 }: Pick<ClientRequest, 'bodyBytes'>): string {
  if (bodyBytes === 0) return '';
  return BODY.opening + BODY.closing.padStart(bodyBytes - BODY.opening.length, 'x');
}
