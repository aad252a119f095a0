/**
 * HTTP/2 by prior knowledge (RFC 9113, section 3.3) on the port that speaks HTTP/1, and where a response over it
 * differs from one over HTTP/1: Node's compatible response takes the same calls otherwise.
 */

import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer, type Http2ServerResponse, type Http2Session, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';

import { errorName } from './http2-errors.ts';
import type { Sign } from './trace.ts';

/** RFC 9113, section 3.4: by these a client begins. No HTTP/1 request can. */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** The socket under each session: what the session shows of it is gone when the session is. */
const sockets = new WeakMap<Http2Session, Socket>();

/** Whether a connection speaks HTTP/2; `undefined` while its bytes do not tell. */
function speaksHttp2(bytes: Buffer): boolean | undefined {
  const length = Math.min(bytes.length, PREFACE.length);
  if (!bytes.subarray(0, length).equals(PREFACE.subarray(0, length))) return false;
  return length === PREFACE.length ? true : undefined;
}

/** Reads only until it knows, and puts everything back. */
function sniff(socket: Socket, then: (isHttp2: boolean) => void): void {
  let bytes = Buffer.alloc(0);
  const look = (): void => {
    const read = socket.read() as Buffer | null;
    if (read === null && socket.readableEnded) return;
    bytes = Buffer.concat([bytes, read ?? Buffer.alloc(0)]);
    const isHttp2 = speaksHttp2(bytes);
    if (isHttp2 === undefined) return void socket.once('readable', look);
    // Not before: what is put back is told as readable at once.
    socket.unshift(bytes);
    return then(isHttp2);
  };
  socket.once('readable', look);
}

/** Makes an HTTP/1 server speak HTTP/2 too. Returns what closes the connections that the server itself does not know of. */
export function speakHttp2(server: Server, handler: Handler): () => void {
  const [http1] = server.listeners('connection') as ((socket: Socket) => void)[];
  if (http1 === undefined) throw new Error('an HTTP/1 server takes connections');
  // Its request and response have the methods of HTTP/1's (Node's documentation, "Compatibility API").
  const http2 = createServer({}, handler as unknown as Parameters<typeof createServer>[1] & RequestListener);
  http2.on('sessionError', () => {});
  const ours = new Set<Socket>();
  server.off('connection', http1);
  server.on('connection', (socket: Socket) => {
    ours.add(socket);
    socket.once('close', () => ours.delete(socket));
    const hushed = (): void => void socket.destroy();
    socket.on('error', hushed).setTimeout(server.headersTimeout, hushed);
    sniff(socket, (isHttp2) => {
      socket.off('error', hushed).setTimeout(0);
      socket.removeListener('timeout', hushed);
      if (isHttp2) {
        // Half of an HTTP/2 connection is of no use, and a session does not notice that its peer closed the other half.
        socket.allowHalfOpen = false;
        http2.once('session', (session) => sockets.set(session, socket));
        return void http2.emit('connection', socket);
      }
      ours.delete(socket);
      return http1.call(server, socket);
    });
  });
  return () => {
    for (const socket of ours) socket.destroy();
  };
}

function http2Stream(response: ServerResponse): Http2ServerResponse['stream'] | undefined {
  return 'stream' in response ? (response.stream as Http2ServerResponse['stream']) : undefined;
}

/** Whether a request brings a body. Over HTTP/2 its head says that nothing follows, and no field does (RFC 9113, section 8.1). */
export function hasBody(request: IncomingMessage): boolean {
  if ('stream' in request) return !(request.stream as ServerHttp2Stream).endAfterHeaders;
  // RFC 9112, section 6.3: without one of the two there is none.
  return request.headers['transfer-encoding'] !== undefined || request.headers['content-length'] !== undefined;
}

export function isOverHttp2(response: ServerResponse): boolean {
  return http2Stream(response) !== undefined;
}

/** The request's fields as HTTP/1 would have them: of the pseudo-header fields `:authority` is its host (RFC 9113, section 8.3.1). */
export function fieldsOf({ headers }: IncomingMessage): Record<string, string | string[]> {
  const { ':authority': authority, ...all } = headers as Record<string, string | string[]>;
  const fields = Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith(':')));
  return authority === undefined ? fields : { host: authority, ...fields };
}

/** The connection itself, which the compatible response guards. */
export function socketOf(response: ServerResponse): Socket | null {
  const session = http2Stream(response)?.session;
  return session === undefined ? response.socket : (sockets.get(session) ?? null);
}

/**
 * Calls back when the stream is aborted: by RST_STREAM, or with its connection. That one is read by the session, so
 * that its end shows here and not as the socket's `end`. Returns what stops it.
 */
export function onAborted(response: ServerResponse, then: (sign: Sign) => void): () => void {
  const stream = http2Stream(response);
  const socket = socketOf(response);
  // RST_STREAM leaves the connection as it was, an RST leaves its error on the socket.
  const aborted = (): void => {
    if (socket?.errored != null) return then({ seen: 'rst' });
    return then(socket?.readable === true ? { seen: 'rst-stream', code: errorName(stream?.rstCode) } : { seen: 'fin' });
  };
  stream?.once('aborted', aborted);
  return () => stream?.off('aborted', aborted);
}

/** Closes the connection that a response is written to: at once by RST, or by FIN after what was written. */
export function closeConnection(response: ServerResponse, how: 'rst' | 'fin'): void {
  const socket = socketOf(response);
  if (how === 'rst') socket?.resetAndDestroy();
  // Frames are written one turn after they were given; NO_ERROR would be taken for the end of the response.
  else if (isOverHttp2(response)) setImmediate(() => socket?.destroySoon());
  else socket?.destroySoon();
}
