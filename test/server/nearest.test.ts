import { describe, expect, it } from 'vitest';

import { nearest } from '../../server/nearest.ts';

describe('nearest', () => {
  it.each([
    ['framming', 'framing'],
    ['fromat', 'format'],
    ['COUNT', undefined],
    ['zebra', undefined],
  ])('for %s means %s', (word, meant) => {
    expect(nearest(word, ['format', 'framing', 'count'])).toBe(meant);
  });

  it('lets a longer word be further off: a third of it, two at least', () => {
    expect(nearest('abcdef', ['abcdxy'])).toBe('abcdxy');
    expect(nearest('abcdef', ['abcxyz'])).toBeUndefined();
    expect(nearest('abcdefghi', ['abcdefxyz'])).toBe('abcdefxyz');
    expect(nearest('abcdefghi', ['abcdewxyz'])).toBeUndefined();
  });

  it('means nothing where nothing is known', () => {
    expect(nearest('a', [])).toBeUndefined();
  });
});
