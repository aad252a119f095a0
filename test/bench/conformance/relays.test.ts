import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { proveRelay, RELAYS_OF_SUITE, relaysFor } from '../../../bench/conformance/proof.ts';
import { isBreach } from '../../../bench/conformance/outcome.ts';
import { REQUIREMENTS } from '../../../bench/conformance/requirements.ts';
import { INCREMENTAL_RELAYS } from '../../../bench/relays/incremental-relays.ts';
import { onRelays, type Relayed } from '../measures/on-relays.ts';

let relayed: Relayed;
beforeAll(async () => void (relayed = await onRelays()));
afterAll(() => relayed[Symbol.asyncDispose]());

describe('the relays of the suite', () => {
  it('are all that there are, and every requirement has one that breaks it', () => {
    expect(RELAYS_OF_SUITE.map(({ relay }) => relay).toSorted()).toEqual(Object.keys(INCREMENTAL_RELAYS).toSorted());
    for (const requirement of REQUIREMENTS)
      expect(relaysFor([requirement]).filter(({ breaks }) => breaks === requirement.id)).not.toEqual([]);
  });

  it.concurrent.each(RELAYS_OF_SUITE)('$relay is convicted of what it breaks, and of nothing else', async (relay) => {
    const { told, missed } = await proveRelay(relay, REQUIREMENTS, relayed.through(relay.relay));
    const breaches = [...told].filter(([, outcome]) => isBreach(outcome)).map(([id]) => id);
    expect(breaches, JSON.stringify(Object.fromEntries(told), null, 1)).toEqual(
      relay.breaks === undefined ? [] : [relay.breaks],
    );
    expect(missed).toEqual([]);
  });
});

it('a relay that knows nothing of the field is unaware of each, or forwards anyway', async () => {
  for (const [id, outcome] of [
    ['transparent', 'streams-anyway'],
    ['collect-all', 'unaware'],
  ] as const) {
    const { told } = await proveRelay({ relay: 'incremental-forwards' }, REQUIREMENTS, relayed.through(id));
    expect([...told.values()].filter(isBreach)).toEqual([]);
    expect(told.get('no-whole-buffer')).toMatchObject({
      response: { outcome },
      request: { outcome: 'streams-anyway' },
    });
  }
});
