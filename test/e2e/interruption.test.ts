import { readdir, readlink } from 'node:fs/promises';
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { scratch, startUnclog, unclog } from './unclog.ts';

const GONE_WITHIN_MS = 20_000;
const LATEST_MS = 9000;

/** Processes with their working folder in `folder`: all that a run starts. */
async function processesIn(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(
    pids.map(async (pid) => [pid, await readlink(`/proc/${pid}/cwd`).catch(() => '')] as const),
  );
  return folders.filter(([, cwd]) => cwd.startsWith(folder)).map(([pid, cwd]) => `${pid} in ${cwd}`);
}

/** What is left of a run whose temporary folder is `temp` and whose results are in `results`. */
async function leftovers(temp: string, results: string): Promise<string[]> {
  const unfinished = (await readdir(results).catch(() => [])).filter((name) => name.startsWith('.'));
  return [...(await processesIn(temp)), ...(await readdir(temp)), ...unfinished];
}

async function untilNothingIsLeft(temp: string, results: string): Promise<string[]> {
  const until = performance.now() + GONE_WITHIN_MS;
  let left = await leftovers(temp, results);
  while (left.length > 0 && performance.now() < until) {
    await delay(50);
    left = await leftovers(temp, results);
  }
  return left;
}

describe.skipIf(process.platform !== 'linux')('a run that is ended at a random moment leaves nothing behind', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL', 'SIGINT', 'SIGKILL'] as const)('%s', async (signal) => {
    await using folder = await scratch();
    const results = join(folder.path, 'results');
    await using temp = await scratch();
    const run = startUnclog(['run', '--driver', 'native', '--results', results], { TMPDIR: temp.path });
    const afterMs = randomInt(LATEST_MS);
    await Promise.race([delay(afterMs), run]);
    run.kill(signal);
    const { exitCode, stderr } = await run;

    const left = await untilNothingIsLeft(temp.path, results);
    expect(left, `after ${afterMs} ms: ${stderr}`).toEqual([]);
    // Before its first line of code has run, a signal ends Node itself.
    const told = stderr.includes('unclog:');
    expect([exitCode, told]).toEqual(told ? [130, signal !== 'SIGKILL'] : [undefined, false]);
    expect(stderr.includes(`unclog: interrupted by ${signal}; nothing was left running`)).toBe(told);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('its own --timeout, as a failure of the bench', async () => {
    await using folder = await scratch();
    await using temp = await scratch();
    const results = join(folder.path, 'results');
    const { exitCode, stderr } = await unclog(['run', '--driver', 'native', '--timeout', '2.5', '--results', results], {
      TMPDIR: temp.path,
    });
    expect(stderr).toContain('unclog: not done within --timeout 2.5 s; nothing was left running');
    expect(exitCode).toBe(3);
    expect(await leftovers(temp.path, results)).toEqual([]);
  });
});
