/** `--results`: the folder in which runs are kept. */

import { UsageError } from '../errors.ts';

/** An unset shell variable names no folder. @throws UsageError */
export function checkResults(folder: string): void {
  if (folder.trim() === '') throw new UsageError('--results is empty; it takes a folder, such as results');
}
