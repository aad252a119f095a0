/** Of which tries one more may tell. */

import { describe, expect, it } from 'vitest';

import { isInDoubt } from '../../../bench/verdict/doubt.ts';
import { ENOUGH_TRIES } from '../../../bench/verdict/tries-verdict.ts';
import type { Trace } from '../../../bench/trace.ts';
import { broken, cut, evidenceOf, FLOOR, holding, stalled, streamed } from '../traces.ts';

const reference = streamed();

function isAgain(...tries: Trace[]): boolean {
  return isInDoubt(evidenceOf(...tries), FLOOR);
}

function isAgainBeside(relay: Trace, ...tries: Trace[]): boolean {
  return isInDoubt({ ...evidenceOf(...tries), reference: relay }, FLOOR);
}

function late(): Trace {
  return stalled({ lateMs: 160 });
}

it('nothing at all is no doubt: there is nothing to be judged again', () => {
  expect(isAgain()).toBe(false);
});

describe('no doubt is', () => {
  it.each([
    ['a stream', streamed()],
    ['bytes that are held', stalled({ releasedAfterMs: 1091 })],
    ['all that is held to the end', stalled()],
    ['a stream that is broken otherwise than a timeout breaks', broken(streamed())],
    ['a word of such a one that is held', broken(streamed((seq) => (seq === 0 ? 800 : 0.2)))],
  ])('%s', (_, trace) => {
    expect(isAgain(trace)).toBe(false);
  });
});

describe('a doubt is', () => {
  it('what is inconclusive, beside a relay too', () => {
    expect(isAgain(holding(1))).toBe(false);
    expect(isAgain(holding(1, 2, 3, 4))).toBe(true);
    expect(isAgainBeside(streamed(30), streamed(80), streamed(80))).toBe(true);
  });

  it('a delay, and a word that is clearly held, until there is a relay beside it', () => {
    const first = streamed((seq) => (seq === 0 ? 800 : 0.2));
    expect(isAgain(streamed(200))).toBe(true);
    expect(isAgainBeside(reference, streamed(200), streamed(200))).toBe(false);
    expect(isAgain(first)).toBe(true);
    expect(isAgainBeside(reference, first, streamed())).toBe(false);
  });

  it('a stream that was cut, once', () => {
    expect(isAgain(cut())).toBe(true);
    expect(isAgainBeside(reference, cut(), cut())).toBe(false);
  });

  it('all held to the end, where what followed the end came late, while there are few tries', () => {
    expect(isAgain(late())).toBe(true);
    expect(isAgainBeside(reference, late(), late())).toBe(true);
    const enough = Array.from({ length: ENOUGH_TRIES - 1 }, late);
    expect(isAgainBeside(reference, ...enough, stalled())).toBe(false);
  });
});
