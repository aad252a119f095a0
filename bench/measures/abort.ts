/**
 * Abort propagation: the client leaves while the origin writes, and while it is silent. What of that the origin saw on
 * its socket, and when: at once, only when it wrote again, so long after, or never while it was watched.
 */

import { setTimeout as delay } from 'node:timers/promises';

import type { Leaving } from '../client/client.ts';
import { measureStream, type Leave } from '../measure.ts';
import { ABORT_AFTER_MS } from '../relays/relays.ts';
import type { WorkloadInput } from '../../server/workload.ts';
import {
  figures,
  figuresWithoutWords,
  leavesDoubt,
  type AbortEvidence,
  type AbortFigures,
  type ByPhase,
  type Departure,
  type Phase,
  type Seen,
} from './abort-figures.ts';
import { SLACK_MS, type Moment } from './abort-moment.ts';
import { flaw, noise, say } from './abort-say.ts';
import { baseline } from './baseline.ts';
import { departuresOfHop } from '../chain/evidence-of-hop.ts';
import { unseen, type Unseen } from '../chain/unseen.ts';
import type { Measure, MeasureContext } from './measure.ts';

/** The least that the origin is watched for after the client left, writing or silent: what tells later is called a zombie. */
const BOUND_MS = 2500;
/** Longer than the defaults of most proxies' timeouts: 60 s. */
const BOUND_DEEP_MS = 70_000;
/** From the moment when a client is to leave until it has, if the machine is not too busy. */
const LEAVING_MS = 120;

/** Of each phase: chunks that have arrived when the client leaves, or how long it waits for them, and how long then until it does. */
interface Plan {
  intervalMs: number;
  tries: { afterChunks: number; afterMs: number; thenMs: number }[];
}

/**
 * Moments that lie further apart than what a machine adds (SLACK_MS), measured from the last write and from the next as
 * from the request: what is told at one of these is told at the same distance from no other. Timeouts in whole seconds
 * are no multiple of the interval.
 *
 * Through a hop that lets nothing out the client leaves without having had a word: later than the second word through
 * one that holds each for 200 ms; and while the origin writes, in two of the tries two writes later than in the others, or
 * all would be told at the same write, and so at the same distance from the request.
 */
export const PLANS: Record<Phase, Plan> = {
  writing: {
    intervalMs: 570,
    tries: [
      { afterChunks: 1, afterMs: 850, thenMs: 320 },
      { afterChunks: 2, afterMs: 1880, thenMs: 40 },
      { afterChunks: 1, afterMs: 850, thenMs: 460 },
      { afterChunks: 2, afterMs: 1880, thenMs: 180 },
    ],
  },
  idle: {
    intervalMs: 150,
    tries: [
      { afterChunks: 1, afterMs: 850, thenMs: 300 },
      { afterChunks: 2, afterMs: 850, thenMs: 40 },
      { afterChunks: 3, afterMs: 850, thenMs: 420 },
      { afterChunks: 4, afterMs: 850, thenMs: 180 },
    ],
  },
};

/** From the request, or from the last write before the silence: by when the client has left. */
function latestMs(phase: Phase): number {
  return Math.max(...PLANS[phase].tries.map(({ afterMs, thenMs }) => afterMs + thenMs)) + LEAVING_MS;
}

/** Streams that begin at once would disturb each other. */
const APART_MS = 35;
/** Written after the silence: some hops need the fifth write to find that nobody reads, and on a busy machine read two as one. */
const CHUNKS_AFTER = 10;

function boundOf(deep: boolean): number {
  return deep ? BOUND_DEEP_MS : BOUND_MS;
}

function workloadOf(phase: Phase, afterChunks: number, deep: boolean): WorkloadInput {
  const { intervalMs } = PLANS[phase];
  const ms = latestMs(phase) + boundOf(deep);
  if (phase === 'writing') return { count: Math.ceil(ms / intervalMs) + 1, pace: { mode: 'paced', intervalMs } };
  const silence = { afterChunk: afterChunks - 1, ms: ms - intervalMs };
  return { count: afterChunks + CHUNKS_AFTER, pace: { mode: 'paced', intervalMs, silence } };
}

type Try = Plan['tries'][number] & { phase: Phase; how: Leaving };

const TRIES: Try[] = (['fin', 'rst'] as const).flatMap((how) =>
  (['idle', 'writing'] as const).flatMap((phase) => PLANS[phase].tries.map((one) => ({ phase, how, ...one }))),
);

/** Side by side: most of it is waiting. */
async function depart({ workload, ...context }: MeasureContext, round: number): Promise<Departure[]> {
  const once = async ({ phase, how, ...when }: Try, index: number): Promise<Departure> => {
    await delay(index * APART_MS);
    context.signal?.throwIfAborted();
    const leave: Leave = { ...when, how };
    const paced = workloadOf(phase, when.afterChunks, context.deep);
    return {
      phase,
      how,
      round,
      watchMs: boundOf(context.deep),
      trace: await measureStream({ ...context, workload: { ...workload, ...paced }, leave }),
    };
  };
  return Promise.all(TRIES.filter(({ how }) => context.resets || how === 'fin').map(once));
}

/** A second round where the first leaves a doubt. */
async function rounds(context: MeasureContext, direct?: Departure[]): Promise<Departure[]> {
  const first = await depart(context, 1);
  const evidence = { departures: first, ...(direct === undefined ? {} : { direct }) };
  return leavesDoubt(figures(evidence)) ? [...first, ...(await depart(context, 2))] : first;
}

async function measure(context: MeasureContext): Promise<AbortEvidence> {
  const direct = await baseline('abort', context, (bare) => rounds(bare));
  return { direct, departures: await rounds(context, direct) };
}

/** A write that meets the departure is answered by an RST (RFC 9293, section 3.10.7.1), whatever came before: what was seen is told in silence. */
function isTold({ writing, idle }: ByPhase, when: Moment['when'], seen?: Seen): boolean {
  if (writing?.when !== when || idle?.when !== when) return false;
  return seen === undefined || (writing.seen.includes(seen) && idle.seen.join() === seen);
}

/** By RST too, where the way shows one; where it does not, nor can what was seen be held against a relay. */
function isToldEitherWay(
  { byReset, ...ends }: AbortFigures,
  when: Moment['when'],
  seen: { fin: Seen; rst: Seen },
): boolean {
  if (byReset === undefined) return isTold(ends, when);
  return isTold(ends, when, seen.fin) && isTold(byReset, when, seen.rst);
}

/** So long after the departure in both phases, but for what the machine adds. */
function isAfter({ writing, idle }: ByPhase, ms: number): boolean {
  return [writing, idle].every(
    (found) => found?.when === 'later' && found.since === 'client-left' && Math.abs(found.ms.min - ms) <= SLACK_MS,
  );
}

/** When a hop told its upstream that its own downstream had left. */
function ofHop({ departures }: AbortEvidence, hop: number): AbortFigures | Unseen {
  const own = departuresOfHop(departures, hop);
  const told = own.filter(({ trace }) => trace.client.end.how === 'left');
  if (told.length === 0) return unseen('it was never told itself that the client left');
  const found = figures({ departures: own });
  const { writing, idle, byReset } = found;
  if ([writing, idle, byReset?.writing, byReset?.idle].some((one) => one !== undefined)) return found;
  return (
    figuresWithoutWords(told) ??
    unseen('nothing had come to it when the client left, and when it tells that is not told')
  );
}

export const abortMeasure: Measure<AbortEvidence, AbortFigures> = {
  id: 'abort',
  title: 'when the origin learns that the client left, while it writes and while it is silent, in ms',
  measure,
  of: 'hop',
  load: 'waits',
  takesMs: (deep) =>
    TRIES.length * APART_MS + latestMs('writing') + boundOf(deep) + 2 * CHUNKS_AFTER * PLANS.idle.intervalMs,
  mayTakeTwice: true,
  figures,
  ofHop,
  say,
  flaw,
  noise,
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
      relay: `abort-after-${ABORT_AFTER_MS}-ms`,
      expected: `the origin learns that the client left only ${ABORT_AFTER_MS} ms later`,
      convicted: (found) =>
        isToldEitherWay(found, 'later', { fin: 'fin', rst: 'fin' }) && isAfter(found, ABORT_AFTER_MS),
    },
    {
      relay: 'zombie',
      expected: 'the origin never learns that the client left (a zombie)',
      convicted: (found) => isToldEitherWay(found, 'never', { fin: 'nothing', rst: 'nothing' }),
    },
  ],
};
