/**
 * Writes docs/findings.md from a results document: `npm run findings -- [RESULTS]`, by default results/latest/results.json.
 * A script and no command of unclog: the page is of the catalogue of a clone, which an installed package cannot change.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { loadCatalogue } from '../catalogue/catalogue.ts';
import { PACKAGE_ROOT } from '../programs.ts';
import type { Results } from '../results.ts';
import { findings } from './findings.ts';

const SCHEMA = 'unclog/results@1';

/** @returns the document, or what is wrong with it */
async function read(path: string): Promise<Results | string> {
  try {
    const document = JSON.parse(await readFile(path, 'utf8')) as Results;
    return (document.schema as string) === SCHEMA ? document : `its schema is not ${SCHEMA}`;
  } catch (error) {
    return (error as Error).message;
  }
}

const path = process.argv[2] ?? join(PACKAGE_ROOT, 'results/latest/results.json');
const results = await read(path);
if (typeof results === 'string') {
  process.stderr.write(`${path} is no results document: ${results}; \`npm run unclog -- run\` makes one\n`);
  process.exitCode = 2;
} else {
  const page = join(PACKAGE_ROOT, 'docs/findings.md');
  await writeFile(page, findings(await loadCatalogue(), results));
  process.stderr.write(`${page}: from ${path}\n`);
}
