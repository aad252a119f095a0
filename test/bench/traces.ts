/**
 * Traces as both sides would have made them: what was written when, and when it came. The bytes go
 * through the real `Arrivals`, so that a trace is what a stream of these bytes would have left.
 */

import { Arrivals } from '../../bench/client/arrivals.ts';
import type { ClientTrace } from '../../bench/client/client.ts';
import type { Evidence } from '../../bench/evidence.ts';
import type { Floor } from '../../bench/floor.ts';
import type { Trace } from '../../bench/trace.ts';
import { encodeChunk, planChunks } from '../../server/payload.ts';
import { LOCK_STEP, resolveWorkload, type WorkloadInput } from '../../server/workload.ts';

export const FLOOR: Floor = { hold: { n: 200, p50Ms: 0.1, p99Ms: 0.5, maxMs: 2 }, delayLimitMs: 5 };

export const STEP_MS = 10;
export const STALLED_AT_MS = 500;
export const WORKLOAD: WorkloadInput = {
  count: 10,
  chunkBytes: [100],
  pace: { ...LOCK_STEP, boundBytes: 6400, growth: 2 },
};

/** What came in one read, and when. */
export interface Piece {
  at: number;
  text: string;
}

export interface Recipe {
  workload?: WorkloadInput;
  /** When each chunk was written, in the order of the plan. */
  emittedAt: number[];
  pieces: Piece[];
  stalledSeq?: number;
  /** When the origin began the end of its response. */
  endAt: number;
  headAt?: number | undefined;
  /** How long after each chunk had come the origin was told; never if left out. */
  lagMs?: number;
  clientEnd?: ClientTrace['end'];
  offsetMs?: number;
}

export function chunkText(seq: number, workload: WorkloadInput = WORKLOAD): string {
  const resolved = resolveWorkload(workload);
  return encodeChunk(resolved.format, seq, planChunks(resolved)[seq] ?? 0);
}

/** Chunks as they came, each at its time; those of one time in one read. */
export function arriving(times: (number | undefined)[], workload: WorkloadInput = WORKLOAD): Piece[] {
  const pieces: Piece[] = [];
  for (const [seq, at] of times.entries()) {
    if (at === undefined) continue;
    const last = pieces.at(-1);
    if (last?.at === at) last.text += chunkText(seq, workload);
    else pieces.push({ at, text: chunkText(seq, workload) });
  }
  return pieces;
}

export function makeTrace(recipe: Recipe): Trace {
  const { emittedAt, pieces, stalledSeq, endAt, lagMs, offsetMs = 0 } = recipe;
  const workload = resolveWorkload(recipe.workload ?? WORKLOAD);
  const sizes = planChunks(workload);
  const arrivals = new Arrivals(workload);
  for (const [read, { at, text }] of pieces.entries()) arrivals.feed(Buffer.from(text), at, read);
  const end = recipe.clientEnd ?? { how: 'complete', at: Math.max(endAt, pieces.at(-1)?.at ?? 0) + 1 };
  arrivals.finish(end.at);
  const headAt = 'headAt' in recipe ? recipe.headAt : 0;
  const onOriginClock = (ms: number): number => ms - offsetMs;
  return {
    origin: {
      id: 'made',
      workload,
      state: 'ended',
      replays: 0,
      framing: workload.framing,
      emissions: emittedAt.map((at, seq) => ({ seq, at: onOriginClock(at), bytes: sizes[seq] ?? 0 })),
      acks: arrivals.arrivals.flatMap(({ seq, at }) =>
        lagMs === undefined ? [] : [{ seq, at: onOriginClock(at + lagMs) }],
      ),
      end: { at: onOriginClock(endAt), how: 'complete' },
      ...(stalledSeq === undefined
        ? {}
        : { stalled: { seq: stalledSeq, at: onOriginClock((emittedAt[stalledSeq] ?? 0) + LOCK_STEP.deadlineMs) } }),
    },
    client: {
      request: { method: 'GET', path: '/stream/made', httpVersion: '1.1', headers: {} },
      connectAt: -2,
      connectedAt: -1,
      sentAt: -1,
      informational: [],
      reads: pieces.map(({ at, text }) => ({ at, bytes: text.length + 10, bodyBytes: text.length })),
      end,
      ...(headAt === undefined
        ? {}
        : {
            head: {
              httpVersion: '1.1',
              status: workload.status,
              reason: 'OK',
              headers: [],
              at: headAt,
              framing: workload.framing === 'piecewise' ? 'chunked' : workload.framing,
            },
          }),
    },
    arrivals: arrivals.arrivals,
    foreign: arrivals.foreign,
    clock: { shared: offsetMs === 0, offsetMs, errorMs: offsetMs === 0 ? 0 : 0.1 },
  };
}

/** Ten chunks in lock-step, each held as long as `holdMs` says. */
export function streamed(holdMs: number | ((seq: number) => number) = 0.2, recipe: Partial<Recipe> = {}): Trace {
  const hold = typeof holdMs === 'number' ? (): number => holdMs : holdMs;
  const { count = 10 } = recipe.workload ?? WORKLOAD;
  const emittedAt: number[] = [];
  const arrivedAt: number[] = [];
  for (let seq = 0; seq < count; seq += 1) {
    emittedAt.push((arrivedAt.at(-1) ?? 0) + STEP_MS);
    arrivedAt.push((emittedAt.at(-1) ?? 0) + hold(seq));
  }
  const endAt = (arrivedAt.at(-1) ?? 0) + 1;
  return makeTrace({ emittedAt, pieces: arriving(arrivedAt, recipe.workload), endAt, ...recipe });
}

export interface Stall {
  /** Chunks that streamed before. */
  streamedChunks?: number;
  /** When all that had been written by then comes out, in ms after the stalled chunk was written; never before the end if left out. */
  releasedAfterMs?: number;
  /** When what was held to the end comes, in ms after that. */
  lateMs?: number;
  recipe?: Partial<Recipe>;
}

/** Chunk `streamedChunks` is written at 500 ms; the raising begins 1000 ms later, a chunk each 15 ms. */
export function stalled({ streamedChunks = 0, releasedAfterMs, lateMs = 1, recipe = {} }: Stall = {}): Trace {
  const total = planChunks(resolveWorkload(recipe.workload ?? WORKLOAD)).length - 1;
  const emittedAt = Array.from({ length: total }, (_, seq) => {
    if (seq <= streamedChunks) return STALLED_AT_MS + (seq - streamedChunks) * STEP_MS;
    return STALLED_AT_MS + LOCK_STEP.deadlineMs + (seq - streamedChunks - 1) * LOCK_STEP.stepMs;
  });
  const { pace } = recipe.workload ?? WORKLOAD;
  const lingerMs = (pace?.mode === 'lock-step' ? pace.lingerMs : undefined) ?? LOCK_STEP.lingerMs;
  const endAt = (emittedAt.at(-1) ?? 0) + lingerMs;
  const arrivedAt = emittedAt.map((at, seq) => {
    if (seq < streamedChunks) return at + 0.2;
    const releasedAt = STALLED_AT_MS + (releasedAfterMs ?? Number.NaN);
    return at <= releasedAt ? releasedAt : endAt + lateMs;
  });
  return makeTrace({
    emittedAt,
    pieces: arriving(arrivedAt, recipe.workload),
    stalledSeq: streamedChunks,
    endAt,
    headAt: 1,
    ...recipe,
  });
}

/** Chunks that streamed, then one of as many bytes as had been held, and the time until it came: `undefined` is not before the end. */
export function frozen(
  heldMs: number | undefined,
  framing: 'chunked' | 'content-length' = 'chunked',
  bytes = 700,
): Trace {
  const workload: WorkloadInput = {
    framing,
    count: 2,
    chunkBytes: [100, bytes],
    pace: { ...LOCK_STEP, boundBytes: 101 + bytes, deadlineMs: 1500, freeze: { afterChunks: 1, bytes: 100 + bytes } },
  };
  const endAt = heldMs === undefined ? 10 + 1500 + LOCK_STEP.lingerMs : 10 + heldMs + 1;
  // A length that was announced is filled with the plan's last chunk, from the moment on that the end is begun.
  const emittedAt = framing === 'content-length' ? [0, 10, endAt] : [0, 10];
  const arrivedAt = [0.2, heldMs === undefined ? endAt + 0.5 : 10 + heldMs, endAt + 0.5];
  return makeTrace({
    workload,
    emittedAt,
    pieces: arriving(arrivedAt.slice(0, emittedAt.length), workload),
    endAt,
    ...(heldMs === undefined ? { stalledSeq: 1 } : {}),
  });
}

/** Twenty words in lock-step, of which these are held, though not for so long that each by itself is worth another look. */
export function holding(...seqs: number[]): Trace {
  return streamed((seq) => (seqs.includes(seq) ? 15 : 0.2), { workload: { ...WORKLOAD, count: 20 } });
}

/** So many numbers in a row. */
export function row(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

export function evidenceOf(...tries: Trace[]): Evidence {
  return { tries };
}

/** The same in every depth, and nothing in it can be changed. */
export function deepFrozen<T>(value: T): T {
  const copy = structuredClone(value);
  const freeze = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    Object.freeze(part);
    for (const inner of Object.values(part)) freeze(inner);
  };
  freeze(copy);
  return copy;
}

/** The third chunk is lost. */
export function broken(trace: Trace): Trace {
  trace.arrivals.splice(2, 1);
  return trace;
}

/** Of three words, the second written so long after the first had come, the tail is cut. */
export function cut(waitedMs = 1): Trace {
  const emittedAt = [0, 1 + waitedMs, 3 + waitedMs];
  const clientEnd = { how: 'cut', at: 10 + waitedMs } as const;
  const trace = makeTrace({ emittedAt, pieces: arriving([1, 2 + waitedMs]), endAt: 9 + waitedMs, clientEnd });
  trace.origin.end = { at: 9 + waitedMs, how: 'client-left' };
  return trace;
}
