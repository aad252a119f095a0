/**
 * What a hop does to the parts of an exchange besides the body: fields of request and response, framing, trailers and
 * 1xx; and whether a body of awkward chunks comes whole.
 */

import type { WorkloadInput } from '../../server/workload.ts';
import { headersOfHop } from '../chain/headers-of-hop.ts';
import { isUnseen, type Unseen } from '../chain/unseen.ts';
import { requestFields } from '../client/request.ts';
import { measureStream } from '../measure.ts';
import { VIA } from '../relays/message-relays.ts';
import type { Trace } from '../trace.ts';
import { requestDifference, responseDifference, type Difference, type RequestDifference } from './fields.ts';
import type { Measure, MeasureContext } from './measure.ts';
import { informationalPassing, integrityOf, trailersPassing, type Integrity, type Passing } from './passing.ts';

/** `added`, `removed` and `changed` are of the response. */
export interface HeaderFigures extends Difference {
  /** The hop's own status, where it answered in place of the origin: of the response's fields nothing can be told then. */
  answered?: number;
  /** How the body was framed, as the origin sent it and as the client got it. */
  framing: { origin: string; client: string };
  /** Absent where the origin was not asked. */
  request?: RequestDifference;
  trailers: Passing;
  /** Of a 103 (Early Hints) some time before the head. */
  earlyHints: Passing;
  /** … and of one that comes with it in one write, before the body: HAProxy 2.6 then takes the response to have none. */
  hintsWithHead?: Passing;
  integrity: Integrity[];
}

export interface HeaderEvidence {
  /** The fields with which the client asked in `request`. */
  sent: Record<string, string>;
  request: Trace;
  response: Trace;
  trailers: Trace;
  earlyHints: Trace;
  /** Absent from evidence that is older than this question. */
  hintsWithHead?: Trace;
  sizes: { case: string; trace: Trace }[];
}

/** Fields that decide about streaming further down the path, or that a hop likes to touch. */
const RESPONSE_FIELDS = {
  'x-accel-buffering': 'no',
  'cache-control': 'no-cache',
  incremental: '?1',
  via: '1.1 origin',
  'x-unclog-probe': 'passed on',
};
const REQUEST_FIELDS = {
  'accept-encoding': 'gzip, br',
  'cache-control': 'no-cache',
  incremental: '?1',
  'x-forwarded-for': '192.0.2.1',
  'x-unclog-probe': 'passed on',
};
const TRAILERS = { 'x-unclog-trailer': 'passed on' };
/** A client that takes trailers says so (RFC 9110, section 10.1.4). */
const TAKES_TRAILERS = { te: 'trailers', connection: 'te' };

/**
 * Chunks no larger than their own marks; one larger than any buffer, of characters that a read ends in the middle of; and
 * those about the sizes of buffers.
 */
const SIZES: Record<string, Pick<WorkloadInput, 'count' | 'chunkBytes' | 'filler'>> = {
  'smallest chunks': { count: 200, chunkBytes: [1] },
  'a chunk of 1 MiB': { count: 1, chunkBytes: [1024 * 1024], filler: 'utf-8' },
  'chunks of mixed sizes': { count: 9, chunkBytes: [1, 65_536, 1, 65_537, 4095, 4096, 4097, 16_384, 1] },
};

/** Eight short streams, side by side. */
const QUICK_MS = 200;
/** A hop has read by then what was written before. */
const APART_MS = 60;
const AT_ONCE = { count: 3, pace: { mode: 'paced', intervalMs: 0 } } as const;

const WAIT_MS = { least: 4000, most: 10_000 };
const WAIT_FACTOR = 20;

/** In lower case, or a lane's own field would stand beside ours in place of it. */
function lowerCase(fields: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));
}

/** What a hop chokes on never comes: waited for many times as long as the like of it took. */
function waitBeside({ client: { connectAt, end } }: Trace): number {
  return Math.min(WAIT_MS.most, Math.max(WAIT_MS.least, Math.ceil(WAIT_FACTOR * (end.at - connectAt))));
}

async function measure(context: MeasureContext): Promise<HeaderEvidence> {
  const { via, workload, request } = context;
  const stream = (more: WorkloadInput, headers: Record<string, string> = {}, waitMs?: number): Promise<Trace> =>
    measureStream({
      ...context,
      ...(waitMs === undefined ? {} : { waitMs }),
      workload: { ...workload, ...AT_ONCE, ...more },
      request: { ...request, headers: { ...headers, ...lowerCase(request.headers) } },
    });
  const plain = stream({ headers: { ...RESPONSE_FIELDS, ...lowerCase(workload.headers) } });
  const asPlain = async (more: WorkloadInput, headers?: Record<string, string>): Promise<Trace> =>
    stream(more, headers, waitBeside(await plain));
  const ofSizes = Object.entries(SIZES).map(async ([name, sizes]) => ({ case: name, trace: await asPlain(sizes) }));
  const [asked, response, trailers, earlyHints, hintsWithHead, ...sizes] = await Promise.all([
    stream({}, REQUEST_FIELDS),
    plain,
    asPlain({ framing: 'chunked', trailers: TRAILERS }, TAKES_TRAILERS),
    asPlain({ informational: [103], headDelayMs: APART_MS }),
    asPlain({ informational: [103], pace: { ...AT_ONCE.pace, leadMs: APART_MS } }),
    ...ofSizes,
  ]);
  return {
    sent: requestFields(asked.client.request, via),
    request: asked,
    response,
    trailers,
    earlyHints,
    hintsWithHead,
    sizes,
  };
}

function figures({
  sent,
  request,
  response,
  trailers,
  earlyHints,
  hintsWithHead,
  sizes,
}: HeaderEvidence): HeaderFigures {
  const { head } = response.client;
  const fields = responseDifference(response);
  const asked = requestDifference(request, sent);
  return {
    ...(fields ?? { added: [], removed: [], changed: [] }),
    ...(fields === undefined && head !== undefined ? { answered: head.status } : {}),
    framing: { origin: response.origin.framing ?? 'none', client: head?.framing ?? 'none' },
    ...(asked === undefined ? {} : { request: asked }),
    trailers: trailersPassing(trailers, response),
    earlyHints: informationalPassing(earlyHints, response),
    ...(hintsWithHead === undefined ? {} : { hintsWithHead: informationalPassing(hintsWithHead, response) }),
    integrity: sizes.map(({ case: name, trace }) => integrityOf(name, trace)),
  };
}

function ofHop(evidence: HeaderEvidence, hop: number): HeaderFigures | Unseen {
  const own = headersOfHop(evidence, hop);
  return isUnseen(own) ? own : figures(own);
}

function sayDifference({ added, removed, changed }: Difference): string[] {
  return [
    ...(removed.length === 0 ? [] : [`removes ${removed.join(', ')}`]),
    ...(added.length === 0 ? [] : [`adds ${added.join(', ')}`]),
    ...changed.map(({ name, from, to }) => `changes ${name} from ${from} to ${to}`),
  ];
}

function sayRequest({ httpVersion, ...fields }: RequestDifference): string[] {
  const parts = [
    ...sayDifference(fields),
    ...(httpVersion.origin === httpVersion.client ? [] : [`speaks HTTP/${httpVersion.origin}`]),
  ];
  return parts.length === 0 ? [] : [`of the request it ${parts.join(', ')}`];
}

function sayPassing(what: string, how: Passing): string[] {
  switch (how) {
    case 'passed':
    case 'not-sent':
      return [];
    case 'dropped':
      return [`drops ${what}`];
    case 'broken':
      return [`breaks a response with ${what}`];
    case 'unknown':
      return [`${what}: could not be told`];
  }
}

/** Most hops do the same with a 103 of either kind: that is one. */
function hintsOf(what: string, { earlyHints, hintsWithHead = earlyHints }: HeaderFigures): [string, Passing][] {
  const both: [string, Passing][] = [
    [what, earlyHints],
    [`${what} in one write with its head`, hintsWithHead],
  ];
  return hintsWithHead === earlyHints ? both.slice(0, 1) : both;
}

function say(found: HeaderFigures): string {
  const { answered, framing, request, trailers, integrity } = found;
  const parts = [
    ...(answered === undefined ? sayDifference(found) : [`answers ${answered} in place of the origin`]),
    ...(answered !== undefined || framing.origin === framing.client
      ? []
      : [`${framing.origin} becomes ${framing.client}`]),
    ...sayPassing('trailers', trailers),
    ...hintsOf('103 Early Hints', found).flatMap(([what, how]) => sayPassing(what, how)),
    ...integrity.flatMap(({ case: name, breakage }) => (breakage === undefined ? [] : [`${name}: ${breakage.how}`])),
    ...(request === undefined ? [] : sayRequest(request)),
  ];
  return parts.length === 0 ? 'headers pass unchanged' : parts.join('; ');
}

/** Fields by which an origin tells the hops on its way to stream. */
const STEERING = new Set(['x-accel-buffering', 'incremental', 'cache-control', 'content-type']);

function steering(names: readonly string[]): string {
  return names.filter((name) => STEERING.has(name)).join(', ');
}

function flaw(found: HeaderFigures): string | undefined {
  const { answered, removed, changed, trailers, integrity } = found;
  if (answered !== undefined) return `answers ${answered} to probing headers`;
  const besides: [string, Passing][] = [['trailers', trailers], ...hintsOf('103', found)];
  const [taken, altered] = [steering(removed), steering(changed.map(({ name }) => name))];
  const parts = [
    ...(taken === '' ? [] : [`removes ${taken}`]),
    ...(altered === '' ? [] : [`changes ${altered}`]),
    // Most hops drop these, and the stream is none the worse for it.
    ...besides.filter(([, how]) => how === 'broken').flatMap(([what, how]) => sayPassing(what, how)),
    ...integrity.flatMap(({ case: name, breakage }) => (breakage === undefined ? [] : [`${name}: ${breakage.how}`])),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}

function isWhole({ integrity }: HeaderFigures): boolean {
  return integrity.every(({ breakage }) => breakage === undefined);
}

/** Names of the fields that differ, the response's and the request's. */
function touched({ added, removed, changed }: Difference): string {
  return [...added, ...removed, ...changed.map(({ name }) => name)].join();
}

/** Whether just these fields were touched, and just this was not passed. */
function does(found: HeaderFigures, wrong: { response?: string; request?: string; drops?: string } = {}): boolean {
  const { request, trailers, earlyHints, hintsWithHead } = found;
  const hints = earlyHints === 'passed' && hintsWithHead === 'passed' ? [] : ['103'];
  const dropped = [...(trailers === 'passed' ? [] : ['trailers']), ...hints].join();
  return (
    touched(found) === (wrong.response ?? '') &&
    request !== undefined &&
    touched(request) === (wrong.request ?? '') &&
    dropped === (wrong.drops ?? '') &&
    isWhole(found)
  );
}

export const headersMeasure: Measure<HeaderEvidence, HeaderFigures> = {
  id: 'headers',
  title: 'fields of request and response added, removed and changed, framing, trailers, 103, bytes of awkward chunks',
  measure,
  of: 'hop',
  // Node throws where trailers come with a body that a proxy has given a length (ERR_HTTP_TRAILER_INVALID).
  mayEnd: true,
  load: 'works',
  takesMs: () => QUICK_MS,
  figures,
  ofHop,
  say,
  flaw,
  relays: [
    { relay: 'transparent', expected: 'headers pass unchanged', convicted: (found) => does(found) },
    {
      relay: 'strip-header',
      expected: 'removes x-accel-buffering',
      convicted: (found) => found.removed.join() === 'x-accel-buffering' && touched(found) === found.removed.join(),
    },
    {
      relay: 'add-via',
      expected: `changes via to ${VIA}, and adds it to the request`,
      convicted: (found) => does(found, { response: 'via', request: 'via' }),
    },
    {
      relay: 'change-accept-encoding',
      expected: 'changes accept-encoding of the request',
      convicted: (found) => does(found, { request: 'accept-encoding' }),
    },
    { relay: 'strip-trailers', expected: 'drops trailers', convicted: (found) => does(found, { drops: 'trailers' }) },
    { relay: 'strip-103', expected: 'drops 103 Early Hints', convicted: (found) => does(found, { drops: '103' }) },
    {
      relay: 'alter-byte',
      expected: 'chunks of every size altered',
      // What is altered in a chunk's own marks is no chunk any more.
      convicted: ({ integrity }) =>
        integrity.every(({ breakage }) => breakage?.how === 'altered' || breakage?.how === 'foreign'),
    },
    {
      relay: 'decode-utf-8',
      expected: 'a chunk that it reads in pieces altered, as characters are cut there',
      convicted: ({ integrity }) =>
        integrity.every(({ case: sizes, breakage }) => (breakage !== undefined) === (sizes === 'a chunk of 1 MiB')),
    },
  ],
};
