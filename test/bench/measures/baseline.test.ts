import { expect, it } from 'vitest';

import { baseline } from '../../../bench/measures/baseline.ts';
import type { MeasureContext } from '../../../bench/measures/measure.ts';
import { OriginClient } from '../../../bench/origin-client.ts';
import { FLOOR } from '../traces.ts';

const ANYWHERE = { host: '127.0.0.1', port: 1 };

function stage(): MeasureContext {
  return {
    origin: new OriginClient({ control: ANYWHERE }),
    clock: { shared: true, offsetMs: 0, errorMs: 0 },
    floor: FLOOR,
    via: ANYWHERE,
    direct: { host: '127.0.0.1', port: 2 },
    deep: false,
    fullBound: false,
    resets: true,
    workload: { format: 'text', headers: { a: 'b' } },
    request: { headers: { 'accept-encoding': 'gzip' } },
    usage: async () => ({ memoryBytes: 1 }),
  };
}

it('goes with no hop between, by the plain workload, and sees no hop’s usage', async () => {
  const way = await baseline('any', stage(), async (context) => context);
  expect(way).toMatchObject({ via: { port: 2 }, workload: {}, request: {} });
  expect(way).not.toHaveProperty('usage');
});

it('is measured once for a stage and by what it is, also when asked for at the same time', async () => {
  const [one, other] = [stage(), stage()];
  let count = 0;
  const measure = async (): Promise<number> => (count += 1);
  const asked = [
    baseline('a', one, measure),
    baseline('a', { ...one, via: { ...ANYWHERE, port: 3 } }, measure),
    baseline('b', one, measure),
    baseline('a', other, measure),
  ];
  expect(await Promise.all(asked)).toEqual([1, 1, 2, 3]);
});

it('that failed is measured anew', async () => {
  const one = stage();
  await expect(baseline('a', one, () => Promise.reject(new Error('the control API failed')))).rejects.toThrow(
    'control',
  );
  expect(await baseline('a', one, async () => 'found')).toBe('found');
});
