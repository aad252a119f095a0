/**
 * A steady stream, open loop: one word each 10 ms, whatever the client does. How evenly it comes, and whether the
 * headers come before the body begins.
 */

import { presetOf } from '../../server/presets.ts';
import type { Paced, WorkloadInput } from '../../server/workload.ts';
import { milliseconds } from '../verdict/because.ts';
import { measureStream } from '../measure.ts';
import { holds, onClientClock, pacing, type Pacing } from '../metrics.ts';
import type { Trace } from '../trace.ts';
import type { Measure, MeasureContext } from './measure.ts';

export interface PacedFigures extends Pacing {
  /** Of the origin's pace: between two words, and between the head and the first word, which TTFT includes. */
  intervalMs: number;
  leadMs: number;
  words: { emitted: number; arrived: number };
  /** Interarrival jitter after the last word (RFC 3550, section 6.4.1); absent where fewer than two words came. */
  jitterMs?: number;
  /** Runs of words that were emitted apart and came together: how many, the words of the longest, and those of all. */
  bursts: { count: number; longest: number; words: number };
  /** `yes`: the headers came so long after the origin sent them; `no`: not before the first word was written, so long after. */
  headersBeforeBody?: { how: 'yes'; ms: number } | { how: 'no'; waitedMs: number };
}

/** Time for the headers to come by themselves. */
const LEAD_MS = 300;
/** RFC 3550, section 6.4.1: the share of each new difference in the estimate. */
const JITTER_GAIN = 1 / 16;
/** Words of one read came together, and those of two reads that are no further apart. */
const TOGETHER_MS = 1;
/** Of the interval: what the origin itself wrote closer together, late as it was, is no doing of the hop. */
const APART_SHARE = 0.5;
/** A hop that gathers words gathers nearly all of them; a busy machine brings some together, and not the half. */
const NEARLY_ALL = 0.9;
const HALF = 0.5;

export function pacedWorkload(workload: MeasureContext['workload'], { count, pace } = presetOf().paced): WorkloadInput {
  return { ...workload, count, pace: { ...pace, leadMs: LEAD_MS } };
}

/** The smoothed mean of how much the time in transit differs from one word to the next: the clocks' offset falls out. */
function jitterOf(trace: Trace): number | undefined {
  const transits = holds(trace).map(({ holdMs }) => holdMs);
  if (transits.length < 2) return undefined;
  return transits.slice(1).reduce((jitterMs, transitMs, index) => {
    const differenceMs = Math.abs(transitMs - (transits[index] ?? transitMs));
    return jitterMs + (differenceMs - jitterMs) * JITTER_GAIN;
  }, 0);
}

/** Words that came together, in the order in which they came. */
function runsOf({ arrivals }: Trace): Trace['arrivals'][] {
  const runs: Trace['arrivals'][] = [];
  for (const arrival of arrivals) {
    const before = runs.at(-1)?.at(-1);
    const isTogether = before !== undefined && (arrival.read === before.read || arrival.at - before.at <= TOGETHER_MS);
    if (isTogether) runs.at(-1)?.push(arrival);
    else runs.push([arrival]);
  }
  return runs;
}

function burstsOf(trace: Trace, intervalMs: number): PacedFigures['bursts'] {
  const emittedAt = (seq: number): number => trace.origin.emissions[seq]?.at ?? Number.NaN;
  const bursts = runsOf(trace)
    .filter((run) => emittedAt(run.at(-1)?.seq ?? 0) - emittedAt(run[0]?.seq ?? 0) >= intervalMs * APART_SHARE)
    .map(({ length }) => length);
  return {
    count: bursts.length,
    longest: Math.max(0, ...bursts),
    words: bursts.reduce((sum, words) => sum + words, 0),
  };
}

function headersOf(trace: Trace): PacedFigures['headersBeforeBody'] {
  const { head } = trace.client;
  const { headAt, emissions } = trace.origin;
  const first = emissions[0];
  if (head === undefined || headAt === undefined || first === undefined) return undefined;
  const isBefore = head.at < onClientClock(trace, first.at);
  return isBefore
    ? { how: 'yes', ms: head.at - onClientClock(trace, headAt) }
    : { how: 'no', waitedMs: first.at - headAt };
}

function figures(trace: Trace): PacedFigures {
  const { intervalMs, leadMs } = trace.origin.workload.pace as Paced;
  const jitterMs = jitterOf(trace);
  const headersBeforeBody = headersOf(trace);
  return {
    ...pacing(trace),
    intervalMs,
    leadMs,
    words: { emitted: trace.origin.emissions.length, arrived: new Set(trace.arrivals.map(({ seq }) => seq)).size },
    ...(jitterMs === undefined ? {} : { jitterMs }),
    bursts: burstsOf(trace, intervalMs),
    ...(headersBeforeBody === undefined ? {} : { headersBeforeBody }),
  };
}

function say({ words, gaps, jitterMs, bursts, headersBeforeBody, ttfbMs, ttftMs, leadMs }: PacedFigures): string {
  if (gaps === undefined || jitterMs === undefined) return `${words.arrived} of ${words.emitted} words came`;
  const together =
    bursts.count === 0
      ? 'no bursts'
      : `${bursts.words} words in ${bursts.count} ${bursts.count === 1 ? 'burst' : 'bursts'} of up to ${bursts.longest}`;
  const times =
    ttfbMs === undefined || ttftMs === undefined
      ? []
      : [`TTFB ${milliseconds(ttfbMs)}, TTFT ${milliseconds(ttftMs)} (${milliseconds(leadMs)} of them the origin’s)`];
  return [
    `gaps ${milliseconds(gaps.p50Ms)} p50, ${milliseconds(gaps.p99Ms)} p99, jitter ${milliseconds(jitterMs)}`,
    together,
    ...(headersBeforeBody?.how === 'no' ? ['the headers are held until the body comes out'] : []),
    ...times,
  ].join('; ');
}

function isSteady({ bursts, words }: PacedFigures): boolean {
  return words.arrived > 0 && bursts.words < words.arrived * HALF;
}

function isHeadFirst({ headersBeforeBody }: PacedFigures): boolean {
  return headersBeforeBody?.how === 'yes';
}

/** Whether nearly all words came in bursts, of so many words on average. */
function comesInBursts({ bursts, words }: PacedFigures, over: number, upTo: number): boolean {
  const mean = bursts.words / bursts.count;
  return bursts.words >= words.arrived * NEARLY_ALL && mean > over && mean <= upTo;
}

export const pacedMeasure: Measure<Trace, PacedFigures> = {
  id: 'paced',
  title: 'a word each 10 ms: gaps, jitter, bursts, TTFB and TTFT, in ms, and whether the headers come first',
  measure: async ({ paced, ...context }) =>
    paced ?? measureStream({ ...context, workload: pacedWorkload(context.workload) }),
  of: 'stream',
  load: 'times',
  takesMs: () => LEAD_MS + presetOf().paced.count * presetOf().paced.pace.intervalMs,
  figures,
  say,
  // Bursts are told by the verdict of delivery and by `flush`.
  flaw: ({ headersBeforeBody }) =>
    headersBeforeBody?.how === 'no' ? 'holds the headers until the body comes out' : undefined,
  relays: [
    {
      relay: 'transparent',
      expected: 'no bursts; the headers come before the body',
      convicted: (found) => isSteady(found) && isHeadFirst(found),
    },
    {
      relay: 'hold-head',
      expected: 'no bursts; the headers are held until the body comes out',
      convicted: (found) => isSteady(found) && found.headersBeforeBody?.how === 'no',
    },
    {
      relay: 'tick-80-ms',
      expected: 'bursts of 8 words, but for the first and the last',
      convicted: (found) => isHeadFirst(found) && comesInBursts(found, 6.3, 9),
    },
    {
      relay: 'hold-50-ms',
      expected: 'bursts of 5 or 6 words',
      convicted: (found) => isHeadFirst(found) && comesInBursts(found, 4, 6.3),
    },
  ],
};
