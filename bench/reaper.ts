/**
 * Removes what a session left, once the session's end of the pipe closes. Started by session.ts as
 * `node reaper.ts SESSION DIR`; reads `process PID`, `folder PATH` and `docker` on stdin.
 */

import { readdir, readlink, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';

const [, , session = '', dir = ''] = process.argv;
const groups: number[] = [];
const folders = [dir];
let docker = false;

process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('SIGHUP', () => {});

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** Working folder of a process on Linux; elsewhere and for what has ended, nothing. */
async function workingFolder(pid: string): Promise<string> {
  return readlink(`/proc/${pid}/cwd`).catch(() => '');
}

/** A process group's number may have been given anew: only what still works in the session's folder is ours. */
async function killProcesses(): Promise<void> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  if (pids.length === 0) return groups.forEach((group) => killQuietly(-group));
  for (const pid of pids) {
    const folder = await workingFolder(pid);
    if (folder === dir || folder.startsWith(`${dir}/`)) killQuietly(Number(pid));
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const space = line.indexOf(' ');
  const [word, value] = space === -1 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)];
  if (word === 'process') groups.push(Number(value));
  if (word === 'folder') folders.push(value);
  if (word === 'docker') docker = true;
}

await killProcesses();
if (docker) {
  const { removeSession } = await import('./drivers/docker-session.ts');
  await removeSession(session);
}
for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
