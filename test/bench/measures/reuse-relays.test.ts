import { afterAll, beforeAll, expect, it } from 'vitest';

import { reuseMeasure } from '../../../bench/measures/reuse.ts';
import { convictedBy, onRelays, type Relayed } from './on-relays.ts';

const { figures, noise, relays, say } = reuseMeasure;
let relayed: Relayed;
beforeAll(async () => void (relayed = await onRelays()));
afterAll(() => relayed[Symbol.asyncDispose]());

it.concurrent.each([
  ...relays.map(({ relay }) => [relay, 'chunked'] as const),
  ['transparent', 'content-length'],
  ['join-stream', 'content-length'],
  ['store-answer', 'content-length'],
] as const)('%s is convicted of what it does, and of nothing else (%s)', async (relay, framing) => {
  const found = figures(await reuseMeasure.measure(relayed.through(relay, { workload: { framing } })));
  expect(noise?.(found)).toBeUndefined();
  expect(convictedBy(relays, found), say(found)).toEqual([relay]);
});

it.concurrent.each(['collect-all', 'hold-4096-bytes', 'hold-50-ms', 'zombie'])(
  '%s, which gives nobody what was another’s, is found to do none of it',
  async (relay) => {
    const found = figures(await reuseMeasure.measure(relayed.through(relay)));
    expect(convictedBy(relays, found), say(found)).toEqual(['transparent']);
  },
);

it.concurrent.each(['sse-json', 'ndjson', 'text'] as const)(
  'words of the format %s are known by their size',
  async (format) => {
    const found = figures(await reuseMeasure.measure(relayed.through('store-answer', { workload: { format } })));
    expect(convictedBy(relays, found), say(found)).toEqual(['store-answer']);
  },
);

it.concurrent('a body that the origin has compressed is looked into', async () => {
  const workload = { contentCoding: 'gzip' } as const;
  const found = figures(await reuseMeasure.measure(relayed.through('store-answer', { workload })));
  expect(convictedBy(relays, found), say(found)).toEqual(['store-answer']);
});

it.concurrent('a hop that is not there tells nothing, and why', async () => {
  const nobody = await reuseMeasure.measure(relayed.through('no-such-relay'));
  expect(say(figures(nobody))).toBe('could not be told: a client got no answer (not-connected)');
});
