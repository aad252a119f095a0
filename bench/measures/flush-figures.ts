/**
 * What the holds of small writes say of a hop's flush interval. Pure. A busy machine only adds to a time: chunks come
 * late, never early. So a timer that runs from the write is told by its shortest holds, and one that ticks by itself by
 * the line through many of its ticks, of which each is late by another bit; how far either may be off is said.
 */

import { milliseconds } from '../verdict/because.ts';
import type { Unseen } from '../chain/unseen.ts';
import { median, quantile } from '../metrics.ts';
import type { Frozen } from './frozen.ts';

/** One chunk: how long after the release before it it was written, and how long it was held. */
export interface Sample {
  /** Absent for the first chunk of a stream: nothing was released before. */
  phaseMs?: number;
  /** Absent when it did not come out before the end. */
  heldMs?: number;
}

export interface FlushEvidence {
  /** Median hold through the relay that does nothing: closer than this no hold can be told. */
  floorMs: number;
  delayLimitMs: number;
  boundMs: number;
  /** The chunks of each stream, in the order in which they were written. Of one after another, to see whether it holds at all, … */
  looks: Sample[][];
  /** … and where it does, of several side by side in each round. */
  rounds: Sample[][][];
  /** Of a chain the same at each hop (flush-hops.ts). */
  hops?: HopSamples;
  fault?: string;
}

/** Of each stream its samples at each hop, hop 1's first. */
export interface HopSamples {
  looks: (Sample[] | Unseen)[][];
  rounds: (Sample[] | Unseen)[][][];
}

export type FlushFigures =
  | { how: 'none'; heldMs: number }
  /** `write`: runs from the write; `tick`: runs by itself. The period is within `errorMs` of what is told. */
  | { how: 'timer'; from: 'write' | 'tick'; periodMs: number; errorMs: number; samples: number }
  /** Neither explains what was seen. */
  | { how: 'irregular'; minMs: number; maxMs: number; samples: number }
  /** `after`: chunks of a stream that came out before one did not. */
  | { how: 'never'; boundMs: number; after: number }
  | { how: 'inconclusive'; reason: string }
  | { how: 'unknown'; reason: string };

/** The shortest holds, by which a timer is told: the share of all, and so many at least. The very shortest is the period. */
const SHORTEST = { share: 0.125, least: 4 };
/** The period may lie as far below the shortest that was seen as the next ones lie above it. */
const BELOW = 2;
/** A period that cannot be told closer is not told: this share of it, or of short ones so much. */
const CLOSE = 0.05;
const CLOSE_MS = 1;
/** Two rounds agree within this share of the period. */
const ALIKE = 0.1;
/** And of holds at no fixed time, whose medians differ the more. */
const IRREGULAR_ALIKE = 0.3;
/** Held for more than so many times the limit no moment of a busy machine explains it: one round is enough. */
const SURE_FACTOR = 20;
/** Holds that differ by more than so many times the limit differ by the hop's doing. */
const IRREGULAR_FACTOR = 8;
/** … and lie by more than so much from their median, half of them: as late as a busy machine may make most. */
const BUSY_MS = 100;
/** Ticks are counted anew by the period that was found, so often. */
const RECOUNTS = 3;

function deviation(values: readonly number[]): number {
  const middle = median(values);
  return median(values.map((value) => Math.abs(value - middle)));
}

/** Pure: a chunk came out with its last byte: of a large one a hop may keep the tail. */
export function samplesOf({ writes, pieces }: Frozen): Sample[] {
  let [written, releasedAt]: [number, number | undefined] = [0, undefined];
  return writes.map(({ at, bytes }) => {
    written += bytes;
    let received = 0;
    const release = pieces.find((piece) => (received += piece.bytes) >= written);
    const phase = releasedAt === undefined ? {} : { phaseMs: at - releasedAt };
    releasedAt = release?.at;
    return release === undefined ? phase : { ...phase, heldMs: release.at - at };
  });
}

/** How a timer would explain the samples. */
interface Explanation {
  from: 'write' | 'tick';
  periodMs: number;
  errorMs: number;
  /** Median distance of what was seen from what it says. */
  deviationMs: number;
  samples: number;
}

/** The first chunk of a stream is left out: its timer may have been started by the head. */
function fromWrite(streams: Sample[][]): Explanation {
  const held = streams.flat().flatMap(({ phaseMs, heldMs }) => (phaseMs === undefined ? [] : (heldMs ?? [])));
  const shortest = held
    .toSorted((a, b) => a - b)
    .slice(0, Math.max(SHORTEST.least, Math.ceil(SHORTEST.share * held.length)));
  const periodMs = shortest[0] ?? Number.NaN;
  const errorMs = BELOW * ((shortest.at(-1) ?? Number.NaN) - periodMs);
  return { from: 'write', periodMs, errorMs, deviationMs: deviation(held), samples: held.length };
}

interface Release {
  /** From the stream's first, … */
  at: number;
  /** … and so many ticks after it. */
  ticks: number;
}

/** A tick is at least one after the one before. */
function counted(releasesMs: readonly number[], periodMs: number): Release[] {
  let ticks = -1;
  return releasesMs.map((at) => ({ at, ticks: (ticks = Math.max(ticks + 1, Math.round(at / periodMs))) }));
}

/** Of values each with its weight. */
function weightedQuantile(weighted: readonly { value: number; weight: number }[], q: number): number {
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
  let sum = 0;
  return (
    weighted.toSorted((a, b) => a.value - b.value).find(({ weight }) => (sum += weight) >= q * total)?.value ??
    Number.NaN
  );
}

/**
 * The median of the slopes between every two releases of a stream (Theil and Sen), those that are further apart weighing
 * more: what each is late by falls out of the difference, or is shared by the ticks between.
 */
function slopeOf(streams: Release[][]): { periodMs: number; errorMs: number } {
  const slopes = streams.flatMap((releases) =>
    releases.flatMap((from, index) =>
      releases.slice(index + 1).map((to) => {
        const weight = to.ticks - from.ticks;
        return { value: (to.at - from.at) / weight, weight };
      }),
    ),
  );
  const [low = 0, periodMs = 0, high = 0] = [0.25, 0.5, 0.75].map((q) => weightedQuantile(slopes, q));
  return { periodMs, errorMs: Math.max(high - periodMs, periodMs - low) };
}

/** Distances of releases from the ticks of this period, whenever they began. */
function residuals(releases: readonly Release[], periodMs: number): number[] {
  const lateMs = releases.map(({ ticks, at }) => at - ticks * periodMs);
  return lateMs.map((ms) => Math.abs(ms - quantile(lateMs, 0.5)));
}

function ticking(streams: Sample[][]): Explanation {
  const releasesMs = streams.map((samples) => {
    let at = 0;
    return samples.map(({ phaseMs = 0, heldMs = 0 }, index) => (index === 0 ? 0 : (at += phaseMs + heldMs)));
  });
  const gapsMs = releasesMs.flatMap((all) => all.slice(1).map((at, index) => at - (all[index] ?? 0)));
  const usualMs = quantile(gapsMs, 0.5);
  let found = { periodMs: usualMs, errorMs: Number.POSITIVE_INFINITY };
  for (let count = 0; count < RECOUNTS; count += 1)
    found = slopeOf(releasesMs.map((releases) => counted(releases, found.periodMs)));
  const distances = releasesMs.flatMap((releases) => residuals(counted(releases, found.periodMs), found.periodMs));
  // No pause is as long as a period: mostly the very next tick lets go of what was written.
  const isUsual = Math.abs(found.periodMs - usualMs) <= ALIKE * usualMs;
  const deviationMs = isUsual ? quantile(distances, 0.5) : Number.POSITIVE_INFINITY;
  return { from: 'tick', ...found, deviationMs, samples: gapsMs.length };
}

/** What explains the holds best. */
function explained(streams: Sample[][]): Explanation {
  const [write, tick] = [fromWrite(streams), ticking(streams)];
  return write.deviationMs <= tick.deviationMs ? write : tick;
}

/** Whether the last two rounds found the same timer. */
function agree(rounds: Sample[][][]): boolean {
  const [before, last] = rounds.slice(-2).map(explained);
  if (before === undefined || last === undefined) return false;
  return before.from === last.from && Math.abs(before.periodMs - last.periodMs) <= ALIKE * last.periodMs;
}

/** Whether what was written right after a release came sooner than a tick by itself would have let it: mostly within a period that is shorter. */
function isSooner(periodMs: number, looks: readonly Sample[][]): boolean {
  const gapsMs = looks
    .flat()
    .flatMap(({ phaseMs, heldMs }) => (phaseMs === undefined || heldMs === undefined ? [] : phaseMs + heldMs));
  return gapsMs.length > 0 && median(gapsMs) < (1 - ALIKE) * periodMs;
}

/** Why a timer is not to be believed that explains the samples, if so. */
function doubt(
  { from, periodMs, errorMs, deviationMs }: Explanation,
  { delayLimitMs, rounds, looks }: FlushEvidence,
): string | undefined {
  const closeMs = Math.max(CLOSE * periodMs, CLOSE_MS);
  // Of holds a busy machine may make most longer; of ticks, late as they are, half must be where they are put.
  if (deviationMs > (from === 'tick' ? closeMs : Math.max(ALIKE * periodMs, delayLimitMs)))
    return 'no one period explains it';
  if (errorMs > closeMs)
    return `a period of ${milliseconds(periodMs)} is not told closer than ${milliseconds(errorMs)}`;
  if (periodMs <= delayLimitMs) return 'some of them for no longer than the floor';
  if (from === 'tick' && isSooner(periodMs, looks)) return 'but what was written right after a release came sooner';
  // What a busy machine did to one round it does not do to the next; it makes ticks of holds, and no holds of ticks.
  if ((from === 'tick' || periodMs < SURE_FACTOR * delayLimitMs) && !agree(rounds))
    return `the last of ${rounds.length} rounds does not agree with the one before`;
  return undefined;
}

/** Whether no timer explains a round, nor a busy machine how far its holds lie apart. */
function isOdd(round: Sample[][], delayLimitMs: number): boolean {
  const { deviationMs, periodMs } = explained(round);
  const isUnexplained = deviationMs > Math.max(ALIKE * periodMs, IRREGULAR_FACTOR * delayLimitMs);
  return isUnexplained && deviation(heldOf(round)) > BUSY_MS;
}

function heldOf(round: Sample[][]): number[] {
  return round.flat().flatMap(({ heldMs }) => heldMs ?? []);
}

/** The hop's own doing only where all show it, and the last two rounds alike. */
function isIrregular({ delayLimitMs, rounds }: FlushEvidence): boolean {
  const [before, last] = rounds.slice(-2);
  if (before === undefined || last === undefined) return false;
  if (![before, last, rounds.flat()].every((round) => isOdd(round, delayLimitMs))) return false;
  const [beforeMs, lastMs] = [median(heldOf(before)), median(heldOf(last))];
  return Math.abs(beforeMs - lastMs) <= IRREGULAR_ALIKE * lastMs;
}

export function figures(evidence: FlushEvidence): FlushFigures {
  const { floorMs, delayLimitMs, boundMs, looks, rounds, fault } = evidence;
  if (fault !== undefined) return { how: 'unknown', reason: fault };
  const streams = [...looks, ...rounds.flat()];
  const stalled = streams.map((samples) => samples.findIndex(({ heldMs }) => heldMs === undefined));
  const after = stalled.filter((index) => index !== -1);
  if (after.length > 0) return { how: 'never', boundMs, after: Math.min(...after) };

  const held = streams.flat().flatMap(({ heldMs }) => heldMs ?? []);
  if (held.length === 0) return { how: 'unknown', reason: 'nothing was written' };
  const heldMs = median(held);
  if (heldMs <= delayLimitMs) return { how: 'none', heldMs };

  const [minMs, maxMs] = [Math.min(...held), Math.max(...held)];
  const isTold = rounds.flat().some((samples) => samples.length > 1);
  if (!isTold)
    return { how: 'inconclusive', reason: `writes were held ${milliseconds(minMs)} to ${milliseconds(maxMs)}` };
  const best = explained(rounds.flat());
  const reason = doubt(best, evidence);
  if (reason === undefined) {
    const { from, periodMs, samples } = best;
    return { how: 'timer', from, periodMs, errorMs: Math.max(best.errorMs, floorMs), samples };
  }
  if (isIrregular(evidence)) return { how: 'irregular', minMs, maxMs, samples: held.length };
  return {
    how: 'inconclusive',
    reason: `writes were held ${milliseconds(minMs)} to ${milliseconds(maxMs)}, ${reason}: a busy machine does that as well`,
  };
}
