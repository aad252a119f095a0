import { describe, expect, it } from 'vitest';

import { byVersion, insteadOf, isKnownRelease, isVersion, sayVersions } from '../../../bench/drivers/version.ts';
import nginx from '../../../proxy-configs/nginx/index.ts';

const [wheel] = nginx.native?.wheels ?? [];

describe('in place of a version that is not here', () => {
  it('are an image, and each version that can be had natively, once', () => {
    const advice = `--driver docker brings nginx@1.30 as an image, if there is one; natively there is --proxy nginx@${wheel?.version}`;
    expect(insteadOf('1.30', nginx, undefined)).toBe(advice);
    expect(insteadOf('1.30', nginx, wheel?.version)).toBe(advice);
    expect(insteadOf('1.30', nginx, '1.22.1')).toBe(`${advice} or nginx@1.22.1`);
  });

  it('is no image where containers are asked as well', () => {
    expect(insteadOf('1.30', nginx, undefined, true)).toBe(`natively there is --proxy nginx@${wheel?.version}`);
  });

  it('is said where there is none', () => {
    expect(insteadOf('1', { id: 'some' }, undefined)).toBe('natively there is none');
  });
});

it.each(['1', '1.22', 'v3.3.5', '1.2.3.4', '2.0.30.post1'])('%s is a version', (text) => {
  expect(isVersion(text)).toBe(true);
});

it.each(['', 'v', '1.', '.1', '1.x', 'latest', '1.30-alpine', '1.2.3.4.5', '1.post', ' 1'])('"%s" is none', (text) => {
  expect(isVersion(text)).toBe(false);
});

it('versions are in order by number', () => {
  expect(['3.10.0', 'v3.9.1', '3.9', '3.2'].toSorted(byVersion)).toEqual(['3.2', '3.9', 'v3.9.1', '3.10.0']);
  const packedAgain = ['2.0.30', '2.0.30.post1', '2.0.31'];
  expect(packedAgain.toReversed().toSorted(byVersion)).toEqual(packedAgain);
});

it('of many versions those of the branch that is meant are named', () => {
  const versions = Array.from({ length: 4 }, (_, minor) => [
    `2.${4 - minor}.2`,
    `2.${4 - minor}.1`,
    `2.${4 - minor}.0`,
  ]).flat();
  expect(sayVersions(versions, '2.3.9')).toBe('12 from 2.1.0 to 2.4.2, of 2.3: 2.3.2, 2.3.1, 2.3.0');
  expect(sayVersions(versions, '3.0')).toBe('12 from 2.1.0 to 2.4.2');
  expect(sayVersions(versions.slice(0, 3), '3.0')).toBe('2.4.2, 2.4.1, 2.4.0');
});

const SOME = { version: { args: [], pattern: /x/, minors: { 0: [5, 11], 2: [0, 11] } } } satisfies Parameters<
  typeof isKnownRelease
>[0];

it.each([
  ['2', true],
  ['v2.11.99', true],
  ['0.5', true],
  ['0.4.1', false],
  ['2.12', false],
  ['1.0', false],
])('whether there was a release %s: %s', (version, isKnown) => {
  expect(isKnownRelease(SOME, version)).toBe(isKnown);
  expect(isKnownRelease({ version: { args: [], pattern: /x/ } }, version)).toBe(true);
});
