/** What each measure tells of one hop of a chain, from what came to the points before and behind it. */

import { describe, expect, it } from 'vitest';

import { arrived, frozenOfHop } from '../../../bench/chain/frozen-of-hop.ts';
import { isUnseen, unseen, type Unseen } from '../../../bench/chain/unseen.ts';
import { backpressureMeasure, type BackpressureFigures } from '../../../bench/measures/backpressure.ts';
import type { Filling } from '../../../bench/measures/filling.ts';
import { flushMeasure } from '../../../bench/measures/flush.ts';
import { samplesOf, type FlushEvidence } from '../../../bench/measures/flush-figures.ts';
import { flushOfHops, samplesOfHops, samplesOfWords, wordsOfHops } from '../../../bench/measures/flush-hops.ts';
import type { Frozen } from '../../../bench/measures/frozen.ts';
import { idleMeasure, type Silent } from '../../../bench/measures/idle.ts';
import type { ThresholdEvidence } from '../../../bench/measures/threshold-figures.ts';
import { probeWithHops, thresholdOfHop } from '../../../bench/measures/threshold-hops.ts';
import type { Point, StreamPoint } from '../../../bench/taps/point.ts';
import type { WorkloadInput } from '../../../server/workload.ts';
import { chainTrace, passing, type Place } from './chains.ts';

const HOPS = [1, 2, 3];
type Pieces = Frozen['pieces'];

/** The point behind hop `place`, at which these bytes of the body came. */
function pointWith(pieces: Pieces, place: number, more: Partial<StreamPoint> = {}): Point {
  return {
    sight: 'stream',
    between: [`hop ${place}`, place === 3 ? 'origin' : `hop ${place + 1}`],
    request: { at: 0, method: 'GET', path: '/', httpVersion: '1.1', headers: [] },
    requests: 1,
    received: {
      connectAt: 0,
      informational: [],
      reads: pieces.map(({ at, bytes }) => ({ at, bytes, bodyBytes: bytes })),
      end: { at: 1000, how: 'complete' },
    },
    arrivals: [],
    foreign: [],
    ...more,
  };
}

const END_AT = 400;

/** So many bytes in one write, through three hops that hold what is less than `holds[hop - 1]` bytes, or for so long. */
function frozen(bytes: number, holds: { bytes?: number; ms?: number }[]): Frozen {
  let [at, isOut] = [100, true];
  const places = holds.toReversed().map(({ bytes: least = 0, ms = 0 }) => {
    const here = isOut ? [{ at, bytes }] : [];
    isOut &&= bytes >= least;
    at += 0.1 + ms;
    return here;
  });
  return {
    writes: [{ at: 100, bytes }],
    pieces: isOut ? [{ at, bytes }] : [],
    endAt: END_AT,
    points: places.toReversed().map((pieces, index) => pointWith(pieces, index + 1)),
  };
}

describe('what of each write came to a place', () => {
  const writes = [100, 100, 100].map((bytes, index) => ({ at: index * 10, bytes }));

  it('came when the last byte of it did, however it was cut', () => {
    const pieces = [
      { at: 1, bytes: 60 },
      { at: 2, bytes: 90 },
      { at: 3, bytes: 150 },
    ];
    expect(arrived(writes, pieces)).toEqual([
      { at: 2, bytes: 100 },
      { at: 3, bytes: 100 },
      { at: 3, bytes: 100 },
    ]);
  });

  it('is a part of it, or nothing', () => {
    expect(arrived(writes, [{ at: 5, bytes: 130 }])).toEqual([
      { at: 5, bytes: 100 },
      { at: 5, bytes: 30 },
    ]);
    expect(arrived(writes, [])).toEqual([]);
  });
});

function threshold(sizes: number[], holds: { bytes?: number; ms?: number }[]): ThresholdEvidence {
  const probe = (bytes: number): ThresholdEvidence['first'][number] => probeWithHops(frozen(bytes, holds), 1);
  return {
    delayLimitMs: 5,
    waitMs: 100,
    quietMs: 300,
    smallest: [10, 10, 10].map(probe),
    first: sizes.flatMap((bytes) => [bytes, bytes, bytes]).map(probe),
    next: [],
    byChunk: [],
  };
}

function thresholds(evidence: ThresholdEvidence): (string | number)[] {
  return HOPS.map((hop) => {
    const found = thresholdOfHop(evidence, hop);
    if (isUnseen(found)) return found.reason;
    return found.how === 'bytes' && found.threshold.exact ? found.threshold.upTo : found.how;
  });
}

describe('the threshold of a hop', () => {
  it.each([
    [1, [4096, 'streams', 'streams']],
    [2, ['less than 4,096 bytes at a time never came to it', 4096, 'streams']],
    [3, [...Array.from({ length: 2 }, () => 'less than 4,096 bytes at a time never came to it'), 4096]],
  ] as const)('is exact where hop %d holds, and those nearer the client never got less', (guilty, expected) => {
    const holds = HOPS.map((hop) => (hop === guilty ? { bytes: 4096 } : {}));
    expect(thresholds(threshold([4095, 4096, 65536], holds))).toEqual(expected);
  });

  it('is told of two, where the one nearer the origin holds less', () => {
    const holds = [{ bytes: 4096 }, {}, { bytes: 1000 }];
    const evidence = threshold([999, 1000, 4095, 4096, 65536], holds);
    expect(thresholds(evidence)).toEqual([4096, 'less than 1,000 bytes at a time never came to it', 1000]);
  });

  it('hides behind one that holds more', () => {
    const holds = [{ bytes: 1000 }, {}, { bytes: 4096 }];
    expect(thresholds(threshold([4095, 4096, 65536], holds))[0]).toMatch(/^less than 4,096 bytes/);
  });

  it('is one of time where it lets go by time', () => {
    expect(thresholds(threshold([], [{}, { ms: 15 }, {}]))).toEqual(['streams', 'unknown', 'streams']);
    expect(thresholdOfHop(threshold([], [{}, { ms: 15 }, {}]), 2)).toMatchObject({
      reason: expect.stringContaining('15') as string,
    });
  });

  it('is none, however a busy machine held the few small writes, where each word of the path streamed', () => {
    const busy = threshold([], [{}, { ms: 15 }, {}]);
    expect(thresholds({ ...busy, streamedMs: 0.3 })).toEqual(['streams', 'streams', 'streams']);
  });

  it('is not told by what came too late to be waited for', () => {
    const evidence = threshold([4096], [{ bytes: 8192 }, { ms: 280 }, {}]);
    expect(thresholds(evidence)[0]).toBe('what came to it came too late to be waited for');
  });

  it('cannot be told where a link is encrypted', () => {
    const plain = frozen(100, [{}, {}, {}]);
    const points = plain.points?.map((point, index): Point =>
      index === 1 ? { sight: 'opaque', protocol: 'TLS', reads: [], between: point.between } : point,
    );
    const found = frozenOfHop({ ...plain, points: points ?? [] }, 2) as Unseen;
    expect(found.reason).toContain('the link hop 2 → hop 3 speaks TLS');
    expect(isUnseen(frozenOfHop({ ...plain, points: points ?? [] }, 1))).toBe(false);
  });
});

const WRITES = 4;
const WRITE_BYTES = 100;

/** Writes of which each comes when the one before it has come out, if it did: after that nothing more is written. */
function acknowledged(holds: { never?: true; ms?: number }[]): Frozen {
  const places: Pieces[] = [[], [], []];
  const [writes, pieces]: [Frozen['writes'], Pieces] = [[], []];
  let at = 100;
  for (let isOut = true; isOut && writes.length < WRITES;) {
    writes.push({ at, bytes: WRITE_BYTES });
    for (let hop = 3; hop >= 1; hop -= 1) {
      if (isOut) places[hop - 1]?.push({ at, bytes: WRITE_BYTES });
      isOut &&= holds[hop - 1]?.never !== true;
      at += 0.1 + (holds[hop - 1]?.ms ?? 0);
    }
    if (isOut) pieces.push({ at, bytes: WRITE_BYTES });
  }
  return { writes, pieces, endAt: at + 2500, points: places.map((came, index) => pointWith(came, index + 1)) };
}

function flush(holds: { never?: true; ms?: number }[]): FlushEvidence {
  const streams = [1, 2, 3, 4].map(() => acknowledged(holds));
  const [samples, hops] = [streams.map(samplesOf), streams.map(samplesOfHops)];
  const evidence = { floorMs: 0.1, delayLimitMs: 5, boundMs: 2500 };
  return {
    ...evidence,
    looks: samples.slice(0, 1),
    rounds: [samples, samples],
    hops: { looks: hops.slice(0, 1), rounds: [hops, hops] },
  };
}

describe('the timer of a hop', () => {
  it.each(HOPS)('is its own: hop %d', (guilty) => {
    const evidence = flush(HOPS.map((hop) => (hop === guilty ? { ms: 50 } : {})));
    const found = HOPS.map((hop) => flushMeasure.ofHop?.(evidence, hop));
    for (const hop of HOPS) expect(found[hop - 1]).toMatchObject({ how: hop === guilty ? 'timer' : 'none' });
    expect(found[guilty - 1]).toMatchObject({ from: 'write', periodMs: expect.closeTo(50.1) as number });
  });

  it('is not told of a hop of which another lets one write go, or none', () => {
    const evidence = flush([{ never: true }, { ms: 100 }, {}]);
    expect(HOPS.map((hop) => flushMeasure.ofHop?.(evidence, hop))).toEqual([
      { how: 'never', boundMs: 2500, after: 0 },
      { how: 'unseen', reason: 'another hop never let go of what was written, and of one write no timer can be told' },
      { how: 'none', heldMs: expect.closeTo(0.1) as number },
    ]);
    const behind = flush([{}, { never: true }, {}]);
    expect(flushMeasure.ofHop?.(behind, 1)).toEqual({
      how: 'unseen',
      reason: 'nothing came to it before the end of the response',
    });
  });
});

const MIB = 1024 * 1024;

/** Each hop keeps so many MiB, and each of the four links holds one MiB in the kernel. */
function filling(kept: number[], boundMib = 1000): Filling {
  const links = kept.map((_, index) => kept.slice(0, index + 1).reduce((sum, mib) => sum + mib, 0));
  const total = (links.at(-1) ?? 0) + 2 * kept.length + 1;
  const samples = Array.from({ length: 20 }, (_, index) => ({ at: 1000 + index * 50, bytes: total * MIB }));
  return {
    askedAt: 900,
    samples: [{ at: 950, bytes: 1 }, ...samples],
    boundBytes: boundMib * MIB,
    queuedBytes: (2 * kept.length + 1) * MIB,
    origin: {},
    // Behind hop h all that hops 1 … h keep has passed, and what their links hold: the client's and two of each tap before.
    flows: links.map((mib, index) => ({
      receivedBytes: (mib + 2 * (index + 1)) * MIB,
      waitingBytes: 0,
      downstream: [1, 2],
      upstream: [3, 4],
    })),
    queues: Array.from({ length: 2 * kept.length + 1 }, () => MIB),
  };
}

describe('what a hop takes for a reader that does not read', () => {
  const direct = filling([]);

  it('is the difference of what passed the taps, less what the kernel held on its links', () => {
    const evidence = { filling: filling([0.5, 10, 2]), direct };
    const found = HOPS.map((hop) => backpressureMeasure.ofHop?.(evidence, hop));
    for (const [index, mib] of [0.5, 10, 2].entries())
      expect(found[index]).toMatchObject({ how: 'stops', absorbedBytes: mib * MIB });
  });

  it.each([1, 2, 3])('is everything for hop %d that took the bound, and of the others nothing is known', (taker) => {
    const evidence = {
      filling: filling(
        HOPS.map((hop) => (hop === taker ? 30 : 2)),
        30,
      ),
      direct,
    };
    const found = HOPS.map((hop) => backpressureMeasure.ofHop?.(evidence, hop));
    expect(found[taker - 1]).toMatchObject({ how: 'takes-all', absorbedBytes: 30 * MIB });
    const others = found.filter((_, index) => index !== taker - 1);
    const reason = 'another hop takes everything: nothing ever stopped there';
    expect(others).toEqual([unseen(reason), unseen(reason)]);
  });

  it('is not everything where only all hops together took the bound', () => {
    const evidence = { filling: filling([12, 12, 12], 30), direct };
    expect(backpressureMeasure.figures(evidence)).toMatchObject({ how: 'stops', absorbedBytes: 36 * MIB });
    expect(backpressureMeasure.ofHop?.(evidence, 2)).toMatchObject({ how: 'stops', absorbedBytes: 12 * MIB });
  });

  it('is unseen of a hop to which nothing came', () => {
    const filled = filling([0, 30], 30);
    const flows = filled.flows?.map((flow, index) => (index === 0 ? { ...flow, receivedBytes: 0 } : flow)) ?? [];
    const queues = [0, 0, 0, MIB, MIB];
    const evidence = { filling: { ...filled, flows, queues }, direct };
    expect(backpressureMeasure.ofHop?.(evidence, 1)).toEqual(unseen('nothing came to it: another hop kept all'));
    expect(backpressureMeasure.ofHop?.(evidence, 2)).toHaveProperty('how', 'takes-all');
  });

  it('includes the sockets where these cannot be seen, and is unseen without the taps', () => {
    const { queues: _, ...blind } = filling([1, 1, 1]);
    expect(backpressureMeasure.ofHop?.({ filling: blind, direct }, 2)).toMatchObject({ acceptedBytes: 3 * MIB });
    const found = backpressureMeasure.ofHop?.({ filling: blind, direct }, 2) as BackpressureFigures;
    expect(found).not.toHaveProperty('absorbedBytes');
    expect(backpressureMeasure.say(found)).toBe(
      'a reader that does not read stops it when 3.0 MiB are in it and its sockets',
    );
    const { flows: __, ...untapped } = blind;
    expect(backpressureMeasure.ofHop?.({ filling: untapped, direct }, 2)).toHaveProperty('how', 'unseen');
  });
});

const WORDS_AT = [100, 110, 120, 130, 140];
const SILENT_MS = 3000;
const CUT_AT = 640;

/** Hop `cutter` cuts 500 ms into the silence that follows five words. */
function silent(cutter: number, how: 'reset' | 'complete'): Silent {
  const workload: WorkloadInput = {
    count: 10,
    chunkBytes: [100],
    pace: { mode: 'paced', intervalMs: 10, silence: { afterChunk: 4, ms: SILENT_MS } },
  };
  const places = [0, 1, 2, 3].map((place): Place => {
    const arrivedAt = WORDS_AT.map((at) => at + 0.1 * (4 - place));
    if (place < cutter) return { arrivedAt, end: { at: CUT_AT + 0.2 * (cutter - place), how } };
    const left = { at: CUT_AT + 0.2 * (place - cutter + 1), how: 'fin' } as const;
    return { arrivedAt, end: { at: 5000, how: 'no-end' }, left };
  });
  const trace = chainTrace({ workload, emittedAt: WORDS_AT, endAt: CUT_AT + 2, places });
  return { phase: 'mid', trace };
}

describe.each(HOPS)('a silence that hop %d cuts', (cutter) => {
  it.each([
    ['reset', 'reset'],
    ['complete', 'clean-end'],
  ] as const)('by %s is cut by no other', (how, client) => {
    const cut = { mid: { how: 'cut', during: 'silence', client, origin: { saw: 'fin' } } };
    const notCut = { mid: { how: 'not-cut', silentMs: expect.closeTo(500, -1) as number } };
    expect(HOPS.map((hop) => idleMeasure.ofHop?.([silent(cutter, how)], hop))).toMatchObject(
      HOPS.map((hop) => (hop === cutter ? cut : notCut)),
    );
  });
});

function flushByWords(streamed: ReturnType<typeof passing>): string[] {
  return flushOfHops({
    floorMs: 0.2,
    delayLimitMs: 5,
    boundMs: 2500,
    looks: [samplesOfWords(streamed)],
    rounds: [],
    hops: { looks: [wordsOfHops(streamed)], rounds: [] },
  }).map(({ how }) => how);
}

describe('the words of a stream in lock-step', () => {
  it('tell of each hop that it lets go at once', () => {
    expect(flushByWords(passing([0.1, 0.2, 0.3]))).toEqual(['none', 'none', 'none']);
  });

  it('tell of the one that does not that it must be asked', () => {
    expect(flushByWords(passing([0.1, 30, 0.3]))).toEqual(['none', 'inconclusive', 'none']);
  });
});
