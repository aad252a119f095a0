import { expect, it } from 'vitest';

import { KnownThresholds } from '../../../bench/measures/known-thresholds.ts';

it('asks about what was found of such a stream, the most usual first, and about no more than three', () => {
  const known = new KnownThresholds();
  expect(known.questions('sse gzip')).toEqual([]);
  for (const bytes of [4096, 172_988, 8192, 172_988, 65_536, 65_536]) known.add('sse gzip', bytes);
  known.add('text gzip', 17);
  expect(known.questions('sse gzip')).toEqual([172_987, 172_988, 65_535, 65_536, 4095, 4096]);
  expect(known.questions('ndjson gzip')).toEqual([]);
});
