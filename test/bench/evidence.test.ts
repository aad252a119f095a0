import { expect, it } from 'vitest';

import { isUnanswered } from '../../bench/evidence.ts';
import { makeTrace, streamed } from './traces.ts';

function ending(how: 'no-head' | 'no-end' | 'cut' | 'not-connected') {
  const recipe = { emittedAt: [], pieces: [], endAt: 1, clientEnd: { how, at: 100 } };
  const { head: _, ...client } = makeTrace(recipe).client;
  return { ...makeTrace(recipe), client };
}

it.each([
  ['waited in vain each time', [ending('no-head'), ending('no-head')], true],
  ['was answered once', [ending('no-head'), streamed()], false],
  ['lost its connection', [ending('cut')], false],
  ['had none', [ending('not-connected')], false],
  ['waited for the end', [ending('no-end')], false],
])('a client that %s: whether the hop never answered', (_, tries, expected) => {
  expect(isUnanswered({ tries })).toBe(expected);
});
