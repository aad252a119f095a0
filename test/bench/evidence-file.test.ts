import { expect, it } from 'vitest';

import { evidenceOf, withoutShared } from '../../bench/evidence-file.ts';
import type { EvidenceFile } from '../../bench/run/run.ts';
import { streamed } from './traces.ts';

const paced = streamed(3);
const evidence = { tries: [], paced };

it('the steady stream is kept once, and found for its measure', () => {
  const measures = withoutShared({ paced, flush: 'flush' }, evidence);
  expect(measures).toEqual({ flush: 'flush' });
  const file = { evidence, measures } as unknown as EvidenceFile;
  expect(evidenceOf(file, 'paced')).toBe(paced);
  expect(evidenceOf(file, 'flush')).toBe('flush');
  expect(evidenceOf(file, 'idle')).toBeUndefined();
});

it('one of the measure’s own stays with the measure', () => {
  expect(withoutShared({ paced }, { tries: [] })).toEqual({ paced });
  const own = { evidence: { tries: [] }, measures: { paced } } as unknown as EvidenceFile;
  expect(evidenceOf(own, 'paced')).toBe(paced);
});
