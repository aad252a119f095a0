/** A client that asks and never reads: what it is sent stays in the kernel's buffers and on the path. */

import { once } from 'node:events';

import { BenchError } from '../errors.ts';
import { requestText, type Address, type ClientRequest } from './client.ts';
import { dial, readyEvent, type Connection } from './connection.ts';
import { ask, sessionOver } from './http2.ts';

/** Leaves by RST when disposed of: what was never read is thrown away. */
export interface NonReader extends AsyncDisposable {
  localPort: number;
}

/**
 * Resolves when the request was sent. In plain HTTP/1 the socket is paused before it connects, so not even the head is
 * read. With TLS one buffer of Node's is filled. Over HTTP/2 the connection is read and the stream is not: what comes
 * fills its window, 65,535 bytes (RFC 9113, section 6.9.2), and no more of it is granted. @throws BenchError when there is no connection.
 */
export async function askWithoutReading(to: Address, request: ClientRequest): Promise<NonReader> {
  const isHttp2 = request.httpVersion === '2';
  const connection = dial(to, isHttp2 ? 'h2' : 'http/1.1');
  const { stream, tcp } = connection;
  if (stream === tcp && !isHttp2) tcp.pause();
  await once(stream, readyEvent(connection)).catch((error: Error) => {
    tcp.destroy();
    throw new BenchError(`no connection to ${to.host}:${to.port}: ${error.message}`);
  });
  // That it was reset shows at the origin's side.
  for (const socket of new Set([tcp, stream])) socket.on('error', () => {});
  if (isHttp2) askOverHttp2(connection, to, request);
  else stream.pause().write(requestText(request, to));
  return {
    localPort: tcp.localPort ?? 0,
    async [Symbol.asyncDispose]() {
      tcp.resetAndDestroy();
    },
  };
}

function askOverHttp2(connection: Connection, to: Address, request: ClientRequest): void {
  const session = sessionOver(connection, to);
  session.on('error', () => {});
  // A stream that nobody listens to for data is paused.
  ask(session, request, to).on('error', () => {});
}
