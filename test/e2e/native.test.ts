import { expect, test } from 'vitest';

import { isJudged } from '../../bench/results.ts';
import { judge } from '../../bench/verdict/verdict.ts';
import { codeOf, evidenceIn, resultsIn, scratch, unclog, unclogRun, wrongOf } from './unclog.ts';

/** Where everything is set up, nothing but this may be skipped: 345 MB of packages, and a module that Debian 12 has not. */
const IS_GATE = process.env['UNCLOG_REQUIRE_DOCKER'] === '1';
const NOT_IN_THE_GATE = /^(next\/|nginx\/brotli)/;

test(
  'every lane of every proxy that this machine can run is as expected, and can be judged again from its evidence',
  { timeout: 600_000 },
  async () => {
    await using folder = await scratch();
    const { exitCode, stdout, stderr } = await unclog(['run', '--driver', 'native', '--results', folder.path]);
    expect([0, 1, 3], stderr).toContain(exitCode);

    const results = await resultsIn(folder.path);
    const skipped = results.lanes.filter(({ verdict }) => verdict === 'skipped');
    expect(skipped.filter(({ bring = '' }) => !bring.startsWith('unclog setup'))).toEqual([]);
    expect(skipped.map(({ id }) => id).filter((id) => IS_GATE && !NOT_IN_THE_GATE.test(id))).toEqual([]);
    const there = results.lanes.filter(({ verdict }) => verdict !== 'skipped');
    expect(await wrongOf(there, 'native', folder.path)).toEqual([]);
    expect(exitCode).toBe(codeOf(results));
    expect(stdout).toContain('all that were judged are as expected');
    expect(there.map(({ path }) => path[0]?.proxy)).toEqual(
      expect.arrayContaining(['nginx', 'traefik', 'caddy', 'envoy', 'node']),
    );

    for (const lane of results.lanes.filter((candidate) => isJudged(candidate) && candidate.verdict !== 'refused')) {
      const file = await evidenceIn(folder.path, lane);
      expect(judge(file.evidence, file.floor), lane.id).toEqual(file.delivery);
      expect(file.delivery.verdict, lane.id).toBe(lane.verdict);
    }
    const noisy = new Set(there.filter(({ verdict }) => verdict === 'inconclusive').map(({ id }) => id));
    const unproven = there.flatMap(({ id, remedies = [] }) =>
      remedies
        .filter(({ provenBy, proven }) => !proven && !noisy.has(provenBy))
        .map(({ provenBy }) => `${id}: ${provenBy}`),
    );
    expect(unproven).toEqual([]);
  },
);

test('--json - prints the results document in place of the matrix, and a version that is not here is skipped aloud', async () => {
  await using folder = await scratch();
  const args = ['node/pipe', 'nginx/default', '--proxy', 'node,nginx@0.1', '--driver', 'native'];
  const { exitCode, results } = await unclogRun(args, folder.path);
  const { lanes } = results;
  expect(exitCode).toBe(codeOf(results));
  expect(new Set(lanes.filter(({ path }) => path.length > 0).map(({ verdict }) => verdict))).toEqual(
    new Set(['streams']),
  );
  const skipped = lanes.filter(({ verdict }) => verdict === 'skipped');
  expect(skipped.length).toBeGreaterThan(0);
  for (const { because, bring } of skipped) {
    expect(because).toMatch(/no nginx 0\.1 here.*wheels: 1\.31\.3/);
    expect(bring).toContain('--driver docker brings nginx@0.1');
  }
});
