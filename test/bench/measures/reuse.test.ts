import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { ClientEnd } from '../../../bench/client/client.ts';
import { leavesDoubt, type Asked, type ReuseFigures, type ReuseRound } from '../../../bench/measures/reuse-figures.ts';
import { reuseMeasure } from '../../../bench/measures/reuse.ts';
import { encodeChunk } from '../../../server/payload.ts';
import type { OriginTrace } from '../../../server/trace.ts';
import { resolveWorkload } from '../../../server/workload.ts';
import { row } from '../traces.ts';

const { flaw, noise, relays, say } = reuseMeasure;

function figures(...rounds: ReuseRound[]): ReuseFigures {
  return reuseMeasure.figures(rounds);
}

const COUNT = 17;
const STEP_MS = 40;
const WRITTEN_MS = (COUNT - 1) * STEP_MS;
/** How long a request or a word is on its way. */
const WAY_MS = 1;
/** When the four clients ask. */
const ASKS = [0, 150, 950, 3000];

function wordsOf(stream: number): string[] {
  return row(0, COUNT).map((seq) => encodeChunk('sse', seq, 128 + stream * 16));
}

/** A stream that the origin was asked for at this time, if it was. */
function emitted(stream: number, askedAt: number | undefined): OriginTrace {
  const workload = resolveWorkload({
    count: COUNT,
    chunkBytes: [128 + stream * 16],
    pace: { mode: 'paced', intervalMs: STEP_MS },
  });
  const waiting: OriginTrace = { id: `${stream}`, workload, state: 'waiting', replays: 0, emissions: [], acks: [] };
  if (askedAt === undefined) return waiting;
  return {
    ...waiting,
    state: 'ended',
    request: { at: askedAt, method: 'GET', httpVersion: '1.1', headers: {} },
    emissions: row(0, COUNT).map((seq) => ({ seq, at: askedAt + seq * STEP_MS, bytes: 128 + stream * 16 })),
    end: { at: askedAt + WRITTEN_MS, how: 'complete' },
  };
}

interface Got {
  /** Whose words, by the number of the stream; none of a client that gets none. */
  of?: number;
  /** When the first of them comes. */
  from?: number;
  stepMs?: number;
  status?: number;
  end?: ClientEnd;
}

function asked(begunAt: number, { of, from = begunAt, stepMs = STEP_MS, ...rest }: Got): Asked {
  const { status = 200, end = 'complete' } = rest;
  const seqs = of === undefined ? [] : row(0, COUNT);
  const pieces = seqs.map((seq) => ({ at: from + seq * stepMs, text: wordsOf(of ?? 0)[seq] ?? '' }));
  return {
    client: {
      request: { method: 'GET', path: '/stream/alias', httpVersion: '1.1', headers: {} },
      connectAt: begunAt,
      // On a busy machine the origin may have been asked by then.
      sentAt: begunAt + 5,
      informational: [],
      reads: [],
      head: { httpVersion: '1.1', status, reason: '', headers: [], framing: 'chunked', at: begunAt },
      end: { at: (pieces.at(-1)?.at ?? begunAt) + 1, how: end },
    },
    pieces,
  };
}

/** What clients of this number get: a stream of their own at once. */
function own(stream: number): Got {
  return { of: stream };
}

function given(clients: Got[], askedAts: (number | undefined)[]): ReuseRound {
  return {
    streams: row(0, 4).map((stream) => emitted(stream, askedAts[stream])),
    clients: clients.map((got, index) => {
      const begunAt = ASKS[index] ?? 0;
      return asked(begunAt, { from: begunAt + 2 * WAY_MS, ...got });
    }),
    clock: { shared: true, offsetMs: 0, errorMs: 0 },
  };
}

const [FIRST, SECOND, THIRD, FOURTH] = ASKS.map((at) => at + WAY_MS);
const ENDED = WAY_MS + WRITTEN_MS;

/** What the relays do. */
const DOES: Record<string, ReuseRound> = {
  transparent: given([own(0), own(1), own(2)], [FIRST, SECOND, THIRD]),
  'join-stream': given([own(0), { of: 0, from: 152, stepMs: 30 }, own(1)], [FIRST, THIRD]),
  'wait-for-turn': given([own(0), { of: 1, from: ENDED + 2 }, own(2)], [FIRST, ENDED + 1, THIRD]),
  'wait-for-answer': given(
    [own(0), { of: 0, from: ENDED + 2, stepMs: 0 }, { of: 0, stepMs: 0.1 }, own(1)],
    [FIRST, FOURTH],
  ),
  'store-answer': given([own(0), own(1), { of: 1, stepMs: 0.1 }, { of: 1, stepMs: 0.1 }], [FIRST, SECOND]),
  'answer-stale': given([own(0), own(1), { of: 1, stepMs: 0.1 }, { of: 1, stepMs: 0.1 }], [FIRST, SECOND, FOURTH]),
};

describe('relays', () => {
  it.each(Object.entries(DOES))('%s is convicted of just what it does', (doer, evidence) => {
    const found = figures(evidence);
    expect(relays.filter(({ convicted }) => convicted(found)).map(({ relay }) => relay)).toEqual([doer]);
  });

  it('are those that there are', () => {
    expect(relays.map(({ relay }) => relay)).toEqual(Object.keys(DOES));
  });

  it.each(['join-stream', 'wait-for-answer', 'store-answer'])('%s is not convicted where it loses a word', (doer) => {
    const { clients, ...rest } = DOES[doer] as ReuseRound;
    const lossy = clients.map((one, index) => (index === 0 ? one : { ...one, pieces: one.pieces.slice(3) }));
    const found = figures({ ...rest, clients: lossy });
    expect(relays.filter(({ convicted }) => convicted(found))).toEqual([]);
    expect(say(found)).toContain(', but for 3 words');
  });
});

/** The origin is asked for the second client's stream so long after that has asked. */
function waits(ms: number): ReuseFigures['during'] {
  return figures(given([own(0), { of: 1, from: 150 + ms + 1 }, own(2)], [FIRST, 150 + ms, THIRD])).during;
}

/** The second client gets the first one's words all at this time. */
function wordsAt(at: number): ReuseFigures['during'] {
  return figures(given([own(0), { of: 0, from: at, stepMs: 0 }, own(1)], [FIRST, THIRD])).during;
}

describe('the figures', () => {
  it('say how long was waited, how fast the stored words came, and when they were asked for again', () => {
    expect(figures(DOES['wait-for-answer'] as ReuseRound)).toEqual({
      during: { how: 'waits', gets: 'stored', waitedMs: ENDED + 2 - 150 },
      after: { how: 'stored', spanMs: expect.closeTo(1.6), writtenMs: WRITTEN_MS },
      later: { how: 'own', asked: true, afterMs: 3000 - ENDED },
    });
    expect(figures(DOES['answer-stale'] as ReuseRound).later).toMatchObject({
      how: 'stored',
      asked: true,
      afterMs: 3000 - WRITTEN_MS - (SECOND ?? 0),
    });
  });

  it('call it waiting where the origin is asked only when it has ended the first stream', () => {
    expect(waits(ENDED - 1 - 150)).toEqual({ how: 'own' });
    expect(waits(ENDED - 150)).toEqual({ how: 'waits', gets: 'own', waitedMs: ENDED - 150 });
  });

  it('call it waiting where the first’s words come only when all of them are written', () => {
    expect(wordsAt(ENDED - 1)).toEqual({ how: 'joins' });
    expect(wordsAt(ENDED)).toEqual({ how: 'waits', gets: 'stored', waitedMs: ENDED - 150 });
  });

  it('tell nothing of what was not measured, or is of no stream of ours', () => {
    const nothing = figures(given([], []));
    expect([nothing.during.how, nothing.after.how, nothing.later]).toEqual(['unknown', 'unknown', undefined]);
    expect(say(nothing)).toBe('could not be told: it was not measured');
    expect(noise?.(nothing)).toBeUndefined();
    expect(flaw(nothing)).toBeUndefined();
  });

  it.each<[string, Got[], (number | undefined)[]]>([
    ['a client got no answer (reset)', [own(0), { end: 'reset', status: 0 }, own(1)], [FIRST, THIRD]],
    ['a client got a 503 with none of the words', [own(0), { status: 503 }, own(1)], [FIRST, THIRD]],
    ['the first client did not get the first stream to its end', [own(1), own(0), own(2)], [FIRST, SECOND, THIRD]],
  ])('say why it cannot be told: %s', (reason, clients, askedAts) => {
    const evidence = given(clients, askedAts);
    for (const { client } of evidence.clients) if (client.head?.status === 0) delete client.head;
    const found = figures(evidence);
    expect(found.during).toEqual({ how: 'unknown', reason });
    expect(found.after).toEqual({ how: 'own' });
    expect(say(found)).toBe(
      `while a stream flows: could not be told: ${reason}; after it a client gets one of its own`,
    );
    expect(noise?.(found)).toBeUndefined();
  });

  it('say so where the hop asked for more than there is', () => {
    const evidence = given([own(0), { status: 409 }, own(1)], [FIRST, THIRD]);
    (evidence.streams[3] as OriginTrace).replays = 1;
    expect(figures(evidence).during).toMatchObject({
      reason: 'the hop asked the origin more often than its clients asked it',
    });
  });

  it('tell nothing where the first stream did not end well', () => {
    const evidence = given([own(0), own(1), own(2)], [FIRST, SECOND, THIRD]);
    const [first] = evidence.streams as [OriginTrace];
    first.end = { at: first.end?.at ?? 0, how: 'client-left' };
    expect(figures(evidence).during).toMatchObject({ how: 'unknown' });
  });
});

/** The second client's request was sent only then. */
function sentLate(round: ReuseRound, sentAt: number): ReuseRound {
  const moved = structuredClone(round);
  for (const { client } of moved.clients.slice(1, 2)) client.sentAt = sentAt;
  return moved;
}

/** The origin made a halt of this length in the first stream, that takes no longer for it. */
function halting(round: ReuseRound, haltMs: number): ReuseRound {
  const halted = structuredClone(round);
  const [first] = halted.streams as [OriginTrace];
  const from = first.emissions[5]?.at ?? 0;
  for (const emission of first.emissions.slice(6)) emission.at = Math.max(emission.at, from + haltMs);
  return halted;
}

describe('on a busy machine', () => {
  const WAITING = DOES['wait-for-turn'] as ReuseRound;
  const STORED = DOES['wait-for-answer'] as ReuseRound;
  const OWN = DOES['transparent'] as ReuseRound;

  it.each([
    ['wait-for-turn', WAITING],
    ['wait-for-answer', STORED],
  ])('%s is not said to wait where the second client asked too late, or the origin halted', (_, round) => {
    const reason = 'the machine was too busy: the first stream was over too soon';
    expect(noise?.(figures(sentLate(round, ENDED - 200)))).toBeUndefined();
    expect(noise?.(figures(sentLate(round, ENDED - 199)))).toBe(reason);
    expect(noise?.(figures(halting(round, 200)))).toBeUndefined();
    expect(noise?.(figures(halting(round, 201)))).toBe(reason);
  });

  it('a client that asked later than a cache may keep what it has tells nothing of one', () => {
    const asksAt = (ms: number): string | undefined => {
      const round = given([own(0), own(1), own(2)], [FIRST, SECOND, ms + 1]);
      for (const { client } of round.clients.slice(2)) Object.assign(client, { connectAt: ms - 1, sentAt: ms });
      return noise?.(figures(round));
    };
    expect(asksAt((SECOND ?? 0) + 999)).toBeUndefined();
    expect(asksAt((SECOND ?? 0) + 1000)).toBe('the machine was too busy: a later client asked too late');
  });

  it('another round is made of what is in doubt: three of noise, two of a client that waits for its own stream', () => {
    const noisy = sentLate(WAITING, ENDED);
    expect(leavesDoubt([OWN])).toBe(false);
    expect(leavesDoubt([STORED])).toBe(false);
    expect(leavesDoubt([WAITING])).toBe(true);
    expect(leavesDoubt([noisy, noisy])).toBe(true);
    expect(leavesDoubt([noisy, noisy, noisy])).toBe(false);
    expect(leavesDoubt([noisy, WAITING])).toBe(true);
    expect(leavesDoubt([WAITING, WAITING])).toBe(false);
    expect(leavesDoubt([WAITING, OWN])).toBe(false);
  });

  it('what a round proves counts, whatever another was hindered in', () => {
    const noisy = sentLate(WAITING, ENDED);
    expect(figures(noisy, WAITING, OWN).during).toEqual({ how: 'own' });
    expect(figures(noisy, WAITING, noisy).during).toMatchObject({ how: 'waits', gets: 'own' });
    expect(noise?.(figures(noisy, noisy, noisy))).toBeDefined();
  });

  it('nothing is known where nothing was measured', () => {
    expect(say(figures())).toBe('could not be told: it was not measured');
  });
});

describe('it says', () => {
  it.each<[string, string, string | undefined]>([
    [
      'transparent',
      'while a stream flows another client of its URL gets one of its own; after it a client gets one of its own',
      undefined,
    ],
    [
      'join-stream',
      'while a stream flows another client of its URL gets the same words; after it a client gets one of its own',
      'a second client of a URL gets the first’s stream',
    ],
    [
      'wait-for-turn',
      'while a stream flows another client of its URL waits for 492 ms, and gets one of its own; after it a client gets one of its own',
      'a second client of a URL waits while the first’s stream flows',
    ],
    [
      'wait-for-answer',
      'while a stream flows another client of its URL waits for its end (493 ms), and gets the same words at once; after it a client gets the stored words, in one lump; 2.4 s later one of its own',
      'a second client of a URL waits while the first’s stream flows; a later client gets a stored stream in one lump',
    ],
    [
      'store-answer',
      'while a stream flows another client of its URL gets one of its own; after it a client gets the stored words, in one lump; 2.2 s later too, and the origin is not asked',
      'a later client gets a stored stream in one lump',
    ],
    [
      'answer-stale',
      'while a stream flows another client of its URL gets one of its own; after it a client gets the stored words, in one lump; 2.2 s later too, while the origin is asked anew',
      'a later client gets a stored stream in one lump',
    ],
  ])('of %s: %s', (doer, says, wrong) => {
    const found = figures(DOES[doer] as ReuseRound);
    expect(say(found)).toBe(says);
    expect(flaw(found)).toBe(wrong);
  });

  it('that stored words came at the pace that they had', () => {
    const found = figures(given([own(0), own(1), { of: 1 }], [FIRST, SECOND]));
    expect(say(found)).toContain('after it a client gets the stored words, at the pace that they had');
    expect(flaw(found)).toBe('a later client gets a stored stream');
  });
});

/** The same with every piece cut into reads of this size. */
function inReads({ clients, ...rest }: ReuseRound, bytes: number): ReuseRound {
  const cut = clients.map(({ client, pieces }) => ({
    client,
    pieces: pieces.flatMap(({ at, text }) =>
      row(0, Math.ceil(text.length / bytes)).map((index) => ({
        at,
        text: text.slice(index * bytes, (index + 1) * bytes),
      })),
    ),
  }));
  return { ...rest, clients: cut };
}

/** The same on a machine where all that clients see comes so much later. */
function late({ clients, ...rest }: ReuseRound, byMs: number): ReuseRound {
  const delayed = clients.map(({ client, pieces }) => ({
    client,
    pieces: pieces.map(({ at, text }) => ({ at: at + byMs, text })),
  }));
  return { ...rest, clients: delayed };
}

/** The same with an origin on another clock. */
function onClock({ streams, clients, clock }: ReuseRound, offsetMs: number): ReuseRound {
  const moved = streams.map(({ request, end, emissions, ...stream }) => ({
    ...stream,
    ...(request === undefined ? {} : { request: { ...request, at: request.at - offsetMs } }),
    ...(end === undefined ? {} : { end: { ...end, at: end.at - offsetMs } }),
    emissions: emissions.map((emission) => ({ ...emission, at: emission.at - offsetMs })),
  }));
  return { streams: moved, clients, clock: { ...clock, shared: false, offsetMs } };
}

it('is found whatever the reads are, on a clock of the origin’s own, on a machine that is late by a little', () => {
  const doers = fc.constantFrom(...Object.keys(DOES));
  fc.assert(
    fc.property(
      doers,
      fc.integer({ min: 1, max: 4096 }),
      fc.integer({ min: -1e6, max: 1e6 }),
      fc.double({ min: 0, max: 20, noNaN: true }),
      (doer, bytes, offsetMs, byMs) => {
        const evidence = DOES[doer] as ReuseRound;
        const found = figures(late(onClock(inReads(evidence, bytes), offsetMs), byMs));
        expect(relays.filter(({ convicted }) => convicted(found)).map(({ relay }) => relay)).toEqual([doer]);
      },
    ),
  );
});
