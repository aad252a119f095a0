/**
 * What one run owns on this machine: a temporary folder, the processes with their working folder in
 * it, the containers and networks with its label. A keeper, a process of its own, starts the programs: however the bench
 * ends, by Ctrl-C, a crash or SIGKILL, its channel to the keeper closes, and the keeper removes what is left.
 */

import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BenchError } from '../errors.ts';
import { Keeper } from './keeping.ts';
import { ManagedProcess, type SpawnOptions } from './process.ts';

/** Is told of what becomes of a session. */
export interface SessionOwner {
  /** Its keeper has ended before it: a failure of the bench. */
  fail: (reason: string) => void;
  /** What the engine did not let go of at its end, a line each. */
  kept: (what: string[]) => void;
}

export class Session implements AsyncDisposable {
  readonly id: string;
  readonly dir: string;
  readonly #keeper: Keeper;
  readonly #owner: Partial<SessionOwner>;
  readonly #processes = new Set<ManagedProcess>();
  #folders = 0;

  private constructor(id: string, dir: string, owner: Partial<SessionOwner>) {
    this.id = id;
    this.dir = dir;
    this.#owner = owner;
    this.#keeper = new Keeper(id, dir, (reason) => owner.fail?.(reason));
  }

  /** @param owner where none is told of a lost keeper, what asks for the next program fails. */
  static async open(owner: Partial<SessionOwner> = {}): Promise<Session> {
    const id = randomBytes(6).toString('hex');
    const dir = await mkdtemp(join(tmpdir(), 'unclog-')).catch((error: Error) => {
      throw new BenchError(`no temporary folder can be made: ${error.message}; set TMPDIR to one that can be written`);
    });
    // Workers of a proxy started by root run as another user and must get through.
    await chmod(dir, 0o755);
    return new Session(id, dir, owner);
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
    const started = await ManagedProcess.start(this.#keeper, program, args, options);
    this.#processes.add(started);
    void started.exited.then(() => this.#processes.delete(started));
    return started;
  }

  /**
   * A new folder elsewhere, of this name with a suffix, that must not stay behind if the bench does not come to move or
   * remove it: the keeper is told before there is one, or the bench might be killed in between.
   */
  async folderElsewhere(prefix: string): Promise<string> {
    const path = `${prefix}${randomBytes(6).toString('hex')}`;
    this.#keeper.removeFolder(path);
    await mkdir(path, { mode: 0o700 });
    return path;
  }

  /** From now on there may be containers and networks with this session's label. */
  usesDocker(): void {
    this.#keeper.removeContainers();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#processes].map((process) => process[Symbol.asyncDispose]()));
    await rm(this.dir, { recursive: true, force: true });
    const kept = await this.#keeper.close();
    if (kept.length > 0) this.#owner.kept?.(kept);
  }
}
