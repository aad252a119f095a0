/** Progress on stderr: one line that is rewritten on a terminal, one line per step elsewhere. */

import { monotonicMs } from '../../server/clock.ts';
import { isUntried } from '../report/matrix.ts';
import { nameOf } from '../results.ts';
import type { ConformanceEvent } from '../conformance/run.ts';
import type { Estimate } from '../run/depth.ts';
import type { RunEvent } from '../run/run.ts';

const CLEAR_LINE = '\r\x1b[2K';

/** Between two signs of life of a run that waits for minutes: where a line is rewritten, and where each is a new one. */
const REWRITTEN_MS = 1000;
const NEW_LINE_MS = 30_000;

/** `45 s`, `2 min 5 s` */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function sayRest(elapsedMs: number, { ms, secondRoundMs }: Estimate): string {
  const left = ms - elapsedMs;
  if (left > 0) return `about ${duration(left)} left`;
  if (left + secondRoundMs > 0) return `a second round may take another ${duration(left + secondRoundMs)}`;
  return `estimated were ${duration(ms + secondRoundMs)}`;
}

/** Pure: how long it has taken, and what is left of the estimate. */
export function sayTimes(elapsedMs: number, estimated: Estimate): string {
  return `${duration(elapsedMs)} gone, ${sayRest(elapsedMs, estimated)}`;
}

export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #total: number;
  readonly #noun: string;
  readonly #measuring = new Set<string>();
  /** By the reason, who was said to be skipped for it. */
  readonly #skipped = new Map<string, string[]>();
  readonly #startedAt = monotonicMs();
  #done = 0;
  #estimated: Estimate | undefined;
  #life: NodeJS.Timeout | undefined;

  /** @param noun what is counted */
  constructor(stream: NodeJS.WriteStream, total: number, noun = 'lane') {
    this.#stream = stream;
    this.#total = total;
    this.#noun = noun;
  }

  /** Says how long it will take, and from now on how long it has taken and what is left. */
  estimate(estimated: Estimate): void {
    const { ms, secondRoundMs } = estimated;
    const more = secondRoundMs === 0 ? '' : `, and up to ${duration(secondRoundMs)} more where a doubt is left`;
    this.#line(`about ${duration(ms)} for ${this.#total} ${this.#noun}${this.#total === 1 ? '' : 's'}${more}`);
    this.#estimated = estimated;
    const { isTTY } = this.#stream;
    const show = isTTY ? () => this.#status(this.#count()) : () => this.#line(this.#count());
    this.#life = setInterval(show, isTTY ? REWRITTEN_MS : NEW_LINE_MS).unref();
  }

  on(event: RunEvent | ConformanceEvent): void {
    switch (event.type) {
      case 'providing':
        return this.#status(`looking for ${event.proxy.name}, bringing it if it is missing`);
      case 'bringing':
        return this.#line(`bringing ${event.what}`);
      case 'provided':
        return this.#line(
          `${event.proxy.name} ${event.runnable.version} (${event.runnable.driver}: ${event.runnable.source})`,
        );
      case 'unavailable':
        return this.#skip([event.proxy.name, event.version].filter(Boolean).join(' '), event.reason);
      case 'twins': {
        const [first, ...others] = event.asked.map(
          (version) => `${event.proxy.id}${version === undefined ? '' : `@${version}`}`,
        );
        return this.#line(
          `${others.join(' and ')} ${others.length === 1 ? 'is' : 'are'} ${event.runnable.version} as ${first} is, which is judged once`,
        );
      }
      case 'proving':
        return this.#status(`proving the instrument (${event.driver})`);
      case 'proven': {
        const { driver, sound, floor, unsound, withheld } = event.instrument;
        const without = withheld.map(({ what }) => what).join(', ');
        return this.#line(
          sound
            ? `instrument proven (${driver}), floor ${floor.hold.p50Ms.toFixed(2)} ms${without === '' ? '' : `, but NOT for ${without}, withheld in this run`}`
            : `the instrument is NOT sound (${driver}): ${unsound}`,
        );
      }
      case 'measuring':
        this.#measuring.add(event.lane);
        return this.#status(this.#count());
      case 'lane':
        this.#done = event.done;
        this.#measuring.delete(nameOf(event.result));
        if (this.#stream.isTTY) return this.#status(this.#count());
        if (isUntried(event.result) && this.#skipped.has(event.result.because)) return;
        return this.#line(
          `${event.done}/${event.of} ${nameOf(event.result)}: ${event.result.verdict}${this.#times('; ')}`,
        );
      case 'subject': {
        const { result } = event;
        this.#done = event.done;
        this.#measuring.delete(nameOf(result));
        if (this.#stream.isTTY) return this.#status(this.#count());
        if (result.without !== undefined && this.#skipped.has(result.without.because)) return;
        return this.#line(`${event.done}/${event.of} ${nameOf(result)}: ${result.without?.verdict ?? 'asked'}`);
      }
    }
  }

  /** @param isCut whether it was ended before its time: what was done by then is lost */
  end(isCut = false): void {
    clearInterval(this.#life);
    if (this.#stream.isTTY) this.#stream.write(CLEAR_LINE);
    if (isCut && this.#done > 0)
      this.#line(
        `${this.#done} of ${this.#total} ${this.#noun}s were done; of a run that does not end nothing is kept`,
      );
  }

  #count(): string {
    const measuring = this.#measuring.size === 0 ? '' : `; measuring ${[...this.#measuring].join(', ')}`;
    return `${this.#done}/${this.#total} ${this.#noun}s${this.#times(', ')}${measuring}`;
  }

  /** Nothing where no estimate was said. */
  #times(before: string): string {
    if (this.#estimated === undefined) return '';
    return before + sayTimes(monotonicMs() - this.#startedAt, this.#estimated);
  }

  /** A proxy may be looked for several times, once for each program that its variants need. */
  #skip(who: string, reason: string): void {
    const known = this.#skipped.get(reason);
    if (known?.includes(who) === true) return;
    this.#skipped.set(reason, [...(known ?? []), who]);
    this.#line(`${who} is skipped: ${known === undefined ? reason : `as ${known[0]} is`}`);
  }

  #line(text: string): void {
    this.#stream.write(`${this.#stream.isTTY ? CLEAR_LINE : ''}${text}\n`);
  }

  #status(text: string): void {
    if (!this.#stream.isTTY) return;
    const width = this.#stream.columns - 1;
    this.#stream.write(CLEAR_LINE + (text.length > width ? `${text.slice(0, width - 1)}…` : text));
  }
}
