/** Every stage for real, in one process: origin, relay, client, trace, verdict. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { conviction } from '../../../bench/instrument.ts';
import { breakage } from '../../../bench/verdict/integrity.ts';
import { measureStream, type Leave, type MeasureOptions } from '../../../bench/measure.ts';
import { HOLD_BYTES } from '../../../bench/relays/relays.ts';
import { judgeTrace } from '../../../bench/verdict/trace-verdict.ts';
import type { Trace } from '../../../bench/trace.ts';
import { LOCK_STEP, type WorkloadInput } from '../../../server/workload.ts';
import { onRelays, type Relayed } from '../measures/on-relays.ts';

/** What is found here must not depend on how busy the machine is: nothing counts as a delay. */
const ANY_DELAY = { hold: { n: 1, p50Ms: 0, p99Ms: 0, maxMs: 0 }, delayLimitMs: 60_000 };
const WORKLOAD: WorkloadInput = {
  count: 20,
  pace: { ...LOCK_STEP, deadlineMs: 400, budgetMs: 60_000, boundBytes: 32 * 1024, stepMs: 1 },
};

let relayed: Relayed;
beforeAll(async () => void (relayed = await onRelays()));
afterAll(() => relayed[Symbol.asyncDispose]());

function through(relay: string, workload = WORKLOAD, options: Partial<MeasureOptions> = {}): Promise<Trace> {
  return measureStream({ ...relayed.through(relay, { workload }), ...options });
}

function straight(workload = WORKLOAD): Promise<Trace> {
  return through('transparent', workload, { via: relayed.through('transparent').direct });
}

describe('what is found through', () => {
  it.each([
    ['transparent', undefined],
    ['hold-50-ms', undefined],
    ['drop-chunk', { how: 'lost', seq: 3 }],
    ['duplicate-chunk', { how: 'duplicated', seq: 3 }],
    ['reorder-chunks', { how: 'reordered', seq: 3, after: 4 }],
    ['alter-byte', { how: 'altered', seq: 3 }],
    ['cut-early', { how: 'cut', seq: 3, emitted: 4, told: true }],
    ['end-early', { how: 'cut', seq: 3, emitted: 4, told: false }],
  ] as const)('%s is %j', async (id, expected) => {
    const trace = await through(id);
    expect(trace.fault).toBeUndefined();
    expect(breakage(trace)).toEqual(expected);
  });

  it('collect-all: the headers, and the rest at the end', async () => {
    const delivery = judgeTrace(await through('collect-all'), ANY_DELAY);
    expect(delivery).toMatchObject({ verdict: 'buffers', head: true, streamedChunks: 0 });
  });

  it('hold-4096-bytes: a release by bytes', async () => {
    const delivery = judgeTrace(await through(`hold-${HOLD_BYTES}-bytes`), ANY_DELAY);
    expect(conviction(delivery)).toBe('coalesces');
  });
});

describe('a client that leaves a silent origin', () => {
  const pace = { mode: 'paced', intervalMs: 40, silence: { afterChunk: 4, ms: 800 } } as const;
  const left = (relay: string, how: Leave['how']): Promise<Trace> =>
    through(relay, { count: 10, pace }, { leave: { afterChunks: 5, afterMs: 60_000, how } });

  it.each(['fin', 'rst'] as const)('by %s is told so by transparent', async (how) => {
    const { origin: seen, client: trace } = await left('transparent', how);
    expect(trace.end.how).toBe('left');
    expect(seen).toMatchObject({ end: { how: 'client-left' }, abort: { seen: how } });
  });

  it('is told of by abort-at-next-write at its next write alone', async () => {
    const { origin: seen } = await left('abort-at-next-write', 'fin');
    expect(seen).toMatchObject({ end: { how: 'client-left' }, abort: { seen: 'fin' } });
    expect(seen.abort?.at).toBeGreaterThan(seen.emissions[5]?.at ?? Infinity);
  });

  it('is told of by abort-after-370-ms at no write', async () => {
    const { origin: seen, client: trace } = await left('abort-after-370-ms', 'fin');
    expect(seen).toMatchObject({ end: { how: 'client-left' }, abort: { seen: 'fin' } });
    // A timer of Node's may be early by the millisecond that its clock is rounded to.
    expect((seen.abort?.at ?? 0) - trace.end.at).toBeGreaterThanOrEqual(369);
    expect(seen.emissions).toHaveLength(5);
  });

  it('is not told of by zombie', async () => {
    const { origin: seen, arrivals } = await left('zombie', 'rst');
    expect(seen.end?.how).toBe('complete');
    expect(seen.abort).toBeUndefined();
    expect([seen.emissions.length, arrivals.length]).toEqual([10, 5]);
  });

  it('having had nothing leaves when its time is over', async () => {
    const { client: trace, arrivals } = await through(
      'collect-all',
      { count: 10, pace: { ...pace, silence: { afterChunk: 4, ms: 5000 } } },
      { leave: { afterChunks: 5, afterMs: 50, how: 'fin' } },
    );
    expect(trace.end.how).toBe('left');
    expect(arrivals).toEqual([]);
  });
});

describe('an origin that dies', () => {
  const framings = ['chunked', 'content-length', 'close-delimited'] as const;
  const cases = framings.flatMap((framing) => (['rst', 'fin'] as const).map((how) => ({ framing, how })));
  /** Waits long only where the client is to be told. */
  const died = (relay: string, { framing, how }: (typeof cases)[number], waitMs = 60_000): Promise<Trace> =>
    through(
      relay,
      { framing, count: 10, pace: { mode: 'paced', intervalMs: 10 }, death: { afterChunk: 4, how } },
      { waitMs },
    );
  const unknowable = ({ framing, how }: (typeof cases)[number]): boolean =>
    framing === 'close-delimited' && how === 'fin';

  it.each(cases)('$framing by $how is passed on by transparent', async (one) => {
    const { client: trace, foreign } = await died('transparent', one);
    expect(trace.end.how).toBe(one.how === 'rst' ? 'reset' : unknowable(one) ? 'closed' : 'cut');
    expect(foreign).toEqual([]);
  });

  it.each(cases)('$framing by $how looks like a clean end behind hide-death', async (one) => {
    const { client: trace, foreign, arrivals } = await died('hide-death', one);
    expect(trace.end.how).toBe('complete');
    expect([arrivals.length, foreign]).toEqual([5, []]);
  });

  it.each(cases)('$framing by $how hangs the client of hang-at-death', async (one) => {
    const { client: trace, origin: seen } = await died('hang-at-death', one, unknowable(one) ? 60_000 : 700);
    expect(seen.end?.how).toBe('died');
    expect(trace.end.how).toBe(unknowable(one) ? 'complete' : 'no-end');
  });

  it.each(cases)('$framing by $how is explained in the body by explain-death', async (one) => {
    const { client: trace, foreign } = await died('explain-death', one);
    expect(trace.end.how).toBe(unknowable(one) ? 'complete' : 'cut');
    expect(foreign.map(({ sample }) => sample)).toEqual(unknowable(one) ? [] : ['upstream died']);
  });
});

describe('a stream with no hop between', () => {
  it('leaves a trace of both sides that agree', async () => {
    const trace = await straight({ count: 20, pace: { ...LOCK_STEP, deadlineMs: 10_000 } });
    expect(trace.arrivals.map(({ seq }) => seq)).toEqual(trace.origin.emissions.map(({ seq }) => seq));
    expect(trace.foreign).toEqual([]);
    expect(trace.client.end.how).toBe('complete');
    expect(trace.origin.end?.how).toBe('complete');
    expect(trace.origin.request?.headers).toMatchObject({ 'user-agent': 'unclog' });
    for (const [seq, { at }] of trace.arrivals.entries()) {
      expect(at).toBeGreaterThanOrEqual(trace.origin.emissions[seq]?.at ?? Infinity);
    }
    expect(judgeTrace(trace, ANY_DELAY).verdict).toBe('streams');
  });

  it.each(['chunked', 'content-length', 'close-delimited'] as const)('is whole in framing %s', async (framing) => {
    const trace = await straight({ ...WORKLOAD, framing });
    expect(trace.client.head?.framing).toBe(framing);
    expect(breakage(trace)).toBeUndefined();
  });

  it('acknowledges nothing where the stream is paced', async () => {
    const trace = await straight({ count: 10, pace: { mode: 'paced', intervalMs: 1 } });
    expect(trace.arrivals).toHaveLength(10);
    expect(trace.origin.acks).toEqual([]);
  });

  it('is deleted from the origin afterwards', async () => {
    const { id } = (await straight()).origin;
    expect((await relayed.origin.ask('GET', `/streams/${id}`)).status).toBe(404);
  });
});
