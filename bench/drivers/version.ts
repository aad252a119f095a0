/** Versions: what is asked for, what is there. Pure. */

import type { ProxyDeclaration } from '../catalogue/declaration.ts';

/** Whether `1.30.6` is what `1.30` asks for: equal, or longer by whole parts. A leading `v` says nothing. */
export function matchesVersion(version: string, asked: string): boolean {
  const [have, want] = [version.replace(/^v/, ''), asked.replace(/^v/, '')];
  return have === want || have.startsWith(`${want}.`);
}

/** Whether a version comes before another: compared part by part, as numbers. */
export function isBefore(version: string, other: string): boolean {
  const [a, b] = [version, other].map((text) => text.replace(/^v/, '').split('.').map(Number)) as [number[], number[]];
  for (let part = 0; part < Math.max(a.length, b.length); part += 1) {
    const difference = (a[part] ?? 0) - (b[part] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** What can be had in place of a version that no program here has. @param found that of the program on PATH. */
export function insteadOf(
  version: string,
  { id, docker, native }: Pick<ProxyDeclaration, 'id' | 'docker' | 'native'>,
  found: string | undefined,
): string {
  const here = [...(native?.wheels ?? []).map((wheel) => wheel.version), ...(found === undefined ? [] : [found])];
  const natively = [...new Set(here)].map((had) => `${id}@${had}`).join(' or ');
  return [
    // The project's own image has the one version that it has.
    ...(docker === undefined || docker.image === 'unclog'
      ? []
      : [`--driver docker brings ${id}@${version} as an image`]),
    natively === '' ? `natively there is none` : `natively there is --proxy ${natively}`,
  ].join('; ');
}
