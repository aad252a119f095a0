/**
 * One request over HTTP/2 (RFC 9113): by ALPN where the hop listens with TLS, by prior knowledge where it does not.
 * A read is the payload of one DATA frame as Node hands it on.
 */

import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';

import { monotonicMs } from '../../server/clock.ts';
import { errorName } from '../../server/http2-errors.ts';
import type { Address, ClientRequest, ClientTrace, FetchOptions } from './client.ts';
import { dial, negotiated, readyEvent, sayFault, type Connection } from './connection.ts';
import { header, type BodyFraming, type ResponseHead } from './http1.ts';
import { Reception } from './reception.ts';
import { requestBody, requestFields } from './request.ts';

/** What a request over HTTP/2 may not have (RFC 9113, section 8.2.2): the connection is HTTP/2's own affair. */
const OF_CONNECTION = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

/** @param raw names and values in turn, as they were received. */
function headOf(raw: readonly string[]): ResponseHead {
  const pairs = raw.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, raw[index + 1] ?? '']] : [],
  );
  return {
    httpVersion: '2',
    status: Number(pairs.find(([name]) => name === ':status')?.[1]),
    reason: '',
    headers: pairs.filter(([name]) => !name.startsWith(':')),
  };
}

function framingOf(head: ResponseHead): BodyFraming {
  return header(head, 'content-length') === undefined ? 'h2' : 'content-length';
}

function requestHeaders(request: ClientRequest, to: Address): OutgoingHttpHeaders {
  const { host = '', ...all } = requestFields(request, to);
  const fields = Object.fromEntries(Object.entries(all).filter(([name]) => !OF_CONNECTION.has(name.toLowerCase())));
  return { ':method': request.method, ':path': request.path, ':authority': host, ...fields };
}

export function sessionOver({ stream }: Connection, { host, port, tls }: Address): ClientHttp2Session {
  return connect(`${tls === true ? 'https' : 'http'}://${host}:${port}`, { createConnection: () => stream });
}

/** With its body, if it has one. @param isOpen whether more of the request follows. */
export function ask(
  session: ClientHttp2Session,
  request: ClientRequest,
  to: Address,
  isOpen = false,
): ClientHttp2Stream {
  const body = requestBody(request);
  const stream = session.request(requestHeaders(request, to), { endStream: !isOpen && body === '' });
  if (body !== '') stream.end(body);
  return stream;
}

export class Http2Exchange {
  readonly #to: Address;
  readonly #options: FetchOptions;
  readonly #reception: Reception;
  readonly #connection: Connection;
  #session: ClientHttp2Session | undefined;
  #stream: ClientHttp2Stream | undefined;
  /** The hop has spoken HTTP/2: its SETTINGS are the first that it may send (section 3.4). */
  #isSpoken = false;
  /** What became of the connection, where it was first to end. */
  #lost: { how: 'cut' | 'reset'; detail: string } | undefined;
  #bodyEndAt: number | undefined;

  constructor(to: Address, request: ClientRequest, options: FetchOptions) {
    this.#to = to;
    this.#options = options;
    this.#reception = new Reception(request, options);
    this.#connection = dial(to, 'h2');
    const { tcp, stream } = this.#connection;
    tcp.on('connect', () => (this.#reception.trace.connectedAt = monotonicMs()));
    tcp.on('end', () => (this.#lost ??= { how: 'cut', detail: 'the connection was closed' }));
    for (const socket of new Set([tcp, stream])) {
      socket.on('error', (error) => this.#onError(error));
      socket.on('close', () => this.#onClose());
    }
    stream.once(readyEvent(this.#connection), () => this.#onConnect());
  }

  run(): Promise<ClientTrace> {
    return this.#reception.ended((end) => this.#close(end));
  }

  #onConnect(): void {
    const chosen = negotiated(this.#connection);
    if (chosen !== undefined && chosen !== 'h2')
      return this.#unspoken(
        chosen === false ? 'in TLS the hop agreed to no protocol' : `in TLS the hop chose ${chosen}`,
      );
    const session = sessionOver(this.#connection, this.#to);
    this.#session = session;
    session.once('remoteSettings', () => (this.#isSpoken = true));
    session.on('error', (error) => this.#onError(error));
    session.on('close', () => this.#onClose());
    this.#ask(session);
  }

  #ask(session: ClientHttp2Session): void {
    this.#reception.trace.sentAt = monotonicMs();
    const stream = ask(session, this.#reception.trace.request, this.#to, this.#options.onOpen !== undefined);
    this.#stream = stream;
    this.#options.onOpen?.(
      (bytes) => void (stream.writable && stream.write(bytes)),
      () => stream.end(),
    );
    stream.on('headers', (_: IncomingHttpHeaders, __: number, raw: string[]) =>
      this.#reception.onInformational(headOf(raw)),
    );
    stream.on('response', (_: IncomingHttpHeaders, __: number, raw: string[]) => {
      const head = headOf(raw);
      this.#reception.onHead(head, framingOf(head));
    });
    stream.on('data', (bytes: Buffer) => this.#onData(bytes));
    stream.on('trailers', (_: IncomingHttpHeaders, __: number, raw: string[]) =>
      this.#reception.onTrailers(headOf(raw).headers),
    );
    stream.on('end', () => (this.#bodyEndAt = monotonicMs()));
    stream.on('error', (error) => this.#onError(error));
    stream.on('close', () => this.#onStreamClose(stream));
  }

  #onData(bytes: Buffer): void {
    const at = monotonicMs();
    const read = this.#reception.trace.reads.length;
    this.#reception.trace.reads.push({ at, bytes: bytes.length, bodyBytes: 0 });
    this.#reception.onBody(bytes, at, read);
  }

  /** Node ends a stream that was reset as one that is whole: the code tells them apart. */
  #onStreamClose({ rstCode }: ClientHttp2Stream): void {
    const at = this.#bodyEndAt ?? monotonicMs();
    if (!this.#isSpoken) return this.#unspoken('no SETTINGS frame came');
    if (rstCode === constants.NGHTTP2_NO_ERROR && this.#reception.trace.head !== undefined)
      return this.#reception.finishDecoded('complete', undefined, at);
    if (this.#lost !== undefined) return this.#reception.finishDecoded(this.#lost.how, this.#lost.detail, at);
    return this.#reception.finishDecoded('reset', `RST_STREAM ${errorName(rstCode)}`, at);
  }

  #onError(error: NodeJS.ErrnoException): void {
    if (this.#reception.trace.connectedAt === undefined)
      return this.#reception.finish('not-connected', sayFault(error));
    if (error.code === 'ECONNRESET' || error.code === 'EPIPE') this.#lost ??= { how: 'reset', detail: sayFault(error) };
    return this.#isSpoken ? undefined : this.#unspoken(sayFault(error));
  }

  /** The connection has ended, and with it a stream that Node may not tell of. */
  #onClose(): void {
    if (this.#reception.trace.connectedAt === undefined)
      return this.#reception.finish('not-connected', 'the connection was closed');
    if (!this.#isSpoken) return this.#unspoken('the connection was closed');
    if (this.#stream?.closed === true) return;
    const { how, detail } = this.#lost ?? { how: 'cut', detail: 'the connection was closed' };
    this.#reception.finishDecoded(how, detail, monotonicMs());
  }

  #unspoken(detail: string): void {
    this.#reception.finish('unspoken', `HTTP/2 is not spoken here: ${detail}`);
  }

  #close({ how, detail }: ClientTrace['end']): void {
    const { tcp, stream } = this.#connection;
    if (how === 'left' && detail === 'fin') {
      this.#stream?.close(constants.NGHTTP2_CANCEL);
      this.#options.leave?.over.addEventListener('abort', () => stream.destroy(), { once: true });
      return;
    }
    if (how === 'left') tcp.resetAndDestroy();
    this.#session?.destroy();
    stream.destroy();
    tcp.destroy();
  }
}
