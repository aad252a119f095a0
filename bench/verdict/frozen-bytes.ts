/** What became of bytes that were written at once and then waited for. Pure. */

import { header } from '../client/http1.ts';
import { inconclusive, type Delivery } from './delivery.ts';
import type { Floor } from '../floor.ts';
import { onClientClock, sizeOf } from '../metrics.ts';
import { ourFault } from './trace-verdict.ts';
import type { Trace } from '../trace.ts';

/** Bytes of the chunk at which the stream stalled that were out by then: of a chunk larger than a buffer only the tail is held. */
export function outAtStall(trace: Trace): number {
  const { stalled, emissions } = trace.origin;
  if (stalled === undefined) return 0;
  const stalledAt = onClientClock(trace, stalled.at);
  const out = trace.client.reads.filter(({ at }) => at <= stalledAt).reduce((sum, { bodyBytes }) => sum + bodyBytes, 0);
  return Math.max(0, out - sizeOf(emissions.slice(0, stalled.seq)));
}

/**
 * The first read with any byte of chunk `seq` beyond those that come out by themselves: a hop that lets go of a full
 * buffer keeps what was over.
 */
function letGo({ client, origin, arrivals }: Trace, seq: number, out: number): { at: number } | undefined {
  // Of a coded body a whole chunk is waited for: what a coder has let go of is not what it was given.
  if (client.head !== undefined && header(client.head, 'content-encoding') !== undefined)
    return arrivals.find((arrival) => arrival.seq >= seq);
  const before = sizeOf(origin.emissions.slice(0, seq));
  let bodyBytes = 0;
  for (const read of client.reads) {
    bodyBytes += read.bodyBytes;
    if (bodyBytes > before + out) return read;
  }
  return undefined;
}

/** What was written at once and then waited for, on the client's clock; `undefined` where the origin did not come to it. */
function frozenPart(trace: Trace, afterChunks: number): { bytes: number; lastAt: number; endAt: number } | undefined {
  const { emissions, end } = trace.origin;
  if (end === undefined) return undefined;
  // What only fills an announced length is written once the end was begun.
  const chunks = emissions.filter(({ seq, at }) => seq >= afterChunks && at < end.at);
  const last = chunks.at(-1);
  if (last === undefined) return undefined;
  return { bytes: sizeOf(chunks), lastAt: onClientClock(trace, last.at), endAt: onClientClock(trace, end.at) };
}

/** What came of freezing so many bytes: `held` for so long, to the end; let go `at-once` (they were enough), or by a `timer`. */
export type Freezing =
  | { how: 'held'; bytes: number; waitedMs: number }
  | { how: 'at-once'; bytes: number }
  | { how: 'timer'; bytes: number; holdMs: number };

/**
 * @param afterChunks that had streamed before; `deadlineMs` of the stream that stalled after them.
 * @param out bytes of the first chunk held that had come out before the stall.
 */
export function freezing(frozen: Trace, afterChunks: number, deadlineMs: number, out = 0): Freezing {
  const part = frozenPart(frozen, afterChunks);
  if (part === undefined) return { how: 'held', bytes: 0, waitedMs: 0 };
  const { bytes, lastAt, endAt } = part;
  const release = letGo(frozen, afterChunks, out);
  if (release === undefined || release.at >= endAt) return { how: 'held', bytes, waitedMs: endAt - lastAt };
  const holdMs = release.at - lastAt;
  // A timer shorter than the deadline would have let the very first chunk go before it: no stall.
  return holdMs < deadlineMs ? { how: 'at-once', bytes } : { how: 'timer', bytes, holdMs };
}

/** A timer lets go of whatever was written: what stayed held for longer shows that it was none, but bytes that were enough, and late. */
function withoutLate(freezings: readonly Freezing[]): Freezing[] {
  const heldMs = Math.max(0, ...freezings.map((one) => (one.how === 'held' ? one.waitedMs : 0)));
  return freezings.map((one) =>
    one.how === 'timer' && one.holdMs < heldMs ? { how: 'at-once', bytes: one.bytes } : one,
  );
}

/** Bytes that were held while frozen bound the threshold from below; bytes that were let go at once, from above. */
export function afterFreezing(delivery: Delivery, tried: Trace, frozen: Trace[], floor: Floor): Delivery {
  const { pace } = tried.origin.workload;
  if (delivery.verdict !== 'coalesces' || pace.mode !== 'lock-step' || frozen.length === 0) return delivery;
  const { streamedChunks } = delivery;
  const fault = frozen.map(ourFault).find((one) => one !== undefined);
  if (fault !== undefined) return { verdict: 'harness-error', reason: fault };
  let { over, upTo } = { over: 0, upTo: delivery.heldBytes.upTo };
  const out = outAtStall(tried);
  for (const outcome of withoutLate(frozen.map((trace) => freezing(trace, streamedChunks, pace.deadlineMs, out)))) {
    switch (outcome.how) {
      case 'timer': {
        const ms = outcome.holdMs;
        const hold = { n: 1, p50Ms: ms, p99Ms: ms, maxMs: ms };
        return { verdict: 'delays', hold, floor: floor.hold, share: 1 };
      }
      case 'held':
        over = Math.max(over, outcome.bytes);
        break;
      case 'at-once':
        upTo = Math.min(upTo, outcome.bytes);
    }
  }
  const firstHeld = tried.origin.emissions.slice(streamedChunks, streamedChunks + 1);
  if (upTo <= sizeOf(firstHeld))
    return inconclusive('what was held until more was written came out at once the next time');
  return { ...delivery, heldBytes: { over, upTo } };
}
