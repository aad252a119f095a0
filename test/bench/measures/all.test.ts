import { setImmediate as turn } from 'node:timers/promises';

import { expect, it } from 'vitest';

import { canBeBefore, measureAll, Sightings } from '../../../bench/measures/all.ts';
import type { AnyMeasure, MeasureContext } from '../../../bench/measures/measure.ts';
import { MEASURES } from '../../../bench/measures/measures.ts';

/** When each of them began and ended, in order. */
async function logged(works: 'beside' | 'apart'): Promise<string[]> {
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
  const { evidence, ended } = await measureAll(measures, {} as MeasureContext, { works });
  expect(evidence).toEqual(Object.fromEntries(MEASURES.map(({ id }) => [id, id])));
  expect(ended).toEqual([]);
  return log;
}

it('what kills comes when all others have ended', async () => {
  for (const works of ['beside', 'apart'] as const)
    expect((await logged(works)).slice(-2)).toEqual(['truncation begins', 'truncation ends']);
});

it('what may end the hop’s process comes when all but what kills have ended', async () => {
  for (const works of ['beside', 'apart'] as const)
    expect((await logged(works)).slice(-4, -2)).toEqual(['headers begins', 'headers ends']);
});

it('what works comes when what tells times has ended where there are taps, and beside it where there are none', async () => {
  const works = MEASURES.filter(({ load }) => load === 'works').map(({ id }) => `${id} begins`);
  const times = MEASURES.filter(({ load }) => load === 'times').map(({ id }) => `${id} ends`);
  const isApart = (log: string[]): boolean =>
    Math.min(...works.map((event) => log.indexOf(event))) > Math.max(...times.map((event) => log.indexOf(event)));
  expect(isApart(await logged('apart'))).toBe(true);
  expect(isApart(await logged('beside'))).toBe(false);
});

it('what the hop’s process ended in tells nothing, and nothing is measured of one that has ended', async () => {
  let isRunning = true;
  const measures = MEASURES.map((measure): AnyMeasure => ({
    ...measure,
    async measure() {
      if (measure.id === 'abort') isRunning = false;
      await turn();
      return measure.id;
    },
  }));
  const { evidence, ended } = await measureAll(measures, {} as MeasureContext, {
    works: 'beside',
    running: () => isRunning,
  });
  expect(ended.toSorted()).toEqual(MEASURES.map(({ id }) => id).toSorted());
  expect(Object.keys(evidence)).not.toContain('truncation');
});

it('a measure that was asked for before is not made again, and where none is left no turn is taken', async () => {
  const turns: string[][] = [];
  const sightings = new Sightings(async (left, ended: string[]) => {
    turns.push(left.map(({ id }) => id));
    return { evidence: Object.fromEntries(left.map(({ id }) => [id, ended.length])), ended };
  });
  const [first, second, third] = MEASURES as [AnyMeasure, AnyMeasure, AnyMeasure];
  await sightings.see([first], [second.id]);
  await sightings.see([first, second, third], []);
  await sightings.see([third, first], []);
  await sightings.see([], []);
  expect(turns).toEqual([[first.id], [third.id]]);
  expect(sightings.seen).toEqual({ evidence: { [first.id]: 1, [third.id]: 0 }, ended: [second.id] });
});

function noise(found: unknown): string | undefined {
  return found === 1 ? 'busy' : undefined;
}

it('what was too noisy is made once more, and what is seen then counts; the first is kept', async () => {
  let made = 0;
  const sightings = new Sightings<undefined>(async (left) => {
    made += 1;
    return { evidence: Object.fromEntries(left.map(({ id }) => [id, made])), ended: [] };
  });
  const [plain, other, third] = MEASURES.map((measure): AnyMeasure => {
    const { noise: _, ...quiet } = measure;
    return { ...quiet, figures: (seen) => seen };
  }) as [AnyMeasure, AnyMeasure, AnyMeasure];
  const noisy = { ...other, noise };
  await sightings.see([plain, noisy], undefined);
  expect(sightings.noisyOf([plain, noisy, { ...third, noise }])).toEqual([noisy]);
  await sightings.seeAgain([noisy], undefined);
  expect(sightings.seen).toEqual({ evidence: { [plain.id]: 1, [noisy.id]: 2 }, ended: [], earlier: { [noisy.id]: 1 } });
  expect(sightings.noisyOf([noisy])).toEqual([]);
});

it('what stays noisy in quiet too is not made a third time, and where nothing is noisy quiet is not waited for', async () => {
  const sightings = new Sightings<undefined>(async (left) => ({
    evidence: Object.fromEntries(left.map(({ id }) => [id, 1])),
    ended: [],
  }));
  const [noisy, quiet] = MEASURES.map((measure, index): AnyMeasure => ({
    ...measure,
    figures: () => (index === 0 ? 1 : 0),
    noise,
  })) as [AnyMeasure, AnyMeasure];
  let waits = 0;
  const turns = { quietBeside: async <T>(work: () => Promise<T>) => ((waits += 1), work()) };
  await sightings.see([noisy, quiet], undefined);
  expect(await sightings.settle([quiet], undefined, turns)).toBe(false);
  expect(await sightings.settle([noisy, quiet], undefined, turns)).toBe(true);
  expect(await sightings.settle([noisy, quiet], undefined, turns)).toBe(false);
  expect(waits).toBe(1);
});

it('of those by whose end the hop had ended each is made through another: one of them ends it', async () => {
  const turns: string[][] = [];
  const [first, guilty, third] = MEASURES as [AnyMeasure, AnyMeasure, AnyMeasure];
  const sightings = new Sightings<undefined>(async (left) => {
    const ids = left.map(({ id }) => id);
    turns.push(ids);
    return {
      evidence: Object.fromEntries(ids.map((id) => [id, turns.length])),
      ended: ids.includes(guilty.id) ? ids : [],
    };
  });
  let renewed = 0;
  const renew = async (): Promise<void> => void (renewed += 1);
  const all = [first, guilty, third];
  await sightings.see(all, undefined);
  await sightings.tellApart(all, undefined, renew);
  expect(sightings.seen).toEqual({ evidence: { [first.id]: 2, [guilty.id]: 3, [third.id]: 4 }, ended: [guilty.id] });
  await sightings.tellApart(all, undefined, renew);
  expect([turns.length, renewed]).toEqual([4, 3]);
});

it('what ended the hop is not made again: it would end the next', async () => {
  const sightings = new Sightings<undefined>(async (left) => {
    const ids = left.map(({ id }) => id);
    return { evidence: Object.fromEntries(ids.map((id) => [id, 1])), ended: ids };
  });
  const noisy: AnyMeasure = { ...(MEASURES[0] as AnyMeasure), figures: () => 1, noise };
  await sightings.see([noisy], undefined);
  expect(noise(1)).toBeDefined();
  expect(sightings.noisyOf([noisy])).toEqual([]);
});

it('what is made once more is made one after another: what floods a hop disturbs what tells its times', async () => {
  const turns: string[][] = [];
  const sightings = new Sightings<undefined>(async (left) => {
    turns.push(left.map(({ id }) => id));
    return { evidence: Object.fromEntries(left.map(({ id }) => [id, turns.length])), ended: [] };
  });
  const [first, second, third] = MEASURES as [AnyMeasure, AnyMeasure, AnyMeasure];
  await sightings.see([first, second], undefined);
  await sightings.seeAgain([first, second], undefined);
  await sightings.see([first, second, third], undefined);
  expect(turns).toEqual([[first.id, second.id], [first.id], [second.id], [third.id]]);
  expect(sightings.seen).toEqual({
    evidence: { [first.id]: 2, [second.id]: 3, [third.id]: 4 },
    ended: [],
    earlier: { [first.id]: 1, [second.id]: 1 },
  });
});

function before(verdict: 'streams' | 'delays' | 'coalesces' | 'buffers' | 'inconclusive'): string[] {
  return MEASURES.filter(canBeBefore({ verdict })).map(({ id }) => id);
}

it('before delivery is known comes what does not hang on it: how much a hop holds where it surely holds', () => {
  const always = ['abort', 'backpressure', 'headers', 'idle', 'request', 'reuse', 'truncation'];
  for (const verdict of ['streams', 'delays', 'inconclusive'] as const)
    expect(before(verdict).toSorted()).toEqual(always.toSorted());
  for (const verdict of ['coalesces', 'buffers'] as const)
    expect(before(verdict).toSorted()).toEqual([...always, 'flush', 'threshold'].toSorted());
  for (const verdict of ['delays', 'inconclusive'] as const)
    expect(MEASURES.filter(canBeBefore({ verdict }, 'delays'))).toHaveLength(always.length + 2);
  expect(MEASURES.filter(canBeBefore({ verdict: 'streams' }, 'delays'))).toHaveLength(always.length);
});
