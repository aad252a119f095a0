/** Which dimensions change a verdict, as lanes at several points tell, or cannot tell. Pure. */

import { DEFAULT_PRESET } from '../../server/presets.ts';
import { laneId } from '../catalogue/catalogue.ts';
import type { DimensionId } from '../catalogue/declaration.ts';
import { DIMENSIONS } from '../catalogue/dimensions.ts';
import { shellWord } from '../shell-word.ts';
import { isJudged, type LaneResult } from '../results.ts';
import { MOST_LANES } from '../vary.ts';

interface Judged {
  vary: NonNullable<LaneResult['vary']>;
  verdict: string;
}

/** All subsets, the smaller ones first. */
function subsets<T>(items: readonly T[]): T[][] {
  const all = items.reduce<T[][]>((sets, item) => [...sets, ...sets.map((set) => [...set, item])], [[]]);
  return all.toSorted((a, b) => a.length - b.length);
}

/** Whether lanes that agree in these dimensions always agree in their verdict. */
function explains(dimensions: readonly DimensionId[], lanes: readonly Judged[]): boolean {
  const verdicts = new Map<string, string>();
  return lanes.every(({ vary, verdict }) => {
    const key = JSON.stringify(dimensions.map((id) => vary[id]));
    const known = verdicts.get(key) ?? verdict;
    verdicts.set(key, known);
    return known === verdict;
  });
}

/**
 * The fewest dimensions whose values tell every verdict. Of a cross product there is one such set, and each of it
 * changes the verdict somewhere with all others left alone; of a pairwise cover there may be several, and it cannot tell
 * which of them is true.
 */
export function dimensionsThatMatter(lanes: readonly Judged[]): DimensionId[][] {
  const dimensions = [...new Set(lanes.flatMap(({ vary }) => Object.keys(vary) as DimensionId[]))];
  const sets = subsets(dimensions).filter((set) => explains(set, lanes));
  return sets.filter(({ length }) => length === sets[0]?.length);
}

export function list(words: readonly string[], last: string): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** `chunked streams, content-length coalesces`: values of one verdict stand together. */
function verdictsBy(id: DimensionId, lanes: readonly Judged[]): string {
  const byValue = [...Map.groupBy(lanes, ({ vary }) => vary[id] ?? '')].map(([value, members]) => ({
    value,
    verdicts: list([...new Set(members.map(({ verdict }) => verdict))], 'or'),
  }));
  return [...Map.groupBy(byValue, ({ verdicts }) => verdicts)]
    .map(
      ([verdicts, members]) =>
        `${list(
          members.map(({ value }) => value),
          'and',
        )}: ${verdicts}`,
    )
    .join('; ');
}

function same(matter: readonly DimensionId[], lanes: readonly Judged[]): string {
  if (matter.length > 0) return '';
  return `: ${lanes[0]?.verdict} in ${lanes.length === 1 ? 'the one lane that was judged' : `each of ${lanes.length} lanes`}`;
}

export function valuesOf(id: DimensionId, lanes: readonly Pick<LaneResult, 'vary'>[]): string[] {
  return [...new Set(lanes.map(({ vary }) => vary?.[id] ?? ''))];
}

/** Those of which more than one value was tried: of the others nothing is told. */
export function triedDimensions(results: readonly Pick<LaneResult, 'vary'>[]): DimensionId[] {
  const dimensions = Object.keys(results[0]?.vary ?? {}) as DimensionId[];
  return dimensions.filter((id) => valuesOf(id, results).length > 1);
}

/** The variant, with what is the same in all of the lanes. */
export function commonId(results: readonly Pick<LaneResult, 'id' | 'vary'>[]): string {
  const [first] = results;
  const tried = triedDimensions(results);
  const common = Object.entries(first?.vary ?? {}).filter(([id]) => !tried.includes(id as DimensionId));
  return laneId(first?.id.split('?')[0] ?? '', Object.fromEntries(common));
}

/** One sentence for each dimension that changes the verdict, and one for those that do not; what lanes cannot tell is said so. */
export function sayWhatMatters(results: readonly LaneResult[]): string[] {
  const lanes = results.filter(isJudged).map(({ vary = {}, verdict }) => ({ vary, verdict }));
  if (lanes.length === 0) return ['Nothing could be judged.'];
  const dimensions = triedDimensions(results);
  if (dimensions.length === 0) return ['One stream was tried: more values of a dimension are needed to compare.'];
  const unseen = dimensions.filter((id) => valuesOf(id, lanes).length === 1);
  const sets = dimensionsThatMatter(lanes);
  const [matter = []] = sets;
  const rest = dimensions.filter((id) => !sets.flat().includes(id) && !unseen.includes(id));
  const does = rest.length === 1 ? 'does not change it' : 'do not change it';
  return [
    ...(sets.length > 1
      ? sayUndecided(sets, results)
      : matter.map((id) => `${id} changes it. ${verdictsBy(id, lanes)}.`)),
    ...(rest.length === 0 || sets.length > 1 ? [] : [`${list(rest, 'and')} ${does}${same(matter, lanes)}.`]),
    ...unseen.map(
      (id) => `Whether ${id} changes it cannot be told: only ${valuesOf(id, lanes).join()} could be judged.`,
    ),
  ];
}

/** Several sets of dimensions explain the verdicts, and none better than another. */
function sayUndecided(sets: readonly DimensionId[][], results: readonly LaneResult[]): string[] {
  const size = sets[0]?.length ?? 0;
  const named = [...new Set(sets.flat())];
  const countOf = (id: DimensionId): number => sets.filter((set) => set.includes(id)).length;
  const likeliest = named.toSorted((a, b) => countOf(b) - countOf(a));
  const always = named.filter((id) => countOf(id) === sets.length);
  const some = named.filter((id) => countOf(id) < sets.length);
  const tried = fitting(likeliest, results);
  const which = tried.length === named.length ? 'these' : 'the likeliest';
  return [
    `These lanes cannot tell which dimensions change it: ${sets.length} sets of ${size} explain every verdict, none better than another. ${always.length === 0 ? 'No dimension is in all of them' : `In all of them: ${list(always, 'and')}`}; in some: ${list(some, 'and')}.`,
    `To decide, with every combination of ${which}: ${commandFor(tried, results)}`,
  ];
}

/** The first of them, as many as have no more combinations than are run. */
function fitting(dimensions: readonly DimensionId[], results: readonly LaneResult[]): DimensionId[] {
  const fit: DimensionId[] = [];
  let combinations = 1;
  for (const id of dimensions) {
    const { length } = valuesOf(id, results);
    if (combinations * length > MOST_LANES) continue;
    combinations *= length;
    fit.push(id);
  }
  return fit;
}

/** Values are named where not those of `--vary ID` were tried. */
function commandFor(dimensions: readonly DimensionId[], results: readonly LaneResult[]): string {
  const [first] = results;
  const axes = dimensions.map((id) => {
    const tried = valuesOf(id, results);
    const { values } = DIMENSIONS[id];
    const isAll = tried.length === values.length && tried.every((value) => values.includes(value));
    return isAll ? id : `${id}=${tried.join('|')}`;
  });
  const vary = axes.join(',');
  const quoted = /^[\w,=-]+$/.test(vary) ? vary : `'${vary}'`;
  const workload = first === undefined || first.workload === DEFAULT_PRESET ? '' : ` --workload ${first.workload}`;
  return `unclog run ${shellWord(commonId(results))} --vary ${quoted}${workload}`;
}
