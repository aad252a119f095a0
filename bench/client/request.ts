/** The request as every HTTP version says it. */

import type { Address, ClientRequest } from './client.ts';

/** What the client sends besides the host, unless told otherwise. */
export const CLIENT_HEADERS = { 'user-agent': 'unclog', accept: '*/*' };

/** All that the client sends. */
export function requestFields({ headers }: ClientRequest, to: Address): Record<string, string> {
  return { host: `${to.host}:${to.port}`, ...CLIENT_HEADERS, ...headers };
}
