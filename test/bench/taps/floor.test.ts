import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { pairedDifference } from '../../../bench/taps/floor.ts';

it('what a tap adds is the difference of each word to its like, and not that of two quantiles', () => {
  // A slow moment in both streams of a round is no tap's doing.
  const pairs = [
    [
      [0.3, 9.2],
      [0.2, 9],
    ],
    [
      [0.4, 0.35],
      [0.3, 0.2],
    ],
  ] satisfies [number[], number[]][];
  const found = pairedDifference(pairs);
  expect(found.n).toBe(4);
  expect(found.p50Ms).toBeCloseTo(0.1);
  expect(found.p99Ms).toBeCloseTo(0.2);
});

it('words without their like are left out', () => {
  expect(pairedDifference([[[1, 5], [0.5]]])).toEqual({ n: 1, p50Ms: 0.5, p99Ms: 0.5 });
});

it('of a constant delay it is that delay, whatever the machine did to both', () => {
  const ms = fc.double({ min: 0, max: 50, noNaN: true });
  fc.assert(
    fc.property(fc.array(ms, { minLength: 1 }), ms, (holds, delayMs) => {
      const { p50Ms, p99Ms } = pairedDifference([[holds.map((hold) => hold + delayMs), holds]]);
      expect(p50Ms).toBeCloseTo(delayMs);
      expect(p99Ms).toBeCloseTo(delayMs);
    }),
  );
});
