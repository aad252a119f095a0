/** What the page of findings is written with: anchors, links, cells, a lane in one entry. Pure. */

import type { Chain, Lane } from '../catalogue/catalogue.ts';
import type { ThresholdFigures } from '../measures/threshold-figures.ts';
import { remediesOf, unprovenRemedy, type Remedy } from '../remedies.ts';
import { isJudged, type LaneResult } from '../results.ts';
import type { Otherwise, RunLane } from './in-run.ts';
import { streamOf } from './trade-offs.ts';

/** What the run found, by the lane's id. */
export type Found = ReadonlyMap<string, LaneResult>;

/** Each once. */
export function versionsOf(proxyId: string, results: readonly LaneResult[]): string[] {
  const hops = results.flatMap(({ path }) => path.filter(({ proxy }) => proxy === proxyId));
  return [...new Set(hops.map(({ version }) => version))];
}

const FRAMINGS = ['chunked', 'content-length', 'close-delimited'] as const;

/** An event stream that differs from the plain one in its framing alone. */
function framingOf({ vary = {} }: Lane): string | undefined {
  const { framing = 'chunked', ...others } = vary;
  return Object.keys(others).length === 0 ? framing : undefined;
}

/** `streams`, or `streams (from 3.0 on: delays)`. */
function verdictOf({ expected, otherwise }: RunLane): string {
  const others = otherwise?.map((other) => `${other.when}: ${other.expected}`);
  return others === undefined ? `${expected}` : `${expected} (${others.join('; ')})`;
}

/** The verdict of each framing of an event stream; nothing where no lane is of it. */
export function byFraming(lanes: readonly RunLane[], say = verdictOf): string[] {
  return FRAMINGS.map((framing) => {
    const lane = lanes.find((one) => framingOf(one) === framing);
    return lane === undefined ? '' : say(lane);
  });
}

function isFramed(lane: Lane): boolean {
  return FRAMINGS.some((framing) => framing === framingOf(lane));
}

/** What becomes of a variant's other streams, which differ in more than their framing; those of one verdict together. */
export function otherStreams(lanes: readonly RunLane[], say = verdictOf): string {
  const others = lanes.filter((lane) => !isFramed(lane));
  return [...Map.groupBy(others, say)]
    .map(([verdict, members]) => `${verdict}: ${members.map(streamOf).join('; ')}`)
    .join('<br>');
}

/** Of a proxy, a variant or a lane, whose anchor is its variant's; it stays as long as the id does. */
export function anchor(id: string): string {
  return (id.split('?')[0] ?? id).replaceAll('/', '-');
}

export function linked(text: string, id: string): string {
  return `[${text}](#${anchor(id)})`;
}

/** A pipe would end the cell. */
export function cell(text: string): string {
  return text.replaceAll('|', String.raw`\|`).replaceAll('\n', '<br>');
}

export function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

const KIB = 1024;

/** Two digits; of a size that is exact in bytes a reader wants the kind of buffer, not the bytes of its head. */
function size(bytes: number): string {
  const [value, unit] = bytes < KIB ? [bytes, 'bytes'] : [bytes / KIB, 'KiB'];
  return `about ${Number(value.toPrecision(2))} ${unit}`;
}

/** One digit: a timer's period is a round number, and a busy machine adds to it. */
function time(ms: number): string {
  const [value, unit] = ms < 1000 ? [ms, 'ms'] : [ms / 1000, 's'];
  return `about ${Number(value.toPrecision(1))} ${unit}`;
}

/**
 * What holds the words: a timer, or bytes, which delivery tells roughly, and the measure exactly where one write and many
 * words come to the same: of a hop that holds the last write, or codes, they do not.
 */
function held({ verdict, measures, threshold }: LaneResult): string {
  if (verdict === 'delays') return threshold?.ms == null ? ', some of the words' : `, ${time(threshold.ms)} each`;
  if (verdict !== 'coalesces') return '';
  const found = measures?.['threshold']?.figures as ThresholdFigures | undefined;
  const ofWrite = found?.how === 'bytes' && found.threshold.exact ? found.threshold.upTo : undefined;
  const ofWords = threshold?.bytes;
  if (ofWords == null) return ofWrite === undefined ? '' : `, ${size(ofWrite)} at first`;
  const isOne = ofWrite !== undefined && ofWords.over < ofWrite && ofWrite <= ofWords.upTo;
  return isOne ? `, ${size(ofWrite)} at first` : `, at most ${size(ofWords.upTo)} at first`;
}

/** Whether the run proved it, or how it differs. */
function basis({ expected }: Pick<Lane, 'expected'>, found: LaneResult | undefined): string {
  if (found === undefined || !isJudged(found)) return ' (expected; not judged in this run)';
  if (found.verdict !== expected) return ` (expected; this run found: ${found.verdict})`;
  return ` (measured${held(found)})`;
}

/** As the run proves them, what is to be tried first first; as they are declared where it did not judge the lane. */
export function orderedFixes({ id, fixes = [] }: Pick<Lane, 'id' | 'fixes'>, found: Found): Remedy[] {
  const result = found.get(id);
  if (result !== undefined && isJudged(result)) return remediesOf(fixes, result, [...found.values()]);
  return fixes.map(unprovenRemedy);
}

function proofOf({ proven, found }: Pick<Remedy, 'proven' | 'found'>): string {
  if (proven) return 'proved by';
  return found === undefined
    ? 'proved, where it is part of a run, by'
    : `not proved in this run, which found ${found}:`;
}

function remedy(item: Lane | Chain, found: Found): string {
  if (item.noFix !== undefined) return ` No fix: ${item.noFix}`;
  const remedies = orderedFixes(item, found);
  const [first] = remedies;
  if (first === undefined) return '';
  const said = remedies.map(
    (one) =>
      `\`${one.change}\` (${proofOf(one)} ${linked(`\`${one.provenBy}\``, one.provenBy)}${one.loses === undefined ? '' : `; it costs: ${one.loses}`})`,
  );
  return ` Fix: ${said.join('; or ')}.${first.because === undefined ? '' : ` The first stands there because ${first.because}.`}`;
}

/** A lane or chain in one entry: id, verdict, why, what frees it. */
export function bullet(item: Lane | Chain, found: Found): string {
  return `- \`${item.id}\`: **${item.expected}**${basis(item, found.get(item.id))}. ${item.why}${remedy(item, found)}`;
}

/** What it is in versions that the run did not judge. */
export function note({ when, expected, why, fixes = [], noFix }: Otherwise): string {
  const said = fixes.map(({ change, provenBy }) => `\`${change}\` (${linked(`\`${provenBy}\``, provenBy)})`);
  const frees = said.length === 0 ? '' : ` Fix: ${said.join('; or ')}.`;
  const none = noFix === undefined ? '' : ` No fix: ${noFix}`;
  return `  ${when.charAt(0).toUpperCase()}${when.slice(1)}: ${expected}. ${why}${frees}${none}`;
}
