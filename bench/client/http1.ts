/**
 * An incremental parser of one HTTP/1.x response (RFC 9112). Node's own client hides what is
 * measured here: which socket read held which body bytes, and how exactly the body ended.
 */

export interface ResponseHead {
  httpVersion: string;
  status: number;
  reason: string;
  /** In the order and case received. */
  headers: [name: string, value: string][];
}

/** `h2`: HTTP/2 ends the body by itself, and no length was announced. */
export type BodyFraming = 'chunked' | 'content-length' | 'close-delimited' | 'h2' | 'none';

interface ResponseEvents {
  informational(head: ResponseHead): void;
  head(head: ResponseHead, framing: BodyFraming): void;
  body(bytes: Buffer): void;
  end(trailers: [string, string][]): void;
}

export class ProtocolError extends Error {}

const MAX_HEAD_BYTES = 256 * 1024;
/** RFC 9112, section 4: status-line = HTTP-version SP status-code SP [ reason-phrase ]. */
const STATUS_LINE = /^HTTP\/(\d\.\d) (\d{3})(?: (.*))?$/;

export function header(head: ResponseHead, name: string): string | undefined {
  const values = head.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(', ');
}

/** Field lines of a head (RFC 9112, section 5). @throws ProtocolError */
export function parseFields(lines: string[]): [string, string][] {
  return lines.map((line) => {
    const colon = line.indexOf(':');
    if (colon < 1) throw new ProtocolError(`a header line without a name: ${JSON.stringify(line.slice(0, 80))}`);
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
}

function parseHead(text: string): ResponseHead {
  const [first = '', ...lines] = text.split('\r\n');
  const match = STATUS_LINE.exec(first);
  if (match === null) throw new ProtocolError(`no HTTP/1 status line: ${JSON.stringify(first.slice(0, 80))}`);
  return { httpVersion: match[1] ?? '', status: Number(match[2]), reason: match[3] ?? '', headers: parseFields(lines) };
}

/** RFC 9112, section 6.3. */
function framingOf(head: ResponseHead, method: string): BodyFraming {
  if (method === 'HEAD' || head.status === 204 || head.status === 304) return 'none';
  if (/\bchunked\s*$/i.test(header(head, 'transfer-encoding') ?? '')) return 'chunked';
  return header(head, 'content-length') === undefined ? 'close-delimited' : 'content-length';
}

/** RFC 9110, section 8.6: digits, and nothing else. */
function contentLength(head: ResponseHead): number {
  const text = header(head, 'content-length') ?? '';
  if (!/^\d+$/.test(text))
    throw new ProtocolError(`no number of bytes in content-length: ${JSON.stringify(text.slice(0, 40))}`);
  return Number(text);
}

export class ResponseParser {
  #state: 'head' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailers' | 'length' | 'until-close' | 'done' = 'head';
  /** Bytes of a line or head that is not whole yet. */
  #held: Buffer = Buffer.alloc(0);
  #left = 0;
  readonly #method: string;
  readonly #events: ResponseEvents;

  /** @param method of the request: the response to a HEAD has no body. */
  constructor(method: string, events: ResponseEvents) {
    this.#method = method;
    this.#events = events;
  }

  get done(): boolean {
    return this.#state === 'done';
  }

  /** Returns what follows the response's end in these bytes. @throws ProtocolError when the bytes are no HTTP/1 response. */
  feed(bytes: Buffer): Buffer {
    let rest = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    this.#held = Buffer.alloc(0);
    while (rest.length > 0 && this.#state !== 'done') {
      const next = this.#step(rest);
      if (next === undefined) {
        this.#held = rest;
        if (rest.length > MAX_HEAD_BYTES) throw new ProtocolError(`a line or head over ${MAX_HEAD_BYTES} bytes`);
        return Buffer.alloc(0);
      }
      rest = next;
    }
    return rest;
  }

  /** The connection was closed by the peer. Whether that is a proper end of the response. */
  close(): boolean {
    if (this.#state === 'until-close') {
      this.#state = 'done';
      this.#events.end([]);
    }
    return this.#state === 'done';
  }

  /** What is left after one element of `bytes`, or `undefined` when it is not whole. */
  #step(bytes: Buffer): Buffer | undefined {
    switch (this.#state) {
      case 'head':
        return this.#until('\r\n\r\n', bytes, (text) => this.#onHead(parseHead(text)));
      case 'chunk-size':
        return this.#until('\r\n', bytes, (text) => this.#onChunkSize(text));
      case 'chunk-data':
      case 'length':
        return this.#onBody(bytes);
      case 'chunk-end':
        return this.#until('\r\n', bytes, (text) => {
          if (text !== '') throw new ProtocolError(`bytes after a chunk's data: ${JSON.stringify(text.slice(0, 40))}`);
          this.#state = 'chunk-size';
        });
      case 'trailers':
        return this.#onTrailers(bytes);
      case 'until-close':
        this.#events.body(bytes);
        return bytes.subarray(bytes.length);
      case 'done':
        return bytes;
    }
  }

  #until(mark: string, bytes: Buffer, take: (text: string) => void): Buffer | undefined {
    const index = bytes.indexOf(mark, 0, 'latin1');
    if (index === -1) return undefined;
    take(bytes.toString('latin1', 0, index));
    return bytes.subarray(index + mark.length);
  }

  #onHead(head: ResponseHead): void {
    if (head.status < 200 && head.status !== 101) return this.#events.informational(head);
    const framing = framingOf(head, this.#method);
    this.#events.head(head, framing);
    this.#left = framing === 'content-length' ? contentLength(head) : 0;
    if (framing === 'chunked') this.#state = 'chunk-size';
    else if (framing === 'close-delimited') this.#state = 'until-close';
    else if (framing === 'content-length' && this.#left > 0) this.#state = 'length';
    else this.#finish([]);
  }

  #onChunkSize(text: string): void {
    const match = /^([0-9a-f]+)\s*(?:;.*)?$/i.exec(text);
    if (match === null) throw new ProtocolError(`no chunk size: ${JSON.stringify(text.slice(0, 40))}`);
    this.#left = Number.parseInt(match[1] ?? '', 16);
    this.#state = this.#left === 0 ? 'trailers' : 'chunk-data';
  }

  #onBody(bytes: Buffer): Buffer {
    const part = bytes.subarray(0, this.#left);
    this.#left -= part.length;
    this.#events.body(part);
    if (this.#left === 0) {
      if (this.#state === 'length') this.#finish([]);
      else this.#state = 'chunk-end';
    }
    return bytes.subarray(part.length);
  }

  #onTrailers(bytes: Buffer): Buffer | undefined {
    if (bytes.subarray(0, 2).toString('latin1') === '\r\n') {
      this.#finish([]);
      return bytes.subarray(2);
    }
    return this.#until('\r\n\r\n', bytes, (text) => this.#finish(parseFields(text.split('\r\n'))));
  }

  #finish(trailers: [string, string][]): void {
    this.#state = 'done';
    this.#events.end(trailers);
  }
}
