/** Both measures for real, in one process, through relays that hold by bytes: what is found must not depend on the machine. */

import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';

import { measureStream } from '../../../bench/measure.ts';
import { abortMeasure } from '../../../bench/measures/abort.ts';
import { backpressureMeasure } from '../../../bench/measures/backpressure.ts';
import { flushMeasure } from '../../../bench/measures/flush.ts';
import { frozenWorkload, LEAD_MS } from '../../../bench/measures/frozen.ts';
import { idleMeasure } from '../../../bench/measures/idle.ts';
import type { MeasureContext } from '../../../bench/measures/measure.ts';
import { thresholdMeasure } from '../../../bench/measures/threshold.ts';
import { onRelays, type Relayed } from './on-relays.ts';

let relayed: Relayed;
beforeAll(async () => void (relayed = await onRelays()));
afterEach(() => vi.restoreAllMocks());
afterAll(() => relayed[Symbol.asyncDispose]());

function through(relay: string, workload: MeasureContext['workload'] = {}): MeasureContext {
  return relayed.through(relay, { workload });
}

it('of a lane that streams its own words tell the flush interval, and of the threshold only the smallest are asked', async () => {
  const context = through('transparent');
  const streamed = await measureStream(context);
  const create = vi.spyOn(relayed.client, 'create');
  const flush = await flushMeasure.measure({ ...context, streamed });
  expect(create).not.toHaveBeenCalled();
  expect(flushMeasure.figures(flush)).toMatchObject({ how: 'none' });
  const threshold = await thresholdMeasure.measure({ ...context, streamed });
  expect(create.mock.calls.filter(([{ count }]) => count !== 1)).toEqual([]);
  expect(thresholdMeasure.figures(threshold)).toEqual({ how: 'streams', bytes: 0, inWrites: [32, 14] });
});

it.each([
  ['hold-4096-bytes', 'chunked', 4096],
  ['hold-4096-bytes', 'content-length', 4096],
  ['hold-1000-bytes', 'close-delimited', 1000],
] as const)('%s holds just so many bytes, %s, and again, in writes of any size', async (relay, framing, bytes) => {
  const figures = thresholdMeasure.figures(await thresholdMeasure.measure(through(relay, { framing })));
  const exactly = { over: bytes - 1, upTo: bytes, exact: true };
  expect(figures).toMatchObject({ how: 'bytes', threshold: exactly, next: exactly });
  expect(figures).toMatchObject({ byChunk: expect.not.arrayContaining([expect.objectContaining({ same: false })]) });
});

it.each([
  // The smallest that all of nearly a thousand chunks can be: their numbers have up to three digits.
  ['hold-4096-bytes', 'text', [5, 16, 64, 256, 1024]],
  ['hold-1000-bytes', 'sse', [16, 64, 256]],
] as const)(
  '%s holds just so many in writes of every size of the sweep, and in growing ones: %s',
  async (relay, format, sizes) => {
    const context = { ...through(relay, { format }), deep: true };
    const figures = thresholdMeasure.figures(await thresholdMeasure.measure(context));
    const same = sizes.map((chunkBytes) => expect.objectContaining({ chunkBytes, same: true }) as unknown);
    expect(figures).toMatchObject({ how: 'bytes', byChunk: same, growing: { same: true } });
  },
);

it('collect-all lets go by no bytes, nor by time', { timeout: 20_000 }, async () => {
  const [threshold, flush] = await Promise.all([
    thresholdMeasure.measure(through('collect-all')),
    flushMeasure.measure(through('collect-all')),
  ]);
  expect(thresholdMeasure.figures(threshold)).toEqual({ how: 'not-by-bytes', boundBytes: 4 * 1024 * 1024 });
  expect(flushMeasure.figures(flush)).toMatchObject({ how: 'never', after: 0 });
});

it.each(backpressureMeasure.relays)('a reader that does not read: $relay, $expected', async ({ relay, convicted }) => {
  const figures = backpressureMeasure.figures(await backpressureMeasure.measure(through(relay)));
  expect(`${convicted(figures)}: ${backpressureMeasure.say(figures)}`).toMatch(/^true/);
});

it('silence is found to be cut by the relays as they do', { timeout: 20_000 }, async () => {
  const said = await Promise.all(
    idleMeasure.relays.map(async ({ relay, convicted }) => {
      const figures = idleMeasure.figures(await idleMeasure.measure(through(relay)));
      return `${relay} ${convicted(figures)}: ${idleMeasure.say(figures)}`;
    }),
  );
  expect(said.filter((one) => !one.includes(' true: '))).toEqual([]);
});

it('a stream of text has no heartbeats', { timeout: 20_000 }, async () => {
  const figures = idleMeasure.figures(await idleMeasure.measure(through('idle-end', { format: 'text' })));
  expect(figures).not.toHaveProperty('heartbeats');
  expect(figures.mid).toMatchObject({ how: 'cut', client: 'clean-end' });
});

it('what the way does itself is measured once, and not through the relay', async () => {
  const measured = vi.spyOn(relayed.client, 'create');
  const [one, other] = await Promise.all([
    abortMeasure.measure(through('zombie')),
    abortMeasure.measure(through('zombie')),
  ]);
  const { direct = [] } = one;
  expect(other.direct).toBe(direct);
  // Four departures by FIN and four by RST, while it writes and in silence.
  expect([one.departures.length, other.departures.length]).toEqual([16, 16]);
  expect(measured.mock.calls.length).toBe(32 + direct.length);
  expect(abortMeasure.figures(await abortMeasure.measure(through('zombie')))).toMatchObject({
    writing: { when: 'never' },
    byReset: { idle: { when: 'never' } },
  });
});

it('every stream is deleted from the origin afterwards', async () => {
  const create = vi.spyOn(relayed.client, 'create');
  await thresholdMeasure.measure(through('transparent'));
  const created = await Promise.all(create.mock.results.map(({ value }) => value as Promise<{ id: string }>));
  // The smallest chunk three times, and one stream of the lane's own.
  expect(created).toHaveLength(4);
  for (const { id } of created) expect((await relayed.origin.ask('GET', `/streams/${id}`)).status).toBe(404);
});

it('the head comes well before the first write, so that a hop reads it by itself', async () => {
  const workload = frozenWorkload({}, { chunkBytes: [100], deadlineMs: 10 });
  const { origin: seen } = await measureStream(through('transparent', workload));
  // A timer of Node's may be early by the millisecond that its clock is rounded to.
  expect((seen.emissions[0]?.at ?? 0) - (seen.headAt ?? Infinity)).toBeGreaterThanOrEqual(LEAD_MS - 1);
});
