/** Image names come from one place, `x-images` of docker-compose.yml; the environment or a .env can name others. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

import { parse } from 'yaml';

import { BenchError } from '../errors.ts';
import { PACKAGE_ROOT } from '../programs.ts';
import { isVersion, matchesVersion } from './version.ts';

/** As compose does: `.env` beside docker-compose.yml, under what the environment says. */
function environment(): Record<string, string | undefined> {
  let file = '';
  try {
    file = readFileSync(join(PACKAGE_ROOT, '.env'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return { ...parseEnv(file), ...process.env };
}

/** `${NAME:-default}` as compose interpolates it (compose specification, "Interpolation"). */
function interpolate(text: string, env: Record<string, string | undefined>): string {
  return text.replaceAll(/\$\{(\w+):-([^}]*)\}/g, (_, name: string, fallback: string) => env[name] || fallback);
}

/** `x-images` as it stands in docker-compose.yml, not interpolated. */
function declaredImages(): Record<string, string> {
  const document = parse(readFileSync(join(PACKAGE_ROOT, 'docker-compose.yml'), 'utf8')) as {
    'x-images'?: Record<string, string>;
  };
  return document['x-images'] ?? {};
}

/**
 * The image for a key of `x-images`. For a version that was asked for, the same repository with that
 * tag, unless UNCLOG_IMAGE_KEY_1_30 names one.
 */
export function imageFor(key: string, version?: string): string {
  const declared = declaredImages()[key];
  if (declared === undefined) throw new BenchError(`docker-compose.yml names no image "${key}" under x-images`);
  const env = environment();
  const image = interpolate(declared, env);
  if (version === undefined) return image;
  const named = env[`UNCLOG_IMAGE_${key}_${version}`.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')];
  if (named !== undefined && named !== '') return named;
  const configured = image.slice(image.lastIndexOf(':') + 1);
  if (matchesVersion(configured, version)) return image;
  const [repository = '', tag = ''] = interpolate(declared, {}).split(':');
  return `${repository}:${tag.startsWith('v') ? 'v' : ''}${version.replace(/^v/, '')}`;
}

/** Versions for which the environment or .env names an image of their own. */
export function namedVersions(key: string): string[] {
  const prefix = `UNCLOG_IMAGE_${key.toUpperCase()}_`;
  return Object.entries(environment())
    .filter(([name, image]) => name.startsWith(prefix) && image !== '')
    .map(([name]) => name.slice(prefix.length).replaceAll('_', '.'))
    .filter(isVersion);
}

/** Versions of which an image is named: by default, in the environment or in .env. */
export function imageVersions(key: string): string[] {
  const image = imageFor(key);
  const tag = image.slice(image.lastIndexOf(':') + 1).replace(/^v/, '');
  return [...new Set([...namedVersions(key), ...(isVersion(tag) ? [tag] : [])])];
}

/** Keys of all images. */
export function imageKeys(): string[] {
  return Object.keys(declaredImages());
}
