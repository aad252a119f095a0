/**
 * Hold threshold in bytes, with time frozen: how many body bytes the origin must have written before
 * anything comes out, in one write, and again in writes of other sizes.
 */

import { lockStepHolds, median } from '../metrics.ts';
import type { Measure, MeasureContext } from './measure.ts';
import { nextQuestions } from './search.ts';
import {
  answers,
  figures,
  longerFor,
  startOf,
  streamLimits,
  TIMES,
  writesFor,
  writesOf,
  type Limits,
  type Probe,
  type Start,
  type ThresholdEvidence,
  type ThresholdFigures,
} from './threshold-figures.ts';
import {
  AT_ONCE,
  growingSizes,
  MOST_PROBES,
  mostWrites,
  nextProbe,
  RUNGS_BYTES,
  search,
  seriesProbes,
  sweep,
  wholeProbe,
} from './threshold-probes.ts';
import { ownEvidence } from './threshold-own-probes.ts';
import { flaw, say } from './threshold-say.ts';
import { thresholdEvidenceOfHop, thresholdOfHop } from './threshold-hops.ts';

/** On a busy machine the smallest chunk must be seen at the floor more often than not in so many. */
const MOST_SMALLEST = 9;
const SMALLEST_WAIT_MS = 100;
const WAIT_FACTOR = 4;
/** The smallest chunk is waited for longer, so that a timer is known before bytes are written for as long. */
const QUIET_MS = 800;
/** Time for some thousand writes. */
const DEEP_QUIET_MS = 6000;
/** Growing writes: 4 MiB in all, the most that is written at once. */
const MOST_GROWING = 50;
/** One that is held by a hop tells of the others, and one alone may have met a busy moment there. */
const MOST_AT_HOPS = 5;
const BOUNDS = { rungs: RUNGS_BYTES, atOnce: AT_ONCE, times: TIMES };

function timesOver<T>(times: number, work: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, work));
}

function distinct(sizes: readonly number[]): number[] {
  return [...new Set(sizes)];
}

async function constantProbes(
  context: MeasureContext,
  chunkBytes: number,
  upTo: number,
  limits: Limits,
): Promise<ThresholdEvidence['byChunk'][number]> {
  const sizesOf = (writes: number): number[] => Array.from({ length: writes }, () => chunkBytes);
  const options = { sizesOf, expected: writesFor(upTo, chunkBytes), most: mostWrites(limits) };
  return { chunkBytes, probes: await seriesProbes(context, options, limits) };
}

/** As many bytes of one letter, and where these are too few as often as decides. */
async function otherTextProbes(
  context: MeasureContext,
  upTo: number,
  limits: Limits,
  known: Probe[],
): Promise<Probe[]> {
  const other = { ...context, workload: { ...context.workload, filler: 'letter' as const } };
  const ask = (): Promise<Probe> => wholeProbe(other, upTo, longerFor(upTo, limits, known, true));
  const one = await ask();
  const isEnough = answers([one], limits).some(({ enough }) => enough);
  return isEnough ? [one] : [one, ...(await timesOver(TIMES - 1, ask))];
}

async function growingProbes(
  context: MeasureContext,
  upTo: number,
  limits: Limits,
): Promise<NonNullable<ThresholdEvidence['growing']>> {
  const sizes = growingSizes(context, Math.min(MOST_GROWING, mostWrites(limits)));
  const sizesOf = (writes: number): number[] => sizes.slice(0, writes);
  const options = { sizesOf, expected: writesOf(sizes, upTo), most: sizes.length };
  return { sizes, probes: await seriesProbes(context, options, limits) };
}

/**
 * What the probes of the whole path left open of a hop: the one that holds most hides those that hold less.
 * Asked until the hop is told, or what is asked for does not come to it.
 */
async function searchHop(context: MeasureContext, evidence: ThresholdEvidence, hop: number): Promise<void> {
  for (let asked = 0; asked < MOST_PROBES;) {
    const own = thresholdEvidenceOfHop(evidence, hop);
    const start = startOf(own);
    if (start.how !== 'held' || own.smallest.length + own.first.length === 0) return;
    const known = answers(own.first, start);
    const questions = nextQuestions(known, { ...BOUNDS, over: own.smallest[0]?.bytes ?? 0 });
    if (questions.length === 0) return;
    const isAgain = (bytes: number): boolean => known.some(({ at }) => at === bytes);
    const ask = (bytes: number): Promise<Probe> =>
      wholeProbe(context, bytes, longerFor(bytes, start, own.first, isAgain(bytes)));
    evidence.first.push(...(await Promise.all(questions.map(ask))));
    asked += questions.length;
    const came = thresholdEvidenceOfHop(evidence, hop).first.slice(own.first.length);
    if (!came.some(({ bytes }) => questions.includes(bytes))) return;
  }
}

/** What decides how much a coder or a buffer holds, besides the hop. */
function streamOf({ workload }: MeasureContext, coding = 'identity'): string {
  return `${workload.format ?? ''} ${coding}`;
}

/** The threshold, that of the next block, and both in writes of other sizes. */
async function searchHeld(
  context: MeasureContext,
  evidence: ThresholdEvidence,
  start: Extract<Start, { how: 'held' }>,
): Promise<void> {
  const { smallest, first, next } = evidence;
  const { known, heldBytes } = context;
  const stream = streamOf(context, smallest[0]?.coding);
  const bounds = { ...BOUNDS, over: smallest[0]?.bytes ?? 0 };
  const elsewhere = known?.questions(stream) ?? [];
  const held = heldBytes === undefined ? [] : [heldBytes.over, heldBytes.upTo];
  const hints = distinct(elsewhere.length > 0 ? elsewhere : held);
  await search(first, start, { ...bounds, hints }, (bytes, waitFor) => wholeProbe(context, bytes, waitFor(bytes)));
  const hops = smallest[0]?.hops?.length ?? 0;
  for (let hop = 1; hop <= hops; hop += 1) await searchHop(context, evidence, hop);
  const found = figures(evidence);
  if (found.how !== 'bytes' || !found.threshold.exact) return;

  const { upTo } = found.threshold;
  const released = found.releasedBytes.max;
  known?.add(stream, upTo);
  // Of a coder more depends on the text as well, and each question is a hundred KiB of it.
  if (smallest[0]?.coding !== undefined && !context.fullBound) return;
  const sizes = sweep(context, start).filter((size) => size < upTo && writesFor(upTo, size) < mostWrites(start));
  // The next block is as large as the first, or the whole of a buffer of which the head took a part.
  const buffer = 2 ** Math.ceil(Math.log2(upTo));
  const after = `${stream} after ${upTo}`;
  const likely = known?.questions(after) ?? [];
  const usual = likely.length > 0 ? likely : [upTo - 1, upTo, buffer - 1, buffer];
  [evidence.byChunk] = await Promise.all([
    Promise.all(sizes.map((size) => constantProbes(context, size, upTo, start))),
    search(next, start, { ...bounds, hints: distinct(usual) }, (bytes, waitFor) =>
      nextProbe(context, { upTo, released }, bytes, waitFor(upTo + bytes)),
    ),
  ]);
  const then = figures(evidence);
  if (then.how === 'bytes' && then.next?.exact === true) known?.add(after, then.next.upTo);
  // Where a coder is seen it is said anyway.
  if (found.coding === undefined) evidence.otherText = await otherTextProbes(context, upTo, start, first);
  if (context.deep) evidence.growing = await growingProbes(context, upTo, start);
}

async function measure(context: MeasureContext): Promise<ThresholdEvidence> {
  const { delayLimitMs } = context.floor;
  const waitMs = Math.max(SMALLEST_WAIT_MS, Math.ceil(delayLimitMs * WAIT_FACTOR));
  const quietMs = Math.max(context.deep ? DEEP_QUIET_MS : QUIET_MS, 2 * waitMs);
  const evidence: ThresholdEvidence = {
    delayLimitMs,
    ...(context.streamed === undefined ? {} : { streamedMs: median(lockStepHolds(context.streamed)) }),
    waitMs,
    quietMs,
    smallest: [],
    first: [],
    next: [],
    byChunk: [],
  };
  const { smallest } = evidence;
  // Two, so that a busy moment, which takes as long as it likes, is not taken for a hop that holds.
  smallest.push(...(await timesOver(2, () => wholeProbe(context, 1, quietMs))));
  // One after another, so that a timer that ticks by itself is not met at one moment only.
  const isUndecided = (): boolean => smallest.length < TIMES || startOf(evidence).how !== 'streams';
  while (smallest.some(({ firstMs }) => firstMs !== undefined) && smallest.length < MOST_SMALLEST && isUndecided())
    smallest.push(await wholeProbe(context, 1, quietMs));
  if (context.points !== undefined && smallest.length < MOST_AT_HOPS)
    smallest.push(...(await timesOver(MOST_AT_HOPS - smallest.length, () => wholeProbe(context, 1, quietMs))));
  const start = startOf(evidence);
  if (start.how === 'streams') evidence.own = await ownEvidence(context, streamLimits(evidence));
  if (start.how !== 'held' || smallest.some(({ fault }) => fault !== undefined)) return evidence;

  const { known } = context;
  const coding = smallest[0]?.coding;
  const held = (): Promise<void> => searchHeld(context, evidence, start);
  // A coder's threshold is a megabyte of text, asked for some fifty times.
  await (known === undefined || coding === undefined ? held() : known.afterFirst(streamOf(context, coding), held));
  return evidence;
}

/** Whether the threshold is found to the byte, once and again. */
function holdsExactly(found: ThresholdFigures, bytes: number): boolean {
  if (found.how !== 'bytes' || found.ofText === true) return false;
  return found.threshold.exact && found.threshold.upTo === bytes && found.next?.upTo === bytes;
}

export const thresholdMeasure: Measure<ThresholdEvidence, ThresholdFigures> = {
  id: 'threshold',
  title: 'body bytes, as the origin writes them, before anything comes out',
  measure,
  of: 'held',
  load: 'times',
  takesMs: (deep) => (MOST_PROBES / AT_ONCE) * SMALLEST_WAIT_MS + (deep ? DEEP_QUIET_MS : QUIET_MS),
  figures,
  ofHop: thresholdOfHop,
  say,
  flaw,
  noise: (found) => (found.how === 'unknown' && found.isNoise === true ? found.reason : undefined),
  relays: [
    {
      relay: 'transparent',
      expected: 'comes out from the first byte on',
      convicted: ({ how }) => how === 'streams',
    },
    {
      relay: 'hold-4096-bytes',
      expected: 'nothing comes out below 4,096 bytes, then 4,096 more',
      convicted: (found) => holdsExactly(found, 4096),
    },
    {
      relay: 'hold-1000-bytes',
      expected: 'nothing comes out below 1,000 bytes, then 1,000 more',
      convicted: (found) => holdsExactly(found, 1000),
    },
  ],
};
