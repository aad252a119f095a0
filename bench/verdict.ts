/** The verdict of delivery. Pure: computed once from the evidence, and from the kept evidence again. */

import { header } from './client/http1.ts';
import { breakage, type Breakage } from './integrity.ts';
import {
  arrivedBytesAt,
  emittedBytesAt,
  holds,
  lockStepHolds,
  onClientClock,
  quantiles,
  type Quantiles,
} from './metrics.ts';
import type { Emission } from '../server/trace.ts';
import type { Trace } from './trace.ts';

/** What this run's instrument can tell apart, measured through its own transparent relay. */
export interface Floor {
  hold: Quantiles;
  /** A hold above this is more than the machine's own scheduling on a quiet moment. */
  delayLimitMs: number;
}

/** All that one lane's verdict is computed from. */
export interface Evidence {
  /** Lock-step streams in the order measured: more than one only where the first were inconclusive. */
  tries: Trace[];
  /** After a release by bytes was seen: the bytes frozen, ever fewer, and waited for as long again (freeze.ts). */
  frozen?: Trace[];
  /** After a delay was seen: the same stream through the transparent relay, beside the last try. */
  reference?: Trace;
  /** A steady stream; figures beside the verdict, not part of it. */
  paced?: Trace;
}

export type Delivery =
  | ({ verdict: 'breaks' } & Breakage)
  | { verdict: 'streams'; hold: Quantiles }
  /** `share` of the words that were held; `words` where the same few were, each time. */
  | { verdict: 'delays'; hold: Quantiles; floor: Quantiles; share: number; words?: number[] }
  | {
      verdict: 'coalesces';
      streamedChunks: number;
      heldBytes: { over: number; upTo: number };
      releasedBytes: number;
      waitedMs: number;
    }
  | { verdict: 'buffers'; streamedChunks: number; head: boolean; heldBytes: number; waitedMs: number }
  /** The path does not offer what the lane asks for. */
  | { verdict: 'unsupported'; reason: string }
  | { verdict: 'inconclusive'; reason: string; tries: number }
  | { verdict: 'harness-error'; reason: string };

export type Verdict = Delivery['verdict'];

/** A timer holds every chunk, a busy machine some: from this share on a hold is the rule, … */
const RULE_SHARE = 0.75;
/** … and up to this share it is an outlier. */
const OUTLIER_SHARE = 0.1;
/** A hold that is less than this many times that of the relay beside it is put down to the machine. */
const REFERENCE_FACTOR = 3;
/** Held in two tries: at least so many of the words are the same ones, … */
const SAME_SHARE = 0.5;
/** … or so many are held, whichever. */
const MANY_SHARE = 0.25;
/** A single word held over this many times the limit is worth another look. */
const CLEAR_FACTOR = 4;
export const MAX_TRIES = 3;

function ourFault(trace: Trace): string | undefined {
  if (trace.fault !== undefined) return trace.fault;
  const { end, state } = trace.origin;
  if (trace.client.end.how === 'undecodable') return trace.client.end.detail ?? 'a content coding not known here';
  if (trace.client.end.how === 'not-connected') return `no connection to the hop: ${trace.client.end.detail ?? ''}`;
  if (end?.how === 'error' || end?.how === 'lifetime' || end?.how === 'deleted')
    return `the origin ended the stream itself: ${end.how} ${end.detail ?? ''}`.trim();
  if (state === 'ended' && end === undefined) return 'the origin has no end in its trace';
  return undefined;
}

/** Share of the lock-step chunks that were held over the limit. */
function heldShare(trace: Trace, { delayLimitMs }: Floor): number {
  const values = lockStepHolds(trace);
  return values.filter((value) => value > delayLimitMs).length / values.length;
}

function judgeHolds(trace: Trace, floor: Floor): Delivery {
  const hold = quantiles(lockStepHolds(trace));
  if (hold === undefined) return { verdict: 'harness-error', reason: 'the origin emitted nothing' };
  const share = heldShare(trace, floor);
  if (share >= RULE_SHARE) return { verdict: 'delays', hold, floor: floor.hold, share };
  if (share <= OUTLIER_SHARE) return { verdict: 'streams', hold };
  const percent = Math.round(share * 100);
  const reason = `${percent} % of the words were held over ${floor.delayLimitMs.toFixed(1)} ms, the others were not`;
  return { verdict: 'inconclusive', reason, tries: 1 };
}

/** The first arrival after the stall that came before the end of the response was begun. */
export function firstRelease(trace: Trace): { at: number; waitedMs: number } | undefined {
  const { stalled, end, emissions } = trace.origin;
  if (stalled === undefined || end === undefined) return undefined;
  const endAt = onClientClock(trace, end.at);
  const release = trace.arrivals.find(({ seq, at }) => seq >= stalled.seq && at < endAt);
  const held = emissions[stalled.seq];
  if (release === undefined || held === undefined) return undefined;
  return { at: release.at, waitedMs: release.at - onClientClock(trace, held.at) };
}

function judgeStall(trace: Trace, floor: Floor): Delivery {
  const { stalled, end, emissions } = trace.origin;
  const streamedChunks = stalled?.seq ?? 0;
  const endAt = onClientClock(trace, end?.at ?? Number.POSITIVE_INFINITY);
  const release = firstRelease(trace);
  const streamedBytes = emissions.slice(0, streamedChunks).reduce((sum, { bytes }) => sum + bytes, 0);
  if (release === undefined) {
    const heldAt = onClientClock(trace, emissions[streamedChunks]?.at ?? 0);
    const head = trace.client.head !== undefined && trace.client.head.at < endAt;
    return {
      verdict: 'buffers',
      streamedChunks,
      head,
      heldBytes: emittedBytesAt(trace, endAt) - streamedBytes,
      waitedMs: endAt - heldAt,
    };
  }
  // What had been written a moment before the release had not been enough; what was written by then had.
  const over = emittedBytesAt(trace, release.at - floor.delayLimitMs) - streamedBytes;
  const upTo = emittedBytesAt(trace, release.at) - streamedBytes;
  const releasedBytes = arrivedBytesAt(trace, release.at) - streamedBytes;
  return { verdict: 'coalesces', streamedChunks, heldBytes: { over, upTo }, releasedBytes, waitedMs: release.waitedMs };
}

/** One lock-step trace by itself. */
export function judgeTrace(trace: Trace, floor: Floor): Delivery {
  if (trace.client.end.how === 'unspoken') return { verdict: 'unsupported', reason: trace.client.end.detail ?? '' };
  const fault = ourFault(trace);
  if (fault !== undefined) return { verdict: 'harness-error', reason: fault };
  const broken = breakage(trace);
  if (broken !== undefined) return { verdict: 'breaks', ...broken };
  return trace.origin.stalled === undefined ? judgeHolds(trace, floor) : judgeStall(trace, floor);
}

/** Bytes of the chunk at which the stream stalled that were out by then: of a chunk larger than a buffer only the tail is held. */
export function outAtStall({ client, origin, clock }: Trace): number {
  const { stalled, emissions } = origin;
  if (stalled === undefined) return 0;
  const before = emissions.slice(0, stalled.seq).reduce((sum, { bytes }) => sum + bytes, 0);
  const reads = client.reads.filter(({ at }) => at <= stalled.at + clock.offsetMs);
  return Math.max(0, reads.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0) - before);
}

/**
 * The first read with any byte of chunk `seq` beyond those that come out by themselves: a hop that lets go of a full
 * buffer keeps what was over.
 */
function letGo({ client, origin, arrivals }: Trace, seq: number, out: number): { at: number } | undefined {
  // Of a coded body a whole chunk is waited for: what a coder has let go of is not what it was given.
  if (client.head !== undefined && header(client.head, 'content-encoding') !== undefined)
    return arrivals.find((arrival) => arrival.seq >= seq);
  const before = origin.emissions.slice(0, seq).reduce((sum, { bytes }) => sum + bytes, 0);
  let bodyBytes = 0;
  for (const read of client.reads) {
    bodyBytes += read.bodyBytes;
    if (bodyBytes > before + out) return read;
  }
  return undefined;
}

/** Chunks that were written at once and then waited for. */
function frozenChunks({ origin }: Trace): Emission[] {
  const { pace } = origin.workload;
  const afterChunks = pace.mode === 'lock-step' ? (pace.freeze?.afterChunks ?? 0) : 0;
  // What only fills an announced length is written once the end was begun.
  const endAt = origin.end?.at ?? 0;
  return origin.emissions.filter(({ seq, at }) => seq >= afterChunks && at < endAt);
}

/**
 * What came of freezing the bytes: `held` to the end, let go `at-once` (they were enough), or by a `timer`.
 * @param out bytes of the first chunk held that had come out before the stall.
 */
export function freezing(frozen: Trace, deadlineMs: number, out: number): 'held' | 'at-once' | { timerMs: number } {
  const chunks = frozenChunks(frozen);
  const [first, last] = [chunks[0], chunks.at(-1)];
  if (first === undefined || last === undefined) return 'held';
  const release = letGo(frozen, first.seq, out);
  if (release === undefined || release.at >= onClientClock(frozen, frozen.origin.end?.at ?? 0)) return 'held';
  const holdMs = release.at - onClientClock(frozen, last.at);
  // A timer shorter than the deadline would have let the very first chunk go before it: no stall.
  return holdMs < deadlineMs ? 'at-once' : { timerMs: holdMs };
}

/** Bytes that were held while frozen bound the threshold from below; bytes that were let go at once, from above. */
function afterFreezing(delivery: Delivery, tried: Trace, frozen: Trace[], floor: Floor): Delivery {
  const { pace } = tried.origin.workload;
  if (delivery.verdict !== 'coalesces' || pace.mode !== 'lock-step' || frozen.length === 0) return delivery;
  let { over, upTo } = { over: 0, upTo: delivery.heldBytes.upTo };
  for (const trace of frozen) {
    const fault = ourFault(trace);
    if (fault !== undefined) return { verdict: 'harness-error', reason: fault };
    const bytes = frozenChunks(trace).reduce((sum, chunk) => sum + chunk.bytes, 0);
    const outcome = freezing(trace, pace.deadlineMs, outAtStall(tried));
    if (outcome === 'held') over = Math.max(over, bytes);
    else if (outcome === 'at-once') upTo = Math.min(upTo, bytes);
    else {
      const ms = outcome.timerMs;
      const hold = { n: 1, p50Ms: ms, p99Ms: ms, maxMs: ms };
      return { verdict: 'delays', hold, floor: floor.hold, share: 1 };
    }
  }
  const firstHeld = tried.origin.emissions[delivery.streamedChunks]?.bytes ?? 0;
  if (upTo <= firstHeld) return inconclusive('what was held until more was written came out at once the next time');
  return { ...delivery, heldBytes: { over, upTo } };
}

/** Words held so long that no busy moment explains it. */
export function clearlyHeld(trace: Trace, { delayLimitMs }: Floor): number[] {
  return heldWords(trace, CLEAR_FACTOR * delayLimitMs);
}

/** Numbers of the lock-step words that were held over `limitMs`. */
function heldWords(trace: Trace, limitMs: number): number[] {
  const inLockStep = lockStepHolds(trace).length;
  return holds(trace)
    .slice(0, inLockStep)
    .filter(({ holdMs }) => holdMs > limitMs)
    .map(({ seq }) => seq);
}

/** Numbers that are in all of the lists. */
function common(lists: number[][]): number[] {
  const [first = [], ...rest] = lists;
  return first.filter((seq) => rest.every((list) => list.includes(seq)));
}

/**
 * Whether the words that were held were so by the path. A busy machine holds few, others each time, and the
 * relay beside the lane as well; a path holds many, or the same.
 */
function holdsEachTime(tries: Trace[], reference: Trace, floor: Floor): boolean {
  const shares = tries.map((trace) => heldShare(trace, floor));
  if ((shares.at(-1) ?? 0) <= 2 * heldShare(reference, floor)) return false;
  const held = tries.map((trace) => heldWords(trace, floor.delayLimitMs));
  const again = common(held).length;
  const theSame = again >= SAME_SHARE * Math.min(...held.map((words) => words.length));
  return (again > 0 && theSame) || Math.min(...shares) >= MANY_SHARE;
}

function inconclusive(reason: string): Delivery {
  return { verdict: 'inconclusive', reason, tries: 1 };
}

/**
 * What several tries say together. The transparent relay, measured beside the last, tells what the
 * machine itself did at that moment; what was held each time, and the relay was not, is the path's doing.
 */
function acrossTries(tries: Trace[], last: Trace, reference: Trace | undefined, floor: Floor): Delivery {
  const delivery = judgeTrace(last, floor);
  const hold = quantiles(lockStepHolds(last));
  const relay = reference === undefined ? undefined : quantiles(lockStepHolds(reference));
  if (tries.length < 2 || reference === undefined || relay === undefined || hold === undefined) return delivery;
  const verdicts = tries.map((trace) => judgeTrace(trace, floor).verdict);
  if (verdicts.includes('delays') && verdicts.includes('streams')) {
    const held = verdicts.filter((verdict) => verdict === 'delays').length;
    return inconclusive(`nearly every word was held in ${held} of ${tries.length} tries, and none in another`);
  }
  if (delivery.verdict === 'delays' && hold.p50Ms < REFERENCE_FACTOR * relay.p50Ms)
    return inconclusive(
      `beside it the transparent relay was held ${relay.p50Ms.toFixed(1)} ms too: the machine was busy`,
    );
  if (delivery.verdict === 'inconclusive') {
    if (!holdsEachTime(tries, reference, floor)) return { verdict: 'streams', hold };
    return inAllTries(tries, { verdict: 'delays', hold, floor: floor.hold, share: heldShare(last, floor) });
  }
  if (delivery.verdict === 'streams') {
    const innocent = clearlyHeld(reference, floor);
    const words = common(tries.map((trace) => clearlyHeld(trace, floor))).filter((seq) => !innocent.includes(seq));
    if (words.length === 0) return delivery;
    return inAllTries(tries, { verdict: 'delays', hold, floor: floor.hold, share: words.length / hold.n, words });
  }
  return delivery;
}

/** That some of the words are held twice can be a coincidence on a busy machine: the last try must say so too. */
function inAllTries(tries: Trace[], delivery: Delivery): Delivery {
  return tries.length < MAX_TRIES ? inconclusive(`some words were held in each of ${tries.length} tries`) : delivery;
}

/** The lane's verdict. */
export function judge({ tries, frozen, reference }: Evidence, floor: Floor): Delivery {
  const last = tries.at(-1);
  if (last === undefined) return { verdict: 'harness-error', reason: 'nothing was measured' };
  const delivery = afterFreezing(acrossTries(tries, last, reference, floor), last, frozen ?? [], floor);
  return delivery.verdict === 'inconclusive' ? { ...delivery, tries: tries.length } : delivery;
}
