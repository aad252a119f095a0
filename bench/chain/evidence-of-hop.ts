/** What a measure saw of a whole path, as one hop of it saw it: the evidence of that hop alone. Pure. */

import type { Departure } from '../measures/abort-figures.ts';
import type { Silent } from '../measures/idle.ts';
import type { StreamPoint } from '../taps/point.ts';
import type { Trace } from '../trace.ts';
import { rawHopTrace } from './hop-trace.ts';

/** None where the hop was never told itself that its downstream had left. */
export function departuresOfHop(departures: readonly Departure[], hop: number): Departure[] {
  return departures.flatMap((departure) => {
    const trace = rawHopTrace(departure.trace, hop);
    return trace === undefined ? [] : [{ ...departure, trace }];
  });
}

/** A client that waits for an end only leaves when it gives up. */
function waiting(trace: Trace): Trace {
  const { end } = trace.client;
  return end.how === 'left' ? { ...trace, client: { ...trace.client, end: { at: end.at, how: 'no-end' } } } : trace;
}

/** None where the death of its upstream was never told to the hop itself. */
export function deathsOfHop(deaths: readonly Trace[], hop: number): Trace[] {
  return deaths.flatMap((death) => {
    const own = rawHopTrace(death, hop);
    return own === undefined ? [] : [waiting(own)];
  });
}

/** What the hop itself ended or left at `actedAt`, and when the end of another came to it. */
function ends(trace: Trace, hop: number): { actedAt: number; toldAt: number } {
  const up = streamAt(trace, hop);
  const down = hop === 1 ? undefined : streamAt(trace, hop - 1);
  const end = hop === 1 ? trace.client.end : down?.received.end;
  return {
    actedAt: Math.min(endedAt(end), up?.left?.at ?? Infinity),
    toldAt: Math.min(endedAt(up?.received.end), down?.left?.at ?? Infinity),
  };
}

function streamAt({ points }: Trace, place: number): StreamPoint | undefined {
  const point = points?.[place - 1];
  return point?.sight === 'stream' ? point : undefined;
}

const NO_END = new Set(['no-end', 'no-head', 'left']);

function endedAt(end: Trace['client']['end'] | undefined): number {
  return end === undefined || NO_END.has(end.how) ? Infinity : end.at;
}

/** One silence at one hop: its trace where the hop ended the stream itself, else for how long at least it did not. */
type SilenceAtHop = { phase: Silent['phase'] } & ({ trace: Trace } | { silentMs: number });

/** What passes with an end, an error page or the last HTTP chunk, is not the stream's last byte. */
const AT_THE_END_MS = 20;

/**
 * The hop that cut is the one that ended a side before an end had come to it from either. It is told when its downstream
 * leaves and when its upstream ends; the others passed on what they were told.
 */
export function silencesOfHop(silent: readonly Silent[], hop: number): SilenceAtHop[] {
  return silent.flatMap(({ phase, trace }): SilenceAtHop[] => {
    const [raw, up] = [rawHopTrace(trace, hop), streamAt(trace, hop)];
    if (raw === undefined || up === undefined) return [];
    const { actedAt, toldAt } = ends(trace, hop);
    const { request, received } = up;
    const own = { ...waiting(raw), origin: { ...raw.origin, heartbeats: received.reads.map(({ at }) => at) } };
    if (actedAt < toldAt) return [{ phase, trace: own }];
    const until = Math.min(toldAt, trace.client.end.at);
    const times = [request.at, ...received.reads.map(({ at }) => at)].filter((at) => at < until - AT_THE_END_MS);
    // The longest of its silences is the one that was asked for.
    const gaps = [...times, until].map((at, index, all) => at - (all[index - 1] ?? at));
    return [{ phase, silentMs: Math.max(...gaps) }];
  });
}
