/** What each hop of a chain had taken of a stream and not given on, at one moment. Pure. */

import type { Filling } from './filling.ts';

/** Bytes. */
interface Kept {
  /** Came to it and did not go on, what the kernel held on its two connections included. */
  acceptedBytes: number;
  /** Without that; absent where that does not show. */
  absorbedBytes?: number;
}

/** What is known best. */
export function mostOf({ acceptedBytes, absorbedBytes }: Kept): number {
  return absorbedBytes ?? acceptedBytes;
}

/**
 * The difference of what had passed the taps behind hop `hop` (1 is nearest the client) and before it, less what the kernel
 * held on its two connections, where that shows; a client that does not read has had nothing.
 */
export function keptBy({ flows = [], queues = [] }: Pick<Filling, 'flows' | 'queues'>, hop: number): Kept {
  const [before, behind] = [flows[hop - 2], flows[hop - 1]];
  const acceptedBytes = (behind?.receivedBytes ?? 0) - (behind?.waitingBytes ?? 0) - (before?.receivedBytes ?? 0);
  // The client's connection stands first, then each tap's downstream and upstream one.
  const [sent, got] = [queues[2 * hop - 2] ?? null, queues[2 * hop - 1] ?? null];
  return {
    acceptedBytes,
    ...(sent === null || got === null ? {} : { absorbedBytes: Math.max(0, acceptedBytes - sent - got) }),
  };
}
