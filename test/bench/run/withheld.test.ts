import { describe, expect, it } from 'vitest';

import type { RelayProof } from '../../../bench/instrument.ts';
import { isWithheld, isWithheldOfChains, withheldFor, withheldMeasures } from '../../../bench/run/withheld.ts';

function proof(id: string, measure: string | undefined, convicted: boolean): RelayProof {
  return { id, ...(measure === undefined ? {} : { measure }), expected: 'so', verdict: 'otherwise', convicted };
}

const SAID = 'must be found: so; it was found: otherwise';

describe('what is withheld', () => {
  it('is nothing where all are convicted, and nothing of delivery, which is not told apart', () => {
    expect(withheldFor([proof('a', 'flush', true), proof('b', undefined, true)], [])).toEqual([]);
    expect(withheldFor([proof('b', undefined, false)], [])).toEqual([]);
  });

  it('is the measure that missed a relay, once, with all that it missed', () => {
    const proofs = [proof('a', 'flush', false), proof('b', 'flush', false), proof('c', 'paced', true)];
    const withheld = withheldFor(proofs, ['abort']);
    expect(withheld).toEqual([{ what: 'flush', because: `relay a (flush) ${SAID}; relay b (flush) ${SAID}` }]);
    expect([isWithheld(withheld, 'flush'), isWithheld(withheld, 'paced')]).toEqual([true, false]);
  });

  it('is all of chains where what they all are told by is missed, and of a measure alone where its own relay is', () => {
    expect(withheldFor([proof('a', 'chain: hold', false)], ['abort'])).toEqual([
      { what: 'chains', because: `relay a (chain: hold) ${SAID}` },
    ]);
    const ofAbort = withheldFor([proof('a', 'chain: abort', false)], ['abort']);
    expect(ofAbort.map(({ what }) => what)).toEqual(['chain: abort']);
    expect([isWithheldOfChains(ofAbort, 'abort'), isWithheld(ofAbort, 'abort')]).toEqual([true, false]);
    const ofBoth = withheldFor([proof('a', 'abort', false)], ['abort']);
    expect(ofBoth.map(({ what }) => what)).toEqual(['abort']);
    expect([isWithheldOfChains(ofBoth, 'abort'), isWithheldOfChains(ofBoth, 'flush')]).toEqual([true, false]);
  });

  it('says where the verdict is the expected one that the figures are not', () => {
    const missed = { ...proof('a', 'flush', false), verdict: 'so' };
    expect(withheldFor([missed], [])[0]?.because).toBe(
      'relay a (flush) must be found: so; it was found: so, but not as it was built',
    );
  });
});

describe('measures that are withheld', () => {
  const found = [{ what: 'chains' }, { what: 'paced' }, { what: 'chain: abort' }].map((one) => ({
    ...one,
    because: 'so',
  }));

  it('are of one hop those of every lane, and of several those of chains too', () => {
    expect(withheldMeasures(found, false).map(({ what }) => what)).toEqual(['paced']);
    expect(withheldMeasures(found, true).map(({ what }) => what)).toEqual(['paced', 'abort']);
  });
});
