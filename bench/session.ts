/**
 * What one run owns on this machine: a temporary folder, the processes with their working folder in
 * it, the containers and networks with its label. A reaper, a process of its own, holds the other
 * end of a pipe: however the bench ends, by Ctrl-C, a crash or SIGKILL, the pipe closes, and
 * the reaper removes what is left.
 */

import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';

import { BenchError } from './errors.ts';
import { ManagedProcess, type SpawnOptions } from './process.ts';
import { ownProgram } from './programs.ts';

const REAPER = ownProgram('bench/reaper');

export class Session implements AsyncDisposable {
  readonly id: string;
  readonly dir: string;
  readonly #reaper: ChildProcessByStdio<Writable, null, null>;
  readonly #processes = new Set<ManagedProcess>();
  #folders = 0;

  private constructor(id: string, dir: string, reaper: ChildProcessByStdio<Writable, null, null>) {
    this.id = id;
    this.dir = dir;
    this.#reaper = reaper;
  }

  static async open(): Promise<Session> {
    const id = randomBytes(6).toString('hex');
    const dir = await mkdtemp(join(tmpdir(), 'unclog-')).catch((error: Error) => {
      throw new BenchError(`no temporary folder can be made: ${error.message}; set TMPDIR to one that can be written`);
    });
    // Workers of a proxy started by root run as another user and must get through.
    await chmod(dir, 0o755);
    const reaper = spawn(process.execPath, [REAPER, id, dir], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    reaper.stdin.on('error', () => {});
    return new Session(id, dir, reaper);
  }

  /** A new empty folder that goes with the session. */
  async folder(name: string): Promise<string> {
    this.#folders += 1;
    const path = join(this.dir, `${this.#folders}-${name.replaceAll(/[^\w.-]/g, '-')}`);
    await mkdir(path);
    return path;
  }

  /** Starts a program that will not outlive the session. Its working folder must be in the session's. */
  async start(program: string, args: readonly string[], options: SpawnOptions): Promise<ManagedProcess> {
    const started = await ManagedProcess.start(program, args, options);
    this.#reaper.stdin.write(`process ${started.pid}\n`);
    this.#processes.add(started);
    void started.exited.then(() => this.#processes.delete(started));
    return started;
  }

  /**
   * A new folder elsewhere, of this name with a suffix, that must not stay behind if the bench does not come to move or
   * remove it: the reaper is told before there is one, or the bench might be killed in between.
   */
  async folderElsewhere(prefix: string): Promise<string> {
    const path = `${prefix}${randomBytes(6).toString('hex')}`;
    this.#reaper.stdin.write(`folder ${path}\n`);
    await mkdir(path, { mode: 0o700 });
    return path;
  }

  /** From now on there may be containers and networks with this session's label. */
  usesDocker(): void {
    this.#reaper.stdin.write('docker\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#processes].map((process) => process[Symbol.asyncDispose]()));
    await rm(this.dir, { recursive: true, force: true });
    const reaped = this.#reaper.exitCode === null ? once(this.#reaper, 'exit') : undefined;
    this.#reaper.stdin.end();
    await reaped;
  }
}
