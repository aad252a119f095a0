/** The body of a request, written piece by piece while the response may be coming. */

import { monotonicMs } from '../../server/clock.ts';
import type { ClientRequest } from './client.ts';
import { BODY } from './request.ts';

/**
 * How HTTP/1.1 marks the end of a request's body: a request has no other way (RFC 9112, section 6.3). HTTP/2 ends it by
 * itself: `chunked` is then a body without an announced length.
 */
export type UploadFraming = 'chunked' | 'content-length';

/** What was written. Bytes are of the body, without the framing; times are milliseconds on the monotonic clock. */
export interface Sent {
  pieces: { at: number; bytes: number }[];
  /** Absent where the body was not ended. */
  endedAt?: number;
}

type Write = (bytes: string) => void;

export class Upload {
  readonly sent: Sent = { pieces: [] };
  readonly headers: Record<string, string>;
  /** Resolves once the request's head is written. */
  readonly opened: Promise<void>;
  readonly #hasLength: boolean;
  readonly #lengthBytes: number;
  readonly #isChunked: boolean;
  #write: Write = () => {};
  #finish: () => void = () => {};
  #open: () => void = () => {};
  #sentBytes = 0;

  /** @param lengthBytes that a Content-Length announces, with room for the closing; a chunked body may have any. */
  constructor(framing: UploadFraming, lengthBytes: number, httpVersion: ClientRequest['httpVersion'] = '1.1') {
    this.#isChunked = framing === 'chunked' && httpVersion !== '2';
    this.#lengthBytes = lengthBytes;
    this.headers = {
      'content-type': BODY.contentType,
      ...(framing === 'content-length' ? { 'content-length': String(lengthBytes) } : {}),
      ...(this.#isChunked ? { 'transfer-encoding': 'chunked' } : {}),
    };
    this.#hasLength = framing === 'content-length';
    this.opened = new Promise((resolve) => (this.#open = resolve));
  }

  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** For `FetchOptions.onOpen`. */
  begin(write: Write, finish: () => void): void {
    this.#write = write;
    this.#finish = finish;
    this.#open();
  }

  /** One write: in a chunked body one chunk. */
  piece(bytes: number): void {
    this.#put(`${BODY.opening.slice(this.#sentBytes)}${'x'.repeat(bytes)}`.slice(0, bytes));
  }

  /** The JSON is closed, and a length that was announced filled. */
  end(): void {
    this.sent.endedAt = monotonicMs();
    const opening = BODY.opening.slice(this.#sentBytes);
    const restBytes = this.#hasLength ? this.#lengthBytes - this.#sentBytes : opening.length + BODY.closing.length;
    if (restBytes > 0) this.#put(opening + BODY.closing.padStart(restBytes - opening.length, 'x'));
    if (this.#isChunked) this.#write('0\r\n\r\n');
    this.#finish();
  }

  #put(data: string): void {
    const bytes = data.length;
    this.sent.pieces.push({ at: monotonicMs(), bytes });
    this.#sentBytes += bytes;
    this.#write(this.#isChunked ? `${bytes.toString(16)}\r\n${data}\r\n` : data);
  }
}
