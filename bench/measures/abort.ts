/**
 * Abort propagation: the client leaves while the origin writes, and while it is silent. What of that
 * the origin saw on its socket, and when: at once, only when it wrote again, later, or never.
 */

import type { Leaving } from '../client/client.ts';
import { measureStream, type Leave } from '../measure.ts';
import { onClientClock } from '../metrics.ts';
import type { Trace } from '../trace.ts';
import type { WorkloadInput } from '../../server/workload.ts';
import { baseline } from './baseline.ts';
import type { Measure, MeasureContext } from './measure.ts';

type Phase = 'writing' | 'idle';
/** `never`: a zombie, the stream went on to its end. */
export type When = 'at-once' | 'next-write' | 'later' | 'never';
/** Of the client's departure on the origin's socket. */
type Seen = 'fin' | 'rst' | 'both' | 'nothing';

export interface PhaseFigures {
  when: When;
  /** From the client's leaving until the origin saw it, in the repeats in which it did. */
  ms?: { min: number; max: number };
  /** Chunks that the origin wrote in between. */
  writes?: { min: number; max: number };
  seen: Seen;
  /** In how many of the repeats the origin saw it. */
  told: number;
  repeats: number;
}

export interface AbortFigures {
  /** Absent, like the others, where the client could not leave as it was to: the stream was over, or not as silent. */
  writing?: PhaseFigures;
  idle?: PhaseFigures;
  /** The client leaving by RST instead of FIN. Absent where a hop gets to see no RST: the port of a container makes a FIN of it. */
  byReset?: ByPhase;
}

interface ByPhase {
  writing?: PhaseFigures;
  idle?: PhaseFigures;
}

export interface Departure {
  phase: Phase;
  how: Leaving;
  trace: Trace;
}

const INTERVAL_MS = 10;
const CHUNKS_BEFORE = 5;
/** For a hop that lets nothing out: the client leaves without having had a word. Inside the silence. */
const LEAVE_AFTER_MS = 150;
const SILENCE_MS = 350;
const REPEATS = 3;
/**
 * Told within this long of the client's leaving, with no write between, is at once; of the first write after it, at the
 * next write. That leaves room for a second one: a first write to a connection that was left succeeds, and is answered
 * by the RST that the second meets.
 */
const PROMPT_MS = 50;

const WORKLOADS: Record<Phase, WorkloadInput> = {
  writing: { count: 50, pace: { mode: 'paced', intervalMs: INTERVAL_MS } },
  idle: {
    count: 20,
    pace: { mode: 'paced', intervalMs: INTERVAL_MS, silence: { afterChunk: CHUNKS_BEFORE - 1, ms: SILENCE_MS } },
  },
};

export interface AbortEvidence {
  departures: Departure[];
  /** The same with no hop between; absent where nothing is between what was seen and the hop, as with taps. */
  direct?: Departure[];
}

async function measure(context: MeasureContext): Promise<AbortEvidence> {
  return { direct: await baseline('abort', context, depart), departures: await depart(context) };
}

async function depart({ workload, ...context }: MeasureContext): Promise<Departure[]> {
  const once = async (phase: Phase, how: Leaving): Promise<Departure> => {
    const leave: Leave = { afterChunks: CHUNKS_BEFORE, afterMs: LEAVE_AFTER_MS, how };
    const trace = await measureStream({ ...context, workload: { ...workload, ...WORKLOADS[phase] }, leave });
    return { phase, how, trace };
  };
  const departures: Departure[] = [];
  for (const how of [...Array.from({ length: REPEATS }, () => 'fin' as const), 'rst' as const])
    departures.push(...(await Promise.all([once('writing', how), once('idle', how)])));
  return departures;
}

/** One departure as the origin saw it. */
interface Sighting {
  when: When;
  ms?: number;
  writes?: number;
  seen: Exclude<Seen, 'both'>;
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

/** Whether the client left when it was to. */
function isValid({ phase, trace }: Departure): boolean {
  const { client, origin, fault } = trace;
  if (fault !== undefined || client.end.how !== 'left' || origin.emissions.length === 0) return false;
  if (origin.end === undefined || (origin.end.how !== 'complete' && origin.end.how !== 'client-left')) return false;
  const leftAt = client.end.at;
  if (phase === 'writing') return origin.end.how === 'client-left' || leftAt < onClientClock(trace, origin.end.at);
  const silence = silenceOf(trace);
  return silence !== undefined && leftAt > silence.from && leftAt <= silence.until;
}

function sightingOf({ trace }: Departure): Sighting {
  const { end, abort, emissions } = trace.origin;
  if (end?.how !== 'client-left') return { when: 'never', seen: 'nothing' };
  const at = onClientClock(trace, abort?.at ?? end.at);
  const leftAt = trace.client.end.at;
  const writesAt = emissions
    .map((emission) => onClientClock(trace, emission.at))
    .filter((writtenAt) => writtenAt > leftAt && writtenAt <= at);
  const isPrompt = at - (writesAt[0] ?? leftAt) <= PROMPT_MS;
  const when = isPrompt ? (writesAt.length === 0 ? 'at-once' : 'next-write') : 'later';
  return { when, ms: at - leftAt, writes: writesAt.length, seen: abort?.seen ?? 'nothing' };
}

const FROM_QUICK_TO_NEVER: When[] = ['at-once', 'next-write', 'later', 'never'];

function range(values: number[]): { min: number; max: number } | undefined {
  return values.length === 0 ? undefined : { min: Math.min(...values), max: Math.max(...values) };
}

/**
 * Noise only makes slower: the quickest repeat is the hop's. No noise makes a zombie: one is enough.
 */
function phaseFigures(departures: Departure[]): PhaseFigures | undefined {
  const sightings = departures.filter(isValid).map(sightingOf);
  const ranks = sightings.map(({ when }) => FROM_QUICK_TO_NEVER.indexOf(when));
  const when = FROM_QUICK_TO_NEVER[sightings.some((one) => one.when === 'never') ? 3 : Math.min(...ranks)];
  if (when === undefined) return undefined;
  const told = sightings.filter((one) => one.when !== 'never');
  const ms = range(told.flatMap((one) => one.ms ?? []));
  const writes = range(told.flatMap((one) => one.writes ?? []));
  const seen = new Set(told.map((one) => one.seen));
  const [only = 'nothing'] = seen;
  return {
    when,
    ...(ms === undefined ? {} : { ms }),
    ...(writes === undefined ? {} : { writes }),
    seen: seen.has('fin') && seen.has('rst') ? 'both' : only,
    told: told.length,
    repeats: sightings.length,
  };
}

/**
 * While the origin writes, "at once" and "at the next write" differ by less than a step of its pace.
 * In silence they differ: a hop that told a silent origin at once did not need the write.
 */
function bothPhases(departures: Departure[]): ByPhase {
  const of = (phase: Phase): PhaseFigures | undefined => phaseFigures(departures.filter((one) => one.phase === phase));
  const [writing, idle] = [of('writing'), of('idle')];
  const needsNoWrite = idle?.when === 'at-once' && writing?.when === 'next-write';
  return {
    ...(writing === undefined ? {} : { writing: needsNoWrite ? { ...writing, when: 'at-once' as const } : writing }),
    ...(idle === undefined ? {} : { idle }),
  };
}

/** What the way itself does not tell at once, with no hop between, is not to be held against a hop. */
function throughWay(found: ByPhase, way: ByPhase): ByPhase {
  const visible = (phase: Phase): boolean => way[phase]?.when === 'at-once';
  return {
    ...(found.writing === undefined || !visible('writing') ? {} : { writing: found.writing }),
    ...(found.idle === undefined || !visible('idle') ? {} : { idle: found.idle }),
  };
}

function by(how: Leaving, departures: Departure[]): ByPhase {
  return bothPhases(departures.filter((one) => one.how === how));
}

function figures({ departures, direct }: AbortEvidence): AbortFigures {
  if (direct === undefined) return { ...by('fin', departures), byReset: by('rst', departures) };
  const [resetsByWay, resets] = [by('rst', direct), by('rst', departures)];
  const isResetVisible = Object.values(resetsByWay).some(({ seen }: PhaseFigures) => seen !== 'fin');
  return {
    ...throughWay(by('fin', departures), by('fin', direct)),
    ...(isResetVisible ? { byReset: throughWay(resets, resetsByWay) } : {}),
  };
}

function milliseconds({ max }: { max: number }): string {
  return `${max < 10 ? max.toFixed(1) : Math.round(max)} ms`;
}

function sayWhen({ when, ms, writes, told, repeats }: PhaseFigures): string {
  switch (when) {
    case 'at-once':
      return `at once${ms === undefined ? '' : ` (within ${milliseconds(ms)})`}`;
    case 'next-write':
      return `only when it writes again${writes === undefined ? '' : ` (write ${writes.max})`}`;
    case 'later':
      return `only after ${ms === undefined ? 'a while' : milliseconds(ms)}`;
    case 'never':
      return told === 0 ? 'never (a zombie)' : `not always (a zombie in ${repeats - told} of ${repeats})`;
  }
}

const LEARNS = 'the origin learns that the client left';

function sayPhases({ writing, idle }: ByPhase, learns: string): string {
  if (writing?.told === 0 && idle?.told === 0) return learns.replace('learns', 'never learns').concat(' (a zombie)');
  if (writing !== undefined && writing.when === idle?.when) {
    const worse = (writing.ms?.max ?? 0) > (idle.ms?.max ?? 0) ? writing : idle;
    return `${learns} ${sayWhen(worse)}`;
  }
  const parts = [
    ...(writing === undefined ? [] : [`${sayWhen(writing)} while it writes`]),
    ...(idle === undefined ? [] : [`${sayWhen(idle)} while it is silent`]),
  ];
  return parts.length === 0 ? 'could not be told' : `${learns} ${parts.join(', ')}`;
}

/** That a reset is told otherwise than a FIN is worth a phrase; that it is told alike is not. */
function differs(one: PhaseFigures | undefined, other: PhaseFigures | undefined): boolean {
  return one !== undefined && other !== undefined && one.when !== other.when;
}

function say({ byReset, ...byFin }: AbortFigures): string {
  const plain = sayPhases(byFin, LEARNS);
  if (byReset === undefined) return plain;
  if (!differs(byFin.writing, byReset.writing) && !differs(byFin.idle, byReset.idle)) return plain;
  return `${plain}; ${sayPhases(byReset, `by RST ${LEARNS}`)}`;
}

function isTold({ writing, idle }: ByPhase, when: When, seen: Seen): boolean {
  return writing?.when === when && idle?.when === when && writing.seen === seen && idle.seen === seen;
}

const FLAWS: Record<When, string | undefined> = {
  'at-once': undefined,
  'next-write': 'the origin is told of a departure only when it writes again',
  later: 'the origin is told late of a departure',
  never: 'zombie: the origin is never told of a departure',
};

/** The worst of all that was seen. */
function flaw({ byReset, ...byFin }: AbortFigures): string | undefined {
  const seen = [byFin, byReset ?? {}].flatMap(({ writing, idle }: ByPhase) => [writing, idle]);
  const ranks = seen.flatMap((one) => (one === undefined ? [] : [FROM_QUICK_TO_NEVER.indexOf(one.when)]));
  return FLAWS[FROM_QUICK_TO_NEVER[Math.max(0, ...ranks)] ?? 'at-once'];
}

/** By RST too, where that can be seen. */
function isToldEitherWay({ byReset, ...byFin }: AbortFigures, when: When, seen: { fin: Seen; rst: Seen }): boolean {
  return isTold(byFin, when, seen.fin) && (byReset === undefined || isTold(byReset, when, seen.rst));
}

export const abortMeasure: Measure<AbortEvidence, AbortFigures> = {
  id: 'abort',
  title: 'when the origin learns that the client left, while it writes and while it is silent, in ms',
  measure,
  of: 'hop',
  timed: false,
  takesMs: () => (REPEATS + 1) * (LEAVE_AFTER_MS + SILENCE_MS),
  figures,
  say,
  flaw,
  relays: [
    {
      relay: 'transparent',
      expected: 'the origin learns that the client left at once, by FIN or RST as the client did',
      convicted: (found) => isToldEitherWay(found, 'at-once', { fin: 'fin', rst: 'rst' }),
    },
    {
      relay: 'abort-at-next-write',
      expected: 'the origin learns that the client left only when it writes again',
      convicted: (found) => isToldEitherWay(found, 'next-write', { fin: 'fin', rst: 'fin' }),
    },
    {
      relay: 'zombie',
      expected: 'the origin never learns that the client left (a zombie)',
      convicted: (found) => isToldEitherWay(found, 'never', { fin: 'nothing', rst: 'nothing' }),
    },
  ],
};
