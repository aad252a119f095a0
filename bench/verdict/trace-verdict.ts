/** The verdict of one trace in lock-step by itself. Pure. */

import { LOCK_STEP } from '../../server/workload.ts';
import { inconclusive, type Delivery } from './delivery.ts';
import type { Floor } from '../floor.ts';
import { heldShare, OUTLIER_SHARE, RULE_SHARE } from './held-words.ts';
import { breakage } from './integrity.ts';
import { arrivedBytesAt, emittedBytesAt, lockStepHolds, onClientClock, quantiles, sizeOf } from '../metrics.ts';
import type { Trace } from '../trace.ts';

/** Why nothing is to be judged by this trace; `undefined` where all is well with it. */
export function ourFault(trace: Trace): string | undefined {
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

function judgeHolds(trace: Trace, floor: Floor): Delivery {
  const hold = quantiles(lockStepHolds(trace));
  if (hold === undefined) return { verdict: 'harness-error', reason: 'the origin emitted nothing' };
  const share = heldShare(trace, floor);
  if (share >= RULE_SHARE) return { verdict: 'delays', hold, floor: floor.hold, share };
  if (share <= OUTLIER_SHARE) return { verdict: 'streams', hold };
  const percent = Math.round(share * 100);
  const limit = floor.delayLimitMs.toFixed(1);
  return inconclusive(`${percent} % of the words were held over ${limit} ms, the others were not`);
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

/** Nothing came in so many times what the first of it took after the end: it was held, and was not just late. */
const FIRM_FACTOR = 10;
/** And in the usual wait, which may have ended just before what was on its way: what came as soon after it as that. */
const SOON_MS = 5;
/** What takes so long is held, whatever it is that holds it. */
const MOST_LINGER_MS = 5000;

/** Of a stall: how long was waited after the last write, and how long after the end the first of it came; below zero where it came before. */
function waits(trace: Trace): { waitedMs: number; lateMs: number } | undefined {
  const stall = stallOf(trace);
  if (stall === undefined) return undefined;
  const { heldAt, endAt } = stall;
  const first = trace.arrivals.find(({ seq }) => seq >= stall.seq);
  if (first === undefined) return undefined;
  const writtenAt = trace.origin.emissions.map(({ at }) => onClientClock(trace, at)).filter((at) => at < endAt);
  return { waitedMs: endAt - (writtenAt.at(-1) ?? heldAt), lateMs: first.at - endAt };
}

/**
 * How long must be waited before the end so that what came after it is known to have been held; `undefined` where it is
 * known. What was on its way since the last write comes before the end then, and what was held is as late after it again.
 */
export function longerLingerMs(trace: Trace): number | undefined {
  const { waitedMs = 0, lateMs = 0 } = waits(trace) ?? {};
  const { pace } = trace.origin.workload;
  const isUsual = pace.mode === 'lock-step' && pace.lingerMs <= LOCK_STEP.lingerMs;
  const isFirm = waitedMs >= Math.min(MOST_LINGER_MS, FIRM_FACTOR * lateMs);
  if (isFirm && !(isUsual && lateMs > SOON_MS)) return undefined;
  return Math.ceil(Math.min(MOST_LINGER_MS, Math.max((FIRM_FACTOR + 1) * lateMs, 2 * (waitedMs + lateMs))));
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
  const { pace } = trace.origin.workload;
  // Of a hop of a chain it may have come so soon: the hop behind it had kept it. There are no acknowledgements of that.
  const wasTold = trace.origin.acks.some(({ seq }) => seq >= streamedChunks);
  if (pace.mode === 'lock-step' && wasTold && release.waitedMs < pace.deadlineMs)
    return inconclusive(
      `a word came after ${Math.round(release.waitedMs)} ms, and the origin was not told of it in ${pace.deadlineMs} ms: the machine was busy`,
    );
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
