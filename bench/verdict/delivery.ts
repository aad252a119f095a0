/** What can be found of how a stream is delivered. */

import type { AppliedCoding } from '../../server/workload.ts';
import type { Breakage } from './integrity.ts';
import type { Quantiles } from '../metrics.ts';

export type Delivery =
  | ({ verdict: 'breaks' } & Breakage)
  | { verdict: 'streams'; hold: Quantiles }
  /** `share` of the words that were held; `words` where the same few were, each time. */
  | { verdict: 'delays'; hold: Quantiles; floor: Quantiles; share: number; words?: number[] }
  | {
      verdict: 'coalesces';
      streamedChunks: number;
      heldBytes: { over: number; upTo: number };
      releasedBytes: number;
      waitedMs: number;
      codedBy?: AppliedCoding;
    }
  | {
      verdict: 'buffers';
      streamedChunks: number;
      head: boolean;
      heldBytes: number;
      waitedMs: number;
      /** The origin's own coding: bytes are those before it, and fewer came to the hop. */
      codedBy?: AppliedCoding;
    }
  /** The path does not offer what the lane asks for. */
  | { verdict: 'unsupported'; reason: string }
  | { verdict: 'inconclusive'; reason: string; tries: number }
  | { verdict: 'harness-error'; reason: string };

export type Verdict = Delivery['verdict'];

/** Of these the holds decide, which a busy machine changes; no other is taken back by another try. */
export const TOLD_BY_HOLDS: ReadonlySet<string> = new Set(['streams', 'delays', 'inconclusive']);

/** Of one try. */
export function inconclusive(reason: string, tries = 1): Delivery {
  return { verdict: 'inconclusive', reason, tries };
}

/** What was held until more was written, where that is the verdict. */
export function heldBytesOf(delivery: Delivery): { over: number; upTo: number } | undefined {
  return delivery.verdict === 'coalesces' ? delivery.heldBytes : undefined;
}
