import { describe, expect, it } from 'vitest';

import type { Lane } from '../../bench/catalogue/catalogue.ts';
import type { Vary } from '../../bench/catalogue/declaration.ts';
import { laneStream, tried } from '../../bench/lane.ts';
import { longestMs } from '../../bench/measure.ts';
import type { Trace } from '../../bench/trace.ts';
import { ENOUGH_TRIES, MOST_TRIES } from '../../bench/verdict/tries-verdict.ts';
import { judge } from '../../bench/verdict/verdict.ts';
import { planChunks } from '../../server/payload.ts';
import { LOCK_STEP, resolveWorkload, type WorkloadInput } from '../../server/workload.ts';
import { cut, FLOOR, frozen, stalled, streamed, WORKLOAD } from './traces.ts';

function stream(vary?: Vary) {
  return laneStream({ vary } as Lane);
}

describe('what a lane asks for', () => {
  it('is the default where it varies nothing', () => {
    expect(stream()).toEqual({ workload: {}, request: { headers: {} } });
  });

  it.each([
    [{ format: 'text' }, { format: 'text' }],
    [{ framing: 'content-length' }, { framing: 'content-length' }],
    [{ 'content-type': 'a/b; c=d' }, { contentType: 'a/b; c=d' }],
    [{ 'response-header': 'x-accel-buffering: no' }, { headers: { 'x-accel-buffering': 'no' } }],
    [{ 'response-header': 'link: <https://a.b/>' }, { headers: { link: '<https://a.b/>' } }],
  ] as const)('of the origin: %j', (vary, workload) => {
    expect(stream(vary)).toEqual({ workload, request: { headers: {} } });
  });

  it('of the client: what it accepts', () => {
    expect(stream({ 'accept-encoding': 'gzip, br' })).toEqual({
      workload: {},
      request: { headers: { 'accept-encoding': 'gzip, br' } },
    });
  });
});

describe('the longest that a stream takes', () => {
  it('paced, is its intervals', () => {
    expect(longestMs(resolveWorkload({ count: 60, pace: { mode: 'paced', intervalMs: 10 } }))).toBe(600);
  });

  it('in lock-step, is enough for a budget, a stall, the raising with a step a chunk, and the silence', () => {
    const workload = resolveWorkload({});
    const least = LOCK_STEP.budgetMs + LOCK_STEP.deadlineMs + LOCK_STEP.lingerMs;
    expect(longestMs(workload)).toBeGreaterThan(least + planChunks(workload).length * LOCK_STEP.stepMs);
    expect(longestMs(workload)).toBeLessThan(least + 1000 * LOCK_STEP.stepMs);
  });
});

/** A path that stalls at each plain stream, until it does not, and lets go of what is frozen as it is told. */
function path(plain: Trace[], freezes: (tries: number) => Trace) {
  let tries = 0;
  return async (workload: WorkloadInput): Promise<Trace> => {
    if (workload.pace?.mode === 'lock-step' && workload.pace.freeze !== undefined) return freezes(tries);
    tries += 1;
    return plain[tries - 1] ?? (plain.at(-1) as Trace);
  };
}

async function judged(plain: Trace[], freezes: (tries: number) => Trace) {
  const reference = { measure: async () => streamed() };
  const evidence = await tried({ through: path(plain, freezes), workload: WORKLOAD, floor: FLOOR, reference });
  return { evidence, delivery: judge(evidence, FLOOR) };
}

async function triesBeforeQuiet(plain: Trace[]): Promise<number[]> {
  const counts: number[] = [];
  await tried({
    through: path(plain, () => frozen(undefined)),
    workload: WORKLOAD,
    floor: FLOOR,
    reference: { measure: async () => streamed() },
    beforeQuiet: async ({ tries }) => void counts.push(tries.length),
  });
  return counts;
}

describe('what is measured before a lane waits for quiet', () => {
  it('is measured once, when the next try needs quiet', async () => {
    const doubtful = streamed((seq) => (seq % 3 === 0 ? 30 : 0.5));
    expect(await triesBeforeQuiet([doubtful])).toEqual([2]);
  });

  it('is left for later where nothing is in doubt', async () => {
    expect(await triesBeforeQuiet([streamed()])).toEqual([]);
  });
});

/** A path that keeps all to the end, and then is as late as told, try by try (less than none is cut off); and the waits before the end that it was asked for. */
async function lingers(...lateMs: number[]) {
  const asked: (number | undefined)[] = [];
  const evidence = await tried({
    async through(workload) {
      asked.push(workload.pace?.mode === 'lock-step' ? workload.pace.lingerMs : undefined);
      const late = lateMs[asked.length - 1] ?? 1;
      return late < 0 ? cut() : stalled({ lateMs: late, recipe: { workload } });
    },
    workload: WORKLOAD,
    floor: FLOOR,
    reference: { measure: async () => streamed() },
  });
  return { asked, delivery: judge(evidence, FLOOR) };
}

describe('what was held to the end', () => {
  it('is believed at once where what followed the end came soon', async () => {
    const { asked, delivery } = await lingers(5);
    expect(asked).toEqual([LOCK_STEP.lingerMs]);
    expect(delivery.verdict).toBe('buffers');
  });

  it('is asked for again with a longer wait where that was late', async () => {
    const { asked, delivery } = await lingers(160, 170);
    expect(asked).toEqual([LOCK_STEP.lingerMs, 1760]);
    expect(delivery.verdict).toBe('buffers');
  });

  it('that came late on a busy machine is waited for in quiet as long as the least busy one asked', async () => {
    const { asked, delivery } = await lingers(60, 450, 66);
    expect(asked).toEqual([LOCK_STEP.lingerMs, 660, 660]);
    expect(delivery.verdict).toBe('buffers');
  });

  it('is in doubt as long as it comes ever later, but for what was waited for five seconds', async () => {
    const { asked, delivery } = await lingers(60, 450, 9000, 9000);
    expect(asked).toEqual([LOCK_STEP.lingerMs, 660, 660, 5000]);
    expect(delivery.verdict).toBe('buffers');
  });

  it('is not waited for longer by a hop that gave up the longer wait', async () => {
    const { asked } = await lingers(160, -1, 160, 160, 160);
    expect(asked).toEqual([
      LOCK_STEP.lingerMs,
      1760,
      ...Array.from({ length: asked.length - 2 }, () => LOCK_STEP.lingerMs),
    ]);
    expect(asked.length).toBeGreaterThan(2);
  });
});

describe('bytes that came out at once when they were frozen, though not before', () => {
  const refuting = frozen(20, 'chunked', 100);

  const coalescing = stalled({ streamedChunks: 1, releasedAfterMs: 1091 });

  it('are tried again, and what was frozen then decides', async () => {
    const { evidence, delivery } = await judged([coalescing], (tries) => (tries === 1 ? refuting : frozen(undefined)));
    expect(delivery.verdict).toBe('coalesces');
    expect(evidence.tries).toHaveLength(2);
    expect(evidence.frozen).toEqual([frozen(undefined)]);
  });

  it('say nothing against a path that then streams', async () => {
    const { evidence, delivery } = await judged([coalescing, streamed()], () => refuting);
    expect(delivery.verdict).toBe('streams');
    expect(evidence.frozen).toBeUndefined();
  });

  it('stay in doubt after as many tries as any doubt has', async () => {
    const { evidence, delivery } = await judged([coalescing], () => refuting);
    expect(delivery).toMatchObject({ verdict: 'inconclusive', tries: MOST_TRIES });
    expect(evidence.earlierReferences).toHaveLength(MOST_TRIES - 2);
  });
});

async function triesUntil(isTold: (count: number) => boolean): Promise<number> {
  const { tries } = await tried({
    through: path([streamed()], () => frozen(undefined)),
    workload: WORKLOAD,
    floor: FLOOR,
    reference: { measure: async () => streamed() },
    isTold: (soFar) => isTold(soFar.tries.length),
  });
  return tries.length;
}

it('what else the tries are to tell is waited for, though the delivery is told, for three tries at most', async () => {
  expect(await triesUntil(() => true)).toBe(1);
  expect(await triesUntil((count) => count === 2)).toBe(2);
  expect(await triesUntil(() => false)).toBe(ENOUGH_TRIES);
});
