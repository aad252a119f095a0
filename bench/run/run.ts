/** A run: the proxies that are here are started, the instrument proves itself, every lane is measured. */

import type { Chain, Lane } from '../catalogue/catalogue.ts';
import { streamFault } from '../catalogue/dimensions.ts';
import type { Alone } from '../chain/chain.ts';
import { judgedChain } from '../chain/judged.ts';
import type { Delivery } from '../verdict/delivery.ts';
import type { Plan } from './depth.ts';
import type { Driver } from '../drivers/driver.ts';
import type { Evidence } from '../evidence.ts';
import { governed } from './governor.ts';
import { inVersion, twins, withoutTwins, type Twins } from './in-version.ts';
import type { Instrument } from '../instrument.ts';
import {
  driversOf,
  provideAll,
  providePaths,
  type Provided,
  type ProvidedPrograms,
  type ProvideEvent,
  type ProvideOptions,
  type ProvidedPath,
  type Provision,
} from './provision.ts';
import { placeOf, proveStage, summarise, type ProvenStage, type ProvingEvent } from './proving.ts';
import type { LaneResult, Results } from '../results.ts';
import { laneStream } from '../lane.ts';
import { judgedLane, type LaneOptions, type PlacedLane } from './judged-lane.ts';
import { KnownThresholds } from '../measures/known-thresholds.ts';
import { withRemedies } from '../remedies.ts';
import { longestFirst, slotsFor, startingSlotsOf, turnsIn, workOff } from './schedule.ts';
import type { Session } from '../session/session.ts';
import { SharedHop } from './shared-hop.ts';

/** A lane's traces and the floor they were judged by: enough to compute its verdict again. */
export interface EvidenceFile {
  schema: 'unclog/evidence@1';
  lane: string;
  /** Where one was asked for. */
  version?: string;
  floor: Instrument['floor'];
  delivery: Delivery;
  evidence: Evidence;
  /** Of each measure besides delivery, by its id; the steady stream is `evidence.paced` (evidence-file.ts). */
  measures?: Record<string, unknown>;
  /** What was seen first of those that noise left without a figure: they were made again when nothing else was measured. */
  earlierMeasures?: Record<string, unknown>;
  /** Of a chain: its variants, hop 1 first, and its guilty hops each by itself. What the taps saw is in every trace. */
  path?: string[];
  alone?: Alone[];
}

export type RunEvent =
  | ProvideEvent
  | ProvingEvent
  | ({ type: 'twins' } & Twins)
  | { type: 'measuring'; lane: string }
  | { type: 'lane'; result: LaneResult; done: number; of: number };

export interface RunOptions extends Omit<ProvideOptions, 'onEvent'> {
  lanes: Lane[];
  chains: Chain[];
  jobs: number;
  plan: Plan;
  session: Session;
  onEvent: (event: RunEvent) => void;
  /** Keeps a lane's evidence; returns the name by which the results refer to it. */
  keep: (evidence: EvidenceFile) => Promise<string>;
}

interface RunOutcome {
  instrument: Results['instrument'];
  lanes: LaneResult[];
}

/** Often enough for a figure, and a small part of the run. */
const LANES_BETWEEN_REFERENCES = 8;

async function measureAmongLanes(stages: Iterable<ProvenStage>, signal: AbortSignal): Promise<void> {
  for (const { proof, among } of stages) {
    signal.throwIfAborted();
    among.push(await proof.reference.measure({}));
  }
}

/** Every lane with the hop of its variant in its version. */
function placeLanes(
  provided: ProvidedPrograms,
  proven: Map<Driver, ProvenStage>,
  { lanes, slots, signal }: RunOptions & LaneOptions,
): PlacedLane[] {
  return longestFirst(lanes).flatMap((members, rank) => {
    const [longest] = members;
    const { variant, version } = longest;
    const hop = new SharedHop(members.length, () => {
      const provision = provided.get(variant.proxy, version) as Provision;
      const { stage } = proven.get(provision.driver) as ProvenStage;
      return startingSlotsOf(longest, slots).use(async () => {
        signal.throwIfAborted();
        return stage.startHop(variant, version, signal);
      }, rank);
    });
    const first = lanes.find((lane) => members.includes(lane) && streamFault(laneStream(lane)) === undefined);
    return members.map((lane) => ({ lane, hop, isFirst: lane === first, rank }));
  });
}

async function resultOfLane(
  placed: PlacedLane,
  provided: Provided,
  proven: Map<Driver, ProvenStage>,
  options: LaneOptions,
): Promise<LaneResult> {
  return judgedLane(placed, provided, placeOf(provided, proven), options);
}

async function resultOfChain(
  chain: Chain,
  provided: ProvidedPath,
  proven: Map<Driver, ProvenStage>,
  options: RunOptions & LaneOptions,
): Promise<LaneResult> {
  const place = placeOf(provided, proven);
  const { slots, onEvent } = options;
  onEvent({ type: 'measuring', lane: chain.id });
  const turns = turnsIn(slots.measuring, slots);
  return judgedChain(chain, provided, place === undefined ? undefined : { ...options, ...place, turns });
}

/**
 * Before how many of the lanes, the longest first, chains begin: each takes longer than a lane, but what begins a run of all
 * lanes are those whose hops take seconds of work to start, and beside these no stream is told well.
 */
function placeOfChains(lanes: number, atOnce: number): number {
  return Math.min(atOnce, Math.floor(lanes / 4));
}

/** Where the instrument is not sound nothing is judged: the lanes come back empty. */
export async function run(asked: RunOptions): Promise<RunOutcome> {
  const { signal, onEvent } = asked;
  const provided = await provideAll(asked.lanes, asked.chains, asked);
  const same = twins(asked.lanes, (lane) => provided.runnableOf(lane));
  for (const found of same) onEvent({ type: 'twins', ...found });
  const lanes = withoutTwins(asked.lanes, same).map((lane) => inVersion(lane, provided.runnableOf(lane)));
  const options = { ...asked, lanes };
  const paths = await providePaths(asked.chains, provided, asked);

  await using stack = new AsyncDisposableStack();
  const proven = new Map<Driver, ProvenStage>();
  const chained = driversOf(paths.values());
  for (const driver of new Set([...driversOf(provided.values()), ...chained]))
    proven.set(driver, await proveStage(driver, stack, { ...asked, hasChains: chained.includes(driver) }));
  const instrument = summarise(proven.values());
  if (!instrument.sound) return { instrument, lanes: [] };

  const results: LaneResult[] = [];
  const slots = slotsFor(options.jobs);
  const slotted = { ...options, slots, known: new KnownThresholds() };
  const all = [...lanes, ...asked.chains];
  const work: { item: Lane | Chain; measure: () => Promise<LaneResult> }[] = placeLanes(provided, proven, slotted).map(
    (placed) => ({
      item: placed.lane,
      measure: () =>
        resultOfLane(placed, provided.get(placed.lane.variant.proxy, placed.lane.version), proven, slotted),
    }),
  );
  const chains = asked.chains.map((chain) => ({
    item: chain,
    measure: () => resultOfChain(chain, paths.get(chain) as ProvidedPath, proven, slotted),
  }));
  work.splice(placeOfChains(lanes.length, slots.lanes.count), 0, ...chains);
  const order = new Map<LaneResult, number>();
  stack.use(governed(slots));
  await workOff(work, slots.lanes, async ({ item, measure }) => {
    const result = await measure();
    results.push(result);
    order.set(result, all.indexOf(item));
    onEvent({ type: 'lane', result, done: results.length, of: work.length });
    if (results.length % LANES_BETWEEN_REFERENCES === 0) await measureAmongLanes(proven.values(), signal);
  });
  results.sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
  return { instrument: summarise(proven.values()), lanes: withRemedies(results, all) };
}
