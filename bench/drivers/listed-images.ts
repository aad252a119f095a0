/** Images of releases that no declaration names: tags of the repository that the proxy's image is of. */

import { UnavailableError } from '../errors.ts';
import type { Listing } from './driver.ts';
import { imageFor, imageVersions, namedVersions } from './images.ts';
import { repositoryOf, tagsOf, withoutTag } from './registry.ts';
import { isBefore, isVersion, matchesVersion } from './version.ts';

/** Of `3.3.5`: `3` and `3.3`. */
function branchesOf(version: string): string[] {
  const parts = version.split('.');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('.'));
}

/** Tags that are a release for good, by version: `v3.3.5`, and not `3.3` beside it, `3.3.5-alpine`, `3.4.0-rc1`. Pure. */
export function releaseTags(tags: readonly string[]): Map<string, string> {
  // One number alone may as well be a date or a build's.
  const releases = tags.filter((tag) => isVersion(tag) && tag.includes('.'));
  const byVersion = new Map(releases.map((tag) => [tag.replace(/^v/, ''), tag]));
  const moving = new Set([...byVersion.keys()].flatMap(branchesOf));
  return new Map([...byVersion].filter(([version]) => !moving.has(version)));
}

/** The major version of the oldest. */
function oldestMajor(versions: readonly string[]): string {
  const majors = versions.map((version) => version.replace(/^v/, '').split('.')[0] ?? '');
  return majors.reduce((oldest, major) => (isBefore(major, oldest) ? major : oldest), majors[0] ?? '0');
}

export class ListedImages {
  readonly #images = new Map<string, string>();

  /** As `imageFor`, and for a version that was listed here the image that has it. */
  imageFor(key: string, version?: string): string {
    return this.#images.get(`${key} ${version}`) ?? imageFor(key, version);
  }

  /**
   * Versions of which there is an image, declared or listed by the registry. Majors older than those declared or asked
   * for are left out. An image that is named for a branch (`UNCLOG_IMAGE_NGINX_1_22`) stands for all of it.
   */
  async versions(key: string, { ends, onUnlisted }: Listing, signal?: AbortSignal): Promise<string[]> {
    const declared = imageVersions(key);
    const image = imageFor(key);
    const repository = repositoryOf(image);
    const tags = await tagsOf(repository, signal).catch((error: unknown) => {
      if (!(error instanceof UnavailableError)) throw error;
      onUnlisted(error.message, declared);
    });
    if (tags === undefined) return declared;
    const releases = releaseTags(tags);
    if (releases.size === 0)
      onUnlisted(`${repository.registry} lists no release among the tags of ${repository.name}`, declared);
    const named = namedVersions(key);
    const oldest = oldestMajor([...declared, ...ends]);
    const listed = [...releases].filter(
      ([version]) => !isBefore(version, oldest) && !named.some((branch) => matchesVersion(version, branch)),
    );
    for (const [version, tag] of listed) this.#images.set(`${key} ${version}`, `${withoutTag(image)}:${tag}`);
    const isStillDeclared = (version: string): boolean =>
      named.includes(version) || !listed.some(([other]) => matchesVersion(other, version));
    return [...declared.filter(isStillDeclared), ...listed.map(([version]) => version)];
  }
}
