/** Where the project's own files are, run from a clone (.ts) or as the built package (.js). */

import { existsSync } from 'node:fs';
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
