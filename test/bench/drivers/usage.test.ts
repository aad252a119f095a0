import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { memoryOf, usageOfProcess } from '../../../bench/drivers/usage.ts';
import { scratch } from '../../e2e/unclog.ts';

const MIB = 1024 * 1024;

it('counts a container’s memory as the engine’s own command does, less the inactive page cache', () => {
  expect(memoryOf({ memory_stats: { usage: 10, stats: { inactive_file: 3 } } })).toBe(7);
  expect(memoryOf({ memory_stats: { usage: 10, stats: { inactive_file: 3, total_inactive_file: 4 } } })).toBe(6);
  expect(memoryOf({ memory_stats: { usage: 10 } })).toBe(10);
  expect(memoryOf({ memory_stats: {} })).toBeUndefined();
  expect(memoryOf({})).toBeUndefined();
});

/** Writes a file of 2 MiB that stays and one of 3 MiB that it deletes while open, and waits for its end. */
const PROGRAM = `
  const { openSync, writeSync, unlinkSync, fsyncSync } = require('node:fs');
  for (const [path, mib] of [['below/kept', 2], ['deleted', 3]]) {
    const file = openSync(path, 'w');
    writeSync(file, Buffer.alloc(mib * ${MIB}, 'x'));
    fsyncSync(file);
  }
  unlinkSync('deleted');
  process.stdout.write('ready');
  setInterval(() => {}, 1000);
`;

it.skipIf(process.platform !== 'linux')(
  'sees a program’s memory, and its files, those deleted while open too',
  async () => {
    await using folder = await scratch();
    await mkdir(join(folder.path, 'below'));
    const child = spawn(process.execPath, ['-e', PROGRAM], { cwd: folder.path, detached: true });
    try {
      await once(child.stdout, 'data');
      const { memoryBytes = 0, diskBytes = 0 } = await usageOfProcess(child.pid ?? 0, folder.path);
      expect(memoryBytes).toBeGreaterThan(10 * MIB);
      expect(diskBytes).toBeGreaterThanOrEqual(5 * MIB);
      expect(diskBytes).toBeLessThan(6 * MIB);
    } finally {
      child.kill('SIGKILL');
    }
    await once(child, 'close');
    expect(await usageOfProcess(child.pid ?? 0, folder.path)).toEqual({});
  },
);
