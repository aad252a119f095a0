/** What a tap keeps of the connections through it, within a bound, and what of that belongs to one stream. */

import { ProtocolError, ResponseParser } from '../client/http1.ts';

/** Which end of the tap: `downstream` is towards the client. */
export type Side = 'downstream' | 'upstream';

/** How a side ended its sending: FIN, RST, or a failure of the tap's own socket (the upstream could not be reached). */
export interface Close {
  at: number;
  from: Side;
  how: 'fin' | 'rst' | 'failed';
}

interface TapRead {
  /** Milliseconds on the tap's monotonic clock. */
  at: number;
  from: Side;
  data: Buffer;
  /** Handed out, and so no longer kept. */
  isTaken?: true;
}

/** A read as it is handed out. */
export interface WireRead {
  at: number;
  from: Side;
  bytes: number;
  /** Base64; absent where the link cannot be read. */
  data?: string;
}

/** One request for the stream and its response, on a connection that may have carried others before. */
export interface Exchange {
  openedAt: number;
  connectedAt?: number;
  /** In the order in which they were made, both directions. */
  reads: WireRead[];
  closes: Close[];
}

/** A connection whose bytes say nothing to a tap: only when, how many, and in which direction. */
export interface OpaqueConnection extends Exchange {
  protocol: 'TLS' | 'HTTP/2';
}

export interface TapRecording {
  /** When it was handed out. */
  takenAt: number;
  exchanges: Exchange[];
  opaque: OpaqueConnection[];
  /** The most bytes that a tap keeps at a time, and how many of the oldest it has let go since the last time because it was met. */
  bound: { bytes: number; lostBytes: number };
}

/** Of all connections of a tap together: streams that nobody takes make room by their age. */
const BOUND_BYTES = 64 * 1024 * 1024;
/** What a read costs besides its bytes. */
const READ_BYTES = 128;
/** So many entries that are no longer kept are dropped at once. */
const LONGEST_TAIL = 10_000;

/** RFC 9112, section 3: a new request on the connection. */
const REQUEST_LINE = /^[A-Z]+ \S+ HTTP\/1\.[01]\r\n/;
/** RFC 9113, section 3.4. */
const HTTP_2_PREFACE = 'PRI * HTTP/2.0';
/** RFC 8446, section 5.1: a record of the handshake. */
const TLS_HANDSHAKE = 0x16;

/** One connection, from its acceptance on. */
export interface Connection {
  readonly openedAt: number;
  connectedAt?: number;
  reads: TapRead[];
  closes: Close[];
  /** The last request line, and what came from upstream since. */
  asked?: string;
  answeredBytes: number;
}

function textOf(data: Buffer): string {
  return data.toString('latin1', 0, 16 * 1024);
}

function beginsRequest({ from, data }: TapRead): boolean {
  return from === 'downstream' && REQUEST_LINE.test(textOf(data));
}

function protocolOf({ reads }: Connection): OpaqueConnection['protocol'] | undefined {
  const first = reads.find(({ from }) => from === 'downstream')?.data;
  if (first === undefined) return undefined;
  if (first[0] === TLS_HANDSHAKE) return 'TLS';
  return first.toString('latin1', 0, HTTP_2_PREFACE.length) === HTTP_2_PREFACE ? 'HTTP/2' : undefined;
}

/**
 * Reads of the stream's request and response: from the request line that names it to the next one. HTTP/1.1 allows
 * requests to be sent ahead of their turn; no proxy does that to its upstream.
 */
function windowOf({ reads }: Connection, stream: string): { from: number; until: number } | undefined {
  const mark = `/stream/${stream} `;
  const from = reads.findIndex((read) => read.from === 'downstream' && read.data.includes(mark, 0, 'latin1'));
  if (from === -1) return undefined;
  const next = reads.findIndex((read, index) => index > from && beginsRequest(read));
  return { from, until: next === -1 ? reads.length : next };
}

/** Whether all of the response has come, or what can be none. */
function hasEnded(reads: readonly TapRead[]): boolean {
  const [asked, ...rest] = reads;
  const [method = ''] = asked === undefined ? [] : textOf(asked.data).split(' ', 1);
  const parser = new ResponseParser(method, { informational() {}, head() {}, body() {}, end() {} });
  try {
    for (const { from, data } of rest) if (from === 'upstream') parser.feed(data);
    return parser.done;
  } catch (error) {
    if (error instanceof ProtocolError) return true;
    throw error;
  }
}

function times({ openedAt, connectedAt }: Connection): Pick<Exchange, 'openedAt' | 'connectedAt'> {
  return connectedAt === undefined ? { openedAt } : { openedAt, connectedAt };
}

/** All connections of one tap. */
export class Recording {
  readonly #boundBytes: number;
  #connections: Connection[] = [];
  /** Every read that is kept, the oldest first, and some that are not any more. */
  #order: { connection: Connection; read: TapRead }[] = [];
  #oldest = 0;
  #keptBytes = 0;
  #lostBytes = 0;

  constructor(boundBytes = BOUND_BYTES) {
    this.#boundBytes = boundBytes;
  }

  open(at: number): Connection {
    const connection: Connection = { openedAt: at, reads: [], closes: [], answeredBytes: 0 };
    this.#connections.push(connection);
    return connection;
  }

  read(connection: Connection, at: number, from: Side, data: Buffer): void {
    const read: TapRead = { at, from, data };
    connection.reads.push(read);
    const [asked] = from === 'downstream' ? (REQUEST_LINE.exec(textOf(data)) ?? []) : [];
    if (asked !== undefined) [connection.asked, connection.answeredBytes] = [asked, 0];
    else if (from === 'upstream') connection.answeredBytes += data.length;
    this.#order.push({ connection, read });
    this.#keptBytes += data.length + READ_BYTES;
    while (this.#keptBytes > this.#boundBytes) this.#loseOldest();
  }

  #loseOldest(): void {
    const entry = this.#order[this.#oldest];
    this.#oldest += 1;
    if (this.#oldest >= LONGEST_TAIL) {
      this.#order.splice(0, this.#oldest);
      this.#oldest = 0;
    }
    if (entry === undefined || entry.read.isTaken === true) return;
    // In its own connection too it is the oldest.
    entry.connection.reads.shift();
    this.#keptBytes -= entry.read.data.length + READ_BYTES;
    this.#lostBytes += entry.read.data.length;
  }

  /** Whether the stream has ended here: its response is whole, or a side closed. One that is not here, or cannot be read, has nothing to wait for. */
  isOver(stream: string): boolean {
    return this.#connections.every((connection) => {
      if (protocolOf(connection) !== undefined) return true;
      const at = windowOf(connection, stream);
      if (at === undefined || at.until < connection.reads.length || connection.closes.length > 0) return true;
      return hasEnded(connection.reads.slice(at.from));
    });
  }

  /** Hands out what belongs to the stream, and forgets it; of links that cannot be read, all since the last time. */
  take(stream: string, takenAt: number): TapRecording {
    const exchanges: Exchange[] = [];
    const opaque: OpaqueConnection[] = [];
    for (const connection of this.#connections) {
      const protocol = protocolOf(connection);
      if (protocol !== undefined) {
        // The first read is what tells the protocol: it stays.
        opaque.push({ ...this.#handOut(connection, 1, connection.reads.length, false), protocol });
        continue;
      }
      for (let at = windowOf(connection, stream); at !== undefined; at = windowOf(connection, stream))
        exchanges.push(this.#handOut(connection, at.from, at.until, true));
    }
    this.#connections = this.#connections.filter(({ reads, closes }) => reads.length > 0 || closes.length < 2);
    const bound = { bytes: this.#boundBytes, lostBytes: this.#lostBytes };
    this.#lostBytes = 0;
    return { takenAt, exchanges, opaque, bound };
  }

  #handOut(connection: Connection, from: number, until: number, isReadable: boolean): Exchange {
    const isLast = until === connection.reads.length;
    const taken = connection.reads.splice(from, until - from);
    for (const read of taken) {
      read.isTaken = true;
      this.#keptBytes -= read.data.length + READ_BYTES;
    }
    return {
      ...times(connection),
      reads: taken.map((read) => ({
        at: read.at,
        from: read.from,
        bytes: read.data.length,
        ...(isReadable ? { data: read.data.toString('base64') } : {}),
      })),
      closes: isLast ? [...connection.closes] : [],
    };
  }
}
