/** The core set, which `npm start` keeps to: small, and of every proxy its default, its worst and what remedies that. */

import { describe, expect, it } from 'vitest';

import { loadCatalogue, type Lane } from '../../../bench/catalogue/catalogue.ts';
import { filterCore } from '../../../bench/cli/options.ts';
import { UsageError } from '../../../bench/errors.ts';

const { proxies, lanes, chains } = await loadCatalogue();
/** Each proxy's are so many at most, so that a run of all of them stays under a minute. */
const MOST = 8;

function clogging(some: readonly Lane[]): Lane[] {
  return some.filter(({ expected }) => expected !== 'streams' && expected !== 'refused');
}

describe.each(proxies)('the core set of $id', (proxy) => {
  const own = lanes.filter(({ variant }) => variant.proxy.id === proxy.id);
  const core = own.filter((lane) => lane.core === true);

  it('has its default', () => {
    const marked = own.filter(({ variant }) => variant.id === `${proxy.id}/${proxy.variants[0]?.id}`);
    expect(
      marked.filter((lane) => lane.core === true),
      `mark a lane of ${marked[0]?.variant.id} with core: true`,
    ).not.toEqual([]);
  });

  it('has one that clogs, where it has any', () => {
    const worst = clogging(own).map(({ id }) => id);
    expect(
      clogging(core).length > 0 || worst.length === 0,
      `mark one of these with core: true: ${worst.join(', ')}`,
    ).toBe(true);
  });

  it('has what remedies each that clogs', () => {
    const ids = new Set(core.map(({ id }) => id));
    const lacking = clogging(core).filter(
      ({ fixes = [], noFix }) => noFix === undefined && !fixes.some(({ provenBy }) => ids.has(provenBy)),
    );
    const said = lacking.map(
      ({ id, fixes = [] }) => `${id}: mark ${fixes.map(({ provenBy }) => provenBy).join(' or ')}`,
    );
    expect(said).toEqual([]);
  });

  it('is small', () => {
    expect(core.length).toBeLessThanOrEqual(MOST);
  });
});

describe('the core set', () => {
  it('has one chain', () => {
    expect(chains.filter(({ core }) => core === true)).toHaveLength(1);
  });

  it('is what --core leaves, of all or of some', () => {
    const one = lanes.find(({ core }) => core === true);
    const other = lanes.find(({ core }) => core === undefined);
    expect(filterCore([...lanes, ...chains], true)).toEqual([...lanes, ...chains].filter(({ core }) => core === true));
    expect(filterCore([other as Lane, one as Lane], true)).toEqual([one]);
    expect(filterCore([other as Lane, one as Lane], false)).toEqual([other, one]);
  });

  it('is asked for in vain of lanes that are not in it', () => {
    const others = lanes.filter(({ core }) => core === undefined);
    expect(() => filterCore(others, true)).toThrow(UsageError);
    expect(() => filterCore(others, true)).toThrow(/^--core leaves none of \d+ lanes/);
  });
});
