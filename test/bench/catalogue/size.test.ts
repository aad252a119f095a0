/** How much of the field the catalogue covers. */

import { expect, it } from 'vitest';

import { loadCatalogue } from '../../../bench/catalogue/catalogue.ts';

const { proxies, lanes } = await loadCatalogue();
const FEWEST = { variants: 150, proxies: 12 };

it(`has at least ${FEWEST.variants} variants of ${FEWEST.proxies} proxies`, () => {
  const variants = new Set(lanes.map(({ variant }) => variant.id)).size;
  expect(variants).toBeGreaterThanOrEqual(FEWEST.variants);
  expect(proxies.length).toBeGreaterThanOrEqual(FEWEST.proxies);
});
