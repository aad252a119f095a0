/** What a run leaves behind: nothing, if all is well. */

import { readdir, readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const GONE_WITHIN_MS = 20_000;

/** Processes with their working folder in `folder`: all that a run starts. */
async function processesIn(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(
    pids.map(async (pid) => [pid, await readlink(`/proc/${pid}/cwd`).catch(() => '')] as const),
  );
  return folders.filter(([, cwd]) => cwd.startsWith(folder)).map(([pid, cwd]) => `${pid} in ${cwd}`);
}

/** What is left of a run whose temporary folder is `temp` and whose results are in `results`. */
export async function leftovers(temp: string, results: string): Promise<string[]> {
  const unfinished = (await readdir(results).catch(() => [])).filter((name) => name.startsWith('.'));
  return [...(await processesIn(temp)), ...(await readdir(temp)), ...unfinished];
}

/** What is left at last, having been waited for. */
export async function untilNothingIsLeft(temp: string, results: string): Promise<string[]> {
  const until = performance.now() + GONE_WITHIN_MS;
  let left = await leftovers(temp, results);
  while (left.length > 0 && performance.now() < until) {
    await delay(50);
    left = await leftovers(temp, results);
  }
  return left;
}
