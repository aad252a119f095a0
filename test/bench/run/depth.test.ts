import { expect, it } from 'vitest';

import { loadCatalogue, type Lane } from '../../../bench/catalogue/catalogue.ts';
import { estimate, measuresOf, planOf } from '../../../bench/run/depth.ts';
import { MEASURES } from '../../../bench/measures/measures.ts';

it('quick measures delivery alone, the others everything unless some are named', () => {
  expect(planOf('quick', undefined).measures).toEqual([]);
  expect(planOf('standard', undefined).measures).toBe(MEASURES);
  expect(planOf('deep', undefined).measures).toBe(MEASURES);
  expect(planOf('standard', MEASURES.slice(0, 1)).measures).toHaveLength(1);
});

it('standard leaves out what holds a stream where every word came at once, but of a variant’s first lane', async () => {
  const { lanes } = await loadCatalogue();
  const lane = lanes.find(({ id }) => id === 'nginx/default?format=text') as Lane;
  const asked = (depth: 'standard' | 'deep', isFirst: boolean, isHeld: boolean): string[] =>
    measuresOf(planOf(depth, undefined), lane, { isFirst, isHeld }).map(({ id }) => id);
  expect(asked('standard', false, false)).toEqual(['paced']);
  expect(asked('standard', false, true)).toEqual(['threshold', 'flush', 'paced']);
  expect(asked('standard', true, false)).toEqual(MEASURES.map(({ id }) => id));
  expect(asked('deep', false, false)).toEqual(MEASURES.map(({ id }) => id));
});

it.each([
  // Lanes, jobs, and how long it really took on two cores: by `results.durationMs` of a native `--deep` run.
  [3, 8, 97_232],
  [13, 2, 165_108],
])(
  'the estimate of a deep run of %d lanes with %d jobs is no less than nine tenths of its %d ms, nor twice that',
  (lanes, jobs, tookMs) => {
    const estimated = estimate(planOf('deep', undefined), lanes, jobs).ms;
    expect(estimated).toBeGreaterThan(0.9 * tookMs);
    expect(estimated).toBeLessThan(2 * tookMs);
  },
);

function msOf(...asked: Parameters<typeof estimate>): number {
  return estimate(...asked).ms;
}

it('the estimate grows with lanes, shrinks with jobs, and is longest where most is waited for', () => {
  const [quick, standard, deep] = (['quick', 'standard', 'deep'] as const).map((depth) => planOf(depth, undefined));
  if (quick === undefined || standard === undefined || deep === undefined) throw new Error('three plans');
  expect(msOf(standard, 100, 10)).toBeGreaterThan(msOf(standard, 10, 10));
  expect(msOf(standard, 100, 10)).toBeGreaterThan(msOf(standard, 100, 20));
  expect(msOf(standard, 100, 10)).toBeGreaterThan(msOf(quick, 100, 10));
  expect(msOf(deep, 100, 10)).toBeGreaterThanOrEqual(msOf(standard, 100, 10));
});

it('a second round is told apart: as long again as what may need one, and nothing where nothing may', () => {
  const twice = MEASURES.filter(({ mayTakeTwice }) => mayTakeTwice === true);
  const others = MEASURES.filter(({ mayTakeTwice }) => mayTakeTwice !== true);
  const once = twice.map(({ takesMs }) => takesMs(true));
  expect(estimate(planOf('deep', MEASURES), 1, 1).secondRoundMs).toBe(Math.max(...once));
  expect(estimate(planOf('deep', others), 1, 1).secondRoundMs).toBe(0);
});
