/** An upload through a chain, as one hop of it saw it. Pure. */

import type { Exchange } from '../measures/uploading.ts';
import { sizeOf } from '../metrics.ts';
import type { PassedRequest, StreamPoint } from '../taps/point.ts';
import { arrived } from './frozen-of-hop.ts';
import { rawHopTrace } from './hop-trace.ts';
import { unseen, whyUnseen, type Unseen } from './unseen.ts';

type Body = NonNullable<PassedRequest['body']>;

const NO_BODY: Body = { pieces: [] };

/** The client's pieces as they came to hop `hop`; for hop 1 as they were written. */
function sentTo({ sent, points }: Exchange, hop: number): Exchange['sent'] {
  if (hop === 1) return sent;
  const { pieces, endAt } = streamAt(points?.[hop - 2])?.request.body ?? NO_BODY;
  return { pieces: arrived(sent.pieces, pieces), ...(endAt === undefined ? {} : { endedAt: endAt }) };
}

function streamAt(point: NonNullable<Exchange['points']>[number] | undefined): StreamPoint | undefined {
  return point?.sight === 'stream' ? point : undefined;
}

/**
 * The piece at which the hop stalled: the first that came to it and had not gone on when the client wrote the next after
 * its own stall, or ended.
 */
function stalledAt(
  { sent, stalled }: Exchange,
  into: Exchange['sent'],
  onward: readonly Body['pieces'][number][],
): number | undefined {
  if (stalled === undefined) return undefined;
  const waitedUntil = sent.pieces[stalled + 1]?.at ?? sent.endedAt ?? Number.POSITIVE_INFINITY;
  const [inTime, out] = [into.pieces.filter(({ at }) => at < waitedUntil), onward.filter(({ at }) => at < waitedUntil)];
  const went = sizeOf(out);
  let came = 0;
  const index = inTime.findIndex(({ bytes }) => (came += bytes) > went);
  return index === -1 ? undefined : index;
}

/** Behind a hop that lets all go at once: of so few pieces one busy moment can hold them all. */
const FEWEST_PIECES = 5;

/** Why the exchange tells nothing of this hop, which others kept from what it would have done. */
function whyHidden(
  { answer, sent, stalled, origin, client }: Exchange,
  behind: StreamPoint,
  whole: Exchange,
): string | undefined {
  const endedAt = sent.endedAt ?? Number.POSITIVE_INFINITY;
  if (answer === 'request-end') {
    // What was let go of once the client had ended says nothing of what is held while it has not.
    const clientEndedAt = whole.sent.endedAt ?? Number.POSITIVE_INFINITY;
    const times = new Set(sent.pieces.map(({ at }) => at).filter((at) => at < clientEndedAt));
    if (whole.stalled === undefined || stalled !== undefined || times.size >= FEWEST_PIECES) return undefined;
    return times.size === 0
      ? 'nothing came to it before the end of the request'
      : `the request body came to it in fewer than ${FEWEST_PIECES} pieces`;
  }
  if (client.end.how === 'left') return 'the exchange was ended before it';
  const { end } = behind.received;
  if (end.how !== 'no-end' && end.at < endedAt) return 'the exchange was ended behind it';
  const beganAt = origin.emissions[0]?.at ?? Number.POSITIVE_INFINITY;
  return beganAt < endedAt ? undefined : 'no response came to it before the end of the request';
}

/** What came to hop `hop` stands for what the client sent, and what it sent on for what came to the origin. */
export function exchangeOfHop(exchange: Exchange, hop: number): Exchange | Unseen {
  const { points, origin } = exchange;
  const reason = whyUnseen(points, hop);
  const behind = streamAt(points?.[hop - 1]);
  const trace = rawHopTrace(
    { ...exchange, arrivals: [], foreign: [], ...(points === undefined ? {} : { points }) },
    hop,
  );
  if (reason !== undefined || behind === undefined || trace === undefined)
    return unseen(reason ?? 'the request never came to it');
  const sent = sentTo(exchange, hop);
  const { pieces, endAt } = behind.request.body ?? NO_BODY;
  const stalled = stalledAt(exchange, sent, pieces);
  const before = streamAt(points?.[hop - 2]);
  const { stalled: _, points: __, ...rest } = exchange;
  const own: Exchange = {
    ...rest,
    sent,
    // What was written to raise the bytes is a piece as others are to a hop that passes it on.
    lockStepPieces: sent.pieces.length,
    ...(stalled === undefined ? {} : { stalled }),
    origin: {
      ...trace.origin,
      emissions: behind.received.reads
        .filter(({ bodyBytes }) => bodyBytes > 0)
        .map(({ at, bodyBytes }, seq) => ({ seq, at, bytes: bodyBytes })),
      upload: {
        pieces,
        bytes: sizeOf(pieces),
        ...(endAt === undefined ? {} : { end: { at: endAt, how: origin.upload?.end?.how ?? 'whole' } }),
      },
    },
    client: trace.client,
    body:
      before === undefined
        ? exchange.body
        : before.received.reads.map(({ at, bodyBytes }) => ({ at, bytes: bodyBytes })),
    clock: trace.clock,
  };
  const hidden = whyHidden(own, behind, exchange);
  return hidden === undefined ? own : unseen(hidden);
}
