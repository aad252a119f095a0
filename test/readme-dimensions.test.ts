/** The README's tables of dimensions and workloads name all that there are. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { DIMENSION_IDS } from '../bench/catalogue/dimensions.ts';
import { PACKAGE_ROOT } from '../bench/programs.ts';
import { PRESET_NAMES } from '../server/presets.ts';

const README = readFileSync(join(PACKAGE_ROOT, 'README.md'), 'utf8');

it.each([...DIMENSION_IDS, ...PRESET_NAMES])('%s stands in the first column of a table of the README', (name) => {
  const firstColumns = README.split('\n').flatMap((line) => /^\| ([^|]+) \|/.exec(line)?.[1] ?? []);
  expect(firstColumns.join(' ')).toContain(`\`${name}\``);
});
