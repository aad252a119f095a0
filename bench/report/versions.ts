/** Versions of a proxy side by side: a table of verdicts, what changed between which, and whether that was expected. Pure. */

import { isJudged, nameOf, type LaneResult, type Results } from '../results.ts';
import { headLines } from './head.ts';
import { closingLines, notes, totals, withheldLines, withoutProxy } from './matrix.ts';
import { changesOf, columnOf, columnsOf, inColumn, type Column } from './side-by-side.ts';
import { STYLES, WIDTH, wrap, type Paint } from './text.ts';

const INDENT = '  ';
const NOT_AS_EXPECTED = ' !';

function cellOf(lane: LaneResult | undefined): string {
  return lane === undefined ? '' : `${lane.verdict}${lane.asExpected === false ? NOT_AS_EXPECTED : ''}`;
}

/** So many columns as a terminal is wide; the others in a table of their own below. */
function inBlocks(columns: readonly Column[], widths: readonly number[]): Column[][] {
  const blocks: Column[][] = [];
  let used = WIDTH;
  for (const [index, column] of columns.entries()) {
    const width = widths[index] ?? 0;
    const fits = used + width <= WIDTH;
    if (fits) blocks.at(-1)?.push(column);
    else blocks.push([column]);
    used = (fits ? used : 2 * INDENT.length) + width;
  }
  return blocks;
}

/** Rows of lanes, columns of versions. A name for which there is no room stands on a line of its own. */
function table(lanes: readonly LaneResult[], paint: Paint): string[] {
  const rows = [...Map.groupBy(lanes, ({ id }) => id)];
  const columns = columnsOf(lanes);
  const widthOf = (column: Column): number => {
    const cells = rows.map(([, members]) => cellOf(inColumn(members, column)));
    return 2 + Math.max(...[column.version, column.driver ?? '', ...cells].map(({ length }) => length));
  };
  const widths = columns.map(widthOf);
  return inBlocks(columns, widths).flatMap((block) => {
    const verdicts = block.map(widthOf).reduce((sum, width) => sum + width, 0);
    const room = Math.min(
      WIDTH - verdicts,
      2 + Math.max(...rows.map(([id]) => INDENT.length + withoutProxy(id).length)),
    );
    const line = (cells: (column: Column) => string): string =>
      block
        .map((column) => cells(column))
        .join('')
        .trimEnd();
    const padded = (text: string, column: Column): string => text.padEnd(widthOf(column));
    const head = [
      line((column) => padded(column.version, column)),
      line((column) => padded(column.driver ?? 'not here', column)),
    ].map((text) => ' '.repeat(room) + text);
    const body = rows.flatMap(([id, members]) => {
      const name = INDENT + withoutProxy(id);
      const cells = line((column) => {
        const lane = inColumn(members, column);
        const text = padded(cellOf(lane), column);
        return lane === undefined ? text : paint(STYLES[lane.verdict], text);
      });
      return name.length < room - 1 ? [name.padEnd(room) + cells] : [name, ' '.repeat(room) + cells];
    });
    return [...head, ...body, ''];
  });
}

function sayExpectation({ asExpected, outside }: LaneResult): string {
  if (outside !== undefined) return `nothing is expected in this version (${outside})`;
  if (asExpected === undefined) return '';
  return asExpected ? 'as expected' : '';
}

/** Of one lane: the changes, and why each verdict is what it is. */
function changed(lanes: readonly LaneResult[], paint: Paint): string[] {
  const changes = changesOf(lanes);
  const isUnexpected = lanes.some(({ asExpected }) => asExpected === false);
  if (changes.length === 0 && !isUnexpected) return [];
  const [first] = lanes;
  // What a measure found needs no reason of delivery.
  const isDelivery = isUnexpected || new Set(lanes.filter(isJudged).map(({ verdict }) => verdict)).size > 1;
  const seen = new Set<string>();
  const reasons = (isDelivery ? columnsOf(lanes) : []).flatMap((column) => {
    const lane = inColumn(lanes, column);
    if (lane === undefined || !isJudged(lane)) return [];
    const expectation = sayExpectation(lane);
    const [because = '', ...rest] = notes(lane, []);
    // Of neighbours alike the first is enough.
    const key = [lane.verdict, expectation, ...rest].join('\n');
    if (seen.has(key)) return [];
    seen.add(key);
    const head = `${columnOf(lane).version}: ${lane.verdict}${expectation === '' ? '' : `, ${expectation}`}: ${because}`;
    return [head, ...rest].map((text, index) => wrap(text, WIDTH, INDENT.repeat(index === 0 ? 2 : 3)));
  });
  return [
    paint('bold', wrap(withoutProxy(first?.id ?? ''), WIDTH, INDENT)),
    ...changes.map((change) => wrap(change, WIDTH, INDENT)),
    ...reasons,
  ];
}

function sayAlike(alike: number, different: number): string {
  if (different === 0) return 'No lane differs between the versions.';
  return `${alike} other ${alike === 1 ? 'lane does' : 'lanes do'} not differ between the versions.`;
}

function ofProxy(proxy: string, lanes: readonly LaneResult[], paint: Paint): string[] {
  const rows = [...Map.groupBy(lanes, ({ id }) => id).values()];
  const found = rows.map((members) => changed(members, paint)).filter((text) => text.length > 0);
  const alike = rows.length - found.length;
  const isSeveral = columnsOf(lanes.filter(isJudged)).length > 1;
  return [
    paint('bold', proxy),
    ...table(lanes, paint),
    ...(isSeveral && found.length > 0 ? ['What differs between the versions:', ...found.flat()] : found.flat()),
    ...(isSeveral && alike > 0 ? [sayAlike(alike, found.length)] : []),
    '',
  ];
}

export function versionsReport(results: Results, where: string, paint: Paint): string {
  const { instrument, lanes } = results;
  const out = [...headLines(results), ''];
  if (!instrument.sound) out.push('The instrument did not prove itself, so nothing was judged.', '');
  for (const line of withheldLines(instrument)) out.push(paint('red', wrap(line, WIDTH)), '');
  for (const [proxy, members] of Map.groupBy(lanes, ({ id }) => id.split('/')[0] ?? ''))
    out.push(...ofProxy(proxy, members, paint));
  if (lanes.some(({ asExpected }) => asExpected === false)) out.push(`${NOT_AS_EXPECTED.trim()} not as expected`);
  const named = lanes.find(isJudged);
  const more = named === undefined ? '' : `\`unclog explain ${nameOf(named)}\` shows all of one lane in one version.`;
  for (const line of [totals(lanes), ...(more === '' ? [] : [more]), ...closingLines(results, where)])
    out.push(wrap(line, WIDTH));
  return `${out.join('\n')}\n`;
}
