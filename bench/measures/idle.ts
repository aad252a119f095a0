/**
 * Idle cut: the origin falls silent, mid-stream and before its head, until the hop cuts or the silence is over; what the
 * client sees of the cut, what the origin does, and whether keepalive comments prevent it.
 */

import { measureStream } from '../measure.ts';
import { onClientClock } from '../metrics.ts';
import { TIMEOUT_NOTE } from '../relays/relays.ts';
import type { Trace } from '../trace.ts';
import type { WorkloadInput } from '../../server/workload.ts';
import type { Measure, MeasureContext } from './measure.ts';

/** `mid`: between two chunks; `heartbeats`: so too, with a comment ten times a second; `head`: a slow first token. */
type Phase = 'mid' | 'heartbeats' | 'head';

/**
 * `clean-end`: as if the stream were whole; `cut`, `reset`: an error; `status`: another status than the origin's, before
 * the hop had sent a head; `hangs`: nothing, though the hop had left the origin.
 */
type ClientSaw = 'clean-end' | 'cut' | 'reset' | 'status' | 'hangs';

export type Silence =
  /** A lower bound: the silence was over before. */
  | { how: 'not-cut'; silentMs: number }
  | {
      how: 'cut';
      /** From the last byte that the client read, or its request, to the cut; where it hangs, until the origin was left. */
      idleMs: number;
      /** From the request to the cut. */
      totalMs: number;
      client: ClientSaw;
      status?: number;
      /** What the hop wrote into the stream. */
      text?: string;
      /** What the origin saw of it while it was silent: its reader gone by FIN or RST, or nothing. */
      origin: 'fin' | 'rst' | 'nothing';
    }
  | { how: 'unknown'; reason: string };

export interface IdleFigures {
  mid: Silence;
  /** Absent where the format has no comments. */
  heartbeats?: Silence;
  head: Silence;
  /** From the last byte to the cut mid-stream, by the client's clock; absent where nothing was cut. */
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

function workloadOf(phase: Phase, silenceMs: number): WorkloadInput {
  if (phase === 'head')
    return { count: COUNT, headDelayMs: silenceMs, pace: { mode: 'paced', intervalMs: INTERVAL_MS } };
  const heartbeat = phase === 'heartbeats' ? { heartbeatMs: HEARTBEAT_MS } : {};
  const silence = { afterChunk: CHUNKS_BEFORE - 1, ms: silenceMs, ...heartbeat };
  return { count: COUNT, pace: { mode: 'paced', intervalMs: INTERVAL_MS, silence } };
}

async function measure({ workload, ...context }: MeasureContext): Promise<Silent[]> {
  const silenceMs = context.deep ? SILENCE_DEEP_MS : SILENCE_MS;
  const hasComments = (workload.format ?? 'sse') === 'sse';
  const phases: Phase[] = ['mid', ...(hasComments ? (['heartbeats'] as const) : []), 'head'];
  return Promise.all(
    phases.map(async (phase) => ({
      phase,
      trace: await measureStream({
        ...context,
        workload: { ...workload, ...workloadOf(phase, silenceMs) },
        waitMs: silenceMs + COUNT * INTERVAL_MS + AFTER_MS,
      }),
    })),
  );
}

/** When the origin's silence was to be over, on the client's clock; `undefined` when it was never asked. */
function silenceOf(trace: Trace): { silentMs: number; until: number } | undefined {
  const { request, workload, headAt } = trace.origin;
  if (request === undefined) return undefined;
  const { pace, headDelayMs } = workload;
  if (headDelayMs > 0) return { silentMs: headDelayMs, until: onClientClock(trace, request.at) + headDelayMs };
  if (pace.mode !== 'paced' || pace.silence === undefined || headAt === undefined) return undefined;
  const beforeMs = (pace.silence.afterChunk + 1) * pace.intervalMs;
  return { silentMs: pace.silence.ms, until: onClientClock(trace, headAt) + beforeMs + pace.silence.ms };
}

function sawOf({ client, origin }: Trace): ClientSaw | undefined {
  const answered = client.head?.status;
  if (answered !== undefined && answered !== origin.workload.status) return 'status';
  switch (client.end.how) {
    case 'complete':
    case 'closed':
      return 'clean-end';
    case 'cut':
    case 'malformed':
      return 'cut';
    case 'reset':
      return 'reset';
    case 'no-head':
    case 'no-end':
      return 'hangs';
    case 'not-connected':
    case 'left':
    case 'undecodable':
      return undefined;
  }
}

function isWhole({ arrivals, origin, client }: Trace): boolean {
  const ended = client.end.how === 'complete' || client.end.how === 'closed';
  return ended && new Set(arrivals.map(({ seq }) => seq)).size === origin.workload.count;
}

function cutOf(trace: Trace, client: ClientSaw): Silence {
  const { origin, foreign } = trace;
  const requestAt = trace.client.sentAt ?? trace.client.connectAt;
  const leftAt = origin.abort?.at ?? (origin.end?.how === 'client-left' ? origin.end.at : undefined);
  const cutAt =
    client === 'hangs' ? (leftAt === undefined ? undefined : onClientClock(trace, leftAt)) : trace.client.end.at;
  if (cutAt === undefined) return { how: 'unknown', reason: 'the stream did not end, and the origin was not left' };
  const lastByteAt = trace.client.reads.findLast(({ at }) => at < cutAt - AT_THE_CUT_MS)?.at ?? requestAt;
  const text = client === 'status' ? undefined : foreign.map(({ sample }) => sample).join('');
  const status = client === 'status' ? trace.client.head?.status : undefined;
  return {
    how: 'cut',
    idleMs: cutAt - lastByteAt,
    totalMs: cutAt - requestAt,
    client,
    ...(status === undefined ? {} : { status }),
    ...(text === undefined || text === '' ? {} : { text }),
    origin: origin.abort?.seen ?? 'nothing',
  };
}

/** What a hop writes when it cuts, its error page or the last HTTP chunk, is not the stream's last byte. */
const AT_THE_CUT_MS = 20;

function silenceFigures(trace: Trace): Silence {
  if (trace.fault !== undefined) return { how: 'unknown', reason: trace.fault };
  const silence = silenceOf(trace);
  if (silence === undefined) {
    const gave = trace.client.head?.status ?? trace.client.end.how;
    return { how: 'unknown', reason: `the hop answered ${gave} without the origin` };
  }
  const saw = sawOf(trace);
  if (saw === undefined) return { how: 'unknown', reason: trace.client.end.detail ?? trace.client.end.how };
  if (isWhole(trace) && saw !== 'status') return { how: 'not-cut', silentMs: silence.silentMs };
  return cutOf(trace, saw);
}

function figures(silent: Silent[]): IdleFigures {
  const of = (phase: Phase): Silence | undefined => {
    const found = silent.find((one) => one.phase === phase);
    return found === undefined ? undefined : silenceFigures(found.trace);
  };
  const missing: Silence = { how: 'unknown', reason: 'it was not measured' };
  const [mid, heartbeats, head] = [of('mid') ?? missing, of('heartbeats'), of('head') ?? missing];
  const isTold = mid.how === 'cut' && heartbeats !== undefined && heartbeats.how !== 'unknown';
  return {
    mid,
    ...(heartbeats === undefined ? {} : { heartbeats }),
    head,
    ...(mid.how === 'cut' ? { idleCutMs: mid.idleMs } : {}),
    ...(isTold ? { heartbeatsHelp: heartbeats.how === 'not-cut' } : {}),
  };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function sawWhat({ client, status, text }: Extract<Silence, { how: 'cut' }>): string {
  const added = text === undefined ? '' : `, with ${JSON.stringify(text.slice(0, 40))} in the stream`;
  switch (client) {
    case 'clean-end':
      return `it looks like a clean end${added}`;
    case 'cut':
      return `the client is told${added}`;
    case 'reset':
      return `the client is told by RST${added}`;
    case 'status':
      return `the client gets ${status}`;
    case 'hangs':
      return `the client hangs${added}`;
  }
}

function sayMid({ mid, heartbeats, heartbeatsHelp }: IdleFigures): string {
  switch (mid.how) {
    case 'unknown':
      return `silence: could not be told: ${mid.reason}`;
    case 'not-cut': {
      const bound = `not cut within ${mid.silentMs / 1000} s of silence`;
      return heartbeats?.how === 'cut' ? `${bound}, but with heartbeats (${sawWhat(heartbeats)})` : bound;
    }
    case 'cut': {
      if (heartbeatsHelp === false)
        return `cut ${seconds(mid.totalMs)} after the request, heartbeats or not: ${sawWhat(mid)}`;
      const help = heartbeatsHelp === true ? '; heartbeats prevent it' : '';
      return `cut after ${seconds(mid.idleMs)} of silence: ${sawWhat(mid)}${help}`;
    }
  }
}

function sayHead(head: Silence, mid: Silence): string[] {
  switch (head.how) {
    case 'unknown':
      return [`before the head: could not be told: ${head.reason}`];
    case 'not-cut':
      return mid.how === 'not-cut' ? [] : [`before the head not cut within ${head.silentMs / 1000} s`];
    case 'cut':
      return [`before the head cut after ${seconds(head.idleMs)}: ${sawWhat(head)}`];
  }
}

function say(found: IdleFigures): string {
  return [sayMid(found), ...sayHead(found.head, found.mid)].join('; ');
}

/** A relay that cuts by its own timer: not before, and within its time again on a busy machine. */
function isCut(found: Silence, client: ClientSaw, others: { text?: string; status?: number } = {}): boolean {
  return found.how === 'cut' && found.client === client && found.text === others.text && found.status === others.status;
}

function cutsWhenIdle(found: IdleFigures, client: ClientSaw, text?: string): boolean {
  return isCut(found.mid, client, text === undefined ? {} : { text }) && found.heartbeatsHelp === true;
}

export const idleMeasure: Measure<Silent[], IdleFigures> = {
  id: 'idle',
  title: 'when a hop cuts a silent stream, mid-stream and before its head, and whether heartbeats prevent it, in ms',
  measure,
  figures,
  say,
  relays: [
    {
      relay: 'transparent',
      expected: 'not cut within 3 s of silence',
      convicted: ({ mid, heartbeats, head }) => [mid, heartbeats, head].every((one) => one?.how === 'not-cut'),
    },
    {
      relay: 'idle-reset',
      expected: 'cut after 0.5 s of silence, the client is told by RST; heartbeats prevent it',
      convicted: (found) => cutsWhenIdle(found, 'reset') && isCut(found.head, 'reset'),
    },
    {
      relay: 'idle-end',
      expected: 'cut after 0.5 s of silence, it looks like a clean end; heartbeats prevent it',
      convicted: (found) => cutsWhenIdle(found, 'clean-end'),
    },
    {
      relay: 'idle-hang',
      expected: 'cut after 0.5 s of silence, the client hangs; heartbeats prevent it',
      convicted: (found) => cutsWhenIdle(found, 'hangs') && isCut(found.head, 'hangs'),
    },
    {
      relay: 'idle-note',
      expected: 'cut after 0.5 s of silence, with text in the stream, and by a 504 before the head',
      convicted: (found) =>
        cutsWhenIdle(found, 'clean-end', TIMEOUT_NOTE) && isCut(found.head, 'status', { status: 504 }),
    },
    {
      relay: 'total-limit',
      expected: 'cut 0.5 s after the request, heartbeats or not',
      convicted: (found) => isCut(found.mid, 'cut') && found.heartbeatsHelp === false,
    },
  ],
};
