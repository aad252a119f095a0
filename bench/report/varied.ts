/** What `--vary` found: a table of verdicts for each variant, and which dimensions change it. Pure. */

import Table from 'cli-table3';

import type { DimensionId } from '../catalogue/declaration.ts';
import { isJudged, type LaneResult, type Results } from '../results.ts';
import { headLines } from './head.ts';
import { instrumentLines, noiseLines, PLAIN, withheldLines } from './matrix.ts';
import { STYLES, WIDTH, wrap, type Paint } from './text.ts';

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
 * changes the verdict somewhere with all others left alone; of a pairwise cover there may be several, which say the same.
 */
export function dimensionsThatMatter(lanes: readonly Judged[]): DimensionId[][] {
  const dimensions = [...new Set(lanes.flatMap(({ vary }) => Object.keys(vary) as DimensionId[]))];
  const sets = subsets(dimensions).filter((set) => explains(set, lanes));
  return sets.filter(({ length }) => length === sets[0]?.length);
}

function list(words: readonly string[], last: string): string {
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
  return matter.length > 0 ? '' : `: ${lanes[0]?.verdict} in each of ${lanes.length} lanes`;
}

/** One sentence for each dimension that changes the verdict, and one for those that do not. */
export function sayWhatMatters(results: readonly LaneResult[]): string[] {
  const lanes = results.filter(isJudged).map(({ vary = {}, verdict }) => ({ vary, verdict }));
  if (lanes.length === 0) return ['Nothing could be judged.'];
  const dimensions = Object.keys(lanes[0]?.vary ?? {}) as DimensionId[];
  const sets = dimensionsThatMatter(lanes);
  const [matter = []] = sets;
  const rest = dimensions.filter((id) => !matter.includes(id));
  const others = sets.slice(1).map((set) => set.join(' and '));
  return [
    ...matter.map((id) => `${id} changes it. ${verdictsBy(id, lanes)}.`),
    ...(rest.length === 0
      ? []
      : [`${list(rest, 'and')} ${rest.length === 1 ? 'does' : 'do'} not${same(matter, lanes)}.`]),
    ...(others.length === 0 ? [] : [`As few lanes as these could also be told by ${list(others, 'or')}.`]),
  ];
}

const COLUMN_WIDTH = 12;

/** Breaks a label where a reader would, so that columns are as narrow as verdicts. */
function narrow(label: string): string {
  const broken: string[] = [];
  for (const piece of label.split(/(?<=[-/;,])\s?(?=[a-z])/i)) {
    const line = `${broken.at(-1) ?? ''}${piece}`;
    if (broken.length > 0 && line.length <= COLUMN_WIDTH) broken[broken.length - 1] = line;
    else broken.push(piece);
  }
  return broken.join('\n');
}

function plainTable(
  head: readonly string[],
  rows: readonly string[][],
  verdictColumns: (column: number) => boolean,
  paint: Paint,
): string | undefined {
  const labels = head.map((label, column) => (verdictColumns(column) ? narrow(label) : label));
  const widths = labels.map(
    (label, column) =>
      2 + Math.max(...[...label.split('\n'), ...rows.map((row) => row[column] ?? '')].map(({ length }) => length)),
  );
  if (widths.reduce((sum, width) => sum + width, 0) > WIDTH) return undefined;
  const drawn = new Table({
    chars: PLAIN,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colWidths: widths,
  });
  const painted = (text: string): string => (text in STYLES ? paint(STYLES[text as keyof typeof STYLES], text) : text);
  drawn.push(labels, ...rows.map((row) => row.map(painted)));
  return drawn
    .toString()
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
}

/** Rows of the one dimension, columns of the other; `undefined` where it is wider than a terminal. */
function grid(results: readonly LaneResult[], row: DimensionId, column: DimensionId, paint: Paint): string | undefined {
  const valuesOf = (id: DimensionId): string[] => [...new Set(results.map(({ vary }) => vary?.[id] ?? ''))];
  const columns = valuesOf(column);
  const rows = valuesOf(row).map((value) => [
    value,
    ...columns.map(
      (other) => results.find(({ vary }) => vary?.[row] === value && vary[column] === other)?.verdict ?? '',
    ),
  ]);
  return plainTable([row, ...columns], rows, (index) => index > 0, paint);
}

/** One line a lane. */
function lines(results: readonly LaneResult[], dimensions: readonly DimensionId[], paint: Paint): string {
  const rows = results.map(({ vary, verdict }) => [...dimensions.map((id) => vary?.[id] ?? ''), verdict]);
  return (
    plainTable([...dimensions, 'verdict'], rows, () => false, paint) ??
    results
      .map(({ id, verdict }) =>
        wrap(`${id.slice(id.indexOf('?') + 1).replaceAll('&', ' ')}  ${paint(STYLES[verdict], verdict)}`, WIDTH, '  '),
      )
      .join('\n')
  );
}

function table(results: readonly LaneResult[], paint: Paint): string {
  const dimensions = Object.keys(results[0]?.vary ?? {}) as DimensionId[];
  const [one, other] = dimensions;
  if (dimensions.length !== 2 || one === undefined || other === undefined) return lines(results, dimensions, paint);
  return grid(results, one, other, paint) ?? grid(results, other, one, paint) ?? lines(results, dimensions, paint);
}

/** Why lanes have no verdict: said once for all that have it for the same reason. */
function reasons(results: readonly LaneResult[]): string[] {
  const without = results.filter((result) => !isJudged(result) || result.verdict === 'refused');
  return [...Map.groupBy(without, ({ verdict, because }) => `${verdict}: ${because}`)].map(
    ([reason, members]) =>
      `${reason} (${
        members.length === results.length
          ? 'all'
          : list(
              members.map(({ id }) => id),
              'and',
            )
      })`,
  );
}

export function variedReport(results: Results, where: string, paint: Paint): string {
  const out: string[] = [...headLines(results), ''];
  for (const [variant, members] of Map.groupBy(results.lanes, ({ id }) => id.split('?')[0] ?? '')) {
    const [hop] = members[0]?.path ?? [];
    const program = hop === undefined ? '' : `  ${hop.proxy} ${hop.version} (${hop.driver})`;
    out.push(paint('bold', `${variant}${program}`), table(members, paint), '');
    for (const sentence of [...sayWhatMatters(members), ...reasons(members)]) out.push(wrap(sentence, WIDTH));
    out.push('');
  }
  if (!results.instrument.sound) out.push('The instrument did not prove itself, so nothing was judged.');
  for (const line of [
    ...withheldLines(results.instrument),
    ...noiseLines(results.lanes),
    ...instrumentLines(results.instrument),
    `Evidence: ${where}`,
  ])
    out.push(wrap(line, WIDTH));
  return `${out.join('\n')}\n`;
}
