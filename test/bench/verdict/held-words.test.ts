import { describe, expect, it } from 'vitest';

import { clearlyHeld } from '../../../bench/verdict/held-words.ts';
import type { Trace } from '../../../bench/trace.ts';
import { arriving, FLOOR, makeTrace, streamed } from '../traces.ts';

const atMs = (holdMs: number): Trace => streamed((seq) => (seq === 2 ? holdMs : 0.2));

describe('a word that is clearly held', () => {
  it('is one of those in lock-step, not what fills the announced length', () => {
    const emittedAt = [10, 20, 30];
    const filled = makeTrace({ emittedAt, pieces: arriving([10.2, 20.2, 830]), endAt: 30 });
    expect(clearlyHeld(filled, FLOOR)).toEqual([]);
    expect(clearlyHeld({ ...filled, origin: { ...filled.origin, end: { at: 31, how: 'complete' } } }, FLOOR)).toEqual([
      2,
    ]);
  });

  it('counts from 20 ms, the same where the machine is slow', () => {
    for (const delayLimitMs of [5, 10, 19]) {
      expect(clearlyHeld(atMs(20.1), { ...FLOOR, delayLimitMs })).toEqual([2]);
      expect(clearlyHeld(atMs(19.9), { ...FLOOR, delayLimitMs })).toEqual([]);
    }
  });

  it('is held for longer than that, and not just so long', () => {
    const exactly = makeTrace({ emittedAt: [10, 40, 70], pieces: arriving([30, 40.2, 70.2]), endAt: 80 });
    expect(clearlyHeld(exactly, FLOOR)).toEqual([]);
  });

  it('counts from the limit where that is more', () => {
    expect(clearlyHeld(atMs(30.1), { ...FLOOR, delayLimitMs: 30 })).toEqual([2]);
    expect(clearlyHeld(atMs(29.9), { ...FLOOR, delayLimitMs: 30 })).toEqual([]);
  });
});
