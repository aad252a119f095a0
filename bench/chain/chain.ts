/** Measures one chain: its hops in a row with a tap behind each, and by itself each hop that is found guilty. */

import type { Chain, Variant } from '../catalogue/catalogue.ts';
import type { Address } from '../client/client.ts';
import type { Delivery } from '../verdict/delivery.ts';
import { reachOf, type Plan } from '../run/depth.ts';
import type { Hop, Stage } from '../drivers/driver.ts';
import { ProxyError } from '../errors.ts';
import { isUnanswered, type Evidence } from '../evidence.ts';
import type { Proof } from '../instrument.ts';
import { laneStream, measureLane } from '../lane.ts';
import type { LaneStream } from '../catalogue/dimensions.ts';
import type { PointReader } from '../measure.ts';
import { canBeBefore, leavesHop, measureAll, Sightings, type Seen } from '../measures/all.ts';
import { foundBy, measureContext } from '../measures/context.ts';
import type { AnyMeasure } from '../measures/measure.ts';
import type { Tap } from '../taps/tap-program.ts';
import type { LaneTurns } from '../turns.ts';
import { judge } from '../verdict/verdict.ts';
import { isGuilty, isToldOfHops, judgeHops, type HopDelivery } from './attribution.ts';
import { asItGot } from './causes.ts';
import type { FlowReader } from '../taps/flow.ts';
import { provenChainMeasures } from './measures.ts';
import { readersOf } from './proof.ts';

export interface ChainContext {
  stage: Stage;
  proof: Proof;
  plan: Plan;
  /** By proxy id. */
  versions: Record<string, string>;
  /** Those of its streams; all else that it does takes the first. */
  turns: LaneTurns;
  signal: AbortSignal;
}

/** A hop without the others, directly in front of the origin: one that is guilty, or that another kept from being seen. */
export interface Alone {
  hop: number;
  /** The chain's own stream. */
  evidence: Evidence;
  delivery: Delivery;
  /** Where that is innocent: a stream like the one that the others made of it. */
  asItGot?: { evidence: Evidence; delivery: Delivery };
}

export interface MeasuredChain {
  hops: Hop[];
  evidence: Evidence;
  delivery: Delivery;
  hopDeliveries: HopDelivery[];
  alone: Alone[];
  /** What was to be measured besides, and what that saw. */
  planned: AnyMeasure[];
  measures: Seen;
}

interface StartedChain extends AsyncDisposable {
  hops: Hop[];
  via: Address;
  points: PointReader;
  flows: FlowReader;
}

/** @throws ProxyError that names the hop, which is one of several. */
async function startNamed(start: Promise<Hop>, hop: number, id: string): Promise<Hop> {
  try {
    return await start;
  } catch (error) {
    if (!(error instanceof ProxyError)) throw error;
    const { message, log, command, refused } = error;
    throw new ProxyError(message, { log, command, refused, hop: `hop ${hop}, ${id}` });
  }
}

/** From the origin's end: a hop needs what it forwards to. */
async function startChain({ path }: Chain, { stage, versions, signal }: ChainContext): Promise<StartedChain> {
  await using stack = new AsyncDisposableStack();
  const line = stack.use(await stage.openTaps());
  const [hops, taps]: [Hop[], Tap[]] = [[], []];
  for (const [index, variant] of [...path.entries()].toReversed()) {
    const tap = await line.add(hops[0]);
    const start = stage.startHop(variant, versions[variant.proxy.id], signal, tap);
    hops.unshift(stack.use(await startNamed(start, index + 1, variant.id)));
    taps.unshift(tap);
  }
  const owned = stack.move();
  return {
    hops,
    via: (hops[0] as Hop).address,
    ...readersOf(
      taps,
      path.map(({ id }) => id),
    ),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function measureAlone(
  chain: Chain,
  hop: number,
  evidence: Evidence,
  { stage, proof, versions, turns, signal }: ChainContext,
): Promise<Alone> {
  const variant = chain.path[hop - 1] as Variant;
  await using started = await turns.turn(() => stage.startHop(variant, versions[variant.proxy.id], signal));
  const context = {
    stage,
    hop: started,
    instrument: proof.instrument,
    reference: proof.reference,
    // What it does to a steady stream was seen in the chain, or cannot be.
    depth: 'quick' as const,
    turns,
    signal,
  };
  const plain = await measureLane(chain, context);
  const alone: Alone = { hop, ...plain };
  const changed: LaneStream | undefined = asItGot(evidence, hop, laneStream(chain));
  if (plain.delivery.verdict !== 'streams' || changed === undefined) return alone;
  return { ...alone, asItGot: await measureLane(chain, { ...context, stream: changed }) };
}

/** @throws ProxyError when a hop does not start, BenchError when the bench fails. */
export async function measureChain(chain: Chain, context: ChainContext): Promise<MeasuredChain> {
  const { stage, proof, plan, turns, signal } = context;
  const { instrument, reference } = proof;
  await using started = await turns.turn(() => startChain(chain, context));
  const { hops, via, points, flows } = started;
  const areRunning = (): boolean => hops.every((hop) => hop.running());
  // Of a stream that never begins each would be told that it does not.
  const provenOf = (soFar: Evidence): AnyMeasure[] =>
    isUnanswered(soFar) ? [] : provenChainMeasures(plan, instrument.withheld);
  const sightings = new Sightings((left, found: ReturnType<typeof foundBy>) => {
    const way = { via, points, flows, signal, ...found, ...reachOf(plan), ...laneStream(chain) };
    return turns.turn(() =>
      measureAll(left, measureContext(stage, instrument, way), {
        works: 'apart',
        running: areRunning,
      }),
    );
  });
  const { evidence, delivery } = await measureLane(chain, {
    stage,
    hop: { address: via },
    instrument,
    reference,
    points,
    depth: plan.depth,
    turns,
    isTold: (soFar) => isToldOfHops(soFar, instrument.floor),
    async meanwhile(soFar) {
      const likely = judge(soFar, instrument.floor);
      const before = provenOf(soFar).filter(canBeBefore(likely)).filter(leavesHop);
      await sightings.see(before, foundBy(soFar, likely));
    },
    async alsoInQuiet(soFar) {
      if (areRunning()) await sightings.settle(provenOf(soFar), foundBy(soFar, judge(soFar, instrument.floor)), turns);
    },
    signal,
  });
  const [found, planned] = [foundBy(evidence, delivery), provenOf(evidence)];
  await sightings.see(planned, found);
  if (areRunning() && (await sightings.settle(planned, found, turns))) await turns.quietOver();
  const hopDeliveries = judgeHops(evidence, instrument.floor);
  const alone: Alone[] = [];
  for (const [index, own] of hopDeliveries.entries()) {
    const isHidden = own.verdict === 'unseen' && delivery.verdict !== 'streams';
    if (!isGuilty(own) && !isHidden) continue;
    signal.throwIfAborted();
    alone.push(await measureAlone(chain, index + 1, evidence, context));
  }
  return { hops, evidence, delivery, hopDeliveries, alone, planned, measures: sightings.seen };
}
