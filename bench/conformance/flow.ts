/** How the content of one message went through a hop. Pure: of traces, whatever stood in the field. */

import { parseList } from 'structured-headers';

import { milliseconds } from '../verdict/because.ts';
import { header } from '../client/http1.ts';
import type { Floor } from '../floor.ts';
import { breakage } from '../verdict/integrity.ts';
import { bodyOf } from '../measures/request-body.ts';
import { duplexFigures } from '../measures/request.ts';
import type { Exchange } from '../measures/uploading.ts';
import { number } from '../measures/threshold-say.ts';
import { onClientClock } from '../metrics.ts';
import { judgeTrace } from '../verdict/trace-verdict.ts';
import type { Trace } from '../trace.ts';

/** `head`: whether it came out while there was no content yet. */
export type Flow =
  | { how: 'incremental'; head: boolean }
  /** Each piece by itself, so much later. */
  | { how: 'timed'; holdMs: number; head: boolean }
  /** Pieces only once more had been written. */
  | { how: 'bounded'; heldBytes: { over: number; upTo: number }; head: boolean }
  /** Nothing before the end. */
  | { how: 'whole'; heldBytes: number; head: boolean }
  /** The hop answered by itself. `error`: that of its Proxy-Status (RFC 9209), where it has one. */
  | { how: 'refused'; status: number; error?: string }
  | { how: 'broken'; reason: string }
  /** `isNoise`: a busy machine may have made it so. */
  | { how: 'untold'; reason: string; isNoise?: true };

/**
 * Shorter timers are not told from what a busy machine does to so many exchanges at once; section 4.3 allows them.
 */
const SHORTEST_TIMER_MS = 50;

/** The error of the first member that has one; `undefined` also of what does not parse. */
export function proxyError(field: string | undefined): string | undefined {
  if (field === undefined) return undefined;
  try {
    const errors = parseList(field).flatMap(([, parameters]) => parameters.get('error') ?? []);
    return errors[0] === undefined ? undefined : String(errors[0]);
  } catch {
    return undefined;
  }
}

function refusalOf({ client, origin }: Pick<Trace, 'client' | 'origin'>): Flow | undefined {
  const { head } = client;
  if (head === undefined || head.status === origin.workload.status) return undefined;
  const error = proxyError(header(head, 'proxy-status'));
  return { how: 'refused', status: head.status, ...(error === undefined ? {} : { error }) };
}

function responseFlow(trace: Trace, floor: Floor): Flow {
  const refused = refusalOf(trace);
  if (refused !== undefined) return refused;
  const [first] = trace.origin.emissions;
  const head =
    trace.client.head !== undefined && first !== undefined && trace.client.head.at < onClientClock(trace, first.at);
  const judged = judgeTrace(trace, { ...floor, delayLimitMs: Math.max(SHORTEST_TIMER_MS, floor.delayLimitMs) });
  switch (judged.verdict) {
    case 'streams':
      return { how: 'incremental', head };
    case 'inconclusive':
      // Where none stalled some of the words were late, and not all: no timer does that.
      return trace.origin.stalled === undefined
        ? { how: 'incremental', head }
        : { how: 'untold', reason: judged.reason, isNoise: true };
    case 'delays':
      return { how: 'timed', holdMs: judged.hold.p50Ms, head };
    case 'coalesces':
      return { how: 'bounded', heldBytes: judged.heldBytes, head };
    case 'buffers':
      return { how: 'whole', heldBytes: judged.heldBytes, head };
    case 'breaks':
      return { how: 'broken', reason: breakage(trace)?.how ?? judged.how };
    case 'harness-error':
    case 'unsupported':
      return { how: 'untold', reason: judged.reason };
  }
}

function requestFlow(exchange: Exchange, floor: Floor): Flow {
  const refused = refusalOf(exchange);
  if (refused !== undefined) return refused;
  const { origin, sent, clock } = exchange;
  const [first] = sent.pieces;
  const head = origin.request !== undefined && first !== undefined && origin.request.at + clock.offsetMs < first.at;
  const body = bodyOf([exchange], Math.max(SHORTEST_TIMER_MS, floor.delayLimitMs));
  if (body === undefined) return { how: 'untold', reason: 'nothing was sent' };
  switch (body.how) {
    case 'streams':
      return { how: 'incremental', head };
    case 'delays':
      return { how: 'timed', holdMs: body.hold.p50Ms, head };
    case 'coalesces':
      return { how: 'bounded', heldBytes: body.heldBytes, head };
    case 'buffers':
      return { how: 'whole', heldBytes: body.heldBytes, head };
    case 'breaks':
      return { how: 'broken', reason: `the origin got ${body.arrivedBytes} of ${body.sentBytes} bytes` };
    case 'inconclusive':
      return { how: 'untold', reason: body.reason, isNoise: true };
    case 'unknown':
      return { how: 'untold', reason: body.reason };
  }
}

/** The less is held the lower; `undefined` of what says nothing of that. */
export function heldRank({ how }: Flow): number | undefined {
  const ranks: Partial<Record<Flow['how'], number>> = { incremental: 0, timed: 1, bounded: 2, whole: 3 };
  return ranks[how];
}

/** A busy machine holds, and lets nothing through that a hop holds: of several tries the one that held least tells. */
function least(flows: readonly Flow[]): Flow {
  const ranked = flows.toSorted(
    (a, b) => (heldRank(a) ?? 4) - (heldRank(b) ?? 4) || Number(headOf(b)) - Number(headOf(a)),
  );
  return ranked[0] ?? { how: 'untold', reason: 'not measured' };
}

export function headOf(flow: Flow): boolean {
  return 'head' in flow && flow.head;
}

export function responseFlowOf(tries: readonly Trace[], floor: Floor): Flow {
  return least(tries.map((trace) => responseFlow(trace, floor)));
}

export function requestFlowOf(tries: readonly Exchange[], floor: Floor): Flow {
  return least(tries.map((exchange) => requestFlow(exchange, floor)));
}

/** Whether another try could show that less is held. */
export function isInDoubt(flow: Flow): boolean {
  if (flow.how === 'untold') return flow.isNoise === true;
  return flow.how === 'timed' || flow.how === 'bounded' || (flow.how === 'incremental' && !flow.head);
}

/** Whether the response came while the request was open; and what else became of the exchange. */
export type Duplex =
  | { how: 'flows' }
  | { how: 'waits' }
  | { how: 'loses'; reason: string }
  | { how: 'refused'; status: number; error?: string }
  | { how: 'untold'; reason: string; isNoise?: true };

function duplexOf(exchange: Exchange): Duplex {
  const refused = refusalOf(exchange);
  if (refused?.how === 'refused') return refused;
  const duplex = duplexFigures(exchange);
  switch (duplex.how) {
    case 'yes':
      return { how: 'flows' };
    case 'waits':
      return { how: 'waits' };
    case 'loses':
      return { how: 'loses', reason: `the origin got ${duplex.arrivedBytes} of ${duplex.sentBytes} bytes` };
    case 'cuts':
      return { how: 'loses', reason: `the exchange was cut (${duplex.end})` };
    case 'answers':
      return { how: 'refused', status: duplex.status };
    case 'inconclusive':
      return { how: 'untold', reason: duplex.reason, isNoise: true };
    case 'unknown':
      return { how: 'untold', reason: duplex.reason };
  }
}

/** No noise loses bytes; what a hop makes of an early response can be a race inside it. */
const WORST_FIRST: Duplex['how'][] = ['refused', 'loses', 'flows', 'waits', 'untold'];

export function duplexFlowOf(tries: readonly Exchange[]): Duplex {
  const found = tries.map(duplexOf).toSorted((a, b) => WORST_FIRST.indexOf(a.how) - WORST_FIRST.indexOf(b.how));
  return found[0] ?? { how: 'untold', reason: 'not measured' };
}

/** Whether the word that was written before the silence came out in it. */
export type Rest =
  | { how: 'out'; afterMs: number }
  | { how: 'held'; forMs: number }
  | Extract<Flow, { how: 'refused' | 'untold' }>;

export function restOf(trace: Trace): Rest {
  const refused = refusalOf(trace);
  if (refused?.how === 'refused') return refused;
  const { emissions, end } = trace.origin;
  const [word] = emissions;
  if (trace.fault !== undefined || word === undefined || end === undefined)
    return { how: 'untold', reason: trace.fault ?? 'the origin wrote nothing' };
  const [writtenAt, endAt] = [onClientClock(trace, word.at), onClientClock(trace, end.at)];
  const arrival = trace.arrivals.find(({ seq }) => seq === word.seq);
  if (arrival !== undefined && arrival.at < endAt) return { how: 'out', afterMs: arrival.at - writtenAt };
  return { how: 'held', forMs: endAt - writtenAt };
}

/** In a few words, what became of it. */
export function sayFlow(flow: Flow): string {
  switch (flow.how) {
    case 'incremental':
      return 'forwarded as it comes';
    case 'timed':
      return `forwarded, each piece ${milliseconds(flow.holdMs)} late`;
    case 'bounded':
      return `held until ${number(flow.heldBytes.over)}–${number(flow.heldBytes.upTo)} bytes are written`;
    case 'whole':
      return `held to its end, ${number(flow.heldBytes)} bytes`;
    case 'refused':
      return sayRefusal(flow);
    case 'broken':
      return `broken (${flow.reason})`;
    case 'untold':
      return `not told (${flow.reason})`;
  }
}

export function sayRefusal({ status, error }: { status: number; error?: string }): string {
  return `answered ${status}${error === undefined ? ' without a Proxy-Status error' : `, Proxy-Status error=${error}`}`;
}
