import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';

import { expect, it } from 'vitest';

import { Session } from '../../../bench/session/session.ts';

/** Pids of this machine's processes that have the text in their command line. */
async function running(text: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return pids.filter((_, index) => lines[index]?.includes(text) === true);
}

it('a program that the kernel refuses to start is told of, and the others stay', async () => {
  await using session = await Session.open();
  const cwd = await session.folder('programs');
  const other = await session.start('sleep', ['60'], { cwd });
  const refused = session.start('echo', ['x'.repeat(3 * 1024 * 1024)], { cwd });
  await expect(refused).rejects.toThrow('E2BIG');
  await expect(session.start('no-such-program', [], { cwd })).rejects.toThrow('cannot start no-such-program');
  expect(other.running).toBe(true);
});

it('a session whose keeper is killed says so, and leaves no process and no folder', async () => {
  const lost = Promise.withResolvers<string>();
  const session = await Session.open({ fail: lost.resolve });
  const cwd = await session.folder('programs');
  const program = await session.start('sleep', ['61.5'], { cwd });
  const [keeper = 0] = await running(`keeper.ts\0${session.id}`);
  process.kill(keeper, 'SIGKILL');
  expect(await lost.promise).toBe('the process that starts the programs ended with signal SIGKILL');
  await expect(session.start('sleep', ['60'], { cwd })).rejects.toThrow(
    'the process that starts the programs has ended',
  );
  await session[Symbol.asyncDispose]();
  expect(existsSync(session.dir)).toBe(false);
  await expect.poll(async () => (await running('sleep\x0061.5')).includes(program.pid)).toBe(false);
});
