/** A lane's place in a run: measured, judged, its evidence kept; or why it could not be. */

import { because } from '../verdict/because.ts';
import type { Lane } from '../catalogue/catalogue.ts';
import { streamFault } from '../catalogue/dimensions.ts';
import type { Delivery } from '../verdict/delivery.ts';
import { measuresOf, reachOf } from './depth.ts';
import type { Hop, Runnable } from '../drivers/driver.ts';
import { isUnanswered, type Evidence } from '../evidence.ts';
import { withoutShared } from '../evidence-file.ts';
import { laneStream, measureLane } from '../lane.ts';
import { codingOf, describe, figures, notProvided, notStarted, pathEntry, reportsOf } from '../lane-result.ts';
import { canBeBefore, isKilling, leavesHop, measureAll, Sightings, type Seen, type Turns } from '../measures/all.ts';
import type { KnownThresholds } from '../measures/known-thresholds.ts';
import type { AnyMeasure, MeasureContext } from '../measures/measure.ts';
import { foundBy, measureContext } from '../measures/context.ts';
import type { Provided } from './provision.ts';
import { isAskedOverHttp2 } from '../metrics.ts';
import { judge } from '../verdict/verdict.ts';
import { isJudged, nameOf, type LaneResult } from '../results.ts';
import type { ProvenStage } from './proving.ts';
import type { RunOptions } from './run.ts';
import { slotOf, turnsIn, type RunSlots } from './schedule.ts';
import { LaneHop } from './lane-hop.ts';
import type { SharedHop } from './shared-hop.ts';
import type { LaneTurns } from '../turns.ts';
import { isWithheld } from './withheld.ts';

/** A lane with its variant's hop, which the lanes of that variant share. */
export interface PlacedLane {
  lane: Lane;
  hop: SharedHop;
  /** Of its variant's in this run. */
  isFirst: boolean;
  /** Its variant's place among those of the run, the longest first: the sooner it has its turn, too. */
  rank: number;
}

export type LaneOptions = Pick<RunOptions, 'plan' | 'signal' | 'onEvent' | 'keep'> & {
  slots: RunSlots;
  known: KnownThresholds;
};

interface MeasuredLane {
  evidence: Evidence;
  delivery: Delivery;
  /** Besides delivery, and what they saw. */
  measures: AnyMeasure[];
  seen: Seen;
}

function turnsOf(lane: Lane, rank: number, slots: RunSlots): LaneTurns {
  return turnsIn(slotOf(lane, slots), slots, rank);
}

/** Whether one of them is the death of all streams on a connection, also of another lane's. */
function killsOthers(measures: readonly AnyMeasure[], { tries }: Evidence): boolean {
  return tries.some(isAskedOverHttp2) && measures.some(isKilling);
}

/** Delivery, and then what else the plan has; what is of the hop alone comes before where delivery must wait for quiet. */
async function measured(
  { lane, isFirst, rank, hop: shared }: PlacedLane,
  hop: Hop,
  { stage, proof: { instrument, reference } }: ProvenStage,
  { plan, slots, known, signal }: LaneOptions,
): Promise<MeasuredLane> {
  const { waiting, measuring } = slots;
  await using through = new LaneHop(hop, shared);
  const way = {
    usage: () => through.usage(),
    known: known.of(lane.variant.proxy.id),
    signal,
    ...reachOf(plan, lane.variant),
  };
  const turns: Turns = { waits: (work) => waiting.use(work, rank), busy: (work) => measuring.use(work, rank) };
  const sightings = new Sightings((left, found: Partial<MeasureContext>) =>
    measureAll(
      left,
      measureContext(stage, instrument, { ...way, via: through.address, ...laneStream(lane), ...found }),
      {
        works: 'beside',
        turns,
        running: () => through.running(),
      },
    ),
  );
  const proven = (isHeld: boolean): AnyMeasure[] =>
    measuresOf(plan, lane, { isFirst, isHeld }).filter(({ id }) => !isWithheld(instrument.withheld, id));

  const planned = (soFar: Evidence, delivery: Delivery) => ({
    delivery,
    // Of a stream that never begins each would be told that it does not.
    measures: isUnanswered(soFar) ? [] : proven(delivery.verdict !== 'streams'),
    found: foundBy(soFar, delivery),
  });
  const likely = (soFar: Evidence) => planned(soFar, judge(soFar, instrument.floor));
  const surely = (soFar: Evidence) => {
    const now = likely(soFar);
    return { ...now, measures: now.measures.filter(canBeBefore(now.delivery, lane.expected)) };
  };
  const renew = (): Promise<void> => through.renew();
  const laneTurns = turnsOf(lane, rank, slots);
  const { evidence, delivery, measures, found } = await shared.beside(async () => {
    const told = await measureLane(lane, {
      stage,
      hop: through,
      instrument,
      reference,
      depth: plan.depth,
      signal,
      turns: laneTurns,
      async meanwhile(soFar) {
        const sure = surely(soFar);
        await sightings.see(sure.measures.filter(leavesHop), sure.found);
      },
      async lastBefore(soFar) {
        const sure = surely(soFar);
        const see = (those: AnyMeasure[]): Promise<void> => sightings.see(those, sure.found);
        if (killsOthers(sure.measures, soFar)) {
          await see(sure.measures.filter((measure) => !isKilling(measure)));
          await through.apart(() => see(sure.measures));
        } else await see(sure.measures);
        await sightings.tellApart(sure.measures, sure.found, renew);
        await renew();
      },
      async alsoInQuiet(soFar) {
        const now = likely(soFar);
        if (through.running()) await sightings.settle(now.measures, now.found, laneTurns);
      },
    });
    const after = planned(told.evidence, told.delivery);
    await sightings.see(
      after.measures.filter((measure) => !isKilling(measure)),
      after.found,
    );
    await sightings.tellApart(after.measures, after.found, renew);
    const wasNoisy = through.running() && (await sightings.settle(after.measures, after.found, laneTurns));
    if (wasNoisy) await laneTurns.quietOver();
    return { ...told, ...after };
  });
  const kill = (): Promise<void> => sightings.see(measures, found);
  await (killsOthers(measures, evidence) ? shared.alone(kill) : kill());
  return { evidence, delivery, measures, seen: sightings.seen };
}

/** Also where what listened for a process that had ended, as the port of a container, closed each connection unanswered. */
function hasNoWords({ delivery, evidence }: MeasuredLane): boolean {
  return delivery.verdict === 'harness-error' || evidence.tries.every(({ client }) => client.head === undefined);
}

/** What is measured besides, of this lane or of another of its variant, may end the process before the words have come: they come through another. */
async function withWords(
  found: MeasuredLane,
  { lane, hop: shared, rank }: PlacedLane,
  { stage, proof: { instrument, reference } }: ProvenStage,
  { slots, signal }: LaneOptions,
): Promise<MeasuredLane> {
  signal.throwIfAborted();
  await using hop = await shared.another();
  const turns = turnsOf(lane, rank, slots);
  const context = { stage, hop, instrument, reference, depth: 'quick', signal, turns } as const;
  return { ...found, ...(await measureLane(lane, context)) };
}

async function judged(
  placed: PlacedLane,
  start: () => Promise<Hop>,
  runnable: Runnable,
  place: ProvenStage,
  options: LaneOptions,
): Promise<LaneResult> {
  const { lane } = placed;
  const { signal } = options;
  const { instrument } = place.proof;
  signal.throwIfAborted();
  const hop = await start();
  options.onEvent({ type: 'measuring', lane: nameOf({ ...lane, path: [pathEntry(lane.variant, runnable)] }) });
  const found = await measured(placed, hop, place, options);
  const isWordless = hasNoWords(found) && (await hop.hasEnded());
  const { evidence, delivery, measures, seen } = isWordless ? await withWords(found, placed, place, options) : found;
  signal.throwIfAborted();
  const file = await options.keep({
    schema: 'unclog/evidence@1',
    lane: lane.id,
    ...(lane.version === undefined ? {} : { version: lane.version }),
    floor: instrument.floor,
    delivery,
    evidence,
    ...(measures.length === 0 ? {} : { measures: withoutShared(seen.evidence, evidence) }),
    ...(seen.earlier === undefined ? {} : { earlierMeasures: withoutShared(seen.earlier, evidence) }),
  });
  const result: LaneResult = {
    ...describe(lane, [pathEntry(lane.variant, runnable, hop)]),
    verdict: delivery.verdict,
    because: because(delivery),
    ...figures(delivery, instrument, evidence),
    ...codingOf(evidence),
    ...reportsOf(measures, seen, options.plan.depth === 'deep'),
    evidence: file,
  };
  if (isJudged(result) && lane.expected !== undefined) result.asExpected = delivery.verdict === lane.expected;
  if (!hop.running()) Object.assign(result, { log: await hop.log(), command: hop.command });
  return result;
}

/** @param place of the driver that was found; none where the lane cannot run. */
export async function judgedLane(
  placed: PlacedLane,
  provided: Provided,
  place: ProvenStage | undefined,
  options: LaneOptions,
): Promise<LaneResult> {
  const { lane, hop } = placed;
  if (!('driver' in provided) || place === undefined) return { ...describe(lane, []), ...notProvided(provided) };
  const { runnable } = provided;
  const fault = streamFault(laneStream(lane));
  try {
    return await hop.use(async (start) =>
      fault === undefined
        ? judged(placed, start, runnable, place, options)
        : { ...describe(lane, [pathEntry(lane.variant, runnable)]), verdict: 'unsupported', because: fault },
    );
  } catch (error) {
    options.signal.throwIfAborted();
    return notStarted(lane, runnable, error);
  }
}
