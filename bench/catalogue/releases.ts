/** Releases of a program whose wheels on PyPI are alike but for their version and hashes. Data of a proxy's `releases.ts`. */

import type { Wheel } from './declaration.ts';

export interface Release {
  version: string;
  /** SHA-256 of the wheel, by `${process.platform}-${process.arch}`. */
  sha256: Record<string, string>;
}

/** @param program where it lies in the wheel of that version, whatever the platform. */
export function wheelsOf(name: string, releases: readonly Release[], program: (version: string) => string): Wheel[] {
  return releases.map(({ version, sha256 }) => ({
    name,
    version,
    programs: Object.fromEntries(Object.keys(sha256).map((platform) => [platform, program(version)])),
    hashes: Object.values(sha256).map((hash) => `sha256:${hash}`),
  }));
}
