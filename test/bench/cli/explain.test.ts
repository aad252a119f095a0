import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { loadCatalogue, type Lane } from '../../../bench/catalogue/catalogue.ts';
import { laneInVersion } from '../../../bench/cli/explain-version.ts';
import { selected } from '../../../bench/cli/explain.ts';
import type { KeptRun } from '../../../bench/cli/kept-runs.ts';
import { scratch, unclog, type Ended } from '../../e2e/unclog.ts';
import { lane, NGINX, results } from '../results.ts';

const catalogue = await loadCatalogue();
/** No lane of it is the plain one. */
const VARIANT = 'caddy/flush-1ms';
const DECLARED = catalogue.lanes.filter(({ variant }) => variant.id === VARIANT).map(({ id }) => id);

function kept(...lanes: KeptRun['lanes']): KeptRun {
  return { ...results(lanes), folder: '/results/2026-11-21' };
}

const { expected: _, asExpected: __, ...PLAIN } = lane(VARIANT, { vary: { format: 'sse' } });
const VARIED = { ...PLAIN, id: `${VARIANT}?format=text`, vary: { format: 'text' } } as const;

/** What it says of one id where these runs are kept. */
async function explained(id: string, ...runs: KeptRun[]): Promise<Ended> {
  await using folder = await scratch();
  for (const [index, run] of runs.entries()) {
    const path = join(folder.path, `2026-11-0${index + 1}`);
    await mkdir(path);
    await writeFile(join(path, 'results.json'), JSON.stringify(run));
  }
  const { stdout, ...ended } = await unclog(['explain', id, '--results', folder.path]);
  return { ...ended, stdout: stdout.replaceAll(/\s+/g, ' ') };
}

describe('what --vary made of a variant', () => {
  const runs = [kept(PLAIN, VARIED)];
  const idsOf = (id: string): string[] => selected(catalogue, id, runs).lanes.map((one) => one.id);

  it('stands below its declared lanes where it has the variant’s id, else by its own', () => {
    expect(DECLARED).not.toContain(VARIANT);
    expect(idsOf(VARIANT)).toEqual([...DECLARED, VARIANT]);
    expect(idsOf(`${VARIANT}?`)).toEqual([VARIANT]);
    expect(idsOf(VARIED.id)).toEqual([VARIED.id]);
    expect(selected(catalogue, VARIANT, []).lanes.map((one) => one.id)).toEqual(DECLARED);
    expect(() => selected(catalogue, `${VARIANT}?`, [])).toThrow(`no lane has the id "${VARIANT}?"`);
  });

  it('is told from what is declared, with the reason of that, and a command that there is', async () => {
    const { stdout } = await explained(VARIANT, ...runs);
    expect(stdout).toContain('expected: streams. A chunk of a response of known length');
    expect(stdout).toContain('made by --vary: the catalogue does not declare it');
    expect(stdout).toContain(`for the rest: unclog run ${VARIANT} --vary format=sse --measure all`);
    expect(stdout).not.toContain(`'${VARIANT}?'`);
  });
});

function declared(id: string): Lane {
  const found = catalogue.lanes.find((one) => one.id === id);
  if (found === undefined) throw new Error(`${id} is not declared`);
  return found;
}

function measured(version: string): KeptRun {
  return kept(lane('nginx/tls', { path: [{ ...NGINX, version }] }));
}

describe('a lane in a version', () => {
  const plain = declared('nginx/default');
  const [{ before, expected } = { before: '', expected: undefined }] = plain.earlier ?? [];
  const branch = before.replace(/\.\d+$/, '');

  it('is expected to do what a run expects of it there', () => {
    expect(plain.expected).not.toBe(expected);
    const { earlier, ...settled } = plain;
    const { before: _before, ...then } = earlier?.[0] ?? {};
    expect(laneInVersion(plain, '1.22', [])).toMatchObject(then);
    expect(laneInVersion(plain, '1.22', [])).not.toHaveProperty('earlier');
    expect(laneInVersion(plain, before, [])).toEqual(settled);
  });

  it('is as it is declared where it changed within the branch, unless a release of that was measured', () => {
    expect(laneInVersion(plain, branch, [])).toEqual(plain);
    expect(laneInVersion(plain, branch, [measured(`${branch}.0`)]).expected).toBe(expected);
    expect(laneInVersion(plain, branch, [measured(before)]).expected).toBe(plain.expected);
  });

  it('is expected to do nothing where its setting was not yet there', () => {
    const young = catalogue.lanes.find(({ variant }) => variant.proxy.id === 'nginx' && variant.since !== undefined);
    expect(laneInVersion(young as Lane, '0.1', [])).toMatchObject({ outside: `since ${young?.variant.since}` });
  });

  it('must have been released, or been measured all the same', () => {
    expect(() => laneInVersion(plain, '9.9', [])).toThrow('nginx 9.9 was never released');
    expect(laneInVersion(plain, '9.9', [measured('9.9.1')]).expected).toBe(plain.expected);
  });

  it('is explained as of that version alone', async () => {
    const { stdout } = await explained('nginx/default@1.22');
    expect(stdout).toContain(`nginx/default@1.22 expected: ${expected}. Before ${before}`);
    expect(stdout).not.toContain(`before ${before}:`);
  });

  it.each(['nginx/default@9.9', 'nginx@9.9'])('%s: it is said what can be had in its place', async (id) => {
    const { exitCode, stderr } = await explained(id);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/nginx 9\.9 was never released, .*; there are of nginx: /);
  });

  it('is of one proxy, and no chain’s', async () => {
    const { exitCode, stderr } = await explained('chain/two-nginx@1.22');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('explain it without @1.22')]);
  });
});

describe('what was run and not told', () => {
  const because = 'relay hold-head (paced) must be found: no; it was found: yes';
  const paced = { headersBeforeBody: { how: 'no', waitedMs: 300 }, gaps: { n: 9, p50Ms: 10, p99Ms: 12, maxMs: 13 } };
  const proofs = results([], { withheld: [{ what: 'paced', because }] }).instrument;
  const told = lane('nginx/default', { paced } as Partial<KeptRun['lanes'][number]>);

  it('is said to be withheld, in its line and on the card, and its figures are not shown', async () => {
    const { stdout } = await explained('nginx/default', { ...kept(told), instrument: proofs });
    expect(stdout).toContain('withheld in that run, why stands at the end: paced');
    expect(stdout).toMatch(/paced was withheld \(native, \S+ \S+ UTC\), because it was not proven: relay hold-head/);
    expect(stdout).toContain('headers before withheld: not proven in its run body client leaves not measured');
    expect(stdout).not.toContain('one word each 10 ms');
  });

  it('has its reason once, at the end, however many lanes it is withheld of', async () => {
    const ids = catalogue.lanes.filter(({ variant }) => variant.id === 'nginx/default').map(({ id }) => id);
    const lanes = ids.map((id) => lane(id));
    const { stdout } = await explained('nginx/default', { ...kept(...lanes), instrument: proofs });
    expect(ids.length).toBeGreaterThan(1);
    expect(stdout.split('withheld in that run')).toHaveLength(ids.length + 1);
    expect(stdout.split(because)).toHaveLength(2);
    expect(stdout.trimEnd().endsWith(because)).toBe(true);
  });

  it('is shown of a run that withheld nothing, of another driver too', async () => {
    const other = proofs.proofs.map((proof) => ({ ...proof, driver: 'docker' as const }));
    const { stdout } = await explained('nginx/default', { ...kept(told), instrument: { ...proofs, proofs: other } });
    expect(stdout).toContain('one word each 10 ms: gaps 10 ms p50, 12 ms p99');
    expect(stdout).not.toContain('withheld');
  });

  it.each(['chain/two-nginx', 'nginx/default'])('%s that was inconclusive is not said to be untried', async (id) => {
    const tried = lane(id, { verdict: 'inconclusive', because: 'nothing is told of it in this run' });
    const { stdout } = await explained(id, kept(tried));
    expect(stdout).toMatch(
      /no verdict yet: inconclusive \(nginx 1\.31\.3, native, .* UTC\): nothing is told of it in this run; to try again: unclog run /,
    );
    const { stdout: untried } = await explained(id);
    expect(untried).toContain('not measured yet: unclog run ');
  });
});
