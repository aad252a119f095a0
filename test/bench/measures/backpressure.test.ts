import { describe, expect, it } from 'vitest';

import {
  backpressureMeasure,
  type BackpressureEvidence,
  type BackpressureFigures,
} from '../../../bench/measures/backpressure.ts';
import { hasStopped, pausesOf, type Filling } from '../../../bench/measures/filling.ts';

const MIB = 1024 * 1024;

/** One sample each 50 ms from the asking on. */
function samples(...bytes: number[]): Filling['samples'] {
  return bytes.map((one, index) => ({ at: 1000 + index * 50, bytes: one }));
}

/** The same bytes for so many samples: `still(3, 15)` is still for 700 ms. */
function still(bytes: number, count: number): number[] {
  return Array.from({ length: count }, () => bytes);
}

function filling(given: Partial<Filling>): Filling {
  return { askedAt: 950, samples: [], boundBytes: 32 * MIB, origin: {}, ...given };
}

const DIRECT = filling({ samples: samples(2 * MIB, ...still(4 * MIB, 15)), queuedBytes: 4 * MIB });

function found(given: Partial<Filling>, direct = DIRECT): BackpressureFigures {
  const evidence: BackpressureEvidence = { filling: filling(given), direct };
  return backpressureMeasure.figures(evidence);
}

function noise(given: Partial<Filling>, direct = DIRECT): string | undefined {
  return backpressureMeasure.noise?.(found(given, direct));
}

function said(given: Partial<Filling>, direct = DIRECT): string {
  return backpressureMeasure.say(found(given, direct));
}

describe('pauses', () => {
  it.each<[string, number[], { stillMs: number; longestMs: number }]>([
    ['of nothing are none', [], { stillMs: 0, longestMs: 0 }],
    ['of a steady rise are none', [1, 2, 3], { stillMs: 0, longestMs: 0 }],
    ['at the end are no pause before', [1, 2, 2, 2], { stillMs: 100, longestMs: 0 }],
    ['between are counted apart', [1, 1, 1, 2, 2], { stillMs: 50, longestMs: 100 }],
    ['before the first byte do not count', [0, 0, 0, 1, 2], { stillMs: 0, longestMs: 0 }],
  ])('%s', (_, bytes, expected) => {
    expect(pausesOf(samples(...bytes))).toEqual(expected);
  });

  it('end in a stop when nothing was taken for 700 ms', () => {
    expect(hasStopped(samples(...still(MIB, 14)))).toBe(false);
    expect(hasStopped(samples(...still(MIB, 15)))).toBe(true);
  });

  it('end in a stop only after four times the longest pause before: that of a slow disk', () => {
    const paused = [...still(MIB, 9), 2 * MIB];
    expect(hasStopped(samples(...paused, ...still(2 * MIB, 31)))).toBe(false);
    expect(hasStopped(samples(...paused, ...still(2 * MIB, 32)))).toBe(true);
  });

  it('are no stop when nothing was ever taken', () => {
    expect(hasStopped(samples(...still(0, 100)))).toBe(false);
  });
});

describe('a hop that stops the origin', () => {
  const stopped = samples(MIB, ...still(9 * MIB, 15));

  it('took what the sockets do not hold', () => {
    expect(found({ samples: stopped, queuedBytes: 8 * MIB })).toEqual({
      how: 'stops',
      waitedMs: 700,
      acceptedBytes: 9 * MIB,
      absorbedBytes: MIB,
      directBytes: 4 * MIB,
    });
    expect(said({ samples: stopped, queuedBytes: 8 * MIB })).toBe(
      'a reader that does not read stops the origin after 1.0 MiB beyond what the sockets hold',
    );
  });

  it('took next to nothing where that is less than one write', () => {
    expect(said({ samples: stopped, queuedBytes: 9 * MIB - 64 * 1024 + 1 })).toContain('after next to nothing beyond');
    expect(said({ samples: stopped, queuedBytes: 9 * MIB - 64 * 1024 })).toContain('after 64 KiB beyond');
  });

  it('never took less than nothing: the kernel may hold a part of the last write', () => {
    expect(found({ samples: stopped, queuedBytes: 9.1 * MIB })).toMatchObject({ absorbedBytes: 0 });
  });

  it('is not told from its sockets where what they hold cannot be seen', () => {
    expect(found({ samples: stopped })).not.toHaveProperty('absorbedBytes');
    expect(said({ samples: stopped })).toBe(
      'a reader that does not read stops the origin after 9.0 MiB, with no hop between after 4.0 MiB',
    );
  });
});

describe('a hop that takes everything', () => {
  const all = samples(10 * MIB, 35 * MIB);

  it('took at least what the sockets do not hold', () => {
    expect(found({ samples: all, queuedBytes: 3 * MIB })).toMatchObject({ how: 'takes-all', absorbedBytes: 32 * MIB });
    expect(said({ samples: all, queuedBytes: 3 * MIB })).toBe(
      'takes everything for a reader that does not read: at least 32 MiB',
    );
  });

  it('is said to have grown where that is worth saying', () => {
    const before = { memoryBytes: 50 * MIB, diskBytes: 0 };
    const grown = { before, after: { memoryBytes: 81 * MIB, diskBytes: 4 * MIB - 1 } };
    expect(found({ samples: all, usage: grown })).toMatchObject({
      growth: { memoryBytes: 31 * MIB, diskBytes: 4 * MIB - 1 },
    });
    expect(said({ samples: all, usage: grown })).toMatch(
      /: at least 35 MiB \(meanwhile, with whatever else went through it: memory \+31 MiB\)$/,
    );
    const onDisk = { before, after: { memoryBytes: 40 * MIB, diskBytes: 28 * MIB } };
    expect(said({ samples: all, usage: onDisk })).toMatch(/ through it: disk \+28 MiB\)$/);
  });

  it('has no growth where the driver sees none', () => {
    expect(found({ samples: all, usage: { before: {}, after: { memoryBytes: 5 } } })).toMatchObject({ growth: {} });
  });
});

describe('it is inconclusive', () => {
  it('when the origin was never asked', () => {
    const { origin: _, ...unasked } = filling({ samples: samples(...still(0, 20)) });
    expect(backpressureMeasure.figures({ filling: unasked, direct: DIRECT })).toEqual({
      how: 'inconclusive',
      reason: 'the hop never asked the origin',
    });
  });

  it('when the stream was cut before', () => {
    expect(found({ samples: samples(...still(MIB, 15)), origin: { end: 'client-left' } })).toEqual({
      how: 'inconclusive',
      reason: 'the stream was cut before it stopped (client-left)',
    });
  });

  it('when it still went on, however slowly, to the end of the time', () => {
    const slow = samples(MIB, ...still(2 * MIB, 40), 3 * MIB, ...still(3 * MIB, 60));
    expect(found({ samples: slow })).toEqual({
      how: 'inconclusive',
      reason: 'neither stopped nor took all within 5.1 s, with pauses of up to 1.9 s',
      isNoise: true,
    });
  });

  it('for noise only where another try might tell', () => {
    const slow = samples(MIB, ...still(2 * MIB, 40), 3 * MIB, ...still(3 * MIB, 60));
    expect(noise({ samples: slow })).toMatch(/^neither stopped nor took all/);
    expect(noise({ samples: samples(...still(MIB, 15)) }, filling({ samples: slow }))).toMatch(
      /^with no hop between: neither stopped/,
    );
    expect(noise({ samples: samples(...still(MIB, 15)), origin: { end: 'client-left' } })).toBeUndefined();
    expect(noise({ samples: samples(...still(MIB, 15)) })).toBeUndefined();
  });

  it('when the way takes everything by itself', () => {
    const way = filling({ samples: samples(32 * MIB) });
    expect(said({ samples: samples(...still(MIB, 15)) }, way)).toBe(
      'could not be told: with no hop between: the way itself takes everything',
    );
  });
});

/** What the sockets hold of it cannot be seen. */
function unseen(bytes: number): BackpressureFigures {
  return found({ samples: samples(...still(bytes, 15)) });
}

describe('relays', () => {
  const does: Record<string, Partial<Filling>> = {
    transparent: { samples: samples(...still(8.3 * MIB, 15)), queuedBytes: 8 * MIB },
    'absorb-10-mib': { samples: samples(...still(18.3 * MIB, 15)), queuedBytes: 8 * MIB },
    'absorb-all': { samples: samples(40 * MIB), queuedBytes: 8 * MIB },
  };

  it('are convicted of just what they do', () => {
    expect(backpressureMeasure.relays.map(({ relay }) => relay)).toEqual(Object.keys(does));
    for (const { relay, convicted } of backpressureMeasure.relays)
      for (const [doer, done] of Object.entries(does)) expect(convicted(found(done))).toBe(relay === doer);
  });

  it('are not convicted by a MiB more', () => {
    const more = { samples: samples(...still(9.5 * MIB, 15)), queuedBytes: 8 * MIB };
    for (const { convicted } of backpressureMeasure.relays) expect(convicted(found(more))).toBe(false);
  });

  it('are told apart by their stop alone where what the sockets hold cannot be seen', () => {
    const [transparent, some, everything] = backpressureMeasure.relays;
    expect(transparent?.convicted(unseen(12 * MIB))).toBe(true);
    expect(some?.convicted(unseen(12 * MIB))).toBe(true);
    expect(some?.convicted(unseen(9 * MIB))).toBe(false);
    expect(everything?.convicted(unseen(12 * MIB))).toBe(false);
  });
});
