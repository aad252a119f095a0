/** A lane in the version that `explain` was asked for: what is to be expected of it there, as in a run. Pure. */

import type { Lane } from '../catalogue/catalogue.ts';
import { byVersion, isKnownRelease, matchesVersion, sayNeverReleased } from '../drivers/version.ts';
import { UsageError } from '../errors.ts';
import { inVersion } from '../run/in-version.ts';
import type { KeptRun } from './kept-runs.ts';

/** Those of the lane's proxy that were measured, and those that can be brought, that are what is asked for: the newest. */
function releaseOf({ variant: { proxy } }: Lane, asked: string, runs: readonly KeptRun[]): string | undefined {
  const measured = runs.flatMap(({ lanes }) =>
    lanes.flatMap(({ path }) => path.filter((hop) => hop.proxy === proxy.id).map(({ version }) => version)),
  );
  const known = [measured, (proxy.native?.wheels ?? []).map(({ version }) => version)];
  return known
    .map((versions) =>
      versions
        .filter((version) => matchesVersion(version, asked))
        .toSorted(byVersion)
        .at(-1),
    )
    .find((version) => version !== undefined);
}

/** Whether `1.29` may stand for releases before it and others from it on. */
function isSplitBy(change: string | undefined, asked: string): boolean {
  return change !== undefined && matchesVersion(change, asked) && !matchesVersion(asked, change);
}

/**
 * As a run of that version would expect it. Where a branch is asked for within which that changes, and no release of it
 * is known here, the lane as it is declared, with both.
 * @throws UsageError for a version that was not measured here and was never released.
 */
export function laneInVersion(lane: Lane, asked: string, runs: readonly KeptRun[]): Lane {
  const { variant, earlier = [] } = lane;
  const release = releaseOf(lane, asked, runs);
  if (release === undefined && !isKnownRelease(variant.proxy, asked))
    throw new UsageError(sayNeverReleased(variant.proxy, asked));
  const isOpen = [...earlier.map(({ before }) => before), variant.since, variant.until].some((change) =>
    isSplitBy(change, asked),
  );
  if (release === undefined && isOpen) return lane;
  const { earlier: _, ...settled } = inVersion(lane, { version: release ?? asked });
  return settled;
}
