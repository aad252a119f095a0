/** What the origin saw of one stream. All times are milliseconds on the monotonic clock. */

import type { Framing, Workload } from './workload.ts';

export interface Emission {
  seq: number;
  /** When the write was made; of a coded stream, when what the coder made of it was written. */
  at: number;
  /** Of the body before any coding. */
  bytes: number;
}

/** The body of the request. `pieces` are as the origin read them, the first ten thousand; `bytes` are of all. */
export interface Upload {
  pieces: { at: number; bytes: number }[];
  bytes: number;
  /** Absent while it is open. `cut`: the connection closed before its end. */
  end?: { at: number; how: 'whole' | 'cut' };
}

/** How a stream ended: whole, because its reader left, by the death its workload asks for, by its lifetime or by request, or by a fault of the origin. */
export type StreamEnd = 'complete' | 'client-left' | 'died' | 'lifetime' | 'deleted' | 'error';

/**
 * FIN (the socket's `end`), or RST (ECONNRESET, or EPIPE where a write met it); in HTTP/2 also an RST_STREAM of this
 * stream, by the name of its error code (RFC 9113, section 7), on a connection that stays.
 */
export type Sign = { seen: 'fin' | 'rst' } | { seen: 'rst-stream'; code: string };

export type UsedFraming = Framing | 'h2';

export interface OriginTrace {
  id: string;
  workload: Workload;
  state: 'waiting' | 'open' | 'ended';
  /** The request as it came from the hop; absent until one came. */
  request?: {
    at: number;
    method: string;
    httpVersion: string;
    /** Port of the connection's other end. */
    remotePort?: number;
    headers: Record<string, string | string[]>;
  };
  /** Absent where the request has no body. */
  upload?: Upload;
  /** Requests that came for a stream already taken: a hop that replays. */
  replays: number;
  /** The framing really used: HTTP/1.0 knows no chunked; `h2` is a body that HTTP/2 ends by itself, with no length announced. */
  framing?: UsedFraming;
  /** Responses with a 1xx status that were sent before the head. */
  informational?: { status: number; at: number }[];
  headAt?: number;
  emissions: Emission[];
  /** When each heartbeat was written; absent where none was asked for. */
  heartbeats?: number[];
  acks: { seq: number; at: number }[];
  /** The chunk whose acknowledgement did not come in time. */
  stalled?: { seq: number; at: number };
  /** The first sign on the origin's socket, while the stream was open, that its reader is gone. */
  abort?: { at: number } & Sign;
  /** Sent after the body; absent where the framing knows none. */
  trailers?: Record<string, string>;
  /** `at`: when the end of the response was begun. */
  end?: { at: number; how: StreamEnd; detail?: string };
}
