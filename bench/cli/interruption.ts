/** Ctrl-C, SIGTERM, SIGHUP and a run's own time limit, as one abort signal. */

const EXIT_INTERRUPTED = 130;
const EXIT_BENCH_FAILED = 3;

export class Interruption {
  readonly #controller = new AbortController();
  reason: string | undefined;
  exitCode = EXIT_INTERRUPTED;

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        // The second time whoever asks wants out now; the session's reaper removes what is left.
        if (this.reason !== undefined) process.exit(this.exitCode);
        this.#interrupt(`interrupted by ${signal}`, EXIT_INTERRUPTED);
      });
    }
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

  #interrupt(reason: string, exitCode: number): void {
    this.reason ??= reason;
    this.exitCode = exitCode;
    this.#controller.abort(new Error(reason));
  }
}
