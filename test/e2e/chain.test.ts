/** Real proxies in a row, natively. */

import { readFile } from 'node:fs/promises';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { judgeHops } from '../../bench/chain/attribution.ts';
import type { LaneResult, Results } from '../../bench/results.ts';
import type { EvidenceFile } from '../../bench/run.ts';
import { untilNothingIsLeft } from './leftovers.ts';
import { scratch, startUnclog, unclog } from './unclog.ts';

async function resultsIn(folder: string): Promise<Results> {
  return JSON.parse(await readFile(join(folder, 'latest/results.json'), 'utf8')) as Results;
}

async function evidenceOf(folder: string, lane: LaneResult): Promise<EvidenceFile> {
  return JSON.parse(await readFile(join(folder, 'latest', lane.evidence ?? ''), 'utf8')) as EvidenceFile;
}

test('every chain of the catalogue is as expected, its guilty hop too, and can be judged again from its evidence', async () => {
  await using folder = await scratch();
  const { exitCode, stdout, stderr } = await unclog([
    'run',
    'chain',
    '--measure',
    'headers',
    '--driver',
    'native',
    '--results',
    folder.path,
  ]);
  const { lanes, instrument } = await resultsIn(folder.path);
  const wrong = lanes
    .filter(({ asExpected }) => asExpected !== true)
    .map(({ id, verdict, guilty, because }) => `${id}: ${verdict} by ${guilty?.join()} (${because})`);
  expect(wrong, stderr).toEqual([]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Taps (native): one adds ');
  for (const lane of lanes) {
    const { evidence, floor, path } = await evidenceOf(folder.path, lane);
    expect(path, lane.id).toHaveLength(lane.path.length);
    expect(
      judgeHops(evidence, floor).map(({ verdict }) => verdict),
      lane.id,
    ).toEqual(lane.hops?.map(({ verdict }) => verdict));
  }

  const two = lanes.find(({ id }) => id === 'chain/two-nginx');
  expect(two?.hops?.[0]).toMatchObject({
    verdict: 'coalesces',
    threshold: { bytes: { upTo: expect.any(Number) as number } },
    alone: { verdict: 'streams', asItGot: 'coalesces' },
  });
  expect(two?.hops?.[0]?.says.join()).toContain('nginx/default (hop 2) removed x-accel-buffering');
  expect(two?.hops?.[1]?.heads?.response.removed).toEqual(['x-accel-buffering']);
  expect(two?.fix).toMatchObject({ proven: true });
  const middle = lanes.find(({ id }) => id === 'chain/one-guilty-of-three');
  expect(middle?.hops?.map(({ verdict, alone }) => [verdict, alone?.verdict])).toEqual([
    ['unseen', undefined],
    ['buffers', 'buffers'],
    ['streams', undefined],
  ]);
  expect(instrument.proofs[0]?.relays.filter(({ measure }) => measure?.startsWith('chain'))).toHaveLength(6);
});

test('--path finds the guilty one of three by name and draws the waterfall, in 80 columns', async () => {
  await using folder = await scratch();
  const path = 'node/http-proxy,node/collect,node/pipe';
  const { exitCode, stdout } = await unclog([
    'run',
    '--path',
    path,
    '--measure',
    'abort',
    '--driver',
    'native',
    '--results',
    folder.path,
  ]);
  expect(exitCode).toBe(0);
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain('it is node/collect (hop 2) that does it');
  const [, waterfall = ''] = stdout.split('one each 10 ms\n');
  expect(waterfall).toMatch(/✗ hop 2, node\/collect: buffers/);
  expect(waterfall.split('\n').filter((line) => line.length > 80)).toEqual([]);
  // http-proxy does not pass on that the client left, and who is behind it never learns: that is told of no other hop.
  const { lanes } = await resultsIn(folder.path);
  expect(lanes[0]?.hops?.[0]?.abort).toMatchObject({ writing: { when: 'never' } });
  expect(lanes[0]?.hops?.[1]?.abort).not.toHaveProperty('writing');
});

test('a chain with a proxy that is not here is skipped, with how to have it', async () => {
  await using folder = await scratch();
  const { exitCode, stdout } = await unclog([
    'run',
    '--path',
    'node/pipe,nginx/default',
    '--quick',
    '--proxy',
    'node,nginx@0.1',
    '--driver',
    'native',
    '--results',
    folder.path,
  ]);
  expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
    /skipped: path\/node\/pipe,nginx\/default: no nginx 0\.1 here.* To have it: unclog setup/,
  );
  expect(exitCode).toBe(3);
});

test.skipIf(process.platform !== 'linux').each(['SIGINT', 'SIGKILL'] as const)(
  '%s while a chain is measured leaves nothing',
  async (signal) => {
    await using folder = await scratch();
    await using temp = await scratch();
    const results = join(folder.path, 'results');
    const path = 'nginx/default,nginx/default,node/pipe';
    const run = startUnclog(['run', '--path', path, '--measure', 'abort', '--driver', 'native', '--results', results], {
      TMPDIR: temp.path,
    });
    for await (const line of run.iterable({ from: 'stderr' })) if (line.startsWith('instrument proven')) break;
    await delay(randomInt(3000));
    run.kill(signal);
    await run;
    expect(await untilNothingIsLeft(temp.path, results)).toEqual([]);
  },
);
