import { expect, it } from 'vitest';

import { KnownThresholds } from '../../../bench/measures/known-thresholds.ts';

it('asks about what was found of such a stream, the most usual first, and about no more than two', () => {
  const known = new KnownThresholds().of('nginx');
  expect(known.questions('sse gzip')).toEqual([]);
  for (const bytes of [4096, 172_988, 8192, 172_988, 65_536, 65_536]) known.add('sse gzip', bytes);
  known.add('text gzip', 17);
  expect(known.questions('sse gzip')).toEqual([172_987, 172_988, 65_535, 65_536]);
  expect(known.questions('ndjson gzip')).toEqual([]);
});

it('asks about what was found of the same proxy before what was found of others', () => {
  const known = new KnownThresholds();
  for (const bytes of [7, 9, 9]) known.of('node').add('sse gzip', bytes);
  known.of('nginx').add('sse gzip', 5);
  expect(known.of('nginx').questions('sse gzip')).toEqual([4, 5, 8, 9]);
  expect(known.of('node').questions('sse gzip')).toEqual([8, 9, 6, 7]);
  known.of('nginx').add('sse gzip', 9);
  expect(known.of('nginx').questions('sse gzip')).toEqual([8, 9, 4, 5]);
  for (const proxy of ['vite', 'webpack', 'portkey', 'express']) known.of(proxy).add('sse gzip', 11);
  expect(known.of('next').questions('sse gzip')).toEqual([10, 11, 8, 9]);
  expect(known.of('node').questions('sse gzip')).toEqual([8, 9, 6, 7]);
});

it('asks a proxy of which nothing was found about the most usual', () => {
  const known = new KnownThresholds();
  for (const bytes of [7, 9, 9]) known.of('node').add('sse gzip', bytes);
  expect(known.of('next').questions('sse gzip')).toEqual([8, 9, 6, 7]);
});

it('a search through another proxy waits for none', async () => {
  const known = new KnownThresholds();
  const first = Promise.withResolvers<string>();
  const searching = known.of('nginx').afterFirst('sse gzip', () => first.promise);
  expect(await known.of('next').afterFirst('sse gzip', async () => 'at once')).toBe('at once');
  first.resolve('later');
  expect(await searching).toBe('later');
});

it('the first search for a stream goes before the others, also where it found nothing or failed', async () => {
  const known = new KnownThresholds().of('nginx');
  const order: string[] = [];
  const search = (name: string, end: () => void) => async (): Promise<void> => {
    order.push(`${name} begins`);
    await new Promise<void>(setImmediate);
    order.push(`${name} ends`);
    end();
  };
  const failing = known.afterFirst(
    'sse gzip',
    search('a', () => {
      throw new Error('no origin');
    }),
  );
  const all = [
    known.afterFirst(
      'sse gzip',
      search('b', () => known.add('sse gzip', 7)),
    ),
    known.afterFirst(
      'sse gzip',
      search('c', () => {}),
    ),
    known.afterFirst(
      'sse gzip',
      search('d', () => {}),
    ),
  ];
  await expect(failing).rejects.toThrow('no origin');
  await Promise.all(all);
  expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'd begins', 'c ends', 'd ends']);
});
