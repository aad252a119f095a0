import { describe, expect, it } from 'vitest';

import { exitCode, isJudged, noisyFigures, whyUntold, type LaneResult, type LaneVerdict } from '../../bench/results.ts';
import { lane, results, skipped } from './results.ts';

const AS_EXPECTED = lane('nginx/a');
const NOT_AS_EXPECTED = lane('nginx/b', { verdict: 'coalesces', asExpected: false });
const SKIPPED = skipped('caddy/default', 'no Caddy here');

/** Nothing was judged, so there is nothing to hold against an expectation. */
function unjudged(verdict: LaneVerdict): LaneResult {
  const { asExpected: _, ...rest } = lane('nginx/c', { verdict });
  return rest;
}

/** As any path that is named on the command line. */
function unexpected(verdict: LaneVerdict): LaneResult {
  const { expected: _, ...rest } = unjudged(verdict);
  return rest;
}

/** Judged, but one of its figures could not be had. */
const NOISY = lane('nginx/d', {
  measures: {
    flush: { figures: { how: 'none' }, says: 'none: lets go at once' },
    threshold: { figures: { how: 'unknown' }, says: 'not measured: a busy machine', inconclusive: 'a busy machine' },
  },
});

describe('the exit code', () => {
  it.each([
    ['all are as expected', [AS_EXPECTED, AS_EXPECTED], 0],
    ['all are as expected, though they do not stream', [lane('a/b', { verdict: 'buffers', expected: 'buffers' })], 0],
    ['one is refused, as expected', [lane('a/b', { verdict: 'refused', expected: 'refused' })], 0],
    ['some are skipped', [AS_EXPECTED, SKIPPED], 0],
    ['some are unsupported', [AS_EXPECTED, unjudged('unsupported')], 0],
    ['one is not as expected', [AS_EXPECTED, NOT_AS_EXPECTED], 1],
    ['one is refused, not as expected', [AS_EXPECTED, lane('a/b', { verdict: 'refused', asExpected: false })], 1],
    ['one is inconclusive', [AS_EXPECTED, unjudged('inconclusive')], 3],
    ['one is a harness-error', [AS_EXPECTED, unjudged('harness-error')], 3],
    ['one is inconclusive and one not as expected', [NOT_AS_EXPECTED, unjudged('inconclusive')], 3],
    ['a figure is inconclusive that was not asked for by name', [AS_EXPECTED, NOISY], 0],
    ['such a figure is inconclusive and one lane not as expected', [NOT_AS_EXPECTED, NOISY], 1],
    ['one of which nothing was expected is refused, and others are judged', [unexpected('refused'), AS_EXPECTED], 0],
    ['nothing was expected and one streams', [unexpected('refused'), unexpected('streams')], 0],
    ['nothing was expected and all are refused', [unexpected('refused'), unexpected('refused')], 3],
    ['all are skipped', [SKIPPED, SKIPPED], 3],
    ['all are unsupported', [unjudged('unsupported')], 3],
    ['there are none', [], 3],
  ])('where %s', (_, lanes, code) => {
    expect(exitCode(results(lanes))).toBe(code);
  });

  it('where a figure is inconclusive that was asked for by name is 3, whatever was found', () => {
    for (const lanes of [
      [AS_EXPECTED, NOISY],
      [NOT_AS_EXPECTED, NOISY],
    ]) {
      const asked = results(lanes);
      expect(exitCode({ ...asked, options: { ...asked.options, named: true } })).toBe(3);
    }
  });

  it('where a measure was withheld is 3, whatever was found', () => {
    const withheld = [{ what: 'flush', because: 'relay x must be found' }];
    expect(exitCode(results([AS_EXPECTED], { withheld }))).toBe(3);
    expect(exitCode(results([NOT_AS_EXPECTED], { withheld }))).toBe(3);
  });

  it('where the instrument is not sound is 3, whatever was found', () => {
    expect(exitCode(results([AS_EXPECTED], { sound: false }))).toBe(3);
    expect(exitCode(results([NOT_AS_EXPECTED], { sound: false }))).toBe(3);
  });
});

describe('why a run does not tell what was asked', () => {
  const noisy = results([AS_EXPECTED, NOISY]);

  it.each([
    ['is nothing where all is told', results([AS_EXPECTED, NOT_AS_EXPECTED, NOISY]), undefined],
    [
      'names what has no verdict',
      results([AS_EXPECTED, unjudged('inconclusive'), unjudged('harness-error')]),
      'no verdict of nginx/c (inconclusive), nginx/c (harness-error)',
    ],
    [
      'names what was withheld',
      results([AS_EXPECTED], { withheld: [{ what: 'flush', because: 'relay x must be found' }] }),
      'not proven in this run, and so not told: flush',
    ],
    [
      'is an instrument that is not sound',
      results([], { sound: false }),
      'the instrument did not prove itself, so nothing was judged',
    ],
    [
      'is a figure that was asked for',
      { ...noisy, options: { ...noisy.options, named: true as const } },
      'noise forbade a figure that was asked for',
    ],
    ['is that nothing could be judged', results([SKIPPED]), 'nothing could be judged'],
  ])('%s', (_, run, why) => {
    expect(whyUntold(run)).toBe(why);
  });
});

it('figures that noise forbade are counted, with their lane and measure', () => {
  expect(noisyFigures([AS_EXPECTED, NOISY])).toEqual([{ lane: 'nginx/d', measure: 'threshold', isTold: false }]);
  const told = { ...NOISY, measures: { flush: { figures: {}, says: 'none', tries: 2 } } };
  expect(noisyFigures([told])).toEqual([{ lane: 'nginx/d', measure: 'flush', isTold: true }]);
  const asked = results([told]);
  expect(exitCode({ ...asked, options: { ...asked.options, named: true } })).toBe(0);
});

describe('a lane is judged', () => {
  it.each([
    ['streams', true],
    ['delays', true],
    ['coalesces', true],
    ['buffers', true],
    ['breaks', true],
    ['refused', true],
    ['inconclusive', false],
    ['harness-error', false],
    ['skipped', false],
    ['unsupported', false],
  ] as const)('%s: %s', (verdict, judged) => {
    expect(isJudged(lane('a/b', { verdict }))).toBe(judged);
  });
});
