/**
 * Truncation: the origin dies mid-stream, by RST and by FIN, in each framing. Whether the client is
 * told, sees what looks like a clean end, or hangs; and whether text that is not ours gets into the body. Of the stream
 * before any coding: one that is coded announces no length, and its own end tells what its framing hides.
 */

import { measureStream } from '../measure.ts';
import { isAskedOverHttp2, onClientClock } from '../metrics.ts';
import { DEATH_NOTE } from '../relays/relays.ts';
import type { Trace } from '../trace.ts';
import type { Death, Framing } from '../../server/workload.ts';
import { baseline } from './baseline.ts';
import { deathsOfHop } from '../chain/evidence-of-hop.ts';
import { unseen, type Unseen } from '../chain/unseen.ts';
import type { Measure, MeasureContext } from './measure.ts';

/**
 * `not-visible`: hidden, as it is with no hop between: the way itself hides it (a FIN is how a close-delimited body ends;
 * the port of a container makes one of an RST), and no hop is to be blamed for it.
 */
export type Fate = 'told' | 'hidden' | 'not-visible' | 'hangs';
type How = Death['how'];
/** Those in which a death can be told apart: `piecewise` dies as `chunked` does. */
type Cut = Exclude<Framing, 'piecewise'>;

/** Absent where it could not be told: the origin did not come to die, or the client did not wait long enough after. */
type Fates = { [how in How]?: Fate };

export type TruncationFigures = Record<Cut, Fates> & {
  /** Bytes in the body that the origin never wrote. */
  foreign: { framing: Cut; how: How; sample: string }[];
  /** What the way hides with no hop between. */
  hiddenByWay: { framing: Cut; how: How }[];
  /** A client that knew of no end for at least so long after the death hangs. */
  waitedMs: number;
};

const FRAMINGS: Cut[] = ['chunked', 'content-length', 'close-delimited'];
const HOWS: How[] = ['rst', 'fin'];
const COUNT = 20;
const LAST_CHUNK = 4;
const INTERVAL_MS = 10;
const HANGS_AFTER_MS = 2000;
/** For the request to reach the origin, and its chunks to be written. */
const START_MS = 500;

interface TruncationEvidence {
  deaths: Trace[];
  /** The same with no hop between; absent where nothing is between what was seen and the hop, as with taps. */
  direct?: Trace[];
}

async function measure(context: MeasureContext): Promise<TruncationEvidence> {
  return { direct: await baseline('truncation', context, die), deaths: await die(context) };
}

const DEATHS = FRAMINGS.flatMap((framing) => HOWS.map((how) => ({ framing, how })));

async function die(context: MeasureContext): Promise<Trace[]> {
  const first = await Promise.all(DEATHS.map((death) => dieOnce(context, death)));
  // Over HTTP/2 the origin's connection dies with all streams of the hop that are on it, each by the first death.
  if (!first.some(isAskedOverHttp2)) return first;
  const alone: Trace[] = [];
  for (const death of DEATHS) alone.push(await dieOnce(context, death));
  return alone;
}

function dieOnce(
  { workload, ...context }: MeasureContext,
  { framing, how }: { framing: Cut; how: How },
): Promise<Trace> {
  return measureStream({
    ...context,
    workload: {
      ...workload,
      contentCoding: 'identity',
      framing,
      count: COUNT,
      pace: { mode: 'paced', intervalMs: INTERVAL_MS },
      death: { afterChunk: LAST_CHUNK, how },
    },
    // In a row a hop may be told late by the next.
    waitMs: START_MS + (context.points === undefined ? 1 : 2) * HANGS_AFTER_MS,
  });
}

function fateOf(trace: Trace): Exclude<Fate, 'not-visible'> | undefined {
  const { origin, client, fault } = trace;
  if (fault !== undefined || origin.end?.how !== 'died') return undefined;
  const { at, how } = client.end;
  switch (how) {
    case 'cut':
    case 'reset':
    case 'malformed':
      return 'told';
    case 'complete':
    case 'closed':
      // An error page in place of the stream tells too.
      return client.head?.status === origin.workload.status ? 'hidden' : 'told';
    case 'no-head':
    case 'no-end':
      return at - onClientClock(trace, origin.end.at) >= HANGS_AFTER_MS ? 'hangs' : undefined;
    case 'not-connected':
    case 'left':
    case 'undecodable':
    case 'unspoken':
      return undefined;
  }
}

/** Of a death by RST a hop may know by itself, within containers, and hide it by an end of its own: that is visible. */
function isByWay({ client }: Trace, how: How): boolean {
  return how === 'fin' || client.end.how === 'closed';
}

/** How a close-delimited body ends: nobody can tell it from a death. */
const UNKNOWABLE = { framing: 'close-delimited', how: 'fin' } as const;

function hiddenCases(traces: Trace[]): TruncationFigures['hiddenByWay'] {
  return traces.flatMap((trace) => {
    const { framing, death } = trace.origin.workload;
    if (death === undefined || framing === 'piecewise' || fateOf(trace) !== 'hidden') return [];
    return [{ framing, how: death.how }];
  });
}

function figures({ deaths, direct }: TruncationEvidence): TruncationFigures {
  const hiddenByWay = direct === undefined ? [UNKNOWABLE] : hiddenCases(direct);
  const found: TruncationFigures = {
    chunked: {},
    'content-length': {},
    'close-delimited': {},
    foreign: [],
    hiddenByWay,
    waitedMs: HANGS_AFTER_MS,
  };
  for (const trace of deaths) {
    const { workload } = trace.origin;
    const fate = fateOf(trace);
    if (workload.death === undefined || workload.framing === 'piecewise' || fate === undefined) continue;
    const { framing, death } = workload;
    const byWay = hiddenByWay.some((one) => one.framing === framing && one.how === death.how);
    found[framing][death.how] = fate === 'hidden' && byWay && isByWay(trace, death.how) ? 'not-visible' : fate;
    // Another status has a body of its own.
    if (trace.client.head?.status !== workload.status) continue;
    for (const { sample } of trace.foreign) found.foreign.push({ framing, how: death.how, sample });
  }
  return found;
}

/** What a hop made of the death of its upstream. */
function ofHop({ deaths }: TruncationEvidence, hop: number): TruncationFigures | Unseen {
  const found = figures({ deaths: deathsOfHop(deaths, hop) });
  const isAny = FRAMINGS.some((framing) => Object.keys(found[framing]).length > 0);
  return isAny ? found : unseen('the death of the origin did not come to it, or too late to see what it makes of it');
}

/** `chunked, close-delimited by FIN`; a framing alone where it goes so however the origin dies. */
function casesOf(found: TruncationFigures, fate: Fate): string {
  return FRAMINGS.flatMap((framing) => {
    const hows = HOWS.filter((how) => found[framing][how] === fate);
    if (hows.length === 0) return [];
    return [hows.length === HOWS.length ? framing : `${framing} by ${hows.join().toUpperCase()}`];
  }).join(', ');
}

/** Cases in which the way lets the client see how the origin ended. */
function visible({ hiddenByWay }: TruncationFigures): { framing: Cut; how: How }[] {
  return DEATHS.filter(({ framing, how }) => !hiddenByWay.some((one) => one.framing === framing && one.how === how));
}

function areAll(found: TruncationFigures, fate: Fate): boolean {
  return visible(found).every(({ framing, how }) => found[framing][how] === fate);
}

/** Wherever that can be told. */
function isTold(found: TruncationFigures): boolean {
  return areAll(found, 'told') && casesOf(found, 'hidden') === '' && casesOf(found, 'hangs') === '';
}

/** A way that hides more than how a close-delimited body ends is not fit to prove anything on. */
function isFit({ hiddenByWay }: TruncationFigures): boolean {
  return hiddenByWay.every(({ framing }) => framing === 'close-delimited');
}

function say(found: TruncationFigures): string {
  const [told, hidden, hangs] = [casesOf(found, 'told'), casesOf(found, 'hidden'), casesOf(found, 'hangs')];
  const isRight = isTold(found);
  // That nobody can know of a FIN needs no words; what only this way hides does.
  const hiddenHere = FRAMINGS.filter((framing) => found[framing].rst === 'not-visible').join(', ');
  const parts = [
    ...(hidden === '' ? [] : [`a dead origin looks like a clean end (${hidden})`]),
    ...(hangs === '' ? [] : [`the client of a dead origin hangs, for ${found.waitedMs / 1000} s at least (${hangs})`]),
    ...(told === ''
      ? []
      : [`the client is told that the origin died${isRight ? ', wherever that can be told' : ` (${told})`}`]),
    ...(hiddenHere === '' ? [] : [`not visible here, with no hop between either: ${hiddenHere} by RST`]),
    ...[...new Set(found.foreign.map(({ sample }) => sample))].map(
      (sample) => `text that the origin never wrote is in the body: ${JSON.stringify(sample.slice(0, 40))}`,
    ),
  ];
  return parts.length === 0 ? 'could not be told' : parts.join('; ');
}

function flaw(found: TruncationFigures): string | undefined {
  const [hidden, hangs] = [casesOf(found, 'hidden'), casesOf(found, 'hangs')];
  const parts = [
    ...(hidden === '' ? [] : [`death of the origin looks like a clean end (${hidden})`]),
    ...(hangs === '' ? [] : [`the client of a dead origin hangs (${hangs})`]),
    ...(found.foreign.length === 0 ? [] : ['adds text when the origin dies']),
  ];
  return parts.length === 0 ? undefined : parts.join('; ');
}

export const truncationMeasure: Measure<TruncationEvidence, TruncationFigures> = {
  id: 'truncation',
  title: 'whether the client learns that the origin died mid-stream, by RST and by FIN, in each framing',
  measure,
  of: 'hop',
  kills: true,
  load: 'waits',
  takesMs: () => START_MS + HANGS_AFTER_MS,
  figures,
  ofHop,
  say,
  flaw,
  relays: [
    {
      relay: 'transparent',
      expected: 'the client is told wherever that can be told',
      convicted: (found) => isFit(found) && isTold(found) && found.foreign.length === 0,
    },
    {
      relay: 'hide-death',
      expected: 'a dead origin looks like a clean end',
      convicted: (found) => isFit(found) && areAll(found, 'hidden') && found.foreign.length === 0,
    },
    {
      relay: 'hang-at-death',
      expected: 'the client of a dead origin hangs, wherever it could be told',
      convicted: (found) => isFit(found) && areAll(found, 'hangs') && found.foreign.length === 0,
    },
    {
      relay: 'explain-death',
      expected: 'text that the origin never wrote is in the body, wherever it could be told',
      convicted: (found) =>
        isFit(found) &&
        areAll(found, 'told') &&
        found.foreign.length === visible(found).length &&
        found.foreign.every(({ sample }) => sample === DEATH_NOTE),
    },
  ],
};
