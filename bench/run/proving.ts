/** Opens a driver's stage, on which the instrument proves itself before a proxy is judged. */

import { openChainProofs, withTaps } from '../chain/proof.ts';
import { chainMeasures } from '../chain/measures.ts';
import type { Plan } from './depth.ts';
import type { Driver, DriverName, Stage } from '../drivers/driver.ts';
import { floorOf } from '../floor.ts';
import { proveInstrument, type Instrument, type Proof } from '../instrument.ts';
import type { Provided, ProvidedPath } from './provision.ts';
import type { Results } from '../results.ts';
import type { Session } from '../session/session.ts';
import { measureTaps } from '../taps/floor.ts';
import type { Trace } from '../trace.ts';

export interface ProvenStage {
  stage: Stage;
  proof: Proof;
  /** Streams through the transparent relay among the lanes. */
  among: Trace[];
}

export type ProvingEvent = { type: 'proving'; driver: DriverName } | { type: 'proven'; instrument: Instrument };

/** Where what was provided is judged; `undefined` where it does not run here, or nothing was proven. */
export function placeOf(
  provided: Provided | ProvidedPath,
  proven: ReadonlyMap<Driver, ProvenStage>,
): ProvenStage | undefined {
  return 'driver' in provided ? proven.get(provided.driver) : undefined;
}

interface ProvingOptions {
  plan: Plan;
  session: Session;
  signal: AbortSignal;
  onEvent: (event: ProvingEvent) => void;
  /** Whether chains are to be judged on it. */
  hasChains: boolean;
}

/** @param stack to which the stage belongs then. */
export async function proveStage(
  driver: Driver,
  stack: AsyncDisposableStack,
  { plan, session, signal, onEvent, hasChains }: ProvingOptions,
): Promise<ProvenStage> {
  onEvent({ type: 'proving', driver: driver.name });
  const stage = stack.use(await driver.open(signal));
  const proof = await proveInstrument(session, stage, {
    measures: plan.measures,
    chainMeasures: hasChains ? chainMeasures(plan).map(({ id }) => id) : [],
    openChains: hasChains ? () => openChainProofs(session, stage, plan) : undefined,
    signal,
  });
  signal.throwIfAborted();
  if (proof.instrument.sound && hasChains)
    proof.instrument = withTaps(proof.instrument, await measureTaps(stage, proof.instrument, plan, signal));
  onEvent({ type: 'proven', instrument: proof.instrument });
  return { stage, proof, among: [] };
}

function withAmong({ proof, among }: ProvenStage): Instrument {
  return among.length === 0
    ? proof.instrument
    : { ...proof.instrument, amongLanes: { streams: among.length, hold: floorOf(among) } };
}

/** What the results say of the instrument. */
export function summarise(proven: Iterable<ProvenStage>): Results['instrument'] {
  const instruments = [...proven].map(withAmong);
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
