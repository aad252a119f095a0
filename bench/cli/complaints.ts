/** All that is wrong with a command line at once: who has two typos is not sent back twice. */

import { UsageError } from '../errors.ts';

/** @throws one UsageError with a line for each check that threw one; whatever else a check throws, as it is. */
export function checkAll(checks: readonly (() => unknown)[]): void {
  const complaints = new Set<string>();
  for (const check of checks) {
    try {
      check();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      complaints.add(error.message);
    }
  }
  if (complaints.size > 0) throw new UsageError([...complaints].join('\nunclog: '));
}
