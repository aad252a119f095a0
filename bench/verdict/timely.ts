/**
 * Breaks that time makes: a hop that is kept waiting gives up. The hop does that when the origin pauses, and when the
 * bench itself was late, which is nothing to convict a hop of. Pure.
 */

import { inconclusive, type Delivery } from './delivery.ts';
import { breakage, type Breakage } from './integrity.ts';
import { onClientClock } from '../metrics.ts';
import type { Trace } from '../trace.ts';

const BY_TIME: { [how in Breakage['how']]?: string } = {
  status: 'another status',
  replayed: 'asked for again',
  unasked: 'answered without the origin',
  cut: 'cut',
  unended: 'never ended',
  unanswered: 'never answered',
};
/** The shortest timeouts of hops are a second; half of it is more than the bench takes where the machine is not overrun. */
const LATE_MS = 500;
/** Less than the least that a hop which has stopped would have to be silent for. */
const STILL_MS = 1000;

/** What a busy machine does to one stream it seldom does to another: a hop that broke so many broke them. */
const TWICE = 2;

/** How the stream broke, in a word or two, where that is something that a timeout does as well. */
export function brokenByTime(trace: Trace): string | undefined {
  const broken = breakage(trace);
  return broken === undefined ? undefined : BY_TIME[broken.how];
}

/** The longest that a hop was kept waiting beyond the workload's pace: for the head, for a word. */
export function keptWaitingMs(trace: Trace): number {
  const { origin, arrivals } = trace;
  const { emissions, headAt, request, upload, workload } = origin;
  const { pace, headDelayMs, answer } = workload;
  // Until all of the request's body had come it was the hop that kept the origin waiting.
  const askedAt = answer === 'request-end' && upload !== undefined ? upload.end?.at : request?.at;
  const forHeadMs = askedAt === undefined || headAt === undefined ? 0 : headAt - askedAt - headDelayMs;
  const first = emissions[0];
  const forFirstMs = first === undefined || headAt === undefined ? 0 : first.at - headAt - pace.leadMs;
  const forNextMs =
    pace.mode === 'lock-step'
      ? // The next is written when the last has come.
        arrivals.map(({ seq, at }) => {
          const next = emissions[seq + 1];
          return next === undefined ? 0 : onClientClock(trace, next.at) - at;
        })
      : emissions.slice(1).map(({ at }, index) => {
          const silenceMs = pace.silence?.afterChunk === index ? pace.silence.ms : 0;
          return at - (emissions[index]?.at ?? at) - pace.intervalMs - silenceMs;
        });
  // As many as a workload may have are more than a call takes arguments.
  return forNextMs.reduce((most, ms) => Math.max(most, ms), Math.max(0, forHeadMs, forFirstMs));
}

/** Whether bytes still came when the client had waited as long as it does: a slow stream is not one without an end. */
function isStillComing({ client: { end, reads } }: Trace): boolean {
  return end.how === 'no-end' && end.at - (reads.at(-1)?.at ?? Number.NEGATIVE_INFINITY) < STILL_MS;
}

/** Why a break is not the hop's: the bench had kept it waiting, or did not wait for its end. Nothing where the stream is whole, or the hop broke it. */
export function excuseOf(trace: Trace): string | undefined {
  if (brokenByTime(trace) === undefined) return undefined;
  if (isStillComing(trace))
    return `the response was still coming when the client had waited ${Math.round((trace.client.end.at - trace.client.connectAt) / 1000)} s`;
  const waitedMs = keptWaitingMs(trace);
  return waitedMs >= LATE_MS
    ? `the stream broke, and the bench itself had kept the hop waiting for ${Math.round(waitedMs)} ms: the machine was busy`
    : undefined;
}

/**
 * What tries say of which any broke as a timeout breaks: nothing where the bench was late, the hop's doing where all
 * were broken or several, and a doubt where one was. `undefined` where none did.
 */
export function breaksAcross(tries: readonly Trace[], last: Trace): Delivery | undefined {
  const excuse = excuseOf(last);
  if (excuse !== undefined) return inconclusive(excuse);
  const told = tries.filter((trace) => excuseOf(trace) === undefined);
  const broken = told.flatMap((trace) => breakage(trace) ?? []);
  const byTime = broken.filter(({ how }) => BY_TIME[how] !== undefined);
  const latest = byTime.at(-1);
  if (latest === undefined) return undefined;
  if (byTime.length >= TWICE || broken.length === told.length)
    return { verdict: 'breaks', ...(breakage(last) ?? latest) };
  const how = BY_TIME[latest.how];
  return inconclusive(`the stream broke in ${byTime.length} of ${told.length} tries (${how}), and not in the others`);
}
