/** Ctrl-C, SIGTERM, SIGHUP and a run's own time limit, as one abort signal. */

import { monotonicMs } from '../../server/clock.ts';

const EXIT_INTERRUPTED = 130;
const EXIT_BENCH_FAILED = 3;

/** npm and bin/unclog.js pass on what the whole process group has had already: within this long it is the same one. */
const SAME_SIGNAL_MS = 300;

export class Interruption {
  readonly #controller = new AbortController();
  reason: string | undefined;
  exitCode = EXIT_INTERRUPTED;
  leftNothing = true;
  #firstSignalMs: number | undefined;

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.#on(signal));
    // Run by bin/unclog.js on an older Node: that process is gone.
    process.on('disconnect', () => this.#interrupt('interrupted: its parent process ended', EXIT_INTERRUPTED));
    process.channel?.unref();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the run after `seconds` as a failure of the bench. */
  after(seconds: number): void {
    setTimeout(
      () => this.#interrupt(`not done within --timeout ${seconds} s`, EXIT_BENCH_FAILED),
      seconds * 1000,
    ).unref();
  }

  /** A container or network that stays is not to be said to be gone. */
  readonly kept = (what: string[]): void => {
    this.leftNothing = false;
    for (const line of what) process.stderr.write(`unclog: the Docker engine did not let go of ${line}\n`);
  };

  /** Ends the run as a failure of the bench. */
  readonly fail = (reason: string): void => this.#interrupt(reason, EXIT_BENCH_FAILED);

  #on(signal: NodeJS.Signals): void {
    const nowMs = monotonicMs();
    this.#firstSignalMs ??= nowMs;
    if (this.reason === undefined) return this.#interrupt(`interrupted by ${signal}`, EXIT_INTERRUPTED);
    if (nowMs !== this.#firstSignalMs && nowMs - this.#firstSignalMs < SAME_SIGNAL_MS) return;
    // The second time whoever asks wants out now; the session's keeper removes what is left.
    process.stderr.write(`unclog: ${this.reason}, and then ${signal}: not waited for; what is left is being removed\n`);
    process.exit(this.exitCode);
  }

  #interrupt(reason: string, exitCode: number): void {
    this.reason ??= reason;
    this.exitCode = exitCode;
    this.#controller.abort(new Error(reason));
  }
}
