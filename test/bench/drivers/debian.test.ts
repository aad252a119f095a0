import { expect, it } from 'vitest';

import { installedOf } from '../../../bench/drivers/debian.ts';

it('a package is here when it is installed, not when only its config is left', () => {
  expect(installedOf('apache2 installed\nhaproxy config-files\nnginx not-installed\nvarnish installed')).toEqual([
    'apache2',
    'varnish',
  ]);
});

it('where there is none, nothing is printed', () => {
  expect(installedOf('')).toEqual([]);
});
