import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  asHopLines,
  inOtherVersions,
  keptRuns,
  lastMeasured,
  lastMeasures,
  measureLines,
  withoutVersion,
  type KeptRun,
  type LastMeasured,
} from '../../../bench/cli/kept-runs.ts';
import type { HopResult, LaneResult, MeasureResult } from '../../../bench/results.ts';
import { scratch, unclog } from '../../e2e/unclog.ts';
import { lane, NGINX, results } from '../results.ts';

function measures(...ids: string[]): Record<string, MeasureResult> {
  return Object.fromEntries(ids.map((id) => [id, { figures: {}, says: `${id} says` }]));
}

function kept(day: number, ...lanes: LaneResult[]): KeptRun {
  const startedAt = `2026-11-0${day}T12:00:00.000Z`;
  return { ...results(lanes), startedAt, folder: `/results/2026-11-0${day}` };
}

const FULL = kept(1, lane('nginx/a', { measures: measures('threshold', 'flush'), evidence: 'traces/a.json' }));
const FLUSH = kept(2, lane('nginx/a', { measures: measures('flush'), evidence: 'traces/a.json' }));
const QUICK = kept(3, lane('nginx/a', { evidence: 'traces/a.json' }));
const FAILED = kept(4, lane('nginx/a', { verdict: 'inconclusive' }), lane('nginx/b'));
const TOKENS = kept(5, lane('nginx/a', { workload: 'tokens' }));

function foldersOf(...runs: KeptRun[]): string[] {
  return lastMeasures('nginx/a', runs).map(({ run }) => run.folder);
}

function withConfig(configSha256: string): LaneResult['path'] {
  return [{ ...NGINX, configSha256 }];
}

describe('what was last measured', () => {
  it('is of the newest run that judged the lane, of plain words', () => {
    expect(lastMeasured('nginx/a', [TOKENS, FAILED, QUICK, FLUSH, FULL])?.folder).toBe(QUICK.folder);
    expect(lastMeasured('nginx/c', [QUICK])).toBeUndefined();
  });

  it('is of each measure what the newest run says that has it', () => {
    const found = lastMeasures('nginx/a', [FAILED, QUICK, FLUSH, FULL]);
    expect(found.map(({ run, measures: of }) => [run.folder, of.map(([id]) => id)])).toEqual([
      [FLUSH.folder, ['flush']],
      [FULL.folder, ['threshold']],
    ]);
  });

  it('is of one with shorter waits after --deep only where it is of another config', () => {
    const idle = { figures: {}, says: 'idle says' };
    const deep = kept(1, lane('nginx/a', { path: withConfig('one'), measures: { idle: { ...idle, deep: true } } }));
    const short = kept(2, lane('nginx/a', { path: withConfig('one'), measures: { idle, flush: idle } }));
    const other = kept(3, lane('nginx/a', { path: withConfig('other'), measures: { idle } }));
    expect(foldersOf(short, deep)).toEqual([short.folder, deep.folder]);
    expect(Object.fromEntries(lastMeasures('nginx/a', [short, deep])[1]?.measures ?? [])).toMatchObject({
      idle: { deep: true },
    });
    expect(foldersOf(other, short, deep)).toEqual([other.folder, short.folder]);
  });

  it('names the run where it is another than the verdict’s, and its evidence', () => {
    const quick = lastMeasured('nginx/a', [QUICK]) as LastMeasured;
    expect(measureLines('nginx/a', quick, [QUICK, FULL])).toEqual([
      'in an earlier run (nginx 1.31.3, native, 2026-11-01 12:00 UTC):',
      'threshold: threshold says',
      'flush: flush says',
      'evidence: /results/2026-11-01/traces/a.json',
    ]);
    const full = lastMeasured('nginx/a', [FULL]) as LastMeasured;
    expect(measureLines('nginx/a', full, [FULL])).toEqual(['threshold: threshold says', 'flush: flush says']);
  });
});

function at(version: string): LaneResult {
  return lane('nginx/a', { version, because: `as ${version} does`, path: [{ ...NGINX, version }] });
}

describe('versions of a lane', () => {
  const BOTH = kept(6, at('1.22.1'), at('1.31.3'), at('1.30.6'));
  const OLD = kept(7, at('1.22.1'));

  it('are asked for by name', () => {
    expect(withoutVersion('nginx/a?chunk=7@1.22')).toEqual({ id: 'nginx/a?chunk=7', version: '1.22' });
    expect(withoutVersion('nginx/a?content-type=a@b')).toEqual({ id: 'nginx/a?content-type=a@b' });
    expect(lastMeasured('nginx/a@1.30', [OLD, BOTH])?.result.because).toBe('as 1.30.6 does');
    expect(lastMeasured('nginx/a@1.3', [OLD, BOTH])).toBeUndefined();
  });

  it('are the newest of a run where none is asked for, and the others stand beside it', () => {
    const last = lastMeasured('nginx/a', [BOTH]) as LastMeasured;
    expect(last.result.because).toBe('as 1.31.3 does');
    const others = inOtherVersions('nginx/a', last, [OLD, BOTH]);
    expect(others.map(({ folder, result }) => [folder, result.because])).toEqual([
      [BOTH.folder, 'as 1.30.6 does'],
      [OLD.folder, 'as 1.22.1 does'],
    ]);
  });
});

function hop(variant: string, place: number, verdict: HopResult['verdict']): HopResult {
  return { hop: place, variant, between: ['', ''], verdict, because: '', says: [] };
}

describe('a variant that is a hop of chains', () => {
  const TRAEFIK = { ...NGINX, proxy: 'traefik', version: '3.7.15' };
  const chain = lane('chain/two', {
    path: [NGINX, TRAEFIK],
    verdict: 'buffers',
    hops: [hop('nginx/default', 1, 'unseen'), hop('traefik/buffering', 2, 'buffers')],
  });

  it('has its place and its verdict in each of them, of the newest run that has such', () => {
    const runs = [
      kept(3, lane('traefik/buffering')),
      kept(2, chain, { ...chain, id: 'path/a,b' }),
      kept(1, { ...chain, id: 'chain/old' }),
    ];
    expect(asHopLines('traefik/buffering', undefined, runs)).toEqual([
      'also hop 2 of chain/two: buffers; hop 2 of path/a,b: buffers (2026-11-02 12:00 UTC)',
    ]);
    expect(asHopLines('traefik/buffering', '3.7', runs)).toHaveLength(1);
    expect(asHopLines('traefik/buffering', '2', runs)).toEqual([]);
    expect(asHopLines('caddy/default', undefined, runs)).toEqual([]);
  });
});

describe('unclog explain', () => {
  it('shows the measures of an earlier run, paths to paste, and what --path and --vary made', async () => {
    await using folder = await scratch();
    const chain = lane('path/nginx/default,node/pipe', { because: 'a chain of its own', hops: [] });
    const varied = lane('nginx/default?chunk=77', { because: 'of 77 bytes', vary: { chunk: '77' } });
    const plain = { evidence: 'traces/nginx_default.json' };
    const runs = [
      kept(1, lane('nginx/default', { ...plain, measures: measures('threshold') }), chain, varied),
      kept(2, lane('nginx/default', { ...plain, because: 'the newest' })),
    ];
    for (const run of runs) {
      const path = join(folder.path, run.startedAt.replaceAll(':', '-'));
      await mkdir(path);
      await writeFile(join(path, 'results.json'), JSON.stringify(run));
    }
    expect(await keptRuns(folder.path)).toHaveLength(2);
    const explained = async (id: string): Promise<string> => {
      const { stdout, stderr, exitCode } = await unclog(['explain', id, '--results', folder.path]);
      expect(exitCode, stderr).toBe(0);
      return stdout.replaceAll(/\s+/g, ' ');
    };
    const shown = await explained('nginx/default');
    expect(shown).toContain('the newest');
    expect(shown).toContain(`evidence: ${folder.path}/2026-11-02T12-00-00.000Z/traces/nginx_default.json`);
    expect(shown).toContain(
      'in an earlier run (nginx 1.31.3, native, 2026-11-01 12:00 UTC): threshold: threshold says',
    );
    expect(await explained('path/nginx/default,node/pipe')).toContain('a chain of its own');
    expect(await explained('nginx/default?chunk=77')).toContain('of 77 bytes');
  });

  it('shows a proxy’s settings, and of one of them what it costs beside the default, in 80 columns', async () => {
    await using folder = await scratch();
    const run = kept(
      1,
      lane('nginx/default', { measures: { abort: { figures: { writing: { when: 'at-once' } }, says: '' } } }),
      lane('nginx/cache', { measures: { abort: { figures: { writing: { when: 'never', told: 0 } }, says: '' } } }),
    );
    await mkdir(join(folder.path, '2026-11-01'));
    await writeFile(join(folder.path, '2026-11-01', 'results.json'), JSON.stringify(run));
    const { stdout: table } = await unclog(['explain', 'nginx', '--results', folder.path]);
    const { stdout: card } = await unclog(['explain', 'nginx/cache', '--results', folder.path]);
    expect(table).toMatch(/^ {4}SSE, chunked +streams +measured 1\.31\.3$/m);
    expect(table).toMatch(/^ {4}framing=content-length +coalesces +expected\n {6}fix: /m);
    expect(card).toMatch(/^ {2}trade-offs +cache +default$/m);
    expect(card).toMatch(/^ {2}client leaves +never told: a zombie: while +told at once: while it$/m);
    expect(table.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('says of a path that was not measured how it is, and of one that cannot be what is wrong', async () => {
    await using folder = await scratch();
    const { stdout } = await unclog(['explain', 'path/nginx/default,node/pipe', '--results', folder.path]);
    expect(stdout).toContain('not measured yet: unclog run --path nginx/default,node/pipe');
    const asTaken = await unclog(['explain', 'nginx/default,node/pipe', '--results', folder.path]);
    expect(asTaken.stdout).toBe(stdout);
    const { stderr, exitCode } = await unclog(['explain', 'path/nginx/defualt,node/pipe', '--results', folder.path]);
    expect(stderr).toContain('no variant has the id "nginx/defualt" (did you mean "nginx/default"?)');
    expect(exitCode).toBe(2);
  });
});
