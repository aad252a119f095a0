/** Which hop of a chain did it: the same figures as of a whole path, hop by hop. Pure, from the kept evidence. */

import { milliseconds } from '../because.ts';
import { figures as abortFigures, type AbortFigures, type Departure } from '../measures/abort-figures.ts';
import { truncationMeasure, type TruncationFigures } from '../measures/truncation.ts';
import type { Trace } from '../trace.ts';
import { judge, type Delivery, type Evidence, type Floor } from '../verdict.ts';
import { hopTrace, rawHopTrace } from './hop-trace.ts';

/** `unseen`: this hop could not be judged by itself. */
export type HopDelivery = Delivery | { verdict: 'unseen'; reason: string };

/** Why a hop of this stream can not be judged by itself; `undefined` when it can. */
function whyUnseen(trace: Trace, hop: number): string | undefined {
  const near = hop === 1 ? undefined : trace.points?.[hop - 2];
  const far = trace.points?.[hop - 1];
  for (const point of [near, far]) {
    if (point === undefined) continue;
    const link = point.between.join(' → ');
    switch (point.sight) {
      case 'stream':
        continue;
      case 'opaque':
        return `the link ${link} speaks ${point.protocol}: its bytes are timed, and no words can be told among them`;
      case 'nothing':
        return `the request never came to the link ${link}`;
      case 'over-bound':
        return `more than ${point.boundBytes.toLocaleString('en')} bytes passed the link ${link}, the most that a tap records`;
    }
  }
  return undefined;
}

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

/** Hop 1 is nearest the client. */
export function judgeHop({ tries, frozen, reference }: Evidence, hop: number, floor: Floor): HopDelivery {
  const last = tries.at(-1);
  const unseen = last === undefined ? 'nothing was measured' : whyUnseen(last, hop);
  if (unseen !== undefined) return { verdict: 'unseen', reason: unseen };
  const own = allHops(tries, hop, floor);
  const { origin } = own.at(-1) as Trace;
  const endAt = origin.end?.at ?? Number.POSITIVE_INFINITY;
  const delivery = judge(
    {
      tries: own,
      ...(frozen === undefined ? {} : { frozen: allHops(frozen, hop, floor) }),
      ...(reference === undefined ? {} : { reference }),
    },
    floor,
  );
  if (delivery.verdict === 'harness-error' && !origin.emissions.some(({ at }) => at < endAt))
    return { verdict: 'unseen', reason: 'nothing came to it before the end of the response' };
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
  return Array.from({ length: hops }, (_, index) => judgeHop(evidence, index + 1, floor));
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

/** Numbers of the hops that clog or break the stream. */
export function guiltyHops(deliveries: readonly HopDelivery[]): number[] {
  return deliveries.flatMap((delivery, index) => (isGuilty(delivery) ? [index + 1] : []));
}

/** When hop `hop` told its upstream that its own downstream had left; nothing where it was never told so itself. */
export function abortOfHop(departures: readonly Departure[], hop: number): AbortFigures {
  return abortFigures({
    departures: departures.flatMap((departure) => {
      const trace = rawHopTrace(departure.trace, hop);
      return trace === undefined ? [] : [{ ...departure, trace }];
    }),
  });
}

/** What hop `hop` made of the death of its upstream; nothing where it was never told of it itself. */
export function truncationOfHop(traces: readonly Trace[], hop: number): TruncationFigures {
  return truncationMeasure.figures({
    deaths: traces.flatMap((trace) => {
      const own = rawHopTrace(trace, hop);
      if (own === undefined) return [];
      // The client waits for as long as it takes to call it a hang, and only then leaves.
      const { end } = own.client;
      return [
        end.how === 'left' ? { ...own, client: { ...own.client, end: { at: end.at, how: 'no-end' as const } } } : own,
      ];
    }),
  });
}

/** What a hop did with the departure, when it kept it to itself or told of it late. */
export function sayAbort({ writing, idle }: AbortFigures): string | undefined {
  const zombies = [writing, idle].filter((found) => found?.when === 'never');
  if (zombies.length > 0) {
    const boundMs = Math.min(...zombies.map((found) => found.boundMs));
    return `keeps it to itself that the client left (a zombie: not told on within ${milliseconds(boundMs)})`;
  }
  if (idle?.when === 'next-write') return 'tells a silent upstream that the client left only when that writes again';
  if (writing?.when === 'later' || idle?.when === 'later') return 'tells late that the client left';
  return undefined;
}

/** What a hop did with its upstream's death, when it did not tell of it. */
export function sayTruncation(figures: TruncationFigures): string | undefined {
  const { foreign, waitedMs: _, hiddenByWay: __, ...framings } = figures;
  const cases = (fate: 'hidden' | 'hangs'): string =>
    Object.entries(framings)
      .flatMap(([framing, fates]) => {
        const hows = Object.entries(fates).filter((entry) => entry[1] === fate);
        return hows.length === 0 ? [] : [`${framing} by ${hows.map(([how]) => how.toUpperCase()).join(' and ')}`];
      })
      .join(', ');
  const [hidden, hangs] = [cases('hidden'), cases('hangs')];
  const parts = [
    ...(hidden === '' ? [] : [`makes a clean end of a dead upstream (${hidden})`]),
    ...(hangs === '' ? [] : [`hangs when its upstream is dead (${hangs})`]),
    ...(foreign.length === 0 ? [] : [`writes text of its own into the body when its upstream dies`]),
  ];
  return parts.length === 0 ? undefined : parts.join('; ');
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
  return `holds the headers for ${milliseconds(gaveAt - gotAt)}, until the body begins`;
}
