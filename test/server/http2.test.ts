import { once } from 'node:events';
import { connect as connectHttp2, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { encodeChunk } from '../../server/payload.ts';
import type { WorkloadInput } from '../../server/workload.ts';
import { rawRequest } from './raw-request.ts';
import { runningOrigin, type RunningOrigin } from './running-origin.ts';

let origin: RunningOrigin;
beforeAll(async () => {
  origin = await runningOrigin();
});
afterAll(() => origin[Symbol.asyncDispose]());

const THREE: WorkloadInput = { count: 3, chunkBytes: [20], pace: { mode: 'paced', intervalMs: 0 } };
const LONG: WorkloadInput = { count: 500, pace: { mode: 'paced', intervalMs: 5 } };
/** Of a connection that it writes to as its RST comes the origin's session sees an end and no error. */
const SELDOM: WorkloadInput = { count: 5, pace: { mode: 'paced', intervalMs: 1000 } };

interface Asked {
  raw: Socket;
  session: ClientHttp2Session;
  stream: ClientHttp2Stream;
  fields: Record<string, unknown>;
  body: () => string;
}

/** Asks for a stream over HTTP/2 and waits for its head. */
async function ask(path: string, headers: Record<string, string> = {}): Promise<Asked> {
  const raw = connect(origin.dataPort, '127.0.0.1');
  const session = connectHttp2('http://origin', { createConnection: () => raw });
  session.on('error', () => {});
  const stream = session.request({ ':path': path, ...headers });
  let body = '';
  stream.on('data', (bytes: Buffer) => (body += bytes.toString())).on('error', () => {});
  const [fields] = (await once(stream, 'response')) as [Record<string, unknown>];
  return { raw, session, stream, fields, body: () => body };
}

/** Not by `once`, which an error would end. */
function closed(stream: ClientHttp2Stream): Promise<void> {
  return new Promise((resolve) => stream.once('close', resolve));
}

/** When the other side has answered, and so has read all that was written before. */
function pinged(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => {
    session.ping((error) => (error === null ? resolve() : reject(error)));
  });
}

async function whole(workload: WorkloadInput, headers: Record<string, string> = {}): Promise<Asked & { id: string }> {
  const id = await origin.create(workload);
  const asked = await ask(`/stream/${id}`, headers);
  await closed(asked.stream);
  asked.session.close();
  return { ...asked, id };
}

const CHUNKS = [0, 1, 2].map((seq) => encodeChunk('sse', seq, 20)).join('');

describe('a stream asked for over HTTP/2 by prior knowledge', () => {
  it.each(['chunked', 'piecewise', 'close-delimited'] as const)(
    'that would be %s is ended by HTTP/2 itself',
    async (framing) => {
      const { id, body, fields, stream } = await whole({ ...THREE, framing }, { 'x-mine': 'yes' });
      expect(body()).toBe(CHUNKS);
      expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
      expect(fields).toMatchObject({ ':status': 200, 'content-type': 'text/event-stream' });
      expect(fields).not.toHaveProperty('content-length');
      expect(await origin.trace(id)).toMatchObject({
        framing: 'h2',
        request: { httpVersion: '2.0', method: 'GET', headers: { 'x-mine': 'yes' } },
        end: { how: 'complete' },
      });
      const { headers = {} } = (await origin.trace(id)).request ?? {};
      expect(headers).toMatchObject({ host: 'origin:80' });
      expect(Object.keys(headers).filter((name) => name.startsWith(':'))).toEqual([]);
    },
  );

  it('has its length announced where the workload says so', async () => {
    const { id, body, fields } = await whole({ ...THREE, framing: 'content-length' });
    expect(fields).toMatchObject({ 'content-length': '60' });
    expect(body()).toBe(CHUNKS);
    expect(await origin.trace(id)).toMatchObject({ framing: 'content-length' });
  });

  it('waits for a reader that does not read', async () => {
    const id = await origin.create({ count: 100, chunkBytes: [65_536], pace: { mode: 'paced', intervalMs: 0 } });
    const raw = connect(origin.dataPort, '127.0.0.1');
    const session = connectHttp2('http://origin', { createConnection: () => raw });
    const stream = session.request({ ':path': `/stream/${id}` });
    await once(stream, 'response');
    await delay(100);
    const { emissions } = await origin.trace(id);
    expect(emissions.length).toBeLessThan(50);
    stream.resume();
    await closed(stream);
    session.close();
    expect(await origin.trace(id)).toMatchObject({ end: { how: 'complete' } });
  });

  it('with a header that HTTP/2 forbids ends as a fault of the workload', async () => {
    const id = await origin.create({ ...THREE, headers: { 'keep-alive': 'timeout=5' } });
    const session = connectHttp2(`http://127.0.0.1:${origin.dataPort}`);
    const stream = session.request({ ':path': `/stream/${id}` }).on('error', () => {});
    stream.resume();
    await closed(stream);
    session.close();
    expect((await origin.trace(id)).end).toMatchObject({ how: 'error', detail: expect.stringContaining('keep-alive') });
  });
});

describe('a reader over HTTP/2 that leaves', () => {
  it.each([
    [
      'by RST_STREAM',
      { seen: 'rst-stream', code: 'CANCEL' },
      ({ stream }: Asked) => stream.close(constants.NGHTTP2_CANCEL),
    ],
    ['by FIN of its connection', { seen: 'fin' }, ({ raw }: Asked) => raw.destroy()],
    ['by RST of its connection', { seen: 'rst' }, ({ raw }: Asked) => raw.resetAndDestroy()],
  ] as const)('%s is seen as %j', async (_, sign, leave) => {
    const id = await origin.create(SELDOM);
    const asked = await ask(`/stream/${id}`);
    // In the middle of the stream, and when the ping's answer tells that all of ours is written: with a frame of its own
    // still to be written, as that which acknowledges SETTINGS, Node's client sends a FIN first.
    await once(asked.stream, 'data');
    await pinged(asked.session);
    leave(asked);
    const trace = await origin.traceWhen(id, ({ state }) => state === 'ended');
    expect(trace.abort).toEqual({ at: expect.any(Number), ...sign });
    expect(trace.end?.how).toBe('client-left');
    asked.session.destroy();
  });
});

it('the body of a request, of which no field tells, is read', async () => {
  const id = await origin.create(THREE);
  const session = connectHttp2(`http://127.0.0.1:${origin.dataPort}`);
  const stream = session.request({ ':path': `/stream/${id}`, ':method': 'POST' }, { endStream: false });
  stream.end('sixteen bytes it');
  stream.resume();
  await closed(stream);
  session.close();
  expect((await origin.trace(id)).upload).toMatchObject({ bytes: 16, end: { how: 'whole' } });
  expect((await origin.trace((await whole(THREE)).id)).upload).toBeUndefined();
});

it('the end of a request, which a client may send after its head, is no departure', async () => {
  const id = await origin.create({ ...LONG, count: 20 });
  const session = connectHttp2(`http://127.0.0.1:${origin.dataPort}`);
  const stream = session.request({ ':path': `/stream/${id}` }, { endStream: false });
  await once(stream, 'response');
  stream.end();
  stream.resume();
  await closed(stream);
  session.close();
  const { abort, end } = await origin.trace(id);
  expect({ abort, end }).toMatchObject({ abort: undefined, end: { how: 'complete' } });
});

describe('the death of the origin over HTTP/2', () => {
  it.each(['rst', 'fin'] as const)('by %s cuts the connection, after what was written', async (how) => {
    const { body, stream, id } = await whole({ ...LONG, death: { afterChunk: 2, how } });
    expect(stream.rstCode).not.toBe(constants.NGHTTP2_NO_ERROR);
    expect(await origin.trace(id)).toMatchObject({ end: { how: 'died', detail: how } });
    expect(body()).toBe([0, 1, 2].map((seq) => encodeChunk('sse', seq, 32)).join(''));
  });
});

describe('the same port', () => {
  it('still speaks HTTP/1, whose first bytes may come one by one', async () => {
    const id = await origin.create(THREE);
    expect((await rawRequest(origin.dataPort, `/stream/${id}`)).body).toContain(CHUNKS.slice(0, 10));
    const socket = connect({ port: origin.dataPort, host: '127.0.0.1', noDelay: true });
    let answer = '';
    socket.on('data', (bytes: Buffer) => (answer += bytes.toString()));
    const ended = once(socket, 'close');
    // "PR" could begin the preface; "PRO" cannot.
    for (const byte of 'PROPFIND /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n') {
      socket.write(byte);
      await delay(1);
    }
    await ended;
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('takes a preface that comes in two parts', async () => {
    const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
    const socket = connect({ port: origin.dataPort, host: '127.0.0.1', noDelay: true });
    socket.write(preface.slice(0, 5));
    await delay(20);
    socket.write(preface.slice(5));
    // An empty SETTINGS frame (RFC 9113, section 6.5) must follow the preface, and is answered by one.
    socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer[3]).toBe(4);
    socket.destroy();
  });

  it('closes with connections open that never said a word, and such that speak HTTP/2', async () => {
    const alone = await runningOrigin();
    const silent = connect(alone.dataPort, '127.0.0.1').on('error', () => {});
    const session = connectHttp2(`http://127.0.0.1:${alone.dataPort}`).on('error', () => {});
    await Promise.all([once(silent, 'connect'), once(session, 'remoteSettings')]);
    const bothClosed = Promise.all([once(silent, 'close'), once(session, 'close')]);
    await alone[Symbol.asyncDispose]();
    await bothClosed;
    expect(session.destroyed).toBe(true);
  });
});
