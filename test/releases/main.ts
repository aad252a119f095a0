/**
 * `npm run releases`, for maintainers: writes `releases.ts` anew in each folder of proxy-configs/ that has one, from the
 * page of its wheel on the index that pip is configured for. Nothing is downloaded but these pages. The first release
 * of a file is the default: after a new one came, docker-compose.yml's x-images and .ci/wheels.txt are to follow.
 */

import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { execa } from 'execa';

import { loadCatalogue } from '../../bench/catalogue/catalogue.ts';
import type { Release } from '../../bench/catalogue/releases.ts';
import { PACKAGE_ROOT } from '../../bench/programs.ts';
import { releasesOn } from './index-page.ts';

/** As pip looks for it: in its configuration files and its environment, and PyPI where they say nothing. */
async function indexUrl(): Promise<string> {
  const { stdout } = await execa('python3', ['-m', 'pip', 'config', 'list']);
  const configured = /^\S*\bindex-url='(.+)'$/m.exec(stdout)?.[1];
  return (configured ?? 'https://pypi.org/simple').replace(/\/$/, '');
}

function source(name: string, releases: readonly Release[]): string {
  return [
    "import type { Release } from '../../bench/catalogue/releases.ts';",
    '',
    `/** Releases of ${name} on PyPI, the newest first, which is the default. Written by \`npm run releases\`. */`,
    `export const RELEASES: Release[] = ${JSON.stringify(releases)};`,
    '',
  ].join('\n');
}

const index = await indexUrl();
const written: string[] = [];
for (const { id, native } of (await loadCatalogue()).proxies) {
  const path = join(PACKAGE_ROOT, 'proxy-configs', id, 'releases.ts');
  const name = native?.wheels?.[0]?.name;
  if (name === undefined || !existsSync(path)) continue;
  const answer = await fetch(`${index}/${name}/`);
  const releases = answer.ok ? releasesOn(await answer.text()) : [];
  if (releases.length === 0) throw new Error(`${index}/${name}/ lists no wheels: status ${answer.status}`);
  await writeFile(path, source(name, releases));
  written.push(path);
  process.stdout.write(
    `${name}: ${releases.length} releases, ${releases.at(-1)?.version} to ${releases[0]?.version}\n`,
  );
}
await execa('npx', ['oxfmt', ...written], { cwd: PACKAGE_ROOT, preferLocal: true });
