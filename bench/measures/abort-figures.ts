/** What the origin saw of departures, from their traces. Pure. */

import type { Leaving } from '../client/client.ts';
import { onClientClock } from '../metrics.ts';
import type { Trace } from '../trace.ts';
import { isInDoubt, momentOfRounds, rangeOf, type Moment, type Range, type Sighting } from './abort-moment.ts';

export type Phase = 'writing' | 'idle';

/** What of the client's departure was to be seen on the origin's socket; an RST_STREAM by the name of its code. */
export type Seen = 'fin' | 'rst' | `rst-stream ${string}` | 'nothing';

export type PhaseFigures = Moment & {
  /** In the tries in which the origin was told: each that there was, once. */
  seen: Seen[];
  /** In how many of the tries the origin was told. */
  told: number;
  tries: number;
  /** 2 where the first left a doubt. */
  rounds: number;
  /** Between two writes of the origin. */
  intervalMs: number;
  /** How long after a write the client left, in the tries. */
  leftAfterWriteMs: Range;
};

export interface ByPhase {
  /** Absent where the client could not leave as it was to: the stream was over, or not as silent. */
  writing?: PhaseFigures;
  idle?: PhaseFigures;
}

export interface AbortFigures extends ByPhase {
  /** How the client left: over HTTP/2 its stream, not its connection. */
  by: 'fin' | 'rst-stream';
  /** The client leaving by RST of its connection. Absent where a hop gets to see none: the port of a container makes a FIN of it. */
  byReset?: ByPhase;
  /** Where neither phase is there because the stream was over each time before the client could leave: so long after the request. */
  over?: { afterMs: Range; /** Of an answer in place of the origin's. */ status?: number };
  /** Where neither is there because the origin had written nothing yet when the client left: in so many of the tries. */
  late?: { tries: number; of: number };
  /** Of a hop to which nothing of the stream had come when its downstream left, as one behind it holds all. */
  wordless?: true;
}

export interface Departure {
  phase: Phase;
  how: Leaving;
  /** 1, or 2 where the first left a doubt. */
  round: number;
  /** For how long after it the origin was to be watched at least. */
  watchMs: number;
  trace: Trace;
}

export interface AbortEvidence {
  departures: Departure[];
  /** The same with no hop between; absent where nothing is between what was seen and the hop, as with taps. */
  direct?: Departure[];
}

/** When the origin's stream was to be silent, on the client's clock; `undefined` while it never was. */
function silenceOf(trace: Trace): { from: number; until: number } | undefined {
  const { pace } = trace.origin.workload;
  const { emissions, abort } = trace.origin;
  if (pace.mode !== 'paced' || pace.silence === undefined) return undefined;
  const last = emissions[pace.silence.afterChunk];
  if (last === undefined) return undefined;
  const next = emissions[pace.silence.afterChunk + 1]?.at ?? abort?.at ?? last.at + pace.silence.ms;
  return { from: onClientClock(trace, last.at), until: onClientClock(trace, next) };
}

/** Whether anything was written before the client left. To a hop it is not where another one behind it holds all. */
function hadWords(trace: Trace): boolean {
  return trace.origin.emissions.some(({ at }) => onClientClock(trace, at) <= trace.client.end.at);
}

/** Whether the client left when it was to. */
function isValid({ phase, trace }: Departure): boolean {
  const { client, origin, fault } = trace;
  if (fault !== undefined || client.end.how !== 'left' || !hadWords(trace)) return false;
  if (origin.end === undefined || (origin.end.how !== 'complete' && origin.end.how !== 'client-left')) return false;
  const leftAt = client.end.at;
  // What the hop closed before was not told of the departure.
  if (origin.abort !== undefined && onClientClock(trace, origin.abort.at) < leftAt - trace.clock.errorMs) return false;
  if (phase === 'writing') return origin.end.how === 'client-left' || leftAt < onClientClock(trace, origin.end.at);
  const silence = silenceOf(trace);
  return silence !== undefined && leftAt > silence.from && leftAt <= silence.until;
}

/** All on the client's clock. */
function sightingOf({ trace, watchMs }: Departure): Sighting {
  const { end, abort, emissions, request } = trace.origin;
  const endAt = end?.at ?? Number.POSITIVE_INFINITY;
  const toldAt = end?.how === 'client-left' ? onClientClock(trace, abort?.at ?? endAt) : undefined;
  return {
    ...(request === undefined ? {} : { askedAt: onClientClock(trace, request.at) }),
    leftAt: trace.client.end.at,
    writesAt: emissions.map(({ at }) => onClientClock(trace, at)),
    ...(toldAt === undefined ? {} : { toldAt }),
    endAt: onClientClock(trace, endAt),
    watchMs,
  };
}

function seenOf({ trace: { origin } }: Departure): Seen {
  const { abort } = origin;
  if (abort === undefined) return 'nothing';
  return abort.seen === 'rst-stream' ? `rst-stream ${abort.code}` : abort.seen;
}

function intervalOf({ trace }: Departure): number {
  const { pace } = trace.origin.workload;
  return pace.mode === 'paced' ? pace.intervalMs : Number.NaN;
}

/** How long after the origin's last write. */
function leftAfterWrite({ leftAt, writesAt }: Sighting): number {
  return leftAt - (writesAt.findLast((at) => at <= leftAt) ?? leftAt);
}

function phaseFigures(valid: Departure[]): PhaseFigures | undefined {
  const [first] = valid;
  if (first === undefined) return undefined;
  const sightings = valid.map(sightingOf);
  const rounds = Map.groupBy(sightings, (_, index) => valid[index]?.round);
  const moment = momentOfRounds([...rounds.values()]);
  const told = valid.filter((_, index) => sightings[index]?.toldAt !== undefined);
  return {
    ...moment,
    seen: told.length === 0 ? ['nothing'] : [...new Set(told.map(seenOf))].toSorted(),
    told: told.length,
    tries: valid.length,
    rounds: rounds.size,
    intervalMs: intervalOf(first),
    leftAfterWriteMs: rangeOf(sightings.map(leftAfterWrite)),
  };
}

function by(how: Leaving, departures: readonly Departure[]): ByPhase {
  const of = (phase: Phase): PhaseFigures | undefined =>
    phaseFigures(departures.filter((one) => one.phase === phase && one.how === how && isValid(one)));
  const [writing, idle] = [of('writing'), of('idle')];
  return { ...(writing === undefined ? {} : { writing }), ...(idle === undefined ? {} : { idle }) };
}

/** What the way itself does not tell at once, with no hop between, is not to be held against a hop. */
function pastWay(found: PhaseFigures | undefined, way: PhaseFigures | undefined): PhaseFigures | undefined {
  if (found === undefined || way?.when === 'at-once') return found;
  if (way?.when !== 'inconclusive') return undefined;
  const { seen, told, tries, rounds, intervalMs, leftAfterWriteMs } = found;
  const reason = `nor could it with no hop between: ${way.reason}`;
  return { when: 'inconclusive', reason, seen, told, tries, rounds, intervalMs, leftAfterWriteMs };
}

function throughWay(found: ByPhase, way: ByPhase): ByPhase {
  const [writing, idle] = [pastWay(found.writing, way.writing), pastWay(found.idle, way.idle)];
  return { ...(writing === undefined ? {} : { writing }), ...(idle === undefined ? {} : { idle }) };
}

/** Whether the way tells an RST as one each time. One that does so only in a race tells of its own doing. */
function passesResets({ writing, idle }: ByPhase): boolean {
  return [writing, idle].every((found) => found?.seen.join() === 'rst');
}

export function figures({ departures, direct }: AbortEvidence): AbortFigures {
  const version = departures[0]?.trace.client.request.httpVersion;
  const [ends, resets] = [by('fin', departures), by('rst', departures)];
  const over = overOf(departures);
  const leaves = {
    by: version === '2' ? ('rst-stream' as const) : ('fin' as const),
    ...(over === undefined ? {} : { over }),
  };
  if (direct === undefined) return { ...leaves, ...ends, byReset: resets };
  const resetsByWay = by('rst', direct);
  const late = ends.writing === undefined && ends.idle === undefined ? lateOf(departures) : undefined;
  return {
    ...leaves,
    ...(late === undefined ? {} : { late }),
    ...throughWay(ends, by('fin', direct)),
    ...(passesResets(resetsByWay) ? { byReset: throughWay(resets, resetsByWay) } : {}),
  };
}

/** Whether nothing of the stream had come to the hop when its downstream left. */
function isWordless({ phase, trace }: Departure): boolean {
  return phase === 'idle' && trace.fault === undefined && trace.client.end.how === 'left' && !hadWords(trace);
}

/**
 * Of a hop to which nothing of the stream had come, as one behind it holds all: that it tells its upstream at once, or does
 * not while nothing comes. With a word it may: of that nothing is known, nor of one that told at some other moment.
 */
export function figuresWithoutWords(departures: readonly Departure[]): AbortFigures | undefined {
  const of = (how: Leaving): ByPhase => {
    const idle = phaseFigures(departures.filter((one) => one.how === how && isWordless(one)));
    return idle?.when === 'at-once' || idle?.when === 'never' ? { idle } : {};
  };
  const [ends, byReset] = [of('fin'), of('rst')];
  if (ends.idle === undefined && byReset.idle === undefined) return undefined;
  return { by: 'fin', ...ends, byReset, wordless: true };
}

/** A hop passes a request on at once, or it takes longer than a client waits: which it was one such try does not tell. */
function lateOf(departures: readonly Departure[]): AbortFigures['late'] {
  const ends = departures.filter(({ how, trace }) => how === 'fin' && trace.fault === undefined);
  const late = ends.filter(({ trace }) => trace.client.end.how === 'left' && !hadWords(trace));
  return late.length === 0 ? undefined : { tries: late.length, of: ends.length };
}

/** Of all departures alike; `undefined` where a client did leave. */
function overOf(departures: readonly Departure[]): AbortFigures['over'] {
  const traces = departures.filter(({ how }) => how === 'fin').map(({ trace }) => trace);
  if (traces.length === 0 || traces.some(({ client, fault }) => fault !== undefined || client.end.how === 'left'))
    return undefined;
  const statuses = new Set(traces.map(({ client }) => client.head?.status));
  const [status] = statuses;
  const isForeign = statuses.size === 1 && traces.every(({ origin }) => origin.workload.status !== status);
  return {
    afterMs: rangeOf(traces.map(({ client: { end, sentAt, connectAt } }) => end.at - (sentAt ?? connectAt))),
    ...(isForeign && status !== undefined ? { status } : {}),
  };
}

/** Whether another round of tries could tell more. */
export function leavesDoubt({ writing, idle, byReset = {} }: AbortFigures): boolean {
  return [writing, idle, byReset.writing, byReset.idle].some((found) => found !== undefined && isInDoubt(found));
}
