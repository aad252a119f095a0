import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { nextCount } from '../../../bench/run/governor.ts';

function next(count: number, busyShare: number, areWanted = true): number {
  return nextCount({ count, areWanted }, 8, busyShare);
}

describe('how many slots there are', () => {
  it('is more while the machine is idle and somebody waits', () => {
    expect(next(8, 0.5)).toBe(9);
    expect(next(8, 0.5, false)).toBe(8);
  });

  it('is fewer again, and sooner, when it is busy', () => {
    expect(next(12, 0.95)).toBe(10);
    expect(next(9, 0.95)).toBe(8);
  });

  it('stays while it is neither', () => {
    expect(next(12, 0.85)).toBe(12);
  });

  it('is never fewer than there are whatever the machine does, nor more than three times as many', () => {
    const looks = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), looks, (base, all) => {
        let count = base;
        for (const [busyShare, areWanted] of all) {
          count = nextCount({ count, areWanted }, base, busyShare);
          expect(count).toBeGreaterThanOrEqual(base);
          expect(count).toBeLessThanOrEqual(3 * base);
        }
      }),
    );
  });
});
