/** What may go wrong when packages are brought, against an index of our own: nothing is fetched from elsewhere. */

import { once } from 'node:events';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { execa } from 'execa';
import { describe, expect, test } from 'vitest';

import asgi from '../../proxy-configs/asgi/index.ts';
import { lockFiles } from '../../bench/drivers/packages.ts';
import { PACKAGE_ROOT } from '../../bench/programs.ts';
import { scratch, startUnclog, unclog } from './unclog.ts';

interface Lock {
  packages: Record<string, { version: string } | undefined>;
}

/** An index of npm that answers never, or as one that has every package of Vite, none as it was pinned. */
async function npmIndex(answers: boolean): Promise<AsyncDisposable & { url: string }> {
  const lock = JSON.parse(await readFile(join(PACKAGE_ROOT, 'proxy-configs/vite/package-lock.json'), 'utf8')) as Lock;
  const server = createServer(({ url = '' }, response) => {
    if (!answers) return;
    const name = decodeURIComponent(url.slice(1));
    const version = lock.packages[`node_modules/${name}`]?.version;
    if (version === undefined) return void response.end('not the package');
    const tarball = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}/-/package.tgz`;
    response.end(JSON.stringify({ name, versions: { [version]: { name, version, dist: { tarball } } } }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function here(folder: string): Promise<string[]> {
  return readdir(join(folder, 'packages')).catch(() => []);
}

describe('packages of a proxy', () => {
  test('are not brought by a run, which says the command and their size', async () => {
    await using folder = await scratch();
    const { exitCode, stdout } = await unclog(
      ['run', 'vite/default?', '--driver', 'native', '--results', join(folder.path, 'results')],
      { UNCLOG_CACHE: folder.path },
    );
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /skipped: vite\/default: the packages of Vite dev server are not here \(npm, \d+ MB\)\. To have it: unclog setup vite/,
    );
    expect(exitCode).toBe(3);
    expect(await here(folder.path)).toEqual([]);
  });

  test('that fail their pinned hash are not kept', async () => {
    await using folder = await scratch();
    await using index = await npmIndex(true);
    const { exitCode, stderr } = await unclog(['setup', 'vite', '--yes'], {
      UNCLOG_CACHE: folder.path,
      npm_config_cache: join(folder.path, 'npm'),
      npm_config_registry: index.url,
    });
    expect(stderr).toMatch(/fails its pinned hash and was not unpacked: .*sha512-/);
    expect(exitCode).toBe(3);
    expect(await here(folder.path)).toEqual([]);
  });

  test('of PyPI too', async () => {
    await using folder = await scratch();
    const links = join(folder.path, 'links');
    await mkdir(links);
    const [requirements = ''] = lockFiles(asgi.native.packages);
    const list = join(PACKAGE_ROOT, 'proxy-configs/asgi', requirements);
    // One wheel of each package that is pinned, with nothing in it.
    await execa('python3', [
      '-c',
      String.raw`import re,sys,zipfile
for name, version in re.findall(r'^([\w.-]+)==([^ ]+)', open(sys.argv[1]).read(), re.M):
    stem = f"{name.replace('-', '_')}-{version}"
    zipfile.ZipFile(f"{sys.argv[2]}/{stem}-py3-none-any.whl", 'w').writestr(f"{stem}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")`,
      list,
      links,
    ]);
    const { exitCode, stderr } = await unclog(['setup', 'asgi', '--yes'], {
      UNCLOG_CACHE: folder.path,
      PIP_NO_INDEX: '1',
      PIP_FIND_LINKS: links,
    });
    expect(stderr).toMatch(/fails its pinned hash and was not unpacked: Expected sha256 \w+/);
    expect(exitCode).toBe(3);
    expect(await here(folder.path)).toEqual([]);
  });

  test('that no index gives are named with the reason', async () => {
    await using folder = await scratch();
    const { exitCode, stdout } = await unclog(['setup', 'vite', '--yes'], {
      UNCLOG_CACHE: folder.path,
      npm_config_cache: join(folder.path, 'npm'),
      npm_config_registry: 'http://127.0.0.1:9/',
    });
    expect(stdout).toMatch(/npm could not install vite [\d.]+: .*127\.0\.0\.1:9/);
    expect(exitCode).toBe(3);
    expect(await here(folder.path)).toEqual([]);
  });

  test.each(['SIGINT', 'SIGKILL'] as const)('of which half are here when %s comes leave nothing', async (signal) => {
    await using folder = await scratch();
    await using index = await npmIndex(false);
    const setup = startUnclog(['setup', 'vite', '--yes'], {
      UNCLOG_CACHE: folder.path,
      npm_config_cache: join(folder.path, 'npm'),
      npm_config_registry: index.url,
    });
    while ((await here(folder.path)).length === 0) await delay(20);
    setup.kill(signal);
    const { exitCode } = await setup;
    expect(exitCode).toBe(signal === 'SIGINT' ? 130 : undefined);
    // After SIGKILL the session's keeper is still at it.
    await expect.poll(() => here(folder.path), { timeout: 5000 }).toEqual([]);
  });

  test.each([
    [['setup', 'vitte'], /no proxy is called "vitte" \(did you mean "vite"\?\)/],
    [['setup', 'vite@5'], /setup brings the version that is pinned; got "vite@5"/],
  ])('%j is bad usage', async (args, message) => {
    const { exitCode, stderr } = await unclog(args);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });
});
