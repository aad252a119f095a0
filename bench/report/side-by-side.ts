/** The same lanes in several versions of their proxy: which columns there are, and what differs between them. Pure. */

import { byVersion } from '../drivers/version.ts';
import { isJudged, type LaneResult } from '../results.ts';

/** One program of a proxy. */
export interface Column {
  version: string;
  /** Absent where it could not be had. */
  driver?: string;
}

export function columnOf({ path: [hop], version = '' }: LaneResult): Column {
  return hop === undefined ? { version } : { version: hop.version, driver: hop.driver };
}

function isColumn(a: Column, b: Column): boolean {
  return a.version === b.version && a.driver === b.driver;
}

/** Each once, the oldest version first. */
export function columnsOf(lanes: readonly LaneResult[]): Column[] {
  const columns = lanes.map(columnOf);
  return columns
    .filter((column, index) => columns.findIndex((other) => isColumn(other, column)) === index)
    .toSorted((a, b) => byVersion(a.version, b.version));
}

export function inColumn(lanes: readonly LaneResult[], column: Column): LaneResult | undefined {
  return lanes.find((lane) => isColumn(columnOf(lane), column));
}

export function hasSeveralVersions(lanes: readonly LaneResult[]): boolean {
  return new Set(lanes.map(({ id }) => id)).size < lanes.length;
}

/** Neighbours of which the same is to be said, as one. */
interface Span {
  columns: Column[];
  said: string;
}

function spansOf(columns: readonly Column[], said: (column: Column) => string | undefined): Span[] {
  return columns.reduce<Span[]>((spans, column) => {
    const word = said(column);
    const last = spans.at(-1);
    if (word === undefined) return spans;
    if (last?.said === word) last.columns.push(column);
    else spans.push({ columns: [column], said: word });
    return spans;
  }, []);
}

function sayVersions(versions: Column[], isLast: boolean): string {
  const [first, last] = [versions[0]?.version, versions.at(-1)?.version];
  if (versions.length === 1) return `in ${first}`;
  return isLast ? `from ${first} on` : `from ${first} to ${last}`;
}

/** `coalesces in 1.22.1, streams from 1.30.6 on`; nothing where it is the same throughout. */
function sayChange(columns: readonly Column[], said: (column: Column) => string | undefined): string | undefined {
  const spans = spansOf(columns, said);
  if (spans.length < 2) return undefined;
  return spans
    .map(({ columns: versions, said: word }, index) => `${word} ${sayVersions(versions, index === spans.length - 1)}`)
    .join(', ');
}

/** Figures of a flaw differ from one measurement to the next: the words are what is compared. */
export function withoutFigures(text: string): string {
  return text.replaceAll(/\d+(?:[.,]\d+)*/g, '…');
}

/** What can be compared with another version: a lane that was not judged says nothing. */
function verdictOf(lane: LaneResult | undefined): LaneResult['verdict'] | undefined {
  return lane !== undefined && (isJudged(lane) || lane.verdict === 'unsupported') ? lane.verdict : undefined;
}

/** What changed from version to version, of delivery and of each measure; a lane of each version. */
export function changesOf(lanes: readonly LaneResult[]): string[] {
  const columns = columnsOf(lanes);
  const delivery = sayChange(columns, (column) => verdictOf(inColumn(lanes, column)));
  const measures = [...new Set(lanes.flatMap(({ measures: of = {} }) => Object.keys(of)))];
  const flaws = measures.flatMap((id) => {
    const change = sayChange(columns, (column) => {
      const found = inColumn(lanes, column)?.measures?.[id];
      if (found === undefined || found.inconclusive !== undefined) return undefined;
      return withoutFigures(found.flaw ?? 'nothing of note');
    });
    return change === undefined ? [] : [`${id}: ${change}`];
  });
  return [...(delivery === undefined ? [] : [delivery]), ...flaws];
}
