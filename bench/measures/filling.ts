/** A stream that is written as fast as it is taken, to a client that never reads: how much goes in, and until when. */

import { setTimeout as delay } from 'node:timers/promises';

import { monotonicMs } from '../../server/clock.ts';
import type { StreamEnd } from '../../server/trace.ts';
import type { Address } from '../client/client.ts';
import { askWithoutReading } from '../client/non-reader.ts';
import type { Usage } from '../drivers/driver.ts';
import type { MeasureContext } from './measure.ts';
import { queuedBytes, type Connection } from './sockets.ts';

/** One stream that nobody read. Times are milliseconds on the client's clock. */
export interface Filling {
  askedAt: number;
  /** Bytes of the response that the kernel had taken from the origin (server/control.ts), asked for until it stopped. */
  samples: { at: number; bytes: number }[];
  /** As much as is written. */
  boundBytes: number;
  /** What the kernel held of it at the last sample, where it shows that (sockets.ts). */
  queuedBytes?: number;
  /** Absent when the hop never asked the origin. */
  origin?: { end?: StreamEnd };
  usage?: { before: Usage; after: Usage };
}

const CHUNK_BYTES = 16 * 1024;
const SAMPLE_MS = 50;
/** Nothing more was taken for so long, which is less than the timeout of a hop that cuts after a second, … */
export const STILL_MS = 700;
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

export function hasStopped(samples: Filling['samples']): boolean {
  const { stillMs, longestMs } = pausesOf(samples);
  return (samples.at(-1)?.bytes ?? 0) > 0 && stillMs >= Math.max(STILL_MS, PAUSES * longestMs);
}

export function hasAll({ samples, boundBytes }: Pick<Filling, 'samples' | 'boundBytes'>): boolean {
  return (samples.at(-1)?.bytes ?? 0) >= boundBytes;
}

/** What other streams of this measure on the same hop would take is not to be counted as this one's. */
const busy = new WeakMap<Address, Promise<unknown>>();

export async function alone<T>(hop: Address, work: () => Promise<T>): Promise<T> {
  const before = busy.get(hop) ?? Promise.resolve();
  const mine = before.then(work, work);
  busy.set(hop, mine);
  return mine;
}

/** @throws BenchError when the origin's control API fails, or there is no connection. */
export async function fill(context: MeasureContext, limitBytes: number): Promise<Filling> {
  const { origin, via, workload, request, deep } = context;
  const longestMs = deep ? LONGEST_DEEP_MS : LONGEST_MS;
  const before = await context.usage?.();
  // The last chunk is not written: with the end of the response the connection may go, and what it held with it.
  const count = limitBytes / CHUNK_BYTES;
  const boundBytes = limitBytes - CHUNK_BYTES;
  const stream = await origin.create({
    ...workload,
    count,
    chunkBytes: [CHUNK_BYTES],
    pace: { mode: 'paced', intervalMs: 0, silence: { afterChunk: count - 2, ms: 2 * longestMs } },
    lifetimeMs: longestMs + STILL_MS,
  });
  try {
    // Compressed, what sockets and hops hold would stand for many times as much.
    const { 'accept-encoding': _, ...headers } = request.headers ?? {};
    const asked = { method: 'GET', httpVersion: '1.1' as const, ...request, headers, path: stream.path };
    const askedAt = monotonicMs();
    await using reader = await askWithoutReading(via, asked);
    const samples = await samplesOf(context, stream.id, boundBytes, askedAt + longestMs);
    const { request: received, end } = await origin.trace(stream.id);
    const queued = await queuedOn(context, reader.localPort, received?.remotePort);
    const after = await context.usage?.();
    return {
      askedAt,
      samples,
      boundBytes,
      ...(queued === undefined ? {} : { queuedBytes: queued }),
      ...(received === undefined ? {} : { origin: end === undefined ? {} : { end: end.how } }),
      ...(before === undefined || after === undefined ? {} : { usage: { before, after } }),
    };
  } finally {
    await origin.delete(stream.id).catch(() => {});
  }
}

async function samplesOf(
  { origin, signal }: MeasureContext,
  id: string,
  boundBytes: number,
  until: number,
): Promise<Filling['samples']> {
  const samples: Filling['samples'] = [];
  while (!hasStopped(samples) && !hasAll({ samples, boundBytes }) && monotonicMs() < until) {
    signal?.throwIfAborted();
    await delay(SAMPLE_MS);
    samples.push({ at: monotonicMs(), bytes: await origin.acceptedBytes(id) });
  }
  return samples;
}

/** What the kernel holds between the client and the hop, and between the hop and the origin. */
async function queuedOn(
  { via, direct }: MeasureContext,
  clientPort: number,
  remotePort: number | undefined,
): Promise<number | undefined> {
  if (remotePort === undefined) return undefined;
  const connections: Connection[] = [
    [clientPort, via.port],
    [remotePort, direct.port],
  ];
  return queuedBytes(connections);
}
