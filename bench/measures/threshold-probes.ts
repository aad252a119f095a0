/** The probes of the hold threshold: each a new stream that writes so many bytes, and then waits. */

import { chunkSize } from '../../server/payload.ts';
import { resolveWorkload } from '../../server/workload.ts';
import { sum } from '../metrics.ts';
import { frozenStream } from './frozen.ts';
import type { MeasureContext } from './measure.ts';
import { nextQuestions, type SearchOptions } from './search.ts';
import { answers, longerFor, probeOf, TIMES, type Limits, type Probe } from './threshold-figures.ts';
import { probeWithHops } from './threshold-hops.ts';

/** Tried upwards, so that hops which hold little are not sent much; the last is above what any is known to hold by default. */
export const RUNGS_BYTES = [64 * 1024, 1024 * 1024, 4 * 1024 * 1024];
export const AT_ONCE = 4;
/** A search ends after so many: usual are thirty. */
export const MOST_PROBES = 90;
/** What a write may take, a turn of the origin's: on a quiet machine a quarter of it. */
const WRITE_MS = 6;
const CHUNK_BYTES = [1024, 16 * 1024];
/** The sweep of `deep`; below its first stands the smallest that a chunk can be. */
const DEEP_CHUNK_BYTES = [16, 64, 256, 1024, 4096, 16 * 1024, 64 * 1024];
/** Writes each larger than the last. */
const GROWING_FROM_BYTES = 16;
const GROWTH = 1.25;

/** Asks until the search is over; what was asked is added to `probes`. What is asked again decides, and is waited for longer. */
export async function search(
  probes: Probe[],
  limits: Limits,
  options: SearchOptions,
  ask: (at: number, waitFor: (bytes: number) => number) => Promise<Probe>,
): Promise<void> {
  for (;;) {
    const known = answers(probes, limits);
    const questions = nextQuestions(known, options);
    if (questions.length === 0 || probes.length >= MOST_PROBES) return;
    const isAgain = (at: number): boolean => known.some((answer) => answer.at === at);
    const waitFor = (at: number) => (bytes: number) => longerFor(bytes, limits, probes, isAgain(at));
    probes.push(...(await Promise.all(questions.map((at) => ask(at, waitFor(at))))));
    if (probes.some(({ fault }) => fault !== undefined)) return;
  }
}

/** Writes all in one, and the end at once when all of it has come out. */
export async function wholeProbe(context: MeasureContext, bytes: number, waitMs: number): Promise<Probe> {
  const frozen = await frozenStream(context, {
    chunkBytes: [bytes],
    deadlineMs: waitMs,
    onBody: (received, acknowledge) => received >= bytes && acknowledge(0),
  });
  return probeWithHops(frozen, 1);
}

/** Writes what lets go of the first block, and `bytes` more when it came. */
export async function nextProbe(
  context: MeasureContext,
  { upTo, released }: { upTo: number; released: number },
  bytes: number,
  waitMs: number,
): Promise<Probe> {
  let begun = false;
  const frozen = await frozenStream(context, {
    chunkBytes: [upTo, bytes],
    deadlineMs: waitMs,
    onBody(received, acknowledge) {
      if (begun || received < released) return;
      begun = true;
      acknowledge(0);
    },
  });
  return probeWithHops(frozen, 1, released);
}

async function seriesProbe(context: MeasureContext, sizes: number[], waitMs: number): Promise<Probe> {
  const frozen = await frozenStream(context, { chunkBytes: sizes, deadlineMs: waitMs, isOneGo: true });
  return probeOf(frozen, sizes.length);
}

/** So many writes are over before a timer is. */
export function mostWrites({ quietMs, limitMs }: Limits): number {
  return Math.floor((quietMs - limitMs) / WRITE_MS);
}

/** Sizes of writes in which the threshold is asked for again, each the same in all of its writes. */
export function sweep({ deep, workload }: MeasureContext, limits: Limits): number[] {
  if (!deep) return CHUNK_BYTES;
  // A chunk carries its number: as small as the largest number allows, so that all are of one size.
  const smallest = chunkSize(resolveWorkload({ ...workload, chunkBytes: [1] }), mostWrites(limits));
  return [...new Set([smallest, ...DEEP_CHUNK_BYTES.filter((size) => size > smallest)])];
}

/** So many sizes, each a quarter larger than the last. */
export function growingSizes({ workload }: MeasureContext, count: number): number[] {
  return Array.from({ length: count }, (_, seq) => {
    const asked = Math.round(GROWING_FROM_BYTES * GROWTH ** seq);
    return chunkSize(resolveWorkload({ ...workload, chunkBytes: [asked] }), seq);
  });
}

interface SeriesOptions {
  /** The sizes of so many writes. */
  sizesOf: (writes: number) => number[];
  /** Writes that ought to be enough, and the most that are made. */
  expected: number;
  most: number;
}

/** The threshold in several writes, asked in writes and kept in bytes. */
export async function seriesProbes(
  context: MeasureContext,
  { sizesOf, expected, most }: SeriesOptions,
  limits: Limits,
): Promise<Probe[]> {
  const probes: Probe[] = [];
  const options = { over: 0, rungs: [most], atOnce: AT_ONCE, times: TIMES, hints: [expected - 1, expected] };
  for (;;) {
    const told = probes.filter((probe) => probe.void === undefined);
    const inWrites = answers(told, limits).map(({ enough }, index) => ({ at: told[index]?.writes ?? 0, enough }));
    const questions = nextQuestions(inWrites, options);
    if (questions.length === 0) return probes;
    const isAgain = (writes: number): boolean => told.some((probe) => probe.writes === writes);
    const ask = (writes: number): Promise<Probe> => {
      const sizes = sizesOf(writes);
      const bytes = sum(sizes);
      return seriesProbe(context, sizes, longerFor(bytes, limits, told, isAgain(writes)));
    };
    probes.push(...(await Promise.all(questions.map(ask))));
    if (probes.some(({ fault }) => fault !== undefined)) return probes;
  }
}
