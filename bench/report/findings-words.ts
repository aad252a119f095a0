/** What the page of findings is written with: anchors, links, cells, a lane in one entry. Pure. */

import type { Chain, Lane } from '../catalogue/catalogue.ts';
import type { ThresholdFigures } from '../measures/threshold-figures.ts';
import type { Remedy } from '../remedies.ts';
import { isJudged, type LaneResult } from '../results.ts';
import { streamOf } from './trade-offs.ts';

/** What the run found, by the lane's id. */
export type Found = ReadonlyMap<string, LaneResult>;

const FRAMINGS = ['chunked', 'content-length', 'close-delimited'] as const;

/** An event stream that differs from the plain one in its framing alone. */
function framingOf({ vary = {} }: Lane): string | undefined {
  const { framing = 'chunked', ...others } = vary;
  return Object.keys(others).length === 0 ? framing : undefined;
}

/** The verdict of each framing of an event stream; nothing where no lane is of it. */
export function byFraming(lanes: readonly Lane[]): string[] {
  return FRAMINGS.map((framing) => lanes.find((lane) => framingOf(lane) === framing)?.expected ?? '');
}

function isFramed(lane: Lane): boolean {
  return FRAMINGS.some((framing) => framing === framingOf(lane));
}

/** What else of a variant clogs: streams that differ in more than their framing. */
export function otherClogs(lanes: readonly Lane[]): string {
  const clogs = lanes.filter((lane) => !isFramed(lane) && lane.expected !== 'streams');
  return clogs.map((lane) => `${lane.expected}: ${streamOf(lane)}`).join('<br>');
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

/** What holds the words: a timer, or bytes, which the measure tells exactly where it was made, and delivery roughly. */
function held({ verdict, measures, threshold }: LaneResult): string {
  if (verdict === 'delays') return threshold?.ms == null ? '' : `, ${time(threshold.ms)} each`;
  if (verdict !== 'coalesces') return '';
  const found = measures?.['threshold']?.figures as ThresholdFigures | undefined;
  if (found?.how === 'bytes') return `, ${size(found.threshold.upTo)} at first`;
  return threshold?.bytes == null ? '' : `, at most ${size(threshold.bytes.upTo)} at first`;
}

/** Whether the run proved it, or how it differs. */
function basis({ expected }: Pick<Lane, 'expected'>, found: LaneResult | undefined): string {
  if (found === undefined || !isJudged(found)) return ' (expected; not judged in this run)';
  if (found.verdict !== expected) return ` (expected; this run found: ${found.verdict})`;
  return ` (measured${held(found)})`;
}

/** In the order of the run, which may be older than the catalogue: what it has not tried stands last. */
export function orderedFixes(
  { fixes = [] }: Pick<Lane, 'fixes'>,
  found: LaneResult | undefined,
): Pick<Remedy, 'change' | 'provenBy' | 'proven' | 'because'>[] {
  const { remedies = [] } = found ?? {};
  const isDeclared = (one: Remedy): boolean =>
    fixes.some((fix) => fix.provenBy === one.provenBy && fix.change === one.change);
  const tried = remedies.filter(isDeclared);
  const rest = fixes.filter((fix) => !tried.some(({ provenBy }) => provenBy === fix.provenBy));
  return [...tried, ...rest.map((fix) => ({ ...fix, proven: false }))];
}

function remedy({ fixes, noFix }: Pick<Lane, 'fixes' | 'noFix'>, found: LaneResult | undefined): string {
  if (noFix !== undefined) return ` No fix: ${noFix}`;
  const remedies = orderedFixes(fixes === undefined ? {} : { fixes }, found);
  const [first] = remedies;
  if (first === undefined) return '';
  const said = remedies.map(({ change, provenBy, proven }) => {
    const proof = proven ? 'proved by' : 'proved, where it is part of a run, by';
    return `\`${change}\` (${proof} ${linked(`\`${provenBy}\``, provenBy)})`;
  });
  return ` Fix: ${said.join('; or ')}.${first.because === undefined ? '' : ` The first stands there because ${first.because}.`}`;
}

/** A lane or chain in one entry: id, verdict, why, what frees it. */
export function bullet(item: Lane | Chain, found: LaneResult | undefined): string {
  return `- \`${item.id}\`: **${item.expected}**${basis(item, found)}. ${item.why}${remedy(item, found)}`;
}
