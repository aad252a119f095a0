/** Who kept the client's departure, or the origin's death, to itself; and what is said of it. */

import { describe, expect, it } from 'vitest';

import { departuresOfHop, deathsOfHop } from '../../../bench/chain/evidence-of-hop.ts';
import { withTaps } from '../../../bench/chain/proof.ts';
import type { AbortFigures, Departure, PhaseFigures } from '../../../bench/measures/abort-figures.ts';
import { abortMeasure } from '../../../bench/measures/abort.ts';
import { truncationMeasure, type TruncationFigures } from '../../../bench/measures/truncation.ts';
import type { TapFloor } from '../../../bench/taps/floor.ts';
import type { Trace } from '../../../bench/trace.ts';
import type { WorkloadInput } from '../../../server/workload.ts';
import { INSTRUMENT } from '../results.ts';
import { chainTrace, type Place } from './chains.ts';

function abortOfHop(seen: Departure[], hop: number): AbortFigures {
  return abortMeasure.figures({ departures: departuresOfHop(seen, hop) });
}

function truncationOfHop(deaths: Trace[], hop: number): TruncationFigures {
  return truncationMeasure.figures({ deaths: deathsOfHop(deaths, hop) });
}

const EMITTED_AT = Array.from({ length: 10 }, (_, seq) => 100 + seq * 300);
const END_AT = 3000;
/** At three moments of the pace. */
const LEFT_AT = [150, 520, 890];

/** Hop `zombie` of three is told that its downstream left, and does not tell on. */
function departures(zombie: number, lateMs = 0): Departure[] {
  const workload: WorkloadInput = { count: 10, chunkBytes: [100], pace: { mode: 'paced', intervalMs: 300 } };
  return LEFT_AT.map((leftAt) => {
    const places = [0, 1, 2, 3].map((place): Place => {
      const arrivedAt = EMITTED_AT.map((at) => (place < zombie && at > leftAt ? undefined : at + 0.1));
      if (place >= zombie) return { arrivedAt, end: { at: END_AT, how: 'complete' } };
      const left = { at: leftAt + 0.2 * place + (place > 0 ? lateMs : 0), how: 'fin' } as const;
      return place === 0
        ? { arrivedAt, end: { at: leftAt, how: 'left', detail: 'fin' } }
        : { arrivedAt, end: { at: END_AT, how: 'no-end' }, left };
    });
    const trace = chainTrace({ workload, emittedAt: EMITTED_AT, endAt: END_AT, places });
    return { phase: 'writing', how: 'fin', round: 1, watchMs: 2000, trace };
  });
}

describe.each([1, 2, 3])('a zombie at hop %d of three', (zombie) => {
  it('is the one that was told and never tells', () => {
    const found = [1, 2, 3].map((hop) => abortOfHop(departures(zombie), hop).writing?.when);
    expect(found).toEqual([1, 2, 3].map((hop) => (hop < zombie ? 'at-once' : hop === zombie ? 'never' : undefined)));
    expect(abortMeasure.flaw(abortOfHop(departures(zombie), zombie))).toMatch(/zombie/);
  });
});

/** Hop 2 holds all, so that nothing comes to hop 1, which tells it of the departure so long after that. */
function wordless(lateMs: number): Departure[] {
  const emittedAt = [100, 250];
  const silence = { afterChunk: 1, ms: 2750 };
  const workload: WorkloadInput = { count: 3, chunkBytes: [100], pace: { mode: 'paced', intervalMs: 150, silence } };
  return [1250, 1400, 1700, 1850].map((leftAt) => {
    const [none, all] = [emittedAt.map(() => undefined), emittedAt.map((at) => at + 0.1)];
    const left = (ms: number) =>
      ({ end: { at: END_AT, how: 'no-end' }, left: { at: leftAt + ms, how: 'fin' } }) as const;
    const places: Place[] = [
      { arrivedAt: none, end: { at: leftAt, how: 'left', detail: 'fin' } },
      ...(lateMs === Number.POSITIVE_INFINITY
        ? [
            { arrivedAt: none, end: { at: END_AT, how: 'no-end' as const } },
            { arrivedAt: all, end: { at: END_AT, how: 'complete' as const } },
          ]
        : [
            { arrivedAt: none, ...left(lateMs) },
            { arrivedAt: all, ...left(lateMs + 0.2) },
          ]),
    ];
    const trace = chainTrace({ workload, emittedAt, endAt: END_AT, places });
    return { phase: 'idle', how: 'fin', round: 1, watchMs: 2000, trace };
  });
}

function ofWordlessHop(lateMs: number) {
  return abortMeasure.ofHop?.({ departures: wordless(lateMs) }, 1);
}

describe('a hop to which nothing had come when the client left', () => {
  it('is told to need no word for it, where it tells at once', () => {
    expect(ofWordlessHop(0.3)).toMatchObject({ idle: { when: 'at-once', seen: ['fin'], told: 4 } });
  });

  it('is found guilty where it does not: what is behind it is not told', () => {
    const found = ofWordlessHop(Number.POSITIVE_INFINITY) as AbortFigures;
    expect(found).toMatchObject({ wordless: true, idle: { when: 'never', told: 0 } });
    const untold =
      'the origin is not told of a departure within 2 s while nothing comes to the hop; with a word it may tell';
    expect(abortMeasure.say(found)).toBe(untold);
    expect(abortMeasure.flaw(found)).toBe(`zombie: ${untold}`);
  });

  it('is unseen where it tells some time later: it might have sooner, with a word', () => {
    expect(ofWordlessHop(600)).toMatchObject({ reason: expect.stringContaining('nothing had come to it') as string });
  });
});

it('a hop that tells at once is not spoken of, one that is late is', () => {
  expect(abortMeasure.flaw(abortOfHop(departures(3), 1))).toBeUndefined();
  expect(abortMeasure.flaw(abortOfHop(departures(3, 170), 1))).toBe('the origin is told late of a departure');
  const idle: PhaseFigures = {
    when: 'next-write',
    write: { min: 1, max: 1 },
    ms: { min: 1, max: 2 },
    seen: ['fin'],
    told: 4,
    tries: 4,
    rounds: 1,
    intervalMs: 300,
    leftAfterWriteMs: { min: 50, max: 190 },
  };
  expect(abortMeasure.flaw({ by: 'fin', idle, byReset: {} })).toBe(
    'the origin is told of a departure only when it writes again',
  );
});

type End = NonNullable<Place['end']>['how'];

/** The origin dies after five words; how that is seen behind hop 3, 2, 1 and at the client. */
function death(ends: [End, End, End, End], framing: 'chunked' | 'close-delimited' = 'chunked'): Trace {
  const workload: WorkloadInput = {
    framing,
    count: 20,
    chunkBytes: [100],
    pace: { mode: 'paced', intervalMs: 10 },
    death: { afterChunk: 4, how: 'rst' },
  };
  const emittedAt = [100, 110, 120, 130, 140];
  const places = ends
    .toReversed()
    .map((how): Place => ({ arrivedAt: emittedAt, framing, end: { at: how === 'no-end' ? 2500 : 150, how } }));
  return chainTrace({ workload, emittedAt, endAt: 149, places });
}

describe('the death of the origin', () => {
  it.each([
    [['reset', 'reset', 'reset', 'reset'], ['told', 'told', 'told'], undefined],
    [
      ['reset', 'cut', 'complete', 'complete'],
      [undefined, 'hidden', 'told'],
      'death of the origin looks like a clean end (chunked by RST)',
    ],
    [
      ['reset', 'cut', 'no-end', 'no-end'],
      [undefined, 'hangs', 'told'],
      'the client of a dead origin hangs (chunked by RST)',
    ],
  ] as const)('seen as %j is the doing of hop 2', (ends, fates, says) => {
    const found = [1, 2, 3].map((hop) => truncationOfHop([death([...ends])], hop).chunked.rst);
    expect(found).toEqual(fates);
    expect(truncationMeasure.flaw(truncationOfHop([death([...ends])], 2))).toBe(says);
  });

  it('that a FIN ends a body until the close is nobody’s doing', () => {
    const trace = death(['closed', 'closed', 'closed', 'closed'], 'close-delimited');
    expect([1, 2, 3].map((hop) => truncationOfHop([trace], hop)['close-delimited'])).toEqual([{}, {}, {}]);
  });
});

describe('what taps themselves do', () => {
  const floor = { n: 300, p50Ms: 0.1, p99Ms: 0.5, maxMs: 1 };
  const taps: TapFloor = {
    without: floor,
    with: floor,
    adds: { n: 300, p50Ms: 0, p99Ms: 0 },
    noise: { n: 300, p50Ms: 0, p99Ms: 0 },
    inARow: { taps: 3, verdict: 'streams' },
  };

  it('is part of the instrument, and leaves it sound where a stream through them streams', () => {
    expect(withTaps(INSTRUMENT, taps)).toEqual({ ...INSTRUMENT, taps });
  });

  it('withholds chains, and nothing else, when they are seen in a stream', () => {
    expect(withTaps(INSTRUMENT, { ...taps, inARow: { taps: 3, verdict: 'delays' } })).toMatchObject({
      sound: true,
      withheld: [{ what: 'chains', because: '3 taps in a row must be found: streams; they were found: delays' }],
    });
  });
});
