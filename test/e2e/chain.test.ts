/** Real proxies in a row, natively. */

import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { judgeHops } from '../../bench/chain/attribution.ts';
import { untilNothingIsLeft } from './leftovers.ts';
import { codeOf, evidenceIn, notAsExpected, resultsIn, scratch, startUnclog, unclog } from './unclog.ts';

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
  expect(notAsExpected(lanes), stderr).toEqual([]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('Taps (native): one adds ');
  for (const lane of lanes) {
    const { evidence, floor, path } = await evidenceIn(folder.path, lane);
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
  expect(two?.remedies).toMatchObject([{ proven: true }]);
  const middle = lanes.find(({ id }) => id === 'chain/one-guilty-of-three');
  expect(middle?.hops?.map(({ verdict, alone }) => [verdict, alone?.verdict])).toEqual([
    ['unseen', 'streams'],
    ['buffers', 'buffers'],
    ['streams', undefined],
  ]);
  expect(instrument.proofs[0]?.relays.filter(({ measure }) => measure?.startsWith('chain'))).toHaveLength(8);
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
  // http-proxy does not pass on that the client left, and who is behind it never learns. Nothing came to it: it may with a word.
  const { lanes } = await resultsIn(folder.path);
  expect(lanes[0]?.measures?.['abort']).toMatchObject({ figures: { writing: { when: 'never' } } });
  expect(lanes[0]?.hops?.map(({ measures }) => measures?.['abort']).slice(0, 2)).toEqual([
    expect.objectContaining({
      flaw: expect.stringMatching(/^zombie: .* while nothing comes to the hop; with a word it may tell$/) as string,
    }),
    { unseen: expect.stringContaining('never told itself') as string },
  ]);
});

test('each measure is told of the one hop of three that does it, in 80 columns', async () => {
  await using folder = await scratch();
  const { exitCode, stdout, stderr } = await unclog([
    'run',
    '--path',
    'node/pipe,nginx/upstream-http-1-0,caddy/default',
    '--path',
    'node/pipe,caddy/read-timeout-1s,envoy/default',
    '--measure',
    'threshold,flush,backpressure,idle,request',
    '--driver',
    'native',
    '--results',
    folder.path,
  ]);
  const { lanes, options } = await resultsIn(folder.path);
  expect(exitCode, stderr + stdout).toBe(codeOf({ lanes, options }));
  const [chain, idle] = lanes;
  expect(chain?.guilty).toEqual([2]);
  const told = (measure: string, of = chain): unknown[] => (of?.hops ?? []).map(({ measures }) => measures?.[measure]);
  const nothing = { unseen: expect.any(String) as string };
  // Just what the whole path does: no hop but nginx holds anything.
  const { threshold } = (chain?.measures?.['threshold']?.figures ?? {}) as { threshold?: unknown };
  expect(threshold).toMatchObject({ exact: true });
  expect(told('threshold')).toMatchObject([
    nothing,
    { figures: { how: 'bytes', threshold } },
    { figures: { how: 'streams' } },
  ]);
  expect(told('flush')).toMatchObject([nothing, { figures: { how: 'never' } }, { figures: { how: 'none' } }]);
  expect(told('request')).toMatchObject([
    { figures: { chunked: { body: { how: 'streams' } }, 'content-length': { body: { how: 'streams' } } } },
    { figures: { chunked: { body: { how: 'buffers' } }, 'content-length': { body: { how: 'buffers' } } } },
    nothing,
  ]);
  // What takes everything stops nobody, so of the others nothing is known.
  expect(told('backpressure')).toMatchObject([
    { unseen: expect.stringContaining('another hop takes everything') as string },
    { figures: { how: 'takes-all' } },
    { unseen: expect.stringContaining('another hop takes everything') as string },
  ]);
  const notCut = { figures: { mid: { how: 'not-cut' } } };
  expect(told('idle')).toMatchObject([notCut, notCut, notCut]);
  const cut = { figures: { mid: { how: 'cut' }, heartbeatsHelp: true, idleCutMs: expect.any(Number) as number } };
  expect(told('idle', idle)).toMatchObject([notCut, cut, notCut]);
  // What hides behind the guilty one was measured alone.
  expect(chain?.hops?.[0]).toMatchObject({ verdict: 'unseen', alone: { verdict: 'streams' } });
  const [rows = ''] = stdout.split('Floor');
  expect(rows).toMatch(/hop 2 .*(?:\n {11}.*)*\n {11}threshold: nothing comes out below/);
  expect(rows.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('of two hops that clog the one that hides behind the other is named too', async () => {
  await using folder = await scratch();
  const { exitCode, stdout } = await unclog([
    'run',
    '--path',
    'nginx/upstream-http-1-0,node/collect',
    '--quick',
    '--driver',
    'native',
    '--results',
    folder.path,
  ]);
  expect(exitCode, stdout).toBe(0);
  const { lanes } = await resultsIn(folder.path);
  expect(lanes[0]).toMatchObject({
    guilty: [1, 2],
    because: expect.stringMatching(
      /it is node\/collect \(hop 2\) that does it; behind it hides nginx\/upstream-http-1-0 \(hop 1\), which alone coalesces$/,
    ) as string,
  });
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
    /skipped: path\/node\/pipe,nginx\/default: no nginx 0\.1 here.* To have it: --driver docker brings nginx@0\.1/,
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
