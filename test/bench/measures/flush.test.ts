import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { flushMeasure, pauseMs } from '../../../bench/measures/flush.ts';
import { samplesOf, type FlushEvidence, type Sample } from '../../../bench/measures/flush-figures.ts';

const PHASES = [0, 0.15, 0.75, 0, 0.3, 0.6, 0, 0.45, 0, 0, 0.6, 0.3];

function evidence(...rounds: Sample[][][]): FlushEvidence {
  return { floorMs: 0.2, delayLimitMs: 5, boundMs: 2500, looks: [], rounds };
}

function found(...rounds: Sample[][][]): ReturnType<typeof flushMeasure.figures> {
  return flushMeasure.figures(evidence(...rounds));
}

/** Two rounds that saw the same. */
function foundTwice(streams: Sample[][]): ReturnType<typeof flushMeasure.figures> {
  return found(streams, streams);
}

const says = (...rounds: Sample[][][]): string => flushMeasure.say(found(...rounds));

/** Each chunk held for the same time, whenever it was written. */
function delayed(periodMs: number, noise: number[] = []): Sample[] {
  const phased = PHASES.map((share, index) => ({ phaseMs: share * periodMs, heldMs: periodMs + (noise[index] ?? 0) }));
  return [{ heldMs: periodMs }, ...phased];
}

/** Each chunk held until the next tick. */
function ticking(periodMs: number, noise: number[] = []): Sample[] {
  const phased = PHASES.map((share, index) => ({
    phaseMs: share * periodMs,
    heldMs: periodMs * (1 - share) + (noise[index] ?? 0),
  }));
  return [{ heldMs: periodMs / 3 }, ...phased];
}

/** Held for so long, after a pause of its own. */
function apart(heldMs: number, index: number): Sample {
  return { phaseMs: (index * 37) % 120, heldMs };
}

/** Let go at the ticks, each later by so much than it ought to: what follows is written that much later too. */
function lateTicks(periodMs: number, late: number[]): Sample[] {
  let before = 0;
  const phased = PHASES.map((share, index) => {
    const lateMs = late[index] ?? 0;
    const gapMs = periodMs + lateMs - before;
    before = lateMs;
    return { phaseMs: share * gapMs, heldMs: gapMs * (1 - share) };
  });
  return [{ heldMs: periodMs / 3 }, ...phased];
}

describe('the samples of one stream', () => {
  it('are held from their write to their last byte, and phased from the release before', () => {
    const writes = [
      { at: 10, bytes: 100 },
      { at: 75, bytes: 100 },
      { at: 200, bytes: 100 },
    ];
    const pieces = [
      { at: 60, bytes: 40 },
      { at: 61, bytes: 60 },
      { at: 130, bytes: 100 },
    ];
    expect(samplesOf({ writes, pieces })).toEqual([{ heldMs: 51 }, { phaseMs: 14, heldMs: 55 }, { phaseMs: 70 }]);
  });

  it('were not let go where a tail was kept', () => {
    expect(samplesOf({ writes: [{ at: 10, bytes: 100 }], pieces: [{ at: 11, bytes: 99 }] })).toEqual([{}]);
  });

  it('have no phase where nothing was released before', () => {
    const writes = [
      { at: 10, bytes: 100 },
      { at: 20, bytes: 100 },
    ];
    expect(samplesOf({ writes, pieces: [] })).toEqual([{}, {}]);
  });
});

describe('the pause before the next write', () => {
  it.each([
    [0, 100, 0],
    [0.6, 100, 60],
    [0.75, 2000, 250],
    [0.75, 2400, 0],
  ])('%d of %d ms is %d ms', (share, heldMs, expected) => {
    expect(pauseMs(share, heldMs, 2500)).toBeCloseTo(expected);
  });
});

describe('a flush interval', () => {
  it('runs from the write where the hold does not depend on the phase, to the noise', () => {
    const noise = fc.array(fc.double({ min: 0, max: 1.5, noNaN: true }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 1400 }), noise, (period, late) => {
        const figures = foundTwice([delayed(period, late)]);
        expect(figures).toMatchObject({ how: 'timer', from: 'write', samples: 24 });
        if (figures.how !== 'timer') return;
        expect(figures.periodMs).toBeGreaterThanOrEqual(period);
        expect(figures.periodMs).toBeLessThanOrEqual(period + 1.5);
      }),
    );
  });

  it('ticks where hold and phase together are one period, whatever the first chunk met', () => {
    const noise = fc.array(fc.double({ min: 0, max: 1.5, noNaN: true }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 1400 }), noise, (period, late) => {
        const figures = foundTwice([ticking(period, late)]);
        expect(figures).toMatchObject({ how: 'timer', from: 'tick', samples: 24 });
        if (figures.how !== 'timer') return;
        expect(figures.periodMs).toBeGreaterThanOrEqual(period - 0.001);
        expect(figures.periodMs).toBeLessThanOrEqual(period + 1.501);
      }),
    );
  });

  it('is not moved by a few chunks that the machine held', () => {
    const noise = [0, 0, 300, 0, 0, 200, 0, 0, 0, 0, 0, 0];
    expect(foundTwice([delayed(100, noise)])).toMatchObject({
      from: 'write',
      periodMs: 100,
      errorMs: 0.2,
    });
  });

  it('is irregular where neither explains what was seen', () => {
    const some = [10, 400, 90, 200, 30, 700, 60, 150, 260, 480, 75, 610].map(apart);
    expect(found([some], [some])).toMatchObject({ how: 'irregular', minMs: 10, maxMs: 700 });
    expect(says([some], [some])).toBe('lets go after 10 ms to 700 ms, at no fixed time');
  });

  it('is not irregular by one round, by two that differ, nor by what a busy machine does to a tick', () => {
    const some = [10, 400, 90, 200, 30, 700, 60, 150, 260, 480, 75, 610].map(apart);
    const longer = [110, 800, 390, 600, 130, 1400, 460, 350, 760, 980, 475, 1210].map(apart);
    const late = [56, 356, 190, 210, 120, 301, 88, 260, 170, 333, 240, 64].map(apart);
    for (const rounds of [[some], [some, longer], [late, late]])
      expect(found(...rounds.map((round) => [round]))).toMatchObject({ how: 'inconclusive' });
  });

  it('is none where a moment of a busy machine was outweighed by what was seen before or after', () => {
    const busy = [14, 10, 12, 17, 9, 13, 16, 11].map((heldMs) => ({ phaseMs: 0, heldMs }));
    const quiet = busy.map(() => ({ phaseMs: 0, heldMs: 0.3 }));
    expect(found([busy], [quiet], [quiet])).toEqual({ how: 'none', heldMs: 0.3 });
  });

  it('is no timer before a second round finds the same', () => {
    expect(found([delayed(20)])).toEqual({
      how: 'inconclusive',
      reason:
        'writes were held 20 ms to 20 ms, the last of 1 rounds does not agree with the one before: a busy machine does that as well',
    });
    expect(found([delayed(20)], [delayed(23)]).how).toBe('inconclusive');
    expect(found([delayed(20)], [ticking(20)]).how).toBe('inconclusive');
    expect(found([delayed(20)], [delayed(21)])).toMatchObject({ how: 'timer', from: 'write' });
  });

  it('of a time that no busy moment takes is one after one round', () => {
    expect(found([delayed(99)]).how).toBe('inconclusive');
    expect(found([delayed(100)])).toMatchObject({ how: 'timer', from: 'write', periodMs: 100 });
  });

  it('of ticks is told by the long line through them, each late by another bit', () => {
    const late = fc.array(fc.double({ min: 0, max: 12, noNaN: true }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(late, late, (a, b) => {
        const figures = found([lateTicks(80, a)], [lateTicks(80, b)]);
        // Never a wrong figure: one within five per cent, or none.
        return figures.how === 'timer' ? Math.abs(figures.periodMs - 80) <= 0.05 * 80 : figures.how === 'inconclusive';
      }),
    );
    const bit = [0, 3, 1, 0, 9, 2, 0, 0, 4, 1, 0, 2];
    expect(found([lateTicks(80, bit)], [lateTicks(80, bit)])).toMatchObject({ how: 'timer', from: 'tick' });
  });

  it('is that of the shortest holds, where a busy machine made most of them longer', () => {
    const late = [0, 9, 0.3, 12, 0.8, 5, 30, 0.4, 7, 100, 0.2, 6];
    expect(found([delayed(200, late)])).toMatchObject({ how: 'timer', from: 'write', periodMs: 200 });
  });

  it('is not told where no two of the shortest holds agree', () => {
    const later = PHASES.map((_, index) => index * 3);
    expect(found([delayed(50, later)], [delayed(50, later)]).how).toBe('inconclusive');
  });

  it('is none at the floor, and just above it a timer', () => {
    expect(found([delayed(5)])).toEqual({ how: 'none', heldMs: 5 });
    expect(found([delayed(5.1)], [delayed(5.1)])).toMatchObject({ how: 'timer' });
  });

  it('is never where a chunk did not come out, after those that did', () => {
    expect(found([[{}], delayed(50)])).toEqual({ how: 'never', boundMs: 2500, after: 0 });
    expect(found([[{ heldMs: 1 }, { heldMs: 1 }, {}]])).toEqual({ how: 'never', boundMs: 2500, after: 2 });
  });

  it('is unknown after a fault, and where nothing was written', () => {
    const fault = flushMeasure.figures({ ...evidence([delayed(50)]), fault: 'cut' });
    expect(fault).toEqual({ how: 'unknown', reason: 'cut' });
    expect(flushMeasure.say(fault)).toBe('not measured: cut');
    expect(found([[]])).toEqual({ how: 'unknown', reason: 'nothing was written' });
  });
});

/** Written right after a release, each. */
function atOnce(heldMs: number): Sample[] {
  return [{ heldMs }, { phaseMs: 0, heldMs }, { phaseMs: 1, heldMs }];
}

it('is no tick where what was written right after a release came sooner', () => {
  const ticks = evidence([ticking(289)], [ticking(289)]);
  expect(flushMeasure.figures({ ...ticks, looks: [atOnce(288)] })).toMatchObject({ how: 'timer', from: 'tick' });
  expect(flushMeasure.figures({ ...ticks, looks: [atOnce(200)] })).toMatchObject({ how: 'inconclusive' });
});

describe('what is said', () => {
  it.each([
    [[delayed(0.2)], 'none: lets go at once'],
    [[delayed(100)], 'lets go after 100 ms ± 0.20 ms'],
    [[ticking(1200)], 'lets go every 1.2 s ± 0.20 ms, whenever it was written'],
    [[[{}]], 'never lets go by time, within 2.5 s'],
    [[[{ heldMs: 1 }, {}]], 'after 1 write never lets go by time, within 2.5 s'],
    [[[{ heldMs: 1 }, { heldMs: 1 }, {}]], 'after 2 writes never lets go by time, within 2.5 s'],
  ])('%# %s', (streams, expected) => {
    expect(says(streams, streams)).toBe(expected);
  });

  it('has a digit more where the time is short', () => {
    expect(says([delayed(8)], [delayed(8)])).toBe('lets go after 8.0 ms ± 0.20 ms');
  });
});

const convicted = (relay: string, streams: Sample[][]): boolean | undefined =>
  flushMeasure.relays.find((one) => one.relay === relay)?.convicted(foundTwice(streams));

describe('a relay is convicted', () => {
  it.each([
    ['hold-50-ms', delayed(50), true],
    ['hold-50-ms', delayed(52.5), true],
    ['hold-50-ms', delayed(52.6), false],
    ['hold-50-ms', delayed(47.4), false],
    ['hold-50-ms', ticking(50), false],
    ['tick-80-ms', ticking(80), true],
    ['tick-80-ms', delayed(80), false],
    ['tick-80-ms', ticking(85), false],
    ['transparent', delayed(0.2), true],
    ['transparent', delayed(50), false],
    ['collect-all', [{}], true],
    ['collect-all', delayed(50), false],
  ] as const)('%s %#: %o', (relay, samples, expected) => {
    expect(convicted(relay, [[...samples]])).toBe(expected);
  });
});
