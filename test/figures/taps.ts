/**
 * What a tap adds, beside what a relay of the same kind that is written in C adds: where both add it, it is the machine's
 * price for waking one more process, and not the tap's.
 */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import type { Address } from '../../bench/client/client.ts';
import { onPath } from '../../bench/drivers/find-program.ts';
import { hopPort } from '../../bench/drivers/ports.ts';
import { BenchError } from '../../bench/errors.ts';
import { measureStream } from '../../bench/measure.ts';
import { lockStepHolds, quantiles, type Quantiles } from '../../bench/metrics.ts';
import { pairedDifference, type PairedDifference } from '../../bench/taps/floor.ts';
import { mustStream, openPaths, print, quantileCells, QUANTILE_HEADINGS, table, type Context } from './shared.ts';

const WORDS = 50;
const ROUNDS = 60;
const WARM_WORDS = 1000;
const C_READY_MS = 2000;
const C_READY_POLL_MS = 20;
const AIM_MS = 0.3;
const TAP = 'a tap';
const AGAIN = 'direct again';

export interface TapFigure {
  path: string;
  hold: Quantiles;
  /** Word by word, less the direct way's hold of the same round. */
  adds: PairedDifference;
}

const LOOPBACK = '127.0.0.1';

/** HAProxy, which copies TCP as a tap does; `undefined` where it is not installed. It ends with the session. */
async function relayInC({ session }: Context, target: Address): Promise<Address | undefined> {
  const program = onPath('haproxy');
  if (program === undefined) return undefined;
  const port = await hopPort(LOOPBACK);
  const cwd = await session.folder('relay-in-c');
  const config = join(cwd, 'haproxy.cfg');
  const timeouts = ['connect', 'client', 'server'].map((of) => `  timeout ${of} 60s\n`).join('');
  await writeFile(
    config,
    `defaults\n  mode tcp\n  option http-no-delay\n${timeouts}listen relay\n  bind ${LOOPBACK}:${port}\n  server origin ${target.host}:${target.port}\n`,
  );
  const relay = await session.start(program, ['-db', '-f', config], { cwd });
  for (let waitedMs = 0; waitedMs < C_READY_MS; waitedMs += C_READY_POLL_MS) {
    if (!relay.running) throw new BenchError(`haproxy did not start:\n${relay.log(5)}`);
    const isOpen = await fetch(`http://${LOOPBACK}:${port}/healthz`).then(
      () => true,
      () => false,
    );
    if (isOpen) return { host: LOOPBACK, port };
    await delay(C_READY_POLL_MS);
  }
  throw new BenchError('haproxy did not listen in time');
}

export async function taps(context: Context): Promise<TapFigure[]> {
  await using paths = await openPaths(context);
  const { stage, direct } = paths;
  const { origin } = stage;
  const clock = await origin.clockOffset();
  await using opened = await stage.openTaps();
  const tap = await opened.add();
  const inC = await relayInC(context, direct);
  const ways: Record<string, Address> = {
    direct,
    [TAP]: tap.address,
    ...(inC === undefined ? {} : { 'haproxy, mode tcp': inC }),
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
  if (inC === undefined) print('  haproxy is not installed: nothing to compare a tap with.');
  const p99Of = (wanted: string): number =>
    figures.find(({ path }) => path === wanted)?.hold.p99Ms ?? Number.POSITIVE_INFINITY;
  const addsMs = p99Of(TAP) - Math.min(p99Of('direct'), p99Of(AGAIN));
  print(
    `  Aim ${addsMs < AIM_MS ? 'met' : 'MISSED'}: the p99 of the hold is ${addsMs.toFixed(3)} ms more through a tap.`,
  );
  return figures;
}
