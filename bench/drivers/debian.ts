/** Debian packages: which of them a machine has. */

import { execa } from 'execa';

/** Of what `dpkg-query` printed, a package and its state (dpkg-query(1), `db:Status-Status`) on each line. Pure. */
export function installedOf(printed: string): string[] {
  return printed.split('\n').flatMap((line) => {
    const [name = '', status] = line.split(' ');
    return status === 'installed' ? [name] : [];
  });
}

/** Those that are not installed; all of them where there is no dpkg to ask. */
export async function missingPackages(packages: readonly string[], signal?: AbortSignal): Promise<string[]> {
  const format = '--showformat=${Package} ${db:Status-Status}\n';
  // Of packages that it has never heard of it complains, and prints the others.
  const { stdout } = await execa('dpkg-query', ['--show', format, ...packages], {
    reject: false,
    stdin: 'ignore',
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  signal?.throwIfAborted();
  const installed = installedOf(stdout);
  return packages.filter((name) => !installed.includes(name));
}
