import fc from 'fast-check';
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

const said = fc.constantFrom('streams', 'coalesces', 'buffers').map((verdict): Outcome => ({ said: verdict }));
const absent = fc.constant<Outcome>({ absent: 'not here' });
const unknown = fc.constant<Outcome>({ unknown: 'too noisy' });

describe('halving', () => {
  it('finds the one change there is, in so many steps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 300 }), fc.nat(), async (count, at) => {
        const change = 1 + (at % (count - 1));
        const { found, judged } = await halved(
          Array.from({ length: count }, (_, index) => ({ said: index < change ? 'coalesces' : 'streams' })),
        );
        expect(found).toEqual({ found: 'change', before: change - 1, after: change, missing: [] });
        expect(judged.length).toBeLessThanOrEqual(mostSteps(count));
      }),
    );
  });

  it('names neighbours that differ, however many changes there are, and asks of none twice', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(said, { minLength: 2, maxLength: 60 }), async (outcomes) => {
        const { found, judged } = await halved(outcomes);
        expect(new Set(judged).size).toBe(judged.length);
        const [first, last] = [outcomes[0], outcomes.at(-1)];
        if (JSON.stringify(first) === JSON.stringify(last)) {
          expect(found).toEqual({ found: 'no-change', first: 0, last: outcomes.length - 1 });
          expect(judged).toEqual([0, outcomes.length - 1]);
          return;
        }
        if (found.found !== 'change') throw new Error(`it found ${found.found}`);
        expect(found.after).toBe(found.before + 1);
        expect(outcomes[found.before]).toEqual(first);
        expect(outcomes[found.after]).not.toEqual(first);
      }),
    );
  });

  it('never guesses: what it names was judged, what lies between could not be had, what cannot be told ends it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof({ weight: 5, arbitrary: said }, { weight: 2, arbitrary: absent }, { weight: 1, arbitrary: unknown }),
          {
            minLength: 2,
            maxLength: 60,
          },
        ),
        async (outcomes) => {
          const { found, judged } = await halved(outcomes);
          const isThere = (index: number): boolean => judged.includes(index) && 'said' in (outcomes[index] as Outcome);
          switch (found.found) {
            case 'change': {
              expect([found.before, found.after].every(isThere)).toBe(true);
              expect(outcomes[found.before]).not.toEqual(outcomes[found.after]);
              const between = outcomes.slice(found.before + 1, found.after);
              expect(between.every((outcome) => 'absent' in outcome)).toBe(true);
              expect(found.missing).toHaveLength(between.length);
              break;
            }
            case 'no-change':
              expect([found.first, found.last].every(isThere)).toBe(true);
              expect(outcomes[found.first]).toEqual(outcomes[found.last]);
              expect(found.first).toBeLessThan(found.last);
              break;
            case 'unknown':
              expect(outcomes[found.at]).toEqual({ unknown: found.why });
              expect(judged.at(-1)).toBe(found.at);
              break;
            case 'too-few':
              expect(outcomes.filter((outcome) => !('absent' in outcome)).length).toBeLessThan(2);
              break;
          }
          if (judged.some((index) => 'unknown' in (outcomes[index] as Outcome))) expect(found.found).toBe('unknown');
        },
      ),
    );
  });

  it('of one release or none finds nothing', async () => {
    expect((await halved([])).found).toEqual({ found: 'too-few' });
    expect((await halved([{ said: 'streams' }])).found).toEqual({ found: 'too-few' });
  });
});
