/** Versions side by side, and halving over them, with real releases of Caddy: the smallest wheels. */

import { once } from 'node:events';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { untilNothingIsLeft } from './leftovers.ts';
import { evidenceIn, resultsIn, scratch, startUnclog, unclog } from './unclog.ts';

/** Caddy flushes such a response since 2.11.7 (https://github.com/caddyserver/caddy/pull/8020). */
const INCREMENTAL = 'caddy/default?format=text&framing=content-length&response-header=incremental:?1';

test('versions stand side by side, each lane once for each under its own id, and explain tells them apart', async () => {
  await using folder = await scratch();
  const results = ['--results', folder.path];
  const asked = ['--proxy', 'caddy@2.11.4,2.11.7,2.11', '--driver', 'native', '--quick'];
  const { stdout, stderr } = await unclog(['run', INCREMENTAL, 'caddy/default?', ...asked, ...results]);
  expect(stderr).toContain('caddy@2.11 is 2.11.7 as caddy@2.11.7 is, which is judged once');
  expect(stdout).toMatch(/^ +2\.11\.4 +2\.11\.7\n +native +native\n/m);
  expect(stdout).toContain('coalesces in 2.11.4, streams in 2.11.7');
  expect(stdout).toContain('1 other lane does not differ between the versions.');

  const { lanes } = await resultsIn(folder.path);
  expect(lanes.map(({ id, version, path }) => [id, version, path[0]?.version])).toEqual([
    ['caddy/default', '2.11.4', '2.11.4'],
    ['caddy/default', '2.11.7', '2.11.7'],
    [INCREMENTAL, '2.11.4', '2.11.4'],
    [INCREMENTAL, '2.11.7', '2.11.7'],
  ]);
  for (const lane of lanes) {
    const file = await evidenceIn(folder.path, lane);
    expect([file.lane, file.version]).toEqual([lane.id, lane.version]);
  }

  const older = await unclog(['explain', `${INCREMENTAL}@2.11.4`, ...results]);
  expect(older.stdout).toMatch(/measured: coalesces \(caddy 2\.11\.4, native/);
  const newest = await unclog(['explain', INCREMENTAL, ...results]);
  expect(newest.stdout).toMatch(/measured: streams \(caddy 2\.11\.7, native/);
  expect(newest.stdout).toMatch(/in 2\.11\.4: coalesces \(caddy 2\.11\.4, native/);
  const none = await unclog(['explain', `${INCREMENTAL}@2.9`, ...results]);
  expect(none.stdout.replaceAll(/\s+/g, ' ')).toContain(
    `not measured yet: unclog run '${INCREMENTAL}' --proxy caddy@2.9`,
  );
});

describe('bisect', () => {
  test('finds the release in which Caddy honours Incremental', async () => {
    await using folder = await scratch();
    const { exitCode, stdout } = await unclog([
      'bisect',
      INCREMENTAL,
      '--good',
      '2.11.7',
      '--bad',
      '2.11.2',
      '--driver',
      'native',
      '--results',
      folder.path,
    ]);
    expect(stdout).toContain('delivery in 4 releases, 2.11.2 to 2.11.7, at most 4 of them judged');
    expect(stdout).toMatch(/^ {2}2\.11\.2 +coalesces .*\n {2}2\.11\.7 +streams .*; as expected\n {2}2\.11\.[34] /m);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'coalesces until 2.11.4, streams in 2.11.7: changed in 2.11.7, or in a release between the two, if there was one',
    );
    expect(exitCode).toBe(0);
    const { lanes, options } = await resultsIn(folder.path);
    expect(options.bisect).toEqual({ compared: 'delivery', from: '2.11.2', to: '2.11.7' });
    expect(lanes.map(({ version }) => version).slice(0, 2)).toEqual(['2.11.2', '2.11.7']);
  });

  test('says that nothing changed between the ends, and that a good one is not good', async () => {
    await using folder = await scratch();
    const native = ['--driver', 'native', '--results', folder.path];
    const alike = await unclog(['bisect', 'caddy/default?', '--from', '2.11.4', ...native]);
    expect(alike.stdout).toContain('streams in 2.11.4 and in 2.11.7: no change between the two');
    expect(alike.exitCode).toBe(1);
    const wrong = await unclog(['bisect', INCREMENTAL, '--good', '2.11.4', '--bad', '2.11.7', ...native]);
    expect(wrong.stderr).toContain('unclog: --good 2.11.4 is not good: coalesces');
    expect(wrong.exitCode).toBe(2);
  });

  test('interrupted leaves nothing behind', async () => {
    await using folder = await scratch();
    await using temp = await scratch();
    const results = join(folder.path, 'results');
    const bisect = startUnclog(['bisect', 'caddy/default?', '--driver', 'native', '--results', results], {
      TMPDIR: temp.path,
    });
    await once(bisect.stdout, 'data');
    bisect.kill('SIGINT');
    const { exitCode, stderr } = await bisect;
    expect(stderr).toContain('unclog: interrupted by SIGINT; nothing was left running');
    expect(exitCode).toBe(130);
    expect(await untilNothingIsLeft(temp.path, results)).toEqual([]);
  });
});
