import { Command } from 'commander';

import { candidatesOf, type Candidate, type Ends } from '../bisect/candidates.ts';
import { halve, type Found, type Outcome } from '../bisect/halving.ts';
import { NO_FLAW, outcomeOf, ReleaseJudge } from '../bisect/release.ts';
import { loadCatalogue, type Catalogue, type Lane } from '../catalogue/catalogue.ts';
import { laneOf } from '../catalogue/lane-of.ts';
import { planOf, type Plan } from '../depth.ts';
import { chooseDrivers } from '../drivers/choose.ts';
import type { DriverName } from '../drivers/driver.ts';
import { isVersion, matchesVersion } from '../drivers/version.ts';
import { UsageError } from '../errors.ts';
import { summarise } from '../proving.ts';
import { sayBisected } from '../report/bisected.ts';
import { instrumentLines } from '../report/matrix.ts';
import { STYLES, WIDTH, wrap } from '../report/text.ts';
import { nameOf, type LaneResult, type Results } from '../results.ts';
import { ResultsFolder } from '../results-folder.ts';
import { Session } from '../session.ts';
import { checkAll } from './complaints.ts';
import type { Interruption } from './interruption.ts';
import { checkJson, writeJson } from './json-file.ts';
import { shownPath } from './kept-runs.ts';
import {
  driverOption,
  measuresHelp,
  parseMeasures,
  parseProxies,
  proxyOption,
  timeoutFor,
  timeoutOption,
} from './options.ts';
import { Progress } from './progress.ts';
import { checkResults, documentHead, paintFor } from './run.ts';

interface Options {
  driver: DriverName | 'auto';
  proxy?: string[];
  good?: string;
  bad?: string;
  from?: string;
  to?: string;
  measure?: string;
  timeout?: number;
  json?: string;
  results: string;
}

const EXIT = { change: 0, 'no-change': 1, unknown: 3, 'too-few': 3 } as const satisfies Record<Found['found'], number>;

/** @throws UsageError */
function endsOf({ good, bad, from, to }: Options): Ends {
  for (const [option, version] of Object.entries({ good, bad, from, to }))
    if (version !== undefined && !isVersion(version))
      throw new UsageError(`--${option} takes a version, such as 3.3.4; got "${version}"`);
  if (good === undefined && bad === undefined)
    return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  if (from !== undefined || to !== undefined)
    throw new UsageError('--good and --bad are two ends, and so are --from and --to: give one pair of them');
  if (good === undefined || bad === undefined)
    throw new UsageError('--good and --bad go together: one release that streams and one that does not');
  return { good, bad };
}

/** Delivery alone, or one measure and what it needs. @throws UsageError */
function planFor(measure: string | undefined): Plan {
  if (measure === undefined) return planOf('quick', undefined);
  const measures = parseMeasures([measure]);
  if (measures.length > 1) throw new UsageError(`bisect compares one measure; got "${measure}"`);
  return planOf('standard', measures);
}

/** Versions of the lane's proxy that `--proxy` names; none where it names the proxy alone. @throws UsageError */
function versionsFor(catalogue: Catalogue, { variant: { proxy } }: Lane, names: readonly string[]): string[] {
  const proxies = parseProxies(catalogue, names);
  const other = [...proxies.keys()].find((id) => id !== proxy.id);
  if (other !== undefined) throw new UsageError(`the lane is one of ${proxy.id}, and --proxy names ${other}`);
  return (proxies.get(proxy.id) ?? []).filter((version) => version !== undefined);
}

/** @throws UsageError where an end is not what the command line says of it. */
function checkEnd(version: string, outcome: Outcome, { good, bad, measure }: Options): void {
  if (good === undefined || bad === undefined || !('said' in outcome)) return;
  const isGood = outcome.said === (measure === undefined ? 'streams' : NO_FLAW);
  const [option, isBad] = matchesVersion(version, good) ? ['good', false] : ['bad', true];
  if (isGood === isBad) throw new UsageError(`--${option} ${version} is not ${option}: ${outcome.said}`);
}

function stepLine(result: LaneResult, outcome: Outcome, width: number): string {
  const paint = paintFor(process.stdout);
  const {
    verdict,
    path: [hop],
    version = '',
    asExpected,
    outside,
  } = result;
  const expectation =
    asExpected === undefined
      ? outside === undefined
        ? []
        : [`nothing expected: ${outside}`]
      : [asExpected ? 'as expected' : 'NOT AS EXPECTED'];
  const said = 'said' in outcome && outcome.said !== verdict ? [outcome.said] : [];
  const head = `  ${(hop?.version ?? version).padEnd(width)}${paint(STYLES[verdict], verdict)}`;
  const more = [
    ...said,
    ...(hop === undefined ? [result.because] : [`${hop.driver}: ${hop.image ?? hop.source}`]),
    ...expectation,
  ];
  return `${head}  ${more.join('; ')}\n`;
}

/** Its words and its figures, each given by itself. @throws UsageError */
async function asked(
  id: string,
  options: Options,
): Promise<{ lane: Lane; versions: string[]; ends: Ends; plan: Plan }> {
  const catalogue = await loadCatalogue();
  checkAll([
    () => versionsFor(catalogue, laneOf(catalogue, id), options.proxy ?? []),
    () => endsOf(options),
    () => planFor(options.measure),
    () => checkResults(options.results),
  ]);
  if (options.json !== undefined) await checkJson(options.json);
  const lane = laneOf(catalogue, id);
  const versions = versionsFor(catalogue, lane, options.proxy ?? []);
  return { lane, versions, ends: endsOf(options), plan: planFor(options.measure) };
}

async function bisect(id: string, options: Options, interruption: Interruption): Promise<void> {
  const startedAt = new Date();
  const { signal } = interruption;
  const { lane, versions, ends, plan } = await asked(id, options);
  const say = (text: string): void => void (options.json !== '-' && process.stdout.write(text));

  await using session = await Session.open();
  // A wheel is brought sooner than an image, and all steps by one driver where that can be.
  const drivers = chooseDrivers(options.driver, session).toReversed();
  const candidates = await candidatesOf(lane.variant.proxy, { drivers, versions, ends, signal });
  const most = Math.ceil(Math.log2(candidates.length)) + 2;
  const width = 2 + Math.max(...candidates.map(({ version }) => version.length));
  interruption.after(options.timeout ?? timeoutFor(0));
  await using folder = await ResultsFolder.open(options.results, session);
  const progress = new Progress(process.stderr, most);
  await using judge = new ReleaseJudge(lane, {
    plan,
    session,
    signal,
    onEvent: (event) => progress.on(event),
    keep: (evidence) => folder.keep(evidence),
  });
  const [oldest, newest] = [candidates[0]?.version ?? '', candidates.at(-1)?.version ?? ''];
  const compared = options.measure ?? 'delivery';
  say(
    `${lane.id}: ${compared} in ${candidates.length} releases, ${oldest} to ${newest}, at most ${most} of them judged\n`,
  );

  const results: LaneResult[] = [];
  const said = new Map<number, string>();
  const found = await halve(candidates.length, async (index) => {
    signal.throwIfAborted();
    const candidate = candidates[index] as Candidate;
    const result = await judge.judge(candidate);
    signal.throwIfAborted();
    const outcome = outcomeOf(result, options.measure);
    results.push(result);
    if ('said' in outcome) said.set(index, outcome.said);
    progress.on({ type: 'lane', result, done: results.length, of: most });
    progress.end();
    say(stepLine(result, outcome, width));
    if (index === 0 || index === candidates.length - 1) checkEnd(candidate.version, outcome, options);
    return outcome;
  }).finally(() => progress.end());

  const document: Results = {
    ...documentHead(startedAt),
    options: {
      jobs: 1,
      driver: options.driver,
      ids: [lane.id],
      depth: plan.depth,
      measures: plan.measures.map((measure) => measure.id),
      bisect: { compared, from: oldest, to: newest },
    },
    instrument: summarise(judge.stages),
    lanes: results,
  };
  const path = shownPath(await folder.finish(document));
  const told = sayBisected({ lane: lane.id, found, versions: candidates.map(({ version }) => version), said });
  const last = results.at(-1);
  const lines = [
    ...told,
    ...(last === undefined ? [] : [`\`unclog explain '${nameOf(last)}'\` shows one of them.`]),
    ...instrumentLines(document.instrument),
    `Evidence: ${path}, traces beside it`,
  ];
  say(`${lines.map((line) => wrap(line, WIDTH)).join('\n')}\n`);
  process.exitCode = EXIT[found.found];
  if (options.json !== undefined) await writeJson(options.json, document);
}

export function bisectCommand(interruption: Interruption): Command {
  return new Command('bisect')
    .description('find the release in which a verdict changed, by halving over those that can be had')
    .argument('<id>', "one lane, of the catalogue or not: traefik/compress, 'traefik/compress?accept-encoding=br'")
    .addOption(proxyOption)
    .option('--from <version>', 'the oldest release to judge (default: the oldest that can be had)')
    .option('--to <version>', 'the newest (default: the newest that can be had)')
    .option('--good <version>', 'one end, which streams; with --bad, whichever is older')
    .option('--bad <version>', 'the other end, which does not')
    .option('--measure <name>', 'compare what this measure has against the hop, its figures aside, and not the verdict')
    .addOption(driverOption)
    .addOption(timeoutOption)
    .option('--json <file>', 'write the results document there as well; - is stdout, in place of the steps')
    .option('--results <folder>', 'where results are kept', 'results')
    .addHelpText('after', measuresHelp)
    .action((id: string, options: Options) => bisect(id, options, interruption));
}
