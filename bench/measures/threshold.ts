/**
 * Hold threshold in bytes, with time frozen: how many body bytes the origin must have written before
 * anything comes out. Each probe is a new stream that writes so many bytes, and then waits.
 */

import type { Frozen } from './frozen.ts';
import { frozenStream } from './frozen.ts';
import type { Measure, MeasureContext } from './measure.ts';
import { bracket, nextQuestions, type Answer, type SearchOptions } from './search.ts';

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
}

export interface ThresholdEvidence {
  delayLimitMs: number;
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
}

/** More than `over` bytes, and `upTo` bytes at most: exact when they are neighbours and every probe of these two agreed. */
export interface Range {
  over: number;
  upTo: number;
  exact: boolean;
}

export type ThresholdFigures =
  | { how: 'streams'; bytes: 0 }
  | {
      how: 'bytes';
      threshold: Range;
      /** What came out of the bytes of the threshold, least and most. */
      releasedBytes: { min: number; max: number };
      /** How many more had to be written then; absent where no bytes up to the bound were enough. */
      next?: Range;
      /** The same in writes of this size, counted in whole writes. */
      byChunk: { chunkBytes: number; over: number; upTo?: number; same: boolean }[];
      /** The first chunk was let go after this, by a timer, which may have been started by the head. */
      timerMs?: number;
      /** The bytes are those before this coding: the threshold is one of coded bytes, and depends on the text. */
      coding?: string;
    }
  | { how: 'not-by-bytes'; boundBytes: number; timerMs?: number }
  | { how: 'by-time'; minMs: number; maxMs: number }
  | { how: 'unknown'; reason: string };

/** Tried upwards, so that hops which hold little are not sent much; the last is above what any is known to hold by default. */
const RUNGS_BYTES = [64 * 1024, 1024 * 1024, 4 * 1024 * 1024];
const AT_ONCE = 4;
/** How often each of the two sizes that decide is probed. */
const TIMES = 3;
/** A search ends after so many: usual are thirty. */
const MOST_PROBES = 90;
/** On a busy machine the smallest chunk must be seen at the floor more often than not in so many. */
const MOST_SMALLEST = 9;
const SMALLEST_WAIT_MS = 60;
const WAIT_FACTOR = 4;
/** The smallest chunk is waited for longer, so that a timer is known before bytes are written for as long. */
const QUIET_MS = 250;
/** Of a timer’s period: what comes out in the first half was let go by bytes; and until shortly before its end it is quiet. */
const BEFORE_TIMER = 0.5;
const QUIET_SHARE = 0.9;
const CHUNK_BYTES = [64, 1024, 16 * 1024];
/** What a write takes at most, on a quiet machine: it is a turn of the origin's. */
const WRITE_MS = 1.5;
/** The shortest that the origin can wait for an acknowledgement. */
const SHORTEST_MS = 10;

/** Pure: a probe is about what came beyond `beyondBytes`, counted from the last write. */
export function probeOf({ writes, pieces, coding, fault }: Frozen, counted: number, beyondBytes = 0): Probe {
  let received = 0;
  const first = pieces.find(({ bytes }) => (received += bytes) > beyondBytes);
  const total = pieces.reduce((sum, { bytes }) => sum + bytes, 0);
  const about = writes.slice(writes.length - counted);
  return {
    bytes: about.reduce((sum, { bytes }) => sum + bytes, 0),
    writes: about.length,
    releasedBytes: Math.max(0, total - beyondBytes),
    writingMs: (about.at(-1)?.at ?? 0) - (about[0]?.at ?? 0),
    ...(first === undefined ? {} : { firstMs: first.at - (writes.at(-1)?.at ?? 0) }),
    ...(coding === undefined ? {} : { coding }),
    ...(total < beyondBytes ? { void: true } : {}),
    ...(fault === undefined ? {} : { fault }),
  };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

type Start =
  | { how: 'streams' }
  | { how: 'by-time'; minMs: number; maxMs: number }
  /** What comes out within `limitMs` of the last write and `quietMs` of the first is let go by bytes. */
  | { how: 'held'; limitMs: number; quietMs: number; timerMs?: number };

/** What the smallest chunks say: at the floor they stream; later it is a timer, and only what is well before it is by bytes. */
export function startOf({ smallest, delayLimitMs, waitMs, quietMs }: ThresholdEvidence): Start {
  const seen = smallest.flatMap(({ firstMs }) => firstMs ?? []);
  if (seen.length === 0) return { how: 'held', limitMs: waitMs, quietMs };
  if (seen.length === smallest.length && median(seen) <= delayLimitMs) return { how: 'streams' };
  const [minMs, maxMs] = [Math.min(...seen), Math.max(...seen)];
  const limitMs = Math.min(waitMs, Math.floor(minMs * BEFORE_TIMER));
  if (limitMs < Math.max(delayLimitMs, SHORTEST_MS)) return { how: 'by-time', minMs, maxMs };
  return { how: 'held', limitMs, quietMs: minMs * QUIET_SHARE, timerMs: median(seen) };
}

type Limits = Extract<Start, { how: 'held' }>;

function answers(probes: readonly Probe[], { limitMs, quietMs }: Limits): Answer[] {
  const told = probes.filter((probe) => probe.void === undefined);
  return told.map(({ bytes, firstMs, writingMs }) => ({
    at: bytes,
    enough: firstMs !== undefined && firstMs <= limitMs && writingMs + firstMs <= quietMs,
  }));
}

function rangeOf(probes: readonly Probe[], limits: Limits, start: number): Range | undefined {
  const { over, upTo, consistent, unanimous } = bracket(answers(probes, limits), start);
  return upTo === undefined ? undefined : { over, upTo, exact: consistent && unanimous && upTo - over === 1 };
}

/** Writes that ought to be enough when nothing but bytes counts. */
function writesFor(bytes: number, chunkBytes: number): number {
  return Math.ceil(bytes / chunkBytes);
}

function chunkFigures(
  { chunkBytes, probes }: ThresholdEvidence['byChunk'][number],
  limits: Limits,
  { upTo }: Range,
): Extract<ThresholdFigures, { how: 'bytes' }>['byChunk'][number] {
  const found = bracket(answers(probes, limits), 0);
  const expected = writesFor(upTo, chunkBytes) * chunkBytes;
  return {
    chunkBytes,
    over: found.over,
    ...(found.upTo === undefined ? {} : { upTo: found.upTo }),
    same: found.consistent && found.upTo === expected && found.over === expected - chunkBytes,
  };
}

function figures(evidence: ThresholdEvidence): ThresholdFigures {
  const { smallest, first, next, byChunk } = evidence;
  const all = [...smallest, ...first, ...next, ...byChunk.flatMap(({ probes }) => probes)];
  const fault = all.find((probe) => probe.fault !== undefined)?.fault;
  if (fault !== undefined) return { how: 'unknown', reason: fault };
  const start = startOf(evidence);
  if (start.how === 'streams') return { how: 'streams', bytes: 0 };
  if (start.how === 'by-time') return start;
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
  const second = rangeOf(next, start, 0);
  return {
    how: 'bytes',
    threshold,
    releasedBytes: { min: Math.min(...released), max: Math.max(...released) },
    ...(second === undefined ? {} : { next: second }),
    byChunk: byChunk.map((chunks) => chunkFigures(chunks, start, threshold)),
    ...timer,
    ...(coding === undefined ? {} : { coding }),
  };
}

function number(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function sayNext({ over, upTo, exact }: Range): string {
  // No fewer can be written.
  if (over === 0) return 'then streams';
  return `then ${exact ? '' : 'up to '}${number(upTo)} more`;
}

function sayBytes(found: Extract<ThresholdFigures, { how: 'bytes' }>): string {
  const { threshold, next, byChunk, timerMs, coding } = found;
  const first = threshold.exact
    ? `nothing comes out below ${number(threshold.upTo)} bytes`
    : `comes out somewhere between ${number(threshold.over)} and ${number(threshold.upTo)} bytes`;
  const differ = byChunk.filter(({ same }) => !same);
  const parts = [
    coding === undefined ? first : `${first} of this text before ${coding}`,
    ...(next === undefined ? [] : [sayNext(next)]),
    ...(timerMs === undefined ? [] : [`or after a timer`]),
    ...differ.map(
      ({ chunkBytes, upTo }) =>
        `in writes of ${number(chunkBytes)} ${upTo === undefined ? 'nothing is enough' : `${number(upTo)} bytes`}`,
    ),
  ];
  return parts.join(', ');
}

function say(found: ThresholdFigures): string {
  switch (found.how) {
    case 'streams':
      return 'comes out from the first byte on';
    case 'bytes':
      return sayBytes(found);
    case 'not-by-bytes': {
      const nothing = `nothing comes out for ${number(found.boundBytes)} bytes`;
      return found.timerMs === undefined ? nothing : `${nothing}, only after ${number(found.timerMs)} ms`;
    }
    case 'by-time':
      return `lets go by time, after ${number(found.minMs)}–${number(found.maxMs)} ms: bytes cannot be told from it`;
    case 'unknown':
      return `not measured: ${found.reason}`;
  }
}

/** Asks until the search is over; what was asked is added to `probes`. */
async function search(
  probes: Probe[],
  limits: Limits,
  options: SearchOptions,
  ask: (at: number) => Promise<Probe>,
): Promise<void> {
  for (;;) {
    const questions = nextQuestions(answers(probes, limits), options);
    if (questions.length === 0 || probes.length >= MOST_PROBES) return;
    probes.push(...(await Promise.all(questions.map(ask))));
    if (probes.some(({ fault }) => fault !== undefined)) return;
  }
}

/** Writes all in one, and the end at once when all of it has come out. */
async function wholeProbe(context: MeasureContext, bytes: number, waitMs: number): Promise<Probe> {
  const frozen = await frozenStream(context, {
    chunkBytes: [bytes],
    deadlineMs: waitMs,
    onBody: (received, acknowledge) => received >= bytes && acknowledge(0),
  });
  return probeOf(frozen, 1);
}

/** Writes what lets go of the first block, and `bytes` more when it came. */
async function nextProbe(
  context: MeasureContext,
  { upTo, released }: { upTo: number; released: number },
  bytes: number,
  waitMs: number,
): Promise<Probe> {
  let begun = false;
  const frozen = await frozenStream(context, {
    chunkBytes: [upTo, bytes],
    deadlineMs: waitMs,
    onBody(received, acknowledge) {
      if (begun || received < released) return;
      begun = true;
      acknowledge(0);
    },
  });
  return probeOf(frozen, 1, released);
}

async function chunkProbe(context: MeasureContext, chunkBytes: number, writes: number, waitMs: number): Promise<Probe> {
  const frozen = await frozenStream(context, {
    chunkBytes: Array.from({ length: writes }, () => chunkBytes),
    deadlineMs: SHORTEST_MS,
    lingerMs: waitMs,
  });
  return probeOf(frozen, writes);
}

function mostWrites({ quietMs, limitMs }: Limits): number {
  return Math.floor((quietMs - limitMs) / WRITE_MS);
}

/** The threshold in writes of one size, asked in writes and kept in bytes. */
async function chunkProbes(
  context: MeasureContext,
  chunkBytes: number,
  expected: number,
  limits: Limits,
): Promise<ThresholdEvidence['byChunk'][number]> {
  const probes: Probe[] = [];
  const options = {
    over: 0,
    rungs: [mostWrites(limits)],
    atOnce: AT_ONCE,
    times: TIMES,
    hints: [expected - 1, expected],
  };
  for (;;) {
    const inWrites = answers(probes, limits).map(({ at, enough }) => ({ at: at / chunkBytes, enough }));
    const questions = nextQuestions(inWrites, options);
    if (questions.length === 0) return { chunkBytes, probes };
    const ask = (writes: number): Promise<Probe> => chunkProbe(context, chunkBytes, writes, limits.limitMs);
    probes.push(...(await Promise.all(questions.map(ask))));
    if (probes.some(({ fault }) => fault !== undefined)) return { chunkBytes, probes };
  }
}

async function measure(context: MeasureContext): Promise<ThresholdEvidence> {
  const { delayLimitMs } = context.floor;
  const waitMs = Math.max(SMALLEST_WAIT_MS, Math.ceil(delayLimitMs * WAIT_FACTOR));
  const quietMs = Math.max(QUIET_MS, 2 * waitMs);
  const evidence: ThresholdEvidence = { delayLimitMs, waitMs, quietMs, smallest: [], first: [], next: [], byChunk: [] };
  const { smallest, first, next } = evidence;
  smallest.push(await wholeProbe(context, 1, quietMs));
  // One after another, so that a timer that ticks by itself is not met at one moment only.
  const undecided = (): boolean => smallest.length < TIMES || startOf(evidence).how !== 'streams';
  while (smallest[0]?.firstMs !== undefined && smallest.length < MOST_SMALLEST && undecided())
    smallest.push(await wholeProbe(context, 1, quietMs));
  const start = startOf(evidence);
  if (start.how !== 'held' || smallest.some(({ fault }) => fault !== undefined)) return evidence;

  const { limitMs } = start;
  const least = smallest[0]?.bytes ?? 0;
  const bounds = { over: least, rungs: RUNGS_BYTES, atOnce: AT_ONCE, times: TIMES };
  await search(first, start, bounds, (bytes) => wholeProbe(context, bytes, limitMs));
  const found = figures(evidence);
  if (found.how !== 'bytes' || !found.threshold.exact) return evidence;

  const { upTo } = found.threshold;
  const released = found.releasedBytes.max;
  await search(next, start, bounds, (bytes) => nextProbe(context, { upTo, released }, bytes, limitMs));
  const sizes = CHUNK_BYTES.filter((size) => size < upTo && writesFor(upTo, size) < mostWrites(start));
  evidence.byChunk = await Promise.all(sizes.map((size) => chunkProbes(context, size, writesFor(upTo, size), start)));
  return evidence;
}

/** Whether the threshold is found to the byte, once and again. */
function holdsExactly(found: ThresholdFigures, bytes: number): boolean {
  return found.how === 'bytes' && found.threshold.exact && found.threshold.upTo === bytes && found.next?.upTo === bytes;
}

export const thresholdMeasure: Measure<ThresholdEvidence, ThresholdFigures> = {
  id: 'threshold',
  title: 'body bytes, as the origin writes them, before anything comes out',
  measure,
  takesMs: () => (MOST_PROBES / AT_ONCE) * QUIET_MS,
  figures,
  say,
  isHarmless: ({ how }) => how === 'streams',
  relays: [
    {
      relay: 'transparent',
      expected: 'comes out from the first byte on',
      convicted: ({ how }) => how === 'streams',
    },
    {
      relay: 'hold-4096-bytes',
      expected: 'nothing comes out below 4,096 bytes, then 4,096 more',
      convicted: (found) => holdsExactly(found, 4096),
    },
    {
      relay: 'hold-1000-bytes',
      expected: 'nothing comes out below 1,000 bytes, then 1,000 more',
      convicted: (found) => holdsExactly(found, 1000),
    },
  ],
};
