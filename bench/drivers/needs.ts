/** Whether a program has what a variant needs of it. */

import type { Need } from '../catalogue/declaration.ts';

export interface Build {
  /** What the program prints of how it was built. */
  built(): Promise<string>;
  /** Whether a file is where the program runs. */
  has(file: string): Promise<boolean>;
}

/** The first that is not there, as it stands in the declaration. */
export async function firstLacking(needs: readonly Need[] = [], build: Build): Promise<string | undefined> {
  for (const need of needs) {
    if ('file' in need) {
      if (!(await build.has(need.file))) return need.file;
    } else if (!(await build.built()).split(/\s+/).includes(need.built)) return need.built;
  }
  return undefined;
}
