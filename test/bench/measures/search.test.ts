import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { bracket, nextQuestions, type Answer, type SearchOptions } from '../../../bench/measures/search.ts';

const OPTIONS: SearchOptions = { over: 20, rungs: [65_536, 1_048_576, 4_194_304], atOnce: 4, times: 3 };

const AGREED = { consistent: true, agreed: true };
const yes = (at: number): Answer => ({ at, enough: true });
const no = (at: number): Answer => ({ at, enough: false });

/** All that is asked of something that answers by `enough`, round by round. */
function ask(enough: (at: number) => boolean, options = OPTIONS): { answers: Answer[]; rounds: number } {
  const answers: Answer[] = [];
  for (let rounds = 0; ; rounds += 1) {
    const questions = nextQuestions(answers, options);
    if (questions.length === 0) return { answers, rounds };
    answers.push(...questions.map((at) => ({ at, enough: enough(at) })));
  }
}

describe('what the answers say', () => {
  it.each([
    ['nothing asked', [], { over: 20, ...AGREED }],
    ['nothing enough', [no(30), no(40)], { over: 40, ...AGREED }],
    ['neighbours', [no(30), yes(31), yes(50)], { over: 30, upTo: 31, ...AGREED }],
    ['all enough', [yes(30), yes(25)], { over: 20, upTo: 25, ...AGREED }],
    [
      'the same asked twice, with two answers',
      [yes(30), no(30), no(25), yes(40)],
      { over: 25, upTo: 40, consistent: false, agreed: true },
    ],
    [
      'less enough than what was not',
      [yes(30), no(50), no(25), yes(90)],
      { over: 25, upTo: 90, consistent: false, agreed: true },
    ],
    [
      'most of its answers',
      [no(30), yes(30), no(30), yes(31)],
      { over: 30, upTo: 31, consistent: true, agreed: false },
    ],
    [
      'most of the upper answers',
      [no(30), yes(31), no(31), yes(31)],
      { over: 30, upTo: 31, consistent: true, agreed: false },
    ],
    [
      'one in five that came late',
      [no(30), yes(31), yes(31), no(31), yes(31), yes(31)],
      { over: 30, upTo: 31, ...AGREED },
    ],
    ['a contradiction with nothing surely enough', [yes(30), no(50)], { over: 20, consistent: false, agreed: true }],
    ['enough where it was known not to be', [yes(10), yes(30)], { over: 0, upTo: 30, consistent: false, agreed: true }],
  ] as const)('%s', (_, answers, expected) => {
    expect(bracket(answers, 20)).toStrictEqual(expected);
  });

  it('of one answer each: nothing was not enough at or above `upTo`, nor enough at or below `over`', () => {
    const answer = fc.record({ at: fc.integer({ min: 21, max: 60 }), enough: fc.boolean() });
    fc.assert(
      fc.property(fc.uniqueArray(answer, { selector: ({ at }) => at }), (answers) => {
        const { over, upTo, consistent } = bracket(answers, 20);
        const below = answers.filter(({ at }) => at <= over);
        const above = answers.filter(({ at }) => at >= (upTo ?? Number.POSITIVE_INFINITY));
        expect(below.filter(({ enough }) => enough)).toEqual([]);
        expect(above.filter(({ enough }) => !enough)).toEqual([]);
        const between = answers.filter(({ at }) => at > over && (upTo === undefined || at < upTo));
        expect(consistent).toBe(between.length === 0);
      }),
    );
  });
});

describe('the search', () => {
  it('finds what is enough, to the one, in few rounds, and asks its neighbours three times', () => {
    fc.assert(
      fc.property(fc.integer({ min: 21, max: 4_194_304 }), (threshold) => {
        const { answers, rounds } = ask((at) => at >= threshold);
        expect(bracket(answers, OPTIONS.over)).toEqual({ over: threshold - 1, upTo: threshold, ...AGREED });
        expect(answers.filter(({ at }) => at === threshold)).toHaveLength(3);
        expect(answers.filter(({ at }) => at === threshold - 1)).toHaveLength(threshold === 21 ? 0 : 3);
        expect(rounds).toBeLessThanOrEqual(14);
      }),
    );
  });

  it('finds a usual threshold in ten rounds', () => {
    for (const threshold of [916, 3988, 4033, 4096, 16_276]) {
      expect(ask((at) => at >= threshold).rounds).toBeLessThanOrEqual(10);
    }
  });

  it('ends at the last rung when nothing is enough, having asked each once', () => {
    expect(ask(() => false).answers).toEqual(OPTIONS.rungs.map(no));
  });

  it('asks no rung that is known not to be enough', () => {
    expect(nextQuestions([no(70_000)], OPTIONS)).toEqual([1_048_576]);
    expect(nextQuestions([], { ...OPTIONS, over: 65_536 })).toEqual([1_048_576]);
  });

  it('asks so many at once, and none but between', () => {
    const questions = nextQuestions([yes(65_536)], OPTIONS);
    expect(questions).toHaveLength(4);
    expect(questions).toEqual(questions.toSorted((a, b) => a - b));
    expect(questions[0]).toBe(Math.round(20 * (65_536 / 20) ** 0.2));
    expect(nextQuestions([no(100), yes(102)], OPTIONS)).toEqual([101]);
  });

  it('asks evenly spread up to four times what is not enough, and by factors from there', () => {
    expect(nextQuestions([no(100), yes(200)], OPTIONS)).toEqual([120, 140, 160, 180]);
    expect(nextQuestions([no(100), yes(400)], OPTIONS)).toEqual([160, 220, 280, 340]);
    expect(nextQuestions([no(100), yes(3125)], OPTIONS)).toEqual([199, 396, 789, 1570]);
  });

  it('asks nothing at or below what is known not to be enough, even where an answer contradicts that', () => {
    expect(nextQuestions([yes(10)], OPTIONS)).toEqual([]);
    expect(nextQuestions([yes(20)], OPTIONS)).toEqual([]);
  });

  it('asks again what contradicts each other, until each was asked three times, and six where its answers differ', () => {
    expect(nextQuestions([yes(30), no(50), no(40)], OPTIONS)).toEqual([30, 30, 50, 50]);
    expect(nextQuestions([yes(30), no(50), yes(30), yes(30), no(50), no(50)], OPTIONS)).toEqual([]);
    expect(nextQuestions([no(29), yes(30), no(30)], OPTIONS)).toEqual([30, 30, 30, 30]);
  });

  it('survives one wrong answer anywhere but beside the threshold', () => {
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 60_000 }), fc.nat(30), (threshold, wrong) => {
        let asked = 0;
        const { answers } = ask((at) => at >= threshold !== (asked++ === wrong));
        expect(bracket(answers, OPTIONS.over)).toMatchObject({
          over: threshold - 1,
          upTo: threshold,
          consistent: true,
        });
      }),
    );
  });

  it('ends whatever is answered', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.boolean()), (coins) => {
        expect(ask(() => coins.next().value === true).rounds).toBeLessThanOrEqual(60);
      }),
    );
  });

  it('asks its hints first, and is done with them when they are right', () => {
    const options = { ...OPTIONS, over: 0, rungs: [128], times: 1, hints: [62, 63] };
    expect(ask((at) => at >= 63, options).answers).toEqual([no(62), yes(63)]);
    expect(bracket(ask((at) => at >= 80, options).answers, 0)).toEqual({ over: 79, upTo: 80, ...AGREED });
    expect(bracket(ask((at) => at >= 3, options).answers, 0)).toEqual({ over: 2, upTo: 3, ...AGREED });
    expect(ask(() => true, { ...options, hints: [0, 1] }).answers).toEqual([yes(1)]);
  });

  it('does not seek far on the wrong side of hints that were answered late', () => {
    const late = new Set([240_502, 270_565]);
    const { answers } = ask((at) => !late.delete(at) && at >= 172_988, { ...OPTIONS, hints: [...late] });
    expect(bracket(answers, OPTIONS.over)).toEqual({ over: 172_987, upTo: 172_988, ...AGREED });
    expect(Math.max(...answers.map(({ at }) => at))).toBe(270_565);
    expect(answers.length).toBeLessThan(60);
  });
});
