/** How much a run measures of each lane, and how long that will take. */

import type { AnyMeasure } from './measures/measure.ts';
import { MEASURES } from './measures/measures.ts';

/** `quick`: delivery alone; `standard`: every measure, with waits of a few seconds; `deep`: with the waits that defaults need. */
export type Depth = 'quick' | 'standard' | 'deep';

export interface Plan {
  depth: Depth;
  measures: AnyMeasure[];
}

export function planOf(depth: Depth, named: AnyMeasure[] | undefined): Plan {
  return { depth, measures: named ?? (depth === 'quick' ? [] : MEASURES) };
}

/** Proving the instrument, and a lane's delivery when its proxy holds what it gets. */
const PROOF_MS = 5000;
const DELIVERY_MS = 3500;

/** Measures of one lane run side by side, lanes `jobs` at a time: what the longest of each take in turn. */
export function estimateMs({ depth, measures }: Plan, lanes: number, jobs: number): number {
  const waits = measures.map((measure) => measure.takesMs(depth === 'deep'));
  const perLane = DELIVERY_MS + Math.max(0, ...waits);
  const proof = PROOF_MS + waits.reduce((sum, ms) => sum + ms, 0);
  return proof + Math.ceil(lanes / jobs) * perLane;
}
