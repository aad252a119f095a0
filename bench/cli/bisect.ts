import { Command } from 'commander';

import { candidatesOf, type Candidate } from '../bisect/candidates.ts';
import { halve, mostSteps, type Found, type Outcome } from '../bisect/halving.ts';
import { NO_FLAW, outcomeOf, ReleaseJudge } from '../bisect/release.ts';
import type { Lane } from '../catalogue/catalogue.ts';
import { chooseDrivers } from '../drivers/choose.ts';
import { byVersion, hasImages, matchesVersion, sayVersions } from '../drivers/version.ts';
import { UsageError } from '../errors.ts';
import { summarise } from '../run/proving.ts';
import { bisectedReport, stepLine } from '../report/bisected.ts';
import type { LaneResult, Results } from '../results.ts';
import { ResultsFolder } from '../results-folder.ts';
import { Session } from '../session/session.ts';
import { asked, type Asked, type Options } from './bisect-asked.ts';
import { documentHead } from './document.ts';
import type { Interruption } from './interruption.ts';
import { writeJson } from './json-file.ts';
import { shownPath } from './kept-runs.ts';
import { driverOption, measuresHelp, proxyOption, timeoutFor, timeoutOption } from './options.ts';
import { Progress } from './progress.ts';
import { paint } from './paint.ts';

const EXIT = { change: 0, 'no-change': 1, unknown: 3, 'too-few': 3 } as const satisfies Record<Found['found'], number>;

function sayUnlisted(why: string, known: readonly string[]): string {
  return known.length === 0
    ? `${why}, and no image is named by its version`
    : `${why}; of images there are those that are named: ${sayVersions(known.toSorted(byVersion))}`;
}

/** What would have more releases than these, where these are of programs of this machine. */
function sayMore({ variant: { proxy } }: Lane, candidates: readonly Candidate[]): string {
  const natively = candidates.filter(({ driver }) => driver.name === 'native');
  return natively.length < 2 || !hasImages(proxy) ? '' : '; --driver docker halves over the tags of its image';
}

/** @throws UsageError where an end is not what the command line says of it. */
function checkEnd(version: string, outcome: Outcome, { good, bad, measure }: Options): void {
  if (good === undefined || bad === undefined || !('said' in outcome)) return;
  const isGood = outcome.said === (measure === undefined ? 'streams' : NO_FLAW);
  const [option, isBad] = matchesVersion(version, good) ? ['good', false] : ['bad', true];
  if (isGood === isBad) throw new UsageError(`--${option} ${version} is not ${option}: ${outcome.said}`);
}

/** What has been found so far. */
interface Steps {
  results: LaneResult[];
  /** By the candidate's place. */
  said: Map<number, string>;
  /** As the programs say themselves: an image of 1.30 is some 1.30.6. */
  versions: string[];
}

interface Stepping {
  candidates: Candidate[];
  judge: ReleaseJudge;
  progress: Progress;
  /** Of stdout; nothing comes there where it is the document's. */
  say: (text: string) => void;
}

async function stepThrough(
  { candidates, judge, progress, say }: Stepping,
  options: Options,
): Promise<Steps & { found: Found }> {
  const steps: Steps = { results: [], said: new Map(), versions: candidates.map(({ version }) => version) };
  const width = Math.max(...steps.versions.map(({ length }) => length));
  const found = await halve(candidates.length, async (index) => {
    const result = await judge.judge(candidates[index] as Candidate);
    const outcome = outcomeOf(result, options.measure);
    steps.results.push(result);
    steps.versions[index] = result.path[0]?.version ?? steps.versions[index] ?? '';
    if ('said' in outcome) steps.said.set(index, outcome.said);
    progress.end();
    say(stepLine(result, outcome, width, paint));
    if (index === 0 || index === candidates.length - 1) checkEnd(steps.versions[index], outcome, options);
    return outcome;
  });
  return { ...steps, found };
}

/** All of it as results. */
function documentOf(
  startedAt: Date,
  { driver }: Options,
  { lane, plan, halved }: Pick<Asked, 'lane' | 'plan'> & { halved: Required<Results['options']>['bisect'] },
  judge: ReleaseJudge,
  steps: Steps,
): Results {
  return {
    ...documentHead(startedAt),
    options: {
      jobs: 1,
      driver,
      ids: [lane.id],
      depth: plan.depth,
      measures: plan.measures.map((measure) => measure.id),
      bisect: halved,
    },
    instrument: summarise(judge.stages),
    lanes: steps.results,
  };
}

async function bisect(id: string, options: Options, interruption: Interruption): Promise<void> {
  const startedAt = new Date();
  const { signal } = interruption;
  const { lane, others, versions, ends, plan } = await asked(id, options);
  const say = (text: string): void => void (options.json !== '-' && process.stdout.write(text));

  await using session = await Session.open(interruption);
  // A wheel is brought sooner than an image, and all steps by one driver where that can be.
  const drivers = chooseDrivers(options.driver, session).toReversed();
  const candidates = await candidatesOf(lane.variant.proxy, {
    drivers,
    versions,
    ends,
    signal,
    onUnlisted: (why, known) => void process.stderr.write(`unclog: ${sayUnlisted(why, known)}\n`),
  });
  const most = mostSteps(candidates.length);
  const [from, to] = [candidates[0]?.version ?? '', candidates.at(-1)?.version ?? ''];
  const compared = options.measure ?? 'delivery';
  interruption.after(options.timeout ?? timeoutFor(0));
  await using folder = await ResultsFolder.open(options.results, session);
  const progress = new Progress(process.stderr, most);
  const keep = folder.keep.bind(folder);
  const onEvent = progress.on.bind(progress);
  await using judge = new ReleaseJudge(lane, { plan, session, signal, onEvent, keep });
  say(`${lane.id}: ${compared} in ${candidates.length} releases, ${from} to ${to}, at most ${most} of them judged\n`);
  const steps = await stepThrough({ candidates, judge, progress, say }, options).finally(() => progress.end());
  signal.throwIfAborted();

  const document = documentOf(startedAt, options, { lane, plan, halved: { compared, from, to } }, judge, steps);
  const path = shownPath(await folder.finish(document));
  say(
    bisectedReport(
      { lane: lane.id, others, more: sayMore(lane, candidates), ...steps },
      document,
      `${path}, traces beside it`,
    ),
  );
  process.exitCode = EXIT[steps.found.found];
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
