/** What the sections share: their context, tables of 80 columns, how quiet the machine is, the relays. */

import { readFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

import { because } from '../../bench/verdict/because.ts';
import type { Address } from '../../bench/client/client.ts';
import { NativeDriver } from '../../bench/drivers/native.ts';
import type { Stage } from '../../bench/drivers/driver.ts';
import { BenchError } from '../../bench/errors.ts';
import type { Quantiles } from '../../bench/metrics.ts';
import { TRANSPARENT } from '../../bench/relays/relays.ts';
import { startRelays } from '../../bench/relays/start.ts';
import { wrap } from '../../bench/report/text.ts';
import type { Session } from '../../bench/session/session.ts';
import { judgeTrace } from '../../bench/verdict/trace-verdict.ts';
import type { Trace } from '../../bench/trace.ts';

const WIDTH = 80;
const QUIET_SAMPLE_MS = 1000;
/** Above this share of busy processors, or this load for each of them, the figures are of a machine that is not quiet. */
const QUIET_BUSY = 0.1;
const QUIET_LOAD = 0.5;

export interface Context {
  session: Session;
  signal: AbortSignal;
}

/** A paragraph; leading spaces indent all its lines. */
export function print(text: string): void {
  process.stdout.write(`${wrap(text.trimStart(), WIDTH, /^ */.exec(text)?.[0])}\n`);
}

/** First column to the left, the others to the right; never over 80 columns as long as the cells are not. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  for (const row of all) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    process.stdout.write(`  ${cells.join('  ').trimEnd()}\n`);
  }
}

export const QUANTILE_HEADINGS = ['n', 'p50 ms', 'p99 ms', 'max ms'] as const;

export function quantileCells(quantiles: Quantiles | undefined): string[] {
  if (quantiles === undefined) return ['0', '-', '-', '-'];
  const { n, p50Ms, p99Ms, maxMs } = quantiles;
  return [String(n), ...[p50Ms, p99Ms, maxMs].map((value) => value.toFixed(3))];
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

interface Busy {
  busyMs: number;
  allMs: number;
  /** Time that the hypervisor gave to other machines; Linux says it in clock ticks, of which only the share counts. */
  stolen: number;
  ticks: number;
}

async function busy(): Promise<Busy> {
  const times = cpus().map((cpu) => cpu.times);
  const allMs = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  const idleMs = times.reduce((sum, { idle }) => sum + idle, 0);
  const line = await readFile('/proc/stat', 'utf8').catch(() => '');
  const ticks = line.split('\n', 1)[0]?.trim().split(/\s+/).slice(1, 9).map(Number) ?? [];
  return { busyMs: allMs - idleMs, allMs, stolen: ticks[7] ?? 0, ticks: ticks.reduce((sum, value) => sum + value, 0) };
}

/** Share of all processors that is busy while nothing of ours runs: what other programs take. */
async function busyWithOthers(signal: AbortSignal): Promise<number> {
  const first = await busy();
  await delay(QUIET_SAMPLE_MS, undefined, { signal });
  const last = await busy();
  return (last.busyMs - first.busyMs) / Math.max(1, last.allMs - first.allMs);
}

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

export interface Load {
  load1: number;
  /** Share of all processors that others kept busy, right before and right after the section. */
  busyBefore: number;
  busyAfter: number;
  /** Share of time, while the section ran, in which the hypervisor ran others; 0 where nothing says so. */
  stolen: number;
}

/** Looks at the machine before a section, when nothing of ours runs; the function it returns is for its end. */
export async function watchLoad(signal: AbortSignal): Promise<() => Promise<Load>> {
  const load1 = loadavg()[0] ?? 0;
  const busyBefore = await busyWithOthers(signal);
  const processors = availableParallelism();
  print(`  load average ${load1.toFixed(2)} on ${processors} processors (what this bench did before counts in it)`);
  if (busyBefore <= QUIET_BUSY && load1 > QUIET_LOAD * processors)
    print('  note: the machine was busy within the last minute, by this bench or by others');
  const start = await busy();
  return async () => {
    const end = await busy();
    const stolen = (end.stolen - start.stolen) / Math.max(1, end.ticks - start.ticks);
    const busyAfter = await busyWithOthers(signal);
    print(
      `  Other programs: ${percent(busyBefore)} of the processors right before, ${percent(busyAfter)} right after; stolen by the hypervisor meanwhile: ${percent(stolen)}.`,
    );
    if (Math.max(busyBefore, busyAfter, stolen) > QUIET_BUSY)
      print('  WARNING: the machine was not quiet; these figures are of a busy one.');
    return { load1, busyBefore, busyAfter, stolen };
  };
}

export interface Paths extends AsyncDisposable {
  stage: Stage;
  direct: Address;
  transparent: Address;
}

/** An origin, and the transparent relay before it; both end with the section. */
export async function openPaths({ session }: Context): Promise<Paths> {
  await using stack = new AsyncDisposableStack();
  const stage = stack.use(await new NativeDriver(session).open());
  const { process: relays, ports } = await startRelays(session, [String(stage.direct.port)]);
  stack.use(relays);
  const owned = stack.move();
  return {
    stage,
    direct: stage.direct,
    transparent: { host: stage.direct.host, port: ports[TRANSPARENT] ?? 0 },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A figure is worth nothing when its stream was not whole. @throws BenchError */
export function mustStream(trace: Trace, path: string): Trace {
  const nothingLate = { hold: { n: 0, p50Ms: 0, p99Ms: 0, maxMs: 0 }, delayLimitMs: Number.POSITIVE_INFINITY };
  const delivery = judgeTrace(trace, nothingLate);
  if (delivery.verdict === 'streams' && trace.arrivals.length === trace.origin.workload.count) return trace;
  throw new BenchError(
    `${path}: a stream to be timed was not whole: ${delivery.verdict}, ${because(delivery)}; ${trace.arrivals.length} of ${trace.origin.workload.count} words arrived`,
  );
}
