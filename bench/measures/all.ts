/** Several measures of one way, in the order in which they do not disturb each other. */

import type { AnyMeasure, MeasureContext } from './measure.ts';

/** Waits for a place among what other lanes measure: apart for what mostly waits, of which more may go on at once. */
export type Turns = Record<'waits' | 'busy', <T>(work: () => Promise<T>) => Promise<T>>;

const AT_ONCE: Turns = { waits: (work) => work(), busy: (work) => work() };

export interface Seen {
  /** By the measure's id. */
  evidence: Record<string, unknown>;
  /** Ids of those by whose end the hop's process had ended: what they saw is of that, and not of what they are to tell. */
  ended: string[];
}

/** What is not yet seen. */
export function isLeft({ evidence, ended }: Seen): (measure: AnyMeasure) => boolean {
  return ({ id }) => !(id in evidence) && !ended.includes(id);
}

export function together(first: Seen, then: Seen): Seen {
  return { evidence: { ...first.evidence, ...then.evidence }, ended: [...first.ended, ...then.ended] };
}

export interface Together {
  /** `apart`: what works is made by itself too, where taps are on the way: all its bytes go through one process. */
  works: 'beside' | 'apart';
  turns?: Turns;
  running?: () => boolean;
}

/** Whether the hop is afterwards as it was before. */
function leavesHop({ kills, mayEnd }: AnyMeasure): boolean {
  return kills !== true && mayEnd !== true;
}

/** Told whatever delivery was, with nothing broken that delivery needs. */
export function isOfHopAlone(measure: AnyMeasure): boolean {
  return (measure.of === 'hop' || measure.of === 'costly') && leavesHop(measure);
}

/** Side by side, but for what may end the hop's process, and what kills, which comes last. */
export async function measureAll(
  measures: readonly AnyMeasure[],
  context: MeasureContext,
  { works, turns = AT_ONCE, running = () => true }: Together,
): Promise<Seen> {
  const rank = (measure: AnyMeasure): number => {
    if (measure.kills === true) return 3;
    if (measure.mayEnd === true) return 2;
    return works === 'apart' && measure.load === 'works' ? 1 : 0;
  };
  const evidence: Record<string, unknown> = {};
  const ended: string[] = [];
  const seeAll = async (wanted: readonly AnyMeasure[]): Promise<void> => {
    context.signal?.throwIfAborted();
    const see = async (measure: AnyMeasure): Promise<void> => {
      // Of a process that has ended nothing is to be learnt.
      if (running()) evidence[measure.id] = await measure.measure(context);
      if (!running()) ended.push(measure.id);
    };
    await Promise.all(wanted.map(see));
  };
  for (const turn of [0, 1, 2, 3]) {
    const inTurn = measures.filter((measure) => rank(measure) === turn);
    const waits = inTurn.filter(({ load }) => load === 'waits');
    const busy = inTurn.filter(({ load }) => load !== 'waits');
    await Promise.all([
      ...(waits.length === 0 ? [] : [turns.waits(() => seeAll(waits))]),
      ...(busy.length === 0 ? [] : [turns.busy(() => seeAll(busy))]),
    ]);
  }
  return { evidence, ended };
}
