/** Whether what arrived is what was emitted, byte for byte and in order, to its end. Pure. */

import { sizeOf } from '../metrics.ts';
import type { Trace } from '../trace.ts';

export type Breakage =
  /** The hop answered something else than the origin did. */
  | { how: 'status'; status: number; expected: number }
  /** The hop asked the origin more than once, and passed on the refusal of the second. */
  | { how: 'replayed'; times: number }
  /** The hop answered, and the origin never got the request. */
  | { how: 'unasked'; status: number }
  | { how: 'malformed'; detail: string }
  | { how: 'altered'; seq: number }
  | { how: 'foreign'; bytes: number; sample: string }
  | { how: 'duplicated'; seq: number }
  | { how: 'reordered'; seq: number; after: number }
  | { how: 'lost'; seq: number }
  /** The tail is missing. `told`: whether the client could know. */
  | { how: 'cut'; seq: number; emitted: number; told: boolean }
  /** All chunks came, and the response never ended. */
  | { how: 'unended'; arrived: number; waitedMs: number }
  /** Nor did it begin. `awaits`: what the origin had not got either; of the body `bytes` had come. */
  | { how: 'unanswered'; waitedMs: number; awaits?: 'request' | 'body'; bytes?: number }
  /** The response came whole, to a request of whose body the origin had no more than this. */
  | { how: 'bodiless'; bytes: number; of: number };

/** The origin's answer to a second request for the same stream (server/data.ts). */
const REPLAY_STATUS = 409;

function answerOf({ origin, client: { head } }: Trace): Breakage | undefined {
  if (head === undefined) return undefined;
  const { status } = head;
  const expected = origin.workload.status;
  if (status === REPLAY_STATUS && origin.replays > 0) return { how: 'replayed', times: origin.replays + 1 };
  // What it answers by itself may be the status that the origin would have.
  if (origin.state === 'waiting') return { how: 'unasked', status };
  return status === expected ? undefined : { how: 'status', status, expected };
}

function unanswered({ origin, client }: Trace): Breakage {
  const { request, upload, workload } = origin;
  const silent = { how: 'unanswered', waitedMs: client.end.at - client.connectAt } as const;
  if (request === undefined) return { ...silent, awaits: 'request' };
  const isAwaited = workload.answer === 'request-end' && upload !== undefined && upload.end?.how !== 'whole';
  return isAwaited ? { ...silent, awaits: 'body', bytes: upload.bytes } : silent;
}

/** Of a body that was to be whole before the origin answered. */
function bodiless({ origin, client }: Trace): Breakage | undefined {
  const { bodyBytes: of } = client.request;
  const { bytes = 0 } = origin.upload ?? {};
  return of === undefined || origin.workload.answer !== 'request-end' || bytes === of
    ? undefined
    : { how: 'bodiless', bytes, of };
}

function orderOf(trace: Trace): Breakage | undefined {
  const seen = new Set<number>();
  let after = -1;
  for (const { seq, altered } of trace.arrivals) {
    if (altered === true) return { how: 'altered', seq };
    if (seq <= after) return seen.has(seq) ? { how: 'duplicated', seq } : { how: 'reordered', seq, after };
    seen.add(seq);
    after = seq;
  }
  return undefined;
}

/** What broke first, in the order in which one explains the other; `undefined` when nothing did. */
export function breakage(trace: Trace): Breakage | undefined {
  return responseBreakage(trace) ?? bodiless(trace);
}

/** The same, whatever became of the request. */
export function responseBreakage(trace: Trace): Breakage | undefined {
  const { origin, client, arrivals, foreign } = trace;
  const answer = answerOf(trace);
  if (answer !== undefined) return answer;
  if (client.end.how === 'malformed') return { how: 'malformed', detail: client.end.detail ?? '' };
  const order = orderOf(trace);
  if (order !== undefined) return order;
  if (client.excess !== undefined) return { how: 'foreign', ...client.excess };
  const alien = foreign[0];
  if (alien !== undefined) return { how: 'foreign', bytes: sizeOf(foreign), sample: alien.sample };
  const arrived = new Set(arrivals.map(({ seq }) => seq));
  const missing = origin.emissions.find(({ seq }) => !arrived.has(seq));
  // All before it came: when more came than those, some of them are later ones.
  if (missing !== undefined && arrived.size > missing.seq) return { how: 'lost', seq: missing.seq };
  if (client.end.how === 'no-head') return unanswered(trace);
  if (client.end.how === 'no-end')
    return { how: 'unended', arrived: arrived.size, waitedMs: client.end.at - client.connectAt };
  const told = client.end.how === 'cut' || client.end.how === 'reset';
  // Whole for the client, though the origin had not come to its end: the hop left it and ended the response itself.
  const left = origin.end?.how !== 'complete';
  if (missing !== undefined || told || left)
    return { how: 'cut', seq: missing?.seq ?? origin.emissions.length, emitted: origin.emissions.length, told };
  return undefined;
}
