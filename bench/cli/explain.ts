import { readFile } from 'node:fs/promises';
import { basename, relative } from 'node:path';

import { Command } from 'commander';

import {
  firstVariantId,
  loadCatalogue,
  selectChains,
  selectLanes,
  slugOf,
  type Catalogue,
  type Chain,
  type Lane,
  type Variant,
} from '../catalogue/catalogue.ts';
import type { Vary } from '../catalogue/declaration.ts';
import { chainOfPath, PATH_PREFIX } from '../catalogue/path.ts';
import { UsageError } from '../errors.ts';
import { sayBounds } from '../run/in-version.ts';
import { PACKAGE_ROOT } from '../programs.ts';
import { settingsTable } from '../report/settings.ts';
import { WIDTH, wrap } from '../report/text.ts';
import { tradeOffCard } from '../report/trade-offs.ts';
import { isOfSuite, selectRequirements } from '../conformance/select.ts';
import { explainChain } from './explain-chain.ts';
import { explainLane } from './explain-lane.ts';
import { explainRequirement } from './explain-requirement.ts';
import { laneInVersion } from './explain-version.ts';
import {
  asHopLines,
  everWithheld,
  keptRuns,
  lastKnown,
  lastMeasured,
  withheldReasons,
  withoutVersion,
  withVersion,
  type KeptRun,
} from './kept-runs.ts';
import { paint } from './paint.ts';

const INDENT = '  ';

function heading(text: string): string {
  return paint('bold', text);
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

/** A lane that --vary made and a kept run judged; of a variant whose plain lane is declared, or was not measured, none. */
function madeLane({ lanes }: Catalogue, id: string, runs: readonly KeptRun[]): Lane[] {
  const variant = lanes.find((lane) => lane.variant.id === id.split('?')[0])?.variant;
  const last = lastMeasured(id, runs);
  if (variant === undefined || last === undefined || lanes.some((lane) => lane.id === id)) return [];
  return [{ id, variant, vary: (last.result.vary ?? {}) as Vary }];
}

/** The hops of a path, which is named as the matrix names it, or as --path takes it: `nginx/default,traefik/default`. */
function hopsOf(id: string): string | undefined {
  if (id.startsWith(PATH_PREFIX)) return id.slice(PATH_PREFIX.length);
  return id.split('?')[0]?.includes(',') === true ? id : undefined;
}

/**
 * Also what was made on a command line, by --path or --vary, and measured. A variant's id means all its declared lanes,
 * and below them the plain one that --vary made, which has the same id; `variant?` is the plain one alone. @throws UsageError
 */
export function selected(
  catalogue: Catalogue,
  id: string,
  runs: readonly KeptRun[],
): { lanes: Lane[]; chains: Chain[] } {
  const hops = hopsOf(id);
  if (hops !== undefined) return { lanes: [], chains: [chainOfPath(catalogue, hops)] };
  const made = madeLane(catalogue, id.replace(/\?$/, ''), runs);
  const isVariant = catalogue.lanes.some(({ variant }) => variant.id === id);
  if (made.length > 0 && !isVariant) return { lanes: made, chains: [] };
  return { lanes: [...selectLanes(catalogue, [id]), ...made], chains: selectChains(catalogue, [id]) };
}

/** The setting beside the default: what is gained by it, and what it costs. */
function card(
  variant: Variant,
  lanes: readonly Lane[],
  version: string | undefined,
  runs: readonly KeptRun[],
): string[] {
  const ids = [variant.id, firstVariantId(variant.proxy)];
  const columns = [...new Set(ids)].map((id) => {
    const own = lanes.filter((lane) => lane.variant.id === id).map((lane) => withVersion(lane.id, version));
    return {
      name: slugOf({ ...variant, id }),
      lanes: own.flatMap((lane) => lastKnown(lane, runs) ?? []),
      withheld: own.flatMap((lane) => everWithheld(lane, runs)),
    };
  });
  const lines = tradeOffCard(columns);
  return lines.length === 0 ? [] : [...lines, ''];
}

async function explainVariant(
  variant: Variant,
  members: readonly Lane[],
  { lanes }: Catalogue,
  version: string | undefined,
  runs: KeptRun[],
): Promise<string[]> {
  return [
    `${heading(`${variant.proxy.name}: ${variant.title}`)}${sayBounds(variant)}`,
    wrap(`changes: ${variant.changes}`, WIDTH, INDENT),
    '',
    ...(await configs(variant)),
    '',
    ...card(variant, lanes, version, runs),
    ...members.flatMap((lane) => [explainLane(lane, version, runs), '']),
    ...asHopLines(variant.id, version, runs).flatMap((line) => [wrap(line, WIDTH), '']),
    ...variant.docs.map((address) => `see ${address}`),
    '',
  ];
}

/** As they are in the version that is asked for. @throws UsageError for one that was never released */
function asIn(lanes: Lane[], version: string | undefined, runs: readonly KeptRun[]): Lane[] {
  return version === undefined ? lanes : lanes.map((lane) => laneInVersion(lane, version, runs));
}

/** Said once, at the end: of a run it is the same for each of its lanes. */
function whyWithheld(names: readonly string[], runs: readonly KeptRun[]): string[] {
  const reasons = withheldReasons(names.flatMap((name) => lastMeasured(name, runs) ?? []));
  return reasons.map((reason) => wrap(reason, WIDTH));
}

async function explain(name: string, options: { results: string }): Promise<void> {
  if (isOfSuite(name)) {
    const requirements = selectRequirements([name]);
    const kept = await keptRuns(options.results);
    return void process.stdout.write(requirements.map((one) => explainRequirement(one, kept)).join('\n'));
  }
  const { id, version } = withoutVersion(name);
  const catalogue = await loadCatalogue();
  const runs = await keptRuns(options.results);
  const proxy = catalogue.proxies.find((declared) => declared.id === id);
  if (proxy !== undefined) {
    const own = asIn(
      catalogue.lanes.filter(({ variant }) => variant.proxy.id === id),
      version,
      runs,
    );
    const lines = settingsTable(proxy, own, (lane) => lastKnown(withVersion(lane, version), runs), paint);
    return void process.stdout.write(`${lines.join('\n')}\n`);
  }
  const { lanes, chains } = selected(catalogue, id, runs);
  if (version !== undefined && chains.length > 0)
    throw new UsageError(
      `"${id}" selects chains, of several proxies, which no one version stands for: explain it without @${version}`,
    );
  const out = await Promise.all(chains.map((chain) => explainChain(chain, runs)));
  for (const [variant, members] of Map.groupBy(asIn(lanes, version, runs), (lane) => lane.variant))
    out.push(...(await explainVariant(variant, members, catalogue, version, runs)));
  const names = [...chains.map((chain) => chain.id), ...lanes.map((lane) => withVersion(lane.id, version))];
  out.push(...whyWithheld(names, runs));
  process.stdout.write(`${out.join('\n').trimEnd()}\n`);
}

export function explainCommand(): Command {
  return new Command('explain')
    .description(
      'one variant: its config, its doc, what was last measured, the fix and its trade-offs; or a proxy’s settings',
    )
    .argument(
      '<id>',
      'a variant, lane or chain: nginx/default, chain/two-nginx; nginx/default@1.22 in that version; a proxy, nginx, for the table of its settings; also what --path and --vary made, as the matrix names it; or a requirement: rfc10036/headers-first',
    )
    .option('--results <folder>', 'where results are kept', 'results')
    .action(explain);
}
