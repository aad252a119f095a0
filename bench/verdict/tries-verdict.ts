/** What several tries say together, with the transparent relay measured beside them. Pure. */

import { inconclusive, TOLD_BY_HOLDS, type Delivery } from './delivery.ts';
import type { Evidence } from '../evidence.ts';
import type { Floor } from '../floor.ts';
import { clearlyHeld, heldShare, heldWords, OUTLIER_SHARE } from './held-words.ts';
import { acknowledgementLags, lockStepHolds, quantile, quantiles, type Quantiles } from '../metrics.ts';
import { breaksAcross, excuseOf } from './timely.ts';
import { judgeTrace, longerLingerMs } from './trace-verdict.ts';
import type { Trace } from '../trace.ts';

/** A hold that is less than this many times what the machine itself does is put down to it. */
const REFERENCE_FACTOR = 3;
/** A timer holds each word about as long, a busy machine now longer, now shorter: all but the outliers at least so much of the median. */
const REGULAR_FACTOR = 0.65;
/** Of fewer than these all must. */
const FEW_WORDS = 5;
/** Held in two tries: at least so many of the words are the same ones, … */
const SAME_SHARE = 0.5;
/** … or so many are held, whichever. */
export const MANY_SHARE = 0.25;
/** Tries that tell of the path, of which each must show a delay of some words before it is believed. */
export const ENOUGH_TRIES = 3;
/** And of these beside a quiet machine, where a busy one held others beside the rest. */
const ENOUGH_QUIET = 2;
/** Made at most: those in which the machine was busy do not tell. */
export const MOST_TRIES = 5;

/** More of its words were held than outliers are. */
function isHeld(trace: Trace, floor: Floor): boolean {
  return heldShare(trace, floor) > OUTLIER_SHARE;
}

/** Numbers that are in all of the lists, of which there is one at least. */
function common(lists: number[][]): number[] {
  return lists.reduce((inAll, list) => inAll.filter((seq) => list.includes(seq)));
}

/**
 * The words that the path itself held, or how many where it was not the same each time; `undefined` where it was the
 * machine. A busy machine holds few, others each time, and the relay beside the lane as well; a path holds many, or the same.
 */
function heldEachTime(
  tries: Trace[],
  last: Trace,
  reference: Trace,
  floor: Floor,
): { share: number; words?: number[] } | undefined {
  if (heldShare(last, floor) <= 2 * heldShare(reference, floor)) return undefined;
  const share = Math.min(...tries.map((trace) => heldShare(trace, floor)));
  if (share >= MANY_SHARE) return { share };
  const held = tries.map((trace) => heldWords(trace, floor.delayLimitMs));
  const words = common(held);
  if (words.length === 0 || words.length < SAME_SHARE * Math.min(...held.map(({ length }) => length))) return undefined;
  return { share: words.length / lockStepHolds(last).length, words };
}

/** Of a few words one is the share of outliers already: usually the first, before which there was none. */
function leastHold(holdsMs: readonly number[]): number {
  const outliers = holdsMs.length < FEW_WORDS ? 0 : Math.ceil(OUTLIER_SHARE * holdsMs.length);
  return holdsMs.toSorted((a, b) => a - b)[outliers] ?? 0;
}

/** Of all tries, as a timer is the same in each. */
function isRegular(tries: readonly Trace[]): boolean {
  const holdsMs = tries.map(lockStepHolds).filter((values) => values.length > 0);
  return Math.min(...holdsMs.map(leastHold)) >= REGULAR_FACTOR * quantile(holdsMs.flat(), 0.5);
}

/** Holds that a busy machine makes as well, beside a relay that shows it to be busy. */
function byBusyMachine(tries: Trace[], reference: Trace, floor: Floor): Delivery | undefined {
  if (isRegular(tries) || !isHeld(reference, floor)) return undefined;
  const percent = Math.round(heldShare(reference, floor) * 100);
  return inconclusive(
    `words were held now longer, now shorter, and ${percent} % of those through the transparent relay beside it too: the machine was busy`,
  );
}

/** What the machine itself did to the words of a try: to those through the relay beside it, and to what says that they came. */
function byMachine(last: Trace, relay: Quantiles): { ms: number; said: string } {
  const lagMs = quantiles(acknowledgementLags(last))?.p50Ms ?? 0;
  return relay.p50Ms >= lagMs
    ? { ms: relay.p50Ms, said: `beside it the transparent relay was held ${relay.p50Ms.toFixed(1)} ms too` }
    : { ms: lagMs, said: `to say that a word had come, which passes no hop, took ${lagMs.toFixed(1)} ms as well` };
}

/** So many of the acknowledgements were late that its holds tell nothing. */
function isLate(trace: Trace, { delayLimitMs }: Floor): boolean {
  const lags = acknowledgementLags(trace);
  return lags.filter((ms) => ms > delayLimitMs).length > OUTLIER_SHARE * lags.length;
}

/**
 * The tries that tell of the path: the last, and those beside which the machine was not busy: neither the relay was held
 * as well, nor the acknowledgements late. Beside the first no relay was measured: the second's stands for it, which came
 * at once after it, and where enough others tell it is not needed.
 */
function telling({ tries, earlierReferences = [] }: Evidence, last: Trace, floor: Floor): Trace[] {
  const wasBusy = earlierReferences.map((relay) => isHeld(relay, floor));
  const told = tries.filter((trace, index) => {
    const tells = wasBusy[Math.max(0, index - 1)] !== true && !isLate(trace, floor);
    return trace === last || (tells && excuseOf(trace) === undefined);
  });
  const beside = told.filter((trace) => trace !== tries[0]);
  return beside.length >= ENOUGH_TRIES ? beside : told;
}

/** What speaks against the path though not each time: words held in an earlier try by a machine that was not busy, where it was in the last. */
function wereHeldBefore(tries: Trace[], last: Trace, reference: Trace, floor: Floor): Delivery | undefined {
  const isBusy = isLate(last, floor) || isHeld(reference, floor);
  const isOnTime = (trace: Trace): boolean => trace !== last && acknowledgementLags(trace).length > 0;
  const wereHeld = tries.some((trace) => isOnTime(trace) && isHeld(trace, floor));
  return isBusy && wereHeld
    ? inconclusive('some words were held in an earlier try, and in the last the machine was busy')
    : undefined;
}

/** That some of the words are held twice can be a coincidence on a busy machine: the last try must say so too. */
function inAllTries(tries: Trace[], delivery: Delivery): Delivery {
  return tries.length < ENOUGH_TRIES ? inconclusive(`some words were held in each of ${tries.length} tries`) : delivery;
}

/** Relays beside tries at which the machine was quiet: the first try has none. */
function inQuiet({ tries, earlierReferences = [] }: Evidence, reference: Trace, floor: Floor): Trace[] {
  const relays = [...earlierReferences, reference];
  const besideThem = tries.slice(-relays.length);
  return relays.filter((relay, index) => !isHeld(relay, floor) && !isLate(besideThem[index] as Trace, floor));
}

/**
 * Of words that were clearly held each time: they may be the path's doing, or that they are the same a coincidence. That
 * it is none tell tries beside which the machine was quiet; or as many as are made, where no relay beside them held those.
 */
function besideBusyMachine(
  evidence: Evidence,
  reference: Trace,
  eachTime: number[],
  { hold, floor }: { hold: Quantiles; floor: Floor },
): Delivery {
  const { tries, earlierReferences = [] } = evidence;
  const quiet = inQuiet(evidence, reference, floor);
  const areEnough = quiet.length >= ENOUGH_QUIET;
  const byRelay = new Set(
    (areEnough ? quiet : [...earlierReferences, reference]).flatMap((relay) => clearlyHeld(relay, floor)),
  );
  const words = eachTime.filter((seq) => !byRelay.has(seq));
  if (words.length > 0 && (areEnough || tries.length >= MOST_TRIES))
    return { verdict: 'delays', hold, floor: floor.hold, share: words.length / hold.n, words };
  const named = eachTime.length === 1 ? `word ${eachTime.join()} was` : `words ${eachTime.join(', ')} were`;
  return inconclusive(`${named} held each time, beside what the busy machine held`);
}

/** A busy machine adds holds and takes none away: the path's own are nearest to those of the try that was held least. */
function withLeastHold(delivery: Delivery, tries: readonly Trace[]): Delivery {
  if (delivery.verdict !== 'streams') return delivery;
  const whole = tries.flatMap((trace) => quantiles(lockStepHolds(trace)) ?? []).filter(({ n }) => n >= delivery.hold.n);
  return { ...delivery, hold: whole.reduce((least, hold) => (hold.p50Ms < least.p50Ms ? hold : least), delivery.hold) };
}

/** What several tries say together, with the holds of the quietest. */
export function acrossTries(evidence: Evidence, last: Trace, floor: Floor): Delivery {
  return withLeastHold(toldByTries(evidence, last, floor), evidence.tries);
}

/**
 * What several tries say together. The transparent relay, measured beside the last, tells what the
 * machine itself did at that moment; what was held each time, and the relay was not, is the path's doing.
 */
function toldByTries(evidence: Evidence, last: Trace, floor: Floor): Delivery {
  const { reference } = evidence;
  const delivery = judgeTrace(last, floor);
  if (delivery.verdict === 'harness-error' || delivery.verdict === 'unsupported') return delivery;
  const broken = breaksAcross(evidence.tries, last);
  if (broken !== undefined) return broken;
  if (delivery.verdict === 'buffers' && evidence.tries.length >= ENOUGH_TRIES && longerLingerMs(last) !== undefined)
    return inconclusive('what was held came long after the end, each time: it may have been on its way before');
  // Of a stall the holds of the words before it tell nothing.
  if (last.origin.stalled !== undefined) return delivery;
  if (evidence.tries.length < 2 || reference === undefined || !TOLD_BY_HOLDS.has(delivery.verdict)) return delivery;
  const tries = telling(evidence, last, floor);
  const hold = quantiles(lockStepHolds(last));
  const relay = quantiles(lockStepHolds(reference));
  if (hold === undefined || relay === undefined) return delivery;
  const verdicts = tries.map((trace) => judgeTrace(trace, floor).verdict);
  if (verdicts.includes('delays') && verdicts.includes('streams')) {
    const held = verdicts.filter((verdict) => verdict === 'delays').length;
    return inconclusive(`nearly every word was held in ${held} of ${tries.length} tries, and none in another`);
  }
  const machine = byMachine(last, relay);
  if (delivery.verdict === 'delays' && hold.p50Ms < REFERENCE_FACTOR * machine.ms)
    return inconclusive(`${machine.said}: the machine was busy`);
  if (delivery.verdict === 'delays') {
    const busy = byBusyMachine(evidence.tries, reference, floor);
    // What holds now longer, now shorter, may be a machine that was busy beside these and not beside the relay.
    const isTimer = isRegular(evidence.tries) || (tries.length > 1 && isRegular(tries));
    return busy ?? (isTimer ? delivery : inAllTries(tries, delivery));
  }
  // In all tries: a busy machine adds holds and takes none away.
  const eachTime = common(evidence.tries.map((trace) => clearlyHeld(trace, floor)));
  if (delivery.verdict === 'inconclusive') {
    const held = heldEachTime(tries, last, reference, floor);
    if (held !== undefined) return inAllTries(tries, { verdict: 'delays', hold, floor: floor.hold, ...held });
    if (eachTime.length > 0) return besideBusyMachine(evidence, reference, eachTime, { hold, floor });
    return wereHeldBefore(tries, last, reference, floor) ?? { verdict: 'streams', hold };
  }
  if (eachTime.length === 0) return delivery;
  const innocent = clearlyHeld(reference, floor);
  const words = eachTime.filter((seq) => !innocent.includes(seq));
  if (words.length === 0 || tries.length < ENOUGH_TRIES)
    return besideBusyMachine(evidence, reference, eachTime, { hold, floor });
  return { verdict: 'delays', hold, floor: floor.hold, share: words.length / hold.n, words };
}
