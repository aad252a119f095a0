/**
 * Idle cut: the origin falls silent, mid-stream and before its head, until the hop cuts or the silence is over; what the
 * client sees of the cut, what the origin does, and whether keepalive comments prevent it.
 */

import { measureStream } from '../measure.ts';
import { IDLE_CUT_MS, TIMEOUT_NOTE } from '../relays/relays.ts';
import type { Trace } from '../trace.ts';
import type { WorkloadInput } from '../../server/workload.ts';
import { silencesOfHop } from '../chain/evidence-of-hop.ts';
import { unseen, type Unseen } from '../chain/unseen.ts';
import type { Measure, MeasureContext } from './measure.ts';
import { isSameMoment, sayCut, sayTotal, silenceFigures, type ClientSaw, type Cut, type Silence } from './silence.ts';

/** `mid`: between two chunks; `heartbeats`: so too, with a comment ten times a second; `head`: a slow first token. */
type Phase = 'mid' | 'heartbeats' | 'head';

export interface IdleFigures {
  mid: Silence;
  /** Absent where the format has no comments. */
  heartbeats?: Silence;
  head: Silence;
  /** From the last byte to the cut mid-stream, by the client's clock; absent where silence was not cut. */
  idleCutMs?: number;
  /** Whether heartbeats prevent the cut mid-stream: where they do not, the whole response is limited. */
  heartbeatsHelp?: boolean;
}

export interface Silent {
  phase: Phase;
  trace: Trace;
}

const SILENCE_MS = 3000;
/** Longer than the defaults of most proxies: 60 s. */
const SILENCE_DEEP_MS = 75_000;
const HEARTBEAT_MS = 100;
const INTERVAL_MS = 10;
const CHUNKS_BEFORE = 5;
const COUNT = 10;
/** After the silence: for what is left to arrive. A client that has nothing by then hangs. */
const AFTER_MS = 1000;
/** A hop that cuts its client leaves the origin by then, or not for it. */
const ORIGIN_WAIT_MS = 300;

function silenceOf(deep: boolean): number {
  return deep ? SILENCE_DEEP_MS : SILENCE_MS;
}

/** How long the client waits for the end of the response. */
function waitOf(deep: boolean): number {
  return silenceOf(deep) + COUNT * INTERVAL_MS + AFTER_MS;
}

function workloadOf(phase: Phase, silenceMs: number): WorkloadInput {
  if (phase === 'head')
    return { count: COUNT, headDelayMs: silenceMs, pace: { mode: 'paced', intervalMs: INTERVAL_MS } };
  const heartbeat = phase === 'heartbeats' ? { heartbeatMs: HEARTBEAT_MS } : {};
  const silence = { afterChunk: CHUNKS_BEFORE - 1, ms: silenceMs, ...heartbeat };
  return { count: COUNT, pace: { mode: 'paced', intervalMs: INTERVAL_MS, silence } };
}

/**
 * Whether heartbeats put the cut off and did not prevent it: as a hop does that has another limit too, and one that was
 * kept from reading them for a moment, by what it does about the other streams' silence or by a busy machine.
 */
function isPutOff({ mid, heartbeats }: IdleFigures): boolean {
  return mid.how === 'cut' && heartbeats?.how === 'cut' && !isSameMoment(mid, heartbeats);
}

/** All at once: the wait is the same for each. With heartbeats once more, and by itself, where the first leaves a doubt: that counts. */
async function measure({ workload, ...context }: MeasureContext): Promise<Silent[]> {
  const silenceMs = silenceOf(context.deep);
  const hasComments = (workload.format ?? 'sse') === 'sse';
  const phases: Phase[] = hasComments ? ['mid', 'heartbeats', 'head'] : ['mid', 'head'];
  const silent = async (phase: Phase): Promise<Silent> => ({
    phase,
    trace: await measureStream({
      ...context,
      workload: { ...workload, ...workloadOf(phase, silenceMs) },
      waitMs: waitOf(context.deep),
      originWaitMs: ORIGIN_WAIT_MS,
    }),
  });
  const all = await Promise.all(phases.map(silent));
  return isPutOff(figures(all)) ? [...all, await silent('heartbeats')] : all;
}

function figures(silent: Silent[]): IdleFigures {
  return figuresOf(new Map(silent.map(({ phase, trace }) => [phase, silenceFigures(trace)])));
}

/** Of the hop that cut what it did; of any other for how long it did not, until another cut. */
function ofHop(silent: Silent[], hop: number): IdleFigures | Unseen {
  const own = silencesOfHop(silent, hop).map((one): [Phase, Silence] => [
    one.phase,
    'trace' in one ? silenceFigures(one.trace) : { how: 'not-cut', silentMs: one.silentMs },
  ]);
  return own.length === 0 ? unseen('the stream never came to it') : figuresOf(new Map(own));
}

function figuresOf(found: ReadonlyMap<Phase, Silence>): IdleFigures {
  const of = (phase: Phase): Silence | undefined => found.get(phase);
  const missing: Silence = { how: 'unknown', reason: 'it was not measured' };
  const [mid, heartbeats, head] = [of('mid') ?? missing, of('heartbeats'), of('head') ?? missing];
  const canTell = mid.how === 'cut' && heartbeats !== undefined && heartbeats.how !== 'unknown';
  return {
    mid,
    ...(heartbeats === undefined ? {} : { heartbeats }),
    head,
    ...(mid.how === 'cut' && mid.during === 'silence' ? { idleCutMs: mid.idleMs } : {}),
    ...(canTell ? { heartbeatsHelp: heartbeats.how === 'not-cut' } : {}),
  };
}

const DEEP_FROM_MS = 10_000;

/** `3 s`: a bound is no figure, and is not given digits. */
function bound(silentMs: number): string {
  return `${Number((silentMs / 1000).toFixed(1))} s`;
}

/** Of the wait of a run that is not deep: the timeouts of most defaults are longer. */
function notCutFor(silentMs: number): string {
  return `not cut within ${bound(silentMs)} of silence${silentMs < DEEP_FROM_MS ? ' (--deep waits longer)' : ''}`;
}

function sayMid({ mid, heartbeats, heartbeatsHelp }: IdleFigures): string {
  switch (mid.how) {
    case 'unknown':
      return `could not be told: ${mid.reason}`;
    case 'not-cut': {
      const notCut = notCutFor(mid.silentMs);
      return heartbeats?.how === 'cut' ? `${notCut}, but with heartbeats ${sayCut(heartbeats)}` : notCut;
    }
    case 'cut':
      if (heartbeats?.how === 'cut') return sayTotal(mid, heartbeats);
      return `${sayCut(mid)}${heartbeatsHelp === true ? '; heartbeats prevent it' : ''}`;
  }
}

function sayHead(head: Silence, mid: Silence): string[] {
  switch (head.how) {
    case 'unknown':
      return mid.how === 'unknown' ? [] : [`before the head: could not be told: ${head.reason}`];
    case 'not-cut':
      return mid.how === 'not-cut' ? [] : [`before the head not cut within ${bound(head.silentMs)}`];
    case 'cut':
      return [`before the head ${sayCut(head)}`];
  }
}

function say(found: IdleFigures): string {
  return [sayMid(found), ...sayHead(found.head, found.mid)].join('; ');
}

function flaw({ mid, head, heartbeatsHelp }: IdleFigures): string | undefined {
  if (mid.how === 'cut') return heartbeatsHelp === true ? `${sayCut(mid)} (heartbeats help)` : sayCut(mid);
  return head.how === 'cut' ? `before the head ${sayCut(head)}` : undefined;
}

function noise({ mid, heartbeats, head }: IdleFigures): string | undefined {
  const reasons = [mid, heartbeats, head].map((found) =>
    found?.how === 'unknown' && found.isNoise === true ? found.reason : undefined,
  );
  return reasons.find((reason) => reason !== undefined);
}

function isNeverCut({ mid, heartbeats, head }: IdleFigures): boolean {
  return [mid, heartbeats, head].every((one) => one === undefined || one.how === 'not-cut');
}

/** On a busy machine a relay is late by some, and so may the client's reading of the last byte before be. */
function isAbout(ms: number, wantedMs: number): boolean {
  return ms > 0.75 * wantedMs && ms < 2 * wantedMs;
}

/** Just what a relay does that cuts after IDLE_CUT_MS. */
function isCut(found: Silence, client: ClientSaw, { text, status }: Pick<Cut, 'text' | 'status'> = {}): boolean {
  if (found.how !== 'cut' || found.during !== 'silence') return false;
  const isAsWanted = found.client === client && found.text === text && found.status === status;
  return isAsWanted && isAbout(found.idleMs, IDLE_CUT_MS);
}

function cutsWhenIdle(found: IdleFigures, client: ClientSaw, note: Pick<Cut, 'text'> = {}): boolean {
  return isCut(found.mid, client, note) && found.heartbeatsHelp === true;
}

/** Silent or not, so long after the request: the words before the silence are part of that time. */
function limitsTotal({ mid, heartbeats }: IdleFigures): boolean {
  return [mid, heartbeats].every(
    (found) => found?.how === 'cut' && found.client === 'cut' && isAbout(found.totalMs, IDLE_CUT_MS),
  );
}

export const idleMeasure: Measure<Silent[], IdleFigures> = {
  id: 'idle',
  title: 'when a hop cuts a silent stream, mid-stream and before its head, and whether heartbeats prevent it, in ms',
  measure,
  of: 'hop',
  load: 'waits',
  takesMs: waitOf,
  mayTakeTwice: true,
  figures,
  ofHop,
  say,
  flaw,
  noise,
  relays: [
    {
      relay: 'transparent',
      expected: 'not cut within 3 s of silence',
      convicted: (found) => isNeverCut(found) && found.heartbeats !== undefined,
    },
    {
      relay: 'idle-reset',
      expected: 'cut after 1 s of silence, the client is told by RST; heartbeats prevent it',
      convicted: (found) => cutsWhenIdle(found, 'reset') && isCut(found.head, 'reset'),
    },
    {
      relay: 'idle-end',
      expected: 'cut after 1 s of silence, it looks like a clean end; heartbeats prevent it',
      convicted: (found) => cutsWhenIdle(found, 'clean-end'),
    },
    {
      relay: 'idle-hang',
      expected: 'cut after 1 s of silence, the client hangs; heartbeats prevent it',
      convicted: (found) => cutsWhenIdle(found, 'hangs') && isCut(found.head, 'hangs'),
    },
    {
      relay: 'idle-note',
      expected: 'cut after 1 s of silence, with text in the stream, and by a 504 before the head',
      convicted: (found) =>
        cutsWhenIdle(found, 'clean-end', { text: TIMEOUT_NOTE }) && isCut(found.head, 'status', { status: 504 }),
    },
    {
      relay: 'total-limit',
      expected: 'cut 1 s after the request, heartbeats or not',
      convicted: limitsTotal,
    },
  ],
};
