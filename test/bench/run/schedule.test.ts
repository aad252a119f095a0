import { setTimeout as delay } from 'node:timers/promises';

import { expect, it } from 'vitest';

import type { ProxyDeclaration } from '../../../bench/catalogue/declaration.ts';
import type { Lane, Variant } from '../../../bench/catalogue/catalogue.ts';
import { longestFirst, Quiet, Slots, slotsFor, startingSlotsOf, workOff } from '../../../bench/run/schedule.ts';

const variant = (id: string, native: ProxyDeclaration['native'] = { program: 'p', args: () => [] }): Variant =>
  ({ id, proxy: { native } }) as Variant;
const [A, B, C] = [variant('a'), variant('b'), variant('c')];
const D = variant('d', { program: 'p', args: () => [], packages: { from: 'npm', main: 'p', unpackedMB: 1 } });
const lane = (id: string, of: Variant, rest: Partial<Lane> = {}): Lane => ({
  id,
  variant: of,
  expected: 'streams',
  ...rest,
});

it('the longest lanes come first, those of a variant together', () => {
  const lanes = [
    lane('a', A),
    lane('b', B),
    lane('b?held', B, { expected: 'buffers' }),
    lane('c', C),
    lane('d', D),
    lane('a?coded', A, { expected: 'coalesces', vary: { 'accept-encoding': 'gzip' } }),
    lane('c?slow', C, { expected: 'delays', patienceMs: 5000 }),
  ];
  expect(
    longestFirst(lanes)
      .flat()
      .map(({ id }) => id),
  ).toEqual(['a?coded', 'a', 'c?slow', 'c', 'd', 'b?held', 'b']);
});

it('who waits is let in by rank, and of one rank in the order in which they came', async () => {
  const slots = new Slots(1);
  const order: string[] = [];
  const note = (name: string, rank?: number): Promise<unknown> => slots.use(async () => order.push(name), rank);
  await Promise.all([note('has it', 9), note('b', 2), note('c', 2), note('a', 1), note('d', 3), note('first')]);
  expect(order).toEqual(['has it', 'first', 'a', 'b', 'c', 'd']);
});

it('what takes seconds of a core to start is started apart from what is there at once', () => {
  const slots = slotsFor(8);
  expect(startingSlotsOf(lane('d', D), slots)).toBe(slots.starting);
  expect(startingSlotsOf(lane('a', A), slots)).toBe(slots.flowing);
  expect(startingSlotsOf(lane('a', A, { expected: 'buffers' }), slots)).toBe(slots.waiting);
});

it('so many at a time, and a failure is thrown when the others have ended', async () => {
  let [running, most] = [0, 0];
  const ended: number[] = [];
  const working = workOff([1, 2, 3, 4, 5], new Slots(2), async (item) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise(setImmediate);
    running -= 1;
    if (item === 1) throw new Error('the first');
    ended.push(item);
  });
  await expect(working).rejects.toThrow('the first');
  expect(most).toBe(2);
  expect(ended.length).toBeGreaterThan(0);
  expect(running).toBe(0);
});

it('more slots let those in that wait, and fewer let none in until enough have left', async () => {
  const slots = new Slots(1);
  const ends = [0, 1, 2, 3].map(() => Promise.withResolvers<void>());
  const begun: number[] = [];
  const used = ends.map(({ promise }, index) =>
    slots.use(() => {
      begun.push(index);
      return promise;
    }),
  );
  const end = async (index: number): Promise<void> => {
    ends[index]?.resolve();
    await used[index];
    await new Promise(setImmediate);
  };
  expect([begun, slots.areWanted]).toEqual([[0], true]);
  slots.resize(3);
  await new Promise(setImmediate);
  expect(begun).toEqual([0, 1, 2]);
  slots.resize(1);
  await end(0);
  await end(1);
  expect(begun).toEqual([0, 1, 2]);
  await end(2);
  expect([begun, slots.areWanted]).toEqual([[0, 1, 2, 3], false]);
  await end(3);
  expect(slots.areUsed).toBe(false);
});

it('who waits for what needs no slot lets another have it, and goes on at once then', async () => {
  const slots = new Slots(1);
  const order: string[] = [];
  const elsewhere = Promise.withResolvers<void>();
  const other = Promise.withResolvers<void>();
  const first = slots.use(async () => {
    await slots.without(() => elsewhere.promise);
    order.push('first goes on');
  });
  const second = slots.use(async () => {
    order.push('second begins');
    await other.promise;
  });
  await expect.poll(() => order).toEqual(['second begins']);
  elsewhere.resolve();
  await first;
  expect(order).toEqual(['second begins', 'first goes on']);
  const third = slots.use(async () => void order.push('third'));
  other.resolve();
  await Promise.all([second, third]);
  expect(order.at(-1)).toBe('third');
  expect(slots.areUsed).toBe(false);
  await expect(slots.use(() => slots.without(() => Promise.reject(new Error('broke'))))).rejects.toThrow('broke');
  expect(slots.areUsed).toBe(false);
});

function quietOf(loud: Slots, { waiting = new Slots(1), lanes = new Slots(1) } = {}): Quiet {
  return new Quiet({ loud: [loud], waiting, lanes });
}

it('those that wait for quiet have it one after another, and whoever had it waits until nobody does any more', async () => {
  const slots = new Slots(2);
  const quiet = quietOf(slots);
  const order: string[] = [];
  const loud = Promise.withResolvers<void>();
  const noise = slots.use(() => loud.promise);
  const lanes = ['a', 'b'].map(async (name) => {
    await quiet.use(async () => void order.push(`${name} in quiet`));
    await quiet.over();
    await slots.use(async () => void order.push(`${name} goes on`));
  });
  order.push('loud');
  loud.resolve();
  await Promise.all([noise, ...lanes]);
  expect(order).toEqual(['loud', 'a in quiet', 'b in quiet', 'a goes on', 'b goes on']);
  await quiet.over();
});

it('those that mostly wait have quiet side by side, and nobody else meanwhile', async () => {
  const slots = new Slots(1);
  const quiet = quietOf(slots);
  const order: string[] = [];
  const [first, second] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  const wait = (name: string, end: Promise<string>): Promise<string> =>
    quiet.useBeside(async () => {
      order.push(`${name} begins`);
      return end;
    });
  const both = [wait('first', first.promise), wait('second', second.promise)];
  await expect.poll(() => order).toEqual(['first begins', 'second begins']);
  const alone = quiet.use(async () => void order.push('alone'));
  second.resolve('second');
  expect(await both[1]).toBe('second');
  first.reject(new Error('first broke'));
  await expect(both[0]).rejects.toThrow('first broke');
  await alone;
  expect(order.at(-1)).toBe('alone');
  await quiet.over();
});

it('those that mostly wait do so beside others that wait, but not before all lanes are begun and nothing is loud', async () => {
  const [loud, waiting, lanes] = [new Slots(1), new Slots(1), new Slots(1)];
  const quiet = quietOf(loud, { waiting, lanes });
  const order: string[] = [];
  const ends = ['a lane', 'what is loud', 'what waits'].map(() => Promise.withResolvers<void>());
  const [begun, noise, wait] = [lanes, loud, waiting].map((slots, index) =>
    slots.use(async () => ends[index]?.promise),
  );
  const late = lanes.use(async () => void order.push('the last lane begins'));
  const beside = quiet.useBeside(async () => void order.push('beside'));
  const alone = quiet.use(async () => void order.push('alone'));
  ends[1]?.resolve();
  await noise;
  await new Promise(setImmediate);
  expect(order).toEqual([]);
  ends[0]?.resolve();
  await Promise.all([begun, late, beside]);
  expect(order).toEqual(['the last lane begins', 'beside']);
  ends[2]?.resolve();
  await Promise.all([wait, alone]);
  expect(order.at(-1)).toBe('alone');
});

it('who waits alone and those that wait beside, let in by the same end of the noise, do not begin together', async () => {
  const loud = new Slots(1);
  const quiet = quietOf(loud);
  const order: string[] = [];
  const noise = Promise.withResolvers<void>();
  const noisy = loud.use(() => noise.promise);
  const beside = quiet.useBeside(async () => {
    order.push('beside begins');
    await delay(20);
    order.push('beside ends');
  });
  const alone = quiet.use(async () => {
    order.push('alone begins');
    await delay(20);
    order.push('alone ends');
  });
  await new Promise(setImmediate);
  noise.resolve();
  await noisy;
  await Promise.all([beside, alone]);
  const [first, second] = order;
  expect(second).toBe(first?.replace('begins', 'ends'));
});
