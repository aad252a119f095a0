/** What chains are measured for besides delivery. */

import type { Plan } from '../run/depth.ts';
import { abortMeasure } from '../measures/abort.ts';
import type { AnyMeasure } from '../measures/measure.ts';
import { truncationMeasure } from '../measures/truncation.ts';
import { isWithheldOfChains, type Withheld } from '../run/withheld.ts';

/** What is told hop by hop. */
const CHAIN_MEASURES = [abortMeasure, truncationMeasure] as AnyMeasure[];

/** Those that are asked for, and those that every chain is measured for, each once. */
export function chainMeasures({ depth, measures }: Plan): AnyMeasure[] {
  if (depth === 'quick') return measures;
  return [...measures, ...CHAIN_MEASURES.filter(({ id }) => !measures.some((measure) => measure.id === id))];
}

/** Those of them that proved themselves. */
export function provenChainMeasures(plan: Plan, withheld: readonly Withheld[]): AnyMeasure[] {
  return chainMeasures(plan).filter(({ id }) => !isWithheldOfChains(withheld, id));
}
