/** Runs the real command, as a user would. */

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { execa } from 'execa';

import { PACKAGE_ROOT } from '../../bench/programs.ts';
import { withheldLines } from '../../bench/report/matrix.ts';
import { isLeftToNoise, type LaneResult, type Results } from '../../bench/results.ts';
import type { EvidenceFile } from '../../bench/run/run.ts';

export const ENTRY = join(PACKAGE_ROOT, 'bin/unclog.js');

export interface Ended {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

export function startUnclog(args: string[], env: Record<string, string> = {}) {
  return execa(process.execPath, [ENTRY, ...args], { reject: false, stdin: 'ignore', cwd: PACKAGE_ROOT, env });
}

export async function unclog(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const { exitCode, stdout, stderr } = await startUnclog(args, env);
  return { exitCode, stdout, stderr };
}

/** A run that writes its results document in place of a report, and its evidence into `folder`. */
export async function unclogRun(
  args: string[],
  folder: string,
): Promise<Pick<Ended, 'exitCode' | 'stderr'> & { results: Results }> {
  const { exitCode, stdout, stderr } = await unclog(['run', ...args, '--json', '-', '--results', folder]);
  if (stdout === '') throw new Error(`no results document was written:\n${stderr}`);
  return { exitCode, stderr, results: JSON.parse(stdout) as Results };
}

/** The document of the last run that was kept in `folder`. */
export async function resultsIn(folder: string): Promise<Results> {
  return JSON.parse(await readFile(join(folder, 'latest/results.json'), 'utf8')) as Results;
}

/** What that run kept of a lane. */
export async function evidenceIn(folder: string, { evidence = '' }: LaneResult): Promise<EvidenceFile> {
  return JSON.parse(await readFile(join(folder, 'latest', evidence), 'utf8')) as EvidenceFile;
}

/** Of a run whose lanes are all as expected: noise may still have forbidden a verdict, or figures that were asked for by name. */
export function codeOf({ lanes, options }: Pick<Results, 'lanes' | 'options'>): 0 | 3 {
  if (lanes.some(({ verdict }) => verdict === 'inconclusive')) return 3;
  return isLeftToNoise({ lanes, options }) ? 3 : 0;
}

/** The lanes that are not as expected, each with what was found of it and of its hops. */
export function notAsExpected(lanes: readonly LaneResult[]): string[] {
  return lanes
    .filter(({ verdict, asExpected }) => verdict !== 'skipped' && asExpected !== true)
    .map(({ id, verdict, because, expected, hops = [] }) => {
      const each = hops.map((hop) => `hop ${hop.hop} ${hop.verdict} (${hop.because})`).join(', ');
      return `${id}: ${verdict} (${because}), expected ${expected}${each === '' ? '' : `: ${each}`}`;
    });
}

/** How each try of it ended for the client and at the origin, and the hop's last words where it had ended. */
async function showEnds(lane: LaneResult, folder: string): Promise<void> {
  if (lane.evidence === undefined) return;
  const { evidence } = await evidenceIn(folder, lane);
  const ends = evidence.tries.map(({ client: { end, head }, origin }) => ({
    client: end,
    status: head?.status,
    state: origin.state,
    origin: origin.end,
  }));
  console.warn(lane.id, JSON.stringify(ends), lane.log ?? '');
}

/**
 * Of a run of many lanes what is wrong. Those that noise left without a verdict are measured by themselves, once, as
 * their user would: no verdict then is wrong as well.
 */
export async function wrongOf(
  lanes: readonly LaneResult[],
  driver: 'native' | 'docker',
  folder: string,
): Promise<string[]> {
  const { noisy = [], told = [] } = Object.groupBy(lanes, ({ verdict }) =>
    verdict === 'inconclusive' ? 'noisy' : 'told',
  );
  const wrong = notAsExpected(told);
  for (const lane of told.filter(({ asExpected }) => asExpected !== true)) await showEnds(lane, folder);
  if (noisy.length === 0) return wrong;
  console.warn(`measured again by themselves:\n${notAsExpected(noisy).join('\n')}`);
  await using again = await scratch();
  const ids = noisy.map(({ id }) => id);
  const { results } = await unclogRun([...ids, '--quick', '--driver', driver], again.path);
  return [...wrong, ...notAsExpected(results.lanes.filter(({ id }) => ids.includes(id)))];
}

/** What a failed assertion shows of a run: what it withheld and why, and its progress. */
export function toldBy({ instrument }: Pick<Results, 'instrument'>, stderr: string): string {
  return [...withheldLines(instrument), stderr].join('\n');
}

/** A new folder, removed with its contents at the end of its scope. */
export async function scratch(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'unclog-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
