import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { loadCatalogue } from '../../../bench/catalogue/catalogue.ts';
import { selected } from '../../../bench/cli/explain.ts';
import type { KeptRun } from '../../../bench/cli/kept-runs.ts';
import { scratch, unclog, type Ended } from '../../e2e/unclog.ts';
import { lane, results } from '../results.ts';

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
