/** Finds our chunks in the decoded body, and everything in it that is not ours. */

import {
  DELIMITERS,
  encodeChunk,
  HEARTBEAT,
  plannedHeartbeats,
  planChunks,
  SEQ_PATTERNS,
} from '../../server/payload.ts';
import type { Workload } from '../../server/workload.ts';

export interface Arrival {
  seq: number;
  /** When the read was made that held the chunk's last byte. */
  at: number;
  /** Index into the client's reads. */
  read: number;
  /** Absent when every byte was as emitted. */
  altered?: true;
}

/** Bytes that are no chunk of ours. */
export interface Foreign {
  at: number;
  bytes: number;
  sample: string;
}

const SAMPLE_CHARACTERS = 200;

export class Arrivals {
  readonly arrivals: Arrival[] = [];
  readonly foreign: Foreign[] = [];
  readonly #workload: Workload;
  readonly #sizes: number[];
  #rest = '';
  #highest = -1;
  #heartbeatsLeft: number;

  constructor(workload: Workload) {
    this.#workload = workload;
    this.#sizes = planChunks(workload);
    this.#heartbeatsLeft = plannedHeartbeats(workload);
  }

  /** The highest chunk number that arrived so far, -1 before the first. */
  get highest(): number {
    return this.#highest;
  }

  feed(bytes: Buffer, at: number, read: number): void {
    const delimiter = DELIMITERS[this.#workload.format];
    const tokens = (this.#rest + bytes.toString('latin1')).split(delimiter);
    this.#rest = tokens.pop() ?? '';
    for (const token of tokens) this.#take(token + delimiter, at, read);
  }

  /** Call at the end of the body: what is left over is the beginning of a chunk that was cut, or foreign. */
  finish(at: number): void {
    const next = this.#highest + 1;
    const size = this.#sizes[next];
    const beginsNext =
      this.#rest === '' ||
      (this.#heartbeatsLeft > 0 && HEARTBEAT.startsWith(this.#rest)) ||
      (size !== undefined && encodeChunk(this.#workload.format, next, size).startsWith(this.#rest));
    if (!beginsNext) this.#foreign(this.#rest, at);
    this.#rest = '';
  }

  #take(token: string, at: number, read: number): void {
    if (token === HEARTBEAT && this.#heartbeatsLeft > 0) {
      this.#heartbeatsLeft -= 1;
      return;
    }
    const { format } = this.#workload;
    const seq = Number(SEQ_PATTERNS[format].exec(token)?.[1] ?? Number.NaN);
    const size = this.#sizes[seq];
    if (size === undefined) return this.#foreign(token, at);
    const intact = token === encodeChunk(format, seq, size);
    this.arrivals.push(intact ? { seq, at, read } : { seq, at, read, altered: true });
    this.#highest = Math.max(this.#highest, seq);
  }

  #foreign(text: string, at: number): void {
    this.foreign.push({ at, bytes: text.length, sample: text.slice(0, SAMPLE_CHARACTERS) });
  }
}
