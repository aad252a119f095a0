/** What becomes of the body of a request, from exchanges whose answer waits for its end. Pure. */

import { milliseconds } from '../verdict/because.ts';
import { median, quantiles, sizeOf, type Quantiles } from '../metrics.ts';
import type { Exchange } from './uploading.ts';

/** Of the request's body, without its framing. */
export type BodyFigures =
  /** Every piece came before the next was written; `delays`: each above the floor. */
  | { how: 'streams' | 'delays'; hold: Quantiles }
  /** Came only once more than `over` bytes, and `upTo` at most, were written after what had come before. */
  | { how: 'coalesces'; heldBytes: { over: number; upTo: number } }
  /** Came only when the client had ended it. `asked`: whether the origin had the request's head before. */
  | { how: 'buffers'; heldBytes: number; asked: boolean }
  /** Came whole for the origin, with another number of bytes. */
  | { how: 'breaks'; sentBytes: number; arrivedBytes: number }
  /** What was seen a busy machine does as well. */
  | { how: 'inconclusive'; reason: string }
  | { how: 'unknown'; reason: string };

/** The shortest holds of tries that a hop held by a timer are no further apart: the longest of them is so many times the shortest. */
const ALIKE = 2;

/** When the origin had more than so many bytes of the body, on the client's clock. */
function arrivalBeyond({ origin, clock }: Exchange, bytes: number): number | undefined {
  let arrived = 0;
  const piece = origin.upload?.pieces.find((one) => (arrived += one.bytes) > bytes);
  return piece === undefined ? undefined : piece.at + clock.offsetMs;
}

function lockStepHolds(exchange: Exchange): number[] {
  let written = 0;
  return exchange.sent.pieces.slice(0, exchange.lockStepPieces).flatMap(({ at, bytes }) => {
    written += bytes;
    const arrivedAt = arrivalBeyond(exchange, written - 1);
    return arrivedAt === undefined ? [] : [arrivedAt - at];
  });
}

/** What became of the bytes from the stalled piece on. */
function heldFigures(exchange: Exchange, stalled: number): BodyFigures {
  const { sent, origin, clock } = exchange;
  const endedAt = sent.endedAt ?? Number.POSITIVE_INFINITY;
  const releasedAt = arrivalBeyond(exchange, sizeOf(sent.pieces.slice(0, stalled)));
  const held = sent.pieces.slice(stalled).filter(({ at }) => at < Math.min(endedAt, releasedAt ?? endedAt));
  if (releasedAt !== undefined && releasedAt < endedAt)
    return { how: 'coalesces', heldBytes: { over: sizeOf(held.slice(0, -1)), upTo: sizeOf(held) } };
  if (sent.endedAt === undefined) return { how: 'unknown', reason: 'the hop ended the exchange before the request' };
  const askedAt = origin.request === undefined ? Number.POSITIVE_INFINITY : origin.request.at + clock.offsetMs;
  return { how: 'buffers', heldBytes: sizeOf(held), asked: askedAt < endedAt };
}

/** Of one try. */
function bodyFigures(exchange: Exchange, delayLimitMs: number): BodyFigures {
  const { sent, origin, client, stalled } = exchange;
  if (client.end.how === 'not-connected') return { how: 'unknown', reason: client.end.detail ?? 'no connection' };
  if (origin.request === undefined)
    return { how: 'unknown', reason: `the hop answered ${client.head?.status ?? client.end.how} without the origin` };
  const [sentBytes, arrivedBytes] = [sizeOf(sent.pieces), origin.upload?.bytes ?? 0];
  if (origin.upload?.end?.how === 'whole' && arrivedBytes !== sentBytes)
    return { how: 'breaks', sentBytes, arrivedBytes };
  if (stalled !== undefined) return heldFigures(exchange, stalled);
  const hold = quantiles(lockStepHolds(exchange));
  if (hold === undefined) return { how: 'unknown', reason: 'the hop ended the exchange before the request' };
  return { how: hold.p50Ms <= delayLimitMs ? 'streams' : 'delays', hold };
}

/** The first piece may go with the request's head. */
function shortestHold(exchange: Exchange): number {
  const holds = lockStepHolds(exchange);
  return Math.min(...(holds.length > 1 ? holds.slice(1) : holds));
}

/** A busy machine only adds to a hold, and seldom to each: what a hop holds by itself the shortest of every try show alike. */
function delayed(tries: readonly Exchange[], held: BodyFigures, delayLimitMs: number): BodyFigures {
  const shortest = tries.map(shortestHold);
  const [minMs, maxMs] = [Math.min(...shortest), Math.max(...shortest)];
  if (minMs > delayLimitMs && maxMs <= ALIKE * minMs) return held;
  const middle = median(tries.flatMap(lockStepHolds));
  const seen = `pieces of the request body were held ${milliseconds(middle)} in the median`;
  return {
    how: 'inconclusive',
    reason: `${seen}, the shortest of each try ${shortest.map(milliseconds).join(', ')}: a busy machine does that as well`,
  };
}

type Coalesced = Extract<BodyFigures, { how: 'coalesces' }>;

/** What comes late seems to have needed more bytes: the fewest are the hop's, where most of the tries found the same. */
function coalesced(tries: readonly Coalesced[]): BodyFigures {
  const [least] = tries.toSorted((a, b) => a.heldBytes.upTo - b.heldBytes.upTo);
  const same = tries.filter(({ heldBytes }) => least !== undefined && heldBytes.over < least.heldBytes.upTo);
  if (least !== undefined && 2 * same.length > tries.length) return least;
  const ranges = tries.map(({ heldBytes: { over, upTo } }) => `${over}–${upTo}`).join(', ');
  return { how: 'inconclusive', reason: `the request body came after ${ranges} bytes: the tries do not agree` };
}

/** Of all tries: one that passed shows that the hop holds nothing, and what it does to one it does to each. */
export function bodyOf(tries: readonly Exchange[], delayLimitMs: number): BodyFigures | undefined {
  const found = tries.map((exchange) => bodyFigures(exchange, delayLimitMs));
  const [first] = found;
  const sure = (['breaks', 'streams', 'unknown'] as const).map((how) => found.find((one) => one.how === how));
  const told = sure.find((one) => one !== undefined);
  if (told !== undefined || first === undefined) return told;
  if (found.some(({ how }) => how !== first.how)) {
    const seen = [...new Set(found.map(({ how }) => how))].join(', ');
    return { how: 'inconclusive', reason: `the tries do not agree on the request body: ${seen}` };
  }
  if (first.how === 'delays') return delayed(tries, first, delayLimitMs);
  return first.how === 'coalesces' ? coalesced(found.filter((one) => one.how === 'coalesces')) : first;
}
