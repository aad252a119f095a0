/**
 * Starts a session's programs, and removes what the session left when it is told to, or once the session's end of the
 * channel closes. Started by keeping.ts as `node keeper.ts SESSION DIR`.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { readdir, readlink, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import type { FromKeeper, Program, StartOrder, ToKeeper } from './keeping.ts';

const [, , session = '', dir = ''] = process.argv;
const groups: number[] = [];
const folders = [dir];
let docker = false;
const end = Promise.withResolvers<void>();

process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('SIGHUP', () => {});

/** To a bench that is gone there is nothing to tell. */
function tell(message: FromKeeper): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

function follow(key: number, child: ChildProcess): void {
  for (const from of ['stdout', 'stderr'] as const) {
    const input = child[from];
    if (input !== null) createInterface({ input }).on('line', (line) => tell({ key, told: 'line', from, line }));
  }
  child.on('close', (code, signal) => {
    tell({ key, told: 'ended', how: signal === null ? `exit code ${code}` : `signal ${signal}` });
  });
}

async function start({ key, ...program }: StartOrder): Promise<void> {
  const child = spawned(program);
  if (child instanceof Error) return tell({ key, told: 'not-started', reason: child.message });
  if (child.pid === undefined) {
    const [error] = (await once(child, 'error')) as [Error];
    return tell({ key, told: 'not-started', reason: error.message });
  }
  groups.push(child.pid);
  tell({ key, told: 'started', pid: child.pid });
  follow(key, child);
}

/** What the kernel refuses is thrown or told by an event, as the case may be. */
function spawned({ program, args, cwd, env }: Program): ChildProcess | Error {
  // A group of its own: workers that the program forks are ended with it, and Ctrl-C reaches only the bench.
  const options = { cwd, env: { ...process.env, ...env }, detached: true };
  try {
    return spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    return error as Error;
  }
}

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

process.on('message', (order: ToKeeper) => {
  switch (order.order) {
    case 'start':
      return void start(order);
    case 'remove-folder':
      return void folders.push(order.path);
    case 'remove-containers':
      docker = true;
      return;
    case 'close':
      return end.resolve();
  }
});
process.on('disconnect', end.resolve);
await end.promise;

await killProcesses();
if (docker) {
  const { removeSession } = await import('../drivers/docker-session.ts');
  tell({ told: 'kept', kept: await removeSession(session) });
}
for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
if (process.connected) process.disconnect();
