/**
 * Truncation: the origin dies mid-stream, by RST and by FIN, in each framing. Whether the client is
 * told, sees what looks like a clean end, or hangs; and whether text that is not ours gets into the body.
 */

import { measureStream } from '../measure.ts';
import { onClientClock } from '../metrics.ts';
import { DEATH_NOTE } from '../relays/relays.ts';
import type { Trace } from '../trace.ts';
import type { Death, Framing } from '../../server/workload.ts';
import type { Measure, MeasureContext } from './measure.ts';

export type Fate = 'told' | 'hidden' | 'hangs';
type How = Death['how'];
/** Those in which a death can be told apart: `piecewise` dies as `chunked` does. */
type Cut = Exclude<Framing, 'piecewise'>;

/** Absent where it could not be told: the origin did not come to die, or the client did not wait long enough after. */
type Fates = { [how in How]?: Fate };

export type TruncationFigures = Record<Cut, Fates> & {
  /** Bytes in the body that the origin never wrote. */
  foreign: { framing: Cut; how: How; sample: string }[];
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

async function measure({ workload, ...context }: MeasureContext): Promise<Trace[]> {
  const deaths = FRAMINGS.flatMap((framing) => HOWS.map((how) => ({ framing, how })));
  return Promise.all(
    deaths.map(({ framing, how }) =>
      measureStream({
        ...context,
        workload: {
          ...workload,
          framing,
          count: COUNT,
          pace: { mode: 'paced', intervalMs: INTERVAL_MS },
          death: { afterChunk: LAST_CHUNK, how },
        },
        waitMs: START_MS + HANGS_AFTER_MS,
      }),
    ),
  );
}

function fateOf(trace: Trace): Fate | undefined {
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

function figures(traces: Trace[]): TruncationFigures {
  const found: TruncationFigures = {
    chunked: {},
    'content-length': {},
    'close-delimited': {},
    foreign: [],
    waitedMs: HANGS_AFTER_MS,
  };
  for (const trace of traces) {
    const { workload } = trace.origin;
    const fate = fateOf(trace);
    if (workload.death === undefined || workload.framing === 'piecewise' || fate === undefined) continue;
    const { framing, death } = workload;
    found[framing][death.how] = fate;
    // Another status has a body of its own.
    if (trace.client.head?.status !== workload.status) continue;
    for (const { sample } of trace.foreign) found.foreign.push({ framing, how: death.how, sample });
  }
  return found;
}

/** `chunked, close-delimited by FIN`; a framing alone where it goes so however the origin dies. */
function casesOf(found: TruncationFigures, fate: Fate): string {
  return FRAMINGS.flatMap((framing) => {
    const hows = HOWS.filter((how) => found[framing][how] === fate);
    if (hows.length === 0) return [];
    return [hows.length === HOWS.length ? framing : `${framing} by ${hows.join().toUpperCase()}`];
  }).join(', ');
}

function areFates(found: TruncationFigures, chunked: Fates, length: Fates, close: Fates): boolean {
  const expected: [Cut, Fates][] = [
    ['chunked', chunked],
    ['content-length', length],
    ['close-delimited', close],
  ];
  return expected.every(([framing, fates]) => HOWS.every((how) => found[framing][how] === fates[how]));
}

/** A FIN is how a close-delimited body ends: whoever passes that on, nobody can know. */
const CLOSED: Fates = { fin: 'hidden' };
const TOLD: Fates = { rst: 'told', fin: 'told' };
const HIDDEN: Fates = { rst: 'hidden', fin: 'hidden' };
const HANGS: Fates = { rst: 'hangs', fin: 'hangs' };

/** Wherever that can be told. */
function isTold(found: TruncationFigures): boolean {
  return areFates(found, TOLD, TOLD, { ...CLOSED, rst: 'told' });
}

function say(found: TruncationFigures): string {
  const [told, hidden, hangs] = [casesOf(found, 'told'), casesOf(found, 'hidden'), casesOf(found, 'hangs')];
  const isRight = isTold(found);
  const parts = [
    ...(hidden === '' || isRight ? [] : [`a dead origin looks like a clean end (${hidden})`]),
    ...(hangs === '' ? [] : [`the client of a dead origin hangs, for ${found.waitedMs / 1000} s at least (${hangs})`]),
    ...(told === ''
      ? []
      : [`the client is told that the origin died${isRight ? ', wherever that can be told' : ` (${told})`}`]),
    ...[...new Set(found.foreign.map(({ sample }) => sample))].map(
      (sample) => `text that the origin never wrote is in the body: ${JSON.stringify(sample.slice(0, 40))}`,
    ),
  ];
  return parts.length === 0 ? 'could not be told' : parts.join('; ');
}

export const truncationMeasure: Measure<Trace[], TruncationFigures> = {
  id: 'truncation',
  title: 'whether the client learns that the origin died mid-stream, by RST and by FIN, in each framing',
  measure,
  takesMs: () => START_MS + HANGS_AFTER_MS,
  figures,
  say,
  isHarmless: (found) => isTold(found) && found.foreign.length === 0,
  relays: [
    {
      relay: 'transparent',
      expected: 'the client is told wherever that can be told: all but close-delimited by FIN',
      convicted: (found) => isTold(found) && found.foreign.length === 0,
    },
    {
      relay: 'hide-death',
      expected: 'a dead origin looks like a clean end',
      convicted: (found) => areFates(found, HIDDEN, HIDDEN, HIDDEN) && found.foreign.length === 0,
    },
    {
      relay: 'hang-at-death',
      expected: 'the client of a dead origin hangs: all but close-delimited by FIN',
      convicted: (found) => areFates(found, HANGS, HANGS, { ...CLOSED, rst: 'hangs' }) && found.foreign.length === 0,
    },
    {
      relay: 'explain-death',
      expected: 'text that the origin never wrote is in the body: all but close-delimited by FIN',
      convicted: (found) =>
        isTold(found) && found.foreign.length === 5 && found.foreign.every(({ sample }) => sample === DEATH_NOTE),
    },
  ],
};
