/** A package's page of the index (PEP 503, "Simple Repository API"): which wheels there are, and their hashes. Pure. */

import { isBefore } from '../../bench/drivers/version.ts';
import type { Release } from '../../bench/catalogue/releases.ts';

/** The platform of a wheel's tag (PEP 425), as Node calls it; `undefined` for one that is not run on. */
function platformOf(tag: string): string | undefined {
  const arch = /x86_64|amd64/.test(tag) ? 'x64' : /aarch64|arm64/.test(tag) ? 'arm64' : undefined;
  const system = tag.includes('manylinux') ? 'linux' : tag.includes('macosx') ? 'darwin' : undefined;
  return arch === undefined || system === undefined ? undefined : `${system}-${arch}`;
}

/** The newest first. Pre-releases, post-releases and withdrawn files (PEP 592) are left out. */
export function releasesOn(page: string): Release[] {
  const found = new Map<string, Record<string, string>>();
  for (const [link = '', hash = '', version = '', tag = ''] of page.matchAll(
    /<a [^>]*#sha256=([\da-f]{64})[^>]*>[^<]+?-(\d+(?:\.\d+)*)-[^<-]+-[^<-]+-([^<]+)\.whl<\/a>/g,
  )) {
    const platform = platformOf(tag);
    if (platform === undefined || link.includes('data-yanked')) continue;
    found.set(version, { ...found.get(version), [platform]: hash });
  }
  return [...found]
    .map(([version, sha256]) => ({ version, sha256: sorted(sha256) }))
    .toSorted((a, b) => (isBefore(a.version, b.version) ? 1 : -1));
}

/** Linux first, as the tables of the project have it. */
function sorted(sha256: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(sha256).toSorted(([a], [b]) => b.localeCompare(a)));
}
