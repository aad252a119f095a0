import { describe, expect, it } from 'vitest';

import type { Lane, Variant } from '../../../bench/catalogue/catalogue.ts';
import type { ProxyDeclaration } from '../../../bench/catalogue/declaration.ts';
import type { Runnable } from '../../../bench/drivers/driver.ts';
import { inEachVersion, inVersion, twins, withoutTwins } from '../../../bench/run/in-version.ts';
import { packageVersion } from '../../../bench/programs.ts';

const PROXY = { id: 'nginx' } as ProxyDeclaration;

function lane(variant: Partial<Variant> = {}, rest: Partial<Lane> = {}): Lane {
  return {
    id: 'nginx/a',
    variant: { id: 'nginx/a', proxy: PROXY, ...variant } as Variant,
    expected: 'streams',
    why: 'It does.',
    ...rest,
  };
}

function runnable(version: string): Runnable {
  return { driver: 'native', version, source: 'PATH' };
}

const EARLIER = {
  earlier: [
    {
      before: '1.29.7',
      expected: 'coalesces',
      why: 'HTTP/1.0.',
      fixes: [{ change: 'proxy_http_version 1.1;', provenBy: 'nginx/b' }],
    },
  ],
} as const;

describe('what is expected', () => {
  it.each([
    ['1.22.1', 'coalesces'],
    ['1.29.6', 'coalesces'],
    ['1.29.7', 'streams'],
    ['1.31.3', 'streams'],
  ])('of version %s is what is declared for it: %s', (version, expected) => {
    expect(inVersion(lane({}, EARLIER), runnable(version)).expected).toBe(expected);
  });

  it.each([
    ['1.18.0', 'streams'],
    ['1.20.0', 'coalesces'],
    ['1.29.6', 'coalesces'],
    ['1.29.7', 'streams'],
  ])('of version %s of what changed twice is what it did between its changes: %s', (version, expected) => {
    const twice = [...EARLIER.earlier, { before: '1.20', expected: 'streams', why: 'It did.' }] as const;
    const found = inVersion(lane({}, { earlier: twice }), runnable(version));
    expect(found.expected).toBe(expected);
    expect(found.fixes).toEqual(expected === 'coalesces' ? EARLIER.earlier[0].fixes : undefined);
  });

  it('of an earlier version has its own fix, and not that of the newer', () => {
    const fixes = [{ change: 'another', provenBy: 'nginx/c' }];
    expect(inVersion(lane({}, { ...EARLIER, fixes }), runnable('1.22.1')).fixes).toEqual(EARLIER.earlier[0].fixes);
    const { fixes: _, ...without } = EARLIER.earlier[0];
    expect(inVersion(lane({}, { fixes, earlier: [without] }), runnable('1.22.1')).fixes).toBeUndefined();
    expect(inVersion(lane({}, { ...EARLIER, fixes }), runnable('1.30')).fixes).toEqual(fixes);
  });

  it.each([
    ['1.25.0', 'since 1.25.1'],
    ['1.25.1', undefined],
    ['1.30.6', undefined],
    ['1.31.0', 'until 1.30'],
  ])('of version %s is nothing where the variant is outside its versions: %s', (version, outside) => {
    const found = inVersion(lane({ since: '1.25.1', until: '1.30' }, EARLIER), runnable(version));
    expect(found.outside).toBe(outside);
    expect(found.expected === undefined).toBe(outside !== undefined);
  });

  it('of a version before the setting is that it refuses the config, where that is declared', () => {
    const refused = {
      earlier: [{ before: '1.25.1', expected: 'refused', why: 'There is no such directive.' }],
    } as const;
    const found = inVersion(lane({ since: '1.25.1' }, refused), runnable('1.22.1'));
    expect(found).toMatchObject({ expected: 'refused', why: 'There is no such directive.' });
    expect(found.outside).toBeUndefined();
  });

  it('of a lane that asks for what came later than its variant is nothing before that', () => {
    const later = { ...lane({ since: '1.25.1' }, EARLIER), since: '1.27' };
    expect(inVersion(later, runnable('1.26.3')).outside).toBe('since 1.27');
    expect(inVersion(later, runnable('1.27.0')).outside).toBeUndefined();
  });

  it('of a package of npm goes by the version of the package, and not of Node', () => {
    const variant = { package: 'http-proxy', until: packageVersion('http-proxy') };
    expect(inVersion(lane(variant), runnable('24.21.0')).outside).toBeUndefined();
    expect(inVersion(lane({ ...variant, until: '0.1' }), runnable('24.21.0')).outside).toBe('until 0.1');
  });

  it('of what cannot run here is what is declared', () => {
    const declared = lane({ since: '9' }, EARLIER);
    expect(inVersion(declared, undefined)).toBe(declared);
  });
});

describe('lanes in several versions', () => {
  const lanes = [lane(), lane({ proxy: { id: 'caddy' } as ProxyDeclaration }, { id: 'caddy/a' })];

  it('stand once for each, under the same id', () => {
    const each = inEachVersion(lanes, new Map([['nginx', ['1.22', '1.30']]]));
    expect(each.map(({ id, version }) => [id, version])).toEqual([
      ['nginx/a', '1.22'],
      ['nginx/a', '1.30'],
      ['caddy/a', undefined],
    ]);
  });

  it('that are one program are judged once', () => {
    const each = inEachVersion(lanes, new Map([['nginx', [undefined, '1.31', '1.30', '1.22']]]));
    const versions: Record<string, string> = { '': '1.31.3', '1.31': '1.31.3', '1.30': '1.30.6' };
    const found = twins(each, ({ version = '' }) => {
      const known = versions[version];
      return known === undefined ? undefined : runnable(known);
    });
    expect(found).toEqual([{ proxy: PROXY, asked: [undefined, '1.31'], runnable: runnable('1.31.3') }]);
    expect(withoutTwins(each, found).map(({ id, version }) => [id, version])).toEqual([
      ['nginx/a', undefined],
      ['nginx/a', '1.30'],
      ['nginx/a', '1.22'],
      ['caddy/a', undefined],
    ]);
  });
});
