/** One proxy's part of the page of findings: a table of its settings, what each costs, and every setting by itself. Pure. */

import { basename, dirname } from 'node:path';

import { slugOf, type Variant } from '../catalogue/catalogue.ts';
import type { ProxyDeclaration } from '../catalogue/declaration.ts';
import { sayBounds } from '../run/in-version.ts';
import {
  anchor,
  bullet,
  byFraming,
  cell,
  linked,
  note,
  otherStreams,
  row,
  versionsOf,
  type Found,
} from './findings-words.ts';
import type { RunLane } from './in-run.ts';
import { ownStream, tradeOffs } from './trade-offs.ts';

function settings(variants: Map<Variant, RunLane[]>): string[] {
  return [
    '| setting | what it changes | chunked | content-length | close-delimited | other streams |',
    '|---|---|---|---|---|---|',
    ...[...variants].map(([variant, lanes]) =>
      row([
        linked(slugOf(variant), variant.id),
        cell(`\`${variant.changes}\``),
        ...byFraming(lanes),
        cell(otherStreams(lanes)),
      ]),
    ),
  ];
}

/** Of those that the run measured; delivery stands in the table above it. */
function costs(variants: Map<Variant, RunLane[]>, found: Found): string[] {
  const measured = [...variants].flatMap(([variant, lanes]) => {
    const results = lanes.flatMap(({ id }) => found.get(id) ?? []).filter(({ measures }) => measures !== undefined);
    const { delivery: _, ...aspects } = tradeOffs(results);
    return results.length === 0 ? [] : [{ variant, aspects, stream: ownStream(results) }];
  });
  const [first] = measured;
  if (first === undefined) return [];
  const aspects = Object.keys(first.aspects);
  return [
    '',
    'What each does besides, as this run measured it of the plain stream, or of the one that is named:',
    '',
    row(['setting', ...aspects]),
    row(['', ...aspects].map(() => '---')),
    ...measured.map(({ variant, aspects: said, stream }) =>
      row([
        `${linked(slugOf(variant), variant.id)}${stream === undefined ? '' : ` (${cell(stream)})`}`,
        ...aspects.map((aspect) => cell(said[aspect] ?? '')),
      ]),
    ),
  ];
}

/** As a reader of docs/ reaches it. */
function fileLink(path: string): string {
  const name = `${basename(dirname(path))}/${basename(path)}`;
  return `[${basename(path)}](../proxy-configs/${name})`;
}

/** Said where the run had the proxy in several versions. */
function judgedIn({ proxy }: Variant, lanes: readonly RunLane[], found: Found): string {
  const own = versionsOf(
    proxy.id,
    lanes.flatMap(({ id }) => found.get(id) ?? []),
  );
  const isTold = own.length > 0 && versionsOf(proxy.id, [...found.values()]).length > 1;
  return isTold ? ` Judged in ${own.join(', ')}.` : '';
}

function variantFindings(variant: Variant, lanes: readonly RunLane[], found: Found): string[] {
  const files = Object.values(variant.files).filter((path) => !path.endsWith('.pem'));
  return [
    '',
    `<a id="${anchor(variant.id)}"></a>`,
    `### ${variant.id}`,
    '',
    `${variant.title}${sayBounds(variant)}: \`${variant.changes}\`. Config: ${files.map(fileLink).join(', ')}.${judgedIn(variant, lanes, found)}`,
    '',
    ...lanes.flatMap((lane) => [bullet(lane, found), ...(lane.otherwise ?? []).map(note)]),
    '',
    `See ${variant.docs.map((address) => `<${address}>`).join(', ')}.`,
  ];
}

/** @param lanes all of the proxy */
export function proxyFindings({ id, name, home }: ProxyDeclaration, lanes: readonly RunLane[], found: Found): string[] {
  const variants = Map.groupBy(lanes, ({ variant }) => variant);
  return [
    `<a id="${anchor(id)}"></a>`,
    `## ${name}`,
    '',
    `<${home}>`,
    '',
    ...settings(variants),
    ...costs(variants, found),
    ...[...variants].flatMap(([variant, members]) => variantFindings(variant, members, found)),
  ];
}
