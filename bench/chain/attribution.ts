/** Which hop of a chain did it: the same figures as of a whole path, hop by hop. Pure, from the kept evidence. */

import { milliseconds } from '../verdict/because.ts';
import { inconclusive, type Delivery } from '../verdict/delivery.ts';
import { isInDoubt } from '../verdict/doubt.ts';
import type { Evidence } from '../evidence.ts';
import type { Floor } from '../floor.ts';
import { sizeOf } from '../metrics.ts';
import type { Trace } from '../trace.ts';
import { judgeTrace } from '../verdict/trace-verdict.ts';
import { judge } from '../verdict/verdict.ts';
import type { Alone } from './chain.ts';
import { hopTrace, rawHopTrace } from './hop-trace.ts';
import { NOTHING_CAME, whyUnseen } from './unseen.ts';

/** `unseen`: this hop could not be judged by itself. */
export type HopDelivery = Delivery | { verdict: 'unseen'; reason: string };

function allHops(traces: readonly Trace[], hop: number, floor: Floor): Trace[] {
  return traces.map((trace) => hopTrace(trace, hop, floor)).filter((trace) => trace !== undefined);
}

/** Behind a hop that lets all go at once: of so few pieces one busy moment can hold them all. */
const FEWEST_PIECES = 5;

/** Words that came to the hop. */
function cameTo(trace: Trace | undefined, hop: number): number {
  const far = trace?.points?.[hop - 1];
  return far?.sight === 'stream' ? far.arrivals.length : 0;
}

interface HeldFrom {
  streamedChunks: number;
  /** When the end was begun. */
  endAt: number;
}

/**
 * Of what it held to the end: bytes that came to it, the beginning of a word too of which another hop kept the rest.
 */
function heldBytes(trace: Trace, hop: number, own: Trace, { streamedChunks, endAt }: HeldFrom): number {
  const far = trace.points?.[hop - 1];
  const reads = far?.sight === 'stream' ? far.received.reads.filter(({ at }) => at < endAt) : [];
  const came = reads.reduce((sum, { bodyBytes, decodedBytes }) => sum + (decodedBytes ?? bodyBytes), 0);
  return came - sizeOf(own.origin.emissions.slice(0, streamedChunks));
}

/** The same evidence as if it were of this hop alone. */
function ofHop({ tries, frozen, reference, earlierReferences }: Evidence, hop: number, floor: Floor): Evidence {
  const own = allHops(tries, hop, floor);
  return {
    tries: own,
    ...(frozen === undefined ? {} : { frozen: allHops(frozen, hop, floor) }),
    ...(reference === undefined ? {} : { reference }),
    // They stand beside the tries one by one.
    ...(earlierReferences === undefined || own.length < tries.length ? {} : { earlierReferences }),
  };
}

/** A hop that needs bytes needs them each time; behind another that holds them a busy moment looks the same once. */
function heldInAll(own: readonly Trace[], delivery: Delivery, floor: Floor): Delivery {
  if (delivery.verdict !== 'coalesces' && delivery.verdict !== 'buffers') return delivery;
  const held = own.filter((trace) => isGuilty(judgeTrace(trace, floor))).length;
  if (held === own.length) return delivery;
  return inconclusive(`it held words in ${held} of ${own.length} tries`, own.length);
}

/** Hop 1 is nearest the client. */
export function judgeHop(evidence: Evidence, hop: number, floor: Floor): HopDelivery {
  const last = evidence.tries.at(-1);
  const unseen = last === undefined ? 'nothing was measured' : whyUnseen(last.points, hop);
  if (unseen !== undefined) return { verdict: 'unseen', reason: unseen };
  const seen = ofHop(evidence, hop, floor);
  const own = seen.tries;
  const { origin } = own.at(-1) as Trace;
  const endAt = origin.end?.at ?? Number.POSITIVE_INFINITY;
  const delivery = heldInAll(own, judge(seen, floor), floor);
  if (delivery.verdict === 'harness-error' && !origin.emissions.some(({ at }) => at < endAt))
    return { verdict: 'unseen', reason: NOTHING_CAME };
  if (delivery.verdict === 'buffers') {
    const { streamedChunks } = delivery;
    const held = heldBytes(last as Trace, hop, own.at(-1) as Trace, { streamedChunks, endAt });
    return { ...delivery, heldBytes: held };
  }
  const isOfHolds = delivery.verdict === 'delays' || delivery.verdict === 'streams';
  if (isOfHolds && origin.emissions.length < FEWEST_PIECES && cameTo(last, hop) > origin.emissions.length)
    return {
      verdict: 'unseen',
      reason: `what came to it came in fewer than ${FEWEST_PIECES} pieces, too few to tell what it would do by itself`,
    };
  return delivery;
}

/** One for each hop, hop 1 first. */
export function judgeHops(evidence: Evidence, floor: Floor): HopDelivery[] {
  const hops = evidence.tries.at(-1)?.points?.length ?? 0;
  const whole = judge(evidence, floor);
  return Array.from({ length: hops }, (_, index) => {
    const delivery = judgeHop(evidence, index + 1, floor);
    // What speaks for the machine, as acknowledgements that are late, is seen of the whole path alone.
    return whole.verdict === 'inconclusive' && delivery.verdict === 'delays' ? whole : delivery;
  });
}

/** Whether the hop did something to the stream that a hop that streams does not do. */
export function isGuilty({ verdict }: HopDelivery): boolean {
  switch (verdict) {
    case 'breaks':
    case 'delays':
    case 'coalesces':
    case 'buffers':
      return true;
    case 'streams':
    case 'unsupported':
    case 'inconclusive':
    case 'harness-error':
    case 'unseen':
      return false;
  }
}

/** In so many tries each of several hops is seen to do it before that is believed: one alone holds up the others. */
const TRIES_OF_SEVERAL = 2;

/** Whether the tries tell what each hop does. */
export function isToldOfHops(evidence: Evidence, floor: Floor): boolean {
  const deliveries = judgeHops(evidence, floor);
  if (deliveries.filter(isGuilty).length > 1 && evidence.tries.length < TRIES_OF_SEVERAL) return false;
  return deliveries.every(
    ({ verdict }, index) =>
      verdict === 'unseen' || (verdict !== 'inconclusive' && !isInDoubt(ofHop(evidence, index + 1, floor), floor)),
  );
}

/** Of a hop that could not be seen in the chain: what it does alone, of the stream as the others made it where that was tried. */
export function hiddenGuilt({ delivery, asItGot }: Alone): Delivery | undefined {
  const last = asItGot?.delivery ?? delivery;
  return isGuilty(last) ? last : undefined;
}

/** Numbers of the hops that clog or break the stream. */
export function guiltyHops(deliveries: readonly HopDelivery[]): number[] {
  return deliveries.flatMap((delivery, index) => (isGuilty(delivery) ? [index + 1] : []));
}

/**
 * For a hop that passes the words: how long it kept the response's head, where it let go of it with the first word only.
 * One that got the two together had nothing to pass on before; a head that came a little late once is the machine's.
 */
export function sayHeadHold(steady: Trace, hop: number, { delayLimitMs }: Floor): string | undefined {
  const own = rawHopTrace(steady, hop);
  const [gotAt, gaveAt, wordAt] = [own?.origin.headAt, own?.client.head?.at, own?.origin.emissions[0]?.at];
  if (gotAt === undefined || gaveAt === undefined || wordAt === undefined) return undefined;
  if (wordAt - gotAt <= 2 * delayLimitMs || wordAt - gaveAt > delayLimitMs) return undefined;
  return `holds the headers for ${milliseconds(gaveAt - gotAt)}, until the body comes out`;
}
