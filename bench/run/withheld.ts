/**
 * What a run does not tell because it could not be proven in it: a measure that missed one of its relays, and chains
 * where something was missed that they are told by. The others are told all the same. Pure.
 */

import type { RelayProof } from '../instrument.ts';

/** Of all that is told of several hops in a row; beside these the ids of measures, and those of chains alone: `chain: abort`. */
export const CHAINS = 'chains';
const OF_CHAINS = 'chain: ';

export interface Withheld {
  what: string;
  because: string;
}

export function unproven({ id, measure, expected, verdict }: RelayProof): string {
  const of = measure === undefined ? '' : ` (${measure})`;
  return `relay ${id}${of} must be found: ${expected}; it was found: ${verdict}${expected === verdict ? ', but not as it was built' : ''}`;
}

/** What the missed of these proofs stand for. @param measures ids of those that chains are told by, each with proofs of its own. */
export function withheldFor(relays: readonly RelayProof[], measures: readonly string[]): Withheld[] {
  const missed = relays.filter(({ measure, convicted }) => measure !== undefined && !convicted);
  const told = missed.map((proof) => {
    const { measure = '' } = proof;
    const isOfAll = measure.startsWith(OF_CHAINS) && !measures.includes(measure.slice(OF_CHAINS.length));
    return { what: isOfAll ? CHAINS : measure, because: unproven(proof) };
  });
  return [...Map.groupBy(told, ({ what }) => what)].map(([what, reasons]) => ({
    what,
    because: reasons.map(({ because }) => because).join('; '),
  }));
}

export function isWithheld(withheld: readonly Withheld[], what: string): boolean {
  return withheld.some((one) => one.what === what);
}

/** A measure that did not prove itself is told neither of a hop nor of one in a chain. */
export function isWithheldOfChains(withheld: readonly Withheld[], measure: string): boolean {
  return isWithheld(withheld, measure) || isWithheld(withheld, OF_CHAINS + measure);
}

/** By the ids of measures alone: what is not told of one hop, or of several in a row. */
export function withheldMeasures(withheld: readonly Withheld[], isChain: boolean): Withheld[] {
  return withheld.flatMap(({ what, because }) => {
    if (what === CHAINS) return [];
    if (!what.startsWith(OF_CHAINS)) return [{ what, because }];
    return isChain ? [{ what: what.slice(OF_CHAINS.length), because }] : [];
  });
}
