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
  /** What came since the last chunk's end, as it was read: a large chunk comes in many reads, and is searched in none twice. */
  #rest: string[] = [];
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
    const text = bytes.toString('latin1');
    if (text === '') return;
    // Of a delimiter, which is two characters at most, the first may have come in the read before.
    const before = this.#rest.at(-1)?.at(-1) ?? '';
    this.#rest.push(text);
    if (!(before + text).includes(delimiter)) return;
    const tokens = this.#rest.join('').split(delimiter);
    this.#rest = [tokens.pop() ?? ''];
    for (const token of tokens) this.#take(token + delimiter, at, read);
  }

  /** Call at the end of the body: what is left over is the beginning of a chunk that was cut, or foreign. */
  finish(at: number): void {
    const rest = this.#rest.join('');
    const next = this.#highest + 1;
    const size = this.#sizes[next];
    const beginsNext =
      rest === '' ||
      (this.#heartbeatsLeft > 0 && HEARTBEAT.startsWith(rest)) ||
      (size !== undefined && encodeChunk(this.#workload.format, next, size, this.#workload.filler).startsWith(rest));
    if (!beginsNext) this.#foreign(rest, at);
    this.#rest = [];
  }

  #take(token: string, at: number, read: number): void {
    if (token === HEARTBEAT && this.#heartbeatsLeft > 0) {
      this.#heartbeatsLeft -= 1;
      return;
    }
    const { format, filler } = this.#workload;
    const seq = Number(SEQ_PATTERNS[format].exec(token)?.[1] ?? Number.NaN);
    const size = this.#sizes[seq];
    if (size === undefined) return this.#foreign(token, at);
    const intact = token === encodeChunk(format, seq, size, filler);
    this.arrivals.push(intact ? { seq, at, read } : { seq, at, read, altered: true });
    this.#highest = Math.max(this.#highest, seq);
  }

  #foreign(text: string, at: number): void {
    this.foreign.push({ at, bytes: text.length, sample: text.slice(0, SAMPLE_CHARACTERS) });
  }
}
