import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkJson } from '../../../bench/cli/json-file.ts';
import { UsageError } from '../../../bench/errors.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unclog-json-'));
  await writeFile(join(folder, 'file'), '');
});

afterAll(() => rm(folder, { recursive: true }));

describe('--json', () => {
  it('may be stdout, a new file, or one to be replaced', async () => {
    await checkJson('-');
    await checkJson(join(folder, 'new.json'));
    await checkJson(join(folder, 'file'));
    expect(await readdir(folder)).toEqual(['file']);
  });

  it.each([
    ['', '--json is empty'],
    ['none/new.json', 'there is no folder'],
    ['file/new.json', 'is no folder'],
    ['.', 'is a folder'],
  ])('%j is refused before anything is measured', async (path, message) => {
    const refused = checkJson(path === '' ? path : join(folder, path));
    await expect(refused).rejects.toThrow(UsageError);
    await expect(refused).rejects.toThrow(message);
  });

  it.each([
    ['/proc/new.json', 'cannot be written'],
    ['/dev/null', 'is a device'],
  ])('%s is refused, whoever asks', async (path, message) => {
    await expect(checkJson(path)).rejects.toThrow(message);
  });
});
