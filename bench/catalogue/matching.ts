/** Which lanes and chains a pattern or a word on a command line selects. Pure. */

import { matchesGlob } from 'node:path';

import type { Chain, Lane } from './catalogue.ts';

/** What a pattern is held against. */
interface LaneName {
  id: string;
  variant: { id: string };
}

/** A pattern selects lanes by id, by variant (all its lanes; `variant?` is the plain one alone), or by glob over either. */
export function matchesLane(pattern: string, { id, variant }: LaneName): boolean {
  if (pattern.endsWith('?')) return pattern.slice(0, -1) === id;
  if (pattern === id || pattern === variant.id) return true;
  // In a glob `?` would stand for any character; in an id it begins the dimensions.
  const glob = pattern.replaceAll('?', '[?]');
  return matchesGlob(id.replaceAll('/', '\0'), glob.replaceAll('/', '\0')) || matchesGlob(variant.id, glob);
}

export function matchesChain(pattern: string, { id }: { id: string }): boolean {
  return pattern === id || pattern === 'chain' || matchesGlob(id, pattern);
}

/** Of a lane those of its variant. */
export function tagsOf(item: Lane | Chain): readonly string[] {
  return ('path' in item ? item.tags : item.variant.tags) ?? [];
}

/** As a tag, or in its id. */
export function hasWord(item: Lane | Chain, word: string): boolean {
  return item.id.includes(word) || tagsOf(item).includes(word);
}
