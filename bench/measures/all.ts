/** Several measures of one way, in the order in which they do not disturb each other. */

import type { AnyMeasure, MeasureContext } from './measure.ts';

/** Waits for a place among what other lanes measure: apart for what mostly waits, of which more may go on at once. */
export type Turns = Record<'waits' | 'busy', <T>(work: () => Promise<T>) => Promise<T>>;

const AT_ONCE: Turns = { waits: (work) => work(), busy: (work) => work() };

/**
 * Side by side, but for what kills, which comes last. `apart`: what works is made by itself too, where taps are on the way:
 * all its bytes go through one process.
 * @returns the evidence by the measure's id.
 */
export async function measureAll(
  measures: readonly AnyMeasure[],
  context: MeasureContext,
  works: 'beside' | 'apart',
  turns: Turns = AT_ONCE,
): Promise<Record<string, unknown>> {
  const rank = (measure: AnyMeasure): number => {
    if (measure.kills === true) return 2;
    return works === 'apart' && measure.load === 'works' ? 1 : 0;
  };
  const seen: Record<string, unknown> = {};
  const seeAll = async (wanted: readonly AnyMeasure[]): Promise<void> => {
    context.signal?.throwIfAborted();
    const see = async (measure: AnyMeasure): Promise<void> => void (seen[measure.id] = await measure.measure(context));
    await Promise.all(wanted.map(see));
  };
  for (const turn of [0, 1, 2]) {
    const inTurn = measures.filter((measure) => rank(measure) === turn);
    const waits = inTurn.filter(({ load }) => load === 'waits');
    const busy = inTurn.filter(({ load }) => load !== 'waits');
    await Promise.all([
      ...(waits.length === 0 ? [] : [turns.waits(() => seeAll(waits))]),
      ...(busy.length === 0 ? [] : [turns.busy(() => seeAll(busy))]),
    ]);
  }
  return seen;
}
