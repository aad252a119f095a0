/** The proofs of the measures besides delivery: each on relays that do what it must find, those together that leave each other alone. */

import type { RelayProof } from './instrument.ts';
import type { AnyMeasure, MeasureContext } from './measures/measure.ts';
import { Slots } from './schedule.ts';

type Context = (relay: string) => MeasureContext;

async function proveRelay(
  measure: AnyMeasure,
  { relay, expected, convicted: isConvicted }: AnyMeasure['relays'][number],
  context: Context,
): Promise<RelayProof> {
  const figures = measure.figures(await measure.measure(context(relay)));
  const verdict = measure.say(figures);
  return { id: relay, measure: measure.id, expected, verdict, convicted: isConvicted(figures) };
}

/** So many at a time, each when it begins is a handful of streams at once. */
const AT_ONCE = 8;

export interface MeasureProofs {
  /** What mostly waits may be made beside anything. */
  waiting: () => Promise<RelayProof[]>;
  /** What tells times, and then what is megabytes. */
  timed: () => Promise<RelayProof[]>;
}

export function measureProofs(measures: AnyMeasure[], context: Context): MeasureProofs {
  const proveAll = (load: AnyMeasure['load']): Promise<RelayProof[]> => {
    const slots = new Slots(AT_ONCE);
    const all = measures.filter((measure) => measure.load === load);
    const each = all.flatMap((measure) => measure.relays.map((relay) => ({ measure, relay })));
    return Promise.all(each.map(({ measure, relay }) => slots.use(() => proveRelay(measure, relay, context))));
  };
  return {
    waiting: () => proveAll('waits'),
    timed: async () => [...(await proveAll('times')), ...(await proveAll('works'))],
  };
}
