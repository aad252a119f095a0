/** A tap: copies bytes between two sockets, knows nothing of HTTP, and records what passes and when. */

import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

import { monotonicMs } from '../../server/clock.ts';
import type { Address } from '../client/client.ts';
import type { Flow } from './flow.ts';
import { Recording, type Connection, type Side } from './recording.ts';

/** What the other end did; any other error is of this tap's own socket. */
const RESETS = new Set(['ECONNRESET', 'EPIPE']);

export class Tap {
  readonly recording: Recording;
  readonly #server: Server;
  readonly #sockets = new Map<Connection, Record<Side, Socket>>();
  /** Called when more is recorded. */
  readonly #watchers = new Set<() => void>();

  constructor(target: Address, boundBytes?: number) {
    this.recording = new Recording(boundBytes);
    // Half-open: a FIN of one side is no FIN of the other.
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (downstream) => {
      const connection = this.recording.open(monotonicMs());
      const upstream = connect({ ...target, noDelay: true, allowHalfOpen: true });
      upstream.on('connect', () => (connection.connectedAt = monotonicMs()));
      this.#sockets.set(connection, { downstream, upstream });
      downstream.on('close', () => this.#sockets.delete(connection));
      this.#pass('downstream', downstream, upstream, connection);
      this.#pass('upstream', upstream, downstream, connection);
    });
  }

  /** @returns the port. */
  async listen({ host, port }: Address): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** Of a stream that is open. */
  flowOf(stream: string): Flow | undefined {
    for (const [connection, { downstream, upstream }] of this.#sockets) {
      if (connection.asked?.includes(`/stream/${stream} `) !== true) continue;
      return {
        receivedBytes: connection.answeredBytes + upstream.readableLength,
        waitingBytes: upstream.readableLength + downstream.writableLength,
        downstream: [downstream.localPort ?? 0, downstream.remotePort ?? 0],
        upstream: [upstream.localPort ?? 0, upstream.remotePort ?? 0],
      };
    }
    return undefined;
  }

  /** Resolves once the stream is over here, or after this time. */
  async over(stream: string, withinMs: number): Promise<void> {
    if (this.recording.isOver(stream)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => void (this.recording.isOver(stream) && resolve());
    const late = setTimeout(resolve, withinMs);
    this.#watchers.add(look);
    await promise;
    this.#watchers.delete(look);
    clearTimeout(late);
  }

  close(): void {
    this.#server.close();
  }

  /** Bytes first: what is recorded is recorded after they are on their way. */
  #pass(side: Side, from: Socket, to: Socket, connection: Connection): void {
    from.on('data', (data: Buffer) => {
      const at = monotonicMs();
      if (!to.write(data)) from.pause();
      this.recording.read(connection, at, side, data);
      this.#tell();
    });
    to.on('drain', () => from.resume());
    from.on('end', () => {
      connection.closes.push({ at: monotonicMs(), from: side, how: 'fin' });
      to.end();
      this.#tell();
    });
    from.on('error', ({ code }: NodeJS.ErrnoException) => {
      const how = code !== undefined && RESETS.has(code) ? 'rst' : 'failed';
      if (code !== 'ERR_SOCKET_CLOSED') connection.closes.push({ at: monotonicMs(), from: side, how });
      to.resetAndDestroy();
      this.#tell();
    });
  }

  #tell(): void {
    for (const look of this.#watchers) look();
  }
}
