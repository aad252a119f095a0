/**
 * Flush interval in milliseconds, with bytes frozen: one small chunk is written and waited for. The
 * next is written only then: at once, or after a part of the time that the last was held, which
 * tells a timer that runs from the write from one that ticks by itself.
 */

import { milliseconds } from '../because.ts';
import { frozenOfHop } from '../chain/frozen-of-hop.ts';
import { isUnseen, NOTHING_CAME, unseen, type Unseen } from '../chain/unseen.ts';
import { median } from '../metrics.ts';
import { frozenStream, type Frozen } from './frozen.ts';
import type { Measure, MeasureContext } from './measure.ts';

/** One chunk: how long after the release before it it was written, and how long it was held. */
export interface Sample {
  /** Absent for the first chunk of a stream: nothing was released before. */
  phaseMs?: number;
  /** Absent when it did not come out before the end. */
  heldMs?: number;
}

export interface FlushEvidence {
  delayLimitMs: number;
  boundMs: number;
  /** The chunks of each stream, in the order in which they were written; the streams of a round ran side by side. */
  rounds: Sample[][][];
  /** Of a chain the same at each hop, hop 1's first, of each stream. */
  hops?: (Sample[] | Unseen)[][][];
  fault?: string;
}

export type FlushFigures =
  | { how: 'none'; heldMs: number }
  | {
      how: 'timer';
      /** `write`: runs from the write; `tick`: runs by itself; `irregular`: neither explains what was seen. */
      from: 'write' | 'tick' | 'irregular';
      periodMs: number;
      /** Of the samples about the period, as `from` explains them: median deviation, least and most. */
      spread: { madMs: number; minMs: number; maxMs: number };
      samples: number;
    }
  /** `after`: chunks of a stream that came out before one did not. */
  | { how: 'never'; boundMs: number; after: number }
  | { how: 'unknown'; reason: string; isNoise?: true };

const CHUNK_BYTES = 100;
const BOUND_MS = 2500;
/** After a release, the pause before the next write, as a share of the period: one row for each stream. */
const PHASES = [
  [0, 0.15, 0.75],
  [0, 0.3, 0.6],
  [0, 0.45, 0],
  [0, 0.6, 0.3],
];
/**
 * Through a hop that streams all is over in a few milliseconds, which a busy machine may take for itself: what nothing
 * explains is asked again, and judged with all that was seen before.
 */
const MOST_ROUNDS = 4;
/** An explanation must fit the samples within this share of the period … */
const FITS = 0.1;
/** What is waited for must come within the bound, the pause included. */
const MARGIN = 0.9;

/** Median of the distances from the median. */
function deviation(values: readonly number[]): number {
  const middle = median(values);
  return median(values.map((value) => Math.abs(value - middle)));
}

/** Pure: a chunk came out with the first body byte beyond those of the chunks before it. */
export function samplesOf({ writes, pieces }: Frozen): Sample[] {
  let [before, releasedAt]: [number, number | undefined] = [0, undefined];
  return writes.map(({ at, bytes }) => {
    let received = 0;
    const release = pieces.find((piece) => (received += piece.bytes) > before);
    const phase = releasedAt === undefined ? {} : { phaseMs: at - releasedAt };
    before += bytes;
    releasedAt = release?.at;
    return release === undefined ? phase : { ...phase, heldMs: release.at - at };
  });
}

function samplesOfHops(frozen: Frozen): (Sample[] | Unseen)[] {
  return (frozen.points ?? []).map((_, index) => {
    const own = frozenOfHop(frozen, index + 1);
    return isUnseen(own) ? own : samplesOf(own);
  });
}

function spreadOf(values: readonly number[]): Extract<FlushFigures, { how: 'timer' }>['spread'] {
  return { madMs: deviation(values), minMs: Math.min(...values), maxMs: Math.max(...values) };
}

type Timer = Extract<FlushFigures, { how: 'timer' }>;

/** What explains the holds best. */
function timerOf(samples: Sample[]): Timer {
  const held = samples.flatMap(({ heldMs }) => heldMs ?? []);
  // A ticker is seen whole only from one release to the next.
  const ticks = samples.flatMap(({ phaseMs, heldMs }) =>
    phaseMs === undefined || heldMs === undefined ? [] : phaseMs + heldMs,
  );
  const fits = (values: readonly number[]): boolean => deviation(values) <= FITS * median(values);
  const fromWrite = ticks.length === 0 || deviation(held) <= deviation(ticks);
  const explained = fromWrite ? held : ticks;
  return {
    how: 'timer',
    from: fits(explained) ? (fromWrite ? 'write' : 'tick') : 'irregular',
    periodMs: median(explained),
    spread: spreadOf(explained),
    samples: explained.length,
  };
}

/** Whether the last two rounds found the same timer. */
function agree(rounds: Sample[][][]): boolean {
  const [before, last] = rounds.slice(-2).map((streams) => timerOf(streams.flat()));
  if (before === undefined || last === undefined) return false;
  return before.from === last.from && Math.abs(before.periodMs - last.periodMs) <= FITS * last.periodMs;
}

function figures({ delayLimitMs, boundMs, rounds, fault }: FlushEvidence): FlushFigures {
  if (fault !== undefined) return { how: 'unknown', reason: fault };
  const streams = rounds.flat();
  const stalled = streams.map((samples) => samples.findIndex(({ heldMs }) => heldMs === undefined));
  const after = stalled.filter((index) => index !== -1);
  if (after.length > 0) return { how: 'never', boundMs, after: Math.min(...after) };

  const samples = streams.flat();
  const held = samples.flatMap(({ heldMs }) => heldMs ?? []);
  if (held.length === 0) return { how: 'unknown', reason: 'nothing was written' };
  if (median(held) <= delayLimitMs) return { how: 'none', heldMs: median(held) };

  const timer = timerOf(samples);
  // What a busy machine did to one round it does not do to the next.
  if (agree(rounds)) return timer;
  const { minMs, maxMs } = timer.spread;
  return {
    how: 'unknown',
    isNoise: true,
    reason: `writes were held ${milliseconds(minMs)} to ${milliseconds(maxMs)} and the last of ${rounds.length} rounds does not agree with the one before: a busy machine does that as well`,
  };
}

function ofHop({ hops = [], ...evidence }: FlushEvidence, hop: number): FlushFigures | Unseen {
  const seen = hops.map((streams) => streams.map((atHops) => atHops[hop - 1] ?? unseen(NOTHING_CAME)));
  const rounds = seen.map((streams) => streams.flatMap((samples) => (isUnseen(samples) ? [] : [samples])));
  if (rounds.some((streams) => streams.length > 0)) return figures({ ...evidence, rounds });
  return seen.flat().find(isUnseen) ?? unseen(NOTHING_CAME);
}

/** Hop 1's first; none where there are no taps. */
function hopsOf(evidence: FlushEvidence): (FlushFigures | Unseen)[] {
  const [streams = []] = evidence.hops ?? [];
  return (streams[0] ?? []).map((_, index) => ofHop(evidence, index + 1));
}

function say(found: FlushFigures): string {
  switch (found.how) {
    case 'none':
      return 'none: lets go at once';
    case 'timer': {
      const period = milliseconds(found.periodMs);
      if (found.from === 'write') return `lets go after ${period}`;
      if (found.from === 'tick') return `lets go every ${period}, whenever it was written`;
      return `lets go after ${milliseconds(found.spread.minMs)} to ${milliseconds(found.spread.maxMs)}, at no fixed time`;
    }
    case 'never': {
      const first = found.after === 0 ? '' : `after ${found.after} ${found.after === 1 ? 'write' : 'writes'} `;
      return `${first}never lets go by time, within ${milliseconds(found.boundMs)}`;
    }
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
  let released = 0;
  let releasedAt = performance.now();
  const timers: NodeJS.Timeout[] = [];
  try {
    return await frozenStream(context, {
      chunkBytes: Array.from({ length: shares.length + 1 }, () => CHUNK_BYTES),
      deadlineMs: boundMs,
      onBody(received, acknowledge) {
        if (received <= released * CHUNK_BYTES) return;
        const seq = released;
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

async function measure(context: MeasureContext): Promise<FlushEvidence> {
  const evidence: FlushEvidence = { delayLimitMs: context.floor.delayLimitMs, boundMs: BOUND_MS, rounds: [] };
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const seen = await Promise.all(PHASES.map((shares) => stream(context, shares, BOUND_MS)));
    evidence.rounds.push(seen.map(samplesOf));
    if (context.points !== undefined) (evidence.hops ??= []).push(seen.map(samplesOfHops));
    const fault = seen.find((one) => one.fault !== undefined)?.fault;
    if (fault !== undefined) return { ...evidence, fault };
    const found = figures(evidence);
    const all = [found, ...hopsOf(evidence)];
    if (!all.some((one) => one.how === 'unknown' || (one.how === 'timer' && one.from === 'irregular'))) break;
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
  of: 'stream',
  timed: true,
  takesMs: () => BOUND_MS,
  figures,
  ofHop,
  say,
  flaw: (found) => (found.how === 'timer' ? say(found) : undefined),
  noise: (found) => (found.how === 'unknown' && found.isNoise === true ? found.reason : undefined),
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
