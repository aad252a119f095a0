/** Bad input: the message says what was wrong, where, and what is allowed. Exit code 2. */
export class UsageError extends Error {}

/** The bench itself could not do its work: `harness-error`, never blamed on a proxy. Exit code 3. */
export class BenchError extends Error {}

/** A proxy that cannot run here; `bring` is the one command that would bring it. */
export class UnavailableError extends Error {
  readonly bring: string | undefined;

  constructor(message: string, bring?: string) {
    super(message);
    this.bring = bring;
  }
}

/** A proxy that refused its config or died. `log` is its own last words, `command` how it was started. */
export class ProxyError extends Error {
  readonly log: string;
  readonly command: string;
  /** Whether it ended by itself before it was ready: it refuses its config. */
  readonly refused: boolean;
  /** Which of several hops it is. */
  readonly hop: string | undefined;

  constructor(message: string, options: { log: string; command: string; refused: boolean; hop?: string }) {
    super(message);
    this.hop = options.hop;
    this.log = options.log;
    this.command = options.command;
    this.refused = options.refused;
  }
}
