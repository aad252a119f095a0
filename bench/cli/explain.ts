import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { styleText } from 'node:util';

import { Command } from 'commander';

import { DEFAULT_PRESET } from '../../server/presets.ts';
import { loadCatalogue, selectChains, selectLanes, type Lane, type Variant } from '../catalogue/catalogue.ts';
import { milliseconds } from '../because.ts';
import { UsageError } from '../errors.ts';
import { PACKAGE_ROOT } from '../programs.ts';
import { wrap } from '../report/matrix.ts';
import { isJudged, type LaneResult, type Results } from '../results.ts';
import { explainChain, type LastMeasured } from './explain-chain.ts';

const WIDTH = 80;
const INDENT = '  ';

function heading(text: string): string {
  return styleText('bold', text, { stream: process.stdout });
}

interface KeptResults extends Results {
  /** Where the run is kept. */
  folder: string;
}

/** Every run that is kept, the newest first. */
async function keptResults(folder: string): Promise<KeptResults[]> {
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

async function readResults(path: string): Promise<Results> {
  const text = await readFile(path, 'utf8');
  try {
    return JSON.parse(text) as Results;
  } catch (error) {
    throw new UsageError(`${path} is no results document: ${(error as Error).message}`);
  }
}

/** The newest run in which the lane was judged. */
function lastMeasured(id: string, runs: KeptResults[]): LastMeasured | undefined {
  for (const { lanes, startedAt, folder } of runs) {
    const result = lanes.find((lane) => lane.id === id && lane.workload === DEFAULT_PRESET && isJudged(lane));
    if (result !== undefined) return { result, startedAt, folder };
  }
  return undefined;
}

async function configs({ files, proxy }: Variant): Promise<string[]> {
  const shared = new Set(Object.values(proxy.files ?? {}));
  const shown = Object.values(files).filter(
    (path) => !path.endsWith('.pem') && (Object.keys(files).length === 1 || !shared.has(basename(path))),
  );
  const also = Object.values(files).filter((path) => !shown.includes(path));
  const texts = await Promise.all(
    shown.map(
      async (path) =>
        `${heading(`proxy-configs/${proxy.id}/${basename(path)}`)}\n${(await readFile(path, 'utf8')).trimEnd()}`,
    ),
  );
  return [...texts, ...also.map((path) => `(with ${relative(PACKAGE_ROOT, path)})`)];
}

/** A steady stream's figures, in one line; nothing where there are none. */
function pacedLine({ paced }: LaneResult): string[] {
  if (paced === undefined) return [];
  const { gaps, chunksPerRead, ttfbMs, ttftMs, leadMs } = paced;
  const figures = [
    ...(gaps === undefined ? [] : [`gaps ${milliseconds(gaps.p50Ms)} p50, ${milliseconds(gaps.p99Ms)} p99`]),
    ...(chunksPerRead === undefined ? [] : [`${chunksPerRead.toFixed(1)} words a read`]),
    ...(ttfbMs === undefined ? [] : [`TTFB ${milliseconds(ttfbMs)}`]),
    ...(ttftMs === undefined ? [] : [`TTFT ${milliseconds(ttftMs)} (${milliseconds(leadMs)} of them the origin’s)`]),
  ];
  return figures.length === 0 ? [] : [`one word each 10 ms: ${figures.join(', ')}`];
}

/** All that was last measured, a line for each thing. */
function measured(id: string, last: LastMeasured | undefined): string[] {
  const command = `unclog run '${id.includes('?') ? id : `${id}?`}'`;
  if (last === undefined) return [`not measured yet: ${command}`];
  const { result, startedAt } = last;
  const { hold, measures } = result;
  const where = [
    ...result.path.map(({ proxy, version, driver }) => `${proxy} ${version}, ${driver}`),
    `${startedAt.slice(0, 16).replace('T', ' ')} UTC`,
  ].join(', ');
  return [
    `measured: ${result.verdict} (${where}): ${result.because}`,
    ...(hold === undefined
      ? []
      : [`hold: ${milliseconds(hold.p50Ms)} p50, ${milliseconds(hold.p99Ms)} p99 over ${hold.n} words`]),
    ...(measures?.['paced'] === undefined ? pacedLine(result) : []),
    ...(measures === undefined
      ? [`no more than delivery was measured then; for the rest: ${command}`]
      : Object.entries(measures).map(([measure, { says }]) => `${measure}: ${says}`)),
    ...(result.evidence === undefined ? [] : [`evidence: ${result.evidence}`]),
  ];
}

function explainLane(lane: Lane, runs: KeptResults[]): string {
  const lines = [
    ...(lane.expected === undefined ? [] : [`expected: ${lane.expected}. ${lane.why}`]),
    ...(lane.earlier === undefined
      ? []
      : [
          `before ${lane.earlier.before}: ${lane.earlier.expected}. ${lane.earlier.why}${lane.earlier.fix === undefined ? '' : ` Fix: ${lane.earlier.fix.change}`}`,
        ]),
    ...measured(lane.id, lastMeasured(lane.id, runs)),
    ...(lane.fix === undefined ? [] : [`fix: ${lane.fix.change} (proven by ${lane.fix.provenBy})`]),
  ];
  return [heading(lane.id), ...lines.map((line) => wrap(line, WIDTH, INDENT))].join('\n');
}

async function explain(id: string, options: { results: string }): Promise<void> {
  const catalogue = await loadCatalogue();
  const lanes = selectLanes(catalogue, [id]);
  const runs = await keptResults(options.results);
  const chains = selectChains(catalogue, [id]);
  const out = await Promise.all(chains.map((chain) => explainChain(chain, lastMeasured(chain.id, runs))));
  for (const [variant, members] of Map.groupBy(lanes, (lane) => lane.variant)) {
    const since = [
      ...(variant.since === undefined ? [] : [`since ${variant.since}`]),
      ...(variant.until === undefined ? [] : [`until ${variant.until}`]),
    ].join(', ');
    out.push(
      `${heading(`${variant.proxy.name}: ${variant.title}`)}${since === '' ? '' : ` (${since})`}`,
      wrap(`changes: ${variant.changes}`, WIDTH, INDENT),
      '',
      ...(await configs(variant)),
      '',
      ...members.flatMap((lane) => [explainLane(lane, runs), '']),
      ...variant.docs.map((address) => `see ${address}`),
      '',
    );
  }
  process.stdout.write(`${out.join('\n').trimEnd()}\n`);
}

export function explainCommand(): Command {
  return new Command('explain')
    .description('one variant: its config, what it changes, its doc, what was last measured, the fix')
    .argument('<id>', 'a variant, lane or chain: nginx/default, chain/two-nginx; a proxy shows all of its variants')
    .option('--results <folder>', 'where results are kept', 'results')
    .action(explain);
}
