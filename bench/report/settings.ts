/** A proxy's settings in a table of 80 columns: what each changes, and what became of each stream. Pure. */

import { slugOf, type Lane } from '../catalogue/catalogue.ts';
import type { ProxyDeclaration } from '../catalogue/declaration.ts';
import { count } from '../verdict/because.ts';
import { isJudged, type LaneResult } from '../results.ts';
import { HOLD_WIDTH, LANE_WIDTH, STYLES, VERDICT_WIDTH, WIDTH, wrap, type Paint } from './text.ts';
import { streamOf } from './trade-offs.ts';

const UNDER_VARIANT = '    ';
const UNDER_LANE = '      ';

/** What was last measured of a lane, by its id. */
type Known = (id: string) => LaneResult | undefined;

/** `measured 1.31.3`, or that it was not; and what had been expected where that is something else. */
function basis(lane: Lane, found: LaneResult | undefined): string {
  if (found === undefined) return 'expected';
  if (found.asExpected === false) return `expected ${lane.expected}`;
  return `measured ${found.path.map(({ version }) => version).join(', ')}`;
}

function laneLine(lane: Lane, found: LaneResult | undefined, paint: Paint): string {
  const name = `${UNDER_VARIANT}${streamOf(lane)}`;
  const verdict = found?.verdict ?? lane.expected;
  if (verdict === undefined) return wrap(`${streamOf(lane)}: the setting is ${lane.outside}`, WIDTH, UNDER_VARIANT);
  const figures = `${paint(STYLES[verdict], verdict)}${' '.repeat(VERDICT_WIDTH - verdict.length)}${basis(lane, found).padStart(HOLD_WIDTH)}`;
  const fits = name.length < LANE_WIDTH;
  return fits ? `${name.padEnd(LANE_WIDTH)}${figures}` : `${name}\n${' '.repeat(LANE_WIDTH)}${figures}`;
}

/** The one to be tried first, and the lanes that prove the others. */
function fixLine({ fixes = [], noFix }: Lane, found: LaneResult | undefined): string[] {
  if (found?.verdict === 'streams') return [];
  const [first, ...others] = found?.remedies ?? fixes;
  const more = others.length === 0 ? '' : ` (or as in ${others.map(({ provenBy }) => provenBy).join(', ')})`;
  if (first !== undefined) return [wrap(`fix: ${first.change}${more}`, WIDTH, UNDER_LANE)];
  return noFix === undefined ? [] : [wrap(`no fix: ${noFix}`, WIDTH, UNDER_LANE)];
}

export function settingsTable(
  { id, name }: ProxyDeclaration,
  lanes: readonly Lane[],
  known: Known,
  paint: Paint,
): string[] {
  const variants = [...Map.groupBy(lanes, ({ variant }) => variant)];
  const judged = (lane: Lane): LaneResult | undefined => {
    const found = known(lane.id);
    return found !== undefined && isJudged(found) ? found : undefined;
  };
  return [
    wrap(
      `${name}: ${count(variants.length, 'setting')} under ${count(lanes.length, 'stream')}. Each verdict as it was last measured here, with the version; or as it is expected, where it was not.`,
      WIDTH,
    ),
    ...variants.flatMap(([variant, members]) => [
      '',
      paint('bold', wrap(`${slugOf(variant)}: ${variant.changes}`, WIDTH, '  ')),
      ...members.flatMap((lane) => [laneLine(lane, judged(lane), paint), ...fixLine(lane, judged(lane))]),
    ]),
    '',
    wrap(
      `\`unclog explain ${id}/ID\` shows one with its config and what it costs; \`unclog run ${id}\` measures them all.`,
      WIDTH,
    ),
  ];
}
