/**
 * When the origin was told that the client left, from departures at different moments of its pace: a hop that needs the
 * next write tells at a write wherever in the pace the client left, one with a timer so long after the departure. Pure.
 */

/** One departure, in ms of one clock. */
export interface Sighting {
  /** When the stream was asked for; absent where that was not seen. */
  askedAt?: number;
  leftAt: number;
  /** Every write of the origin until it was told, or its stream ended. */
  writesAt: readonly number[];
  /** Absent where the origin was not told before its stream ended. */
  toldAt?: number;
  /** When the origin's stream ended. */
  endAt: number;
  /** For how long after the departure the origin was to be watched at least. */
  watchMs: number;
}

export interface Range {
  min: number;
  max: number;
}

/** Where the tries agree on one. `client-left`: whatever the origin does; the others: whether the client is there or not. */
type Since = 'client-left' | 'last-write' | 'request';

export type Moment =
  /** Within SLACK_MS of the departure with no write in between, but for what the machine adds. */
  | { when: 'at-once'; ms: Range }
  /** Within SLACK_MS of a write, of which `write` is the number since the departure: `ms` after it. The time since the departure is the pace's. */
  | { when: 'next-write'; write: Range; ms: Range }
  /** `ms` after what it is told since; where that is nothing that the tries agree on, after the departure. */
  | { when: 'later'; since?: Since; ms: Range }
  /** A zombie: in some tries or all not told for so long since the departure, nor by so many writes. */
  | { when: 'never'; boundMs: number; writes: number }
  | { when: 'inconclusive'; reason: string };

/** What a busy machine may add to a moment: within this of it is at it. Moments that are to be told apart lie further apart, see abort.ts. */
export const SLACK_MS = 100;
/** And the most that it does add, to some of the tries. */
const BUSY_MS = 3 * SLACK_MS;
/** Told by a write the quickest try is told so soon after it. */
const QUICK_MS = 0.6 * SLACK_MS;
/** With fewer nothing can agree. */
const FEWEST = 3;
/** Of so many tries one may be anything: a busy moment. */
const FORGIVING = 4;

export function rangeOf(values: readonly number[]): Range {
  return { min: Math.min(...values), max: Math.max(...values) };
}

/** The values but for the largest, where there are enough of them: noise only makes later. */
function quickest(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length < FORGIVING ? sorted : sorted.slice(0, -1);
}

function isConstant(values: readonly number[]): boolean {
  const { min, max } = rangeOf(quickest(values));
  return max - min <= SLACK_MS;
}

type Told = Sighting & { toldAt: number };

function sinceLeft({ leftAt, toldAt }: Told): number {
  return toldAt - leftAt;
}

/** Writes between the departure and the telling. */
function writesBetween({ leftAt, toldAt, writesAt }: Told): number[] {
  return writesAt.filter((at) => at > leftAt && at <= toldAt);
}

function sinceWrite(one: Told): number | undefined {
  const last = writesBetween(one).at(-1);
  return last === undefined ? undefined : one.toldAt - last;
}

function defined(values: readonly (number | undefined)[]): number[] {
  return values.filter((value) => value !== undefined);
}

/** Told soon, with no write in between, nor one just before that may have been on its way. */
function needsNoWrite(one: Told): boolean {
  const before = one.writesAt.findLast((at) => at <= one.leftAt) ?? Number.NEGATIVE_INFINITY;
  return isPrompt(one) && one.leftAt - before > SLACK_MS;
}

/** Which tries were told at a write, if it is all of them but for one busy moment, and at the same write or the one beside it. */
function atWrite(told: readonly Told[]): Extract<Moment, { when: 'next-write' }> | undefined {
  const at = told.filter((one) => (sinceWrite(one) ?? Infinity) <= SLACK_MS);
  if (at.length < Math.max(FEWEST, told.length - 1)) return undefined;
  // Noise makes no try early: one told without a write needs none, and of those at one the quickest are as quick as the hop.
  if (told.some(needsNoWrite) || Math.min(...defined(at.map(sinceWrite))) > QUICK_MS) return undefined;
  const write = rangeOf(at.map((one) => writesBetween(one).length));
  if (write.max - write.min > 1) return undefined;
  return { when: 'next-write', write, ms: rangeOf(defined(told.map(sinceWrite))) };
}

function since(told: readonly Told[], from: Since, of: (one: Told) => number | undefined): Moment[] {
  const values = defined(told.map(of));
  if (values.length < told.length || !isConstant(values)) return [];
  return [{ when: 'later', since: from, ms: rangeOf(values) }];
}

/** Told in a silence, so long after the last write before the departure: longer than it bore without being told. */
function sinceLastWrite(one: Told): number | undefined {
  const before = one.writesAt.filter((at) => at <= one.leftAt);
  const last = before.at(-1);
  if (last === undefined || writesBetween(one).length > 0) return undefined;
  const borneMs = Math.max(0, ...before.slice(1).map((at, index) => at - (before[index] ?? at)));
  return one.toldAt - last > borneMs ? one.toldAt - last : undefined;
}

/** Each moment that fits all tries; of tries at different moments of the pace no two fit. */
function fitting(told: readonly Told[]): Moment[] {
  const next = atWrite(told);
  return [
    ...since(told, 'client-left', sinceLeft),
    ...(next === undefined ? [] : [next]),
    ...since(told, 'last-write', sinceLastWrite),
    ...since(told, 'request', ({ askedAt, toldAt }) => (askedAt === undefined ? undefined : toldAt - askedAt)),
  ];
}

/** Told soon, and not by a write: by a hop that needs neither a write nor time. */
function isPrompt(one: Told): boolean {
  return sinceLeft(one) <= SLACK_MS && writesBetween(one).length === 0;
}

/** Whether two tries show that it needs neither, and what a busy machine may add explains the others, one moment and all. */
function isAtOnce(told: readonly Told[]): boolean {
  const { min, max } = rangeOf(told.map(sinceLeft));
  const isExplained = rangeOf(quickest(told.map(sinceLeft))).max <= BUSY_MS && max - min <= BUSY_MS + SLACK_MS;
  return told.filter(isPrompt).length > 1 && isExplained;
}

function list(values: readonly number[]): string {
  return values.map((ms) => Math.round(ms)).join(', ');
}

/** Told at no moment that fits all: by a hop that looks now and then, if none of them looks like another kind. */
function unfitted(told: readonly Told[]): Moment {
  const ms = told.map(sinceLeft);
  const atWrites = told.filter((one) => (sinceWrite(one) ?? Infinity) <= SLACK_MS).length;
  if (atWrites <= 1 && !told.some(isPrompt)) return { when: 'later', ms: rangeOf(ms) };
  return {
    when: 'inconclusive',
    reason: `the tries do not agree: told ${list(ms)} ms after the departure, ${atWrites} of ${told.length} at a write`,
  };
}

function isTold(one: Sighting): one is Told {
  return one.toldAt !== undefined;
}

/** @param sightings of departures at different moments of the pace; one at least. */
export function momentOf(sightings: readonly Sighting[]): Moment {
  const told = sightings.filter(isTold);
  const untold = sightings.filter((one) => !isTold(one));
  // No noise makes a zombie: one is enough.
  if (untold.length > 0)
    return {
      when: 'never',
      boundMs: Math.min(...untold.map(({ leftAt, endAt, watchMs }) => Math.min(watchMs, endAt - leftAt))),
      writes: Math.min(...untold.map(({ leftAt, writesAt }) => writesAt.filter((at) => at > leftAt).length)),
    };
  if (told.length < FEWEST)
    return {
      when: 'inconclusive',
      reason: `only ${told.length} of the ${FEWEST} departures that are needed could be made`,
    };
  const fits = fitting(told);
  const atWrites = fits.some(({ when }) => when === 'next-write');
  if (!atWrites && isAtOnce(told)) return { when: 'at-once', ms: rangeOf(told.map(sinceLeft)) };
  const [fit, ...others] = fits;
  if (fit === undefined || (fit.when === 'later' && fit.since === 'client-left' && told.some(isPrompt)))
    return unfitted(told);
  if (others.length === 0) return fit;
  return { when: 'inconclusive', reason: 'the client left at moments of the pace too much alike' };
}

/**
 * What two rounds of tries tell together: the second is made where the first leaves a doubt.
 * @param lateMs of both, since the departure: one whose rounds agree on no moment, and of which no busy machine makes any try
 * so late, looks at a tick of its own
 */
export function agreed(first: Moment, second: Moment, lateMs: Range): Moment {
  if (first.when === 'never' || !isInDoubt(first)) return second.when === 'never' ? second : first;
  if (!isInDoubt(second)) return second;
  if (first.when === 'later' && second.when === 'later' && first.since === second.since) {
    const ms = { min: Math.min(first.ms.min, second.ms.min), max: Math.max(first.ms.max, second.ms.max) };
    const isSame = first.since === undefined || Math.abs(first.ms.min - second.ms.min) <= SLACK_MS;
    if (isSame) return { ...first, ms };
  }
  if (first.when === 'later' && second.when === 'later' && lateMs.min > BUSY_MS) return { when: 'later', ms: lateMs };
  return { when: 'inconclusive', reason: `two rounds of tries: ${sayDoubt(first)}; ${sayDoubt(second)}` };
}

/** So close together that no tick of a hop's own is, wherever in the pace the client left. */
const REGULAR_MS = 0.4 * SLACK_MS;

/**
 * Of all rounds together: told each time so long after the same write since the departure or the one beside it, and never
 * without one; by a hop that takes its time before it writes on. In one round few tries may be alike by chance.
 */
function afterWrite(told: readonly Told[]): Extract<Moment, { when: 'next-write' }> | undefined {
  const after = defined(told.map(sinceWrite));
  const write = rangeOf(told.map((one) => writesBetween(one).length));
  if (after.length < told.length || told.length < 2 * FEWEST || write.max - write.min > 1) return undefined;
  const { min, max } = rangeOf(quickest(after));
  return max - min <= REGULAR_MS ? { when: 'next-write', write, ms: rangeOf(after) } : undefined;
}

/** @param rounds one at least. */
export function momentOfRounds(rounds: readonly (readonly Sighting[])[]): Moment {
  const told = rounds.flat().filter(isTold);
  const lateMs = rangeOf(told.map(sinceLeft));
  const moment = rounds.map(momentOf).reduce((first, second) => agreed(first, second, lateMs));
  const isFixed = moment.when === 'later' && moment.since !== undefined;
  return rounds.length > 1 && isInDoubt(moment) && !isFixed ? (afterWrite(told) ?? moment) : moment;
}

function sayDoubt(moment: Moment): string {
  if (moment.when === 'inconclusive') return moment.reason;
  return moment.when === 'later' ? `told ${list([moment.ms.min])} to ${list([moment.ms.max])} ms late` : moment.when;
}

/** Noise makes late what is at once: that it is late is believed when it is found twice. */
export function isInDoubt({ when }: Moment): boolean {
  return when === 'later' || when === 'inconclusive';
}
