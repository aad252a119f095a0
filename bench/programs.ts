/** Where the project's own files are, run from a clone (.ts) or as the built package (.js). */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(import.meta.url);

function findRoot(): string {
  let folder = dirname(HERE);
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** The package's folder: holds package.json, docker-compose.yml and proxy-configs/. */
export const PACKAGE_ROOT = findRoot();

/** A program of ours beside this source tree: `ownProgram('server/main')`. */
export function ownProgram(name: string): string {
  return join(dirname(HERE), '..', `${name}${extname(HERE)}`);
}

/** Version of an installed npm package; of unclog itself without a name. */
export function packageVersion(name?: string): string {
  const path = name === undefined ? join(PACKAGE_ROOT, 'package.json') : findManifest(name);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

/** Not by import: many packages do not export their package.json. */
function findManifest(name: string): string {
  for (let folder = PACKAGE_ROOT; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name, 'package.json');
    if (existsSync(path) || folder === dirname(folder)) return path;
  }
}
