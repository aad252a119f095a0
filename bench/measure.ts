/** Drives one stream through a path and brings back its trace. */

import { planChunks } from '../server/payload.ts';
import { resolveWorkload, type Workload, type WorkloadInput } from '../server/workload.ts';
import { Arrivals } from './client/arrivals.ts';
import { fetchStream, type Address, type ClientRequest } from './client/client.ts';
import type { ClockOffset, OriginClient } from './origin-client.ts';
import type { Trace } from './trace.ts';

export interface MeasureOptions {
  origin: OriginClient;
  clock: ClockOffset;
  /** Where the path begins: hop 1, or the origin itself. */
  via: Address;
  workload: WorkloadInput;
  request?: Partial<Omit<ClientRequest, 'path'>>;
  signal?: AbortSignal;
}

/** Slack for connecting, starting and ending, beyond what the workload itself takes. */
const SLACK_MS = 10_000;

/** The longest that a stream of this workload can take while its origin does as it should. */
export function longestMs(workload: Workload): number {
  const { pace, count } = workload;
  if (pace.mode === 'paced') return count * pace.intervalMs;
  const steps = planChunks(workload).length + Math.log(Math.max(2, pace.boundBytes)) / Math.log(pace.growth);
  return pace.leadMs + pace.budgetMs + pace.deadlineMs + steps * (pace.stepMs + 1) + pace.lingerMs;
}

/** Acknowledges arrivals one request at a time, each time the highest that arrived. */
class Acknowledger {
  #highest = -1;
  #sent = -1;
  #sending: Promise<void> | undefined;
  #failure: string | undefined;
  readonly #send: (seq: number) => Promise<void>;

  constructor(send: (seq: number) => Promise<void>) {
    this.#send = send;
  }

  arrived(highest: number): void {
    this.#highest = highest;
    this.#sending ??= this.#run().finally(() => (this.#sending = undefined));
  }

  /** Resolves when all is sent, with what went wrong. */
  async done(): Promise<string | undefined> {
    await this.#sending;
    return this.#failure;
  }

  async #run(): Promise<void> {
    while (this.#sent < this.#highest && this.#failure === undefined) {
      this.#sent = this.#highest;
      await this.#send(this.#sent).catch((error: Error) => (this.#failure = error.message));
    }
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
}: MeasureOptions): Promise<Trace> {
  const totalMs = longestMs(resolveWorkload(input)) + SLACK_MS;
  const workload = resolveWorkload({ ...input, lifetimeMs: input.lifetimeMs ?? Math.ceil(totalMs) + 1000 });
  const stream = await origin.create(workload);
  try {
    const arrivals = new Arrivals(workload);
    const acknowledger = new Acknowledger((seq) => origin.acknowledge(stream.id, seq));
    const lockStep = workload.pace.mode === 'lock-step';
    const client = await fetchStream(
      via,
      { method: 'GET', httpVersion: '1.1', headers: {}, ...request, path: stream.path },
      {
        headTimeoutMs: totalMs,
        totalTimeoutMs: totalMs,
        ...(signal === undefined ? {} : { signal }),
        onBody(bytes, at, read) {
          const before = arrivals.highest;
          arrivals.feed(bytes, at, read);
          if (lockStep && arrivals.highest > before) acknowledger.arrived(arrivals.highest);
        },
      },
    );
    arrivals.finish(client.end.at);
    const fault = await acknowledger.done();
    const trace: Trace = {
      origin: await origin.trace(stream.id),
      client,
      arrivals: arrivals.arrivals,
      foreign: arrivals.foreign,
      clock,
    };
    return fault === undefined ? trace : { ...trace, fault };
  } finally {
    await origin.delete(stream.id).catch(() => {});
  }
}
