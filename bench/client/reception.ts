/** What a client does with a response, whichever HTTP version brings it: decodes it, waits for its end, knows when to give up. */

import { monotonicMs } from '../../server/clock.ts';
import type { ClientEnd, ClientRequest, ClientTrace, FetchOptions } from './client.ts';
import { decoderFor, type Decoder } from './decoding.ts';
import { header, type BodyFraming, type ResponseHead } from './http1.ts';

export class Reception {
  readonly trace: ClientTrace;
  readonly #options: FetchOptions;
  #decoder: Decoder | undefined;
  /** Decoding is asynchronous; this keeps its results in the order of the reads. */
  #decoded: Promise<void> = Promise.resolve();
  #settle: (end: ClientTrace['end']) => void = () => {};

  constructor(request: ClientRequest, options: FetchOptions) {
    this.#options = options;
    this.trace = { request, connectAt: monotonicMs(), informational: [], reads: [], end: { at: 0, how: 'no-end' } };
  }

  /** Resolves with the trace when the response has ended, the wait is over or the client left, and `close` was called. */
  async ended(close: (end: ClientTrace['end']) => void): Promise<ClientTrace> {
    const { headTimeoutMs, totalTimeoutMs, signal, leave, head: asked } = this.#options;
    const ended = new Promise<ClientTrace['end']>((resolve) => (this.#settle = resolve));
    const headless = (ms: number): unknown =>
      this.trace.head ?? this.finish('no-head', `no response head within ${ms} ms`);
    const head = setTimeout(headless, headTimeoutMs, headTimeoutMs);
    const mayCome =
      asked === undefined
        ? undefined
        : setTimeout(async () => {
            if (this.trace.head === undefined && !(await asked.mayCome())) headless(asked.afterMs);
          }, asked.afterMs);
    const total = setTimeout(
      () => this.finish('no-end', `no end of the response within ${totalTimeoutMs} ms`),
      totalTimeoutMs,
    );
    const aborted = (): void => this.finish('no-end', 'aborted');
    signal?.addEventListener('abort', aborted, { once: true });
    if (signal?.aborted === true) aborted();
    const left = (): void => this.finish('left', leave?.how);
    leave?.signal.addEventListener('abort', left, { once: true });
    this.trace.end = await ended;
    clearTimeout(head);
    clearTimeout(mayCome);
    clearTimeout(total);
    signal?.removeEventListener('abort', aborted);
    leave?.signal.removeEventListener('abort', left);
    close(this.trace.end);
    await this.#decoded;
    return this.trace;
  }

  onInformational(head: ResponseHead): void {
    this.trace.informational.push({ at: monotonicMs(), head });
  }

  onHead(head: ResponseHead, framing: BodyFraming): void {
    // That of its read: a body that came with it is not to seem earlier.
    this.trace.head = { ...head, at: this.trace.reads.at(-1)?.at ?? monotonicMs(), framing };
    const coding = header(head, 'content-encoding');
    if (coding === undefined) return;
    try {
      this.#decoder = decoderFor(coding);
    } catch (error) {
      this.finish('undecodable', (error as Error).message);
    }
  }

  /** @param body of that read, not decoded. */
  onBody(body: Buffer, at: number, read: number): void {
    const entry = this.trace.reads[read];
    if (entry !== undefined) entry.bodyBytes = body.length;
    const decoder = this.#decoder;
    if (decoder === undefined) return this.#options.onBody(body, at, read);
    this.#decoded = this.#decoded
      .then(async () => this.#options.onBody(await decoder.decode(body), at, read))
      .catch((error: Error) => this.finish('malformed', `content-encoding: ${error.message}`));
  }

  onTrailers(trailers: [string, string][]): void {
    if (trailers.length > 0) this.trace.trailers = trailers;
  }

  /** A whole response must hold the end of its coding too; one that was cut is not asked for it. */
  finishDecoded(how: ClientEnd, detail: string | undefined, at: number): void {
    const isWhole = how === 'complete' || how === 'closed';
    void this.#decoded
      .then(() => (isWhole ? this.#decoder?.finish() : undefined))
      .catch((error: Error) => this.finish('malformed', `content-encoding: ${error.message}`))
      .then(() => this.finish(how, detail, at));
  }

  /** The first to call decides. */
  finish(how: ClientEnd, detail?: string, at = monotonicMs()): void {
    this.#settle(detail === undefined || how === 'complete' ? { at, how } : { at, how, detail });
  }
}
