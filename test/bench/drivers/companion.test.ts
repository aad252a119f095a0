import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { loadCatalogue } from '../../../bench/catalogue/catalogue.ts';
import { startCompanion } from '../../../bench/drivers/companion.ts';
import { BenchError } from '../../../bench/errors.ts';
import { Session } from '../../../bench/session/session.ts';

const { lanes } = await loadCatalogue();

it('is started in the folder of the proxy, and ready when it is handed out', async () => {
  await using session = await Session.open();
  const dir = await session.folder('variant');
  const program = `fs.writeFileSync('started', process.argv[2]); console.log('ready'); setInterval(() => {}, 1000);`;
  await writeFile(join(dir, 'program.cjs'), `const fs = require('node:fs'); ${program}`);
  await using companion = await startCompanion({ companion: ['program.cjs', '--quiet'] }, dir, session);
  expect(companion?.running).toBe(true);
  expect(existsSync(join(dir, 'started'))).toBe(true);
  expect(await startCompanion({}, dir, session)).toBeUndefined();
});

it('that ends before it is ready is a fault of the bench, with its last words', async () => {
  await using session = await Session.open();
  const dir = await session.folder('variant');
  await writeFile(join(dir, 'program.cjs'), `throw new Error('no such socket')`);
  const started = startCompanion({ companion: ['program.cjs'] }, dir, session);
  await expect(started).rejects.toThrow(BenchError);
  await expect(started).rejects.toThrow('no such socket');
});

it('keeps its variant out of containers, which hold the proxy alone, and no other variant', () => {
  const beside = lanes.filter(({ variant }) => variant.companion !== undefined);
  expect(beside.length).toBeGreaterThan(0);
  expect(beside.filter(({ variant }) => variant.proxy.docker !== undefined)).toEqual([]);
  const others = lanes.filter(({ variant }) => beside.some((lane) => lane.variant.proxy.id === variant.proxy.id));
  expect(others.some(({ variant }) => variant.companion === undefined && variant.proxy.docker !== undefined)).toBe(
    true,
  );
});
