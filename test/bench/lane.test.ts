import { describe, expect, it } from 'vitest';

import type { Lane } from '../../bench/catalogue/catalogue.ts';
import type { Vary } from '../../bench/catalogue/declaration.ts';
import { laneStream } from '../../bench/lane.ts';
import { longestMs } from '../../bench/measure.ts';
import { planChunks } from '../../server/payload.ts';
import { LOCK_STEP, resolveWorkload } from '../../server/workload.ts';

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
