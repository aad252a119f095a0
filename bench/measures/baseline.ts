/**
 * What the way to a hop does to a stream itself, with no hop on it. In containers that way is a published
 * port, whose relay takes bytes and makes a FIN of an RST: none of that is to be blamed on a proxy.
 */

import type { OriginClient } from '../origin-client.ts';
import type { MeasureContext } from './measure.ts';

/** By the stage, which its origin stands for, and then by what is measured. */
const kept = new WeakMap<OriginClient, Map<string, Promise<unknown>>>();

/**
 * Measured through `direct` when it is first asked for, and the same for every lane of the stage. One that failed is
 * measured anew.
 * @param id what is measured; what is done for it may not depend on the lane.
 */
export function baseline<T>(
  id: string,
  context: MeasureContext,
  measure: (direct: MeasureContext) => Promise<T>,
): Promise<T> {
  const { usage: _, points: __, flows: ___, streamed: ____, known: _____, ...lane } = context;
  const ofStage = kept.get(context.origin) ?? new Map<string, Promise<unknown>>();
  kept.set(context.origin, ofStage);
  const known = ofStage.get(id) as Promise<T> | undefined;
  if (known !== undefined) return known;
  const measured = measure({ ...lane, via: context.direct, workload: {}, request: {}, resets: true });
  ofStage.set(id, measured);
  measured.catch(() => ofStage.delete(id));
  return measured;
}
