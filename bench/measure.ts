/** Drives one stream through a path and brings back its trace. */

import { monotonicMs } from '../server/clock.ts';
import { planChunks } from '../server/payload.ts';
import type { OriginTrace } from '../server/trace.ts';
import { resolveWorkload, type Workload, type WorkloadInput } from '../server/workload.ts';
import { Arrivals } from './client/arrivals.ts';
import { fetchStream, type Address, type ClientRequest, type Leaving } from './client/client.ts';
import type { ClockOffset, OriginClient } from './origin-client.ts';
import type { Point } from './taps/point.ts';
import type { Trace } from './trace.ts';

export interface MeasureOptions {
  origin: OriginClient;
  clock: ClockOffset;
  /** Where the path begins: hop 1, or the origin itself. */
  via: Address;
  workload: WorkloadInput;
  request?: Partial<Omit<ClientRequest, 'path'>>;
  signal?: AbortSignal;
  /** How long the client waits for the end of the response; by default as long as the workload can take, and the slack. */
  waitMs?: number;
  leave?: Leave;
  /** How long, after the client's end, the origin is given for its own; by default none, or where the client leaves the workload's length. */
  originWaitMs?: number;
  /** What the taps of the path saw of the stream, where there are taps. */
  points?: PointReader;
}

/** @param withinMs of each tap: waited for as long until the stream is over there; by default not. @throws BenchError when a tap's program fails. */
export type PointReader = (stream: string, workload: Workload, withinMs?: number) => Promise<Point[]>;

/** The client leaves `thenMs` after so many chunks have arrived, or so long after it asked where that comes first. */
export interface Leave {
  afterChunks: number;
  afterMs: number;
  /** By default none. */
  thenMs?: number;
  how: Leaving;
}

/** Slack for connecting, starting and ending, beyond what the workload itself takes. */
const SLACK_MS = 10_000;

/** The longest that a stream of this workload can take while its origin does as it should. */
export function longestMs(workload: Workload): number {
  const { pace, count, headDelayMs } = workload;
  if (pace.mode === 'paced') {
    const bursts = Math.ceil(count / (pace.burst ?? 1));
    return headDelayMs + pace.leadMs + bursts * pace.intervalMs + (pace.silence?.ms ?? 0);
  }
  const steps = planChunks(workload).length + Math.log(Math.max(2, pace.boundBytes)) / Math.log(pace.growth);
  return headDelayMs + pace.leadMs + pace.budgetMs + pace.deadlineMs + steps * (pace.stepMs + 1) + pace.lingerMs;
}

/** The origin is asked again after so long: an interruption is not kept waiting. */
const LONGEST_WAIT_MS = 1000;
/** The longest that what the origin ended is on its way through the hops and taps. */
const END_PASSES_MS = 160;
/** Beyond the workload's own length: for a hop that passes the request on late. */
const END_SLACK_MS = 1000;

/** The origin's trace once its stream has ended, or as it is when the wait is over. */
async function traceOfEnd(
  origin: OriginClient,
  id: string,
  waitMs: number,
  signal?: AbortSignal,
): Promise<OriginTrace> {
  const deadline = monotonicMs() + waitMs;
  for (;;) {
    const leftMs = Math.max(0, Math.ceil(deadline - monotonicMs()));
    const trace = await origin.trace(id, Math.min(leftMs, LONGEST_WAIT_MS));
    if (trace.state === 'ended' || monotonicMs() >= deadline || signal?.aborted === true) return trace;
  }
}

/** Of a hop that has not handed the whole request to the origin after so long none is still to come: hops that wait for something wait for the response. */
const HANDED_ON_MS = 5000;

/** Given to each abort, or Node makes a DOMException with a stack of its own for every stream. */
const OVER = 'over';

/** When a client leaves, and when its connection need not stay any longer. */
class Departure {
  readonly #leave: Leave | undefined;
  readonly #leaving = new AbortController();
  readonly #over = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #isDue = false;

  constructor(leave: Leave | undefined) {
    this.#leave = leave;
    if (leave !== undefined) this.#timer = setTimeout(() => this.#due(leave), leave.afterMs);
  }

  get signals(): { signal: AbortSignal; over: AbortSignal } {
    return { signal: this.#leaving.signal, over: this.#over.signal };
  }

  arrived(chunks: number): void {
    if (this.#leave !== undefined && chunks >= this.#leave.afterChunks) this.#due(this.#leave);
  }

  over(): void {
    clearTimeout(this.#timer);
    this.#over.abort(OVER);
  }

  #due({ thenMs = 0 }: Leave): void {
    if (this.#isDue) return;
    this.#isDue = true;
    clearTimeout(this.#timer);
    if (thenMs === 0) this.#leaving.abort(OVER);
    else this.#timer = setTimeout(() => this.#leaving.abort(OVER), thenMs);
  }
}

/** @throws BenchError when the origin's control API fails. */
export async function measureStream({
  origin,
  clock,
  via,
  workload: input,
  request,
  signal,
  waitMs,
  leave,
  originWaitMs,
  points,
}: MeasureOptions): Promise<Trace> {
  const lengthMs = longestMs(resolveWorkload(input));
  const totalMs = waitMs ?? lengthMs + SLACK_MS;
  const workload = resolveWorkload({ ...input, lifetimeMs: input.lifetimeMs ?? Math.ceil(totalMs) + 1000 });
  const stream = await origin.create(workload);
  const leaving = new Departure(leave);
  try {
    const arrivals = new Arrivals(workload);
    const lockStep = workload.pace.mode === 'lock-step';
    const client = await fetchStream(
      via,
      { method: 'GET', httpVersion: '1.1', headers: {}, ...request, path: stream.path },
      {
        headTimeoutMs: totalMs,
        head: {
          afterMs: workload.headDelayMs + HANDED_ON_MS,
          // What the origin cannot say now it says when its trace is asked for.
          mayCome: () =>
            origin.trace(stream.id).then(
              ({ headAt }) => headAt !== undefined,
              () => true,
            ),
        },
        totalTimeoutMs: totalMs,
        ...(signal === undefined ? {} : { signal }),
        ...(leave === undefined ? {} : { leave: { ...leaving.signals, how: leave.how } }),
        onBody(bytes, at, read) {
          const before = arrivals.highest;
          arrivals.feed(bytes, at, read);
          if (lockStep && arrivals.highest > before) origin.acknowledge(stream.id, arrivals.highest);
          leaving.arrived(arrivals.highest + 1);
        },
      },
    );
    arrivals.finish(client.end.at);
    const forOriginMs = originWaitMs ?? (leave === undefined ? 0 : lengthMs + END_SLACK_MS);
    const isOver = forOriginMs === 0 && points === undefined;
    const ended = await (isOver ? origin.take(stream.id) : traceOfEnd(origin, stream.id, forOriginMs, signal));
    const withinMs = leave === undefined || ended.state !== 'ended' ? undefined : END_PASSES_MS;
    const trace: Trace = {
      origin: ended,
      client,
      arrivals: arrivals.arrivals,
      foreign: arrivals.foreign,
      clock,
      ...(points === undefined ? {} : { points: await points(stream.id, workload, withinMs) }),
    };
    const fault = origin.lostAcknowledgements;
    return fault === undefined ? trace : { ...trace, fault };
  } finally {
    leaving.over();
    await origin.delete(stream.id).catch(() => {});
  }
}
