import { expect, test } from 'vitest';

import { isJudged } from '../../bench/results.ts';
import { loadCatalogue } from '../../bench/catalogue/catalogue.ts';
import { matrix } from '../../bench/report/matrix.ts';
import { codeOf, scratch, unclog, unclogRun, wrongOf } from './unclog.ts';

test('the core set is as expected, its lanes’ remedies are proven by lanes of it, and it says how to run the rest', async () => {
  const { lanes, chains } = await loadCatalogue();
  await using folder = await scratch();
  const { exitCode, stderr, results } = await unclogRun(['--core', '--driver', 'native', '--quick'], folder.path);
  const judged = results.lanes.filter(isJudged);
  expect(await wrongOf(results.lanes, 'native', folder.path), stderr).toEqual([]);
  expect(exitCode, stderr).toBe(codeOf(results));
  expect(new Set(results.lanes.map(({ id }) => id))).toEqual(
    new Set([...lanes, ...chains].filter(({ core }) => core === true).map(({ id }) => id)),
  );

  const unproven = judged
    .filter(({ path, verdict }) => path.length === 1 && verdict !== 'streams' && verdict !== 'refused')
    .filter(({ remedies = [] }) => remedies[0]?.proven !== true);
  expect(unproven.map(({ id }) => id)).toEqual([]);

  const says = `${results.lanes.length} of ${lanes.length + chains.length} lanes: the core set;`;
  expect(matrix(results, '', (_, text) => text)).toContain(says);
});

test('list --ids names what is there, one a line, and of a suite its requirements', async () => {
  const { lanes, chains } = await loadCatalogue();
  const { exitCode, stdout } = await unclog(['list', '--ids']);
  expect(exitCode).toBe(0);
  expect(stdout.split('\n')).toEqual([...lanes, ...chains].map(({ id }) => id));
  const some = await unclog(['list', 'nginx/default', '--only', 'buffering', '--ids']);
  expect(some.stdout).toMatch(/^nginx\/default\n(nginx\/default\S+\n?)*$/);
  const suite = await unclog(['list', 'rfc10036/headers-first', '--ids']);
  expect(suite.stdout).toBe('rfc10036/headers-first');
});
