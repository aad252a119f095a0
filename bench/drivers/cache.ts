/** The user's cache of what proxies are made of: nothing as root, nothing elsewhere, nothing half-made. */

import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

import { BenchError, UnavailableError } from '../errors.ts';
import type { Session } from '../session/session.ts';

/** What a machine's programs run on: `linux-x64`. */
export const PLATFORM = `${process.platform}-${process.arch}`;

/** UNCLOG_CACHE, or `unclog` in the XDG cache folder (XDG Base Directory Specification). */
export function cacheFolder(): string {
  const own = process.env['UNCLOG_CACHE'];
  if (own !== undefined && own !== '') return own;
  const xdg = process.env['XDG_CACHE_HOME'];
  return join(xdg !== undefined && xdg !== '' ? xdg : join(homedir(), '.cache'), 'unclog');
}

/** A folder that cannot be written is the user's to know, with which one and how to choose another. */
function unwritable(error: NodeJS.ErrnoException): BenchError {
  return new BenchError(
    `the cache folder ${cacheFolder()} cannot be written (${error.code ?? error.message}); make room or rights, or set UNCLOG_CACHE to another folder`,
  );
}

/** What a package manager says of a full disk; it stands in no exit code. */
export function explainFullDisk(said: string, what: string): BenchError | undefined {
  if (!/No space left|Disk quota|ENOSPC|EDQUOT/i.test(said)) return undefined;
  return new BenchError(
    `${what} could not be downloaded: the disk of ${cacheFolder()} is full; make room, or set UNCLOG_CACHE to another folder`,
  );
}

/**
 * Makes a folder of the cache at once: in a work folder beside it, renamed when it is whole. Another process may do
 * the same at the same time; the first stands.
 * @param make gives the folder to keep, in the work folder or that itself.
 */
export async function placeInCache(
  folder: string,
  session: Session,
  make: (work: string) => Promise<string>,
): Promise<void> {
  let work: string | undefined;
  try {
    await mkdir(dirname(folder), { recursive: true });
    work = await session.folderElsewhere(`${folder}-`);
    await rename(await make(work), folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code !== undefined && ['EACCES', 'EROFS', 'ENOSPC', 'ENOTDIR', 'EPERM', 'EDQUOT'].includes(code)
      ? unwritable(error as NodeJS.ErrnoException)
      : error;
  } finally {
    if (work !== undefined) await rm(work, { recursive: true, force: true });
  }
}

interface Tool {
  program: string;
  args: string[];
  /** For its temporary files, so that they go with the work if it is killed. */
  work: string;
  /** What to say where it cannot be started at all. */
  missing: UnavailableError;
  signal: AbortSignal | undefined;
}

/** Runs a program of the session's to its end; what it printed, and whether it ended well. An abort ends it. */
export async function runTool(
  session: Session,
  { program, args, work, missing, signal }: Tool,
): Promise<{ ok: boolean; said: string }> {
  const cwd = await session.folder(program);
  const running = await session.start(program, args, { cwd, env: { TMPDIR: work } }).catch(() => {
    throw missing;
  });
  const end = (): void => void running[Symbol.asyncDispose]();
  signal?.addEventListener('abort', end, { once: true });
  // It may have been before the listener was there.
  if (signal?.aborted === true) end();
  const how = await running.exited;
  signal?.removeEventListener('abort', end);
  signal?.throwIfAborted();
  return { ok: how === 'exit code 0', said: running.log().trim() };
}
