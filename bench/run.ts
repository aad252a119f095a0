/** A run: the proxies that are here are started, the instrument proves itself, every lane is measured. */

import type { Chain, Lane, Variant } from './catalogue/catalogue.ts';
import type { ProxyDeclaration } from './catalogue/declaration.ts';
import { because } from './because.ts';
import type { Alone } from './chain/chain.ts';
import { judgedChain } from './chain/judged.ts';
import { proveChains, withChainProof } from './chain/proof.ts';
import type { Plan } from './depth.ts';
import type { Driver, DriverName, Hop, Runnable, Stage } from './drivers/driver.ts';
import { BenchError, ProxyError } from './errors.ts';
import { floorOf, proveInstrument, type Instrument, type Proof } from './instrument.ts';
import { laneStream, measureLane } from './lane.ts';
import { describe, figures, notStarted, pathEntry, reportOf, withFixes } from './lane-result.ts';
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
import { isJudged, type LaneResult, type Results } from './results.ts';
import { longestFirst, workOff } from './schedule.ts';
import type { Session } from './session.ts';
import { SharedHop } from './shared-hop.ts';
import type { Trace } from './trace.ts';
import type { Delivery, Evidence } from './verdict.ts';

/** A lane's traces and the floor they were judged by: enough to compute its verdict again. */
export interface EvidenceFile {
  schema: 'unclog/evidence@1';
  lane: string;
  floor: Instrument['floor'];
  delivery: Delivery;
  evidence: Evidence;
  /** Of each measure besides delivery, by its id. */
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

interface ProvenStage {
  stage: Stage;
  proof: Proof;
  /** Streams through the transparent relay among the lanes. */
  among: Trace[];
}

interface Measured {
  evidence: Record<string, unknown>;
  results: NonNullable<LaneResult['measures']>;
}

/** Everything besides delivery that was asked for. */
async function measureAll(
  lane: Lane,
  hop: Hop,
  { stage, proof }: Pick<ProvenStage, 'stage' | 'proof'>,
  { paced }: Evidence,
  { plan: { measures, depth }, signal }: RunOptions,
): Promise<Measured> {
  const { workload, request } = laneStream(lane);
  const { clock, floor } = proof.instrument;
  const context = {
    origin: stage.origin,
    clock,
    floor,
    via: hop.address,
    direct: stage.direct,
    deep: depth === 'deep',
    workload,
    request,
    usage: () => hop.usage(),
    ...(paced === undefined ? {} : { paced }),
    signal,
  };
  const seen = await Promise.all(measures.map((measure) => measure.measure(context)));
  const measured: Measured = { evidence: {}, results: {} };
  for (const [index, measure] of measures.entries()) {
    const figuresFound = measure.figures(seen[index]);
    measured.evidence[measure.id] = seen[index];
    measured.results[measure.id] = reportOf(measure, figuresFound);
  }
  return measured;
}

async function judged(
  lane: Lane,
  runnable: Runnable,
  hop: Hop,
  { stage, proof }: ProvenStage,
  options: RunOptions,
): Promise<LaneResult> {
  options.onEvent({ type: 'measuring', lane: lane.id });
  const { instrument, reference } = proof;
  const { evidence, delivery } = await measureLane(lane, { stage, hop, instrument, reference, signal: options.signal });
  options.signal.throwIfAborted();
  const measured = await measureAll(lane, hop, { stage, proof }, evidence, options);
  options.signal.throwIfAborted();
  const file = await options.keep({
    schema: 'unclog/evidence@1',
    lane: lane.id,
    floor: instrument.floor,
    delivery,
    evidence,
    ...(options.plan.measures.length === 0 ? {} : { measures: measured.evidence }),
  });
  const result: LaneResult = {
    ...describe(lane, [pathEntry(lane.variant, runnable, hop)]),
    verdict: delivery.verdict,
    because: because(delivery),
    ...figures(delivery, instrument, evidence),
    ...(options.plan.measures.length === 0 ? {} : { measures: measured.results }),
    evidence: file,
  };
  if (isJudged(result) && lane.expected !== undefined) result.asExpected = delivery.verdict === lane.expected;
  if (!hop.running()) Object.assign(result, { log: await hop.log(), command: hop.command });
  return result;
}

interface PlacedLane {
  lane: Lane;
  hop: SharedHop;
}

/** Every lane with its variant's hop, which the lanes of that variant share. */
function placeLanes(
  provided: Map<ProxyDeclaration, Provided>,
  proven: Map<Driver, ProvenStage>,
  { lanes, versions, signal }: RunOptions,
): PlacedLane[] {
  const hops = new Map<Variant, SharedHop>();
  for (const [variant, members] of Map.groupBy(lanes, (lane) => lane.variant)) {
    const hop = new SharedHop(members.length, () => {
      const provision = provided.get(variant.proxy) as Provision;
      return (proven.get(provision.driver) as ProvenStage).stage.startHop(variant, versions[variant.proxy.id], signal);
    });
    hops.set(variant, hop);
  }
  return longestFirst(lanes).map((lane) => ({ lane, hop: hops.get(lane.variant) as SharedHop }));
}

async function resultOf(
  { lane, hop }: PlacedLane,
  provision: Provided,
  proven: Map<Driver, ProvenStage>,
  options: RunOptions,
): Promise<LaneResult> {
  if ('fault' in provision) return { ...describe(lane, []), verdict: 'harness-error', because: provision.fault };
  if ('unavailable' in provision) {
    const { unavailable, bring } = provision;
    return {
      ...describe(lane, []),
      verdict: 'skipped',
      because: unavailable,
      ...(bring === undefined ? {} : { bring }),
    };
  }
  const { runnable, driver } = provision;
  try {
    return await hop.use((started) => judged(lane, runnable, started, proven.get(driver) as ProvenStage, options));
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof ProxyError || error instanceof BenchError)) throw error;
    return notStarted(lane, runnable, error);
  }
}

export interface RunOutcome {
  instrument: Results['instrument'];
  lanes: LaneResult[];
}

function summarise(instruments: Instrument[]): Results['instrument'] {
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

async function resultOfChain(
  chain: Chain,
  provided: ProvidedPath,
  proven: Map<Driver, ProvenStage>,
  options: RunOptions,
): Promise<LaneResult> {
  options.onEvent({ type: 'measuring', lane: chain.id });
  const place = 'driver' in provided ? proven.get(provided.driver) : undefined;
  return judgedChain(chain, provided, place === undefined ? undefined : { ...options, ...place });
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
    const proof = await proveInstrument(session, stage, options.plan.measures, signal);
    signal.throwIfAborted();
    if (proof.instrument.sound && chained.includes(driver))
      proof.instrument = withChainProof(proof.instrument, await proveChains(session, stage, proof.instrument, signal));
    onEvent({ type: 'proven', instrument: proof.instrument });
    proven.set(driver, { stage, proof, among: [] });
  }
  const instruments = [...proven.values()].map(({ proof }) => proof.instrument);
  if (instruments.some(({ sound }) => !sound)) return { instrument: summarise(instruments), lanes: [] };

  const results: LaneResult[] = [];
  // Chains first: each takes longer than a lane.
  const work = [
    ...asked.chains.map((chain) => () => resultOfChain(chain, paths.get(chain) as ProvidedPath, proven, options)),
    ...placeLanes(provided, proven, options).map(
      (placed) => () => resultOf(placed, provided.get(placed.lane.variant.proxy) as Provided, proven, options),
    ),
  ];
  await workOff(work, options.jobs, async (measure) => {
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
