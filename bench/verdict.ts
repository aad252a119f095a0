/** The verdict of delivery. Pure: computed once from the evidence, and from the kept evidence again. */

import type { AppliedCoding } from '../server/workload.ts';
import { freezing, outAtStall, withoutLate } from './frozen-bytes.ts';
import { breakage, type Breakage } from './integrity.ts';
import {
  arrivedBytesAt,
  emittedBytesAt,
  holds,
  lockStepHolds,
  onClientClock,
  quantile,
  quantiles,
  sizeOf,
  type Quantiles,
} from './metrics.ts';
import { brokenByTime, excuseOf } from './timely.ts';
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
  /** And beside each try before the last but the first, in their order. */
  earlierReferences?: Trace[];
  /** A steady stream; its times are figures beside the verdict, its bytes must be whole. */
  paced?: Trace;
  /** Those before it, which broke as a timeout breaks. */
  earlierPaced?: Trace[];
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
      codedBy?: AppliedCoding;
    }
  | {
      verdict: 'buffers';
      streamedChunks: number;
      head: boolean;
      heldBytes: number;
      waitedMs: number;
      /** The origin's own coding: bytes are those before it, and fewer came to the hop. */
      codedBy?: AppliedCoding;
    }
  /** The path does not offer what the lane asks for. */
  | { verdict: 'unsupported'; reason: string }
  | { verdict: 'inconclusive'; reason: string; tries: number }
  | { verdict: 'harness-error'; reason: string };

export type Verdict = Delivery['verdict'];

/** A timer holds every chunk, a busy machine some: from this share on a hold is the rule, … */
export const RULE_SHARE = 0.75;
/** … and up to this share it is an outlier. */
const OUTLIER_SHARE = 0.1;
/** A hold that is less than this many times that of the relay beside it is put down to the machine. */
const REFERENCE_FACTOR = 3;
/** A timer holds each word about as long, a busy machine now longer, now shorter: all but the outliers at least so much of the median. */
const REGULAR_FACTOR = 0.65;
/** Held in two tries: at least so many of the words are the same ones, … */
const SAME_SHARE = 0.5;
/** … or so many are held, whichever. */
export const MANY_SHARE = 0.25;
/** A single word held over this many times the limit is worth another look. */
const CLEAR_FACTOR = 4;
/** Tries that tell of the path, of which each must show a delay of some words before it is believed. */
export const ENOUGH_TRIES = 3;
/** What a busy machine does to one stream it seldom does to another: a hop that broke so many broke them. */
const TWICE = 2;
/** Made at most: those in which the machine was busy do not tell. */
export const MOST_TRIES = 5;
/** Of these the holds decide, which a busy machine changes; no other is taken back by another try. */
const TOLD_BY_HOLDS: ReadonlySet<string> = new Set(['streams', 'delays', 'inconclusive']);

function ourFault(trace: Trace): string | undefined {
  if (trace.fault !== undefined) return trace.fault;
  const { end, state, stalled, emissions } = trace.origin;
  const { how, detail } = trace.client.end;
  if (how === 'undecodable') return detail ?? 'a content coding not known here';
  if (how === 'not-connected') return `no connection to the hop: ${detail ?? 'no reason was given'}`;
  if (end?.how === 'error' || end?.how === 'lifetime' || end?.how === 'deleted')
    return `the origin ended the stream itself: ${end.how} ${end.detail ?? ''}`.trim();
  if (state === 'ended' && end === undefined) return 'the origin has no end in its trace';
  if (stalled !== undefined && emissions[stalled.seq] === undefined)
    return 'the chunk that stalled is not in the trace of the origin';
  return undefined;
}

/** Share of the lock-step chunks that were held over the limit. */
function heldShare(trace: Trace, { delayLimitMs }: Floor): number {
  const values = lockStepHolds(trace);
  return values.filter((value) => value > delayLimitMs).length / values.length;
}

function isRegular(holdsMs: readonly number[]): boolean {
  return quantile(holdsMs, OUTLIER_SHARE) >= REGULAR_FACTOR * quantile(holdsMs, 0.5);
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

/** The chunk that was waited for, from its emission to the end of the response, on the client's clock. */
interface Stall {
  seq: number;
  heldAt: number;
  endAt: number;
}

function stallOf(trace: Trace): Stall | undefined {
  const { stalled, end, emissions } = trace.origin;
  const held = stalled === undefined ? undefined : emissions[stalled.seq];
  if (held === undefined || end === undefined) return undefined;
  return { seq: held.seq, heldAt: onClientClock(trace, held.at), endAt: onClientClock(trace, end.at) };
}

/** The first arrival after the stall that came before the end of the response was begun. */
export function firstRelease(trace: Trace): { at: number; waitedMs: number } | undefined {
  const stall = stallOf(trace);
  if (stall === undefined) return undefined;
  const release = trace.arrivals.find(({ seq, at }) => seq >= stall.seq && at < stall.endAt);
  return release === undefined ? undefined : { at: release.at, waitedMs: release.at - stall.heldAt };
}

function judgeStall(trace: Trace, { seq: streamedChunks, heldAt, endAt }: Stall, floor: Floor): Delivery {
  const release = firstRelease(trace);
  const streamedBytes = sizeOf(trace.origin.emissions.slice(0, streamedChunks));
  const { contentCoding } = trace.origin.workload;
  const coded = contentCoding === undefined ? {} : { codedBy: contentCoding };
  if (release === undefined) {
    const head = trace.client.head !== undefined && trace.client.head.at < endAt;
    return {
      verdict: 'buffers',
      streamedChunks,
      head,
      heldBytes: emittedBytesAt(trace, endAt) - streamedBytes,
      waitedMs: endAt - heldAt,
      ...coded,
    };
  }
  // What had been written a moment before the release had not been enough; what was written by then had.
  const over = emittedBytesAt(trace, release.at - floor.delayLimitMs) - streamedBytes;
  const upTo = emittedBytesAt(trace, release.at) - streamedBytes;
  const releasedBytes = arrivedBytesAt(trace, release.at) - streamedBytes;
  const { waitedMs } = release;
  return { verdict: 'coalesces', streamedChunks, heldBytes: { over, upTo }, releasedBytes, waitedMs, ...coded };
}

/** One lock-step trace by itself. */
export function judgeTrace(trace: Trace, floor: Floor): Delivery {
  if (trace.client.end.how === 'unspoken') return { verdict: 'unsupported', reason: trace.client.end.detail ?? '' };
  const fault = ourFault(trace);
  if (fault !== undefined) return { verdict: 'harness-error', reason: fault };
  const broken = breakage(trace);
  if (broken !== undefined) return { verdict: 'breaks', ...broken };
  const stall = stallOf(trace);
  return stall === undefined ? judgeHolds(trace, floor) : judgeStall(trace, stall, floor);
}

/** Bytes that were held while frozen bound the threshold from below; bytes that were let go at once, from above. */
function afterFreezing(delivery: Delivery, tried: Trace, frozen: Trace[], floor: Floor): Delivery {
  const { pace } = tried.origin.workload;
  if (delivery.verdict !== 'coalesces' || pace.mode !== 'lock-step' || frozen.length === 0) return delivery;
  const { streamedChunks } = delivery;
  const fault = frozen.map(ourFault).find((one) => one !== undefined);
  if (fault !== undefined) return { verdict: 'harness-error', reason: fault };
  let { over, upTo } = { over: 0, upTo: delivery.heldBytes.upTo };
  const out = outAtStall(tried);
  for (const outcome of withoutLate(frozen.map((trace) => freezing(trace, streamedChunks, pace.deadlineMs, out)))) {
    if (outcome.how === 'timer') {
      const ms = outcome.holdMs;
      const hold = { n: 1, p50Ms: ms, p99Ms: ms, maxMs: ms };
      return { verdict: 'delays', hold, floor: floor.hold, share: 1 };
    }
    if (outcome.how === 'held') over = Math.max(over, outcome.bytes);
    else upTo = Math.min(upTo, outcome.bytes);
  }
  const firstHeld = tried.origin.emissions.slice(streamedChunks, streamedChunks + 1);
  if (upTo <= sizeOf(firstHeld))
    return inconclusive('what was held until more was written came out at once the next time');
  return { ...delivery, heldBytes: { over, upTo } };
}

/** What was held until more was written, where that is the verdict. */
export function heldBytesOf(delivery: Delivery): { over: number; upTo: number } | undefined {
  return delivery.verdict === 'coalesces' ? delivery.heldBytes : undefined;
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

/** Numbers that are in all of the lists, of which there is one at least. */
function common(lists: number[][]): number[] {
  return lists.reduce((inAll, list) => inAll.filter((seq) => list.includes(seq)));
}

/**
 * Whether the words that were held were so by the path. A busy machine holds few, others each time, and the
 * relay beside the lane as well; a path holds many, or the same.
 */
function holdsEachTime(tries: Trace[], last: Trace, reference: Trace, floor: Floor): boolean {
  if (heldShare(last, floor) <= 2 * heldShare(reference, floor)) return false;
  const shares = tries.map((trace) => heldShare(trace, floor));
  const held = tries.map((trace) => heldWords(trace, floor.delayLimitMs));
  const again = common(held).length;
  const theSame = again >= SAME_SHARE * Math.min(...held.map((words) => words.length));
  return (again > 0 && theSame) || Math.min(...shares) >= MANY_SHARE;
}

/** Holds that a busy machine makes as well, beside a relay that shows it to be busy. */
function byBusyMachine(last: Trace, reference: Trace, floor: Floor): Delivery | undefined {
  const busyShare = heldShare(reference, floor);
  if (isRegular(lockStepHolds(last)) || busyShare <= OUTLIER_SHARE) return undefined;
  const percent = Math.round(busyShare * 100);
  return inconclusive(
    `words were held now longer, now shorter, and ${percent} % of those through the transparent relay beside it too: the machine was busy`,
  );
}

function inconclusive(reason: string): Delivery {
  return { verdict: 'inconclusive', reason, tries: 1 };
}

/**
 * The tries that tell of the path: the last, and those beside which the relay was not held as well. Beside the first
 * none was measured: the second's stands for it, which came at once after it, and where enough others tell it is not needed.
 */
function telling({ tries, earlierReferences = [] }: Evidence, floor: Floor): Trace[] {
  const isBusy = earlierReferences.map((relay) => heldShare(relay, floor) > OUTLIER_SHARE);
  const told = tries.filter((trace, index) => isBusy[Math.max(0, index - 1)] !== true && excuseOf(trace) === undefined);
  const beside = told.filter((trace) => trace !== tries[0]);
  return beside.length >= ENOUGH_TRIES ? beside : told;
}

/**
 * What tries say of which any broke as a timeout breaks: nothing where the bench was late, the hop's doing where all
 * were broken or several, and a doubt where one was. `undefined` where none did.
 */
function breaksAcross(tries: readonly Trace[], last: Trace): Delivery | undefined {
  const excuse = excuseOf(last);
  if (excuse !== undefined) return inconclusive(excuse);
  const told = tries.filter((trace) => excuseOf(trace) === undefined);
  const byTime = told.filter((trace) => brokenByTime(trace) !== undefined);
  const worst = breakage(last) ?? byTime.flatMap((trace) => breakage(trace) ?? []).at(-1);
  if (byTime.length === 0 || worst === undefined) return undefined;
  if (byTime.length >= TWICE || told.every((trace) => breakage(trace) !== undefined))
    return { verdict: 'breaks', ...worst };
  const how = [...new Set(byTime.map(brokenByTime))].join(', ');
  return inconclusive(`the stream broke in ${byTime.length} of ${told.length} tries (${how}), and not in the others`);
}

/**
 * What several tries say together. The transparent relay, measured beside the last, tells what the
 * machine itself did at that moment; what was held each time, and the relay was not, is the path's doing.
 */
function acrossTries(evidence: Evidence, last: Trace, floor: Floor): Delivery {
  const { reference } = evidence;
  const delivery = judgeTrace(last, floor);
  if (delivery.verdict === 'harness-error' || delivery.verdict === 'unsupported') return delivery;
  const broken = breaksAcross(evidence.tries, last);
  if (broken !== undefined) return broken;
  if (evidence.tries.length < 2 || reference === undefined || !TOLD_BY_HOLDS.has(delivery.verdict)) return delivery;
  const tries = telling(evidence, floor);
  const hold = quantiles(lockStepHolds(last));
  const relay = quantiles(lockStepHolds(reference));
  if (hold === undefined || relay === undefined) return delivery;
  const verdicts = tries.map((trace) => judgeTrace(trace, floor).verdict);
  if (verdicts.includes('delays') && verdicts.includes('streams')) {
    const held = verdicts.filter((verdict) => verdict === 'delays').length;
    return inconclusive(`nearly every word was held in ${held} of ${tries.length} tries, and none in another`);
  }
  if (delivery.verdict === 'delays' && hold.p50Ms < REFERENCE_FACTOR * relay.p50Ms)
    return inconclusive(
      `beside it the transparent relay was held ${relay.p50Ms.toFixed(1)} ms too: the machine was busy`,
    );
  if (delivery.verdict === 'delays') return byBusyMachine(last, reference, floor) ?? delivery;
  if (delivery.verdict === 'inconclusive') {
    if (!holdsEachTime(tries, last, reference, floor)) return { verdict: 'streams', hold };
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
  return tries.length < ENOUGH_TRIES ? inconclusive(`some words were held in each of ${tries.length} tries`) : delivery;
}

/** A steady stream that came through broken breaks what the words in lock-step, which are fewer, did not show. */
function brokenWhenSteady({ paced, earlierPaced = [] }: Evidence): Delivery | undefined {
  if (paced === undefined || ourFault(paced) !== undefined) return undefined;
  const told = breaksAcross([...earlierPaced, paced], paced);
  if (told !== undefined) return told;
  const broken = breakage(paced);
  return broken === undefined ? undefined : { verdict: 'breaks', ...broken };
}

/** The lane's verdict. */
export function judge(evidence: Evidence, floor: Floor): Delivery {
  const { tries, frozen } = evidence;
  const last = tries.at(-1);
  if (last === undefined) return { verdict: 'harness-error', reason: 'nothing was measured' };
  const delivery = afterFreezing(acrossTries(evidence, last, floor), last, frozen ?? [], floor);
  const told = (TOLD_BY_HOLDS.has(delivery.verdict) ? brokenWhenSteady(evidence) : undefined) ?? delivery;
  return told.verdict === 'inconclusive' ? { ...told, tries: tries.length } : told;
}
