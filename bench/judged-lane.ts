/** A lane's place in a run: measured, judged, its evidence kept; or why it could not be. */

import { because } from './because.ts';
import type { Lane } from './catalogue/catalogue.ts';
import { streamFault } from './catalogue/dimensions.ts';
import { measuresOf, reachOf } from './depth.ts';
import type { Hop, Runnable } from './drivers/driver.ts';
import { withoutShared } from './evidence-file.ts';
import { laneStream, measureLane, type LaneContext } from './lane.ts';
import { codingOf, describe, figures, notProvided, notStarted, pathEntry, reportsOf } from './lane-result.ts';
import { measureAll } from './measures/all.ts';
import { measureContext } from './measures/context.ts';
import type { Provided } from './provision.ts';
import { isJudged, nameOf, type LaneResult } from './results.ts';
import type { ProvenStage } from './proving.ts';
import type { RunOptions } from './run.ts';
import { slotOf, type RunSlots } from './schedule.ts';
import type { SharedHop } from './shared-hop.ts';
import { heldBytesOf } from './verdict.ts';
import { isWithheld } from './withheld.ts';

/** A lane with its variant's hop, which the lanes of that variant share. */
export interface PlacedLane {
  lane: Lane;
  hop: SharedHop;
  /** Of its variant's in this run. */
  isFirst: boolean;
}

export type LaneOptions = Pick<RunOptions, 'plan' | 'signal' | 'onEvent' | 'keep'> & { slots: RunSlots };

async function judged(
  { lane, isFirst }: PlacedLane,
  start: () => Promise<Hop>,
  runnable: Runnable,
  { stage, proof }: ProvenStage,
  options: LaneOptions,
): Promise<LaneResult> {
  const { signal, slots } = options;
  const { instrument, reference } = proof;
  const { depth } = options.plan;
  const slot = slotOf(lane, slots);
  const { quiet } = slots;
  const turns = {
    turn: slot.use.bind(slot),
    steady: slots.waiting.use.bind(slots.waiting),
    quiet: quiet.use.bind(quiet),
    quietOver: () => quiet.over(),
  } satisfies LaneContext['turns'];
  const hop = await slot.use(async () => {
    signal.throwIfAborted();
    options.onEvent({ type: 'measuring', lane: nameOf({ ...lane, path: [pathEntry(lane.variant, runnable)] }) });
    return start();
  });
  const context = { stage, hop, instrument, reference, depth, turns, signal };
  const { evidence, delivery } = await measureLane(lane, context);
  const measures = measuresOf(options.plan, lane, { isFirst, isHeld: delivery.verdict !== 'streams' }).filter(
    ({ id }) => !isWithheld(instrument.withheld, id),
  );
  const way = {
    via: hop.address,
    usage: () => hop.usage(),
    paced: evidence.paced,
    heldBytes: heldBytesOf(delivery),
    signal,
    ...(delivery.verdict === 'streams' ? { streamed: evidence.tries.at(-1) } : {}),
    ...reachOf(options.plan, lane.variant),
    ...laneStream(lane),
  };
  const { waiting, measuring } = slots;
  const measured = await measureAll(measures, measureContext(stage, instrument, way), {
    works: 'beside',
    turns: { waits: waiting.use.bind(waiting), busy: measuring.use.bind(measuring) },
    running: () => hop.running(),
  });
  signal.throwIfAborted();
  const file = await options.keep({
    schema: 'unclog/evidence@1',
    lane: lane.id,
    ...(lane.version === undefined ? {} : { version: lane.version }),
    floor: instrument.floor,
    delivery,
    evidence,
    ...(measures.length === 0 ? {} : { measures: withoutShared(measured.evidence, evidence) }),
  });
  const result: LaneResult = {
    ...describe(lane, [pathEntry(lane.variant, runnable, hop)]),
    verdict: delivery.verdict,
    because: because(delivery),
    ...figures(delivery, instrument, evidence),
    ...codingOf(evidence),
    ...reportsOf(measures, measured),
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
