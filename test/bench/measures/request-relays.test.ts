import { afterAll, beforeAll, expect, it } from 'vitest';

import { requestMeasure } from '../../../bench/measures/request.ts';
import { convictedBy, onRelays, type Relayed } from './on-relays.ts';

const { figures, relays } = requestMeasure;
let relayed: Relayed;
beforeAll(async () => void (relayed = await onRelays()));
afterAll(() => relayed[Symbol.asyncDispose]());

it.each(relays.map(({ relay }) => relay))('%s is convicted of what it does, and of nothing else', async (relay) => {
  const found = figures(await requestMeasure.measure(relayed.through(relay)));
  expect(convictedBy(relays, found)).toEqual([relay]);
});
