/** The reported arrivals held against the kernel's own receive times. */

import { LOCK_STEP, type WorkloadInput } from '../../server/workload.ts';
import { loadCatalogue, selectLanes } from '../../bench/catalogue/catalogue.ts';
import type { Address } from '../../bench/client/client.ts';
import { NativeDriver } from '../../bench/drivers/native.ts';
import { UnavailableError } from '../../bench/errors.ts';
import { measureStream } from '../../bench/measure.ts';
import { quantiles, type Quantiles } from '../../bench/metrics.ts';
import type { Trace } from '../../bench/trace.ts';
import { connections, KernelTime, readLags } from './kernel-packets.ts';
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

const NGINX = 'nginx/buffering-off';
const STREAMS = 6;
const WORKLOADS: Record<string, WorkloadInput> = {
  'lock-step': { count: 500, pace: { ...LOCK_STEP, budgetMs: 30_000 } },
  'every 2 ms': { count: 500, pace: { mode: 'paced', intervalMs: 2 } },
  // Words pile up into large packets, and wait for the client to be done with those before.
  'all at once': { count: 40_000, pace: { mode: 'paced', intervalMs: 0 } },
};

export interface KernelFigure {
  path: string;
  pace: string;
  lag: Quantiles | undefined;
  minMs: number;
  /** Reads that could not be put down to a packet. */
  unplaced: number;
  largestPacketBytes: number;
  dropped: number;
  clockErrorNs: number;
  clockMovedNs: number;
}

/** Why it cannot be measured here. */
function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'the kernel’s receive times are read by AF_PACKET, which only Linux has';
  if (process.getuid?.() !== 0) return 'needs root: sudo env "PATH=$PATH" npm run bench -- --kernel';
  return undefined;
}

async function measure(
  { stage }: Paths,
  path: string,
  via: Address,
  pace: string,
  signal: AbortSignal,
): Promise<KernelFigure> {
  const { origin } = stage;
  const clock = await origin.clockOffset();
  const workload = WORKLOADS[pace] ?? {};
  await using helper = await KernelTime.start(via.port);
  const traces: Trace[] = [];
  for (let stream = 0; stream < STREAMS; stream += 1) {
    const trace = await measureStream({ origin, clock, via, workload, signal });
    signal.throwIfAborted();
    traces.push(mustStream(trace, path));
  }
  const { packets, dropped, clockErrorNs, clockMovedNs } = await helper.stop();
  const sent = connections(packets, via.port);
  const lags = traces.flatMap(({ client }, index) => readLags(client, sent[index] ?? []));
  const placed = lags.filter((lag) => lag !== undefined);
  return {
    path,
    pace,
    lag: quantiles(placed),
    minMs: Math.min(...placed),
    unplaced: lags.length - placed.length,
    largestPacketBytes: Math.max(0, ...packets.map(({ bytes }) => bytes)),
    dropped,
    clockErrorNs,
    clockMovedNs,
  };
}

function conclude(figures: KernelFigure[]): void {
  const of = (pick: (figure: KernelFigure) => number): number => Math.max(...figures.map(pick));
  const unplaced = figures.reduce((sum, figure) => sum + figure.unplaced + figure.dropped, 0);
  print(
    `  The kernel's clock is known to ${(of(({ clockErrorNs }) => clockErrorNs) / 1000).toFixed(2)} microseconds and moved by ${(of(({ clockMovedNs }) => Math.abs(clockMovedNs)) / 1000).toFixed(2)}; the earliest read came ${(Math.min(...figures.map(({ minMs }) => minMs)) * 1000).toFixed(0)} microseconds after its packet; reads without a packet, and packets dropped: ${unplaced}.`,
  );
  const slow = figures.filter(({ lag, pace }) => pace !== 'all at once' && (lag?.p99Ms ?? Infinity) >= 1);
  print(
    slow.length === 0
      ? '  Aim met on every path: p99 under 1 ms while words come one by one.'
      : `  Aim MISSED: ${slow.map(({ path, pace }) => `${path}, ${pace}`).join('; ')}.`,
  );
}

export async function kernel(context: Context): Promise<object> {
  const missing = whyNot();
  if (missing !== undefined) {
    print(`  Not measured: ${missing}`);
    return { notMeasured: missing };
  }
  await using paths = await openPaths(context);
  await using stack = new AsyncDisposableStack();
  const ways: Record<string, Address> = { direct: paths.direct, 'transparent relay': paths.transparent };
  const [lane] = selectLanes(await loadCatalogue(), [NGINX]);
  try {
    if (lane === undefined) throw new UnavailableError(`the catalogue has no ${NGINX}`);
    await new NativeDriver(context.session).provide(lane.variant.proxy, undefined, { signal: context.signal });
    ways[NGINX] = stack.use(await paths.stage.startHop(lane.variant, undefined, context.signal)).address;
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    print(`  Without nginx: ${error.message}`);
  }
  for (const via of Object.values(ways)) {
    const { origin } = paths.stage;
    await measureStream({ origin, clock: await origin.clockOffset(), via, workload: {}, signal: context.signal });
  }
  const figures: KernelFigure[] = [];
  for (const pace of Object.keys(WORKLOADS))
    for (const [path, via] of Object.entries(ways)) figures.push(await measure(paths, path, via, pace, context.signal));
  print(
    `  Reported time of each read at the client minus the time at which the kernel received the packet with its last byte (AF_PACKET on lo, SO_TIMESTAMPNS), ${STREAMS} streams each. Aim: p99 under 1 ms.`,
  );
  table(
    ['path', 'words', ...QUANTILE_HEADINGS, 'largest packet'],
    figures.map(({ path, pace, lag, largestPacketBytes }) => [
      path,
      pace,
      ...quantileCells(lag),
      `${largestPacketBytes} B`,
    ]),
  );
  conclude(figures);
  return figures;
}
