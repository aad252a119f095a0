/** A program that runs beside the bench: its last words are kept, its whole group is ended. */

import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';

import { BenchError } from '../errors.ts';
import type { Keeper } from './keeping.ts';
import { shellWord } from '../shell-word.ts';

const KEPT_LOG_LINES = 200;
/**
 * How long a program may take to end when asked to; then its group is killed. Short: some proxies
 * wait for open streams, without end, and what a session started holds nothing worth the wait.
 */
const GRACE_MS = 300;

export interface SpawnOptions {
  cwd: string;
  env?: Record<string, string | undefined>;
}

/** What becomes of it, as its keeper tells. */
interface Followed {
  firstLine: PromiseWithResolvers<string>;
  log: string[];
  ended: PromiseWithResolvers<string>;
}

/** The keeper tells of an end a moment after the process's sockets have closed; the kernel knows it by then. */
function hasEnded(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    // `PID (NAME) STATE …`, where Z is a zombie, X dead (proc_pid_stat(5)).
    return /\) [ZX] [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    // A process that is gone has no such file; what else forbids reading it tells nothing of its end.
    return ['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

export class ManagedProcess implements AsyncDisposable {
  readonly pid: number;
  /** As a person would type it. */
  readonly command: string;
  /** Resolves when the program has ended, with how. */
  readonly exited: Promise<string>;
  #running = true;
  readonly #log: string[];
  readonly #firstLine: Promise<string>;

  private constructor(pid: number, command: string, { firstLine, log, ended }: Followed) {
    this.pid = pid;
    this.command = command;
    this.#firstLine = firstLine.promise;
    this.#log = log;
    this.exited = ended.promise.then((how) => {
      this.#running = false;
      return how;
    });
  }

  /** @throws BenchError when the program cannot be started at all. */
  static async start(
    keeper: Keeper,
    program: string,
    args: readonly string[],
    { cwd, env }: SpawnOptions,
  ): Promise<ManagedProcess> {
    const command = [program, ...args].map(shellWord).join(' ');
    const started = Promise.withResolvers<number>();
    const followed: Followed = { firstLine: Promise.withResolvers(), log: [], ended: Promise.withResolvers() };
    const { firstLine, log, ended } = followed;
    keeper.start(
      // What a proxy spills to the temporary folder goes with its own, and is counted there.
      { program, args, cwd, env: { TMPDIR: cwd, ...env } },
      {
        started: started.resolve,
        notStarted: (reason) => started.reject(new BenchError(`cannot start ${command}: ${reason}`)),
        line(from, line) {
          if (from === 'stdout') firstLine.resolve(line);
          log.push(line);
          if (log.length > KEPT_LOG_LINES) log.shift();
        },
        ended: ended.resolve,
      },
    );
    return new ManagedProcess(await started.promise, command, followed);
  }

  get running(): boolean {
    return this.#running && !hasEnded(this.pid);
  }

  /** Its last lines on stdout and stderr. */
  log(lines = KEPT_LOG_LINES): string {
    return stripVTControlCharacters(this.#log.slice(-lines).join('\n'));
  }

  /** The first line on stdout, by which our own programs say that they are ready. @throws BenchError when it ends before. */
  async ready(timeoutMs: number): Promise<string> {
    const timeout = new AbortController();
    const late = delay(timeoutMs, undefined, { signal: timeout.signal }).then(
      () => `was not ready within ${timeoutMs} ms`,
      () => '',
    );
    const failure = Promise.race([this.exited.then((how) => `ended with ${how}`), late]);
    const outcome = await Promise.race([
      this.#firstLine.then((line) => ({ line })),
      failure.then((reason) => ({ reason })),
    ]);
    timeout.abort();
    if ('line' in outcome) return outcome.line;
    throw new BenchError(`${this.command} ${outcome.reason}\n${this.log(20)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal('SIGTERM');
    const stop = new AbortController();
    const late = delay(GRACE_MS, true, { signal: stop.signal }).catch(() => false);
    if (await Promise.race([this.exited.then(() => false), late])) this.#signal('SIGKILL');
    await this.exited;
    stop.abort();
    // Workers may outlive their master.
    this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
