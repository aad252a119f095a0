import { expect, it } from 'vitest';

import type { Hop } from '../../../bench/drivers/driver.ts';
import { SharedHop } from '../../../bench/run/shared-hop.ts';

function turn(): Promise<void> {
  return new Promise(setImmediate);
}

it('is started for the first lane and ended after the last', async () => {
  const seen: string[] = [];
  const hop = new SharedHop(2, async () => {
    seen.push('started');
    return { [Symbol.asyncDispose]: async () => void seen.push('ended') } as Partial<Hop> as Hop;
  });
  for (const lane of ['a', 'b'])
    await hop.use(async (start) => {
      await start();
      seen.push(lane);
    });
  expect(seen).toEqual(['started', 'a', 'b', 'ended']);
});

it('another is started for whoever asks, who ends it', async () => {
  let started = 0;
  const hop = new SharedHop(1, async () => {
    const found: Partial<Hop> = { version: String((started += 1)), [Symbol.asyncDispose]: async () => {} };
    return found as Hop;
  });
  const versions = await hop.use(async (start) => [
    (await start()).version,
    (await hop.another()).version,
    (await start()).version,
  ]);
  expect(versions).toEqual(['1', '2', '1']);
});

it('what is to be alone waits for what goes on, and what would begin beside waits for it', async () => {
  const hop = new SharedHop(1, async () => ({}) as Hop);
  const [beside, alone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const seen: string[] = [];
  const first = hop.beside(() => beside.promise);
  await turn();
  const kills = ['x', 'y'].map((name) =>
    hop.alone(async () => {
      seen.push(`${name} alone`);
      await alone.promise;
      seen.push(`${name} over`);
    }),
  );
  const later = hop.beside(async () => void seen.push('later'));
  await turn();
  expect(seen).toEqual([]);
  beside.resolve();
  await first;
  await turn();
  expect(seen).toEqual(['x alone']);
  alone.resolve();
  await Promise.all([...kills, later]);
  expect(seen).toEqual(['x alone', 'x over', 'y alone', 'y over', 'later']);
});

it('what fails alone keeps nobody waiting', async () => {
  const hop = new SharedHop(1, async () => ({}) as Hop);
  await expect(hop.alone(() => Promise.reject(new Error('killed')))).rejects.toThrow('killed');
  expect(await hop.beside(async () => 'goes on')).toBe('goes on');
});
