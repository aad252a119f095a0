/** Figures of one trace. Pure: the same trace gives the same figures, today and from a file. */

import type { Emission } from '../server/trace.ts';
import type { Trace } from './trace.ts';

export interface Quantiles {
  n: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Nearest-rank quantile of values that are not empty. */
export function quantile(valuesMs: readonly number[], q: number): number {
  const sorted = valuesMs.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

/** Of an even number of values the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** `undefined` of nothing. */
export function quantiles(valuesMs: readonly number[]): Quantiles | undefined {
  if (valuesMs.length === 0) return undefined;
  const at = (q: number): number => quantile(valuesMs, q);
  return { n: valuesMs.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Bytes of chunks, or of pieces of a body, together. */
export function sizeOf(pieces: readonly { bytes: number }[]): number {
  return sum(pieces.map(({ bytes }) => bytes));
}

/** Whether the hop next to the origin asked it over HTTP/2: its connection is shared by streams, and dies with all of them. */
export function isAskedOverHttp2({ origin }: Pick<Trace, 'origin'>): boolean {
  return origin.request?.httpVersion.startsWith('2') === true;
}

/** A time of the origin on the client's clock. */
export function onClientClock(trace: Trace, originMs: number): number {
  return originMs + trace.clock.offsetMs;
}

/** Hold of each chunk that arrived, by its first arrival: arrival minus emission, in ms. */
export function holds(trace: Trace): { seq: number; holdMs: number }[] {
  const seen = new Set<number>();
  const result: { seq: number; holdMs: number }[] = [];
  for (const { seq, at } of trace.arrivals) {
    const emission = trace.origin.emissions[seq];
    if (emission === undefined || seen.has(seq)) continue;
    seen.add(seq);
    result.push({ seq, holdMs: at - onClientClock(trace, emission.at) });
  }
  return result;
}

/** The chunks emitted in lock-step: those before a stall, and none that only fills a length at the end. */
export function lockStepEmissions({ origin: { stalled, end, emissions } }: Trace): Emission[] {
  const endAt = end?.at ?? Number.POSITIVE_INFINITY;
  const filling = emissions.findIndex(({ at }) => at >= endAt);
  return emissions.slice(0, stalled?.seq ?? (filling === -1 ? emissions.length : filling));
}

/** Holds of the chunks emitted in lock-step. */
export function lockStepHolds(trace: Trace): number[] {
  const until = lockStepEmissions(trace).length;
  return holds(trace)
    .filter(({ seq }) => seq < until)
    .map(({ holdMs }) => holdMs);
}

/** Of the words in lock-step, from arrival to acknowledgement at the origin, in ms: no hop is on that way, and the machine alone makes it long. */
export function acknowledgementLags(trace: Trace): number[] {
  const until = lockStepEmissions(trace).length;
  const arrivedAt = new Map(trace.arrivals.toReversed().map(({ seq, at }) => [seq, at]));
  return trace.origin.acks.flatMap(({ seq, at }) => {
    const arrived = arrivedAt.get(seq);
    return arrived === undefined || seq >= until ? [] : [onClientClock(trace, at) - arrived];
  });
}

/** Body bytes that the origin had written at a moment of the client's clock. */
export function emittedBytesAt(trace: Trace, clientMs: number): number {
  let bytes = 0;
  for (const emission of trace.origin.emissions) {
    if (onClientClock(trace, emission.at) > clientMs) break;
    bytes += emission.bytes;
  }
  return bytes;
}

/** Body bytes of chunks that had arrived whole at a moment of the client's clock. */
export function arrivedBytesAt(trace: Trace, clientMs: number): number {
  const seqs = new Set(trace.arrivals.filter(({ at }) => at <= clientMs).map(({ seq }) => seq));
  return [...seqs].reduce((bytes, seq) => bytes + (trace.origin.emissions[seq]?.bytes ?? 0), 0);
}

export interface Pacing {
  gaps?: Quantiles;
  hold?: Quantiles;
  /** Chunks per read that held any, on average; 1 means none was coalesced. */
  chunksPerRead?: number;
  ttfbMs?: number;
  ttftMs?: number;
}

/** How a steady stream came: inter-chunk gaps, hold, coalescing, TTFB and TTFT from the request's sending. */
export function pacing(trace: Trace): Pacing {
  const { arrivals, client } = trace;
  const gaps = quantiles(arrivals.slice(1).map(({ at }, index) => at - (arrivals[index]?.at ?? at)));
  const hold = quantiles(holds(trace).map(({ holdMs }) => holdMs));
  const reads = new Set(arrivals.map(({ read }) => read)).size;
  const first = arrivals[0];
  return {
    ...(gaps === undefined ? {} : { gaps }),
    ...(hold === undefined ? {} : { hold }),
    ...(reads === 0 ? {} : { chunksPerRead: arrivals.length / reads }),
    ...(client.sentAt === undefined || client.head === undefined ? {} : { ttfbMs: client.head.at - client.sentAt }),
    ...(client.sentAt === undefined || first === undefined ? {} : { ttftMs: first.at - client.sentAt }),
  };
}
