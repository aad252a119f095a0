/** What `unclog bisect` was asked for: which lane, in which releases, compared by what. */

import type { Ends } from '../bisect/candidates.ts';
import { loadCatalogue, type Catalogue, type Lane } from '../catalogue/catalogue.ts';
import { laneOf } from '../catalogue/lane-of.ts';
import { planOf, type Plan } from '../run/depth.ts';
import { isVersion } from '../drivers/version.ts';
import { UsageError } from '../errors.ts';
import { checkAll } from './complaints.ts';
import { checkJson } from './json-file.ts';
import { parseMeasures, parseProxies, type MeasuringOptions } from './options.ts';
import { checkResults, checkResultsFolder } from './results-option.ts';

export interface Options extends MeasuringOptions {
  good?: string;
  bad?: string;
  from?: string;
  to?: string;
  measure?: string;
}

export interface Asked {
  lane: Lane;
  /** Ids of the other lanes that the catalogue has of its variant. */
  others: string[];
  /** Where some are named, no others. */
  versions: string[];
  ends: Ends;
  plan: Plan;
}

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

/** All that is wrong with it at once. @throws UsageError */
export async function asked(id: string, options: Options): Promise<Asked> {
  const catalogue = await loadCatalogue();
  checkAll([
    () => versionsFor(catalogue, laneOf(catalogue, id), options.proxy ?? []),
    () => endsOf(options),
    () => planFor(options.measure),
    () => checkResults(options.results),
  ]);
  await checkResultsFolder(options.results);
  if (options.json !== undefined) await checkJson(options.json);
  const lane = laneOf(catalogue, id);
  const versions = versionsFor(catalogue, lane, options.proxy ?? []);
  const others = catalogue.lanes
    .filter((other) => other.variant.id === lane.variant.id && other.id !== lane.id)
    .map((other) => other.id);
  return { lane, others, versions, ends: endsOf(options), plan: planFor(options.measure) };
}
