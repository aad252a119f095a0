/** A run: the proxies that are here are started, the instrument proves itself, every lane is measured. */

import type { Chain, Lane, Variant } from './catalogue/catalogue.ts';
import type { ProxyDeclaration } from './catalogue/declaration.ts';
import type { Alone } from './chain/chain.ts';
import { judgedChain } from './chain/judged.ts';
import { chainMeasures } from './chain/measures.ts';
import { openChainProofs, withTaps } from './chain/proof.ts';
import type { Plan } from './depth.ts';
import type { Driver, DriverName, Stage } from './drivers/driver.ts';
import { floorOf, proveInstrument, type Instrument, type Proof } from './instrument.ts';
import { withFixes } from './lane-result.ts';
import {
  inVersion,
  provide,
  driversOf,
  providePaths,
  type Provided,
  type ProvideEvent,
  type ProvideOptions,
  type ProvidedPath,
  type Provision,
} from './provision.ts';
import type { LaneResult, Results } from './results.ts';
import { judgedLane, type LaneOptions, type PlacedLane } from './judged-lane.ts';
import { longestFirst, slotsFor, workOff } from './schedule.ts';
import type { Session } from './session.ts';
import { SharedHop } from './shared-hop.ts';
import { measureTaps } from './taps/floor.ts';
import type { Trace } from './trace.ts';
import type { Delivery, Evidence } from './verdict.ts';

/** A lane's traces and the floor they were judged by: enough to compute its verdict again. */
export interface EvidenceFile {
  schema: 'unclog/evidence@1';
  lane: string;
  floor: Instrument['floor'];
  delivery: Delivery;
  evidence: Evidence;
  /** Of each measure besides delivery, by its id; the steady stream is `evidence.paced` (evidence-file.ts). */
  measures?: Record<string, unknown>;
  /** Of a chain: its variants, hop 1 first, and its guilty hops each by itself. What the taps saw is in every trace. */
  path?: string[];
  alone?: Alone[];
}

export type RunEvent =
  | ProvideEvent
  | { type: 'proving'; driver: DriverName }
  | { type: 'proven'; instrument: Instrument }
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

export interface ProvenStage {
  stage: Stage;
  proof: Proof;
  /** Streams through the transparent relay among the lanes. */
  among: Trace[];
}

export interface RunOutcome {
  instrument: Results['instrument'];
  lanes: LaneResult[];
}

export function summarise(instruments: Instrument[]): Results['instrument'] {
  return {
    sound: instruments.every(({ sound }) => sound),
    floorMs: {
      p50: Math.max(0, ...instruments.map(({ floor }) => floor.hold.p50Ms)),
      p99: Math.max(0, ...instruments.map(({ floor }) => floor.hold.p99Ms)),
    },
    relays: instruments.flatMap(({ driver, relays }) =>
      relays.map(({ id, expected, verdict }) => ({ id, driver, expected, verdict })),
    ),
    proofs: instruments,
  };
}

/** Often enough for a figure, and a small part of the run. */
const LANES_BETWEEN_REFERENCES = 8;

async function measureAmongLanes(stages: Iterable<ProvenStage>, signal: AbortSignal): Promise<void> {
  for (const { proof, among } of stages) {
    signal.throwIfAborted();
    among.push(await proof.reference.measure({}));
  }
}

function withAmong({ proof, among }: ProvenStage): Instrument {
  return among.length === 0
    ? proof.instrument
    : { ...proof.instrument, amongLanes: { streams: among.length, hold: floorOf(among) } };
}

/** Every lane with its variant's hop. */
function placeLanes(
  provided: Map<ProxyDeclaration, Provided>,
  proven: Map<Driver, ProvenStage>,
  { lanes, versions, signal }: RunOptions,
): PlacedLane[] {
  const hops = new Map<Variant, SharedHop>();
  const firsts = new Set<Lane>();
  for (const [variant, members] of Map.groupBy(lanes, (lane) => lane.variant)) {
    const hop = new SharedHop(members.length, () => {
      const provision = provided.get(variant.proxy) as Provision;
      return (proven.get(provision.driver) as ProvenStage).stage.startHop(variant, versions[variant.proxy.id], signal);
    });
    hops.set(variant, hop);
    if (members[0] !== undefined) firsts.add(members[0]);
  }
  return longestFirst(lanes).map((lane) => {
    return { lane, hop: hops.get(lane.variant) as SharedHop, isFirst: firsts.has(lane) };
  });
}

async function resultOfLane(
  placed: PlacedLane,
  provided: Provided,
  proven: Map<Driver, ProvenStage>,
  options: LaneOptions,
): Promise<LaneResult> {
  const place = 'driver' in provided ? proven.get(provided.driver) : undefined;
  return judgedLane(placed, provided, place, options);
}

async function resultOfChain(
  chain: Chain,
  provided: ProvidedPath,
  proven: Map<Driver, ProvenStage>,
  options: RunOptions & LaneOptions,
): Promise<LaneResult> {
  const place = 'driver' in provided ? proven.get(provided.driver) : undefined;
  return options.slots.measuring.use(async () => {
    options.onEvent({ type: 'measuring', lane: chain.id });
    return judgedChain(chain, provided, place === undefined ? undefined : { ...options, ...place });
  });
}

/** Where the instrument is not sound nothing is judged: the lanes come back empty. */
export async function run(asked: RunOptions): Promise<RunOutcome> {
  const { signal, session, onEvent } = asked;
  const variants = [...asked.lanes.map(({ variant }) => variant), ...asked.chains.flatMap(({ path }) => path)];
  const proxies = [...new Set(variants.map(({ proxy }) => proxy))];
  const provided = new Map<ProxyDeclaration, Provided>();
  await workOff(proxies, 2, async (proxy) => void provided.set(proxy, await provide(proxy, asked)));

  const lanes = asked.lanes.map((lane) => inVersion(lane, provided.get(lane.variant.proxy)));
  const options = { ...asked, lanes };
  const paths = await providePaths(asked.chains, provided, asked);

  await using stack = new AsyncDisposableStack();
  const proven = new Map<Driver, ProvenStage>();
  const chained = driversOf(paths.values());
  for (const driver of new Set([...driversOf(provided.values()), ...chained])) {
    onEvent({ type: 'proving', driver: driver.name });
    const stage = stack.use(await driver.open(signal));
    const hasChains = chained.includes(driver);
    const proof = await proveInstrument(session, stage, {
      measures: options.plan.measures,
      chainMeasures: hasChains ? chainMeasures(options.plan).map(({ id }) => id) : [],
      openChains: hasChains ? (context) => openChainProofs(session, stage, options.plan, context) : undefined,
      signal,
    });
    signal.throwIfAborted();
    if (proof.instrument.sound && hasChains)
      proof.instrument = withTaps(proof.instrument, await measureTaps(stage, proof.instrument, signal));
    onEvent({ type: 'proven', instrument: proof.instrument });
    proven.set(driver, { stage, proof, among: [] });
  }
  const instruments = [...proven.values()].map(({ proof }) => proof.instrument);
  if (instruments.some(({ sound }) => !sound)) return { instrument: summarise(instruments), lanes: [] };

  const results: LaneResult[] = [];
  const slots = slotsFor(options.jobs);
  const slotted = { ...options, slots };
  // Chains first: each takes longer than a lane.
  const work = [
    ...asked.chains.map((chain) => () => resultOfChain(chain, paths.get(chain) as ProvidedPath, proven, slotted)),
    ...placeLanes(provided, proven, options).map(
      (placed) => () => resultOfLane(placed, provided.get(placed.lane.variant.proxy) as Provided, proven, slotted),
    ),
  ];
  await workOff(work, slots.lanes, async (measure) => {
    const result = await measure();
    results.push(result);
    onEvent({ type: 'lane', result, done: results.length, of: work.length });
    if (results.length % LANES_BETWEEN_REFERENCES === 0) await measureAmongLanes(proven.values(), signal);
  });
  const all = [...lanes, ...asked.chains];
  const order = new Map(all.map(({ id }, index) => [id, index]));
  results.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
  return { instrument: summarise([...proven.values()].map(withAmong)), lanes: withFixes(results, all) };
}
