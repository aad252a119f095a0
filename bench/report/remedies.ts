/** What frees a lane, in words: the change, the lane that proved it, what it costs, why it stands first. Pure. */

import type { Chain, Lane } from '../catalogue/catalogue.ts';
import { unprovenRemedy, type Remedy } from '../remedies.ts';
import type { LaneResult, LaneVerdict } from '../results.ts';

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

function proofOf({ proven, found, provenBy }: Remedy): string {
  if (proven) return `streams: ${provenBy}`;
  if (found === undefined) return `not proven in this run: ${provenBy} was no part of it`;
  return `NOT proven: ${provenBy} ${did(found)} in this run`;
}

function costOf({ costs }: Pick<Remedy, 'costs'>): string {
  return costs.length === 0 ? '' : `; it costs: ${costs.join('; ')}`;
}

/** As this run proved them; why there is nothing, where that is known. */
export function remedyLines({ remedies = [], noFix }: Pick<LaneResult, 'remedies' | 'noFix'>): string[] {
  const [first] = remedies;
  return [
    ...remedies.map(
      (remedy) => `${remedy === first ? 'fix' : 'or'}: ${remedy.change} (${proofOf(remedy)})${costOf(remedy)}`,
    ),
    ...(first?.because === undefined ? [] : [`the first stands there because ${first.because}`]),
    ...(noFix === undefined ? [] : [`no fix: ${noFix}`]),
  ];
}

/** As they were last proven, or, of a lane that was not measured, as they are declared. */
export function fixLines(
  { fixes = [], noFix }: Pick<Lane | Chain, 'fixes' | 'noFix'>,
  last?: Pick<LaneResult, 'remedies'>,
): string[] {
  if (last?.remedies !== undefined) return remedyLines(last);
  return [
    ...fixes.map(
      (fix, index) =>
        `${index === 0 ? 'fix' : 'or'}: ${fix.change} (proven by ${fix.provenBy})${costOf(unprovenRemedy(fix))}`,
    ),
    ...(noFix === undefined ? [] : [`no fix: ${noFix}`]),
  ];
}
