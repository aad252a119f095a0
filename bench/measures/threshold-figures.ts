/** The figures of the hold threshold, from what its probes saw. Pure. */

import type { Unseen } from '../chain/unseen.ts';
import { median, sizeOf, sum } from '../metrics.ts';
import type { Frozen } from './frozen.ts';
import { bracket, type Answer } from './search.ts';
import { streamsFigures, type OwnEvidence, type StreamsFigures } from './threshold-own.ts';

/** Body bytes: those before the end of the response alone. */
export interface Probe {
  /** Written in all, … */
  bytes: number;
  /** … in so many writes. */
  writes: number;
  releasedBytes: number;
  /** When the first of the bytes that the probe is about came, counted from its last write; absent when none did. */
  firstMs?: number;
  /** From its first write to its last. */
  writingMs: number;
  coding?: string;
  /** What was to come out before did not: the probe tells nothing. */
  void?: true;
  fault?: string;
  /** The same at each hop of a chain, hop 1's first: `bytes` are those that came to it. */
  hops?: (Probe | Unseen)[];
}

export interface ThresholdEvidence {
  delayLimitMs: number;
  /** Where delivery found that the lane streams: the median hold of its words, each of which was waited for by itself. */
  streamedMs?: number;
  waitMs: number;
  /** How long the smallest chunk was waited for. */
  quietMs: number;
  /** As few bytes as a chunk can have. */
  smallest: Probe[];
  /** In one write. */
  first: Probe[];
  /** Written after the first release: `bytes` are those of that second write, `releasedBytes` what came beyond that release. */
  next: Probe[];
  /** The threshold again in small writes: by the size of a write. */
  byChunk: { chunkBytes: number; probes: Probe[] }[];
  /** As many bytes of a text that a coder makes next to nothing of; absent where a coder is seen anyway. */
  otherText?: Probe[];
  /** And in writes each larger than the last. */
  growing?: { sizes: number[]; probes: Probe[] };
  /** Where the smallest stream: chunks of the lane's own sizes. */
  own?: OwnEvidence;
}

/** More than `over` bytes, and `upTo` bytes at most: exact when they are neighbours and the probes of these two agreed (search.ts). */
export interface Range {
  over: number;
  upTo: number;
  exact: boolean;
}

/** Counted in whole writes; `same`: just so many as the threshold in one write demands. Without `upTo` none were enough. */
interface InWrites {
  over: number;
  upTo?: number;
  same: boolean;
}

export type ThresholdFigures =
  | StreamsFigures
  | {
      how: 'bytes';
      threshold: Range;
      /** What came out of the bytes of the threshold, least and most. */
      releasedBytes: { min: number; max: number };
      /** How many more had to be written then; absent where no bytes up to the bound were enough, or it was not asked. */
      next?: Range;
      /** The same in writes of this size, counted in whole writes; of a coder none but where the measure is named, or under `--deep`. */
      byChunk: ({ chunkBytes: number } & InWrites)[];
      /** The same in writes each larger than the last. */
      growing?: InWrites;
      /** The first chunk was let go after this, by a timer, which may have been started by the head. */
      timerMs?: number;
      /** The bytes are those before this coding: the threshold is one of coded bytes, and depends on the text. */
      coding?: string;
      /** No coding is seen, yet it depends on the text: of one that repeats itself as many bytes are too few. The hop codes by itself, and undoes it. */
      ofText?: true;
    }
  | { how: 'not-by-bytes'; boundBytes: number; timerMs?: number }
  | { how: 'by-time'; minMs: number; maxMs: number }
  | { how: 'unknown'; reason: string; isNoise?: true };

/** Of a timer’s period: what comes out in the first half was let go by bytes; and until shortly before its end it is quiet. */
const BEFORE_TIMER = 0.5;
const QUIET_SHARE = 0.9;
/** So many of the smallest chunks, and such a share of them, at the floor: the hop streams. */
const LEAST_AT_ONCE = 2;
const AT_ONCE_SHARE = 1 / 3;
const UNSEEN_SHARE = 0.2;
/** So many times as long as what only narrows the search. */
const LONGER = 4;
/** What a hop on a busy machine passes on, … */
const BYTES_PER_MS = 5000;
/** … and what a coder does beside others. Asked too soon, what is enough is found too few, and costs as many questions again. */
const CODED_BYTES_PER_MS = 1000;
/** A time that is shorter than so many times what a busy machine may hold is not put down to the hop. */
const SURE_FACTOR = 8;
/** So late a busy machine may make any one: a median below it is believed where most lie so close to the shortest. */
const BUSY_MS = 100;
const CLOSE_FACTOR = 1.25;
const CLOSE_SHARE = 2 / 3;
/** How often each of the two sizes that decide is probed. */
export const TIMES = 3;
/** The shortest that the origin can wait for an acknowledgement. */
const SHORTEST_MS = 10;

/** Pure: a probe is about what came beyond `beyondBytes`, counted from the last write. */
export function probeOf(
  { writes, pieces, cameIn, coding = cameIn, fault }: Frozen,
  counted: number,
  beyondBytes = 0,
): Probe {
  let received = 0;
  const first = pieces.find(({ bytes }) => (received += bytes) > beyondBytes);
  const total = sizeOf(pieces);
  const about = writes.slice(writes.length - counted);
  return {
    bytes: sizeOf(about),
    writes: about.length,
    releasedBytes: Math.max(0, total - beyondBytes),
    writingMs: (about.at(-1)?.at ?? 0) - (about[0]?.at ?? 0),
    ...(first === undefined ? {} : { firstMs: first.at - (writes.at(-1)?.at ?? 0) }),
    ...(coding === undefined ? {} : { coding }),
    ...(total < beyondBytes || (beyondBytes > 0 && writes.length <= counted) ? { void: true } : {}),
    ...(fault === undefined ? {} : { fault }),
  };
}

export type Start =
  | { how: 'streams' }
  /** Sure where the repeats agree, or are too long for a busy machine. */
  | { how: 'by-time'; minMs: number; maxMs: number; isSure: boolean }
  /** What comes out within `limitMs` of the last write and `quietMs` of the first is let go by bytes. */
  | { how: 'held'; limitMs: number; quietMs: number; timerMs?: number; isCoded?: true };

/** Whether a timer that runs from the write explains most of them, but for what is within the floor. */
function isAlike(seen: readonly number[], delayLimitMs: number): boolean {
  const closeMs = CLOSE_FACTOR * Math.min(...seen) + delayLimitMs;
  return seen.filter((ms) => ms <= closeMs).length >= CLOSE_SHARE * seen.length;
}

/** What the smallest chunks say: at the floor they stream; later it is a timer, and only what is well before it is by bytes. */
export function startOf({ smallest, delayLimitMs, streamedMs, waitMs, quietMs }: ThresholdEvidence): Start {
  const seen = smallest.flatMap(({ firstMs }) => firstMs ?? []);
  if (seen.length === 0) {
    const isCoded = smallest.some(({ coding }) => coding !== undefined);
    return { how: 'held', limitMs: waitMs, quietMs, ...(isCoded ? { isCoded } : {}) };
  }
  // A busy machine may hold most of them; a hop that holds lets none go at once, or where it ticks by itself few.
  const atOnce = seen.filter((ms) => ms <= delayLimitMs).length;
  const unseen = smallest.length - seen.length;
  const areSeen = unseen <= smallest.length * UNSEEN_SHARE;
  if (areSeen && atOnce >= Math.max(LEAST_AT_ONCE, smallest.length * AT_ONCE_SHARE)) return { how: 'streams' };
  const [minMs, maxMs] = [Math.min(...seen), Math.max(...seen)];
  const limitMs = Math.min(waitMs, Math.floor(minMs * BEFORE_TIMER));
  const isClear = median(seen) >= BUSY_MS || isAlike(seen, delayLimitMs);
  if (limitMs < Math.max(delayLimitMs, SHORTEST_MS) || !isClear) {
    const isSure = isClear && median(seen) >= SURE_FACTOR * delayLimitMs;
    // No timer holds the lane's words: what a busy machine does as well is its doing.
    if (areSeen && !isSure && streamedMs !== undefined && streamedMs <= delayLimitMs) return { how: 'streams' };
    return { how: 'by-time', minMs, maxMs, isSure };
  }
  return { how: 'held', limitMs, quietMs: minMs * QUIET_SHARE, timerMs: median(seen) };
}

export type Limits = Extract<Start, { how: 'held' }>;

/** Of what is asked where the smallest chunks stream. */
export function streamLimits({ waitMs, quietMs }: ThresholdEvidence): Limits {
  return { how: 'held', limitMs: waitMs, quietMs };
}

/** Many bytes take their time even where they are let go at once: they are passed on, and perhaps coded. */
export function limitFor(bytes: number, { limitMs, quietMs, isCoded }: Limits): number {
  const bytesPerMs = isCoded === true ? CODED_BYTES_PER_MS : BYTES_PER_MS;
  return Math.floor(Math.min(quietMs, limitMs + bytes / bytesPerMs));
}

/** What decides is waited for longer, and all where the machine was slow with what was enough, of more bytes in proportion: it may take its time. */
export function longerFor(bytes: number, limits: Limits, probes: readonly Probe[], isDeciding: boolean): number {
  const usual = limitFor(bytes, limits);
  if (limits.timerMs !== undefined) return usual;
  const slowestMs = Math.max(0, ...probes.map((probe) => (probe.firstMs ?? 0) * Math.min(1, bytes / probe.bytes)));
  return Math.ceil(Math.min(limits.quietMs, LONGER * Math.max(isDeciding ? usual : usual / LONGER, slowestMs)));
}

/** Where no timer lets go within `quietMs`, whatever comes in that time was let go by bytes, however late. */
export function answers(probes: readonly Probe[], limits: Limits): Answer[] {
  const told = probes.filter((probe) => probe.void === undefined);
  return told.map(({ bytes, firstMs = Number.POSITIVE_INFINITY, writingMs }) => {
    const inTime = limits.timerMs === undefined ? limits.quietMs : limitFor(bytes, limits);
    return { at: bytes, enough: firstMs <= inTime && writingMs + firstMs <= limits.quietMs };
  });
}

/** Exact when it was asked often enough, or a range from what was as often too few: an answer by itself may have come late. */
function rangeOf(probes: readonly Probe[], limits: Limits, start: number): Range | undefined {
  const all = answers(probes, limits);
  const { over, upTo, consistent, agreed } = bracket(all, start);
  if (upTo === undefined) return undefined;
  const asked = (at: number): Answer[] => all.filter((answer) => answer.at === at);
  const isSure = (at: number): boolean => at === start || asked(at).length >= TIMES;
  if (consistent && agreed && upTo - over === 1 && isSure(over) && isSure(upTo)) return { over, upTo, exact: true };
  const tooFew = all.filter(({ at }) => at <= over && isSure(at) && asked(at).every(({ enough }) => !enough));
  return { over: Math.max(start, ...tooFew.map(({ at }) => at)), upTo, exact: false };
}

/** Writes that ought to be enough when nothing but bytes counts. */
export function writesFor(bytes: number, chunkBytes: number): number {
  return Math.ceil(bytes / chunkBytes);
}

/** Bytes of so many writes of these sizes. */
function bytesOf(sizes: readonly number[], writes: number): number {
  return sum(sizes.slice(0, writes));
}

/** In how many writes of these sizes so many bytes are written. */
export function writesOf(sizes: readonly number[], bytes: number): number {
  let written = 0;
  return 1 + sizes.findIndex((size) => (written += size) >= bytes);
}

function inWrites(probes: readonly Probe[], limits: Limits, just: number, oneLess: number): InWrites {
  const found = bracket(answers(probes, limits), 0);
  return {
    over: found.over,
    ...(found.upTo === undefined ? {} : { upTo: found.upTo }),
    same: found.consistent && found.upTo === just && found.over === oneLess,
  };
}

function chunkFigures(
  { chunkBytes, probes }: ThresholdEvidence['byChunk'][number],
  limits: Limits,
  { upTo }: Range,
): { chunkBytes: number } & InWrites {
  const just = writesFor(upTo, chunkBytes) * chunkBytes;
  return { chunkBytes, ...inWrites(probes, limits, just, just - chunkBytes) };
}

function growingFigures(
  { sizes, probes }: NonNullable<ThresholdEvidence['growing']>,
  limits: Limits,
  { upTo }: Range,
): InWrites {
  const writes = writesOf(sizes, upTo);
  return inWrites(probes, limits, bytesOf(sizes, writes), bytesOf(sizes, writes - 1));
}

function byTime({ minMs, maxMs, isSure }: Extract<Start, { how: 'by-time' }>): ThresholdFigures {
  if (isSure) return { how: 'by-time', minMs, maxMs };
  const after = `${Math.round(minMs)}–${Math.round(maxMs)} ms`;
  const reason = `small writes came out after ${after}, which a busy machine does as well`;
  return { how: 'unknown', reason, isNoise: true };
}

/** A next write that is let go at once may only have pushed out what was left of the first block: of the next nothing is told. */
function nextRange(next: Range | undefined, { upTo }: Range, released: { max: number }): Range | undefined {
  return next?.over === 0 && released.max < upTo ? undefined : next;
}

/** Whether as many bytes of another text are too few, each time of as many as decide. */
function isOfText(otherText: readonly Probe[], limits: Limits): boolean {
  return otherText.length >= TIMES && answers(otherText, limits).every(({ enough }) => !enough);
}

export function figures(evidence: ThresholdEvidence): ThresholdFigures {
  const { smallest, first, next, byChunk, growing, own, otherText = [] } = evidence;
  const series = [...byChunk, ...(growing === undefined ? [] : [growing])];
  const all = [...smallest, ...first, ...next, ...otherText, ...series.flatMap(({ probes }) => probes)];
  const asked = [...all, ...(own?.streams ?? []), ...(own?.next ?? [])];
  const fault = asked.find((probe) => probe.fault !== undefined)?.fault;
  if (fault !== undefined) return { how: 'unknown', reason: fault };
  const start = startOf(evidence);
  if (start.how === 'streams')
    return streamsFigures(own, smallest[0]?.bytes ?? 0, (probes) => rangeOf(probes, streamLimits(evidence), 0));
  if (start.how === 'by-time') return byTime(start);
  const timer = start.timerMs === undefined ? {} : { timerMs: start.timerMs };
  const least = smallest[0]?.bytes ?? 0;
  const threshold = rangeOf(first, start, least);
  if (threshold === undefined) {
    const boundBytes = Math.max(...first.map(({ bytes }) => bytes));
    return { how: 'not-by-bytes', boundBytes, ...timer };
  }
  const deciding = first.filter(({ bytes, firstMs }) => bytes === threshold.upTo && firstMs !== undefined);
  const released = deciding.map(({ releasedBytes }) => releasedBytes);
  const { coding } = deciding[0] ?? {};
  const releasedBytes = { min: Math.min(...released), max: Math.max(...released) };
  const second = nextRange(rangeOf(next, start, 0), threshold, releasedBytes);
  return {
    how: 'bytes',
    threshold,
    releasedBytes,
    ...(second === undefined ? {} : { next: second }),
    byChunk: byChunk.map((chunks) => chunkFigures(chunks, start, threshold)),
    ...(growing === undefined ? {} : { growing: growingFigures(growing, start, threshold) }),
    ...timer,
    ...(coding === undefined ? {} : { coding }),
    ...(isOfText(otherText, start) ? { ofText: true } : {}),
  };
}
