/** Lanes in the versions that were asked for: which they are, and what is to be expected of each. Pure. */

import type { Earlier, Lane, Variant } from '../catalogue/catalogue.ts';
import type { ProxyDeclaration } from '../catalogue/declaration.ts';
import type { Runnable } from '../drivers/driver.ts';
import { isBefore, matchesVersion } from '../drivers/version.ts';
import { packageVersion } from '../programs.ts';

/** By proxy id, in the order in which they were asked for; `undefined` is whichever is here. */
export type AskedVersions = ReadonlyMap<string, readonly (string | undefined)[]>;

/** Each lane once for each version that was asked for of its proxy. */
export function inEachVersion(lanes: readonly Lane[], versions: AskedVersions): Lane[] {
  return lanes.flatMap((lane) =>
    (versions.get(lane.variant.proxy.id) ?? [undefined]).map((version) =>
      version === undefined ? lane : { ...lane, version },
    ),
  );
}

/** In which versions a setting is there, behind its title: ` (since 1.29.4)`; nothing where it is in all. */
export function sayBounds({ since, until }: Pick<Variant, 'since' | 'until'>): string {
  const bounds = [
    ...(since === undefined ? [] : [`since ${since}`]),
    ...(until === undefined ? [] : [`until ${until}`]),
  ];
  return bounds.length === 0 ? '' : ` (${bounds.join(', ')})`;
}

/** Why the lane is not what the catalogue says in that version; `undefined` where it is. */
function outsideOf(
  { since: ownSince, variant: { since: variantSince, until } }: Lane,
  version: string,
): string | undefined {
  const since = ownSince ?? variantSince;
  if (since !== undefined && isBefore(version, since)) return `since ${since}`;
  if (until !== undefined && isBefore(until, version) && !matchesVersion(version, until)) return `until ${until}`;
  return undefined;
}

type Versioned = Pick<Runnable, 'version'>;

/** Of a proxy that is a package of npm the versions are that package's. */
function versionOf({ variant }: Lane, runnable: Versioned): string {
  return variant.package === undefined ? runnable.version : packageVersion(variant.package);
}

/** What is declared of the version that runs here, where that is of before a change. */
export function thenOf(lane: Lane, runnable: Versioned): Earlier | undefined {
  const version = versionOf(lane, runnable);
  return lane.earlier?.findLast(({ before }) => isBefore(version, before));
}

/** From which version on, or up to which, each of a lane's states was: `from 3.1.0 on, before 3.3.5`. The first is the lane's own. */
export function saySpans({ earlier = [] }: Pick<Lane, 'earlier'>): string[] {
  const changes = earlier.map(({ before }) => before);
  return [undefined, ...changes].map((until, index) => {
    const from = changes[index];
    return [
      ...(from === undefined ? [] : [`from ${from} on`]),
      ...(until === undefined ? [] : [`before ${until}`]),
    ].join(', ');
  });
}

/** What is to be expected of the version that runs here. Of a variant outside its versions, nothing but that they refuse it. */
export function inVersion(lane: Lane, runnable: Versioned | undefined): Lane {
  if (runnable === undefined) return lane;
  const then = thenOf(lane, runnable);
  const outside = outsideOf(lane, versionOf(lane, runnable));
  if (outside === undefined && then === undefined) return lane;
  const { expected: _expected, why: _why, fixes: _fixes, noFix: _noFix, reuseFix, earlier: _earlier, ...rest } = lane;
  const isOfThen = outside === undefined || then?.expected === 'refused';
  if (!isOfThen) return { ...rest, outside };
  return { ...rest, ...(reuseFix === undefined ? {} : { reuseFix }), ...then };
}

export interface Twins {
  proxy: ProxyDeclaration;
  /** As they were asked for; the first is judged. */
  asked: (string | undefined)[];
  runnable: Runnable;
}

/** Versions that were asked for by several names and are one program here. */
export function twins(lanes: readonly Lane[], runnableOf: (lane: Lane) => Runnable | undefined): Twins[] {
  const programs = new Map<string, Twins>();
  for (const lane of lanes) {
    const runnable = runnableOf(lane);
    if (runnable === undefined) continue;
    const { proxy } = lane.variant;
    const key = JSON.stringify([proxy.id, proxy.needs, runnable.driver, runnable.version]);
    const known = programs.get(key) ?? { proxy, asked: [], runnable };
    if (!known.asked.includes(lane.version)) known.asked.push(lane.version);
    programs.set(key, known);
  }
  return [...programs.values()].filter(({ asked }) => asked.length > 1);
}

export function withoutTwins(lanes: readonly Lane[], found: readonly Twins[]): Lane[] {
  return lanes.filter(
    ({ variant, version }) => !found.some(({ proxy, asked }) => proxy === variant.proxy && asked.indexOf(version) > 0),
  );
}
