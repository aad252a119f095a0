import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { loadCatalogue, type Variant } from '../../../bench/catalogue/catalogue.ts';
import { NativeDriver } from '../../../bench/drivers/native.ts';
import { BenchError } from '../../../bench/errors.ts';
import { Session } from '../../../bench/session/session.ts';

const { lanes } = await loadCatalogue();
const pipe = lanes.find(({ variant }) => variant.id === 'node/pipe')?.variant as Variant;

/** A hop that finds its own port taken until it has been started `starts` times; its folders are the session's. */
function takenUntil(starts: number): string {
  return `
    import { readdirSync } from 'node:fs';
    import { createServer } from 'node:http';
    const { PORT: port, UPSTREAM: upstream } = process.env;
    const started = readdirSync('..').filter((name) => name.endsWith('-node-pipe')).length;
    const answer = async (_, response) => response.end(await (await fetch(upstream + '/healthz')).text());
    createServer(answer).listen(port, '127.0.0.1', () => {
      if (started < ${starts}) createServer(answer).listen(port, '127.0.0.1');
    });
  `;
}

async function startedWith(program: string, session: Session): Promise<number> {
  const path = join(await session.folder('config'), 'hop.mjs');
  await writeFile(path, program);
  const variant = { ...pipe, files: { program: path } };
  await using stage = await new NativeDriver(session).open();
  await using hop = await stage.startHop(variant, undefined);
  expect(hop.running()).toBe(true);
  return readdirSync(session.dir).filter((name) => name.endsWith('-node-pipe')).length;
}

it('starts a hop once more, on another port, when another program was quicker to take the one chosen', async () => {
  await using session = await Session.open();
  expect(await startedWith(takenUntil(2), session)).toBe(2);
});

it('and again, but not without end', async () => {
  await using session = await Session.open();
  expect(await startedWith(takenUntil(3), session)).toBe(3);
  await using another = await Session.open();
  const never = startedWith(takenUntil(4), another);
  await expect(never).rejects.toThrow(BenchError);
  await expect(never).rejects.toThrow('was taken by another program meanwhile');
  expect(readdirSync(another.dir).filter((name) => name.endsWith('-node-pipe'))).toHaveLength(3);
});

it('does not start it again for an address of its own that is taken', async () => {
  await using session = await Session.open();
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  const other = createServer().listen(0, '127.0.0.1', resolve);
  await listening;
  const { port } = other.address() as { port: number };
  const started = startedWith(`import { createServer } from 'node:http'; createServer().listen(${port})`, session);
  await expect(started).rejects.toThrow('listens on an address of its own');
  expect(readdirSync(session.dir).filter((name) => name.endsWith('-node-pipe'))).toHaveLength(1);
  other.close();
});
