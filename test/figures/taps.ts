/**
 * What a tap adds, beside what a relay of the same kind that is written in C adds: where both add it, it is the machine's
 * price for waking one more process, and not the tap's.
 */

import { loadCatalogue } from '../../bench/catalogue/catalogue.ts';
import { laneOf } from '../../bench/catalogue/lane-of.ts';
import type { Address } from '../../bench/client/client.ts';
import type { Hop } from '../../bench/drivers/driver.ts';
import { NativeDriver } from '../../bench/drivers/native.ts';
import { UnavailableError } from '../../bench/errors.ts';
import { measureStream } from '../../bench/measure.ts';
import { lockStepHolds, quantiles, type Quantiles } from '../../bench/metrics.ts';
import { pairedDifference, type PairedDifference } from '../../bench/taps/floor.ts';
import {
  mustStream,
  openPaths,
  print,
  quantileCells,
  QUANTILE_HEADINGS,
  table,
  type Context,
  type Paths,
} from './shared.ts';

const WORDS = 50;
const ROUNDS = 60;
const WARM_WORDS = 1000;
const AIM_MS = 0.3;
const TAP = 'a tap';
const AGAIN = 'direct again';
const IN_C = 'haproxy/mode-tcp';

export interface TapFigure {
  path: string;
  hold: Quantiles;
  /** Word by word, less the direct way's hold of the same round. */
  adds: PairedDifference;
}

/** HAProxy, which copies TCP as a tap does; `undefined` where it is not installed. */
async function startInC({ session, signal }: Context, { stage }: Paths): Promise<Hop | undefined> {
  const { variant } = laneOf(await loadCatalogue(), IN_C);
  try {
    await new NativeDriver(session).provide(variant.proxy, undefined, { signal });
    return await stage.startHop(variant, undefined, signal);
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    print(`  Nothing to compare a tap with: ${error.message}`);
    return undefined;
  }
}

export async function taps(context: Context): Promise<TapFigure[]> {
  await using paths = await openPaths(context);
  const { stage, direct } = paths;
  const { origin } = stage;
  const clock = await origin.clockOffset();
  await using opened = await stage.openTaps();
  const tap = await opened.add();
  await using inC = await startInC(context, paths);
  const ways: Record<string, Address> = {
    direct,
    [TAP]: tap.address,
    ...(inC === undefined ? {} : { [IN_C]: inC.address }),
    [AGAIN]: direct,
  };
  const through = async (path: string, via: Address, count: number): Promise<number[]> => {
    const { signal } = context;
    const trace = await measureStream({ origin, clock, via, workload: { count }, signal });
    return lockStepHolds(mustStream(trace, path));
  };
  for (const [path, via] of Object.entries(ways)) await through(path, via, WARM_WORDS);

  const holds = new Map<string, number[][]>();
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [path, via] of Object.entries(ways))
      holds.set(path, [...(holds.get(path) ?? []), await through(path, via, WORDS)]);

  const directly = holds.get('direct') ?? [];
  const figures = Object.keys(ways).map((path) => {
    const ofPath = holds.get(path) ?? [];
    return {
      path,
      hold: quantiles(ofPath.flat()) as Quantiles,
      adds: pairedDifference(ofPath.map((round, index) => [round, directly[index] ?? []])),
    };
  });
  print(
    `  Hold of each word in lock-step, ${WORDS} words a stream, ${ROUNDS} rounds of all ways in turn; "adds": word by word, less the first way's, so that what "${AGAIN}" adds is the noise of that. Aim: a tap adds under ${AIM_MS} ms to the p99 of the hold on a quiet machine.`,
  );
  table(
    ['path', ...QUANTILE_HEADINGS, 'adds p50', 'p99'],
    figures.map(({ path, hold, adds }) => [
      path,
      ...quantileCells(hold),
      ...(path === 'direct' ? ['-', '-'] : [adds.p50Ms.toFixed(3), adds.p99Ms.toFixed(3)]),
    ]),
  );
  const p99Of = (wanted: string): number =>
    figures.find(({ path }) => path === wanted)?.hold.p99Ms ?? Number.POSITIVE_INFINITY;
  const addsMs = p99Of(TAP) - Math.min(p99Of('direct'), p99Of(AGAIN));
  print(
    `  Aim ${addsMs < AIM_MS ? 'met' : 'MISSED'}: the p99 of the hold is ${addsMs.toFixed(3)} ms more through a tap.`,
  );
  return figures;
}
