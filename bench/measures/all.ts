/** Several measures of one way, in the order in which they do not disturb each other. */

import { setTimeout as delay } from 'node:timers/promises';

import type { LaneTurns } from '../turns.ts';
import type { ExpectedVerdict } from '../catalogue/declaration.ts';
import type { Delivery } from '../verdict/delivery.ts';
import type { AnyMeasure, MeasureContext } from './measure.ts';

/** Waits for a place among what other lanes measure: apart for what mostly waits, of which more may go on at once. */
export type Turns = Record<'waits' | 'busy', <T>(work: () => Promise<T>) => Promise<T>>;

const AT_ONCE: Turns = { waits: (work) => work(), busy: (work) => work() };

export interface Seen {
  /** By the measure's id. */
  evidence: Record<string, unknown>;
  /** Ids of those by whose end the hop's process had ended: what they saw is of that, and not of what they are to tell. */
  ended: string[];
  /** What they saw first, of those that were made again. */
  earlier?: Record<string, unknown>;
}

/** What is seen of one way bit by bit: each measure is made once, however often it is asked for. */
export class Sightings<Found> {
  readonly #measure: (left: readonly AnyMeasure[], found: Found) => Promise<Seen>;
  #seen: Seen = { evidence: {}, ended: [] };

  /** @param measure of those that are left, one at least, with what was found before they were asked for. */
  constructor(measure: (left: readonly AnyMeasure[], found: Found) => Promise<Seen>) {
    this.#measure = measure;
  }

  get seen(): Seen {
    return this.#seen;
  }

  async see(measures: readonly AnyMeasure[], found: Found): Promise<void> {
    const { evidence, ended } = this.#seen;
    const left = measures.filter(({ id }) => !(id in evidence) && !ended.includes(id));
    if (left.length === 0) return;
    const more = await this.#measure(left, found);
    this.#seen = { ...this.#seen, evidence: { ...evidence, ...more.evidence }, ended: [...ended, ...more.ended] };
  }

  /** What noise left without a figure once more, and no oftener, when nothing else is measured. @returns whether there was any */
  async settle(
    measures: readonly AnyMeasure[],
    found: Found,
    { quietBeside }: Pick<LaneTurns, 'quietBeside'>,
  ): Promise<boolean> {
    const { earlier = {} } = this.#seen;
    const noisy = this.noisyOf(measures).filter(({ id }) => !(id in earlier));
    if (noisy.length === 0) return false;
    await quietBeside(() => this.seeAgain(noisy, found));
    return true;
  }

  /** Of those that were made: what the machine was too noisy for, and not what ended the hop, as it would again. */
  noisyOf(measures: readonly AnyMeasure[]): AnyMeasure[] {
    const { evidence, ended } = this.#seen;
    return measures.filter(
      ({ id, figures, noise }) => id in evidence && !ended.includes(id) && noise?.(figures(evidence[id])) !== undefined,
    );
  }

  /** Of several by whose end the hop had ended each by itself, through a hop that has not: what ends it is told by that, and the others are measured. */
  async tellApart(measures: readonly AnyMeasure[], found: Found, renew: () => Promise<void>): Promise<void> {
    const together = measures.filter(({ id }) => this.#seen.ended.includes(id));
    if (together.length < 2) return;
    for (const measure of together) {
      await renew();
      const { [measure.id]: _, ...evidence } = this.#seen.evidence;
      this.#seen = { ...this.#seen, evidence, ended: this.#seen.ended.filter((id) => id !== measure.id) };
      await this.see([measure], found);
    }
  }

  /** Made once more, each by itself: on one hop too what floods it disturbs what tells times. What is seen now counts. */
  async seeAgain(measures: readonly AnyMeasure[], found: Found): Promise<void> {
    const { evidence, earlier: before = {} } = this.#seen;
    const earlier = { ...before, ...Object.fromEntries(measures.map(({ id }) => [id, evidence[id]])) };
    for (const measure of measures) {
      const more = await this.#measure([measure], found);
      this.#seen = {
        evidence: { ...this.#seen.evidence, ...more.evidence },
        ended: [...this.#seen.ended, ...more.ended],
        earlier,
      };
    }
  }
}

interface Together {
  /** `apart`: what works is made by itself too, where taps are on the way: all its bytes go through one process. */
  works: 'beside' | 'apart';
  turns?: Turns;
  running?: () => boolean;
}

export function isKilling({ kills }: AnyMeasure): boolean {
  return kills === true;
}

/** Whether the hop is afterwards as it was before. */
export function leavesHop(measure: AnyMeasure): boolean {
  return !isKilling(measure) && measure.mayEnd !== true;
}

/**
 * Told whatever delivery comes to be.
 * @param delivery what it is so far: of a hop that holds it is told how much; what a busy machine may have done too is a hop's that was expected to
 */
export function canBeBefore(
  { verdict }: Pick<Delivery, 'verdict'>,
  expected: ExpectedVerdict = 'streams',
): (measure: AnyMeasure) => boolean {
  const isSure = verdict === 'buffers' || verdict === 'coalesces';
  const holds = isSure || (verdict !== 'streams' && expected !== 'streams');
  return ({ of }) => of !== 'stream' && (of !== 'held' || holds);
}

const ENDING_MS = 20;

/** Side by side, but for what may end the hop's process, and what kills, which comes last. */
export async function measureAll(
  measures: readonly AnyMeasure[],
  context: MeasureContext,
  { works, turns = AT_ONCE, running = () => true }: Together,
): Promise<Seen> {
  const rank = (measure: AnyMeasure): number => {
    if (isKilling(measure)) return 3;
    if (measure.mayEnd === true) return 2;
    return works === 'apart' && measure.load === 'works' ? 1 : 0;
  };
  const evidence: Record<string, unknown> = {};
  const ended: string[] = [];
  const seeAll = async (wanted: readonly AnyMeasure[]): Promise<void> => {
    context.signal?.throwIfAborted();
    const see = async (measure: AnyMeasure): Promise<void> => {
      // Of a process that has ended nothing is to be learnt.
      if (running()) {
        evidence[measure.id] = await measure.measure(context);
        // What ends closes its sockets first.
        await delay(ENDING_MS);
      }
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
