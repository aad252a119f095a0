/** What frees a lane, in words: the change, the lane that proved it, what it costs, why it stands first. Pure. */

import type { Chain, Lane } from '../catalogue/catalogue.ts';
import { howToMake, PATH_PREFIX } from '../catalogue/path.ts';
import { unprovenRemedy, type Remedy } from '../remedies.ts';
import type { LaneResult, LaneVerdict, MeasureResult } from '../results.ts';
import { shellWord } from '../shell-word.ts';

/** `coalesces`, `was refused`: what a lane did, in a sentence. */
function did(verdict: LaneVerdict): string {
  switch (verdict) {
    case 'streams':
    case 'delays':
    case 'coalesces':
    case 'buffers':
    case 'breaks':
      return verdict;
    case 'refused':
    case 'skipped':
    case 'unsupported':
    case 'inconclusive':
      return `was ${verdict}`;
    case 'harness-error':
      return 'ended in a harness-error';
  }
}

/** Of a hop of a chain: by what path it can be proven, or that it was declared of the hop alone. */
function unprovenOfHop(provenBy: string): string {
  return provenBy.startsWith(PATH_PREFIX)
    ? `not proven in this run: ${howToMake(provenBy)} would tell`
    : `not proven in this chain; of the hop alone by ${provenBy}`;
}

function proofOf({ proven, found, provenBy, hop }: Remedy): string {
  if (proven) return `streams: ${provenBy}`;
  if (found === undefined && hop !== undefined) return unprovenOfHop(provenBy);
  if (found === undefined) return `not proven in this run: unclog run ${shellWord(provenBy)} would tell`;
  return `NOT proven: ${provenBy} ${did(found)} in this run`;
}

function costOf({ costs }: Pick<Remedy, 'costs'>): string {
  return costs.length === 0 ? '' : `; it costs: ${costs.join('; ')}`;
}

/** What spares other clients of a stream’s URL what “reuse” found of them. */
export function reuseFixLines({ remedy }: Pick<MeasureResult, 'remedy'>): string[] {
  if (remedy === undefined) return [];
  const { change, provenBy, proven, found } = remedy;
  const unproven =
    found === undefined ? `not proven in this run: ${provenBy} was not measured` : `NOT proven: ${provenBy}: ${found}`;
  return [`fix for other clients: ${change} (${proven ? `each has a stream of its own: ${provenBy}` : unproven})`];
}

/** Of a chain’s hops each has a first one of its own. */
function label({ hop }: Remedy, isFirst: boolean): string {
  if (!isFirst) return 'or';
  return hop === undefined ? 'fix' : `fix of hop ${hop}`;
}

function linesOf(remedies: readonly Remedy[]): string[] {
  const [first] = remedies;
  return [
    ...remedies.map(
      (remedy) => `${label(remedy, remedy === first)}: ${remedy.change} (${proofOf(remedy)})${costOf(remedy)}`,
    ),
    ...(first?.because === undefined ? [] : [`the first stands there because ${first.because}`]),
  ];
}

/** As this run proved them; why there is nothing, where that is known. */
export function remedyLines({ remedies = [], noFix }: Pick<LaneResult, 'remedies' | 'noFix'>): string[] {
  const byHop = [...Map.groupBy(remedies, ({ hop }) => hop).values()];
  return [...byHop.flatMap(linesOf), ...(noFix === undefined ? [] : [`no fix: ${noFix}`])];
}

/** As they were last proven, or, of a lane that was not measured, as they are declared. */
export function fixLines(
  { fixes = [], noFix: declared }: Pick<Lane | Chain, 'fixes' | 'noFix'>,
  last?: Pick<LaneResult, 'remedies' | 'noFix'>,
): string[] {
  const noFix = declared ?? last?.noFix;
  if (last?.remedies !== undefined) return remedyLines(last);
  return [
    ...fixes.map(
      (fix, index) =>
        `${index === 0 ? 'fix' : 'or'}: ${fix.change} (proven by ${fix.provenBy})${costOf(unprovenRemedy(fix))}`,
    ),
    ...(noFix === undefined ? [] : [`no fix: ${noFix}`]),
  ];
}
