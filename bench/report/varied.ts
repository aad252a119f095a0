/** What `--vary` found: a table of verdicts for each variant, and which dimensions change it. Pure. */

import type { DimensionId } from '../catalogue/declaration.ts';
import { isJudged, type LaneResult, type Results } from '../results.ts';
import { headLines } from './head.ts';
import { instrumentLines, noiseLines, withheldLines } from './matrix.ts';
import { borderless } from './table.ts';
import { STYLES, WIDTH, wrap, type Paint } from './text.ts';
import { commonId, list, sayWhatMatters, triedDimensions, valuesOf } from './what-matters.ts';

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
  const drawn = borderless({ colWidths: widths });
  const painted = (text: string): string => (text in STYLES ? paint(STYLES[text as keyof typeof STYLES], text) : text);
  drawn.push(labels, ...rows.map((row) => row.map(painted)));
  return drawn
    .toString()
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
}

/** Rows of the one dimension, columns of the other, both named in the corner; `undefined` where it is wider than a terminal. */
function grid(results: readonly LaneResult[], row: DimensionId, column: DimensionId, paint: Paint): string | undefined {
  const columns = valuesOf(column, results);
  const rows = valuesOf(row, results).map((value) => [
    value,
    ...columns.map(
      (other) => results.find(({ vary }) => vary?.[row] === value && vary[column] === other)?.verdict ?? '',
    ),
  ]);
  return plainTable([`${row} \\ ${column}`, ...columns], rows, (index) => index > 0, paint);
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
  const tried = triedDimensions(results);
  const dimensions = tried.length > 0 ? tried : (Object.keys(results[0]?.vary ?? {}) as DimensionId[]);
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

/** What frees the lanes that the catalogue has as well, or why nothing does: once for all of which the same is declared. */
function fixes(results: readonly LaneResult[]): string[] {
  const known = results.flatMap(({ id, remedies = [], noFix }) => {
    if (remedies.length === 0 && noFix === undefined) return [];
    const changes = remedies.map(({ change }) => change).join('; or: ');
    return [{ id, says: remedies.length === 0 ? `no fix: ${noFix}` : `fix: ${changes}` }];
  });
  const groups = [...Map.groupBy(known, ({ says }) => says)].map(([says, members]) => {
    const ids = members.map(({ id }) => id);
    return `${says} (declared of ${list(ids, 'and')})`;
  });
  return groups.length === 0
    ? []
    : [...groups, '`unclog explain ID` names the lane that proves each, and what it costs.'];
}

export function variedReport(results: Results, where: string, paint: Paint): string {
  const out: string[] = [...headLines(results), ''];
  for (const members of Map.groupBy(
    results.lanes,
    ({ id, version = '' }) => `${id.split('?')[0]}@${version}`,
  ).values()) {
    const [first] = members;
    const [hop] = first?.path ?? [];
    const program =
      hop === undefined ? `  ${first?.version ?? ''}`.trimEnd() : `  ${hop.proxy} ${hop.version} (${hop.driver})`;
    out.push(paint('bold', `${commonId(members)}${program}`), table(members, paint), '');
    for (const sentence of [...sayWhatMatters(members), ...fixes(members), ...reasons(members)])
      out.push(wrap(sentence, WIDTH));
    out.push('');
  }
  if (results.lanes.some(({ measures }) => measures !== undefined))
    out.push(
      wrap('What was measured besides delivery is not in the table: `unclog explain ID` shows it of one lane.', WIDTH),
    );
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
