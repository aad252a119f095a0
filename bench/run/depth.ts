/** How much a run measures of each lane, and how long that will take. */

import { firstVariantId, type Lane, type Variant } from '../catalogue/catalogue.ts';
import type { AnyMeasure, MeasureContext } from '../measures/measure.ts';
import { MEASURES } from '../measures/measures.ts';
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

/** Whether what costs much of a measure is made of a variant: of a proxy's first, and of those tagged with the measure's id. */
function isCostlyOf(measureId: string, { id, proxy, tags = [] }: Variant): boolean {
  return tags.includes(measureId) || id === firstVariantId(proxy);
}

/** How far the measures of a lane go, or of a chain, which has no one variant. */
export function reachOf(
  { depth, isNamed }: Plan,
  variant?: Variant,
): Pick<MeasureContext, 'deep' | 'fullBound' | 'resets'> {
  const fullBound = depth === 'deep' || isNamed;
  return {
    deep: depth === 'deep',
    fullBound,
    resets: fullBound || variant === undefined || isCostlyOf('abort', variant),
  };
}

/** What is measured of a lane; `isFirst`: of its variant's in this run; `isHeld`: its words did not all come at once. */
export function measuresOf(
  { depth, measures, isNamed }: Plan,
  { variant }: Lane,
  { isFirst, isHeld }: { isFirst: boolean; isHeld: boolean },
): AnyMeasure[] {
  if (isNamed || depth === 'deep') return measures;
  return measures.filter((measure) => {
    switch (measure.of) {
      case 'stream':
        return true;
      case 'held':
        return isFirst || isHeld;
      case 'hop':
        return isFirst;
      case 'costly':
        return isFirst && isCostlyOf(measure.id, variant);
    }
  });
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

/** Of lanes that take turns: what mostly waits has more places than what works, and what kills comes when both are over. */
function measuringMs(measures: readonly AnyMeasure[], lanes: number, jobs: number, isDeep: boolean): number {
  const waits = (isWanted: (measure: AnyMeasure) => boolean): number =>
    longest(measures.filter(isWanted).map(({ takesMs }) => takesMs(isDeep)));
  const waiting = waits(({ load, kills }) => load === 'waits' && kills !== true);
  const killing = waits(({ kills }) => kills === true);
  const busy = waits(({ load }) => load !== 'waits');
  const turns = (places: number): number => Math.ceil(lanes / places);
  return Math.max(turns(WAITING_FACTOR * jobs) * (waiting + killing), turns(jobs) * busy + killing);
}

export interface Estimate {
  ms: number;
  /** What comes on top where a measure is made a second time. */
  secondRoundMs: number;
}

export function estimate({ depth, measures }: Plan, lanes: number, jobs: number): Estimate {
  const delivery = Math.ceil(lanes / (WAITING_FACTOR * jobs)) * DELIVERY_MS;
  const twice = measures.filter(({ mayTakeTwice }) => mayTakeTwice === true);
  const isDeep = depth === 'deep';
  return {
    ms: provingMs(measures) + delivery + measuringMs(measures, lanes, jobs, isDeep),
    secondRoundMs: measuringMs(twice, lanes, jobs, isDeep),
  };
}
