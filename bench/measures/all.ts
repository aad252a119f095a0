/** Several measures of one way, in the order in which they do not disturb each other. */

import type { AnyMeasure, MeasureContext } from './measure.ts';

/**
 * Side by side, but for what kills, which comes last. `apart`: what floods is made by itself too, where taps are on the way:
 * all their bytes go through one process.
 * @returns the evidence by the measure's id.
 */
export async function measureAll(
  measures: readonly AnyMeasure[],
  context: MeasureContext,
  floods: 'beside' | 'apart',
): Promise<Record<string, unknown>> {
  const rank = (measure: AnyMeasure): number => {
    if (measure.kills === true) return 2;
    return floods === 'apart' && measure.floods === true ? 1 : 0;
  };
  const seen: Record<string, unknown> = {};
  for (const turn of [0, 1, 2]) {
    const see = async (measure: AnyMeasure): Promise<void> => void (seen[measure.id] = await measure.measure(context));
    await Promise.all(measures.filter((measure) => rank(measure) === turn).map(see));
    context.signal?.throwIfAborted();
  }
  return seen;
}
