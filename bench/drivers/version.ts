/** Versions: what is asked for, what is there. Pure. */

import type { ProxyDeclaration } from '../catalogue/declaration.ts';
import { BenchError } from '../errors.ts';

/** A release of PyPI may be packed once more: `2.0.30.post1`. */
const VERSION = /^v?\d+(?:\.\d+){0,3}(?:\.post\d+)?$/;

/** Whether it is one in form: numbers with dots between. */
export function isVersion(text: string): boolean {
  return VERSION.test(text);
}

/** Whether `1.30.6` is what `1.30` asks for: equal, or longer by whole parts. A leading `v` says nothing. */
export function matchesVersion(version: string, asked: string): boolean {
  const [have, want] = [version.replace(/^v/, ''), asked.replace(/^v/, '')];
  return have === want || have.startsWith(`${want}.`);
}

function partsOf(version: string): number[] {
  return version
    .replace(/^v/, '')
    .split('.')
    .map((part) => Number(part.replace('post', '')));
}

/** Whether a version comes before another: compared part by part, as numbers. */
export function isBefore(version: string, other: string): boolean {
  const [a, b] = [partsOf(version), partsOf(other)];
  for (let part = 0; part < Math.max(a.length, b.length); part += 1) {
    const difference = (a[part] ?? 0) - (b[part] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** The oldest first. */
export function byVersion(a: string, b: string): number {
  if (isBefore(a, b)) return -1;
  return isBefore(b, a) ? 1 : 0;
}

/** Whether there may have been such a release, by what is declared; where nothing is, any may have been. */
export function isKnownRelease({ version }: Pick<ProxyDeclaration, 'version'>, asked: string): boolean {
  const minors = version?.minors;
  const [major = '', minor] = asked.replace(/^v/, '').split('.');
  const known = minors?.[major];
  if (minors === undefined) return true;
  if (known === undefined) return false;
  return minor === undefined || (Number(minor) >= known[0] && Number(minor) <= known[1]);
}

const MOST_NAMED = 8;

/** All of a few; of many those of the branch that was asked for, and between which the others are. */
export function sayVersions(versions: readonly string[], asked = ''): string {
  if (versions.length <= MOST_NAMED) return versions.join(', ');
  const branch = asked.replace(/^v/, '').split('.').slice(0, 2).join('.');
  const near = versions.filter((version) => matchesVersion(version, branch));
  const span = `${versions.length} from ${versions.at(-1)} to ${versions[0]}`;
  return near.length === 0 || near.length > MOST_NAMED ? span : `${span}, of ${branch}: ${near.join(', ')}`;
}

/** Whether there may be images of several versions: the project's own has the one that it has. */
export function hasImages({ docker }: Pick<ProxyDeclaration, 'docker'>): boolean {
  return docker !== undefined && docker.image !== 'unclog';
}

/** What a version can be asked for with, by what is declared. */
function sayWhatCanBeHad(proxy: Pick<ProxyDeclaration, 'id' | 'docker' | 'native'>, asked?: string): string {
  const { id, native } = proxy;
  const wheels = (native?.wheels ?? []).map(({ version }) => version);
  const ways = [
    ...(wheels.length === 0 ? [] : [`as a wheel ${sayVersions(wheels, asked)}`]),
    ...(native === undefined ? [] : [`natively the ${native.program} on PATH`]),
    ...(hasImages(proxy) ? ['in a container any that there is an image of'] : []),
  ];
  return `there are of ${id}: ${ways.join('; ')}`;
}

/** The complaint about what is no version at all. */
export function sayNoVersion(proxy: Pick<ProxyDeclaration, 'id' | 'docker' | 'native'>, text: string): string {
  return `"${text}" is no version of ${proxy.id}: it takes numbers with dots between; ${sayWhatCanBeHad(proxy)}`;
}

/** The complaint about a version that none has, and that was never released. */
export function sayNeverReleased(proxy: ProxyDeclaration, version: string): string {
  return `${proxy.name} ${version} was never released, as far as unclog knows, and is not to be had; ${sayWhatCanBeHad(proxy, version)}`;
}

/** How to ask its program. @throws BenchError where the declaration leaves that out, as only packages may. */
export function versionQuestion({ id, version }: ProxyDeclaration): NonNullable<ProxyDeclaration['version']> {
  if (version === undefined) throw new BenchError(`the declaration of ${id} does not say how to ask for its version`);
  return version;
}

/**
 * What can be had in place of a version that no program here has.
 * @param found that of the program on PATH.
 * @param hasAskedDocker whether containers are asked as well, which then say themselves how to have it.
 */
export function insteadOf(
  version: string,
  proxy: Pick<ProxyDeclaration, 'id' | 'docker' | 'native'>,
  found: string | undefined,
  hasAskedDocker = false,
): string {
  const { id, native } = proxy;
  const here = [
    ...new Set([...(native?.wheels ?? []).map((wheel) => wheel.version), ...(found === undefined ? [] : [found])]),
  ];
  const natively =
    here.length > MOST_NAMED
      ? `${id}@VERSION, ${sayVersions(here, version)}`
      : here.map((had) => `${id}@${had}`).join(' or ');
  return [
    ...(hasImages(proxy) && !hasAskedDocker
      ? [`--driver docker brings ${id}@${version} as an image, if there is one`]
      : []),
    natively === '' ? `natively there is none` : `natively there is --proxy ${natively}`,
  ].join('; ');
}
