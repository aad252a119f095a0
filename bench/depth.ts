/** How much a run measures of each lane, and how long that will take. */

import type { Lane, Variant } from './catalogue/catalogue.ts';
import type { AnyMeasure } from './measures/measure.ts';
import { MEASURES } from './measures/measures.ts';
import { measuringSlots, WAITING_FACTOR } from './schedule.ts';

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

function longest(waits: readonly number[]): number {
  return Math.max(0, ...waits);
}

/** On their relays: those that tell times side by side, then those that work, and beside both what only waits. */
function provingMs(measures: readonly AnyMeasure[]): number {
  const waits = (load: AnyMeasure['load']): number =>
    longest(measures.filter((measure) => measure.load === load).map(({ takesMs }) => takesMs(false)));
  return PROOF_MS + Math.max(waits('waits'), waits('times') + waits('works'));
}

/** Of one lane: measures run side by side, and then those that kill. */
function measuringMs(measures: readonly AnyMeasure[], isDeep: boolean): number {
  const waits = (kills: boolean): number[] =>
    measures.filter((measure) => (measure.kills === true) === kills).map(({ takesMs }) => takesMs(isDeep));
  return longest(waits(false)) + longest(waits(true));
}

/** Lanes take turns, by the slots that there are for their delivery and for what is measured besides. */
export function estimateMs({ depth, measures }: Plan, lanes: number, jobs: number): number {
  const delivery = Math.ceil(lanes / (WAITING_FACTOR * jobs)) * DELIVERY_MS;
  return (
    provingMs(measures) + delivery + Math.ceil(lanes / measuringSlots(jobs)) * measuringMs(measures, depth === 'deep')
  );
}
