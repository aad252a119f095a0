/**
 * The self-proof of chains, made in every run that measures one: taps alone must not be seen in a stream, and of relays
 * in a row with one guilty in the middle just that one must be found.
 */

import type { WorkloadInput } from '../../server/workload.ts';
import { chainMeasures } from './measures.ts';
import type { Plan } from '../depth.ts';
import type { Address } from '../client/client.ts';
import type { Stage } from '../drivers/driver.ts';
import { RELAY_PROOF, type Instrument, type RelayProof } from '../instrument.ts';
import { measureStream, type PointReader } from '../measure.ts';
import { abortMeasure } from '../measures/abort.ts';
import type { MeasureContext } from '../measures/measure.ts';
import { truncationMeasure } from '../measures/truncation.ts';
import { ownProgram } from '../programs.ts';
import { HOLD_BYTES, TRANSPARENT } from '../relays/relays.ts';
import type { Session } from '../session.ts';
import type { TapContext, TapFloor } from '../taps/floor.ts';
import { LocalTaps, type Tap } from '../taps/tap-program.ts';
import { CHAINS } from '../withheld.ts';
import { abortOfHop, guiltyHops, judgeHops, truncationOfHop } from './attribution.ts';
import { hopHeads } from './heads.ts';

const LOOPBACK = '127.0.0.1';
const RELAYS_READY_MS = 20_000;
const GUILTY_HOP = 2;

/** Relays of bench/relays on this machine, each in front of the port that is named with it. */
async function startRelays(session: Session, wanted: [id: string, port: number][]): Promise<number[]> {
  const names = wanted.map(([id, port]) => `${id}=${port}`);
  const process = await session.start(globalThis.process.execPath, [ownProgram('bench/relays/main'), ...names], {
    cwd: await session.folder('relays'),
  });
  const ports = JSON.parse(await process.ready(RELAYS_READY_MS)) as Record<string, number>;
  return names.map((name) => ports[name] ?? 0);
}

interface RelayChain {
  via: Address;
  points: PointReader;
}

function at(port = 0): Address {
  return { host: LOOPBACK, port };
}

/** transparent → tap → each of `ids` → tap → transparent → tap → origin. */
async function relayChains(session: Session, taps: LocalTaps, origin: Address, ids: string[]): Promise<RelayChain[]> {
  const third = await taps.add(origin);
  const [last] = await startRelays(session, [[TRANSPARENT, third.address.port]]);
  const second = await taps.add(at(last));
  const middles = await startRelays(
    session,
    ids.map((id) => [id, second.address.port]),
  );
  const firsts = await Promise.all(middles.map((port) => taps.add(at(port))));
  const fronts = await startRelays(
    session,
    firsts.map(({ address }) => [TRANSPARENT, address.port]),
  );
  return firsts.map((first, index) => ({
    via: at(fronts[index]),
    points: pointsOf([first, second, third], [TRANSPARENT, ids[index] ?? '', TRANSPARENT]),
  }));
}

/** Reads the taps of a path, hop 1's first. @param hops their names. */
export function pointsOf(taps: readonly Tap[], hops: readonly string[]): PointReader {
  return (id, workload) =>
    Promise.all(
      taps.map(async (tap, index) => ({
        between: [hops[index] ?? '', hops[index + 1] ?? 'origin'] as [string, string],
        ...(await tap.take(id, workload)),
      })),
    );
}

/** What was found to be so of hop 1, 2 and 3, as one word for each. */
type Finding = (context: MeasureContext) => Promise<string[]>;

interface ChainExpectation {
  relay: string;
  what: string;
  /** Of which it is a finding; absent for one of delivery. */
  measure?: string;
  find: Finding;
  expected: string[];
}

const ofDelivery: Finding = async ({ origin, clock, via, points, floor, signal }) => {
  const optional = { ...(points === undefined ? {} : { points }), ...(signal === undefined ? {} : { signal }) };
  const trace = await measureStream({ origin, clock, via, workload: RELAY_PROOF, ...optional });
  const deliveries = judgeHops({ tries: [trace] }, floor);
  const guilty = guiltyHops(deliveries);
  return deliveries.map(({ verdict }, index) => (guilty.includes(index + 1) ? verdict : 'innocent'));
};

const ofHeaders: Finding = async (context) => {
  const { origin, clock, via, points } = context;
  const workload: WorkloadInput = {
    count: 3,
    pace: { mode: 'paced', intervalMs: 0 },
    headers: { 'X-Accel-Buffering': 'no' },
  };
  const trace = await measureStream({ origin, clock, via, workload, ...(points === undefined ? {} : { points }) });
  return [1, 2, 3].map((hop) => hopHeads(trace, hop)?.response.removed.join() ?? 'unseen');
};

const ofAbort: Finding = async (context) => {
  const { departures } = await abortMeasure.measure(context);
  return [1, 2, 3].map((hop) => {
    const { writing, idle } = abortOfHop(departures, hop);
    if (writing === undefined || idle === undefined) return 'not told';
    return writing.when === 'never' && idle.when === 'never' ? 'zombie' : writing.told > 0 ? 'told' : 'unclear';
  });
};

const ofTruncation: Finding = async (context) => {
  const { deaths } = await truncationMeasure.measure(context);
  return [1, 2, 3].map((hop) => Object.values(truncationOfHop(deaths, hop).chunked).join(' and ') || 'not told');
};

const EXPECTED: ChainExpectation[] = [
  {
    relay: `hold-${HOLD_BYTES}-bytes`,
    what: 'hold',
    find: ofDelivery,
    expected: ['innocent', 'coalesces', 'innocent'],
  },
  { relay: 'collect-all', what: 'hold', find: ofDelivery, expected: ['innocent', 'buffers', 'innocent'] },
  { relay: 'drop-chunk', what: 'loss', find: ofDelivery, expected: ['innocent', 'breaks', 'innocent'] },
  { relay: 'strip-header', what: 'headers', find: ofHeaders, expected: ['', 'x-accel-buffering', ''] },
  { relay: 'zombie', what: 'abort', measure: 'abort', find: ofAbort, expected: ['told', 'zombie', 'not told'] },
  {
    relay: 'hide-death',
    what: 'truncation',
    measure: 'truncation',
    find: ofTruncation,
    expected: ['not told', 'hidden and hidden', 'told and told'],
  },
];

function sayHops(hops: string[]): string {
  return hops.map((hop) => hop || 'nothing').join(' | ');
}

async function proveRelays(
  session: Session,
  stage: Stage,
  context: TapContext,
  expectations: ChainExpectation[],
): Promise<RelayProof[]> {
  await using taps = await LocalTaps.start(session);
  const chains = await relayChains(
    session,
    taps,
    stage.direct,
    expectations.map(({ relay }) => relay),
  );
  const prove = async ({ relay, what, find, expected }: ChainExpectation, index: number): Promise<RelayProof> => {
    const found = await find({ ...context, ...(chains[index] as RelayChain) });
    return {
      id: relay,
      measure: `chain: ${what}`,
      expected: `of three hops just hop ${GUILTY_HOP}: ${sayHops(expected)}`,
      verdict: sayHops(found),
      convicted: sayHops(found) === sayHops(expected),
    };
  };
  return await Promise.all(expectations.map(prove));
}

/** Each chain of relays with its guilty one, for what the plan measures. @throws BenchError when a tap cannot be started. */
export function proveChains(
  session: Session,
  stage: Stage,
  plan: Plan,
  context: Omit<MeasureContext, 'via'>,
): Promise<RelayProof[]> {
  const measured = new Set(chainMeasures(plan).map(({ id }) => id));
  const expectations = EXPECTED.filter(({ measure }) => measure === undefined || measured.has(measure));
  return proveRelays(session, stage, context, expectations);
}

/** The instrument with what taps themselves do; nothing is told of chains where a stream through them is found to do more than stream. */
export function withTaps(instrument: Instrument, taps: TapFloor): Instrument {
  if (taps.inARow.verdict === 'streams') return { ...instrument, taps };
  const because = `${taps.inARow.taps} taps in a row must be found: streams; they were found: ${taps.inARow.verdict}`;
  return { ...instrument, taps, withheld: [...instrument.withheld, { what: CHAINS, because }] };
}
