/** What the reports share: widths, breaking of lines, colours of verdicts. Pure. */

import { milliseconds } from '../verdict/because.ts';
import { nameOf, type HopResult, type LaneResult, type LaneVerdict, type MeasureResult } from '../results.ts';

/** Colours a text, or leaves it as it is where there is no terminal. */
export type Paint = (style: 'green' | 'yellow' | 'red' | 'magenta' | 'bold' | 'dim', text: string) => string;

export const WIDTH = 80;
export const VERDICT_WIDTH = 14;
export const HOLD_WIDTH = 18;
export const LANE_WIDTH = WIDTH - VERDICT_WIDTH - HOLD_WIDTH;

export const STYLES: Record<LaneVerdict | HopResult['verdict'], Parameters<Paint>[0]> = {
  streams: 'green',
  delays: 'yellow',
  coalesces: 'red',
  buffers: 'red',
  breaks: 'red',
  refused: 'magenta',
  inconclusive: 'magenta',
  'harness-error': 'magenta',
  skipped: 'dim',
  unsupported: 'dim',
  unseen: 'dim',
};

/** A proxy's own, and how it was started. */
export function lastWords({ log, command }: Pick<LaneResult, 'log' | 'command'>): string[] {
  return [
    ...(command === undefined ? [] : [`started as: ${command}`]),
    ...(log === undefined || log === '' ? [] : [`its last words:\n${log}`]),
  ];
}

/** Two digits that matter: floors are well under a millisecond. */
export function twoDigits(ms: number): string {
  return String(Number(ms.toPrecision(2)));
}

/** Breaks a text at spaces so that no line is over `width`; a word that is longer stands alone. */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && indent.length + line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else line = line === '' ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines.map((line) => (line === '' ? '' : indent + line)).join('\n');
}

/** `0.31 / 2.0 ms`, p50 and p99; nothing where there is no hold. */
export function holdOf({ hold: figures }: Pick<LaneResult, 'hold'>): string {
  if (figures === undefined) return '';
  const [p50, p99] = [milliseconds(figures.p50Ms), milliseconds(figures.p99Ms)];
  const sameUnit = p50.split(' ')[1] === p99.split(' ')[1];
  return `${sameUnit ? p50.split(' ')[0] : p50} / ${p99}`;
}

const MOST_VARIANTS = 6;

/** `nginx/default@1.30 (7 lanes), nginx/tls@1.30 and 3 more (9 lanes)`: one of a variant by its whole name, several counted. */
export function namesOf(all: readonly Pick<LaneResult, 'id' | 'version' | 'path'>[]): string {
  const variants = [...Map.groupBy(all, (one) => nameOf({ ...one, id: one.id.split('?')[0] ?? one.id }))];
  const names = variants.map(([name, members]) => {
    const [first] = members;
    return members.length === 1 && first !== undefined ? nameOf(first) : `${name} (${members.length} lanes)`;
  });
  if (names.length <= MOST_VARIANTS) return names.join(', ');
  const others = variants.slice(MOST_VARIANTS);
  const lanes = others.reduce((sum, [, members]) => sum + members.length, 0);
  return `${names.slice(0, MOST_VARIANTS).join(', ')} and ${others.length} more${lanes === others.length ? '' : ` (${lanes} lanes)`}`;
}

/** What a measure found; how often it was made, where noise forbade a figure at first. */
export function sayFound(id: string, { says, tries }: Pick<MeasureResult, 'says' | 'tries'>): string {
  return `${id}: ${says}${tries === undefined ? '' : ` (measured ${tries} times, for noise)`}`;
}
