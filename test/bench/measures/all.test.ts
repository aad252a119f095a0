import { setImmediate as turn } from 'node:timers/promises';

import { expect, it } from 'vitest';

import { measureAll } from '../../../bench/measures/all.ts';
import type { AnyMeasure, MeasureContext } from '../../../bench/measures/measure.ts';
import { MEASURES } from '../../../bench/measures/measures.ts';

/** When each of them began and ended, in order. */
async function logged(floods: 'beside' | 'apart'): Promise<string[]> {
  const log: string[] = [];
  const measures = MEASURES.map((measure): AnyMeasure => ({
    ...measure,
    async measure() {
      log.push(`${measure.id} begins`);
      await turn();
      log.push(`${measure.id} ends`);
      return measure.id;
    },
  }));
  const seen = await measureAll(measures, {} as MeasureContext, floods);
  expect(seen).toEqual(Object.fromEntries(MEASURES.map(({ id }) => [id, id])));
  return log;
}

it('what kills comes when all others have ended', async () => {
  for (const floods of ['beside', 'apart'] as const)
    expect((await logged(floods)).slice(-2)).toEqual(['truncation begins', 'truncation ends']);
});

it('what floods is made by itself where there are taps, and beside the others where there are none', async () => {
  expect((await logged('apart')).slice(-4, -2)).toEqual(['backpressure begins', 'backpressure ends']);
  expect((await logged('beside')).slice(-4, -2)).not.toContain('backpressure begins');
});
