/** What is measured of a lane before it is judged. */

import type { Trace } from './trace.ts';

/** All that one lane's verdict is computed from. */
export interface Evidence {
  /** Lock-step streams in the order measured: more than one only where the first were inconclusive. */
  tries: Trace[];
  /** After a release by bytes was seen: the bytes frozen, ever fewer, and waited for as long again (freeze.ts). */
  frozen?: Trace[];
  /** After a delay was seen: the same stream through the transparent relay, beside the last try. */
  reference?: Trace;
  /** And beside each try before the last but the first, in their order. */
  earlierReferences?: Trace[];
  /** A steady stream; its times are figures beside the verdict, its bytes must be whole. */
  paced?: Trace;
  /** Those before it, which broke as a timeout breaks. */
  earlierPaced?: Trace[];
}

/** Whether the hop took each request and never answered it. */
export function isUnanswered({ tries }: Evidence): boolean {
  return tries.every(({ client }) => client.end.how === 'no-head');
}
