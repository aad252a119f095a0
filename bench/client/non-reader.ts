/** A client that asks and never reads: what it is sent stays in the kernel's buffers and on the path. */

import { once } from 'node:events';
import { connect } from 'node:net';

import { BenchError } from '../errors.ts';
import { requestText, type Address, type ClientRequest } from './client.ts';

/** Leaves by RST when disposed of: what was never read is thrown away. */
export interface NonReader extends AsyncDisposable {
  localPort: number;
}

/** Resolves when the request was sent. The socket is paused before it connects, so not even the head is read. @throws BenchError when there is no connection. */
export async function askWithoutReading(to: Address, request: ClientRequest): Promise<NonReader> {
  const socket = connect({ host: to.host, port: to.port, noDelay: true });
  socket.pause();
  await once(socket, 'connect').catch((error: Error) => {
    throw new BenchError(`no connection to ${to.host}:${to.port}: ${error.message}`);
  });
  // That it was reset shows at the origin's side.
  socket.on('error', () => {});
  socket.write(requestText(request, to));
  return {
    localPort: socket.localPort ?? 0,
    async [Symbol.asyncDispose]() {
      socket.resetAndDestroy();
    },
  };
}
