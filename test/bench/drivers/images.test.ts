import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { BenchError } from '../../../bench/errors.ts';
import { imageFor, imageKeys, imageVersions } from '../../../bench/drivers/images.ts';

// A root of its own with the real docker-compose.yml: a .env of whoever runs the tests is neither read nor touched.
const root = vi.hoisted(() => ({ path: '' }));
vi.mock('../../../bench/programs.ts', () => ({
  get PACKAGE_ROOT() {
    return root.path;
  },
}));

const COMPOSE = join(import.meta.dirname, '../../../docker-compose.yml');
root.path = mkdtempSync(join(tmpdir(), 'unclog-test-'));
copyFileSync(COMPOSE, join(root.path, 'docker-compose.yml'));
const dotEnv = join(root.path, '.env');

beforeEach(() => {
  for (const name of Object.keys(process.env).filter((key) => key.startsWith('UNCLOG_IMAGE')))
    vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dotEnv, { force: true });
});
afterAll(() => rmSync(root.path, { recursive: true }));

describe('images', () => {
  it('by default are what docker-compose.yml says', () => {
    const said = [...readFileSync(COMPOSE, 'utf8').matchAll(/^ {2}(\w+): &\w+ \$\{\w+:-(.+)\}$/gm)];
    expect(said.length).toBeGreaterThan(3);
    expect(imageKeys().map((key) => [key, imageFor(key)])).toEqual(said.map(([, key, image]) => [key, image]));
  });

  it('by default are official, or our own', () => {
    for (const key of imageKeys()) expect(imageFor(key)).toMatch(/^(envoyproxy\/)?[a-z]+:v?[\d.]+(-slim)?$/);
  });

  it('can be named in .env, and in the environment over it', () => {
    writeFileSync(dotEnv, 'UNCLOG_IMAGE_NGINX=stand-in/nginx:local\n');
    expect(imageFor('nginx')).toBe('stand-in/nginx:local');
    vi.stubEnv('UNCLOG_IMAGE_NGINX', 'mine:1');
    expect(imageFor('nginx')).toBe('mine:1');
    expect(imageFor('caddy')).toMatch(/^caddy:/);
  });

  it('named as nothing are the default, as compose has it', () => {
    vi.stubEnv('UNCLOG_IMAGE_NGINX', '');
    expect(imageFor('nginx')).toMatch(/^nginx:\d/);
    vi.stubEnv('UNCLOG_IMAGE_NGINX_1_22', '');
    expect(imageFor('nginx', '1.22')).toBe('nginx:1.22');
    expect(imageVersions('nginx')).not.toContain('1.22');
  });

  it('in another version have its tag, written as the repository writes tags', () => {
    expect(imageFor('nginx', '1.26')).toBe('nginx:1.26');
    expect(imageFor('nginx', 'v1.26')).toBe('nginx:1.26');
    expect(imageFor('traefik', '3.3.4')).toBe('traefik:v3.3.4');
    expect(imageFor('traefik', 'v3.3.4')).toBe('traefik:v3.3.4');
    expect(imageFor('envoy', '1.36.0')).toBe('envoyproxy/envoy:v1.36.0');
  });

  it('in another version are those that are named for it, and not those named for none', () => {
    vi.stubEnv('UNCLOG_IMAGE_NGINX', 'mine:1');
    expect(imageFor('nginx', '1.26')).toBe('nginx:1.26');
    writeFileSync(dotEnv, 'UNCLOG_IMAGE_NGINX_1_26=stand-in:1.26\n');
    expect(imageFor('nginx', '1.26')).toBe('stand-in:1.26');
    expect(imageFor('nginx', '1.22')).toBe('nginx:1.22');
  });

  it('are known in the versions that are named, and in that of the default', () => {
    writeFileSync(
      dotEnv,
      'UNCLOG_IMAGE_NGINX=mine:1.30\nUNCLOG_IMAGE_NGINX_1_22=stand-in:x\nUNCLOG_IMAGE_NODE=node:24-slim\n',
    );
    expect(imageVersions('nginx').toSorted()).toEqual(['1.22', '1.30']);
    expect(imageVersions('node')).toEqual([]);
    expect(imageVersions('traefik')).toEqual([imageFor('traefik').split(':v')[1]]);
  });

  it('that docker-compose.yml does not know are named', () => {
    expect(() => imageFor('squid')).toThrow(new BenchError('docker-compose.yml names no image "squid" under x-images'));
  });
});
