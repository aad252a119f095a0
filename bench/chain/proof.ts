/**
 * The self-proof of chains, made in every run that measures one: taps alone must not be seen in a stream, and of relays
 * in a row with one guilty in the middle just that one must be found.
 */

import type { Plan } from '../run/depth.ts';
import type { Address } from '../client/client.ts';
import type { Stage } from '../drivers/driver.ts';
import type { Instrument } from '../instrument.ts';
import type { PointReader } from '../measure.ts';
import type { MeasureContext } from '../measures/measure.ts';
import { TRANSPARENT } from '../relays/relays.ts';
import { startRelays } from '../relays/start.ts';
import type { Session } from '../session/session.ts';
import type { FlowReader } from '../taps/flow.ts';
import type { TapFloor } from '../taps/floor.ts';
import { LocalTaps, type Tap } from '../taps/tap-program.ts';
import { CHAINS } from '../run/withheld.ts';
import type { ProofJob } from '../run/proofs.ts';
import { EXPECTED } from './expectations.ts';
import { chainMeasures } from './measures.ts';

const LOOPBACK = '127.0.0.1';
const GUILTY_HOP = 2;

/** The ports of relays of bench/relays on this machine, each in front of the port that is named with it. */
async function relaysBefore(session: Session, wanted: [id: string, port: number][]): Promise<number[]> {
  const names = wanted.map(([id, port]) => `${id}=${port}`);
  const { ports } = await startRelays(session, names);
  return names.map((name) => ports[name] ?? 0);
}

interface RelayChain {
  via: Address;
  points: PointReader;
  flows: FlowReader;
}

function at(port = 0): Address {
  return { host: LOOPBACK, port };
}

/** transparent → tap → each of `ids` → tap → transparent → tap → origin. */
async function relayChains(session: Session, taps: LocalTaps, origin: Address, ids: string[]): Promise<RelayChain[]> {
  const third = await taps.add(origin);
  const [last] = await relaysBefore(session, [[TRANSPARENT, third.address.port]]);
  const second = await taps.add(at(last));
  const middles = await relaysBefore(
    session,
    ids.map((id) => [id, second.address.port]),
  );
  const firsts = await Promise.all(middles.map((port) => taps.add(at(port))));
  const fronts = await relaysBefore(
    session,
    firsts.map(({ address }) => [TRANSPARENT, address.port]),
  );
  return firsts.map((first, index) => ({
    via: at(fronts[index]),
    ...readersOf([first, second, third], [TRANSPARENT, ids[index] ?? '', TRANSPARENT]),
  }));
}

/** Reads the taps of a path, hop 1's first. @param hops their names. */
export function readersOf(taps: readonly Tap[], hops: readonly string[]): { points: PointReader; flows: FlowReader } {
  const points: PointReader = (...asked) =>
    Promise.all(
      taps.map(async (tap, index) => ({
        between: [hops[index] ?? '', hops[index + 1] ?? 'origin'] as [string, string],
        ...(await tap.take(...asked)),
      })),
    );
  return { points, flows: (id) => Promise.all(taps.map((tap) => tap.flow(id))) };
}

function sayHops(hops: string[]): string {
  return hops.map((hop) => hop || 'nothing').join(' | ');
}

/** Chains of relays that stand until they are disposed of. */
export interface ChainProofs extends AsyncDisposable {
  /** @param context of the way past them. */
  jobs: (context: MeasureContext) => ProofJob[];
}

/** Each chain of relays with its guilty one, for what the plan measures. @throws BenchError when a tap cannot be started. */
export async function openChainProofs(session: Session, stage: Stage, plan: Plan): Promise<ChainProofs> {
  const measured = chainMeasures(plan);
  const expectations = EXPECTED.filter(({ measure }) => measure === undefined || measured.includes(measure));
  await using stack = new AsyncDisposableStack();
  const taps = stack.use(await LocalTaps.start(session));
  const relays = [...new Set(expectations.map(({ relay }) => relay))];
  const chains = await relayChains(session, taps, stage.direct, relays);
  const opened = stack.move();
  return {
    jobs: (context) =>
      expectations.map(({ relay, what, measure, find, expected }) => ({
        load: measure?.load ?? 'times',
        async prove() {
          const found = await find({ ...context, ...(chains[relays.indexOf(relay)] as RelayChain) });
          return {
            id: relay,
            measure: `chain: ${what}`,
            expected: `of three hops just hop ${GUILTY_HOP}: ${sayHops(expected)}`,
            verdict: sayHops(found),
            convicted: sayHops(found) === sayHops(expected),
          };
        },
      })),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** The instrument with what taps themselves do; nothing is told of chains where a stream through them is found to do more than stream. */
export function withTaps(instrument: Instrument, taps: TapFloor): Instrument {
  if (taps.inARow.verdict === 'streams') return { ...instrument, taps };
  const because = `${taps.inARow.taps} taps in a row must be found: streams; they were found: ${taps.inARow.verdict}`;
  return { ...instrument, taps, withheld: [...instrument.withheld, { what: CHAINS, because }] };
}
