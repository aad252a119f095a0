import { expect, test } from 'vitest';

import { onPath } from '../../bench/drivers/find-program.ts';
import type { Absorption, BackpressureFigures } from '../../bench/measures/backpressure.ts';
import type { IdleFigures } from '../../bench/measures/idle.ts';
import type { ReuseFigures } from '../../bench/measures/reuse-figures.ts';
import type { Cut } from '../../bench/measures/silence.ts';
import { codeOf, scratch, toldBy, unclog, unclogRun } from './unclog.ts';

test('every measure proves itself on its relays and tells apart what real proxies do to a stream', async () => {
  await using folder = await scratch();
  const ids = [
    'nginx/default?',
    'nginx/request-buffering-off?',
    'nginx/upstream-http-1-0?',
    'caddy/flush-500ms?format=text&framing=content-length',
    'node/pipe?',
  ];
  const { exitCode, stderr, results } = await unclogRun([...ids, '--driver', 'native'], folder.path);
  const { lanes, instrument } = results;
  expect(exitCode, toldBy(results, stderr)).toBe(codeOf(results));
  expect(new Set(instrument.proofs.flatMap(({ relays }) => relays.map(({ measure }) => measure)))).toEqual(
    new Set([
      undefined,
      'threshold',
      'flush',
      'paced',
      'headers',
      'request',
      'abort',
      'backpressure',
      'idle',
      'truncation',
      'reuse',
    ]),
  );
  const figures = (id: string, measure: string): unknown =>
    lanes.find((lane) => lane.id === id)?.measures?.[measure]?.figures;

  expect(figures('nginx/default', 'headers')).toMatchObject({ removed: ['x-accel-buffering'] });
  expect(figures('nginx/default', 'paced')).toMatchObject({ headersBeforeBody: { how: 'no' } });
  const passes = { body: { how: 'streams' }, duplex: { how: 'yes' } };
  const collects = { body: { how: 'buffers', asked: false }, duplex: { how: 'waits' } };
  expect(figures('nginx/default', 'request')).toMatchObject({ chunked: collects, 'content-length': collects });
  expect(figures('nginx/request-buffering-off', 'request')).toMatchObject({
    chunked: passes,
    'content-length': passes,
  });
  expect(figures('nginx/default', 'abort')).toMatchObject({ writing: { when: 'at-once' }, idle: { when: 'at-once' } });
  expect(figures('node/pipe', 'abort')).toMatchObject({
    writing: { when: 'never', boundMs: 2500, seen: ['nothing'] },
    idle: { when: 'never' },
  });
  expect(figures('node/pipe', 'truncation')).toMatchObject({ chunked: { rst: 'hidden', fin: 'hangs' } });
  expect(figures('nginx/default', 'truncation')).toMatchObject({ chunked: { rst: 'told', fin: 'told' } });
});

const SHORT_TIMEOUTS = [
  'nginx/read-timeout-1s',
  'traefik/write-timeout-2s',
  'traefik/response-header-timeout-1s',
  'caddy/read-timeout-1s',
  'caddy/response-header-timeout-1s',
  'envoy/timeouts-off',
  'envoy/stream-idle-timeout-1s',
  'envoy/route-timeout-2s',
  'node/http-proxy-timeout-1s',
];
const NOT_CUT = { how: 'not-cut', silentMs: 3000 };

/** The figures by lane and measure. */
async function measured(ids: string[], measures: string): Promise<Record<string, Record<string, unknown>>> {
  await using folder = await scratch();
  const flags = ['--driver', 'native', '--measure', measures];
  const { exitCode, stderr, results } = await unclogRun([...ids, ...flags], folder.path);
  const { lanes } = results;
  expect(exitCode, toldBy(results, stderr)).toBe(codeOf(results));
  return Object.fromEntries(
    lanes.map(({ id, measures: found = {} }) => [
      id,
      Object.fromEntries(Object.entries(found).map(([measure, { figures }]) => [measure, figures])),
    ]),
  );
}

/** A hop's timer, which may round (nginx leaves up to 300 ms), on a machine that may be busy. */
function about(found: number | undefined, ms: number): void {
  expect(found).toBeGreaterThan(ms * 0.65);
  expect(found).toBeLessThan(ms * 1.5);
}

test('timeouts that are set short cut where their documentation says, and are seen by both sides', async () => {
  const found = await measured(SHORT_TIMEOUTS, 'idle');
  const idle = (id: string): IdleFigures => found[id]?.['idle'] as IdleFigures;

  for (const id of ['nginx/read-timeout-1s', 'caddy/read-timeout-1s']) {
    expect(idle(id)).toMatchObject({
      mid: { how: 'cut', during: 'silence', client: 'cut', origin: { saw: 'fin' } },
      heartbeatsHelp: true,
      head: { how: 'cut', client: 'status' },
    });
    about(idle(id).idleCutMs, 1000);
    // On a connection that served before, Go's client asks again (Caddy): the origin, which has the stream once, refuses.
    const { status, replays } = idle(id).head as Cut;
    expect(status).toBe(replays === undefined ? 504 : 409);
  }
  // It leaves the origin in time, and the client a second later.
  expect(idle('envoy/stream-idle-timeout-1s')).toMatchObject({
    mid: { how: 'cut', client: 'cut', origin: { saw: 'fin' } },
    heartbeatsHelp: true,
    head: { how: 'cut', client: 'status', status: 504 },
  });
  about(idle('envoy/stream-idle-timeout-1s').idleCutMs, 2000);
  expect(idle('node/http-proxy-timeout-1s')).toMatchObject({
    mid: { how: 'cut', client: 'hangs' },
    heartbeatsHelp: true,
    head: { how: 'cut', client: 'status', status: 502 },
  });
  about(idle('node/http-proxy-timeout-1s').idleCutMs, 1000);

  for (const id of ['traefik/write-timeout-2s', 'envoy/route-timeout-2s'])
    expect(idle(id)).toMatchObject({ mid: { how: 'cut' }, heartbeats: { how: 'cut' }, heartbeatsHelp: false });
  expect(idle('traefik/write-timeout-2s').mid).toMatchObject({ during: 'next-write' });
  expect(idle('envoy/route-timeout-2s').mid).toMatchObject({ during: 'silence' });

  for (const id of ['traefik/response-header-timeout-1s', 'caddy/response-header-timeout-1s'])
    expect(idle(id)).toMatchObject({ mid: NOT_CUT, head: { how: 'cut', client: 'status', status: 504 } });
  expect(idle('envoy/timeouts-off')).toEqual({ mid: NOT_CUT, heartbeats: NOT_CUT, head: NOT_CUT });
});

test('the threshold explains the verdict beside it: of which writes a hop holds how much', async () => {
  const ids = ['nginx/default?chunk=16384', 'nginx/buffering-off?chunk=16384', 'nginx/default?framing=piecewise'];
  const found = await measured(ids, 'threshold');
  // An HTTP chunk passes in whole buffers; what is left waits for the next.
  expect(found['nginx/default?chunk=16384']?.['threshold']).toMatchObject({
    how: 'streams-in-part',
    chunkBytes: 16_384,
    before: 0,
    next: { over: 0 },
  });
  expect(found['nginx/buffering-off?chunk=16384']?.['threshold']).toMatchObject({
    how: 'streams',
    inWrites: [16_384, 14],
  });
  expect(found['nginx/default?framing=piecewise']?.['threshold']).toMatchObject({
    how: 'bytes',
    threshold: { upTo: 4096, exact: true },
  });
});

test('what a hop takes for a client that does not read, and what it tells the origin of one that left', async () => {
  const ids = ['nginx/default?', 'nginx/no-temp-file', 'nginx/ignore-client-abort', 'nginx/cache', 'node/http-proxy?'];
  const found = await measured(ids, 'backpressure,abort');
  const MIB = 1024 * 1024;
  for (const id of ['nginx/default', 'nginx/cache']) {
    const figures = found[id]?.['backpressure'] as BackpressureFigures & Absorption;
    expect(figures.how).toBe('takes-all');
    const { acceptedBytes, absorbedBytes = acceptedBytes, growth } = figures;
    expect(absorbedBytes).toBeGreaterThan(16 * MIB);
    expect(growth?.diskBytes ?? absorbedBytes).toBeGreaterThan(16 * MIB);
  }
  for (const id of ['nginx/no-temp-file', 'node/http-proxy']) {
    const figures = found[id]?.['backpressure'] as BackpressureFigures & Absorption;
    expect(figures.how).toBe('stops');
    // Only Linux shows what the sockets hold of it.
    expect(figures.absorbedBytes ?? 0).toBeLessThan(MIB);
  }
  expect(found['nginx/default']?.['abort']).toMatchObject({ idle: { when: 'at-once' } });
  expect(found['nginx/ignore-client-abort']?.['abort']).toMatchObject({ idle: { when: 'next-write' } });
  expect(found['nginx/cache']?.['abort']).toMatchObject({ writing: { when: 'never' }, idle: { when: 'never' } });
});

/** What clients of one URL get: while a stream flows, after it and, where it was stored, later. */
function kindsOf({ during, after, later }: ReuseFigures): string {
  const much = later === undefined ? [] : [`${later.how}${later.asked ? ' and asked' : ''}`];
  return [during.how === 'waits' ? `waits for ${during.gets}` : during.how, after.how, ...much].join(', ');
}

test('what a second client of a URL gets while a stream flows, after it and later, by what a cache was told', async () => {
  const expected = {
    'nginx/default': 'own, own',
    'nginx/cache': 'own, stored, stored',
    'nginx/cache?response-header=cache-control:no-cache': 'own, own',
    'nginx/no-cache': 'own, own',
    'nginx/cache-lock': 'waits for stored, stored, stored',
    'nginx/cache-lock-timeout-0': 'own, stored, stored',
    'nginx/cache-lock-no-cache': 'own, own',
    'nginx/cache-bypass': 'own, own',
    'nginx/cache-1s': 'own, stored, own and asked',
    'nginx/cache-stale': 'own, stored, stored and asked',
  };
  const ids = Object.keys(expected);
  const found = await measured(
    ids.map((id) => (id.includes('?') ? id : `${id}?`)),
    'reuse',
  );
  const reuse = ids.map((id): [string, ReuseFigures] => [id, found[id]?.['reuse'] as ReuseFigures]);
  expect(Object.fromEntries(reuse.map(([id, figures]) => [id, kindsOf(figures)]))).toEqual(expected);
  // Of what was stored every word, in one lump.
  const stored = reuse.flatMap(([, { after }]) => (after.how === 'stored' ? [after] : []));
  expect(stored.filter(({ missing, spanMs, writtenMs }) => missing !== undefined || spanMs > writtenMs / 2)).toEqual(
    [],
  );
  // To the end of the first one's stream at least, and then until nginx looks again.
  expect(found['nginx/cache-lock']?.['reuse']).toMatchObject({
    during: { waitedMs: expect.toSatisfy((ms: number) => ms > 400) },
  });
});

test.skipIf(onPath('apache2') === undefined)(
  'the lock of Apache’s cache makes nobody wait, and is had by workers that are not root',
  async () => {
    const expected = {
      'apache/cache?framing=content-length': 'own, stored, stored',
      'apache/cache-lock?framing=content-length': 'own, stored, stored',
    };
    const found = await measured(Object.keys(expected), 'reuse');
    const kinds = Object.entries(found).map(([id, { reuse }]) => [id, kindsOf(reuse as ReuseFigures)]);
    expect(Object.fromEntries(kinds)).toEqual(expected);
  },
);

test('a measure that there is not is named, with those that there are', async () => {
  const { exitCode, stderr } = await unclog(['run', '--measure', 'abrot']);
  expect(stderr).toContain(
    'no measure is called "abrot" (did you mean "abort"?); there are: all, threshold, flush, paced, headers, request, abort, backpressure, idle, truncation, reuse',
  );
  expect(exitCode).toBe(2);
});
