/** `unclog run 'rfc10036/*'`: asks proxies what they make of a standard, in place of judging lanes. */

import { DEFAULT_PRESET, type PresetName } from '../../server/presets.ts';
import { loadCatalogue } from '../catalogue/catalogue.ts';
import { runSuite } from '../conformance/run.ts';
import { isOfSuite, selectRequirements } from '../conformance/select.ts';
import { subjectsOf, type Subject } from '../conformance/subjects.ts';
import { chooseDrivers } from '../drivers/choose.ts';
import { UsageError } from '../errors.ts';
import { inEachVersion } from '../run/in-version.ts';
import { conformanceReport } from '../report/conformance.ts';
import { exitCode, type Results } from '../results.ts';
import { ResultsFolder } from '../results-folder.ts';
import { Session } from '../session/session.ts';
import { checkAll } from './complaints.ts';
import { documentHead } from './document.ts';
import type { Interruption } from './interruption.ts';
import { checkJson, writeJson } from './json-file.ts';
import { shownPath } from './kept-runs.ts';
import { parseProxies, timeoutFor, type MeasuringOptions } from './options.ts';
import { paint } from './paint.ts';
import { Progress } from './progress.ts';
import { checkResults, checkResultsFolder } from './results-option.ts';

/** Of lanes: they say nothing here. */
const OF_LANES = ['quick', 'deep', 'measure', 'path', 'vary', 'pairwise'] as const;

interface ConformanceCliOptions extends MeasuringOptions, Partial<Record<(typeof OF_LANES)[number], unknown>> {
  only?: string[];
  jobs: number;
  workload: PresetName;
}

/** @throws UsageError */
function checkAlone(ids: readonly string[], options: ConformanceCliOptions): void {
  const other = ids.find((id) => !isOfSuite(id));
  if (other !== undefined)
    throw new UsageError(
      `"${other}" is no requirement of a suite, which runs by itself; which proxies it asks say --proxy and --only`,
    );
  const named = OF_LANES.find((name) => options[name] !== undefined);
  const option = options.workload === DEFAULT_PRESET ? named : 'workload';
  if (option !== undefined) throw new UsageError(`--${option} is for lanes: a suite has exchanges of its own`);
}

/** @throws UsageError where none is left */
function filterSubjects(
  subjects: readonly Subject[],
  proxies: ReadonlyMap<string, unknown>,
  only: readonly string[],
): Subject[] {
  const kept = subjects.filter(
    ({ id, variant: { proxy, tags = [] } }) =>
      (proxies.size === 0 || proxies.has(proxy.id)) &&
      (only.length === 0 || only.some((word) => id.includes(word) || tags.includes(word))),
  );
  if (kept.length > 0) return kept;
  throw new UsageError(`--proxy and --only leave no variant; a suite asks ${subjects.map(({ id }) => id).join(', ')}`);
}

/** Of the whole suite, far more than it takes. */
const LONGEST_OF_SUBJECT_MS = 20_000;

export async function runConformance(
  ids: readonly string[],
  options: ConformanceCliOptions,
  interruption: Interruption,
): Promise<void> {
  const startedAt = new Date();
  const catalogue = await loadCatalogue();
  checkAll([
    () => checkAlone(ids, options),
    ...ids.filter(isOfSuite).map((id) => () => selectRequirements([id])),
    () => parseProxies(catalogue, options.proxy ?? []),
    () => checkResults(options.results),
  ]);
  await checkResultsFolder(options.results);
  if (options.json !== undefined) await checkJson(options.json);
  const proxies = parseProxies(catalogue, options.proxy ?? []);
  const subjects = inEachVersion(filterSubjects(subjectsOf(catalogue), proxies, options.only ?? []), proxies);
  await using session = await Session.open(interruption);
  await using folder = await ResultsFolder.open(options.results, session);
  const progress = new Progress(process.stderr, subjects.length, 'variant');
  interruption.after(options.timeout ?? timeoutFor(subjects.length * LONGEST_OF_SUBJECT_MS));
  const { instrument, conformance } = await runSuite({
    requirements: selectRequirements(ids),
    subjects,
    drivers: chooseDrivers(options.driver, session),
    session,
    signal: interruption.signal,
    onEvent: (event) => progress.on(event),
    keep: (evidence) => folder.keep(evidence),
  }).finally(() => progress.end(interruption.signal.aborted));
  interruption.signal.throwIfAborted();
  const results: Results = {
    ...documentHead(startedAt),
    options: { jobs: options.jobs, driver: options.driver, ids: [...ids], depth: 'standard', measures: [] },
    instrument,
    lanes: [],
    conformance,
  };
  const document = shownPath(await folder.finish(results));
  if (options.json !== '-')
    process.stdout.write(conformanceReport(results, conformance, `${document}, traces beside it`, paint));
  process.exitCode = exitCode(results);
  if (options.json !== undefined) await writeJson(options.json, results);
}
