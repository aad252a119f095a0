import { readFile } from 'node:fs/promises';

import { describe, expect, test } from 'vitest';

import type { Results } from '../../bench/results.ts';
import { scratch, unclog } from './unclog.ts';

/** The verdict at each point, by its lane's id. */
async function verdicts(
  ...args: string[]
): Promise<{ stdout: string; verdicts: Record<string, string>; results: Results }> {
  await using folder = await scratch();
  const json = `${folder.path}/results.json`;
  const { exitCode, stdout, stderr } = await unclog([
    'run',
    ...args,
    '--driver',
    'native',
    '--results',
    folder.path,
    '--json',
    json,
  ]);
  expect(exitCode, stderr).toBe(0);
  const results = JSON.parse(await readFile(json, 'utf8')) as Results;
  return { stdout, results, verdicts: Object.fromEntries(results.lanes.map(({ id, verdict }) => [id, verdict])) };
}

describe('--vary', () => {
  test('finds that framing changes what nginx does, and that the method does not', async () => {
    const { stdout, verdicts: found, results } = await verdicts('nginx/default', '--vary', 'framing,method=GET|POST');
    expect(found).toEqual({
      'nginx/default': 'streams',
      'nginx/default?method=POST': 'streams',
      'nginx/default?framing=piecewise': 'coalesces',
      'nginx/default?framing=piecewise&method=POST': 'coalesces',
      'nginx/default?framing=content-length': 'coalesces',
      'nginx/default?framing=content-length&method=POST': 'coalesces',
      'nginx/default?framing=close-delimited': 'coalesces',
      'nginx/default?framing=close-delimited&method=POST': 'coalesces',
    });
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'framing changes it. chunked: streams; piecewise, content-length and close-delimited: coalesces. method does not change it.',
    );
    expect(results.options.vary).toBe('framing,method=GET|POST');
    expect(results.lanes.every((lane) => lane.expected === undefined && lane.asExpected === undefined)).toBe(true);
  });

  test('finds out by trying which HTTP versions a listener speaks, over TLS and without', async () => {
    const { stdout, verdicts: found } = await verdicts('nginx/default', 'nginx/tls', '--vary', 'http-version');
    expect(found).toEqual({
      'nginx/default': 'streams',
      'nginx/default?http-version=1.0': 'streams',
      'nginx/default?http-version=2': 'unsupported',
      'nginx/tls': 'coalesces',
      'nginx/tls?http-version=1.0': 'coalesces',
      'nginx/tls?http-version=2': 'streams',
    });
    expect(stdout).toContain('unsupported: HTTP/2 is not spoken here: ');
  });
});

test('--workload streams what a kind of app does: a large first event has its tail held by nginx', async () => {
  const { results } = await verdicts('nginx/default?', 'nginx/buffering-off?', '--workload', 'big-first');
  expect(results.lanes.map(({ id, workload, verdict }) => [id, workload, verdict])).toEqual([
    ['nginx/default', 'big-first', 'coalesces'],
    ['nginx/buffering-off', 'big-first', 'streams'],
  ]);
});

test('a client over HTTP/2 that leaves is seen by the origin, whichever version stands between', async () => {
  // nginx has a connection of its own for each stream, and closes that; Go's client cancels the stream (RFC 9113, section 7).
  const expected = {
    'nginx/tls-buffering-off?http-version=2': { by: 'rst-stream', seen: 'fin' },
    'nginx/upstream-http-2': { by: 'fin', seen: 'fin' },
    'envoy/upstream-h2c': { by: 'fin', seen: 'rst-stream INTERNAL_ERROR' },
    'caddy/upstream-h2c': { by: 'fin', seen: 'rst-stream CANCEL' },
  };
  const { results } = await verdicts(...Object.keys(expected), '--measure', 'abort');
  for (const [id, { by, seen }] of Object.entries(expected)) {
    const found = results.lanes.find((lane) => lane.id === id)?.measures?.['abort'];
    expect(found?.figures, id).toMatchObject({
      by,
      writing: { when: 'at-once', seen: [seen] },
      idle: { when: 'at-once', seen: [seen] },
    });
    expect(found?.says, id).toContain(seen === 'fin' ? ', by FIN' : `, by ${seen.replace('rst-stream', 'RST_STREAM')}`);
  }
});
