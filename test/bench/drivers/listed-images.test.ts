import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ListedImages, releaseTags } from '../../../bench/drivers/listed-images.ts';
import { sendJson, startRegistry, type Registry } from './registry-server.ts';

// A root of its own: a .env of whoever runs the tests is not read.
const root = vi.hoisted(() => ({ path: '' }));
vi.mock('../../../bench/programs.ts', () => ({
  get PACKAGE_ROOT() {
    return root.path;
  },
}));
root.path = mkdtempSync(join(tmpdir(), 'unclog-test-'));
copyFileSync(join(import.meta.dirname, '../../../docker-compose.yml'), join(root.path, 'docker-compose.yml'));

beforeEach(() => {
  for (const name of Object.keys(process.env).filter((key) => key.startsWith('UNCLOG_IMAGE')))
    vi.stubEnv(name, undefined);
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(root.path, { recursive: true }));

describe('tags that are releases', () => {
  it.each([
    [
      ['latest', '1', '1.29', '1.29.7', '1.29.7-alpine', '1.30.0-rc1', 'stable', '1.30', '20260101'],
      { '1.29.7': '1.29.7', '1.30': '1.30' },
    ],
    [['v3', 'v3.3', 'v3.3.1', 'v3.3.10', 'v3.4.0-rc2', 'sha-0123abc'], { '3.3.1': 'v3.3.1', '3.3.10': 'v3.3.10' }],
    [['2.4', '2.40'], { '2.4': '2.4', '2.40': '2.40' }],
    [[], {}],
  ])('of %j are by version %j', (tags, releases) => {
    expect(Object.fromEntries(releaseTags(tags))).toEqual(releases);
  });
});

const TAGS = ['0.9.1', '1.22', '1.22.0', '1.22.1', '1.29.6', '1.29.7', '1.29.7-alpine', '1.30', '1.30.0', '1.31.0'];

const listing = (tags: string[]): Promise<Registry> =>
  startRegistry(({ url }, response) => sendJson(response, url === '/v2/my/nginx/tags/list' ? 200 : 404, { tags }));

function never(): never {
  throw new Error('it was listed');
}

describe('versions of which there is an image', () => {
  it('are those of the tags of the image that is named, in place of a moving one', async () => {
    await using registry = await listing(TAGS);
    vi.stubEnv('UNCLOG_IMAGE_NGINX', `${registry.host}/my/nginx:1.30`);
    const images = new ListedImages();
    expect((await images.versions('nginx', { ends: [], onUnlisted: never })).toSorted()).toEqual([
      '1.22.0',
      '1.22.1',
      '1.29.6',
      '1.29.7',
      '1.30.0',
      '1.31.0',
    ]);
    expect(images.imageFor('nginx', '1.29.7')).toBe(`${registry.host}/my/nginx:1.29.7`);
    // What was not listed is as ever.
    expect(images.imageFor('nginx')).toBe(`${registry.host}/my/nginx:1.30`);
    expect(images.imageFor('nginx', '1.26')).toBe('nginx:1.26');
  });

  it('written as the repository writes them, however the default is written', async () => {
    await using registry = await listing(['v1.29.7', '1.31.0']);
    vi.stubEnv('UNCLOG_IMAGE_NGINX', `${registry.host}/my/nginx:local`);
    const images = new ListedImages();
    expect(await images.versions('nginx', { ends: [], onUnlisted: never })).toEqual(['1.29.7', '1.31.0']);
    expect(images.imageFor('nginx', '1.29.7')).toBe(`${registry.host}/my/nginx:v1.29.7`);
  });

  it('of a branch are the one image that is named for it', async () => {
    await using registry = await listing(TAGS);
    vi.stubEnv('UNCLOG_IMAGE_NGINX', `${registry.host}/my/nginx:1.30`);
    vi.stubEnv('UNCLOG_IMAGE_NGINX_1_22', 'stand-in:x');
    vi.stubEnv('UNCLOG_IMAGE_NGINX_1_29_7', 'stand-in:y');
    const images = new ListedImages();
    const versions = await images.versions('nginx', { ends: [], onUnlisted: never });
    expect(versions.toSorted()).toEqual(['1.22', '1.29.6', '1.29.7', '1.30.0', '1.31.0']);
    expect(images.imageFor('nginx', '1.22')).toBe('stand-in:x');
    expect(images.imageFor('nginx', '1.29.7')).toBe('stand-in:y');
  });

  it('are of an older major where that is asked for', async () => {
    await using registry = await listing(TAGS);
    vi.stubEnv('UNCLOG_IMAGE_NGINX', `${registry.host}/my/nginx:1.30`);
    const versions = await new ListedImages().versions('nginx', { ends: ['v0.9', '1.30'], onUnlisted: never });
    expect(versions).toContain('0.9.1');
  });

  it('are those that are named where nobody lists any, and it is told who does not', async () => {
    await using registry = await listing(TAGS);
    vi.stubEnv('UNCLOG_IMAGE_NGINX', `${registry.host}/other/nginx:1.30`);
    vi.stubEnv('UNCLOG_IMAGE_NGINX_1_22', 'stand-in:x');
    const told: unknown[] = [];
    const onUnlisted = (...what: unknown[]): void => void told.push(what);
    expect(await new ListedImages().versions('nginx', { ends: [], onUnlisted })).toEqual(['1.22', '1.30']);
    await using bare = await listing(['latest', 'stable']);
    vi.stubEnv('UNCLOG_IMAGE_NGINX', `${bare.host}/my/nginx:1.30`);
    expect(await new ListedImages().versions('nginx', { ends: [], onUnlisted })).toEqual(['1.22', '1.30']);
    expect(told).toEqual([
      [`${registry.host} answered 404 about the tags of other/nginx: Not Found`, ['1.22', '1.30']],
      [`${bare.host} lists no release among the tags of my/nginx`, ['1.22', '1.30']],
    ]);
  });
});
