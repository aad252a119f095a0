/** What a server really writes: one request over a plain socket, every byte up to the close. */

import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

export interface RawResponse {
  statusLine: string;
  /** In lower case, as `name: value`. */
  fields: string[];
  body: string;
}

export async function rawRequest(port: number, path: string, version: '1.0' | '1.1' = '1.1'): Promise<RawResponse> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET ${path} HTTP/${version}\r\nhost: test\r\nconnection: close\r\n\r\n`);
  const all = await text(socket);
  const end = all.indexOf('\r\n\r\n');
  const [statusLine = '', ...fields] = all.slice(0, end).split('\r\n');
  return { statusLine, fields: fields.map((field) => field.toLowerCase()), body: all.slice(end + 4) };
}
