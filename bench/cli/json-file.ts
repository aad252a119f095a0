/** `--json`: the results document in a place of the user's own. */

import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { BenchError, UsageError } from '../errors.ts';
import type { Results } from '../results.ts';

const STDOUT = '-';

/** Before anything is measured: whether it can be written at all. @throws UsageError */
export async function checkJson(path: string): Promise<void> {
  if (path === STDOUT) return;
  if (path.trim() === '') throw new UsageError('--json is empty; it takes a file, or - for stdout');
  const folder = dirname(resolve(path));
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) throw new UsageError(`--json ${path}: there is no folder ${folder}; make it first`);
  if (!found.isDirectory()) throw new UsageError(`--json ${path}: ${folder} is no folder`);
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory() === true)
    throw new UsageError(`--json ${path} is a folder; it takes a file in it, such as results.json`);
  // It would be replaced.
  if (there?.isFile() === false) throw new UsageError(`--json ${path} is a device; it takes a file, or - for stdout`);
  try {
    await writeFile(unfinished(path), '');
    await rm(unfinished(path));
  } catch (error) {
    throw new UsageError(`--json ${path} cannot be written: ${(error as Error).message}`);
  }
}

/** Beside its place first: a full disk leaves no half of it, and an earlier one as it was. */
function unfinished(path: string): string {
  return `${path}.${process.pid}.unfinished`;
}

export async function writeJson(path: string, results: Results): Promise<void> {
  const text = `${JSON.stringify(results, null, 2)}\n`;
  if (path === STDOUT) return void process.stdout.write(text);
  try {
    await writeFile(unfinished(path), text);
    await rename(unfinished(path), path);
  } catch (error) {
    await rm(unfinished(path), { force: true });
    throw new BenchError(`--json ${path} cannot be written: ${(error as Error).message}`);
  }
}
