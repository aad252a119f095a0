/** The body of a request, written piece by piece while the response may be coming. */

import { monotonicMs } from '../../server/clock.ts';

/** How HTTP/1.1 marks the end of a request's body: a request has no other way (RFC 9112, section 6.3). */
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
  readonly #framing: UploadFraming;
  readonly #lengthBytes: number;
  #write: Write = () => {};
  #open: () => void = () => {};
  #sentBytes = 0;

  /** @param lengthBytes that a Content-Length announces; a chunked body may have any. */
  constructor(framing: UploadFraming, lengthBytes: number) {
    this.#framing = framing;
    this.#lengthBytes = lengthBytes;
    this.headers =
      framing === 'chunked' ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(lengthBytes) };
    this.opened = new Promise((resolve) => (this.#open = resolve));
  }

  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** For `FetchOptions.onOpen`. */
  begin(write: Write): void {
    this.#write = write;
    this.#open();
  }

  /** One write: in a chunked body one chunk. */
  piece(bytes: number): void {
    const data = 'x'.repeat(bytes);
    this.sent.pieces.push({ at: monotonicMs(), bytes });
    this.#sentBytes += bytes;
    this.#write(this.#framing === 'chunked' ? `${bytes.toString(16)}\r\n${data}\r\n` : data);
  }

  /** A length that was announced is filled. */
  end(): void {
    this.sent.endedAt = monotonicMs();
    if (this.#framing === 'chunked') this.#write('0\r\n\r\n');
    else if (this.#sentBytes < this.#lengthBytes) this.piece(this.#lengthBytes - this.#sentBytes);
  }
}
