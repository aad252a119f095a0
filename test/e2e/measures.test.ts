import { expect, test } from 'vitest';

import type { Results } from '../../bench/results.ts';
import { scratch, unclog } from './unclog.ts';

test('every measure proves itself on its relays and tells apart what real proxies do to a stream', async () => {
  await using folder = await scratch();
  const ids = [
    'nginx/default?',
    'nginx/request-buffering-off?',
    'nginx/upstream-http-1-0?',
    'caddy/flush-500ms?format=text&framing=content-length',
    'node/pipe?',
  ];
  const { exitCode, stdout, stderr } = await unclog([
    'run',
    ...ids,
    '--driver',
    'native',
    '--json',
    '-',
    '--results',
    folder.path,
  ]);
  expect(exitCode, stderr).toBe(0);
  const { lanes, instrument } = JSON.parse(stdout) as Results;
  expect(new Set(instrument.proofs.flatMap(({ relays }) => relays.map(({ measure }) => measure)))).toEqual(
    new Set([undefined, 'threshold', 'flush', 'paced', 'headers', 'request', 'abort', 'truncation']),
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
    writing: { when: 'never', seen: 'nothing' },
    idle: { when: 'never' },
  });
  expect(figures('node/pipe', 'truncation')).toMatchObject({ chunked: { rst: 'hidden', fin: 'hangs' } });
  expect(figures('nginx/default', 'truncation')).toMatchObject({ chunked: { rst: 'told', fin: 'told' } });
});

test('a measure that there is not is named, with those that there are', async () => {
  const { exitCode, stderr } = await unclog(['run', '--measure', 'abrot']);
  expect(stderr).toContain(
    'no measure is called "abrot" (did you mean "abort"?); there are: threshold, flush, paced, headers, request, abort, truncation',
  );
  expect(exitCode).toBe(2);
});
