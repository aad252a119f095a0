/** `--results`: the folder in which runs are kept. */

import { UsageError } from '../errors.ts';
import { tryFolder } from '../results-folder.ts';

/** An unset shell variable names no folder. @throws UsageError */
export function checkResults(folder: string): void {
  if (folder.trim() === '') throw new UsageError('--results is empty; it takes a folder, such as results');
}

/** A full disk is no bad input, and is told when the run wants to write. */
const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** Before anything is started: whether it can be written at all. @throws UsageError */
export async function checkResultsFolder(folder: string): Promise<void> {
  try {
    await tryFolder(folder);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!FULL.has(code))
      throw new UsageError(`--results ${folder} cannot be written: ${message}; choose another folder`);
  }
}
