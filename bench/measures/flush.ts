/**
 * Flush interval in milliseconds, with bytes frozen: one small chunk is written and waited for. The
 * next is written only then: at once, or after a part of the time that the last was held, which
 * tells a timer that runs from the write from one that ticks by itself.
 */

import { milliseconds } from '../verdict/because.ts';
import { frozenStream, type Frozen } from './frozen.ts';
import {
  figures,
  samplesOf,
  type FlushEvidence,
  type FlushFigures,
  type HopSamples,
  type Sample,
} from './flush-figures.ts';
import { flushOfHop, flushOfHops, samplesOfHops, samplesOfWords, wordsOfHops } from './flush-hops.ts';
import type { Measure, MeasureContext } from './measure.ts';
import { ownChunks } from './own-chunks.ts';

const BOUND_MS = 2500;
/** Chunks of the first streams: through a hop that holds nothing there are no others. */
const LOOKS = [2, 6];
/** After a release, the pause before the next write, as a share of the period; each stream begins with another. */
const PHASES = [0.3, 0.6, 0, 0.75, 0.15, 0.45];
const STREAMS = 4;
/** Chunks of a stream: of a short timer many, so that its ticks make a long line; of a long one as few as tell it. */
const ROUND_MS = 600;
const CHUNKS = { least: 3, most: 8 };
/** What nothing explains is asked again, and judged with all that was seen before: a busy moment passes. */
const MOST_ROUNDS = 6;
/** What is waited for must come within the bound, the pause included. */
const MARGIN = 0.9;

function say(found: FlushFigures): string {
  switch (found.how) {
    case 'none':
      return 'none: lets go at once';
    case 'timer': {
      const period = `${milliseconds(found.periodMs)} ± ${milliseconds(found.errorMs)}`;
      return found.from === 'write' ? `lets go after ${period}` : `lets go every ${period}, whenever it was written`;
    }
    case 'irregular':
      return `lets go after ${milliseconds(found.minMs)} to ${milliseconds(found.maxMs)}, at no fixed time`;
    case 'never': {
      const first = found.after === 0 ? '' : `after ${found.after} ${found.after === 1 ? 'write' : 'writes'} `;
      return `${first}never lets go by time, within ${milliseconds(found.boundMs)}`;
    }
    case 'inconclusive':
      return `could not be told: ${found.reason}`;
    case 'unknown':
      return `not measured: ${found.reason}`;
  }
}

/** How long to pause after a release; what is written then must still be seen to come out. */
export function pauseMs(share: number, heldMs: number, boundMs: number): number {
  return Math.max(0, Math.min(share * heldMs, MARGIN * boundMs - heldMs));
}

/** One stream: each chunk is written after the last one came out and a pause of its share of the time that it was held. */
async function stream(context: MeasureContext, shares: readonly number[], boundMs: number): Promise<Frozen> {
  const chunks = ownChunks(context.workload, shares.length + 1);
  let [released, wantedBytes] = [0, chunks.written[0] ?? 0];
  let releasedAt = performance.now();
  const timers: NodeJS.Timeout[] = [];
  try {
    return await frozenStream(context, {
      chunkBytes: chunks.asked,
      deadlineMs: boundMs,
      onBody(received, acknowledge) {
        if (received < wantedBytes || released > shares.length) return;
        const seq = released;
        wantedBytes += chunks.written[seq + 1] ?? 0;
        const now = performance.now();
        const sinceMs = now - releasedAt;
        [released, releasedAt] = [released + 1, now];
        const afterMs = pauseMs(shares[seq] ?? 0, sinceMs, boundMs);
        if (afterMs < 1) acknowledge(seq);
        else timers.push(setTimeout(() => acknowledge(seq), afterMs));
      },
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

interface Seen {
  samples: Sample[][];
  hops: HopSamples['looks'];
}

/** Streams side by side. */
async function seen(
  context: MeasureContext,
  evidence: FlushEvidence,
  shares: readonly (readonly number[])[],
): Promise<Seen> {
  const streams = await Promise.all(shares.map((ofStream) => stream(context, ofStream, BOUND_MS)));
  const fault = streams.find((one) => one.fault !== undefined)?.fault;
  if (fault !== undefined) evidence.fault = fault;
  return { samples: streams.map(samplesOf), hops: streams.map(samplesOfHops) };
}

/** Of the path, or of a hop of it. */
function isUndecided(evidence: FlushEvidence): boolean {
  return [figures(evidence), ...flushOfHops(evidence)].some(({ how }) => how === 'inconclusive');
}

/** The pauses of each stream of a round. */
function phasesFor(samples: readonly Sample[]): number[][] {
  const heldMs = Math.max(...samples.flatMap((sample) => sample.heldMs ?? []));
  const chunks = Math.min(CHUNKS.most, Math.max(CHUNKS.least, Math.floor(ROUND_MS / heldMs)));
  return Array.from({ length: STREAMS }, (_, first) =>
    Array.from({ length: chunks - 1 }, (__, index) => PHASES[(first + index) % PHASES.length] ?? 0),
  );
}

async function measure(context: MeasureContext): Promise<FlushEvidence> {
  const { hold, delayLimitMs } = context.floor;
  const evidence: FlushEvidence = { floorMs: hold.p50Ms, delayLimitMs, boundMs: BOUND_MS, looks: [], rounds: [] };
  if (context.streamed !== undefined) {
    const words: FlushEvidence = { ...evidence, looks: [samplesOfWords(context.streamed)] };
    if (context.points !== undefined) words.hops = { looks: [wordsOfHops(context.streamed)], rounds: [] };
    if ([figures(words), ...flushOfHops(words)].every(({ how }) => how === 'none')) return words;
  }
  const { looks, rounds } = evidence;
  const hops: HopSamples = { looks: [], rounds: [] };
  if (context.points !== undefined) evidence.hops = hops;
  for (const chunks of LOOKS) {
    const look = await seen(context, evidence, [Array.from({ length: chunks - 1 }, () => 0)]);
    looks.push(...look.samples);
    hops.looks.push(...look.hops);
    if (figures(evidence).how !== 'none') break;
  }
  const phases = phasesFor(looks.flat());
  while (isUndecided(evidence) && rounds.length < MOST_ROUNDS) {
    const round = await seen(context, evidence, phases);
    rounds.push(round.samples);
    hops.rounds.push(round.hops);
  }
  return evidence;
}

const CLOSE = 0.05;

/** Whether the timer was found for what it is, its period within five per cent. */
function isTimer(found: FlushFigures, from: 'write' | 'tick', periodMs: number): boolean {
  return found.how === 'timer' && found.from === from && Math.abs(found.periodMs - periodMs) <= CLOSE * periodMs;
}

export const flushMeasure: Measure<FlushEvidence, FlushFigures> = {
  id: 'flush',
  title: 'time after which it lets go of what it holds, in ms, and whether that runs from the write',
  measure,
  of: 'held',
  load: 'times',
  takesMs: () => BOUND_MS,
  figures,
  ofHop: flushOfHop,
  say,
  flaw: (found) => (found.how === 'timer' || found.how === 'irregular' ? say(found) : undefined),
  noise: (found) => (found.how === 'inconclusive' ? found.reason : undefined),
  relays: [
    { relay: 'transparent', expected: 'none: lets go at once', convicted: ({ how }) => how === 'none' },
    { relay: 'hold-50-ms', expected: 'lets go after 50 ms', convicted: (found) => isTimer(found, 'write', 50) },
    {
      relay: 'tick-80-ms',
      expected: 'lets go every 80 ms, whenever it was written',
      convicted: (found) => isTimer(found, 'tick', 80),
    },
    {
      relay: 'collect-all',
      expected: 'never lets go by time, within 2.5 s',
      convicted: ({ how }) => how === 'never',
    },
  ],
};
