/** What a hop uses of the machine: memory and disk of a process with its descendants, or of a container. */

import { existsSync } from 'node:fs';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { ContainerRuntimeClient } from 'testcontainers';

import type { Usage } from './driver.ts';

/** Processes end and files go while they are looked at: what is gone counts nothing. */
async function orNothing<T>(found: Promise<T>, nothing: T): Promise<T> {
  return found.catch(() => nothing);
}

/** A process and those that it started, as far as they are still its own (proc_pid_task(5), `children`). */
async function withDescendants(pid: string): Promise<string[]> {
  const text = await orNothing(readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'), '');
  const children = text.split(' ').filter((word) => word !== '');
  return [pid, ...(await Promise.all(children.map(withDescendants))).flat()];
}

async function residentBytes(pid: string): Promise<number> {
  const status = await orNothing(readFile(`/proc/${pid}/status`, 'utf8'), '');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

/** Bytes on disk by file, so that one that several processes hold open is counted once. */
type Files = Map<string, number>;

async function addFile(path: string, files: Files): Promise<void> {
  const found = await orNothing(stat(path), undefined);
  if (found?.isFile() === true) files.set(`${found.dev}:${found.ino}`, found.blocks * 512);
}

/** Temporary files are often deleted as soon as they are open (nginx does so): only their holder still has them. */
async function addDeleted(pid: string, dir: string, files: Files): Promise<void> {
  const folder = `/proc/${pid}/fd`;
  for (const fd of await orNothing(readdir(folder), [])) {
    const target = await orNothing(readlink(join(folder, fd)), '');
    if (target.startsWith(dir) && target.endsWith(' (deleted)')) await addFile(join(folder, fd), files);
  }
}

async function diskBytes(pids: string[], dir: string): Promise<number> {
  const files: Files = new Map();
  const entries = await orNothing(readdir(dir, { recursive: true }), []);
  await Promise.all(entries.map((entry) => addFile(join(dir, entry), files)));
  await Promise.all(pids.map((pid) => addDeleted(pid, dir, files)));
  return [...files.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** Of a process, its descendants and their working folder. Empty where there is no /proc, or no such process. */
export async function usageOfProcess(pid: number, dir: string): Promise<Usage> {
  if (process.platform !== 'linux' || !existsSync(`/proc/${pid}`)) return {};
  const pids = await withDescendants(String(pid));
  const resident = await Promise.all(pids.map(residentBytes));
  return { memoryBytes: resident.reduce((sum, bytes) => sum + bytes, 0), diskBytes: await diskBytes(pids, dir) };
}

interface Stats {
  memory_stats?: { usage?: number; stats?: { inactive_file?: number; total_inactive_file?: number } };
}

/** As `docker stats` counts: usage less the inactive page cache (`total_` under cgroup v1). */
export function memoryOf({ memory_stats: memory }: Stats): number | undefined {
  if (memory?.usage === undefined) return undefined;
  return memory.usage - (memory.stats?.total_inactive_file ?? memory.stats?.inactive_file ?? 0);
}

/** Empty where the engine does not tell, or the container is gone. */
export async function usageOfContainer(client: ContainerRuntimeClient, id: string): Promise<Usage> {
  const container = client.container.getById(id);
  const [stats, { SizeRw }] = await Promise.all([
    orNothing(container.stats({ stream: false, 'one-shot': true }) as Promise<Stats>, {}),
    // Its types leave out `size`, which the engine's API has (ContainerInspect).
    orNothing(container.inspect({ size: true } as object) as Promise<{ SizeRw?: number }>, {}),
  ]);
  const memoryBytes = memoryOf(stats);
  return {
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(SizeRw === undefined ? {} : { diskBytes: SizeRw }),
  };
}
