/**
 * The self-proof, made in every run before anything is judged: through a transparent relay the
 * stream must be found to stream, and each guilty relay must be convicted of just what it does.
 */

import { LOCK_STEP, type WorkloadInput } from '../server/workload.ts';
import type { ChainProofs } from './chain/proof.ts';
import type { Delivery } from './verdict/delivery.ts';
import type { Stage } from './drivers/driver.ts';
import { BenchError } from './errors.ts';
import { floorFrom, type Floor } from './floor.ts';
import { tried } from './lane.ts';
import { measureStream } from './measure.ts';
import { measureContext } from './measures/context.ts';
import type { AnyMeasure, MeasureContext } from './measures/measure.ts';
import type { Quantiles } from './metrics.ts';
import type { ClockOffset } from './origin-client.ts';
import { measureJobs, proveAll, type ProofJob } from './run/proofs.ts';
import { HOLD_BYTES, HOLD_MS, TRANSPARENT } from './relays/relays.ts';
import { startRelays } from './relays/start.ts';
import type { Session } from './session/session.ts';
import type { TapFloor } from './taps/floor.ts';
import type { Trace } from './trace.ts';
import { judge } from './verdict/verdict.ts';
import { unproven, withheldFor, type Withheld } from './run/withheld.ts';

const FLOOR_CHUNKS = 200;
/** A busy moment is waited out: by a lower floor more counts as a delay, and never less. */
const MOST_FLOORS = 5;

/** Shorter than for proxies: what the relays do is known. */
export const RELAY_PROOF: WorkloadInput = {
  count: 40,
  pace: { ...LOCK_STEP, deadlineMs: 400, budgetMs: 500, boundBytes: 32 * 1024, growth: 1.25, lingerMs: 100 },
};

type Conviction = Delivery['verdict'] | `breaks: ${string}`;

/** What each guilty relay must be convicted of. */
const GUILTY: Record<string, Conviction> = {
  [`hold-${HOLD_BYTES}-bytes`]: 'coalesces',
  [`hold-${HOLD_MS}-ms`]: 'delays',
  'collect-all': 'buffers',
  'drop-chunk': 'breaks: lost',
  'duplicate-chunk': 'breaks: duplicated',
  'reorder-chunks': 'breaks: reordered',
  'alter-byte': 'breaks: altered',
  'cut-early': 'breaks: cut',
  'end-early': 'breaks: cut',
};

export interface RelayProof {
  id: string;
  /** Of a measure's proof: which. Absent for the verdict of delivery. */
  measure?: string;
  expected: string;
  verdict: string;
  convicted: boolean;
  /** What was found beside other proofs, where that was wrong: this one was made again by itself. */
  first?: string;
}

export interface Instrument {
  driver: Stage['driver'];
  sound: boolean;
  /** Why not, when not. */
  unsound?: string;
  clock: ClockOffset;
  floor: Floor;
  /** The floor again among the lanes, from streams spread over the run: what measuring lanes at once does to it. */
  amongLanes?: { streams: number; hold: Quantiles };
  /** Where a chain is measured. */
  taps?: TapFloor;
  relays: RelayProof[];
  /** What is not told in this run, because it was not proven in it. */
  withheld: Withheld[];
}

/** The relays of one stage, kept for the whole run: a lane that seems to delay is compared with them. */
export interface Reference {
  measure(workload: WorkloadInput, signal?: AbortSignal): Promise<Trace>;
}

export interface Proof {
  instrument: Instrument;
  reference: Reference;
  traces: Record<string, Trace>;
}

export function conviction(delivery: Delivery): Conviction {
  return delivery.verdict === 'breaks' ? `breaks: ${delivery.how}` : delivery.verdict;
}

/** A verdict for the right reason: the threshold that was found must hold the one that was built in. */
function convicted(expected: Conviction, delivery: Delivery): boolean {
  if (conviction(delivery) !== expected) return false;
  if (delivery.verdict === 'coalesces')
    return delivery.heldBytes.over < HOLD_BYTES && HOLD_BYTES <= delivery.heldBytes.upTo;
  if (delivery.verdict === 'delays') return Math.abs(delivery.hold.p50Ms - HOLD_MS) < HOLD_MS / 2;
  return true;
}

interface ProofOptions {
  measures: AnyMeasure[];
  /** Ids of those that chains are told by as well. */
  chainMeasures?: string[];
  /** Where chains are measured: relays in a row. */
  openChains?: (() => Promise<ChainProofs>) | undefined;
  signal?: AbortSignal;
}

/** A floor above which a delay could not be told. */
function noise({ hold, delayLimitMs }: Floor): string[] {
  if (delayLimitMs <= HOLD_MS / 1.25) return [];
  return [
    `the floor is ${hold.p50Ms.toFixed(1)} / ${hold.p99Ms.toFixed(1)} ms p50/p99: a delay of ${HOLD_MS} ms could not be told from it`,
  ];
}

const BUSY = 'on a busy machine that happens: free it, and try again';

export async function proveInstrument(
  session: Session,
  stage: Stage,
  { measures, chainMeasures = [], openChains, signal }: ProofOptions,
): Promise<Proof> {
  await using stack = new AsyncDisposableStack();
  // All that is to be proven is started before the first measurement, which is to be a quiet one.
  const opening = openChains?.();
  stack.defer(async () => (await opening?.catch(() => undefined))?.[Symbol.asyncDispose]());
  const [{ ports }, chains] = await Promise.all([startRelays(session, [String(stage.direct.port)]), opening]);
  const clock = await stage.origin.clockOffset();
  const through = (id: string, workload: WorkloadInput): Promise<Trace> =>
    measureStream({
      origin: stage.origin,
      clock,
      via: { host: '127.0.0.1', port: ports[id] ?? 0 },
      workload,
      ...(signal === undefined ? {} : { signal }),
    });

  const quiet: WorkloadInput = { count: FLOOR_CHUNKS };
  const warm = await through(TRANSPARENT, quiet);
  if (warm.arrivals.length === 0)
    throw new BenchError(
      `nothing arrived through the transparent relay: ${warm.client.end.how} ${warm.client.end.detail ?? ''}`,
    );
  let floor = floorFrom(await through(TRANSPARENT, quiet));
  for (let more = 1; more < MOST_FLOORS && noise(floor).length > 0; more += 1) {
    const another = floorFrom(await through(TRANSPARENT, quiet));
    if (another.delayLimitMs < floor.delayLimitMs) floor = another;
  }

  const reference: Reference = { measure: (workload) => through(TRANSPARENT, workload) };
  const prove = async (id: string, expected: Conviction): Promise<{ trace: Trace; proof: RelayProof }> => {
    const evidence = await tried({
      through: (workload) => through(id, workload),
      workload: RELAY_PROOF,
      floor,
      reference,
    });
    const delivery = judge(evidence, floor);
    const proof = { id, expected, verdict: conviction(delivery), convicted: convicted(expected, delivery) };
    return { trace: evidence.tries[0] as Trace, proof };
  };
  const context = (relay: string): MeasureContext => {
    const via = { host: '127.0.0.1', port: ports[relay] ?? 0 };
    return measureContext(stage, { clock, floor }, { via, signal });
  };
  // By itself, as the floor was: what busy relays beside it do to it would not be its own doing.
  const acquitted = await prove(TRANSPARENT, 'streams');
  const traces: Record<string, Trace> = { [TRANSPARENT]: acquitted.trace };
  const guilty = Object.entries(GUILTY).map(([id, expected]): ProofJob => ({
    load: 'times',
    async prove() {
      const { trace, proof } = await prove(id, expected);
      traces[id] = trace;
      return proof;
    },
  }));
  const inARow = chains?.jobs(context(TRANSPARENT)) ?? [];
  const proven = await proveAll([...guilty, ...inARow, ...measureJobs(measures, context)]);
  const relays = [acquitted.proof, ...proven];
  const missed = relays.filter(({ measure, convicted: isConvicted }) => measure === undefined && !isConvicted);
  const unsound = [...noise(floor), ...missed.map(unproven)].join('; ');
  const instrument: Instrument = {
    driver: stage.driver,
    sound: unsound === '',
    clock,
    floor,
    relays,
    withheld: withheldFor(relays, chainMeasures),
    ...(unsound === '' ? {} : { unsound: `${unsound}; ${BUSY}` }),
  };
  return { instrument, reference, traces };
}
