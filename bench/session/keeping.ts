/**
 * The bench's end of its keeper, a process that starts programs and outlives the bench. To start a program the kernel
 * copies the tables of its parent's memory: of the bench's some hundred megabytes that takes tens of milliseconds, in which no
 * word of any stream would be read.
 */

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { BenchError } from '../errors.ts';
import { ownProgram } from '../programs.ts';

/** What is to be started, and how. */
export interface Program {
  program: string;
  args: readonly string[];
  cwd: string;
  /** Besides the bench's own; `undefined` takes one of those away. */
  env: Record<string, string | undefined>;
}

export interface StartOrder extends Program {
  order: 'start';
  /** By which the keeper speaks of the program. */
  key: number;
}

/** What is to be removed when the session ends, besides its folder and processes. */
type Removal = { order: 'remove-folder'; path: string } | { order: 'remove-containers' };

export type ToKeeper = StartOrder | Removal | { order: 'close' };

/** Of one of the programs. */
type OfProgram = { key: number } & (
  | { told: 'started'; pid: number }
  | { told: 'not-started'; reason: string }
  | { told: 'line'; from: 'stdout' | 'stderr'; line: string }
  | { told: 'ended'; how: string }
);

export type FromKeeper = OfProgram | { told: 'kept'; kept: string[] };

/** Is told what becomes of a program. */
export interface Follower {
  started: (pid: number) => void;
  notStarted: (reason: string) => void;
  line: (from: 'stdout' | 'stderr', line: string) => void;
  ended: (how: string) => void;
}

export class Keeper {
  readonly #session: string;
  readonly #dir: string;
  readonly #process: ChildProcess;
  readonly #followers = new Map<number, Follower>();
  readonly #removals: Removal[] = [];
  #keys = 0;
  #isLost = false;
  #isClosing = false;

  /** @param onLost when it ends before it is closed: of what becomes of the programs nothing is known from then on. */
  constructor(session: string, dir: string, onLost: (reason: string) => void) {
    this.#session = session;
    this.#dir = dir;
    this.#process = this.#fork();
    this.#process.on('message', (message) => this.#hear(message as FromKeeper));
    this.#process.on('exit', (code, signal) => {
      if (this.#isClosing) return;
      this.#isLost = true;
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      onLost(`the process that starts the programs ended with ${how}`);
      for (const { notStarted, ended } of this.#followers.values()) {
        notStarted('the process that starts the programs ended');
        ended('the end of the process that started it');
      }
    });
  }

  start(program: Program, follower: Follower): void {
    this.#keys += 1;
    this.#followers.set(this.#keys, follower);
    this.#order({ order: 'start', key: this.#keys, ...program });
  }

  /** When the session ends. */
  removeFolder(path: string): void {
    this.#remove({ order: 'remove-folder', path });
  }

  /** And networks with the session's label, when it ends. */
  removeContainers(): void {
    this.#remove({ order: 'remove-containers' });
  }

  /** Resolves when all that the session left is removed, with what the engine did not let go of. */
  async close(): Promise<string[]> {
    this.#isClosing = true;
    // Of one that is lost another does what it would have done.
    const last = this.#isLost ? this.#fork() : this.#process;
    if (this.#isLost) for (const order of this.#removals) last.send(order);
    const kept: string[] = [];
    last.on('message', (message: FromKeeper) => {
      if (message.told === 'kept') kept.push(...message.kept);
    });
    const ended = once(last, 'exit');
    last.send({ order: 'close' } satisfies ToKeeper, () => {});
    await ended;
    return kept;
  }

  #fork(): ChildProcess {
    const forked = fork(ownProgram('bench/session/keeper'), [this.#session, this.#dir], {
      detached: true,
      execArgv: [],
      // JSON knows no undefined.
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    return forked.on('error', () => {});
  }

  #remove(order: Removal): void {
    this.#removals.push(order);
    this.#order(order);
  }

  #order(order: ToKeeper): void {
    if (this.#isLost) throw new BenchError('the process that starts the programs has ended');
    this.#process.send(order, () => {});
  }

  #hear(message: FromKeeper): void {
    if (message.told === 'kept') return;
    const { key } = message;
    const follower = this.#followers.get(key);
    switch (message.told) {
      case 'started':
        return follower?.started(message.pid);
      case 'line':
        return follower?.line(message.from, message.line);
      case 'not-started':
        this.#followers.delete(key);
        return follower?.notStarted(message.reason);
      case 'ended':
        this.#followers.delete(key);
        return follower?.ended(message.how);
    }
  }
}
