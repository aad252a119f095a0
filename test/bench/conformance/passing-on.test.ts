import { expect, it } from 'vitest';

import { passedOn } from '../../../bench/conformance/passing-on.ts';
import { TRIALS, type TrialId } from '../../../bench/conformance/trials.ts';
import type { Tried } from '../../../bench/conformance/measure.ts';

/** A trial of a response that came to the client with this status, and with this in its field. */
function tried(id: TrialId, status: number, field: string[]): Tried {
  const trial = TRIALS.find((one) => one.id === id);
  const sides = {
    origin: { workload: { status: 200 }, headAt: 1 },
    client: { head: { status, headers: field.map((value) => ['Incremental', value]) } },
  };
  return { trial, tries: [sides] } as unknown as Tried;
}

it('another value that comes to something else than ?1 is told', () => {
  expect(passedOn([tried('response marked', 200, ['?1']), tried('response false', 200, [])])).toEqual({
    request: 'unknown',
    response: 'unchanged',
    otherwise: ['response false'],
  });
});

it('where ?1 was refused and never passed on, no other value can differ from it', () => {
  expect(passedOn([tried('response marked', 501, []), tried('response false', 200, ['?0'])])).toEqual({
    request: 'unknown',
    response: 'unknown',
    otherwise: [],
  });
});
