/** A client that asks and never reads: what it is sent stays in the kernel's buffers and on the path. */

import { once } from 'node:events';
import { connect } from 'node:net';

import { requestText, type Address, type ClientRequest } from './client.ts';

export interface NonReader {
  localPort: number;
  /** The connection was closed or reset by the other side, as far as a client that does not read is told. */
  closed(): boolean;
  /** Leaves by RST: what was never read is thrown away. */
  leave(): void;
}

/** Resolves when the request was sent. The socket is paused before it connects, so not even the head is read. @throws the socket's error. */
export async function askWithoutReading(to: Address, request: ClientRequest): Promise<NonReader> {
  const socket = connect({ host: to.host, port: to.port, noDelay: true });
  socket.pause();
  await once(socket, 'connect');
  let isClosed = false;
  socket.on('error', () => (isClosed = true));
  socket.on('close', () => (isClosed = true));
  socket.write(requestText(request, to));
  return { localPort: socket.localPort ?? 0, closed: () => isClosed, leave: () => void socket.resetAndDestroy() };
}
