/**
 * Writes docs/findings.md from a results document: `npm run findings -- [RESULTS]`, by default results/latest/results.json.
 * A script and no command of unclog: the page is of the catalogue of a clone, which an installed package cannot change.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { loadCatalogue } from '../catalogue/catalogue.ts';
import { PACKAGE_ROOT } from '../programs.ts';
import { isJudged, type Results } from '../results.ts';
import { findings } from './findings.ts';

const SCHEMA = 'unclog/results@1';

/** @returns the document, or what is wrong with it */
async function read(path: string): Promise<Results | string> {
  try {
    const document = JSON.parse(await readFile(path, 'utf8')) as Results;
    if ((document.schema as string) !== SCHEMA) return `${path} is no results document: its schema is not ${SCHEMA}`;
    const { ids, coreOf, vary } = document.options;
    // Of most of the lanes the page would say that they were not judged.
    const isPart = ids.length > 0 || coreOf !== undefined || vary !== undefined;
    return isPart ? `${path} is of a part of the catalogue` : document;
  } catch (error) {
    return `${path} is no results document: ${(error as Error).message}`;
  }
}

const path = process.argv[2] ?? join(PACKAGE_ROOT, 'results/latest/results.json');
const results = await read(path);
if (typeof results === 'string') {
  process.stderr.write(`${results}; \`npm run -s unclog -- run\` makes one of all lanes\n`);
  process.exitCode = 2;
} else {
  const page = join(PACKAGE_ROOT, 'docs/findings.md');
  const catalogue = await loadCatalogue();
  await writeFile(page, findings(catalogue, results));
  const judged = new Set(results.lanes.filter(isJudged).map(({ id }) => id));
  const items = [...catalogue.lanes, ...catalogue.chains];
  const known = items.filter(({ id }) => judged.has(id)).length;
  process.stderr.write(`${page}: from ${path}, which judged ${known} of ${items.length} lanes\n`);
}
