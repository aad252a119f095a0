/**
 * What frees a lane that does not stream: which of its fixes were proven in this same run, what each costs beside, as far
 * as that was measured in it, and in which order they are worth trying. Pure.
 */

import type { Chain, Lane } from './catalogue/catalogue.ts';
import type { Fix } from './catalogue/declaration.ts';
import { fixesOfHops, type HopFix, type MadeChain } from './chain/hop-fixes.ts';
import { isJudged, type LaneResult, type LaneVerdict } from './results.ts';

export interface Remedy extends Fix, Partial<Pick<HopFix, 'hop'>> {
  /** Whether the lane that it names was measured to stream in this run. */
  proven: boolean;
  /** What that lane was found to do; absent where it was no part of the run. */
  found?: LaneVerdict;
  /** What is lost by it that the lane had before: as it is declared, and as measured in this run. */
  costs: string[];
  /** Of the first of several: why it stands there. */
  because?: string;
}

/** A remedy and by what it is told from another. Where something was not measured nothing is held against it. */
interface Weighed {
  remedy: Remedy;
  /** The coding that the client does not get any more. */
  losesCoding: string | undefined;
  /** Another config: what else is served by it changes as well. */
  changesConfig: boolean;
  /** The origin was told of a client that left, and is not any more. */
  losesAbort: boolean;
  /** Whether any measure was made of both it and the lane: what else it costs is known then. */
  isCompared: boolean;
}

/** What takes away a flaw that is no verdict’s. */
export interface FlawRemedy extends Fix {
  /** Whether what the lane that it names does was measured in this run, and found without a flaw. */
  proven: boolean;
  /** The flaw that was found there. */
  found?: string;
}

const ABORT = 'abort';
const REUSE = 'reuse';

function variantOf(id: string): string {
  return id.split('?')[0] ?? id;
}

/** The same programs in the same order: a run may have a proxy in several versions, and chains of the same ones in another. */
function samePrograms(one: LaneResult, other: LaneResult): boolean {
  if (one.version !== other.version || one.path.length !== other.path.length) return false;
  return other.path.every(({ proxy, version }, place) => {
    const hop = one.path[place];
    return hop?.proxy === proxy && hop.version === version;
  });
}

/** Flaws of the hop that the lane is of, by measure: those of its own are measured of one lane of the variant. */
function flawsOf(lane: LaneResult, results: readonly LaneResult[]): Map<string, string | undefined> {
  const siblings = results.filter(({ id }) => variantOf(id) === variantOf(lane.id));
  const measured = [...siblings.filter((other) => samePrograms(lane, other)), lane];
  return new Map(
    measured.flatMap(({ measures = {} }) => Object.entries(measures).map(([id, { flaw }]) => [id, flaw] as const)),
  );
}

/** By the measures that tell of both: those that find a flaw in the one alone. */
function compared(
  lane: LaneResult,
  proof: LaneResult,
  results: readonly LaneResult[],
): { isCompared: boolean; flaws: [measure: string, flaw: string][] } {
  const before = flawsOf(lane, results);
  const ofBoth = [...flawsOf(proof, results)].filter(([measure]) => before.has(measure));
  const flaws = ofBoth.flatMap(([measure, flaw]): [string, string][] =>
    flaw !== undefined && before.get(measure) === undefined ? [[measure, flaw]] : [],
  );
  return { isCompared: ofBoth.length > 0, flaws };
}

/** What could not be read was no coding to be had. */
function lostCoding(lane: LaneResult, proof: LaneResult): string | undefined {
  const { contentCoding: had, verdict } = lane;
  const isLost = verdict !== 'breaks' && had !== undefined && had !== 'identity' && proof.contentCoding === 'identity';
  return isLost ? had : undefined;
}

/** A fix that no run has proven: it costs what it is declared to. */
export function unprovenRemedy(fix: Fix): Remedy {
  return { ...fix, proven: false, costs: fix.loses === undefined ? [] : [fix.loses] };
}

function weigh(fix: Fix & Pick<Remedy, 'hop'>, lane: LaneResult, results: readonly LaneResult[]): Weighed {
  const hop = lane.hops?.find((one) => one.hop === fix.hop);
  const changesConfig = variantOf(fix.provenBy) !== (hop?.variant ?? variantOf(lane.id));
  const proof = results.find((result) => result.id === fix.provenBy && samePrograms(lane, result));
  if (proof?.verdict !== 'streams') {
    const remedy = { ...unprovenRemedy(fix), ...(proof === undefined ? {} : { found: proof.verdict }) };
    return { remedy, losesCoding: undefined, changesConfig, losesAbort: false, isCompared: false };
  }
  const losesCoding = lostCoding(lane, proof);
  const { isCompared, flaws } = compared(lane, proof, results);
  const costs = [
    ...unprovenRemedy(fix).costs,
    ...(losesCoding === undefined ? [] : [`no ${losesCoding} any more`]),
    ...flaws.map(([, flaw]) => flaw),
  ];
  return {
    remedy: { ...fix, proven: true, found: proof.verdict, costs },
    losesCoding,
    changesConfig,
    losesAbort: flaws.some(([measure]) => measure === ABORT),
    isCompared,
  };
}

interface Criterion {
  of: (weighed: Weighed) => number;
  /** Why the one that has less of it stands before the other. */
  says: (other: Weighed) => string;
}

/** What weighs most stands first; less is better. */
const CRITERIA: Criterion[] = [
  { of: ({ remedy }) => (remedy.proven ? 0 : 1), says: () => 'it was proven in this run' },
  {
    of: ({ losesCoding }) => (losesCoding === undefined ? 0 : 1),
    says: ({ losesCoding }) => `it keeps ${losesCoding}`,
  },
  {
    of: ({ changesConfig }) => (changesConfig ? 1 : 0),
    says: () => 'it leaves the config, and with it what else is served, as it is',
  },
  { of: ({ losesAbort }) => (losesAbort ? 1 : 0), says: () => 'the origin still learns that a client left' },
  { of: ({ remedy }) => remedy.costs.length, says: () => 'it costs less besides' },
];

function differing(one: Weighed, other: Weighed): Criterion | undefined {
  return CRITERIA.find(({ of }) => of(one) !== of(other));
}

/** Those that come to the same stay as they are declared. */
function compare(one: Weighed, other: Weighed): number {
  const criterion = differing(one, other);
  return criterion === undefined ? 0 : criterion.of(one) - criterion.of(other);
}

/** Why the first stands before the second, and how far that was measured. */
function becauseOf(first: Weighed, second: Weighed): string {
  const criterion = differing(first, second);
  const reason = criterion?.says(second) ?? 'it is the smaller change';
  if (!first.remedy.proven) return `${reason}; none was proven in this run`;
  if (criterion !== undefined) return reason;
  return first.isCompared && second.isCompared
    ? `${reason}; nothing that was measured tells them apart`
    : `${reason}; what else they do was not measured in this run`;
}

/** What is to be tried first stands first, and says why where there are several. */
export function remediesOf(fixes: readonly Fix[], lane: LaneResult, results: readonly LaneResult[]): Remedy[] {
  const [first, second, ...rest] = fixes.map((fix) => weigh(fix, lane, results)).toSorted(compare);
  if (first === undefined) return [];
  if (second === undefined) return [first.remedy];
  return [{ ...first.remedy, because: becauseOf(first, second) }, ...[second, ...rest].map(({ remedy }) => remedy)];
}

/** A lane in a version, whether it is declared or judged. */
function keyOf({ id, version = '' }: { id: string; version?: string }): string {
  return `${id}@${version}`;
}

/**
 * Whether the same was measured of that lane or, since it may be made of one lane alone, of its variant, and found without
 * a flaw; and whether it streams where the harmed lane does: a remedy that clogs is none.
 */
function flawRemedy(fix: Fix, measure: string, lane: LaneResult, results: readonly LaneResult[]): FlawRemedy {
  const told = results
    .filter(({ id }) => variantOf(id) === variantOf(fix.provenBy))
    .filter((other) => samePrograms(lane, other))
    .toSorted((a, b) => Number(b.id === fix.provenBy) - Number(a.id === fix.provenBy))
    .filter(isJudged)
    .flatMap(({ verdict, measures = {} }) => {
      const found = measures[measure];
      return found === undefined ? [] : { ...found, verdict };
    })
    .find(({ inconclusive }) => inconclusive === undefined);
  if (told === undefined) return { ...fix, proven: false };
  const clogs = told.verdict !== 'streams' && lane.verdict === 'streams';
  if (clogs) return { ...fix, proven: false, found: `it ${told.verdict}` };
  return told.flaw === undefined ? { ...fix, proven: true } : { ...fix, proven: false, found: told.flaw };
}

/** With what spares other clients of its URL the harm, where some was measured. */
function withReuseFix(fix: Fix | undefined, result: LaneResult, results: readonly LaneResult[]): LaneResult {
  const found = result.measures?.[REUSE];
  if (fix === undefined || found?.flaw === undefined) return result;
  const remedy = flawRemedy(fix, REUSE, result, results);
  return { ...result, measures: { ...result.measures, [REUSE]: { ...found, remedy } } };
}

/** Of a chain that nothing is declared of: what is declared of its guilty hops. */
function withHopRemedies(chain: MadeChain, result: LaneResult, results: readonly LaneResult[]): LaneResult {
  const found = fixesOfHops(chain, result);
  const remedies = found.flatMap(({ fixes }) => remediesOf(fixes, result, results));
  const reasons = found.flatMap(({ noFix }) => noFix ?? []);
  return {
    ...result,
    ...(remedies.length === 0 ? {} : { remedies }),
    ...(reasons.length === 0 ? {} : { noFix: reasons.join('; ') }),
  };
}

/** Every lane that was judged not to stream, with what frees it, or why nothing does; and of any what spares other clients. */
export function withRemedies(
  results: readonly LaneResult[],
  lanes: readonly (Pick<Lane | Chain, 'id' | 'fixes' | 'noFix'> &
    Pick<Lane, 'version' | 'reuseFix'> &
    Partial<Pick<Chain, 'path' | 'hopLanes' | 'vary'>>)[],
): LaneResult[] {
  const declared = new Map(lanes.map((lane) => [keyOf(lane), lane]));
  return results.map((found) => {
    const { fixes, noFix, path, hopLanes, vary, reuseFix } = declared.get(keyOf(found)) ?? {};
    const result = withReuseFix(reuseFix, found, results);
    if (!isJudged(result) || result.verdict === 'streams') return result;
    if (path !== undefined && hopLanes !== undefined) return withHopRemedies({ path, hopLanes, vary }, result, results);
    if (fixes !== undefined) return { ...result, remedies: remediesOf(fixes, result, results) };
    return noFix === undefined ? result : { ...result, noFix };
  });
}
