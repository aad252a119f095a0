/** Whose stream each of several clients of one URL got, and when, from what both sides saw. Pure. */

import { Arrivals, type Arrival } from '../client/arrivals.ts';
import type { ClientTrace } from '../client/client.ts';
import type { ClockOffset } from '../origin-client.ts';
import type { OriginTrace } from '../../server/trace.ts';
import type { Workload } from '../../server/workload.ts';

/** Why it cannot be told. `isNoise`: a busy machine made it so. */
type Unknown = { how: 'unknown'; reason: string; isNoise?: true };

const UNMEASURED: Unknown = { how: 'unknown', reason: 'it was not measured' };

/** Words that the origin wrote of a stream that was given to another client than it was asked for, and that never came. */
interface Given {
  missing?: number;
}

/** What a client gets that asks while another one's stream flows. */
export type During =
  /** A stream that the origin was asked for before it had ended the other one's. */
  | { how: 'own' }
  /** The other one's words, before that stream has ended. */
  | ({ how: 'joins' } & Given)
  /** Nothing for so long: then the other one's words, which had all been written by then, or a stream of its own. */
  | ({ how: 'waits'; waitedMs: number; gets: 'stored' } & Given)
  | { how: 'waits'; waitedMs: number; gets: 'own' }
  | Unknown;

/** What a client gets that asks when no stream flows any more. */
export type After =
  | { how: 'own' }
  /** The words of an earlier one: what came in `spanMs`, from the first to the last, had been written in `writtenMs`. */
  | ({ how: 'stored'; spanMs: number; writtenMs: number } & Given)
  | Unknown;

export interface ReuseFigures {
  during: During;
  after: After;
  /**
   * Whether stored words are given still, so long after the origin ended a stream last, and whether the origin is asked
   * for others then. Absent where none were stored.
   */
  later?: After & { afterMs: number; asked: boolean };
}

/** One client, and its body as it came. */
export interface Asked {
  client: ClientTrace;
  pieces: { at: number; text: string }[];
}

/** Once round; another where the machine left a doubt. */
export interface ReuseRound {
  /** In the order in which the origin gives them out: each has words of another size. */
  streams: OriginTrace[];
  /** The first; one that asked while that one's stream flowed; one that asked after; and where it got what was stored, one much later. */
  clients: Asked[];
  clock: ClockOffset;
}

export type ReuseEvidence = ReuseRound[];

/** What a client got: words of one stream, as they came. */
interface Got {
  stream: OriginTrace;
  arrivals: Arrival[];
}

function intactOf({ pieces }: Asked, workload: Workload): Arrival[] {
  const arrivals = new Arrivals(workload);
  for (const [read, { at, text }] of pieces.entries()) arrivals.feed(Buffer.from(text, 'latin1'), at, read);
  return arrivals.arrivals.filter(({ altered }) => altered === undefined);
}

/** The stream whose words they are: by their size no other's are. `undefined` of a client that got none. */
function gotOf(asked: Asked, streams: readonly OriginTrace[]): Got | undefined {
  const all = streams.map((stream) => ({ stream, arrivals: intactOf(asked, stream.workload) }));
  return all.find(({ arrivals }) => arrivals.length > 0);
}

/** On the clock of the clients. */
function askedAt({ request }: OriginTrace, { offsetMs }: ClockOffset): number | undefined {
  return request === undefined ? undefined : request.at + offsetMs;
}

/** When a client began to ask: what the origin was asked for before cannot be its doing. When its request was sent is known only after it was. */
function begunAt({ client }: Asked): number {
  return client.connectAt;
}

/** Whether the origin was asked for this stream after the client had begun to ask. */
function isAskedAfter(stream: OriginTrace, asked: Asked, clock: ClockOffset): boolean {
  const at = askedAt(stream, clock);
  return at !== undefined && at >= begunAt(asked) - clock.errorMs;
}

function nothingGot({ client: { head, end } }: Asked, streams: readonly OriginTrace[]): Unknown {
  const replayed = streams.some(({ replays }) => replays > 0);
  if (replayed) return { how: 'unknown', reason: 'the hop asked the origin more often than its clients asked it' };
  const answered = head === undefined ? `got no answer (${end.how})` : `got a ${head.status} with none of the words`;
  return { how: 'unknown', reason: `a client ${answered}` };
}

function givenOf({ stream, arrivals }: Got): Given {
  const missing = stream.workload.count - new Set(arrivals.map(({ seq }) => seq)).size;
  return missing === 0 ? {} : { missing };
}

/** By no more than so much is what a machine does taken to be late. */
const LATE_MS = 200;

/** Whether the second client had asked well before the first stream ended, and the origin wrote that without a halt: what comes only after it was kept waiting. */
function isInTime(second: Asked, first: OriginTrace, endedAt: number): boolean {
  const { sentAt = Number.POSITIVE_INFINITY } = second.client;
  const halts = first.emissions.slice(1).map(({ at }, index) => at - (first.emissions[index]?.at ?? at));
  return sentAt <= endedAt - LATE_MS && Math.max(0, ...halts) <= LATE_MS;
}

function duringOf({ streams, clients: [first, second], clock }: ReuseRound): During {
  const got = first === undefined ? undefined : gotOf(first, streams);
  const own = streams[0];
  if (first === undefined || second === undefined || own === undefined) return UNMEASURED;
  if (got === undefined) return nothingGot(first, streams);
  const endedAt = own.end?.how === 'complete' ? own.end.at + clock.offsetMs : undefined;
  if (got.stream !== own || endedAt === undefined)
    return { how: 'unknown', reason: 'the first client did not get the first stream to its end' };
  const gotBySecond = gotOf(second, streams);
  if (gotBySecond === undefined) return nothingGot(second, streams);
  const isOwn = isAskedAfter(gotBySecond.stream, second, clock);
  const at = (isOwn ? askedAt(gotBySecond.stream, clock) : gotBySecond.arrivals[0]?.at) ?? Number.NaN;
  if (at < endedAt) return isOwn ? { how: 'own' } : { how: 'joins', ...givenOf(gotBySecond) };
  if (!isInTime(second, own, endedAt))
    return { how: 'unknown', reason: 'the machine was too busy: the first stream was over too soon', isNoise: true };
  const waitedMs = at - begunAt(second);
  return isOwn
    ? { how: 'waits', waitedMs, gets: 'own' }
    : { how: 'waits', waitedMs, gets: 'stored', ...givenOf(gotBySecond) };
}

/** From the first of these to the last. */
function spanOf(events: readonly { at: number }[]): number {
  return (events.at(-1)?.at ?? 0) - (events[0]?.at ?? 0);
}

function givenBy(asked: Asked, { streams, clock }: ReuseRound): After {
  const got = gotOf(asked, streams);
  if (got === undefined) return nothingGot(asked, streams);
  if (isAskedAfter(got.stream, asked, clock)) return { how: 'own' };
  return {
    how: 'stored',
    spanMs: spanOf(got.arrivals),
    writtenMs: spanOf(got.stream.emissions),
    ...givenOf(got),
  };
}

/** The shortest that caches can be told to keep what they have: for a second from its head. */
const KEPT_MS = 1000;

function afterOf(third: Asked, round: ReuseRound): After {
  const given = givenBy(third, round);
  const before = round.streams
    .flatMap((stream) => askedAt(stream, round.clock) ?? [])
    .filter((at) => at < begunAt(third));
  const isLate = (third.client.sentAt ?? Number.POSITIVE_INFINITY) - Math.max(...before) >= KEPT_MS;
  if (given.how !== 'own' || !isLate) return given;
  return { how: 'unknown', reason: 'the machine was too busy: a later client asked too late', isNoise: true };
}

function laterOf(fourth: Asked, round: ReuseRound): NonNullable<ReuseFigures['later']> {
  const { streams, clock } = round;
  const ends = streams.flatMap(({ end }) => (end?.how === 'complete' ? [end.at + clock.offsetMs] : []));
  return {
    ...givenBy(fourth, round),
    afterMs: begunAt(fourth) - Math.max(...ends.filter((at) => at < begunAt(fourth))),
    asked: streams.some((stream) => isAskedAfter(stream, fourth, clock)),
  };
}

export function figuresOfRound(round: ReuseRound): ReuseFigures {
  const [, , third, fourth] = round.clients;
  return {
    during: duringOf(round),
    after: third === undefined ? UNMEASURED : afterOf(third, round),
    ...(fourth === undefined ? {} : { later: laterOf(fourth, round) }),
  };
}

/** Why it could not be told, where the machine was too busy to. */
export function noise({ during, after }: ReuseFigures): string | undefined {
  const noisy = [during, after].find((one) => one.how === 'unknown' && one.isNoise === true);
  return noisy?.how === 'unknown' ? noisy.reason : undefined;
}

/** A hop that was not let run looks as one that keeps a client waiting for its own stream; one that does so does it each time. */
function isDoubtful(found: ReuseFigures): boolean {
  return noise(found) !== undefined || (found.during.how === 'waits' && found.during.gets === 'own');
}

const MOST_ROUNDS = 3;
const WAITING_ROUNDS = 2;

/** Whether another round could tell more. */
export function leavesDoubt(rounds: ReuseEvidence): boolean {
  const found = rounds.map(figuresOfRound);
  const waiting = found.filter((one) => isDoubtful(one) && noise(one) === undefined);
  return rounds.length < MOST_ROUNDS && waiting.length < WAITING_ROUNDS && found.every(isDoubtful);
}

export function figures(rounds: ReuseEvidence): ReuseFigures {
  const found = rounds.map(figuresOfRound);
  const told = found.find((one) => !isDoubtful(one)) ?? found.find((one) => noise(one) === undefined) ?? found[0];
  return told ?? { during: UNMEASURED, after: UNMEASURED };
}
