import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { pairedDifference, quietest, type Round } from '../../../bench/taps/floor.ts';
import { streamed } from '../traces.ts';

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

/** What the rounds come to of which each has its own noise, and a tap that adds 1 ms. */
async function told(noiseMs: number[], looks: { rounds: number; most: number }) {
  let made = 0;
  const makeRound = async (): Promise<Round> => {
    const after = streamed(1 + (noiseMs[made++] ?? 0));
    return { before: streamed(1), tapped: streamed(2), after };
  };
  const { noise, adds } = await quietest(makeRound, looks);
  return { made, noise, adds };
}

it('a machine that is quiet at once is looked at once', async () => {
  const { made, adds } = await told([], { rounds: 12, most: 96 });
  expect(made).toBe(12);
  expect(adds.n).toBe(120);
  expect(adds.p99Ms).toBeCloseTo(1);
});

it('one that comes to be quiet is looked at until then, and told of that time alone', async () => {
  const { made, noise } = await told(
    Array.from({ length: 14 }, () => 5),
    { rounds: 12, most: 96 },
  );
  // The rounds 17 to 28 are the first twelve in a row without one of the fourteen, looked at after each four.
  expect(made).toBe(28);
  expect(noise.p99Ms).toBeCloseTo(0);
});

it('one that never is, as long as is allowed, and told of its quietest time', async () => {
  const noiseMs = Array.from({ length: 40 }, (_, index) => (index >= 16 && index < 28 ? 1 : 5));
  const { made, noise } = await told(noiseMs, { rounds: 12, most: 40 });
  expect(made).toBe(40);
  expect(noise.p99Ms).toBeCloseTo(1);
});
