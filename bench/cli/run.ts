import { Command } from 'commander';

import { DEFAULT_PRESET, type PresetName } from '../../server/presets.ts';
import {
  isChain,
  loadCatalogue,
  selectChains,
  selectLanes,
  type Catalogue,
  type Chain,
  type Lane,
  type Variant,
} from '../catalogue/catalogue.ts';
import { chainOfPath } from '../catalogue/path.ts';
import { isOfSuite } from '../conformance/select.ts';
import { estimate, planOf, type Plan } from '../run/depth.ts';
import { chooseDrivers } from '../drivers/choose.ts';
import { UsageError } from '../errors.ts';
import { inEachVersion, type AskedVersions } from '../run/in-version.ts';
import { drawChain } from '../report/chain.ts';
import { matrix } from '../report/matrix.ts';
import { variedReport } from '../report/varied.ts';
import { hasSeveralVersions } from '../report/side-by-side.ts';
import { versionsReport } from '../report/versions.ts';
import { exitCode, whyUntold, type Results } from '../results.ts';
import { ResultsFolder } from '../results-folder.ts';
import { run } from '../run/run.ts';
import { Session } from '../session/session.ts';
import { parseVary, variedLanes, withPreset } from '../vary.ts';
import { checkAll } from './complaints.ts';
import { documentHead } from './document.ts';
import type { Interruption } from './interruption.ts';
import { checkJson, writeJson } from './json-file.ts';
import {
  coreOption,
  deepOption,
  driverOption,
  filterCore,
  filterOnly,
  jobsOption,
  measureOption,
  onlyOption,
  measuresHelp,
  streamsHelp,
  pairwiseOption,
  parseMeasures,
  parseProxies,
  pathOption,
  proxyOption,
  quickOption,
  timeoutFor,
  timeoutOption,
  varyOption,
  workloadOption,
  type MeasuringOptions,
} from './options.ts';
import { shownPath } from './kept-runs.ts';
import { paint } from './paint.ts';
import { Progress } from './progress.ts';
import { runConformance } from './run-conformance.ts';
import { checkResults, checkResultsFolder } from './results-option.ts';

interface Options extends MeasuringOptions {
  only?: string[];
  core?: true;
  jobs: number;
  quick?: true;
  deep?: true;
  measure?: string[];
  path?: string[];
  workload: PresetName;
  vary?: string;
  pairwise?: true;
}

/** `--vary` is about delivery, of many lanes: more is measured only when asked for. */
function planFrom({ quick, deep, measure, vary }: Options): Plan {
  const depth = quick === true || vary !== undefined ? 'quick' : 'standard';
  return planOf(deep === true ? 'deep' : depth, measure === undefined ? undefined : parseMeasures(measure));
}

/** The lanes with the streams that the command line asks for in place of their own. */
function withStreams(lanes: Lane[], { vary, pairwise, workload }: Options): Lane[] {
  if (pairwise === true && vary === undefined)
    throw new UsageError('--pairwise needs --vary: it says how that is done');
  const varied = vary === undefined ? lanes : variedLanes(lanes, parseVary(vary), pairwise === true);
  return workload === DEFAULT_PRESET ? varied : withPreset(varied, workload);
}

/**
 * Chains have the stream that they are declared with, and each proxy in one version: asked for another, or for several,
 * they are left out. @throws UsageError for --path
 */
function withOwnStreams(chains: Chain[], { path, vary, workload }: Options, versions: AskedVersions): Chain[] {
  const several = [...versions].find(([, asked]) => asked.length > 1)?.[0];
  if (vary === undefined && workload === DEFAULT_PRESET && several === undefined) return chains;
  if (path === undefined) return [];
  throw new UsageError(
    several === undefined
      ? '--path takes neither --vary nor --workload: these are for lanes of one hop; another stream stands at the path’s end: ?framing=content-length'
      : `--path takes one version of each proxy; got several of ${several}`,
  );
}

/** Those whose every hop is one of the proxies; all of them where none is named. Of a --path they only say in which version. @throws UsageError */
function ofProxies(items: (Lane | Chain)[], proxies: AskedVersions, { path }: Options): (Lane | Chain)[] {
  if (path !== undefined) {
    const hops = new Set(items.filter(isChain).flatMap((chain) => chain.path.map(({ proxy }) => proxy.id)));
    const other = [...proxies.keys()].find((id) => !hops.has(id));
    if (other !== undefined) throw new UsageError(`--proxy: ${other} is no hop of --path ${path.join(' or ')}`);
    return items;
  }
  const isWanted = ({ proxy }: Variant): boolean => proxies.size === 0 || proxies.has(proxy.id);
  return items.filter((item) => (isChain(item) ? item.path.every(isWanted) : isWanted(item.variant)));
}

/** With the streams and in the versions that the command line asks for. */
function asAsked(
  items: (Lane | Chain)[],
  options: Options,
  versions: AskedVersions,
): { lanes: Lane[]; chains: Chain[] } {
  const streams = withStreams(
    items.filter((item): item is Lane => !isChain(item)),
    options,
  );
  return {
    lanes: inEachVersion(streams, versions),
    chains: withOwnStreams(items.filter(isChain), options, versions),
  };
}

function countOf({ lanes, chains }: ReturnType<typeof asAsked>): number {
  return lanes.length + chains.length;
}

async function runLanes(ids: string[], options: Options, interruption: Interruption): Promise<void> {
  const startedAt = new Date();
  const catalogue = await loadCatalogue();
  checkWords(catalogue, ids, options);
  await checkResultsFolder(options.results);
  if (options.json !== undefined) await checkJson(options.json);
  const plan = planFrom(options);
  const proxies = parseProxies(catalogue, options.proxy ?? []);
  const selected = ofProxies(select(catalogue, ids, options), proxies, options);
  const chosen = filterCore(selected, options.core === true);
  const { lanes, chains } = asAsked(chosen, options, proxies);
  if (lanes.length + chains.length === 0)
    throw new UsageError(
      chosen.length > 0 && chosen.every(isChain)
        ? 'all that is selected are chains, which have a stream of their own and one version of each proxy, by --path too'
        : `of the lanes selected none belongs to ${[...proxies.keys()].join(', ')}`,
    );

  await using session = await Session.open(interruption);
  await using folder = await ResultsFolder.open(options.results, session);
  const drawn: string[] = [];
  const progress = new Progress(process.stderr, lanes.length + chains.length);
  const estimated = estimate(plan, lanes.length + chains.length, options.jobs);
  interruption.after(options.timeout ?? timeoutFor(estimated.ms + estimated.secondRoundMs));
  if (plan.depth === 'deep') progress.estimate(estimated);
  const outcome = await run({
    lanes,
    chains,
    drivers: chooseDrivers(options.driver, session),
    versions: Object.fromEntries(
      [...proxies].flatMap(([id, [version]]) => (version === undefined ? [] : [[id, version]])),
    ),
    jobs: options.jobs,
    plan,
    session,
    signal: interruption.signal,
    onEvent: (event) => progress.on(event),
    keep: (evidence) => {
      if (options.path !== undefined) drawn.push(...drawChain(evidence));
      return folder.keep(evidence);
    },
  }).finally(() => progress.end(interruption.signal.aborted));
  interruption.signal.throwIfAborted();

  const results: Results = {
    ...documentHead(startedAt),
    options: {
      jobs: options.jobs,
      driver: options.driver,
      ids,
      depth: plan.depth,
      measures: plan.measures.map(({ id }) => id),
      ...(plan.isNamed ? { named: true as const } : {}),
      ...(options.vary === undefined ? {} : { vary: options.vary }),
      ...(options.core === undefined ? {} : { coreOf: countOf(asAsked(selected, options, proxies)) }),
    },
    ...outcome,
  };
  const document = shownPath(await folder.finish(results));
  const report = reportFor(results);
  if (options.json !== '-')
    process.stdout.write(report(results, `${document}, traces beside it`, paint) + drawn.join(''));
  process.exitCode = exitCode(results);
  const untold = whyUntold(results);
  if (untold !== undefined) process.stderr.write(`unclog: ${untold} (exit code ${process.exitCode})\n`);
  if (options.json !== undefined) await writeJson(options.json, results);
}

/** What is varied, dimensions or versions, is shown side by side. */
function reportFor({ lanes, options }: Results): typeof matrix {
  if (options.vary !== undefined) return variedReport;
  return hasSeveralVersions(lanes) ? versionsReport : matrix;
}

/** Each name that is given, by itself: what it is about, and what was probably meant. @throws UsageError */
function checkWords(catalogue: Catalogue, ids: string[], options: Options): void {
  const { path = [], proxy = [], vary } = options;
  checkAll([
    ...ids.map((id) => () => selectLanes(catalogue, [id])),
    ...path.map((text) => () => chainOfPath(catalogue, text)),
    () => parseProxies(catalogue, proxy),
    () => planFrom(options),
    () => vary === undefined || parseVary(vary),
    () => checkResults(options.results),
  ]);
}

/** What is to be judged: the paths that are given, or the lanes and chains that match. @throws UsageError */
function select(catalogue: Catalogue, ids: string[], { path, only = [] }: Options): (Lane | Chain)[] {
  if (path === undefined)
    return filterOnly<Lane | Chain>([...selectLanes(catalogue, ids), ...selectChains(catalogue, ids)], only);
  if (ids.length > 0 || only.length > 0)
    throw new UsageError(
      `--path names a chain of its own and takes no ${ids.length > 0 ? `ids beside it; got ${ids.join(', ')}` : '--only'}`,
    );
  return path.map((text) => chainOfPath(catalogue, text));
}

export function runCommand(interruption: Interruption): Command {
  return new Command('run')
    .description('judge every lane that this machine can run, or those that match')
    .argument(
      '[ids...]',
      "lanes or variants, globs too: nginx/default, 'nginx/*'; or requirements of a standard: 'rfc10036/*'",
    )
    .addOption(onlyOption)
    .addOption(coreOption)
    .addOption(pathOption)
    .addOption(proxyOption)
    .addOption(driverOption)
    .addOption(quickOption)
    .addOption(deepOption)
    .addOption(workloadOption)
    .addOption(varyOption)
    .addOption(pairwiseOption)
    .addOption(measureOption)
    .addOption(jobsOption)
    .addOption(timeoutOption)
    .option('--json <file>', 'write the results document there as well; - is stdout, in place of the matrix')
    .option('--results <folder>', 'where results are kept', 'results')
    .addHelpText('after', () => measuresHelp() + streamsHelp())
    .action((ids: string[], options: Options) =>
      (ids.some(isOfSuite) ? runConformance : runLanes)(ids, options, interruption),
    );
}
