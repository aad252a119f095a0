/** The body of a stream's request, as the origin reads it: what came when. */

import type { IncomingMessage } from 'node:http';

import { monotonicMs } from './clock.ts';
import { hasBody } from './http2.ts';
import type { Upload } from './trace.ts';

/** Pieces beyond these are counted and not listed. */
const MOST_PIECES = 10_000;

export class UploadReader {
  #asked = false;
  #bytes = 0;
  #isEnded = false;
  readonly #waiting = new Set<() => void>();
  #end: () => void = () => {};
  /** Resolves when the request's body has ended, or its connection. */
  readonly ended = new Promise<void>((resolve) => (this.#end = resolve));

  /** Reads what `request` brings, without ever holding it up; `undefined` where it brings no body. */
  read(request: IncomingMessage): Upload | undefined {
    this.#asked = true;
    this.#tell();
    if (!hasBody(request)) {
      this.#over();
      return undefined;
    }
    const upload: Upload = { pieces: [], bytes: 0 };
    request.on('data', (piece: Buffer) => {
      if (upload.pieces.length < MOST_PIECES) upload.pieces.push({ at: monotonicMs(), bytes: piece.length });
      upload.bytes += piece.length;
      this.#bytes = upload.bytes;
      this.#tell();
    });
    const ended = (how: 'whole' | 'cut'): void => {
      upload.end ??= { at: monotonicMs(), how };
      this.#over();
    };
    request.on('end', () => ended('whole'));
    request.on('error', () => ended('cut'));
    request.on('close', () => ended('cut'));
    return upload;
  }

  /** Resolves with whether the request had come within this time, and so many bytes of its body, or all of it. */
  async reached(bytes: number | 'end', withinMs: number): Promise<boolean> {
    const isReached = (): boolean => this.#asked && (bytes === 'end' ? this.#isEnded : this.#bytes >= bytes);
    if (isReached()) return true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => void (isReached() && resolve());
    this.#waiting.add(look);
    const timer = setTimeout(resolve, withinMs);
    await promise;
    clearTimeout(timer);
    this.#waiting.delete(look);
    return isReached();
  }

  #over(): void {
    this.#isEnded = true;
    this.#end();
    this.#tell();
  }

  #tell(): void {
    for (const look of this.#waiting) look();
  }
}
