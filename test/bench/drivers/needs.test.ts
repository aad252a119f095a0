import { describe, expect, it } from 'vitest';

import { loadCatalogue } from '../../../bench/catalogue/catalogue.ts';
import { firstLacking, type Build } from '../../../bench/drivers/needs.ts';
import { ProvidedPrograms } from '../../../bench/run/provision.ts';

const build: Build = {
  built: async () => 'nginx version: nginx/1.22.1\nconfigure arguments: --with-http_sub_module --with-mail=dynamic',
  has: async (file) => file === '/modules/there.so',
};

describe('what a program lacks', () => {
  it.each([
    ['nothing where nothing is needed', undefined, undefined],
    ['nothing where all is there', [{ built: '--with-http_sub_module' }, { file: '/modules/there.so' }], undefined],
    ['the words that it does not print', [{ built: '--with-http_slice_module' }], '--with-http_slice_module'],
    ['words that are only a part of what it prints', [{ built: '--with-mail' }], '--with-mail'],
    ['the file that is not there', [{ file: '/modules/there.so' }, { file: '/modules/gone.so' }], '/modules/gone.so'],
  ])('is %s', async (_, needs, lack) => {
    expect(await firstLacking(needs, build)).toBe(lack);
  });
});

describe('the catalogue', async () => {
  const { lanes, proxies } = await loadCatalogue();
  const proxyOf = (id: string) => lanes.find(({ variant }) => variant.id === id)?.variant.proxy;

  it('looks for one program for all variants with the same needs, and for another than the rest have', () => {
    expect(proxyOf('nginx/sub-filter')).toBe(proxyOf('nginx/sub-filter-buffering-off'));
    expect(proxyOf('nginx/sub-filter')).not.toBe(proxyOf('nginx/default'));
    expect(proxyOf('nginx/sub-filter')?.needs).toEqual([{ built: '--with-http_sub_module' }]);
    expect(proxies).toContain(proxyOf('nginx/default'));
  });

  it('keeps apart what was found for the one and for the other', () => {
    const [plain, narrowed] = [proxyOf('nginx/default'), proxyOf('nginx/sub-filter')];
    if (plain === undefined || narrowed === undefined) throw new Error('the catalogue lacks them');
    const provided = new ProvidedPrograms();
    provided.set(plain, undefined, { unavailable: 'for the plain' });
    provided.set(narrowed, undefined, { unavailable: 'for the narrowed' });
    expect(provided.get(plain, undefined)).toEqual({ unavailable: 'for the plain' });
    expect(provided.get(narrowed, undefined)).toEqual({ unavailable: 'for the narrowed' });
  });

  it('lets no variant need words of a program that is not asked for any', () => {
    const mute = lanes.filter(
      ({ variant }) => variant.needs?.some((need) => 'built' in need) && variant.proxy.built === undefined,
    );
    expect(mute.map(({ id }) => id)).toEqual([]);
  });
});
