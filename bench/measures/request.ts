/**
 * The request side: whether a hop passes the body of a POST on as it comes, and whether the response
 * may come while the request is still open (full duplex). Each is judged apart from the other.
 */

import { milliseconds } from '../verdict/because.ts';
import { isUnseen, unseen, type Unseen } from '../chain/unseen.ts';
import { exchangeOfHop } from '../chain/upload-of-hop.ts';
import type { UploadFraming } from '../client/upload.ts';
import { sizeOf } from '../metrics.ts';
import { HOLD_REQUEST_BYTES } from '../relays/message-relays.ts';
import type { Measure, MeasureContext } from './measure.ts';
import { bodyOf, type BodyFigures } from './request-body.ts';
import { LONGEST_MS, uploadingExchange, type Answer, type Exchange } from './uploading.ts';
import { number } from './threshold-say.ts';

/** The origin begins to answer when it has the request's head. */
type DuplexFigures =
  /** The response's first byte of body came while the request was open: so long after the origin wrote it. */
  | { how: 'yes'; ms: number }
  /** It came when the request had ended, the response being open still. */
  | { how: 'waits' }
  /** The origin took for the whole of the request what was a part of it. */
  | { how: 'loses'; sentBytes: number; arrivedBytes: number }
  /** The hop answered by itself, … */
  | { how: 'answers'; status: number }
  /** … or ended the exchange. */
  | { how: 'cuts'; end: string; sentBytes: number; arrivedBytes: number }
  /** It came after the end of the request, but not with it. */
  | { how: 'inconclusive'; reason: string }
  | { how: 'unknown'; reason: string };

/** The body from an exchange that is answered when all of it has come, so that the two do not meet. */
export type RequestFigures = Record<UploadFraming, { body: BodyFigures; duplex: DuplexFigures }>;

interface RequestEvidence {
  delayLimitMs: number;
  exchanges: Exchange[];
}

const NOT_MEASURED = { how: 'unknown', reason: 'not measured' } as const;
/** What a busy machine may have made of it: asked again. */
const IN_DOUBT = new Set<BodyFigures['how']>(['delays', 'inconclusive']);
/** What a hop makes of an early response can be a race inside it. */
const REPEATS = 3;
const ANSWERS: Answer[] = ['request-end', ...Array.from({ length: REPEATS }, () => 'request-head' as const)];
/** A response that waited for the end of the request comes with it: so much later at most, of the time that it waited. */
const WITH_THE_END = 0.25;
/** No noise loses bytes or cuts: once is enough. Noise only delays: that the response came early once shows that it may. */
const WORST_FIRST: DuplexFigures['how'][] = ['loses', 'cuts', 'answers', 'yes', 'inconclusive', 'waits', 'unknown'];
const FRAMINGS: UploadFraming[] = ['chunked', 'content-length'];

/** What the origin wrote only after the end of the request was not to come before. */
function lateFigures(beganAt: number, endedAt: number, writtenAt: number): DuplexFigures {
  const [heldMs, lateMs] = [endedAt - writtenAt, beganAt - endedAt];
  if (heldMs <= 0 || lateMs <= WITH_THE_END * heldMs) return { how: 'waits' };
  const reason = `the response came ${milliseconds(lateMs)} after the end of the request, for which it had waited ${milliseconds(heldMs)}: by a timer, or late`;
  return { how: 'inconclusive', reason };
}

export function duplexFigures(exchange: Exchange): DuplexFigures {
  const { sent, origin, client, body, clock } = exchange;
  const { head, end } = client;
  if (end.how === 'not-connected') return { how: 'unknown', reason: end.detail ?? 'no connection' };
  if (head !== undefined && head.status !== origin.workload.status) return { how: 'answers', status: head.status };
  const bytes = { sentBytes: sizeOf(sent.pieces), arrivedBytes: origin.upload?.bytes ?? 0 };
  const isWhole = origin.upload?.end?.how === 'whole';
  if (isWhole && bytes.arrivedBytes < bytes.sentBytes) return { how: 'loses', ...bytes };
  const { endedAt } = sent;
  const hasEnded = end.how === 'complete' || end.how === 'closed';
  if (endedAt === undefined || !hasEnded || !isWhole) return { how: 'cuts', end: end.how, ...bytes };
  const beganAt = body.find((piece) => piece.bytes > 0)?.at;
  const writtenAt = (origin.emissions[0]?.at ?? 0) + clock.offsetMs;
  if (beganAt !== undefined && beganAt < endedAt) {
    return { how: 'yes', ms: beganAt - writtenAt };
  }
  const originEndAt = (origin.end?.at ?? Number.NEGATIVE_INFINITY) + clock.offsetMs;
  if (beganAt !== undefined && beganAt < originEndAt) return lateFigures(beganAt, endedAt, writtenAt);
  return { how: 'unknown', reason: 'the response is held to its own end' };
}

/** The origin was asked only when the request had ended: of one with more bytes it would have been before. */
function wasHeld({ sent: { endedAt }, origin, clock }: Exchange): boolean {
  const writtenAt = origin.emissions[0]?.at;
  return writtenAt !== undefined && endedAt !== undefined && writtenAt + clock.offsetMs >= endedAt;
}

const HELD = { how: 'unknown', reason: 'the few bytes of that request were held to its end' } as const;

function figures({ delayLimitMs, exchanges }: RequestEvidence): RequestFigures {
  const of = (framing: UploadFraming): RequestFigures[UploadFraming] => {
    const ofFraming = exchanges.filter((one) => one.framing === framing);
    const apart = ofFraming.filter(({ answer }) => answer === 'request-end');
    const open = ofFraming.filter(({ answer }) => answer === 'request-head');
    const seen = open.map(duplexFigures);
    const [duplex = NOT_MEASURED] = seen.toSorted((a, b) => WORST_FIRST.indexOf(a.how) - WORST_FIRST.indexOf(b.how));
    const body = bodyOf(apart, delayLimitMs) ?? NOT_MEASURED;
    const isOfTooFew = body.how === 'coalesces' && duplex.how === 'waits' && open.every(wasHeld);
    return { body, duplex: isOfTooFew ? HELD : duplex };
  };
  return { chunked: of('chunked'), 'content-length': of('content-length') };
}

/** Of what another hop kept from this one, why it cannot be told. */
function ofHop({ delayLimitMs, exchanges }: RequestEvidence, hop: number): RequestFigures | Unseen {
  const seen = exchanges.map((exchange) => ({ exchange, own: exchangeOfHop(exchange, hop) }));
  const told = seen.flatMap(({ own }) => (isUnseen(own) ? [] : [own]));
  const [first] = seen;
  if (told.length === 0) return first !== undefined && isUnseen(first.own) ? first.own : unseen(NOT_MEASURED.reason);
  const found = figures({ delayLimitMs, exchanges: told });
  const hidden = (framing: UploadFraming, wanted: Answer): { how: 'unknown'; reason: string } | undefined => {
    const those = seen.filter(({ exchange }) => exchange.framing === framing && exchange.answer === wanted);
    const reasons = those.flatMap(({ own }) => (isUnseen(own) ? [own.reason] : []));
    return reasons[0] === undefined || reasons.length < those.length
      ? undefined
      : { how: 'unknown', reason: reasons[0] };
  };
  const of = (framing: UploadFraming): RequestFigures[UploadFraming] => ({
    body: hidden(framing, 'request-end') ?? found[framing].body,
    duplex: hidden(framing, 'request-head') ?? found[framing].duplex,
  });
  return { chunked: of('chunked'), 'content-length': of('content-length') };
}

function sayBody(body: BodyFigures): string {
  switch (body.how) {
    case 'streams':
      return `passes the request body as it comes (hold ${milliseconds(body.hold.p50Ms)} p50, ${milliseconds(body.hold.p99Ms)} p99)`;
    case 'delays':
      return `holds each piece of the request body for ${milliseconds(body.hold.p50Ms)}`;
    case 'coalesces':
      return `holds the request body until ${number(body.heldBytes.over)}–${number(body.heldBytes.upTo)} bytes are written`;
    case 'buffers':
      return `holds the request body to its end, ${number(body.heldBytes)} bytes${body.asked ? '' : ', and only then asks the origin'}`;
    case 'breaks':
      return body.arrivedBytes > body.sentBytes
        ? `the origin got ${number(body.arrivedBytes)} bytes in place of a request body of ${number(body.sentBytes)}`
        : `the origin got ${number(body.arrivedBytes)} bytes of a request body of ${number(body.sentBytes)}`;
    case 'inconclusive':
      return `what becomes of the request body could not be told: ${body.reason}`;
    case 'unknown':
      return `request body not measured: ${body.reason}`;
  }
}

function sayDuplex(duplex: DuplexFigures): string {
  switch (duplex.how) {
    case 'yes':
      return 'full duplex';
    case 'waits':
      return 'no response before the end of the request';
    case 'answers':
      return `answers ${duplex.status} by itself`;
    case 'loses':
      return `loses request bytes when the response begins before its end: the origin got ${number(duplex.arrivedBytes)} of ${number(duplex.sentBytes)}`;
    case 'cuts':
      return `cuts the exchange when the response begins before its end: the origin got ${number(duplex.arrivedBytes)} of ${number(duplex.sentBytes)} request bytes`;
    case 'inconclusive':
    case 'unknown':
      return `full duplex cannot be told: ${duplex.reason}`;
  }
}

function sayBoth({ body, duplex }: RequestFigures[UploadFraming]): string {
  return `${sayBody(body)}; ${sayDuplex(duplex)}`;
}

/** The framings in one phrase where they do not differ but in their figures. */
function say(found: RequestFigures): string {
  const { chunked, 'content-length': length } = found;
  const isAlike = chunked.body.how === length.body.how && chunked.duplex.how === length.duplex.how;
  if (isAlike) return sayBoth(chunked);
  return FRAMINGS.map((framing) => `${framing}: ${sayBoth(found[framing])}`).join('; ');
}

/** What coalesces is asked once more: two tries that agree on the bytes are enough. */
function isInDoubt({ how }: BodyFigures, repeat: number): boolean {
  return IN_DOUBT.has(how) || (how === 'coalesces' && repeat === 1);
}

async function measure(context: MeasureContext): Promise<RequestEvidence> {
  const kinds = FRAMINGS.flatMap((framing) => ANSWERS.map((answer, index) => ({ framing, answer, index })));
  const exchanges = await Promise.all(
    kinds.map(({ framing, answer, index }) => uploadingExchange(context, framing, answer, index)),
  );
  const evidence = { delayLimitMs: context.floor.delayLimitMs, exchanges };
  for (let repeat = 1; repeat < REPEATS; repeat += 1) {
    const found = figures(evidence);
    const held = FRAMINGS.filter((framing) => isInDoubt(found[framing].body, repeat));
    exchanges.push(...(await Promise.all(held.map((framing) => uploadingExchange(context, framing, 'request-end')))));
  }
  return evidence;
}

function flawOf({ body, duplex }: RequestFigures[UploadFraming]): string[] {
  const ofBody: Record<BodyFigures['how'], string[]> = {
    streams: [],
    inconclusive: [],
    unknown: [],
    delays: ['delays the request body'],
    coalesces: ['holds the request body until enough is written'],
    buffers: ['holds the whole request body'],
    breaks: [
      body.how === 'breaks' && body.arrivedBytes > body.sentBytes ? 'changes the request body' : 'loses request bytes',
    ],
  };
  const ofDuplex: Record<DuplexFigures['how'], string[]> = {
    yes: [],
    inconclusive: [],
    unknown: [],
    // A request that is held to its end has no response before.
    waits: body.how === 'buffers' ? [] : ['no response before the end of the request'],
    answers: ['answers by itself before the end of the request'],
    loses: ['an early response loses request bytes'],
    cuts: ['an early response cuts the exchange'],
  };
  return [...ofBody[body.how], ...ofDuplex[duplex.how]];
}

function flaw(found: RequestFigures): string | undefined {
  const flaws = new Set(FRAMINGS.flatMap((framing) => flawOf(found[framing])));
  return flaws.size === 0 ? undefined : [...flaws].join(', ');
}

function noise(found: RequestFigures): string | undefined {
  const all = FRAMINGS.flatMap((framing) => [found[framing].body, found[framing].duplex]);
  return all.find((one) => one.how === 'inconclusive')?.reason;
}

function both(found: RequestFigures, body: BodyFigures['how'], duplex: DuplexFigures['how']): boolean {
  return FRAMINGS.every((framing) => found[framing].body.how === body && found[framing].duplex.how === duplex);
}

/** Whether the bytes that were found hold those that the relay was built with. */
function holdsBytes({ body }: RequestFigures[UploadFraming]): boolean {
  return (
    body.how === 'coalesces' && body.heldBytes.over < HOLD_REQUEST_BYTES && HOLD_REQUEST_BYTES <= body.heldBytes.upTo
  );
}

export const requestMeasure: Measure<RequestEvidence, RequestFigures> = {
  id: 'request',
  title: 'whether a request body passes as it comes (hold in ms, or bytes), and the response while it is open',
  measure,
  of: 'costly',
  load: 'times',
  takesMs: () => 2 * LONGEST_MS,
  figures,
  ofHop,
  say,
  flaw,
  noise,
  relays: [
    {
      relay: 'transparent',
      expected: 'passes the request body as it comes; full duplex',
      convicted: (found) => both(found, 'streams', 'yes'),
    },
    {
      relay: 'collect-request',
      expected: 'holds the request body to its end, and only then asks the origin',
      convicted: (found) =>
        both(found, 'buffers', 'waits') &&
        FRAMINGS.every((framing) => found[framing].body.how === 'buffers' && !found[framing].body.asked),
    },
    {
      relay: `hold-request-${HOLD_REQUEST_BYTES}-bytes`,
      expected: `holds the request body until ${number(HOLD_REQUEST_BYTES)} bytes are written; full duplex`,
      convicted: (found) => both(found, 'coalesces', 'yes') && FRAMINGS.every((framing) => holdsBytes(found[framing])),
    },
    {
      relay: 'half-duplex',
      expected: 'passes the request body as it comes; no response before the end of the request',
      convicted: (found) => both(found, 'streams', 'waits'),
    },
  ],
};
