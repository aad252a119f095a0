/** The releases of a proxy that halving may judge: which there are, by which driver, and between which ends. */

import type { ProxyDeclaration } from '../catalogue/declaration.ts';
import type { Driver, Listing } from '../drivers/driver.ts';
import { byVersion, isBefore, matchesVersion, sayVersions } from '../drivers/version.ts';
import { UnavailableError, UsageError } from '../errors.ts';

export interface Candidate {
  version: string;
  driver: Driver;
  /** Nobody says that there is such a release. */
  isUnlisted?: true;
}

/** As they were asked for; the order of `good` and `bad` is found out. */
export type Ends = { from?: string; to?: string } | { good: string; bad: string };

/** Releases between which something can be halved. */
const ENOUGH = 2;

/**
 * Of every driver; of the same release by two drivers that of the first. What a driver cannot look up here it has not.
 * @param listing for a driver before which there is not enough: what others list is not here yet.
 */
export async function listed(
  proxy: ProxyDeclaration,
  drivers: readonly Driver[],
  { signal, listing }: { signal?: AbortSignal; listing?: Listing | undefined } = {},
): Promise<Candidate[]> {
  const found: Candidate[] = [];
  for (const driver of drivers) {
    const looking = {
      ...(signal === undefined ? {} : { signal }),
      ...(listing === undefined || found.length >= ENOUGH ? {} : { listing }),
    };
    const versions = await driver.releases(proxy, looking).catch((error: unknown) => {
      if (error instanceof UnavailableError) return [];
      throw error;
    });
    const isNew = (version: string): boolean =>
      !found.some((known) => matchesVersion(known.version, version) || matchesVersion(version, known.version));
    found.push(...versions.filter(isNew).map((version) => ({ version, driver })));
  }
  return found.toSorted((a, b) => byVersion(a.version, b.version));
}

/** Those that were named; one that nobody lists is left to the last driver, which may be able to bring it. */
function named(versions: readonly string[], candidates: readonly Candidate[], drivers: readonly Driver[]): Candidate[] {
  const last = drivers.at(-1);
  return versions
    .flatMap((version) => {
      const known = candidates.filter((candidate) => matchesVersion(candidate.version, version));
      return known.length > 0 || last === undefined ? known : [{ version, driver: last, isUnlisted: true } as const];
    })
    .toSorted((a, b) => byVersion(a.version, b.version));
}

/** The place of an end. @param nearest which of several that it matches, such as 3.3 */
function placeOf(option: string, asked: string, candidates: readonly Candidate[], nearest: 'first' | 'last'): number {
  const matches = ({ version }: Candidate): boolean => matchesVersion(version, asked);
  const index = nearest === 'first' ? candidates.findIndex(matches) : candidates.findLastIndex(matches);
  if (index !== -1) return index;
  const versions = candidates.map(({ version }) => version).toReversed();
  throw new UsageError(
    `--${option} ${asked} is no release that can be had here; there are ${sayVersions(versions, asked)}`,
  );
}

/** Those between the ends, and the ends. @throws UsageError */
export function within(candidates: readonly Candidate[], ends: Ends): Candidate[] {
  if ('good' in ends) {
    const isGoodOlder = isBefore(ends.good, ends.bad);
    const good = placeOf('good', ends.good, candidates, isGoodOlder ? 'first' : 'last');
    const bad = placeOf('bad', ends.bad, candidates, isGoodOlder ? 'last' : 'first');
    if (good === bad) throw new UsageError(`--good ${ends.good} and --bad ${ends.bad} are the same release`);
    return candidates.slice(Math.min(good, bad), Math.max(good, bad) + 1);
  }
  const { from, to } = ends;
  const first = from === undefined ? 0 : placeOf('from', from, candidates, 'first');
  const last = to === undefined ? candidates.length - 1 : placeOf('to', to, candidates, 'last');
  if (first < last || from === undefined || to === undefined) return candidates.slice(first, last + 1);
  throw new UsageError(
    first === last
      ? `--from ${from} and --to ${to} are the same release: there is nothing between`
      : `--from ${from} is newer than --to ${to}; it takes the older one`,
  );
}

interface Wanted {
  drivers: readonly Driver[];
  /** Where some are named, no others. */
  versions: readonly string[];
  ends: Ends;
  signal: AbortSignal;
  onUnlisted: Listing['onUnlisted'];
}

/** @throws UsageError */
export async function candidatesOf(
  proxy: ProxyDeclaration,
  { drivers, versions, ends, signal, onUnlisted }: Wanted,
): Promise<Candidate[]> {
  const listing = versions.length === 0 ? { ends: Object.values(ends), onUnlisted } : undefined;
  const all = await listed(proxy, drivers, { signal, listing });
  const candidates = within(versions.length === 0 ? all : named(versions, all, drivers), ends);
  if (candidates.length > 1) return candidates;
  const [only] = candidates;
  throw new UsageError(
    `halving takes two releases of ${proxy.name} or more, and here there is ${only === undefined ? 'none' : `only ${only.version}`}; --proxy ${proxy.id}@VERSION,VERSION names some to be brought`,
  );
}
