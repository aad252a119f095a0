/** What halving over releases found, step by step and at the end. Pure. */

import type { Found, Outcome } from '../bisect/halving.ts';
import { nameOf, type LaneResult, type Results } from '../results.ts';
import { instrumentLines } from './matrix.ts';
import { STYLES, WIDTH, wrap, type Paint } from './text.ts';

interface Bisected {
  lane: string;
  /** Ids of the variant's other lanes, which were not judged. */
  others: readonly string[];
  /** What would have releases that were not among these. */
  more?: string;
  found: Found;
  /** Of all candidates, the oldest first. */
  versions: readonly string[];
  /** What was compared, of those that were judged. */
  said: ReadonlyMap<number, string>;
}

/** Most verdicts fit. */
const COLUMN_WIDTH = 'coalesces'.length;

/** Whether no release can lie between them. */
function isNext(version: string, next: string): boolean {
  const [a, b] = [version, next].map((text) => text.split('.').map(Number));
  const [last = 0] = a?.slice(-1) ?? [];
  return a?.length === 3 && b?.join('.') === [...a.slice(0, -1), last + 1].join('.');
}

function sayChange(
  { lane, versions, said, more = '' }: Bisected,
  { before, after, missing }: Extract<Found, { found: 'change' }>,
): string {
  const [old, changed] = [versions[before] ?? '', versions[after] ?? ''];
  const gap =
    missing.length > 0
      ? `, or in ${missing.map((index) => versions[index]).join(' or ')}, which could not be had`
      : isNext(old, changed)
        ? ''
        : `, or in a release between the two, if there was one: none can be had here${more}`;
  return `${lane}: ${said.get(before)} until ${old}, ${said.get(after)} in ${changed}: changed in ${changed}${gap}.`;
}

/** A newer one that is not as the changed one says that the change is not the only one. */
function saySeveral({ versions, said }: Bisected, { after }: Extract<Found, { found: 'change' }>): string {
  const other = [...said].find(([index, text]) => index > after && text !== said.get(after));
  const judged = `Judged were ${said.size} of ${versions.length} releases.`;
  return other === undefined
    ? `${judged} Were there several changes, halving has found one of them: it compares with the two ends.`
    : `${judged} It is not the only change, as ${versions[other[0]]} shows: ${other[1]}. Halving finds one of them; --from ${versions[after]} looks for the next.`;
}

/** A change may be in another stream alone. */
function sayOthers(others: readonly string[]): string {
  if (others.length === 0) return '';
  const streams = others.map((id) => (id.includes('?') ? id.slice(id.indexOf('?')) : `${id}?`));
  return ` Its variant's other lanes were not judged: ${streams.join(', ')}.`;
}

export function sayBisected(bisected: Bisected): string[] {
  const { lane, others, found, versions, said } = bisected;
  switch (found.found) {
    case 'change':
      return [sayChange(bisected, found), saySeveral(bisected, found)];
    case 'no-change':
      return [
        `${lane}: ${said.get(found.first)} in ${versions[found.first]} and in ${versions[found.last]}: no change between the two ends. What lies between was not judged; --from and --to name other ends.${sayOthers(others)}`,
      ];
    case 'unknown': {
      const [low, high] = found.between ?? [];
      const known =
        low === undefined || high === undefined
          ? ''
          : ` What is known: ${said.get(low)} in ${versions[low]}, ${said.get(high)} in ${versions[high]}.`;
      return [`${lane}: could not be told in ${versions[found.at]}, and is not guessed: ${found.why}.${known}`];
    }
    case 'too-few':
      return [`${lane}: of ${versions.length} releases fewer than two could be had here.`];
  }
}

function sayExpectation({ asExpected, outside }: LaneResult): string[] {
  if (outside !== undefined) return [`nothing expected: ${outside}`];
  if (asExpected === undefined) return [];
  return [asExpected ? 'as expected' : 'NOT AS EXPECTED'];
}

/** @param width of the column of versions; a program may tell a longer one of itself than it was asked for by. */
export function stepLine(result: LaneResult, outcome: Outcome, width: number, paint: Paint): string {
  const { verdict, path, version = '', because } = result;
  const [hop] = path;
  const more = [
    ...('said' in outcome ? [outcome.said].filter((said) => said !== verdict) : [because]),
    ...(hop === undefined ? [] : [`${hop.driver}: ${hop.image ?? hop.source}`]),
    ...sayExpectation(result),
  ];
  return `  ${(hop?.version ?? version).padEnd(width)}  ${paint(STYLES[verdict], verdict.padEnd(COLUMN_WIDTH))}  ${more.join('; ')}\n`;
}

export function bisectedReport(bisected: Bisected, { lanes, instrument }: Results, where: string): string {
  const last = lanes.at(-1);
  return [
    ...sayBisected(bisected),
    ...(last === undefined ? [] : [`\`unclog explain '${nameOf(last)}'\` shows all of one of them.`]),
    ...instrumentLines(instrument),
    `Evidence: ${where}`,
  ]
    .map((line) => `${wrap(line, WIDTH)}\n`)
    .join('');
}
