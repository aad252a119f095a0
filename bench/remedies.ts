/**
 * What frees a lane that does not stream: which of its fixes were proven in this same run, what each costs beside, as far
 * as that was measured in it, and in which order they are worth trying. Pure.
 */

import type { Chain, Lane } from './catalogue/catalogue.ts';
import type { Fix } from './catalogue/declaration.ts';
import { isJudged, type LaneResult, type LaneVerdict } from './results.ts';

export interface Remedy extends Fix {
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
}

const ABORT = 'abort';

function variantOf(id: string): string {
  return id.split('?')[0] ?? id;
}

/** Of the same program where it is the same proxy: a run may have it in several versions. */
function sameProgram(one: LaneResult, other: LaneResult): boolean {
  if (one.version !== other.version) return false;
  return other.path.every(({ proxy, version }) =>
    one.path.every((hop) => hop.proxy !== proxy || hop.version === version),
  );
}

/** Flaws of the hop that the lane is of, by measure: those of its own are measured of one lane of the variant. */
function flawsOf(lane: LaneResult, results: readonly LaneResult[]): Map<string, string | undefined> {
  const siblings = results.filter(({ id }) => variantOf(id) === variantOf(lane.id));
  const measured = [...siblings.filter((other) => sameProgram(lane, other)), lane];
  return new Map(
    measured.flatMap(({ measures = {} }) => Object.entries(measures).map(([id, { flaw }]) => [id, flaw] as const)),
  );
}

/** Of measures that tell of both, and find a flaw in the one alone. */
function newFlaws(lane: LaneResult, proof: LaneResult, results: readonly LaneResult[]): [string, string][] {
  const before = flawsOf(lane, results);
  return [...flawsOf(proof, results)].flatMap(([measure, flaw]): [string, string][] =>
    flaw !== undefined && before.has(measure) && before.get(measure) === undefined ? [[measure, flaw]] : [],
  );
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

function weigh(fix: Fix, lane: LaneResult, results: readonly LaneResult[]): Weighed {
  const changesConfig = variantOf(fix.provenBy) !== variantOf(lane.id);
  const proof = results.find((result) => result.id === fix.provenBy && sameProgram(lane, result));
  if (proof?.verdict !== 'streams') {
    const remedy = { ...unprovenRemedy(fix), ...(proof === undefined ? {} : { found: proof.verdict }) };
    return { remedy, losesCoding: undefined, changesConfig, losesAbort: false };
  }
  const losesCoding = lostCoding(lane, proof);
  const flaws = newFlaws(lane, proof, results);
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

const AS_DECLARED = 'it is the smaller change; nothing that was measured tells them apart';

function differing(one: Weighed, other: Weighed): Criterion | undefined {
  return CRITERIA.find(({ of }) => of(one) !== of(other));
}

/** Those that come to the same stay as they are declared. */
function compare(one: Weighed, other: Weighed): number {
  const criterion = differing(one, other);
  return criterion === undefined ? 0 : criterion.of(one) - criterion.of(other);
}

/** What is to be tried first stands first, and says why where there are several. */
export function remediesOf(fixes: readonly Fix[], lane: LaneResult, results: readonly LaneResult[]): Remedy[] {
  const [first, second, ...rest] = fixes.map((fix) => weigh(fix, lane, results)).toSorted(compare);
  if (first === undefined) return [];
  if (second === undefined) return [first.remedy];
  const because = differing(first, second)?.says(second) ?? AS_DECLARED;
  return [{ ...first.remedy, because }, ...[second, ...rest].map(({ remedy }) => remedy)];
}

/** A lane in a version, whether it is declared or judged. */
function keyOf({ id, version = '' }: { id: string; version?: string }): string {
  return `${id}@${version}`;
}

/** Every lane that was judged not to stream, with what frees it, or why nothing does. */
export function withRemedies(
  results: readonly LaneResult[],
  lanes: readonly (Pick<Lane | Chain, 'id' | 'fixes' | 'noFix'> & Pick<Lane, 'version'>)[],
): LaneResult[] {
  const declared = new Map(lanes.map((lane) => [keyOf(lane), lane]));
  return results.map((result) => {
    const { fixes, noFix } = declared.get(keyOf(result)) ?? {};
    if (!isJudged(result) || result.verdict === 'streams') return result;
    if (fixes !== undefined) return { ...result, remedies: remediesOf(fixes, result, results) };
    return noFix === undefined ? result : { ...result, noFix };
  });
}
