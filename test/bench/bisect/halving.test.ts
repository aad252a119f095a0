import { array, assert, asyncProperty, constant, constantFrom, integer, nat, oneof } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { halve, mostSteps, type Found, type Outcome } from '../../../bench/bisect/halving.ts';

/** Halves over these outcomes; which were judged, in order. */
async function halved(outcomes: readonly Outcome[]): Promise<{ found: Found; judged: number[] }> {
  const judged: number[] = [];
  const found = await halve(outcomes.length, async (index) => {
    judged.push(index);
    return outcomes[index] as Outcome;
  });
  return { found, judged };
}

const said = constantFrom('streams', 'coalesces', 'buffers').map((verdict): Outcome => ({ said: verdict }));
const absent = constant<Outcome>({ absent: 'not here' });
const unknown = constant<Outcome>({ unknown: 'too noisy' });
const anything = oneof(
  { weight: 5, arbitrary: said },
  { weight: 2, arbitrary: absent },
  { weight: 1, arbitrary: unknown },
);

function isSaid(outcome: Outcome | undefined): boolean {
  return outcome !== undefined && 'said' in outcome;
}

function isSame(a: Outcome | undefined, b: Outcome | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether what was found is borne out by what was judged. */
function isProven(found: Found, outcomes: readonly Outcome[], judged: readonly number[]): boolean {
  const isKnown = (index: number): boolean => judged.includes(index) && isSaid(outcomes[index]);
  switch (found.found) {
    case 'change': {
      const { before, after, missing } = found;
      const between = outcomes.slice(before + 1, after);
      return (
        isKnown(before) &&
        isKnown(after) &&
        !isSame(outcomes[before], outcomes[after]) &&
        between.length === missing.length &&
        between.every((outcome) => 'absent' in outcome)
      );
    }
    case 'no-change':
      return (
        found.first < found.last &&
        isKnown(found.first) &&
        isKnown(found.last) &&
        isSame(outcomes[found.first], outcomes[found.last])
      );
    case 'unknown':
      return 'unknown' in (outcomes[found.at] ?? {}) && judged.at(-1) === found.at;
    case 'too-few':
      return outcomes.filter((outcome) => !('absent' in outcome)).length < 2;
  }
}

describe('halving', () => {
  it('finds the one change there is, in so many steps', async () => {
    await assert(
      asyncProperty(integer({ min: 2, max: 300 }), nat(), async (count, at) => {
        const change = 1 + (at % (count - 1));
        const { found, judged } = await halved(
          Array.from({ length: count }, (_, index) => ({ said: index < change ? 'coalesces' : 'streams' })),
        );
        expect(found).toEqual({ found: 'change', before: change - 1, after: change, missing: [] });
        expect(judged.length).toBeLessThanOrEqual(mostSteps(count));
      }),
    );
  });

  it('finds a change where the ends differ, and none where they do not, however many there are between', async () => {
    await assert(
      asyncProperty(array(said, { minLength: 2, maxLength: 60 }), async (outcomes) => {
        const { found, judged } = await halved(outcomes);
        expect(found.found).toBe(isSame(outcomes[0], outcomes.at(-1)) ? 'no-change' : 'change');
        expect(isProven(found, outcomes, judged)).toBe(true);
      }),
    );
  });

  it('never guesses: what it names was judged, what lies between could not be had, what cannot be told ends it', async () => {
    await assert(
      asyncProperty(array(anything, { minLength: 2, maxLength: 60 }), async (outcomes) => {
        const { found, judged } = await halved(outcomes);
        expect(isProven(found, outcomes, judged)).toBe(true);
        expect(new Set(judged).size).toBe(judged.length);
        const isUntold = judged.some((index) => 'unknown' in (outcomes[index] ?? {}));
        expect(found.found === 'unknown').toBe(isUntold);
      }),
      { numRuns: 500 },
    );
  });

  it('of one release or none finds nothing', async () => {
    expect((await halved([])).found).toEqual({ found: 'too-few' });
    expect((await halved([{ said: 'streams' }])).found).toEqual({ found: 'too-few' });
  });
});
