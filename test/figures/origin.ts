/** The origin's own cost: short, complete streams as fast as it gives them. */

import autocannon from 'autocannon';

import { encodeChunk } from '../../server/payload.ts';
import type { Address } from '../../bench/client/client.ts';
import { quantiles, type Quantiles } from '../../bench/metrics.ts';
import { openPaths, print, quantileCells, QUANTILE_HEADINGS, table, type Context } from './shared.ts';

const WORDS = 10;
const WORD_BYTES = 32;
const CONNECTIONS = 10;
const WARM_SECONDS = 1;
const SECONDS = 4;
const ROUNDS = 2;

/** Every answer is compared with this: a cut or mangled stream would be a quick one. */
const BODY = Array.from({ length: WORDS }, (_, seq) => encodeChunk('text', seq, WORD_BYTES)).join('');

interface Shot {
  latenciesMs: number[];
  requestsPerSecond: number;
  bad: number;
}

/** autocannon's own percentiles are of whole milliseconds; its `response` event has the fractions. */
function shoot({ host, port }: Address, durationSeconds: number, signal: AbortSignal): Promise<Shot> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const latenciesMs: number[] = [];
    const instance = autocannon(
      {
        url: `http://${host}:${port}/words?count=${WORDS}&intervalMs=0`,
        connections: CONNECTIONS,
        duration: durationSeconds,
        expectBody: BODY,
      },
      (error: unknown, result) => {
        signal.removeEventListener('abort', stop);
        if (signal.aborted) return reject(signal.reason as Error);
        if (error instanceof Error) return reject(error);
        return resolve({
          latenciesMs,
          requestsPerSecond: result.requests.total / result.duration,
          bad: result.errors + result.non2xx + result.mismatches,
        });
      },
    );
    const stop = (): void => instance.stop();
    signal.addEventListener('abort', stop, { once: true });
    instance.on('response', (_client, _status, _bytes, ms) => latenciesMs.push(ms));
  });
}

interface OriginFigure {
  path: string;
  requestsPerSecond: number[];
  bad: number;
  latency: Quantiles | undefined;
}

export async function origin(context: Context): Promise<OriginFigure[]> {
  await using paths = await openPaths(context);
  const ways = { direct: paths.direct, 'transparent relay': paths.transparent };
  const shots = new Map<string, Shot[]>(Object.keys(ways).map((path) => [path, []]));
  for (const via of Object.values(ways)) await shoot(via, WARM_SECONDS, context.signal);
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [path, via] of Object.entries(ways)) shots.get(path)?.push(await shoot(via, SECONDS, context.signal));

  const figures = [...shots].map(([path, taken]) => ({
    path,
    requestsPerSecond: taken.map((shot) => shot.requestsPerSecond),
    bad: taken.reduce((sum, { bad }) => sum + bad, 0),
    latency: quantiles(taken.flatMap(({ latenciesMs }) => latenciesMs)),
  }));
  print(
    `  autocannon, ${CONNECTIONS} connections, ${ROUNDS} rounds of ${SECONDS} s each, /words?count=${WORDS}&intervalMs=0, on the same processors as the origin; every body compared. Latency from request to whole answer:`,
  );
  table(
    ['path', 'requests/s', 'bad', ...QUANTILE_HEADINGS],
    figures.map(({ path, requestsPerSecond, bad, latency }) => [
      path,
      requestsPerSecond.map((rate) => rate.toFixed(0)).join(' '),
      String(bad),
      ...quantileCells(latency),
    ]),
  );
  return figures;
}
