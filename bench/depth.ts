/** How much a run measures of each lane, and how long that will take. */

import type { Lane, Variant } from './catalogue/catalogue.ts';
import type { AnyMeasure } from './measures/measure.ts';
import { MEASURES } from './measures/measures.ts';
import { WAITING_FACTOR } from './schedule.ts';

/** `quick`: delivery alone; `standard`: every measure of every variant, with waits of a few seconds; `deep`: of every lane, with the waits that defaults need. */
export type Depth = 'quick' | 'standard' | 'deep';

export interface Plan {
  depth: Depth;
  measures: AnyMeasure[];
  /** Whether they were asked for by name. */
  isNamed: boolean;
}

export function planOf(depth: Depth, named: AnyMeasure[] | undefined): Plan {
  return { depth, measures: named ?? (depth === 'quick' ? [] : MEASURES), isNamed: named !== undefined };
}

function isOf(measure: AnyMeasure, { id, proxy, tags = [] }: Variant): boolean {
  return measure.of !== 'costly' || tags.includes(measure.id) || id === `${proxy.id}/${proxy.variants[0]?.id}`;
}

/** What is measured of a lane; `isFirst`: of its variant's in this run. */
export function measuresOf({ depth, measures, isNamed }: Plan, { variant }: Lane, isFirst: boolean): AnyMeasure[] {
  if (isNamed || depth === 'deep') return measures;
  return measures.filter((measure) => measure.of === 'stream' || (isFirst && isOf(measure, variant)));
}

/** Proving the instrument, and a lane's delivery when its proxy holds what it gets. */
const PROOF_MS = 5000;
const DELIVERY_MS = 3500;

/** Measures of one lane run side by side, so many at a time as may wait: what the longest of each take in turn. */
export function estimateMs({ depth, measures }: Plan, lanes: number, jobs: number): number {
  const waits = measures.map((measure) => measure.takesMs(depth === 'deep'));
  const perLane = DELIVERY_MS + Math.max(0, ...waits);
  const proof = PROOF_MS + measures.reduce((sum, measure) => sum + measure.takesMs(false), 0);
  return proof + Math.ceil(lanes / (WAITING_FACTOR * jobs)) * perLane;
}
