/**
 * What a run does not tell because it could not be proven in it: a measure that missed one of its relays, and chains
 * where something was missed that they are told by. The others are told all the same. Pure.
 */

import type { RelayProof } from './instrument.ts';

/** Of all that is told of several hops in a row; beside these the ids of measures. */
export const CHAINS = 'chains';

export interface Withheld {
  what: string;
  because: string;
}

export function unproven({ id, measure, expected, verdict }: RelayProof): string {
  const of = measure === undefined ? '' : ` (${measure})`;
  return `relay ${id}${of} must be found: ${expected}; it was found: ${verdict}${expected === verdict ? ', but not as it was built' : ''}`;
}

/** What the missed of these proofs stand for. @param chainMeasures ids of those that chains are told by as well. */
export function withheldFor(relays: readonly RelayProof[], chainMeasures: readonly string[]): Withheld[] {
  const missed = relays.filter(({ measure, convicted }) => measure !== undefined && !convicted);
  const told = missed.flatMap((proof) => {
    const { measure = '' } = proof;
    const because = unproven(proof);
    if (measure.startsWith('chain: ')) return [{ what: CHAINS, because }];
    return [{ what: measure, because }, ...(chainMeasures.includes(measure) ? [{ what: CHAINS, because }] : [])];
  });
  return [...Map.groupBy(told, ({ what }) => what)].map(([what, reasons]) => ({
    what,
    because: reasons.map(({ because }) => because).join('; '),
  }));
}

export function isWithheld(withheld: readonly Withheld[], what: string): boolean {
  return withheld.some((one) => one.what === what);
}
