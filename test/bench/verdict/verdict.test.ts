import { describe, expect, it } from 'vitest';

import { judge } from '../../../bench/verdict/verdict.ts';
import { arriving, broken, evidenceOf, FLOOR, frozen, makeTrace, stalled, streamed } from '../traces.ts';

describe('a steady stream beside the words in lock-step', () => {
  const cut = makeTrace({ emittedAt: [0, 1, 2], pieces: arriving([1, undefined, 3]), endAt: 4 });

  it('breaks the lane where it came through broken', () => {
    expect(judge({ ...evidenceOf(streamed()), paced: cut }, FLOOR)).toMatchObject({ verdict: 'breaks', how: 'lost' });
    expect(judge({ ...evidenceOf(streamed(80)), paced: cut }, FLOOR).verdict).toBe('breaks');
    expect(judge({ ...evidenceOf(stalled()), paced: cut }, FLOOR).verdict).not.toBe('breaks');
  });

  it('tells nothing by a fault of our own', () => {
    expect(judge({ ...evidenceOf(streamed()), paced: { ...cut, fault: 'x' } }, FLOOR).verdict).toBe('streams');
  });
});

it('of a stream that breaks is not taken back by a reference or by freezing', () => {
  const evidence = { ...evidenceOf(broken(streamed())), reference: streamed(30), frozen: [frozen(1100)] };
  expect(judge(evidence, FLOOR).verdict).toBe('breaks');
});

it('of nothing measured is our own fault', () => {
  expect(judge({ tries: [] }, FLOOR)).toEqual({ verdict: 'harness-error', reason: 'nothing was measured' });
});
