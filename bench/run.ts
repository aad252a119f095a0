/** A run: the proxies that are here are started, the instrument proves itself, every lane is measured. */

import type { Catalogue, Lane, Variant } from './catalogue/catalogue.ts';
import type { ProxyDeclaration } from './catalogue/declaration.ts';
import { because } from './because.ts';
import type { Driver, DriverName, Hop, Runnable, Stage } from './drivers/driver.ts';
import { isBefore } from './drivers/version.ts';
import { BenchError, ProxyError, UnavailableError } from './errors.ts';
import { floorOf, proveInstrument, type Instrument, type Proof } from './instrument.ts';
import { laneStream, measureLane } from './lane.ts';
import type { AnyMeasure } from './measures/measure.ts';
import { pacing } from './metrics.ts';
import { packageVersion } from './programs.ts';
import { isJudged, type LaneResult, type PathEntry, type Results } from './results.ts';
import type { Session } from './session.ts';
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
}

export type RunEvent =
  | { type: 'providing'; proxy: ProxyDeclaration }
  | { type: 'provided'; proxy: ProxyDeclaration; runnable: Runnable }
  | { type: 'unavailable'; proxy: ProxyDeclaration; reason: string }
  | { type: 'proving'; driver: DriverName }
  | { type: 'proven'; instrument: Instrument }
  | { type: 'measuring'; lane: string }
  | { type: 'lane'; result: LaneResult; done: number; of: number };

export interface RunOptions {
  lanes: Lane[];
  catalogue: Catalogue;
  /** In order of preference. */
  drivers: Driver[];
  /** Version asked for, by proxy id. */
  versions: Record<string, string>;
  jobs: number;
  /** What is measured besides delivery. */
  measures: AnyMeasure[];
  session: Session;
  signal: AbortSignal;
  onEvent: (event: RunEvent) => void;
  /** Keeps a lane's evidence; returns the name by which the results refer to it. */
  keep: (evidence: EvidenceFile) => Promise<string>;
}

interface Provision {
  driver: Driver;
  runnable: Runnable;
}

/** `fault`: it should be able to run and something is wrong with it here, such as a program that is not what it claims. */
type Provided = Provision | { unavailable: string; bring?: string } | { fault: string };

/** The first driver that can run the proxy. */
async function provide(proxy: ProxyDeclaration, { drivers, versions, signal, onEvent }: RunOptions): Promise<Provided> {
  onEvent({ type: 'providing', proxy });
  const reasons: UnavailableError[] = [];
  for (const driver of drivers) {
    try {
      const runnable = await driver.provide(proxy, versions[proxy.id], signal);
      onEvent({ type: 'provided', proxy, runnable });
      return { driver, runnable };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof BenchError) {
        onEvent({ type: 'unavailable', proxy, reason: error.message });
        return { fault: error.message };
      }
      if (!(error instanceof UnavailableError)) throw error;
      reasons.push(error);
    }
  }
  const unavailable = reasons.map(({ message }) => message).join('; ');
  const bring = reasons.find((reason) => reason.bring !== undefined)?.bring;
  onEvent({ type: 'unavailable', proxy, reason: unavailable });
  return bring === undefined ? { unavailable } : { unavailable, bring };
}

interface ProvenStage {
  stage: Stage;
  proof: Proof;
  /** Streams through the transparent relay among the lanes. */
  among: Trace[];
}

/** Work off `items`, `jobs` at a time; the first failure is thrown once the others have ended. */
async function workOff<T>(items: readonly T[], jobs: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const workers = Array.from({ length: Math.min(jobs, queue.length) }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  });
  const outcomes = await Promise.allSettled(workers);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function pathEntry(variant: Variant, runnable: Runnable, hop?: Hop): PathEntry {
  return {
    proxy: variant.proxy.id,
    variant: variant.id.slice(variant.proxy.id.length + 1),
    version: hop?.version ?? runnable.version,
    driver: runnable.driver,
    source: runnable.source,
    ...(hop?.image === undefined ? {} : { image: hop.image }),
    ...(variant.package === undefined ? {} : { package: `${variant.package}@${packageVersion(variant.package)}` }),
    ...(hop === undefined ? {} : { configSha256: hop.configSha256 }),
  };
}

function describe(lane: Lane, path: PathEntry[]): Pick<LaneResult, 'id' | 'title' | 'workload' | 'path' | 'expected'> {
  return { id: lane.id, title: lane.variant.title, workload: 'words', path, expected: lane.expected };
}

function figures(delivery: Delivery, { clock }: Instrument, evidence: Evidence): Partial<LaneResult> {
  const paced = evidence.paced === undefined ? {} : { paced: pacing(evidence.paced) };
  const onClock = clock.shared ? { clock: 'shared' as const } : { clock: 'offset' as const, errorMs: clock.errorMs };
  switch (delivery.verdict) {
    case 'streams':
      return { hold: { ...delivery.hold, ...onClock }, ...paced };
    case 'delays':
      return { hold: { ...delivery.hold, ...onClock }, threshold: { bytes: null, ms: delivery.hold.p50Ms }, ...paced };
    case 'coalesces':
      return { threshold: { bytes: delivery.heldBytes, ms: null }, ...paced };
    case 'buffers':
      return { threshold: { bytes: null, ms: null }, ...paced };
    case 'breaks':
    case 'inconclusive':
    case 'harness-error':
      return paced;
  }
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
  { measures, signal }: RunOptions,
): Promise<Measured> {
  const { workload, request } = laneStream(lane);
  const { clock, floor } = proof.instrument;
  const context = { origin: stage.origin, clock, floor, via: hop.address, workload, request, signal };
  const measured: Measured = { evidence: {}, results: {} };
  for (const measure of measures) {
    const evidence = await measure.measure(context);
    const found = measure.figures(evidence);
    measured.evidence[measure.id] = evidence;
    measured.results[measure.id] = { figures: found, says: measure.say(found) };
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
  const measured = await measureAll(lane, hop, { stage, proof }, options);
  options.signal.throwIfAborted();
  const file = await options.keep({
    schema: 'unclog/evidence@1',
    lane: lane.id,
    floor: instrument.floor,
    delivery,
    evidence,
    ...(options.measures.length === 0 ? {} : { measures: measured.evidence }),
  });
  const result: LaneResult = {
    ...describe(lane, [pathEntry(lane.variant, runnable, hop)]),
    verdict: delivery.verdict,
    because: because(delivery),
    ...figures(delivery, instrument, evidence),
    ...(options.measures.length === 0 ? {} : { measures: measured.results }),
    evidence: file,
  };
  if (isJudged(result)) result.asExpected = delivery.verdict === lane.expected;
  if (!hop.running()) Object.assign(result, { log: await hop.log(), command: hop.command });
  return result;
}

function notStarted(lane: Lane, runnable: Runnable, error: unknown): LaneResult {
  const base = describe(lane, [pathEntry(lane.variant, runnable)]);
  if (error instanceof ProxyError) {
    const { log, command, refused } = error;
    if (refused)
      return {
        ...base,
        verdict: 'refused',
        because: 'the proxy refuses to start with this config',
        asExpected: lane.expected === 'refused',
        log,
        command,
      };
    return { ...base, verdict: 'harness-error', because: error.message, log, command };
  }
  return { ...base, verdict: 'harness-error', because: (error as Error).message };
}

/** A variant's hop, started for its first lane and ended after its last. */
class SharedHop {
  readonly #start: () => Promise<Hop>;
  #lanesLeft: number;
  #hop: Promise<Hop> | undefined;

  constructor(lanes: number, start: () => Promise<Hop>) {
    this.#lanesLeft = lanes;
    this.#start = start;
  }

  /** Every lane calls this once, whatever comes of it. */
  async use<T>(work: (hop: Hop) => Promise<T>): Promise<T> {
    try {
      this.#hop ??= this.#start();
      return await work(await this.#hop);
    } finally {
      this.#lanesLeft -= 1;
      if (this.#lanesLeft === 0) await this.#end();
    }
  }

  async #end(): Promise<void> {
    const hop = await this.#hop?.catch(() => undefined);
    await hop?.[Symbol.asyncDispose]();
  }
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
  return [...Map.groupBy(lanes, ({ variant }) => variant)].flatMap(([variant, members]) => {
    const hop = new SharedHop(members.length, () => {
      const provision = provided.get(variant.proxy) as Provision;
      return (proven.get(provision.driver) as ProvenStage).stage.startHop(variant, versions[variant.proxy.id], signal);
    });
    return members.map((lane) => ({ lane, hop }));
  });
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

/** What is to be expected of the version that runs here. */
function inVersion(lane: Lane, provision: Provided | undefined): Lane {
  const { earlier, fix: _, ...rest } = lane;
  if (earlier === undefined || provision === undefined || !('driver' in provision)) return lane;
  return isBefore(provision.runnable.version, earlier.before) ? { ...rest, ...earlier } : lane;
}

/** A fix is proven where the lane that it names was measured to stream in this same run. */
function withFixes(results: LaneResult[], lanes: Lane[]): LaneResult[] {
  const streams = new Set(results.filter(({ verdict }) => verdict === 'streams').map(({ id }) => id));
  const declared = new Map(lanes.map(({ id, fix }) => [id, fix]));
  return results.map((result) => {
    const fix = declared.get(result.id);
    const needed = isJudged(result) && result.verdict !== 'streams';
    return fix === undefined || !needed ? result : { ...result, fix: { ...fix, proven: streams.has(fix.provenBy) } };
  });
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

/** Where the instrument is not sound nothing is judged: the lanes come back empty. */
export async function run(asked: RunOptions): Promise<RunOutcome> {
  const { signal, session, onEvent } = asked;
  const proxies = [...new Set(asked.lanes.map(({ variant }) => variant.proxy))];
  const provided = new Map<ProxyDeclaration, Provided>();
  await workOff(proxies, 2, async (proxy) => void provided.set(proxy, await provide(proxy, asked)));

  const lanes = asked.lanes.map((lane) => inVersion(lane, provided.get(lane.variant.proxy)));
  const options = { ...asked, lanes };

  await using stack = new AsyncDisposableStack();
  const proven = new Map<Driver, ProvenStage>();
  for (const provision of provided.values()) {
    if (!('driver' in provision) || proven.has(provision.driver)) continue;
    onEvent({ type: 'proving', driver: provision.driver.name });
    const stage = stack.use(await provision.driver.open(signal));
    const proof = await proveInstrument(session, stage, options.measures, signal);
    signal.throwIfAborted();
    onEvent({ type: 'proven', instrument: proof.instrument });
    proven.set(provision.driver, { stage, proof, among: [] });
  }
  const instruments = [...proven.values()].map(({ proof }) => proof.instrument);
  if (instruments.some(({ sound }) => !sound)) return { instrument: summarise(instruments), lanes: [] };

  const results: LaneResult[] = [];
  await workOff(placeLanes(provided, proven, options), options.jobs, async (placed) => {
    const result = await resultOf(placed, provided.get(placed.lane.variant.proxy) as Provided, proven, options);
    results.push(result);
    onEvent({ type: 'lane', result, done: results.length, of: lanes.length });
    if (results.length % LANES_BETWEEN_REFERENCES === 0) await measureAmongLanes(proven.values(), signal);
  });
  const order = new Map(lanes.map(({ id }, index) => [id, index]));
  results.sort((a, b) => (order.get(a.id) ?? 0) - (order.get(b.id) ?? 0));
  return { instrument: summarise([...proven.values()].map(withAmong)), lanes: withFixes(results, lanes) };
}
