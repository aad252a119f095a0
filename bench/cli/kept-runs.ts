/** The runs that are kept in the results folder, and what they last said of a lane. */

import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';

import { DEFAULT_PRESET } from '../../server/presets.ts';
import { byVersion, matchesVersion } from '../drivers/version.ts';
import { UsageError } from '../errors.ts';
import { isJudged, type LaneResult, type MeasureResult, type Results } from '../results.ts';
import { reuseFixLines } from '../report/remedies.ts';
import { sayFound } from '../report/text.ts';
import { withheldMeasures, type Withheld } from '../run/withheld.ts';

export interface KeptRun extends Results {
  /** Where the run is kept. */
  folder: string;
}

/** What was measured of a lane, when, and in which folder its evidence is. */
export interface LastMeasured {
  result: LaneResult;
  startedAt: string;
  folder: string;
  /** Measures that were not told in that run, with its driver. */
  withheld: Withheld[];
}

async function readResults(path: string): Promise<Results> {
  const text = await readFile(path, 'utf8');
  try {
    return JSON.parse(text) as Results;
  } catch (error) {
    throw new UsageError(`${path} is no results document: ${(error as Error).message}`);
  }
}

/** Every run that is kept, the newest first. @throws UsageError for one that cannot be read as such */
export async function keptRuns(folder: string): Promise<KeptRun[]> {
  const names = await readdir(folder).catch(() => []);
  const runs = names
    .filter((name) => /^\d{4}-/.test(name))
    .toSorted()
    .toReversed();
  return Promise.all(
    runs.map(async (name) => ({
      ...(await readResults(join(folder, name, 'results.json'))),
      folder: join(folder, name),
    })),
  );
}

/** Of one that did not run, the version that was asked for. */
function versionOf({ path: [hop], version = '' }: LaneResult): string {
  return hop?.version ?? version;
}

/** Of measures, as the results document has it; runs that were kept before there was such a thing have none. */
function withheldIn({ path }: LaneResult, { proofs }: Results['instrument']): Withheld[] {
  const found = proofs
    .filter(({ driver }) => driver === path[0]?.driver)
    .flatMap(({ withheld = [] }: { withheld?: Withheld[] }) => withheld);
  return withheldMeasures(found, path.length > 1);
}

/** `nginx/default@1.22`: the lane in that version, or as it is where none is asked for. */
export function withVersion(id: string, version: string | undefined): string {
  return version === undefined ? id : `${id}@${version}`;
}

/** What such a name stands for. */
export function withoutVersion(name: string): { id: string; version?: string } {
  const [, id = name, version] = /^(.+)@(v?[\d.]+)$/.exec(name) ?? [];
  return version === undefined ? { id } : { id, version };
}

/** Each run in which the lane is, judged or not, the newest first; of several versions in one run the newest. Pure. */
function runsWith(name: string, runs: readonly KeptRun[], isWanted: (lane: LaneResult) => boolean): LastMeasured[] {
  const { id, version } = withoutVersion(name);
  return runs.flatMap(({ lanes, startedAt, folder, instrument }) => {
    const [result] = lanes
      .filter((lane) => lane.id === id && lane.workload === DEFAULT_PRESET && isWanted(lane))
      .filter((lane) => version === undefined || matchesVersion(versionOf(lane), version))
      .toSorted((a, b) => byVersion(versionOf(b), versionOf(a)));
    return result === undefined ? [] : [{ result, startedAt, folder, withheld: withheldIn(result, instrument) }];
  });
}

function judgedRuns(name: string, runs: readonly KeptRun[]): LastMeasured[] {
  return runsWith(name, runs, isJudged);
}

/** The newest run in which the lane was judged. Pure. @param name its id, or with a version: `nginx/default@1.22` */
export function lastMeasured(name: string, runs: readonly KeptRun[]): LastMeasured | undefined {
  return judgedRuns(name, runs)[0];
}

/** What the newest run says of each other version in which a lane of one hop was judged, the newest first. Pure. */
export function inOtherVersions(id: string, { result }: LastMeasured, runs: readonly KeptRun[]): LastMeasured[] {
  const versions = runs.flatMap(({ lanes }) =>
    lanes.filter((lane) => lane.id === id && lane.path.length === 1).map(versionOf),
  );
  return [...new Set(versions)]
    .filter((version) => version !== versionOf(result))
    .toSorted((a, b) => byVersion(b, a))
    .flatMap((version) => lastMeasured(`${id}@${version}`, runs) ?? []);
}

/** Versions and configs of its hops. */
function hopsOf({ result: { path } }: LastMeasured): string {
  return JSON.stringify(path.map(({ version, configSha256 }) => [version, configSha256]));
}

/**
 * Each measure once, from the newest run that has it: a quick run after a full one takes nothing away, nor does one with
 * shorter waits after `--deep`, of the same config in the same version. Pure.
 */
export function lastMeasures(
  name: string,
  runs: readonly KeptRun[],
): { run: LastMeasured; measures: [string, MeasureResult][] }[] {
  const judged = judgedRuns(name, runs);
  const having = (id: string): LastMeasured[] => judged.filter(({ result }) => result.measures?.[id] !== undefined);
  const chosen = (id: string): LastMeasured | undefined => {
    const [newest, ...older] = having(id);
    const isDeeper = (run: LastMeasured): boolean =>
      newest !== undefined && isDeep(run, id) && hopsOf(run) === hopsOf(newest);
    return newest === undefined || isDeep(newest, id) ? newest : (older.find(isDeeper) ?? newest);
  };
  return judged.flatMap((run) => {
    const measures = Object.entries(run.result.measures ?? {}).filter(([id]) => chosen(id) === run);
    return measures.length === 0 ? [] : [{ run, measures }];
  });
}

function isDeep({ result }: LastMeasured, id: string): boolean {
  return result.measures?.[id]?.deep === true;
}

/** All that is known of a lane: its newest verdict, and each measure from the newest run that has it. Pure. */
export function lastKnown(id: string, runs: readonly KeptRun[]): LaneResult | undefined {
  const last = lastMeasured(id, runs);
  const measures = lastMeasures(id, runs).flatMap(({ measures: found }) => found);
  if (last === undefined || measures.length === 0) return last?.result;
  return { ...last.result, measures: Object.fromEntries(measures) };
}

/** Ids of measures that some run of it withheld. */
export function everWithheld(name: string, runs: readonly KeptRun[]): string[] {
  return judgedRuns(name, runs).flatMap(({ withheld }) => withheld.map(({ what }) => what));
}

/** As a person in this folder would write it. */
export function shownPath(path: string): string {
  const here = relative(process.cwd(), path);
  return here.startsWith('..') ? resolve(path) : here;
}

/** What the newest run with chains of which the variant is a hop says of it there: `also hop 2 of chain/…: buffers`. Pure. */
export function asHopLines(variantId: string, version: string | undefined, runs: readonly KeptRun[]): string[] {
  const found = runs.map(({ lanes, startedAt }) => ({
    startedAt,
    told: lanes.filter(isJudged).flatMap(({ id, hops = [], path }) =>
      hops
        .filter(({ variant }) => variant === variantId)
        .filter(({ hop }) => version === undefined || matchesVersion(path[hop - 1]?.version ?? '', version))
        .map(({ hop, verdict }) => `hop ${hop} of ${id}: ${verdict}`),
    ),
  }));
  const newest = found.find(({ told }) => told.length > 0);
  return newest === undefined ? [] : [`also ${newest.told.join('; ')} (${sayTime(newest.startedAt)})`];
}

/** Where the evidence of a result is, to be pasted. */
export function evidenceLines({ result, folder }: LastMeasured): string[] {
  return result.evidence === undefined ? [] : [`evidence: ${shownPath(join(folder, result.evidence))}`];
}

/** `2026-11-21 12:00 UTC` */
export function sayTime(startedAt: string): string {
  return `${startedAt.slice(0, 16).replace('T', ' ')} UTC`;
}

/** `nginx 1.31.3, native, 2026-11-21 12:00 UTC` */
export function sayRun({ result, startedAt }: LastMeasured): string {
  return [
    ...result.path.map(({ proxy, version, driver }) => `${proxy} ${version}, ${driver}`),
    sayTime(startedAt),
  ].join(', ');
}

/** Of what no run judged: whether none tried, or why the newest that did has no verdict. @param command what would run it */
export function unjudgedLine(name: string, runs: readonly KeptRun[], command: string): string {
  const [tried] = runsWith(name, runs, () => true);
  if (tried === undefined) return `not measured yet: ${command}`;
  const { verdict, because } = tried.result;
  return `no verdict yet: ${verdict} (${sayRun(tried)}): ${because}; to try again: ${command}`;
}

/** Why measures were withheld in the verdicts' runs: of each run, driver and measure once, however many lanes it is about. Pure. */
export function withheldReasons(found: readonly LastMeasured[]): string[] {
  const reasons = found.flatMap(({ withheld, result, startedAt }) =>
    withheld.map(
      ({ what, because }) =>
        `${what} was withheld (${result.path[0]?.driver}, ${sayTime(startedAt)}), because it was not proven: ${because}`,
    ),
  );
  return [...new Set(reasons)];
}

/** What was measured besides delivery, and what the verdict's run withheld; of another run than the verdict's with that run's name above. */
export function measureLines(name: string, last: LastMeasured, runs: readonly KeptRun[]): string[] {
  const names = last.withheld.map(({ what }) => what).join(', ');
  const withheld = names === '' ? [] : [`withheld in that run, why stands at the end: ${names}`];
  const told = lastMeasures(name, runs).flatMap(({ run, measures }) => {
    const lines = measures.flatMap(([measure, report]) => [sayFound(measure, report), ...reuseFixLines(report)]);
    return run.folder === last.folder
      ? lines
      : [`in an earlier run (${sayRun(run)}):`, ...lines, ...evidenceLines(run)];
  });
  return [...withheld, ...told];
}
