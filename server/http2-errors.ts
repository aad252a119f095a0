/** Error codes of HTTP/2 by their names (RFC 9113, section 7). */

import { constants } from 'node:http2';

const NAMES = new Map(
  Object.entries(constants)
    .filter(([name]) => /^NGHTTP2_(?!ERR_|FLAG|HCAT|NV_|SETTINGS|DEFAULT|SESSION|STREAM_STATE)[A-Z0-9_]+$/.test(name))
    .map(([name, code]) => [code as number, name.slice('NGHTTP2_'.length)]),
);

/** `CANCEL`; a code that has no name, as its number. */
export function errorName(code = constants.NGHTTP2_NO_ERROR): string {
  return NAMES.get(code) ?? String(code);
}
