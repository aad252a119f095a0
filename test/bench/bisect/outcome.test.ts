import { expect, it } from 'vitest';

import { outcomeOf } from '../../../bench/bisect/release.ts';
import type { MeasureResult } from '../../../bench/results.ts';
import { lane, skipped } from '../results.ts';

const ZOMBIE = 'zombie: the origin is not told of a departure within 2.5 s, nor by 6 small writes';

function withAbort(abort: Partial<MeasureResult>): ReturnType<typeof lane> {
  return lane('caddy/a', { measures: { abort: { figures: {}, says: 'it says', ...abort } } });
}

it('of delivery the verdict is compared, refused and unsupported too', () => {
  for (const verdict of ['streams', 'buffers', 'breaks', 'refused', 'unsupported'] as const)
    expect(outcomeOf(lane('caddy/a', { verdict }), undefined)).toEqual({ said: verdict });
});

it('of a measure what it has against the hop is compared, its figures aside', () => {
  expect(outcomeOf(withAbort({ flaw: ZOMBIE }), 'abort')).toEqual({
    said: 'zombie: the origin is not told of a departure within … s, nor by … small writes',
  });
  expect(outcomeOf(withAbort({}), 'abort')).toEqual({ said: 'nothing of note' });
  expect(outcomeOf(lane('caddy/a', { verdict: 'refused' }), 'abort')).toEqual({ said: 'refused' });
});

it('what could not be told is not compared', () => {
  expect(outcomeOf(lane('caddy/a', { verdict: 'inconclusive', because: 'noise' }), undefined)).toEqual({
    unknown: 'inconclusive: noise',
  });
  expect(outcomeOf(lane('caddy/a', { verdict: 'harness-error', because: 'no port' }), 'abort')).toEqual({
    unknown: 'harness-error: no port',
  });
  expect(outcomeOf(withAbort({ flaw: ZOMBIE, inconclusive: 'noise' }), 'abort')).toEqual({ unknown: 'abort: noise' });
  expect(outcomeOf(lane('caddy/a'), 'abort')).toEqual({
    unknown: 'abort was withheld: it did not prove itself in this run',
  });
});

it('what could not be had is absent', () => {
  expect(outcomeOf(skipped('caddy/a', 'no wheel'), undefined)).toEqual({ absent: 'no wheel' });
});
