import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  configSha256,
  laneId,
  loadCatalogue,
  selectLanes,
  type Catalogue,
  type Variant,
} from '../../../bench/catalogue/catalogue.ts';
import type { ProxyDeclaration } from '../../../bench/catalogue/declaration.ts';
import { UsageError } from '../../../bench/errors.ts';

function proxy(id: string): ProxyDeclaration {
  return { id, name: id, home: 'https://example.org', version: { args: [], pattern: /x/ }, variants: [] };
}

function lanes(of: ProxyDeclaration, id: string, varies: string[]): Catalogue['lanes'] {
  const variant = { id: `${of.id}/${id}`, proxy: of, title: id, changes: '', files: {}, docs: [] };
  return varies.map((vary) => ({ id: `${variant.id}${vary}`, variant, expected: 'streams', why: '' }));
}

const NGINX = proxy('nginx');
const NODE = proxy('node');
const CATALOGUE: Catalogue = {
  proxies: [NGINX, NODE],
  chains: [],
  lanes: [
    ...lanes(NGINX, 'default', ['', '?framing=content-length', '?content-type=text/plain']),
    ...lanes(NGINX, 'gzip', ['?accept-encoding=gzip']),
    ...lanes(NODE, 'pipe', ['', '?framing=content-length']),
  ],
};

function selected(...patterns: string[]): string[] {
  return selectLanes(CATALOGUE, patterns).map(({ id }) => id);
}

describe('a lane’s id', () => {
  it('is that of its variant, and the dimensions in which it differs from the default, by name', () => {
    expect(laneId('nginx/default')).toBe('nginx/default');
    expect(laneId('nginx/default', {})).toBe('nginx/default');
    expect(laneId('nginx/default', { method: 'GET', 'request-body': 'none' })).toBe('nginx/default');
    expect(laneId('nginx/default', { method: 'POST', 'request-body': '64' })).toBe('nginx/default?request-body=64');
    expect(laneId('nginx/default', { method: 'GET', 'request-body': '64' })).toBe(
      'nginx/default?method=GET&request-body=64',
    );
    expect(laneId('nginx/default', { framing: 'chunked', 'accept-encoding': 'gzip', format: 'text' })).toBe(
      'nginx/default?accept-encoding=gzip&format=text',
    );
  });

  it('has no spaces', () => {
    expect(laneId('a/b', { 'accept-encoding': 'gzip, br', 'response-header': 'cache-control: no-transform' })).toBe(
      'a/b?accept-encoding=gzip,br&response-header=cache-control:no-transform',
    );
  });
});

describe('a pattern selects', () => {
  const all = CATALOGUE.lanes.map(({ id }) => id);
  const nginx = all.slice(0, 4);

  it.each([
    ['a lane by its id', 'node/pipe?framing=content-length', ['node/pipe?framing=content-length']],
    ['all lanes of a variant', 'nginx/default', nginx.slice(0, 3)],
    ['all lanes of a proxy', 'nginx', nginx],
    ['by a glob over ids', 'nginx/*', nginx],
    ['by a glob over variants', '*/pipe', ['node/pipe', 'node/pipe?framing=content-length']],
    [
      'by a glob over dimensions',
      '*?framing=*',
      ['nginx/default?framing=content-length', 'node/pipe?framing=content-length'],
    ],
    ['a lane whose value holds a slash', 'nginx/*text/plain', ['nginx/default?content-type=text/plain']],
    ['everything', '*', all],
  ])('%s: %s', (_, pattern, ids) => {
    expect(selected(pattern)).toEqual(ids);
  });

  it('takes ? for the beginning of the dimensions, not for any character', () => {
    expect(() => selected('n?de/pipe')).toThrow(UsageError);
  });

  it('everything where there is none', () => {
    expect(selected()).toEqual(all);
  });

  it('each lane once, in the order of the catalogue', () => {
    expect(selected('node', 'nginx/gzip', 'node/pipe')).toEqual(all.slice(3));
  });
});

describe('a pattern that selects nothing', () => {
  it.each([
    ['nginx/defualt', 'nginx/default'],
    ['ngnix', 'nginx'],
    ['nodee/pipe?framing=content-length', 'node/pipe?framing=content-length'],
  ])('%s: was %s meant?', (pattern, meant) => {
    expect(() => selected(pattern)).toThrow(
      new UsageError(
        `no lane has the id "${pattern}" (did you mean "${meant}"?); \`unclog list\` shows them all, and globs such as 'nginx/*' select several`,
      ),
    );
  });

  it('is told when nothing is near', () => {
    expect(() => selected('haproxy/tune')).toThrow(/^no lane has the id "haproxy\/tune"; /);
  });

  it('is told though others select something', () => {
    expect(() => selected('nginx', 'haproxy')).toThrow(/^no lane has the id "haproxy"/);
  });
});

describe('the real catalogue', () => {
  it('gives variants their proxy’s id, absolute files, and fixes that name lanes', async () => {
    const { lanes: real } = await loadCatalogue();
    const lane = real.find(({ id }) => id === 'node/http-proxy-compression?accept-encoding=gzip,deflate,br');
    expect(lane?.variant.id).toBe('node/http-proxy-compression');
    expect(lane?.variant.files['program']).toMatch(/^\/.*\/proxy-configs\/node\/http-proxy-compression\.mjs$/);
    expect(lane?.fixes?.map(({ provenBy }) => provenBy)).toEqual([
      'node/http-proxy-compression-filter?accept-encoding=gzip,deflate,br',
    ]);
  });
});

function digest(files: Record<string, string>): Promise<string> {
  return configSha256({ files } as unknown as Variant);
}

describe('the digest of a variant', () => {
  it('is over its files by role, in the order of the roles', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'unclog-test-'));
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    writeFileSync(a, 'one');
    writeFileSync(b, 'two');
    expect(await digest({ config: a })).toBe(createHash('sha256').update('config\none').digest('hex'));
    expect(await digest({ static: b, config: a })).toBe(await digest({ config: a, static: b }));
    expect(await digest({ static: a, config: b })).not.toBe(await digest({ config: a, static: b }));
    rmSync(folder, { recursive: true });
  });
});
