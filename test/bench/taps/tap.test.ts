/** A tap on real sockets: what goes in comes out, and how each side ends is passed on and recorded. */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Tap } from '../../../bench/taps/tap.ts';

const LOOPBACK = '127.0.0.1';
const REQUEST = 'GET /stream/it HTTP/1.1\r\nhost: x\r\n\r\n';

interface Pair {
  tap: Tap;
  client: Socket;
  /** The server's end of the same connection. */
  server: Socket;
}

let ends: (() => void)[] = [];
beforeEach(() => (ends = []));
afterEach(() => ends.forEach((end) => end()));

async function tapped(boundBytes?: number): Promise<Pair> {
  const listener = createServer({ allowHalfOpen: true, noDelay: true });
  await new Promise<void>((resolve) => listener.listen(0, LOOPBACK, resolve));
  const tap = new Tap({ host: LOOPBACK, port: (listener.address() as AddressInfo).port }, boundBytes);
  const port = await tap.listen({ host: LOOPBACK, port: 0 });
  const client = connect({ host: LOOPBACK, port, allowHalfOpen: true, noDelay: true });
  const [server] = (await once(listener, 'connection')) as [Socket];
  for (const socket of [client, server]) socket.on('error', () => {});
  ends.push(
    () => client.destroy(),
    () => server.destroy(),
    () => tap.close(),
    () => listener.close(),
  );
  return { tap, client, server };
}

describe('bytes', () => {
  it('come out as they went in, in both directions, more than any buffer holds', async () => {
    const { client, server, tap } = await tapped();
    const [up, down] = [randomBytes(3_000_000), randomBytes(5_000_000)];
    const got = [buffer(server), buffer(client)];
    client.end(Buffer.concat([Buffer.from(REQUEST), up]));
    await got[0];
    server.end(down);
    const [atServer, atClient] = await Promise.all(got);
    expect(atServer?.equals(Buffer.concat([Buffer.from(REQUEST), up]))).toBe(true);
    expect(atClient?.equals(down)).toBe(true);
    const { exchanges, bound } = tap.recording.take('it', 0);
    const recorded = Buffer.concat(
      (exchanges[0]?.reads ?? [])
        .filter(({ from }) => from === 'upstream')
        .map(({ data }) => Buffer.from(data ?? '', 'base64')),
    );
    expect(recorded.equals(down)).toBe(true);
    expect(bound.lostBytes).toBe(0);
  });

  it('pass on when the bound is met, and that is said', async () => {
    const { client, server, tap } = await tapped(64 * 1024);
    const got = buffer(client);
    client.end(REQUEST);
    await once(server, 'data');
    server.end(Buffer.alloc(1_000_000));
    expect((await got).length).toBe(1_000_000);
    const { exchanges, bound } = tap.recording.take('it', 0);
    expect(exchanges).toEqual([]);
    expect(bound.lostBytes).toBeGreaterThan(1_000_000 - 64 * 1024);
  });

  it('that nobody reads are not taken from the one who writes', async () => {
    const { client, server, tap } = await tapped();
    const reads = vi.spyOn(tap.recording, 'read').mock.calls;
    const takenBytes = (): number =>
      reads.reduce((sum, [, , from, data]) => sum + (from === 'upstream' ? data.length : 0), 0);
    client.pause();
    client.write(REQUEST);
    await once(server, 'data');
    server.write(Buffer.alloc(64 * 1024 * 1024));
    await vi.waitFor(() => expect(takenBytes()).toBeGreaterThan(0));
    // A word that goes up takes the tap several turns: one that still reads takes something in them.
    for (let before = 0; before !== takenBytes();) {
      before = takenBytes();
      client.write('still there?');
      await once(server, 'data');
    }
    expect(takenBytes()).toBeLessThan(64 * 1024 * 1024);
    expect(server.writableNeedDrain).toBe(true);
    client.resume();
    await once(server, 'drain');
  });
});

const ENDS = [
  ['client', 'fin'],
  ['client', 'rst'],
  ['server', 'fin'],
  ['server', 'rst'],
] as const;

describe('an end', () => {
  it.each(ENDS)('of the %s by %s is passed on as one, and recorded', async (who, how) => {
    const { tap, client, server } = await tapped();
    const [leaving, other] = who === 'client' ? [client, server] : [server, client];
    const ended = once(other, how === 'fin' ? 'end' : 'error');
    other.resume();
    client.write(REQUEST);
    await once(server, 'data');
    if (how === 'fin') leaving.end();
    else leaving.resetAndDestroy();
    const [error] = (await ended) as [NodeJS.ErrnoException?];
    expect(error?.code).toBe(how === 'fin' ? undefined : 'ECONNRESET');
    const from = who === 'client' ? 'downstream' : 'upstream';
    expect(tap.recording.take('it', 0).exchanges[0]?.closes).toMatchObject([{ from, how }]);
  });

  it('of one direction leaves the other open', async () => {
    const { client, server } = await tapped();
    const got = buffer(client);
    server.resume();
    client.end(REQUEST);
    await once(server, 'end');
    server.end('still here');
    expect((await got).toString()).toBe('still here');
  });

  it('of an upstream that is not there is a reset', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, LOOPBACK, resolve));
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const tap = new Tap({ host: LOOPBACK, port });
    ends.push(() => tap.close());
    const client = connect({ host: LOOPBACK, port: await tap.listen({ host: LOOPBACK, port: 0 }) });
    client.write(REQUEST);
    const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
  });
});

describe('how much has passed', () => {
  it('is told while the stream is open, with what the tap could not hand on and the ports of its connections', async () => {
    const { client, server, tap } = await tapped();
    client.pause();
    client.write(REQUEST);
    await once(server, 'data');
    expect(tap.flowOf('it')).toEqual({
      receivedBytes: 0,
      waitingBytes: 0,
      downstream: [client.remotePort, client.localPort],
      upstream: [server.remotePort, server.localPort],
    });
    server.write(Buffer.alloc(64 * 1024 * 1024));
    const flow = await vi.waitUntil(() => {
      const { receivedBytes = 0, waitingBytes = 0 } = tap.flowOf('it') ?? {};
      return receivedBytes > 64 * 1024 && waitingBytes > 0 && { receivedBytes, waitingBytes };
    });
    expect(flow.waitingBytes).toBeLessThanOrEqual(flow.receivedBytes);
    expect(flow.receivedBytes).toBeLessThan(64 * 1024 * 1024);
    expect(tap.flowOf('another')).toBeUndefined();
  });

  it('is counted from the last request on a connection', async () => {
    const { client, server, tap } = await tapped();
    client.resume();
    client.write(REQUEST);
    await once(server, 'data');
    server.write('12345');
    await once(client, 'data');
    client.write(REQUEST.replace('/it', '/next'));
    await once(server, 'data');
    server.write('123');
    await once(client, 'data');
    expect(tap.flowOf('next')?.receivedBytes).toBe(3);
    expect(tap.flowOf('it')).toBeUndefined();
  });
});

describe('a stream is over', () => {
  /** Longer than a test may take. */
  const NEVER_MS = 1_000_000;

  it('when its response has ended, on a connection that stays', async () => {
    const { client, server, tap } = await tapped();
    client.resume();
    client.write(REQUEST);
    await once(server, 'data');
    server.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n1');
    await once(client, 'data');
    expect(tap.recording.isOver('it')).toBe(false);
    const over = tap.over('it', NEVER_MS);
    server.write('2');
    await over;
    expect(tap.recording.take('it', 0).exchanges[0]?.closes).toEqual([]);
  });

  it.each(ENDS)('when the %s left by %s', async (who, how) => {
    const { tap, ...sides } = await tapped();
    sides.client.write(REQUEST);
    await once(sides.server, 'data');
    const over = tap.over('it', NEVER_MS);
    if (how === 'fin') sides[who].end();
    else sides[who].resetAndDestroy();
    await over;
    expect(tap.recording.take('it', 0).exchanges[0]?.closes).toMatchObject([{ how }]);
  });

  it('for who waits when the time is over', async () => {
    const { client, server, tap } = await tapped();
    client.write(REQUEST);
    await once(server, 'data');
    await tap.over('it', 1);
    expect(tap.recording.isOver('it')).toBe(false);
  });
});
