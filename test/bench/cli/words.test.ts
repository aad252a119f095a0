import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { TERMS, VERDICT_WORDS, wordsHelp } from '../../../bench/cli/words.ts';
import { measuresHelp, streamsHelp } from '../../../bench/cli/options.ts';
import { DIMENSION_IDS } from '../../../bench/catalogue/dimensions.ts';
import { MEASURES } from '../../../bench/measures/measures.ts';
import { PACKAGE_ROOT } from '../../../bench/programs.ts';
import { PRESET_NAMES } from '../../../server/presets.ts';

const README = readFileSync(join(PACKAGE_ROOT, 'README.md'), 'utf8');

describe('every word that the matrix prints', () => {
  it.each(Object.keys(VERDICT_WORDS))('%s has its row in the README', (verdict) => {
    expect(README).toMatch(new RegExp(`^\\| \`${verdict}\` \\| \\S`, 'm'));
  });

  it.each(Object.keys({ ...VERDICT_WORDS, ...TERMS }))('%s is told by --help', (word) => {
    expect(wordsHelp()).toMatch(new RegExp(`^ {2}${word} +\\S`, 'm'));
  });

  it.each(MEASURES.map(({ id }) => id))(
    'the measure %s is told in two lines, and in the README with its unit',
    (id) => {
      const told = measuresHelp().split(new RegExp(`^ {2}${id} +`, 'm'))[1] ?? '';
      expect(
        told
          .split(/\n {2}\S/)[0]
          ?.trim()
          .split('\n').length,
      ).toBeLessThanOrEqual(2);
      expect(README).toMatch(new RegExp(`^\\| \`${id}\` \\| \\S.* \\| \\S.* \\|$`, 'm'));
    },
  );
});

it('each workload and dimension has its line', () => {
  for (const name of [...PRESET_NAMES, ...DIMENSION_IDS])
    expect(streamsHelp()).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'));
});

it('help is no wider than 80 columns', () => {
  const lines = [wordsHelp(), measuresHelp(), streamsHelp()].flatMap((text) => text.split('\n'));
  expect(lines.filter(({ length }) => length > 80)).toEqual([]);
});
