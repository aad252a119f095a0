import { expect, it } from 'vitest';

import { proveAll, type ProofJob } from '../../../bench/run/proofs.ts';

/** Found as it is said, proof after proof. */
function job(load: ProofJob['load'], ...found: boolean[]): ProofJob {
  return {
    load,
    async prove() {
      const convicted = found.shift() === true;
      return { id: 'relay', expected: 'guilty', verdict: convicted ? 'guilty' : 'unseen', convicted };
    },
  };
}

it('a proof that fails beside others is made again by itself, once, and says what was found first', async () => {
  const proofs = await proveAll([job('times', true), job('waits', false, true), job('works', false, false, true)]);
  expect(proofs.map(({ convicted, first }) => ({ convicted, first }))).toEqual([
    { convicted: true, first: undefined },
    { convicted: true, first: 'unseen' },
    { convicted: false, first: 'unseen' },
  ]);
});
