/** Departures as hops of each kind would tell of them, at the moments at which abort.ts leaves, on a machine that adds to each. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  agreed,
  momentOf,
  momentOfRounds,
  rangeOf,
  SLACK_MS,
  type Moment,
  type Sighting,
} from '../../../bench/measures/abort-moment.ts';
import { PLANS } from '../../../bench/measures/abort.ts';

const ASKED_AT = 1000;
const SILENCE_MS = 3500;
const WATCHED_MS = 4600;
const WATCH_MS = 2500;
const PHASES = ['writing', 'idle'] as const;
type Phase = (typeof PHASES)[number];

/** When a hop of this kind tells, of a client that left then; `undefined` is never. */
type Hop = (leftAt: number, plannedWritesAt: readonly number[]) => number | undefined;

function lastBefore(at: number, writesAt: readonly number[]): number {
  return writesAt.findLast((writtenAt) => writtenAt <= at) ?? ASKED_AT;
}

const HOPS = {
  'at-once': (): Hop => (leftAt) => leftAt + 1,
  'next-write':
    (write: number): Hop =>
    (leftAt, writesAt) =>
      (writesAt.filter((at) => at > leftAt)[write - 1] ?? Number.NaN) + 1,
  timer:
    (ms: number): Hop =>
    (leftAt) =>
      leftAt + ms,
  'idle-cut':
    (ms: number): Hop =>
    (leftAt, writesAt) =>
      lastBefore(leftAt, writesAt) + ms,
  'total-limit':
    (ms: number): Hop =>
    () =>
      ASKED_AT + ms,
  zombie: (): Hop => () => undefined,
};

/**
 * @param noiseMs what the machine adds to when the origin is told, of each try.
 * @param lag by how many writes a word comes later to the client than it was written.
 */
function sightings(phase: Phase, hop: Hop, noiseMs: readonly number[] = [0, 0, 0, 0], lag = 0): Sighting[] {
  const { intervalMs, tries } = PLANS[phase];
  return tries.map(({ afterChunks, afterMs, thenMs }, index) => {
    const endAt = ASKED_AT + WATCHED_MS;
    const silence = (seq: number): number => (phase === 'idle' && seq >= afterChunks ? SILENCE_MS : 0);
    const planned = Array.from({ length: 40 }, (_, seq) => ASKED_AT + seq * intervalMs + silence(seq));
    const cameAt = planned[afterChunks - 1 + lag] ?? Number.POSITIVE_INFINITY;
    const leftAt = Math.min(cameAt, ASKED_AT + afterMs) + thenMs;
    const saysAt = hop(leftAt, planned);
    const toldAt = saysAt === undefined ? undefined : saysAt + (noiseMs[index] ?? 0);
    return {
      askedAt: ASKED_AT,
      leftAt,
      writesAt: planned.filter((at) => at <= (toldAt ?? endAt)),
      ...(toldAt === undefined ? {} : { toldAt }),
      endAt: toldAt ?? endAt,
      watchMs: WATCH_MS,
    };
  });
}

const phase = fc.constantFrom(...PHASES);
/** Whatever a machine adds within the slack, and one busy moment of any length. */
const noise = fc
  .tuple(
    fc.array(fc.double({ min: 0, max: SLACK_MS - 2, noNaN: true }), { minLength: 4, maxLength: 4 }),
    fc.integer({ min: 0, max: 3 }),
    fc.double({ min: 0, max: 300, noNaN: true }),
  )
  .map(([ms, busy, busyMs]) => ms.map((one, index) => (index === busy ? one + busyMs : one)));
/** Less than half of the slack: two moments are compared. */
const someNoise = fc.array(fc.double({ min: 0, max: SLACK_MS / 2, noNaN: true }), { minLength: 4, maxLength: 4 });

function kindOf(moment: Moment): string {
  return moment.when === 'later' ? `later since ${moment.since}` : moment.when;
}

describe('whatever the machine adds, of a hop that tells', () => {
  it('at once it is found at once', () => {
    fc.assert(
      fc.property(phase, noise, (where, ms) => {
        expect(kindOf(momentOf(sightings(where, HOPS['at-once'](), ms)))).toBe('at-once');
      }),
    );
  });

  it('at the first or second write it is found, and at which', () => {
    fc.assert(
      fc.property(phase, fc.integer({ min: 1, max: 2 }), someNoise, (where, write, ms) => {
        expect(momentOf(sightings(where, HOPS['next-write'](write), ms))).toMatchObject({
          when: 'next-write',
          write: { min: write, max: write },
        });
      }),
    );
  });

  it('at a write it is found, also of a hop that lets a word out with the next one, or none', () => {
    const lag = fc.constantFrom(1, Number.POSITIVE_INFINITY);
    fc.assert(
      fc.property(lag, fc.integer({ min: 1, max: 2 }), someNoise, (words, write, ms) => {
        const found = momentOf(sightings('writing', HOPS['next-write'](write), ms, words));
        expect(found).toMatchObject({ when: 'next-write', write: { min: write, max: write } });
      }),
    );
  });

  it('so long after the departure it is found to be no write, also where it meets one', () => {
    fc.assert(
      fc.property(phase, fc.integer({ min: SLACK_MS + 30, max: 2500 }), someNoise, (where, timerMs, ms) => {
        const found = momentOf(sightings(where, HOPS.timer(timerMs), ms));
        expect(kindOf(found)).toBe('later since client-left');
        expect(found).toHaveProperty('ms.min', expect.closeTo(timerMs + Math.min(...ms), 6));
      }),
    );
  });

  it('never it is a zombie, with how long it was watched, which is not said to be longer than was meant', () => {
    for (const where of PHASES) {
      const all = sightings(where, HOPS.zombie());
      expect(momentOf(all)).toEqual({ when: 'never', boundMs: WATCH_MS, writes: where === 'writing' ? 7 : 4 });
      const latest = Math.max(...all.map(({ leftAt }) => leftAt));
      const cut = all.map((one) => ({ ...one, writesAt: [], endAt: latest + 900 }));
      expect(momentOf(cut)).toEqual({ when: 'never', boundMs: 900, writes: 0 });
    }
  });

  it('of its own accord, after so much silence or since the request, it is not the departure’s doing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 600, max: 2500 }), someNoise, (timerMs, ms) => {
        expect(kindOf(momentOf(sightings('idle', HOPS['idle-cut'](timerMs), ms)))).toBe('later since last-write');
      }),
    );
    // Of whole seconds: another might be a multiple of the pace.
    for (const ms of [1000, 2000])
      for (const where of PHASES)
        expect(kindOf(momentOf(sightings(where, HOPS['total-limit'](ms))))).toBe('later since request');
  });
});

it('of two tries told soon and two that a busy machine made late, a hop that tells at once is told', () => {
  fc.assert(
    fc.property(phase, fc.shuffledSubarray([1, 20, 150, 250], { minLength: 4 }), (where, ms) => {
      expect(['at-once', 'inconclusive']).toContain(momentOf(sightings(where, HOPS['at-once'](), ms)).when);
      expect(momentOf(sightings('idle', HOPS['at-once'](), ms)).when).toBe('at-once');
    }),
  );
});

describe('what is told of any tries at all', () => {
  const any = fc.array(
    fc.tuple(fc.constantFrom(0, 1, 2, 3), fc.option(fc.double({ min: 0.1, max: 3000, noNaN: true }))),
    { minLength: 1, maxLength: 6 },
  );

  it('does not depend on their order nor on the clock, and a try that is not told makes a zombie', () => {
    fc.assert(
      fc.property(phase, any, fc.integer({ min: -5000, max: 5000 }), (where, tries, offsetMs) => {
        const made = tries.map(([index, afterMs]) => {
          const [one] = sightings(where, (leftAt) => (afterMs === null ? undefined : leftAt + afterMs)).slice(index);
          return one as Sighting;
        });
        const found = momentOf(made);
        expect(found.when === 'never').toBe(tries.some(([, afterMs]) => afterMs === null));
        const { when } = momentOf(made.toReversed());
        expect(when).toBe(found.when);
        const moved = made.map((one) => ({
          askedAt: (one.askedAt ?? 0) + offsetMs,
          leftAt: one.leftAt + offsetMs,
          writesAt: one.writesAt.map((at) => at + offsetMs),
          ...(one.toldAt === undefined ? {} : { toldAt: one.toldAt + offsetMs }),
          endAt: one.endAt + offsetMs,
          watchMs: one.watchMs,
        }));
        expect(momentOf(moved).when).toBe(found.when);
      }),
    );
  });
});

function late(min: number, since?: 'client-left' | 'last-write'): Moment {
  return { when: 'later', ...(since === undefined ? {} : { since }), ms: { min, max: min + 20 } };
}

describe('two rounds of tries', () => {
  const doubt: Moment = { when: 'inconclusive', reason: 'noise' };
  const atOnce: Moment = { when: 'at-once', ms: { min: 1, max: 2 } };
  const zombie: Moment = { when: 'never', boundMs: 2500, writes: 4 };

  it.each<[string, Moment, Moment, unknown]>([
    ['one that leaves no doubt stands, whichever', atOnce, doubt, atOnce],
    ['one that leaves no doubt stands, whichever', doubt, atOnce, atOnce],
    ['noise makes late, and not quick', late(150, 'client-left'), atOnce, atOnce],
    ['a zombie in either is one', atOnce, zombie, zombie],
    ['a zombie in either is one', zombie, doubt, zombie],
    [
      'a time is believed twice',
      late(370, 'client-left'),
      late(400, 'client-left'),
      { when: 'later', ms: { min: 370, max: 420 } },
    ],
    [
      'two times are none that a busy machine makes',
      late(200, 'client-left'),
      late(390, 'client-left'),
      { when: 'inconclusive' },
    ],
    [
      'and no fixed one',
      late(370, 'client-left'),
      late(600, 'client-left'),
      { when: 'later', ms: { min: 370, max: 620 } },
    ],
    ['nor is a time since another thing', late(170, 'client-left'), late(170, 'last-write'), { when: 'inconclusive' }],
    ['no fixed moment may be any', late(200), late(600), { when: 'later', ms: { min: 200, max: 620 } }],
    [
      'two doubts are said',
      doubt,
      late(300, 'client-left'),
      { reason: 'two rounds of tries: noise; told 300 to 320 ms late' },
    ],
  ])('%s', (_, first, second, expected) => {
    const ranges = [first, second].flatMap((moment) => (moment.when === 'later' ? [moment.ms] : []));
    const lateMs = rangeOf(ranges.flatMap(({ min, max }) => [min, max]));
    expect(agreed(first, second, lateMs)).toMatchObject(expected as object);
  });

  it('a tick of the hop’s own, another in each round, is no fixed moment', () => {
    const rounds = [3000, 3900].map((ms) => sightings('idle', HOPS['total-limit'](ms)));
    expect(rounds.map(momentOf)).toEqual(
      [3000, 3900].map((min) => ({ when: 'later', since: 'request', ms: { min, max: min } })),
    );
    const left = rounds.flat().map(({ leftAt, toldAt = 0 }) => toldAt - leftAt);
    expect(momentOfRounds(rounds)).toEqual({ when: 'later', ms: rangeOf(left) });
  });

  it('as long after the same write in each try it is told by that, though later than a write is passed on', () => {
    // As mod_ratelimit told, measured.
    const rounds = [
      [
        measured(3819, -503, 3418, 3553, 3687),
        measured(4003, -442, -293, 3602, 3749, 3898),
        measured(3567, -1025, -868, -723, 3165, 3314, 3466),
        measured(3753, -988, -833, -686, -514, 3352, 3503, 3651),
      ],
      [
        measured(3803, -500, 3399, 3541, 3689),
        measured(3999, -442, -293, 3597, 3748, 3903),
        measured(3588, -1022, -873, -715, 3186, 3316, 3466),
        measured(3758, -983, -833, -684, -533, 3356, 3507, 3659),
      ],
    ];
    const [first = [], second = []] = rounds;
    expect([momentOf(first).when, momentOf(second).when]).toEqual(['later', 'inconclusive']);
    const expected = { when: 'next-write', write: { min: 3, max: 3 }, ms: { min: 96, max: 132 } };
    expect(momentOfRounds(rounds)).toEqual(expected);
    expect(momentOfRounds([second, first])).toEqual(expected);
    expect(momentOfRounds([second]).when).toBe('inconclusive');
  });

  it('and by the one beside it where the hop had one of before the departure still to write', () => {
    // As mod_ratelimit told while the origin wrote, measured.
    const round = [
      measured(821, -521, 48, 620),
      measured(1099, -811, -243, 329, 898),
      measured(680, -660, -91, 480),
      measured(960, -950, -381, 189, 759),
    ];
    expect(momentOf(round)).toEqual({ when: 'later', ms: { min: 680, max: 1099 } });
    expect(momentOfRounds([round, round])).toEqual({
      when: 'next-write',
      write: { min: 1, max: 2 },
      ms: { min: 200, max: 201 },
    });
  });

  it('but not where one try was told with no write, or after another, or the tries are spread', () => {
    const after = (ms: readonly number[]): Sighting[] => sightings('idle', HOPS['next-write'](3), ms);
    const regular = after([115, 102, 120, 105]);
    expect(momentOfRounds([regular, regular])).toMatchObject({ when: 'next-write', write: { min: 3, max: 3 } });
    expect(momentOfRounds([regular, after([115, 149, 61, 148])]).when).not.toBe('next-write');
    const other = sightings('idle', HOPS['next-write'](1), [115, 102, 120, 105]);
    expect(momentOfRounds([regular, other]).when).not.toBe('next-write');
    const [first, ...others] = regular as [Sighting, ...Sighting[]];
    const silent = {
      ...first,
      toldAt: first.leftAt + 500,
      writesAt: first.writesAt.filter((at) => at <= first.leftAt),
    };
    expect(momentOfRounds([regular, [silent, ...others]]).when).not.toBe('next-write');
    expect(momentOfRounds([regular]).when).not.toBe('next-write');
  });
});

/** On a clock that begins with the departure. */
function measured(toldAt: number, ...writesAt: number[]): Sighting {
  return { askedAt: -1500, leftAt: 0, writesAt, toldAt, endAt: toldAt, watchMs: WATCH_MS };
}

/** Of a silent origin, so long after each departure. */
function told(...ms: number[]): Moment {
  let index = 0;
  return momentOf(sightings('idle', (leftAt) => leftAt + (ms[index++] ?? 0)).slice(0, ms.length));
}

describe('tries', () => {
  it('that are too few tell nothing', () => {
    expect(told(1, 1)).toEqual({
      when: 'inconclusive',
      reason: 'only 2 of the 3 departures that are needed could be made',
    });
    expect(told(1, 1, 1)).toMatchObject({ when: 'at-once' });
  });

  it('that do not agree tell nothing, and are said', () => {
    expect(told(1, 1, 900, 1500)).toEqual({
      when: 'inconclusive',
      reason: 'the tries do not agree: told 1, 1, 900, 1500 ms after the departure, 0 of 4 at a write',
    });
  });

  it('of a hop that looks now and then are told at no fixed moment', () => {
    expect(told(200, 500, 900, 650)).toEqual({ when: 'later', ms: { min: 200, max: 900 } });
  });

  it('hold no busy moment that contradicts a bound: at once is not within 836 ms', () => {
    expect(told(1, 500, 1)).toMatchObject({ when: 'inconclusive' });
    expect(told(1, 836, 1, 2)).toMatchObject({ when: 'inconclusive' });
    expect(told(1, 290, 1, 2)).toEqual({ when: 'at-once', ms: { min: 1, max: 290 } });
  });

  it('of which one was told with no write, or none soon after one, do not show that the hop needs a write', () => {
    const all = sightings('idle', HOPS['next-write'](1));
    const [one, ...others] = all as [Sighting, ...Sighting[]];
    const toldAt = one.leftAt + 1;
    const before = {
      ...one,
      toldAt,
      endAt: toldAt,
      writesAt: one.writesAt.filter((at) => at < one.leftAt - 150),
    };
    expect(momentOf(all).when).toBe('next-write');
    expect(momentOf([before, ...others]).when).toBe('inconclusive');
    expect(momentOf(sightings('writing', HOPS['next-write'](1), [81, 75, 64, 90])).when).toBe('inconclusive');
  });

  it('at one moment of the pace cannot tell a timer from a write', () => {
    const [first] = sightings('writing', HOPS['next-write'](1));
    const alike = [first, first, first, first].map((one) => one as Sighting);
    expect(momentOf(alike)).toEqual({
      when: 'inconclusive',
      reason: 'the client left at moments of the pace too much alike',
    });
  });
});
