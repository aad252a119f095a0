/** The matrix as text, 80 columns wide. Pure: results and a painter in, lines out. */

import { RULE_SHARE } from '../verdict/held-words.ts';
import { isJudged, nameOf, noisyFigures, type LaneResult, type NoisyFigure, type Results } from '../results.ts';
import { MANY_SHARE, ENOUGH_TRIES } from '../verdict/tries-verdict.ts';
import { coreLines, headLines } from './head.ts';
import { hopLines, tapLine } from './hops.ts';
import { remedyLines, reuseFixLines } from './remedies.ts';
import { borderless } from './table.ts';
import {
  HOLD_WIDTH,
  holdOf,
  LANE_WIDTH,
  lastWords,
  namesOf,
  sayFound,
  STYLES,
  VERDICT_WIDTH,
  WIDTH,
  wrap,
  type Paint,
  twoDigits,
} from './text.ts';

const INDENT = '    ';
/** Of so many whatever was measured is shown, as where measures were named; of more only what is not as with no hop. */
const FEW_VARIANTS = 2;

/** Which hops were expected to do it. */
function blamed({ expectedGuilty }: LaneResult): string {
  if (expectedGuilty === undefined) return '';
  return expectedGuilty.length === 0 ? ', with no guilty hop' : `, by hop ${expectedGuilty.join(' and ')}`;
}

/** All that a proxy said where it is what the lane came to; of one that died and yet was judged as expected a line. */
function ending(lane: LaneResult): string[] {
  const { verdict, asExpected, log, command, endedIn } = lane;
  if (!isJudged(lane) || verdict === 'refused' || asExpected === false) return lastWords(lane);
  if (log === undefined && command === undefined) return [];
  // Where it ended in a measure, that is told with what was found.
  const ended = endedIn === undefined ? ['its process ended meanwhile'] : [];
  const words = log === undefined || log === '' ? [] : ['`unclog explain ID` shows its last words'];
  return [[...ended, ...words].join('; ')].filter(Boolean);
}

export function notes(lane: LaneResult, found: string[]): string[] {
  const { bring } = lane;
  return [
    lane.because,
    ...found,
    ...Object.values(lane.measures ?? {}).flatMap(reuseFixLines),
    ...(lane.asExpected === false ? [`NOT AS EXPECTED: this was expected to be ${lane.expected}${blamed(lane)}`] : []),
    ...remedyLines(lane),
    ...(bring === undefined ? [] : [`to have it: ${bring}`]),
    ...ending(lane),
  ];
}

/** @param isNamed whether what is measured besides was asked for by name: then all of it is shown of a hop too. */
function rows(lane: LaneResult, found: string[], paint: Paint, isNamed: boolean): string {
  const name = withoutProxy(lane.id);
  // The figures are plain text in columns of their own; colour would count as width.
  const table = borderless({
    colWidths: [LANE_WIDTH, VERDICT_WIDTH, HOLD_WIDTH],
    colAligns: ['left', 'left', 'right'],
  });
  const fits = name.length + 2 < LANE_WIDTH;
  table.push([fits ? `  ${name}` : '', paint(STYLES[lane.verdict], lane.verdict), holdOf(lane)]);
  const head = fits ? table.toString() : `  ${name}\n${table.toString()}`;
  const [reason = '', ...rest] = notes(lane, found).map((note) => wrap(note, WIDTH, INDENT));
  return [head.trimEnd(), paint('dim', reason), ...hopLines(lane, paint, isNamed), ...rest].join('\n');
}

export function withoutProxy(id: string): string {
  return id.slice(id.indexOf('/') + 1);
}

function variantOf({ id }: Pick<LaneResult, 'id'>): string {
  return id.split('?')[0] ?? id;
}

/** Lanes of one program stand together: the same proxy, version and driver. */
function groupOf({ path, id }: LaneResult): string {
  const [hop, another] = path;
  if (hop !== undefined && another !== undefined) return `hops in a row, hop 1 nearest the client  (${hop.driver})`;
  return hop === undefined
    ? `${id.split('/')[0]}  (skipped)`
    : `${hop.proxy} ${hop.version}  (${hop.driver}: ${hop.image ?? hop.source})`;
}

function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

export function totals(lanes: LaneResult[]): string {
  const counts = Object.entries(Object.groupBy(lanes, ({ verdict }) => verdict)).map(([verdict, group]) =>
    lanes.length === 1 ? verdict : `${group.length} ${verdict}`,
  );
  const judged = lanes.filter(isJudged);
  const wrong = judged.filter(({ asExpected }) => asExpected === false);
  const agreement =
    judged.length === 0
      ? 'nothing could be judged'
      : wrong.length === 0
        ? judged.some(({ asExpected }) => asExpected !== undefined)
          ? 'all that were judged are as expected'
          : `nothing was expected of ${judged.length === 1 ? 'it' : 'them'}`
        : `${wrong.length} NOT AS EXPECTED: ${wrong.map(nameOf).join(', ')}`;
  return `${plural(lanes.length, 'lane')}: ${counts.join(', ')}; ${agreement}.`;
}

/** Of how many the proof was made again by itself. */
function alone(relays: Results['instrument']['proofs'][number]['relays']): string {
  const again = relays.filter(({ first }) => first !== undefined).length;
  return again === 0 ? '' : `, ${again} of them not beside other proofs but by itself`;
}

/** The verdict of each relay of delivery; of a measure's relays, which. */
function proved(relays: Results['instrument']['proofs'][number]['relays']): string {
  const delivery = relays.filter(({ measure }) => measure === undefined);
  const measures = relays.filter(({ measure }) => measure !== undefined);
  const ofMeasures = [...Map.groupBy(measures, ({ measure }) => measure)].map(
    ([measure, members]) => `${measure}: ${members.map(({ id }) => id).join(', ')}`,
  );
  return [delivery.map(({ id, verdict }) => `${id} ${verdict}`).join(', '), ...ofMeasures].join('; ');
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export function instrumentLines({ proofs }: Results['instrument']): string[] {
  return proofs.flatMap(({ driver, floor, amongLanes, relays, clock, taps }) => {
    const right = relays.filter(({ convicted }) => convicted).length;
    const among =
      amongLanes === undefined
        ? ''
        : `, ${twoDigits(amongLanes.hold.p50Ms)} / ${twoDigits(amongLanes.hold.p99Ms)} ms among them (${plural(amongLanes.streams, 'stream')})`;
    const clockSays = clock.shared
      ? 'origin and client share one clock'
      : `clocks compared to ±${twoDigits(clock.errorMs)} ms`;
    return [
      `Floor (${driver}): hold ${twoDigits(floor.hold.p50Ms)} / ${twoDigits(floor.hold.p99Ms)} ms p50/p99 through a transparent relay before the lanes${among}; a word held over ${twoDigits(floor.delayLimitMs)} ms counts as delayed, a lane \`delays\` where ${percent(RULE_SHARE)} of its words are (or, in each of ${ENOUGH_TRIES} tries, ${percent(MANY_SHARE)} or the same ones); ${clockSays}.`,
      ...(taps === undefined ? [] : [tapLine(driver, taps)]),
      `Proof (${driver}): ${right} of ${relays.length} relays judged rightly${alone(relays)}: ${proved(relays)}.`,
    ];
  });
}

/** What was not proven in this run and is therefore not told, though it was asked for. */
export function withheldLines({ proofs }: Results['instrument']): string[] {
  return proofs.flatMap(({ driver, withheld }) =>
    withheld.map(
      ({ what, because }) => `Withheld (${driver}): ${what}, which did not prove itself in this run: ${because}`,
    ),
  );
}

/** Its proxy could not even be tried: said once for all of its lanes. */
export function isUntried({ path }: LaneResult): boolean {
  return path.length === 0;
}

function untried(lanes: LaneResult[]): string[] {
  const groups = Map.groupBy(lanes.filter(isUntried), ({ verdict, because, bring }) =>
    JSON.stringify([verdict, because, bring]),
  );
  return [...groups.values()].map((group) => {
    const [first] = group;
    return `${first?.verdict}: ${namesOf(group)}: ${first?.because}${first?.bring === undefined ? '' : `. To have it: ${first.bring}`}`;
  });
}

function named(figures: readonly NoisyFigure[]): string {
  return figures.map(({ lane, measure }) => `${lane} ${measure}`).join(', ');
}

/** Counted and named, as a verdict is that noise forbids, and so what was told at the second try; nothing where there are none. */
export function noiseLines(lanes: readonly LaneResult[]): string[] {
  const { left = [], told = [] } = Object.groupBy(noisyFigures(lanes), ({ isTold }) => (isTold ? 'told' : 'left'));
  return [
    ...(left.length === 0
      ? []
      : [
          `${plural(left.length, 'figure')} could not be measured for noise: ${named(left)}; \`unclog explain ID\` says why.`,
        ]),
    ...(told.length === 0 ? [] : [`Measured again for noise, when nothing else was, and told then: ${named(told)}.`]),
  ];
}

/** What stands under all lanes. */
export function closingLines({ lanes, instrument }: Results, where: string): string[] {
  return [...noiseLines(lanes), ...instrumentLines(instrument), ...untried(lanes), `Evidence: ${where}`];
}

/** Of those that were asked for, what was measured of any lane. */
function measuredIn({ lanes, options }: Results): string[] {
  return options.measures.filter((id) => lanes.some(({ measures = {} }) => id in measures));
}

function silence(measures: string[]): string {
  return `Measured besides, what costs most of some lanes alone: ${measures.join(', ')}. What is not as with no hop at all stands after "also"; \`unclog explain ID\` shows all figures.`;
}

/** Of a hop whose process ended while it was measured. */
export function sayEnded({ endedIn = [] }: Pick<LaneResult, 'endedIn'>): string[] {
  return endedIn.length === 0
    ? []
    : [`its process ended while this was measured, so that it could not be told: ${endedIn.join(', ')}`];
}

/** What measures found: of few variants all of it, of many what is not as with no hop. */
function findings({ measures = {}, ...lane }: LaneResult, all: boolean): string[] {
  const found = Object.entries(measures);
  const told = all ? found.map(([id, report]) => sayFound(id, report)) : found.flatMap(([, { flaw }]) => flaw ?? []);
  return [...told, ...sayEnded(lane)];
}

/** Of several lanes: what was found of each of them. */
function sharedFindings(lanes: LaneResult[], all: boolean): string[] {
  const measured = lanes.filter(({ measures }) => measures !== undefined).map((lane) => findings(lane, all));
  const [first = [], ...rest] = measured;
  return rest.length === 0 ? [] : first.filter((finding) => rest.every((other) => other.includes(finding)));
}

/** All in one line where each is a few words. */
function listed(found: string[], all: boolean): string[] {
  return all || found.length === 0 ? found : [`also: ${found.join('; ')}`];
}

/** A variant's lanes, and under them what was found of all of them. */
function variantRows(lanes: LaneResult[], showsAll: boolean, paint: Paint, isNamed: boolean): string[] {
  const shared = sharedFindings(lanes, showsAll);
  const [first] = lanes;
  const ofEach = lanes.map((lane) =>
    rows(
      lane,
      listed(
        findings(lane, showsAll).filter((finding) => !shared.includes(finding)),
        showsAll,
      ),
      paint,
      isNamed,
    ),
  );
  if (first === undefined || shared.length === 0) return ofEach;
  return [
    ...ofEach,
    `  ${withoutProxy(variantOf(first))}, each lane:`,
    ...listed(shared, showsAll).map((line) => wrap(line, WIDTH, INDENT)),
  ];
}

export function matrix(results: Results, where: string, paint: Paint): string {
  const { instrument, lanes } = results;
  const isNamed = results.options.named === true;
  const showsAll = isNamed || new Set(lanes.map(variantOf)).size <= FEW_VARIANTS;
  const out = [...headLines(results), ''];
  if (!instrument.sound) {
    const reasons = instrument.proofs.map(({ unsound }) => unsound).filter((reason) => reason !== undefined);
    out.push(wrap(`The instrument did not prove itself, so nothing was judged: ${reasons.join('; ')}`, WIDTH), '');
  }
  for (const line of withheldLines(instrument)) out.push(paint('red', wrap(line, WIDTH)), '');
  for (const [group, members] of Map.groupBy(
    lanes.filter((lane) => !isUntried(lane)),
    groupOf,
  )) {
    out.push(paint('bold', wrap(group, WIDTH)));
    for (const ofVariant of Map.groupBy(members, variantOf).values())
      out.push(...variantRows(ofVariant, showsAll, paint, isNamed));
    out.push('');
  }
  if (lanes.length > 0) out.push(wrap(totals(lanes), WIDTH));
  const besides = measuredIn(results);
  if (!showsAll && besides.length > 0) out.push(wrap(silence(besides), WIDTH));
  for (const line of [...coreLines(results), ...closingLines(results, where)]) out.push(wrap(line, WIDTH));
  return `${out.join('\n')}\n`;
}
