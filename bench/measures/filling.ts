/** A stream that is written as fast as it is taken, to a client that never reads: how much goes in, and until when. */

import { setTimeout as delay } from 'node:timers/promises';

import { monotonicMs } from '../../server/clock.ts';
import type { StreamEnd } from '../../server/trace.ts';
import { BODY_LIMIT_BYTES } from '../../server/workload.ts';
import type { Address } from '../client/client.ts';
import { askWithoutReading, type NonReader } from '../client/non-reader.ts';
import type { Usage } from '../drivers/driver.ts';
import type { MeasureContext } from './measure.ts';
import type { Flow } from '../taps/flow.ts';
import { keptBy, mostOf } from './kept.ts';
import { queuedOnEach, type Connection } from './sockets.ts';

/** One stream that nobody read. Times are milliseconds on the client's clock. */
export interface Filling {
  askedAt: number;
  /** Bytes of the response that the kernel had taken from the origin (server/control.ts), asked for until it stopped. */
  samples: { at: number; bytes: number }[];
  /** When a hop but for the kernel's sockets has taken so many, of a chain one hop by itself, it takes everything. */
  boundBytes: number;
  /** What the kernel held of it at the last sample, where it shows that (sockets.ts). */
  queuedBytes?: number;
  /** Of a chain what had passed each tap by then, hop 1's first, … */
  flows?: Flow[];
  /** … and what the kernel held of it on each connection, the client's first, then both of each tap; `null` where it shows nothing. */
  queues?: (number | null)[];
  /** Absent when the hop never asked the origin. */
  origin?: { end?: StreamEnd };
  usage?: { before: Usage; after: Usage };
}

const CHUNK_BYTES = 64 * 1024;
const SAMPLE_MS = 50;
/** What the sockets hold is looked at before the stop is sure: a hop that cuts an idle stream takes it away. */
const SETTLED_MS = 250;
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

/** Of a chain the hops together may have taken as much, and each of them be about to stop. */
export function hasAll({
  samples,
  boundBytes,
  queuedBytes: queued = 0,
  flows = [],
  queues = [],
}: Pick<Filling, 'samples' | 'boundBytes' | 'queuedBytes' | 'flows' | 'queues'>): boolean {
  if ((samples.at(-1)?.bytes ?? 0) - queued < boundBytes) return false;
  return flows.length === 0 || flows.some((_, index) => mostOf(keptBy({ flows, queues }, index + 1)) >= boundBytes);
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
export async function fill(context: MeasureContext, boundBytes: number): Promise<Filling> {
  const { origin, via, workload, request, deep, usage } = context;
  const longestMs = deep ? LONGEST_DEEP_MS : LONGEST_MS;
  const before = await usage?.();
  // Never written to its end, with which the connection may go, and what it held with it.
  const count = BODY_LIMIT_BYTES / CHUNK_BYTES;
  // Compressed, by the origin or for the client, what sockets and hops hold would stand for many times as much.
  const stream = await origin.create({
    ...workload,
    contentCoding: 'identity',
    count,
    chunkBytes: [CHUNK_BYTES],
    pace: { mode: 'paced', intervalMs: 0, silence: { afterChunk: count - 2, ms: 2 * longestMs } },
    lifetimeMs: longestMs + STILL_MS,
  });
  try {
    const { 'accept-encoding': _, ...headers } = request.headers ?? {};
    const asked = { method: 'GET', httpVersion: '1.1' as const, ...request, headers, path: stream.path };
    const askedAt = monotonicMs();
    await using reader = await askWithoutReading(via, asked);
    const watched = await watch(context, { id: stream.id, reader, boundBytes, until: askedAt + longestMs });
    const after = await usage?.();
    const grown = before === undefined || after === undefined ? {} : { usage: { before, after } };
    return { askedAt, boundBytes, ...watched, ...grown };
  } finally {
    await origin.delete(stream.id).catch(() => {});
  }
}

interface Watched {
  id: string;
  reader: NonReader;
  boundBytes: number;
  until: number;
}

async function watch(
  context: MeasureContext,
  watched: Watched,
): Promise<Pick<Filling, 'samples' | 'queuedBytes' | 'flows' | 'queues' | 'origin'>> {
  const samples: Filling['samples'] = [];
  let looked = await sample(context, watched, samples, () => pausesOf(samples).stillMs >= SETTLED_MS);
  const settledBytes = samples.at(-1)?.bytes;
  looked ??= await look(context, watched);
  if (!hasAll({ samples, boundBytes: watched.boundBytes, ...looked })) {
    const full = await sample(context, watched, samples, () => hasStopped(samples));
    const isSettled = samples.at(-1)?.bytes === settledBytes;
    looked = full ?? (isSettled ? looked : await look(context, watched));
  }
  const { request, end } = await context.origin.trace(watched.id);
  return {
    samples,
    ...looked,
    ...(request === undefined ? {} : { origin: end === undefined ? {} : { end: end.how } }),
  };
}

/** What is on the way and in no hop. */
type Looked = Pick<Filling, 'queuedBytes' | 'flows' | 'queues'>;

/** Adds samples until there are enough, all was taken, or the time is over; returns what the kernel held when all was. */
async function sample(
  context: MeasureContext,
  watched: Watched,
  samples: Filling['samples'],
  isEnough: () => boolean,
): Promise<Looked | undefined> {
  const { boundBytes, until, id } = watched;
  while (!isEnough() && monotonicMs() < until) {
    context.signal?.throwIfAborted();
    if (hasAll({ samples, boundBytes })) {
      const looked = await look(context, watched);
      if (hasAll({ samples, boundBytes, ...looked })) return looked;
    }
    await delay(SAMPLE_MS);
    samples.push({ at: monotonicMs(), bytes: await context.origin.acceptedBytes(id) });
  }
  return undefined;
}

/** With no taps the one hop's two connections are known from their ends; with taps those of each tap, which keeps some too. */
async function look({ origin, via, direct, flows: read }: MeasureContext, { id, reader }: Watched): Promise<Looked> {
  const { request } = await origin.trace(id);
  if (request?.remotePort === undefined) return {};
  const client: Connection = [reader.localPort, via.port];
  const flows = await read?.(id);
  if (flows === undefined) {
    const queued = total(await queuedOnEach([client, [request.remotePort, direct.port]]));
    return queued === undefined ? {} : { queuedBytes: queued };
  }
  const open = flows.filter((flow) => flow !== undefined);
  if (open.length < flows.length) return {};
  const queues = await queuedOnEach([client, ...open.flatMap(({ downstream, upstream }) => [downstream, upstream])]);
  const queued = total(queues);
  const waiting = open.reduce((sum, { waitingBytes }) => sum + waitingBytes, 0);
  return {
    flows: open,
    queues: queues.map((bytes) => bytes ?? null),
    ...(queued === undefined ? {} : { queuedBytes: queued + waiting }),
  };
}

function total(queues: readonly (number | undefined)[]): number | undefined {
  return queues.reduce<number | undefined>(
    (sum, bytes) => (sum === undefined || bytes === undefined ? undefined : sum + bytes),
    0,
  );
}
