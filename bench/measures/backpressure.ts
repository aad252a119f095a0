/**
 * Backpressure: a client that does not read at all, from before it connects; the origin writes as fast as its
 * socket takes it. How much goes in until nothing more does, or whether the hop takes everything.
 */

import { setTimeout as delay } from 'node:timers/promises';

import { monotonicMs } from '../../server/clock.ts';
import { BODY_LIMIT_BYTES } from '../../server/workload.ts';
import { askWithoutReading } from '../client/non-reader.ts';
import type { Address } from '../client/client.ts';
import type { Usage } from '../drivers/driver.ts';
import type { StreamEnd } from '../../server/trace.ts';
import { ABSORBED_BYTES } from '../relays/relays.ts';
import { baseline } from './baseline.ts';
import type { Measure, MeasureContext } from './measure.ts';
import { queuedBytes, type Connection } from './sockets.ts';

/** One stream that nobody read. Times are milliseconds on the client's clock. */
export interface Filling {
  askedAt: number;
  /** Bytes of the response that the kernel had taken from the origin (server/control.ts), asked for until it stopped. */
  samples: { at: number; bytes: number }[];
  boundBytes: number;
  /** What the kernel held of it at the last sample, where it shows that (sockets.ts). */
  queuedBytes?: number;
  /** Absent when the hop never asked the origin. */
  origin?: { end?: StreamEnd };
  usage?: { before: Usage; after: Usage };
}

export interface BackpressureEvidence {
  filling: Filling;
  /** The same with no hop between. */
  direct: Filling;
}

export interface Absorption {
  /** What the origin could write, to within one write of 64 KiB. */
  acceptedBytes: number;
  /**
   * What of it the kernel's sockets took. `queues`: as the kernel showed it, of this stream. `baseline`: what it took
   * with no hop between; a hop adds the sockets of its other side, whose share is then counted as the hop's: as much
   * again, and more where the kernel let a receive buffer grow.
   */
  sockets: { bytes: number; by: 'queues' | 'baseline' };
  /** The rest: what the hop itself took. At least so much where it took everything. */
  absorbedBytes: number;
  /**
   * Of the hop's processes from before the stream to its stop, as seen: what a garbage collector has not given back, and
   * small streams of other lanes on the same hop, are in it. No two streams of this measure share a hop at a time.
   */
  growth?: Usage;
}

export type BackpressureFigures =
  | ({ how: 'stops'; waitedMs: number } & Absorption)
  | ({ how: 'takes-all' } & Absorption)
  | { how: 'inconclusive'; reason: string };

const MIB = 1024 * 1024;
const BOUND_BYTES = 32 * MIB;
const CHUNK_BYTES = 16 * 1024;
/** The last write, of which the kernel may have taken a part (server/stream.ts). */
const RESOLUTION_BYTES = 64 * 1024;
const SAMPLE_MS = 50;
/** Nothing more was taken for so long, which is less than the timeout of a hop that cuts after a second, … */
const STILL_MS = 700;
/** … and for so many times the longest pause before, or it may have been one more pause: a slow disk's. */
const PAUSES = 4;
/** When it has neither stopped nor taken all by then, nothing can be said. */
const LONGEST_MS = 10_000;
const LONGEST_DEEP_MS = 60_000;

/** Pure: how long nothing was taken, at the end, and the longest pause before that. */
export function pausesOf(samples: Filling['samples']): { stillMs: number; longestMs: number } {
  let [longestMs, since] = [0, samples[0]?.at ?? 0];
  for (const [index, { at, bytes }] of samples.entries()) {
    const before = samples[index - 1];
    if (before === undefined || bytes === before.bytes) continue;
    // What is taken before the first byte, the hop's own asking, is no pause.
    if (before.bytes > 0) longestMs = Math.max(longestMs, before.at - since);
    since = at;
  }
  return { stillMs: (samples.at(-1)?.at ?? since) - since, longestMs };
}

function hasStopped(samples: Filling['samples']): boolean {
  const { stillMs, longestMs } = pausesOf(samples);
  return (samples.at(-1)?.bytes ?? 0) > 0 && stillMs >= Math.max(STILL_MS, PAUSES * longestMs);
}

function hasAll({ samples, boundBytes }: Pick<Filling, 'samples' | 'boundBytes'>): boolean {
  return (samples.at(-1)?.bytes ?? 0) >= boundBytes;
}

/** What other streams of this measure on the same hop would take is not to be counted as this one's. */
const busy = new WeakMap<Address, Promise<unknown>>();

async function alone<T>(hop: Address, work: () => Promise<T>): Promise<T> {
  const before = busy.get(hop) ?? Promise.resolve();
  const mine = before.then(work, work);
  busy.set(hop, mine);
  return mine;
}

async function fill(context: MeasureContext): Promise<Filling> {
  const { origin, via, direct, workload, request, deep, signal } = context;
  const boundBytes = deep ? BODY_LIMIT_BYTES : BOUND_BYTES;
  const longestMs = deep ? LONGEST_DEEP_MS : LONGEST_MS;
  const usageBefore = await context.usage?.();
  const stream = await origin.create({
    ...workload,
    count: boundBytes / CHUNK_BYTES,
    chunkBytes: [CHUNK_BYTES],
    pace: { mode: 'paced', intervalMs: 0 },
    lifetimeMs: longestMs + STILL_MS,
  });
  try {
    // Compressed, what sockets and hops hold would stand for many times as much.
    const { 'accept-encoding': _, ...headers } = request.headers ?? {};
    const asked = { method: 'GET', httpVersion: '1.1' as const, ...request, headers, path: stream.path };
    const askedAt = monotonicMs();
    const reader = await askWithoutReading(via, asked);
    try {
      const samples: Filling['samples'] = [];
      const until = askedAt + longestMs;
      while (!hasStopped(samples) && !hasAll({ samples, boundBytes }) && monotonicMs() < until && !reader.closed()) {
        signal?.throwIfAborted();
        await delay(SAMPLE_MS);
        samples.push({ at: monotonicMs(), bytes: await origin.acceptedBytes(stream.id) });
      }
      const trace = await origin.trace(stream.id);
      const connections: Connection[] = [[reader.localPort, via.port]];
      if (trace.request?.remotePort !== undefined) connections.push([trace.request.remotePort, direct.port]);
      const queued = connections.length === 2 ? await queuedBytes(connections) : undefined;
      const usageAfter = await context.usage?.();
      return {
        askedAt,
        samples,
        boundBytes,
        ...(queued === undefined ? {} : { queuedBytes: queued }),
        ...(trace.request === undefined ? {} : { origin: trace.end === undefined ? {} : { end: trace.end.how } }),
        ...(usageBefore === undefined || usageAfter === undefined
          ? {}
          : { usage: { before: usageBefore, after: usageAfter } }),
      };
    } finally {
      reader.leave();
    }
  } finally {
    await origin.delete(stream.id).catch(() => {});
  }
}

async function measure(context: MeasureContext): Promise<BackpressureEvidence> {
  const direct = await baseline(`backpressure${context.deep ? ' deep' : ''}`, context, fill);
  return { filling: await alone(context.via, () => fill(context)), direct };
}

function growthOf({ before, after }: NonNullable<Filling['usage']>): Usage {
  const grown = (what: keyof Usage): Usage => {
    const [from, to] = [before[what], after[what]];
    return from === undefined || to === undefined ? {} : { [what]: Math.max(0, to - from) };
  };
  return { ...grown('memoryBytes'), ...grown('diskBytes') };
}

function absorptionOf({ filling, direct }: BackpressureEvidence): Absorption {
  const acceptedBytes = filling.samples.at(-1)?.bytes ?? 0;
  const sockets: Absorption['sockets'] =
    filling.queuedBytes === undefined
      ? { bytes: direct.samples.at(-1)?.bytes ?? 0, by: 'baseline' }
      : { bytes: filling.queuedBytes, by: 'queues' };
  return {
    acceptedBytes,
    sockets,
    absorbedBytes: Math.max(0, acceptedBytes - sockets.bytes),
    ...(filling.usage === undefined ? {} : { growth: growthOf(filling.usage) }),
  };
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Why nothing can be told of it, if so. */
function faultOf(filling: Filling): string | undefined {
  const { samples, askedAt, origin } = filling;
  if (origin === undefined) return 'the hop never asked the origin';
  if (hasAll(filling)) return undefined;
  const lastedMs = (samples.at(-1)?.at ?? askedAt) - askedAt;
  if (origin.end !== undefined) return `the stream was cut before it stopped (${origin.end})`;
  if (hasStopped(samples)) return undefined;
  const { longestMs } = pausesOf(samples);
  return `neither stopped nor took all within ${seconds(lastedMs)}, with pauses of up to ${seconds(longestMs)}`;
}

function figures(evidence: BackpressureEvidence): BackpressureFigures {
  const { filling, direct } = evidence;
  const fault = faultOf(filling);
  if (fault !== undefined) return { how: 'inconclusive', reason: fault };
  const wayFault = faultOf(direct);
  if (wayFault !== undefined || hasAll(direct))
    return { how: 'inconclusive', reason: `with no hop between: ${wayFault ?? 'the way itself takes everything'}` };
  if (hasAll(filling)) return { how: 'takes-all', ...absorptionOf(evidence) };
  return { how: 'stops', waitedMs: pausesOf(filling.samples).stillMs, ...absorptionOf(evidence) };
}

function amount(value: number): string {
  if (value < 1024) return `${value} bytes`;
  if (value < MIB) return `${Math.round(value / 1024)} KiB`;
  return `${(value / MIB).toFixed(value < 10 * MIB ? 1 : 0)} MiB`;
}

/** Growth below this is what any program does at its first stream. */
const WORTH_SAYING_BYTES = 4 * MIB;

function sayGrowth(growth: Usage = {}): string {
  const { memoryBytes = 0, diskBytes = 0 } = growth;
  const parts = [
    ...(memoryBytes < WORTH_SAYING_BYTES ? [] : [`memory +${amount(memoryBytes)}`]),
    ...(diskBytes < WORTH_SAYING_BYTES ? [] : [`disk +${amount(diskBytes)}`]),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function say(found: BackpressureFigures): string {
  switch (found.how) {
    case 'inconclusive':
      return `could not be told: ${found.reason}`;
    case 'takes-all':
      return `takes everything from a reader that does not read: at least ${amount(found.absorbedBytes)}${sayGrowth(found.growth)}`;
    case 'stops': {
      const { absorbedBytes, sockets, growth } = found;
      const beyond =
        sockets.by === 'queues' ? 'beyond the sockets' : 'beyond the sockets of the way, those of the hop included';
      const taken = absorbedBytes < RESOLUTION_BYTES ? 'next to nothing' : amount(absorbedBytes);
      return `a reader that does not read stops the origin after ${taken} ${beyond}${sayGrowth(growth)}`;
    }
  }
}

/**
 * Kept by a relay that keeps next to nothing: what its two Node sockets buffer and the last write, where queues tell;
 * else its other pair of sockets too, whose receive buffer may have grown to several MiB.
 */
const MOST_KEPT = { queues: MIB, baseline: 9 * MIB };

/** Whether the origin was stopped after `wanted` bytes more than a relay keeps that keeps next to nothing. */
function stopsAfter(wanted: number, found: BackpressureFigures): boolean {
  if (found.how !== 'stops') return false;
  const { absorbedBytes, sockets } = found;
  return absorbedBytes >= wanted && absorbedBytes <= wanted + MOST_KEPT[sockets.by];
}

export const backpressureMeasure: Measure<BackpressureEvidence, BackpressureFigures> = {
  id: 'backpressure',
  title: 'how much a hop takes for a client that does not read, in bytes beyond the sockets, until it stops the origin',
  measure,
  figures,
  say,
  relays: [
    {
      relay: 'transparent',
      expected: 'a reader that does not read stops the origin, next to nothing is taken',
      convicted: (found) => stopsAfter(0, found),
    },
    {
      relay: 'absorb-10-mib',
      expected: 'a reader that does not read stops the origin after 10 MiB',
      convicted: (found) => stopsAfter(ABSORBED_BYTES, found),
    },
    {
      relay: 'absorb-all',
      expected: 'takes everything',
      convicted: (found) => found.how === 'takes-all',
    },
  ],
};
