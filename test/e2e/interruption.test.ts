import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { leftovers, untilNothingIsLeft } from './leftovers.ts';
import { scratch, startUnclog, unclog } from './unclog.ts';

const LATEST_MS = 9000;

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

  test('a signal that comes twice, from the process group and from who passes it on, is one', async () => {
    await using folder = await scratch();
    await using temp = await scratch();
    const results = join(folder.path, 'results');
    const run = startUnclog(['run', '--driver', 'native', '--results', results], { TMPDIR: temp.path });
    await once(run.stderr, 'data');
    run.kill('SIGINT');
    await delay(20);
    run.kill('SIGINT');
    const { exitCode, stderr } = await run;
    expect(stderr).toContain('unclog: interrupted by SIGINT; nothing was left running');
    expect(exitCode).toBe(130);
    expect(await leftovers(temp.path, results)).toEqual([]);
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
