import { describe, expect, it } from 'vitest';

import { clearlyHeld } from '../../../bench/verdict/held-words.ts';
import { arriving, FLOOR, makeTrace, streamed } from '../traces.ts';

describe('a word that is clearly held', () => {
  it('is one of those in lock-step, not what fills the announced length', () => {
    const emittedAt = [10, 20, 30];
    const filled = makeTrace({ emittedAt, pieces: arriving([10.2, 20.2, 830]), endAt: 30 });
    expect(clearlyHeld(filled, FLOOR)).toEqual([]);
    expect(clearlyHeld({ ...filled, origin: { ...filled.origin, end: { at: 31, how: 'complete' } } }, FLOOR)).toEqual([
      2,
    ]);
  });

  it('counts from four times the limit', () => {
    expect(
      clearlyHeld(
        streamed((seq) => (seq === 2 ? 20.1 : 0.2)),
        FLOOR,
      ),
    ).toEqual([2]);
    expect(
      clearlyHeld(
        streamed((seq) => (seq === 2 ? 20 : 0.2)),
        FLOOR,
      ),
    ).toEqual([]);
  });
});
