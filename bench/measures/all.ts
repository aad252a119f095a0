/** Several measures of one way, in the order in which they do not disturb each other. */

import type { AnyMeasure, MeasureContext } from './measure.ts';

/**
 * Side by side, but for what kills, which comes last. `apart`: what works is made by itself too, where taps are on the way:
 * all its bytes go through one process.
 * @returns the evidence by the measure's id.
 */
export async function measureAll(
  measures: readonly AnyMeasure[],
  context: MeasureContext,
  works: 'beside' | 'apart',
): Promise<Record<string, unknown>> {
  const rank = (measure: AnyMeasure): number => {
    if (measure.kills === true) return 2;
    return works === 'apart' && measure.load === 'works' ? 1 : 0;
  };
  const seen: Record<string, unknown> = {};
  for (const turn of [0, 1, 2]) {
    const see = async (measure: AnyMeasure): Promise<void> => void (seen[measure.id] = await measure.measure(context));
    await Promise.all(measures.filter((measure) => rank(measure) === turn).map(see));
    context.signal?.throwIfAborted();
  }
  return seen;
}
