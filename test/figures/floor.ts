/** The floor: what our own origin, relay and client add on loopback, with no proxy between. */

import { LOCK_STEP, type WorkloadInput } from '../../server/workload.ts';
import type { Address } from '../../bench/client/client.ts';
import { measureStream } from '../../bench/measure.ts';
import { holds, quantiles, type Quantiles } from '../../bench/metrics.ts';
import { mustStream, openPaths, print, quantileCells, QUANTILE_HEADINGS, table, type Context } from './shared.ts';

const AT_ONCE = [1, 2, 4, 8];
const WORDS = 300;
const ROUNDS = 5;
const WORKLOAD: WorkloadInput = { count: WORDS, pace: { ...LOCK_STEP, budgetMs: 30_000 } };

export interface FloorFigure {
  path: string;
  streams: number;
  hold: Quantiles;
}

export async function floor(context: Context): Promise<FloorFigure[]> {
  await using paths = await openPaths(context);
  const { origin } = paths.stage;
  const clock = await origin.clockOffset();
  const through = async (path: string, via: Address, streams: number): Promise<number[]> => {
    const { signal } = context;
    const traces = await Promise.all(
      Array.from({ length: streams }, () => measureStream({ origin, clock, via, workload: WORKLOAD, signal })),
    );
    signal.throwIfAborted();
    return traces.flatMap((trace) => holds(mustStream(trace, path)).map(({ holdMs }) => holdMs));
  };
  const ways = { direct: paths.direct, 'transparent relay': paths.transparent };
  for (const [path, via] of Object.entries(ways)) await through(path, via, 1);

  // Round by round, so that a busy moment of the machine falls on all of them.
  const values = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round += 1)
    for (const streams of AT_ONCE)
      for (const [path, via] of Object.entries(ways)) {
        const key = `${path}|${streams}`;
        values.set(key, [...(values.get(key) ?? []), ...(await through(path, via, streams))]);
      }

  const figures = Object.keys(ways).flatMap((path) =>
    AT_ONCE.map((streams) => ({
      path,
      streams,
      hold: quantiles(values.get(`${path}|${streams}`) ?? []) as Quantiles,
    })),
  );
  print(
    `  Hold (arrival - emission) of each word in lock-step, ${WORDS} words a stream, ${ROUNDS} rounds. Aim: p99 under 1 ms, one stream through the relay.`,
  );
  table(
    ['path', 'streams', ...QUANTILE_HEADINGS],
    figures.map(({ path, streams, hold }) => [path, String(streams), ...quantileCells(hold)]),
  );
  const aimed = figures.find(({ path, streams }) => path !== 'direct' && streams === 1) as FloorFigure;
  print(`  Aim ${aimed.hold.p99Ms < 1 ? 'met' : 'MISSED'}: p99 ${aimed.hold.p99Ms.toFixed(3)} ms.`);
  return figures;
}
