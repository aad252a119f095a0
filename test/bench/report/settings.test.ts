import { stripVTControlCharacters, styleText } from 'node:util';

import { describe, expect, it } from 'vitest';

import { loadCatalogue } from '../../../bench/catalogue/catalogue.ts';
import { settingsTable } from '../../../bench/report/settings.ts';
import { lane } from '../results.ts';

const { proxies, lanes } = await loadCatalogue();

describe.each(proxies)('the settings of $id', (proxy) => {
  const own = lanes.filter(({ variant }) => variant.proxy.id === proxy.id);
  const expected = settingsTable(
    proxy,
    own,
    () => undefined,
    (_, words) => words,
  );

  it('are all there, each stream with its verdict', () => {
    const shown = expected.join('\n').replaceAll(/\s+/g, ' ');
    expect(
      proxy.variants.filter(({ id, changes }) => !shown.includes(`${id}: ${changes.replaceAll(/\s+/g, ' ')}`)),
    ).toEqual([]);
    expect(
      expected.filter((line) => /(streams|delays|coalesces|buffers|breaks|refused) +expected$/.test(line)),
    ).toHaveLength(own.length);
  });

  it('name what else frees a stream by the lanes that prove it', () => {
    const shown = expected.join('\n').replaceAll(/\s+/g, ' ');
    const several = own.filter(({ fixes = [] }) => fixes.length > 1);
    const others = several.map(({ fixes = [] }) => fixes.slice(1).map(({ provenBy }) => provenBy));
    expect(others.filter((ids) => !shown.includes(`(or as in ${ids.join(', ')})`))).toEqual([]);
    expect(shown).not.toMatch(/\d more\)/);
  });

  it('says of a setting that is not in the version that was asked for since when it is', () => {
    const outside = own.map(({ expected: _expected, ...rest }) => ({ ...rest, outside: 'since 99.1' }));
    const lines = settingsTable(
      proxy,
      outside,
      () => undefined,
      (_, words) => words,
    );
    expect(
      lines
        .join(' ')
        .replaceAll(/\s+/g, ' ')
        .match(/the setting is since 99\.1/g),
    ).toHaveLength(own.length);
  });

  it('fit 80 columns', () => {
    const lines = expected.flatMap((line) => line.split('\n'));
    expect(lines.filter((line) => line.length > 80 && /\S\s+\S/.test(line))).toEqual([]);
  });
});

describe('a setting', () => {
  const proxy = proxies[0];
  if (proxy === undefined) throw new Error('there is no proxy');
  const own = lanes.filter(({ variant }) => variant.proxy.id === proxy.id);
  const clogged = own.find(({ expected }) => expected === 'coalesces');
  const id = clogged?.id ?? '';

  function lineAfter(found: ReturnType<typeof lane> | undefined): string {
    const lines = settingsTable(
      proxy as NonNullable<typeof proxy>,
      own,
      (asked) => (asked === id ? found : undefined),
      (style, text) => styleText(style, text, { validateStream: false }),
    ).map(stripVTControlCharacters);
    return lines.filter((line) => / (measured [\d.]+|expected coalesces)$/.test(line)).join();
  }

  it('says what was measured and with which version', () => {
    expect(lineAfter(lane(id, { verdict: 'coalesces' }))).toMatch(/coalesces +measured 1\.31\.3$/);
  });

  it('says what had been expected where something else was measured', () => {
    expect(lineAfter(lane(id, { verdict: 'streams', expected: 'coalesces', asExpected: false }))).toMatch(
      /streams +expected coalesces$/,
    );
  });

  it('is as expected where the last run could not judge it', () => {
    expect(lineAfter(lane(id, { verdict: 'inconclusive' }))).toBe('');
  });
});
