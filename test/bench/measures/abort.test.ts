import { describe, expect, it } from 'vitest';

import { abortMeasure, type AbortFigures, type Departure, type PhaseFigures } from '../../../bench/measures/abort.ts';
import type { Leaving } from '../../../bench/client/client.ts';
import { chunkText, makeTrace } from '../traces.ts';
import type { OriginTrace } from '../../../server/trace.ts';
import type { WorkloadInput } from '../../../server/workload.ts';

const WRITING: WorkloadInput = { count: 50, pace: { mode: 'paced', intervalMs: 10 } };
const SILENT: WorkloadInput = {
  count: 10,
  pace: { mode: 'paced', intervalMs: 10, silence: { afterChunk: 4, ms: 350 } },
};

interface Case {
  phase?: Departure['phase'];
  how?: Leaving;
  leftAt?: number;
  /** When the origin saw it; `undefined` is never. */
  toldAt?: number | undefined;
  seen?: 'fin' | 'rst' | 'nothing';
  clientEnd?: 'left' | 'complete' | 'no-end';
  originEnd?: NonNullable<OriginTrace['end']>['how'];
  offsetMs?: number;
  fault?: string;
}

/** A chunk each 10 ms from 10 ms on; in silence the sixth comes at 410 ms. */
function departure(given: Case): Departure {
  const { phase = 'writing', how = 'fin', leftAt = 51, seen = 'fin', clientEnd = 'left', offsetMs = 0, fault } = given;
  const { toldAt, originEnd = toldAt === undefined ? 'complete' : 'client-left' } = given;
  const steady = Array.from({ length: 50 }, (_, seq) => 10 + seq * 10);
  const planned = phase === 'writing' ? steady : steady.slice(0, 10).map((at, seq) => (seq > 4 ? at + 350 : at));
  const emittedAt = planned.filter((at) => toldAt === undefined || at < toldAt);
  const endAt = toldAt ?? (planned.at(-1) ?? 0) + 1;
  const workload = phase === 'writing' ? WRITING : SILENT;
  const trace = makeTrace({
    workload,
    emittedAt,
    pieces: [{ at: 11, text: chunkText(0, workload) }],
    endAt,
    clientEnd: { at: leftAt, how: clientEnd },
    offsetMs,
  });
  const isSeen = toldAt !== undefined && seen !== 'nothing';
  // The connection is closed some time after the first sign of it, which is what counts.
  const end = { at: endAt - offsetMs + (isSeen ? 100 : 0), how: originEnd };
  const abort = isSeen ? { abort: { at: endAt - offsetMs, seen } } : {};
  return {
    phase,
    how,
    trace: { ...trace, origin: { ...trace.origin, end, ...abort }, ...(fault === undefined ? {} : { fault }) },
  };
}

/** With no hop between, all is told at once, as it was done. */
const WAY: Case[] = (['fin', 'rst'] as const).flatMap((how) => [
  { phase: 'writing', how, seen: how, toldAt: 53 },
  { phase: 'idle', how, seen: how, leftAt: 60, toldAt: 61 },
]);

function found(cases: Case[], way = WAY): AbortFigures {
  return abortMeasure.figures({ departures: cases.map(departure), direct: way.map(departure) });
}

function writing(...cases: Case[]): PhaseFigures | undefined {
  return found(cases.map((one) => ({ phase: 'writing', ...one }))).writing;
}

function idle(...cases: Case[]): PhaseFigures | undefined {
  return found(cases.map((one) => ({ phase: 'idle', ...one }))).idle;
}

function said(...cases: Case[]): string {
  return abortMeasure.say(found(cases));
}

function convicts(relay: string, ...cases: Case[]): boolean | undefined {
  const expectation = abortMeasure.relays.find((one) => one.relay === relay);
  return expectation?.convicted(found(cases));
}

describe('while the origin writes, its learning', () => {
  it('before the next write is at once', () => {
    expect(writing({ leftAt: 51, toldAt: 53 })).toEqual({
      when: 'at-once',
      ms: { min: 2, max: 2 },
      writes: { min: 0, max: 0 },
      seen: 'fin',
      told: 1,
      repeats: 1,
    });
  });

  it.each([
    [60.5, 1],
    [70.5, 2],
    [110, 5],
  ])('at %d ms is at the next write', (toldAt, writes) => {
    expect(writing({ leftAt: 51, toldAt })).toMatchObject({ when: 'next-write', writes: { min: writes, max: writes } });
  });

  it('more than 50 ms after the first write is later', () => {
    expect(writing({ leftAt: 51, toldAt: 110.5 })).toMatchObject({ when: 'later', ms: { min: 59.5, max: 59.5 } });
  });

  it('does not count a write made just when the client left', () => {
    expect(writing({ leftAt: 60, toldAt: 62 })).toMatchObject({ when: 'at-once', writes: { max: 0 } });
  });

  it('that never comes is a zombie, seen by nothing', () => {
    expect(writing({})).toEqual({ when: 'never', seen: 'nothing', told: 0, repeats: 1 });
  });

  it('is that of the quickest repeat, and all are counted', () => {
    expect(writing({ toldAt: 200 }, { toldAt: 53 }, { toldAt: 61 })).toEqual({
      when: 'at-once',
      ms: { min: 2, max: 149 },
      writes: { min: 0, max: 14 },
      seen: 'fin',
      told: 3,
      repeats: 3,
    });
  });

  it('is never where one repeat was a zombie', () => {
    expect(writing({ toldAt: 53 }, {}, { toldAt: 54 })).toMatchObject({ when: 'never', told: 2, repeats: 3 });
  });
});

describe('in silence, its learning', () => {
  it.each([
    [110, 'at-once'],
    [110.5, 'later'],
    [405, 'later'],
    [410.5, 'next-write'],
    [450, 'next-write'],
  ] as const)('at %d ms, of a client that left at 60 ms, is %s', (toldAt, when) => {
    expect(idle({ leftAt: 60, toldAt })?.when).toBe(when);
  });

  it('more than 50 ms after the first write is later', () => {
    expect(idle({ leftAt: 60, toldAt: 461 })?.when).toBe('later');
  });

  it('that never comes is a zombie', () => {
    expect(idle({ leftAt: 60 })).toMatchObject({ when: 'never', told: 0 });
  });
});

describe('what the origin saw', () => {
  it.each([
    [['fin', 'fin'], 'fin'],
    [['rst', 'rst'], 'rst'],
    [['fin', 'rst'], 'both'],
    [['nothing', 'nothing'], 'nothing'],
  ] as const)('of %j is %s', (seen, expected) => {
    expect(writing(...seen.map((one) => ({ toldAt: 53, seen: one })))?.seen).toBe(expected);
  });

  it('is timed on the client’s clock', () => {
    expect(writing({ leftAt: 51, toldAt: 53, offsetMs: 5000 })).toMatchObject({ when: 'at-once', ms: { max: 2 } });
    expect(writing({ leftAt: 51, toldAt: 65, offsetMs: 5000 })).toMatchObject({
      when: 'next-write',
      writes: { max: 1 },
    });
    expect(idle({ leftAt: 60, toldAt: 62, offsetMs: -700 })).toMatchObject({ when: 'at-once', ms: { max: 2 } });
  });
});

describe('a silent origin that is told at once', () => {
  it('did not need the write that was made meanwhile', () => {
    const both = found([
      { phase: 'writing', toldAt: 65 },
      { phase: 'idle', leftAt: 60, toldAt: 65 },
    ]);
    expect(both.writing).toMatchObject({ when: 'at-once', writes: { min: 1, max: 1 } });
  });

  it.each([
    ['later', 300],
    ['never', undefined],
  ] as const)('does not excuse a writing one that is told %s', (when, toldAt) => {
    const both = found([
      { phase: 'writing', toldAt },
      { phase: 'idle', leftAt: 60, toldAt: 65 },
    ]);
    expect(both.writing?.when).toBe(when);
  });

  it('at the next write proves nothing of a writing one', () => {
    const both = found([
      { phase: 'writing', toldAt: 65 },
      { phase: 'idle', leftAt: 60, toldAt: 411 },
    ]);
    expect(both.writing?.when).toBe('next-write');
  });
});

describe('a repeat does not count', () => {
  it.each<[string, Case]>([
    ['whose client had the whole stream', { clientEnd: 'complete' }],
    ['whose client gave up', { clientEnd: 'no-end', toldAt: 53 }],
    ['that was our own fault', { toldAt: 53, fault: 'the control API failed' }],
    ['whose client left after the end', { leftAt: 502 }],
    ['whose stream was deleted', { originEnd: 'deleted' }],
    ['whose lifetime was over', { originEnd: 'lifetime' }],
  ])('%s', (_, one) => {
    expect(writing(one)).toBeUndefined();
    expect(writing(one, { toldAt: 53 })?.repeats).toBe(1);
  });

  it.each([49, 410.5, 470])('as one in silence whose client left at %d ms', (leftAt) => {
    expect(idle({ leftAt })).toBeUndefined();
  });

  it('and nothing is told of where none counts', () => {
    expect(said({ clientEnd: 'complete' })).toBe('could not be told');
  });
});

function byReset(cases: Case[]): Case[] {
  return cases.map((one) => ({ ...one, how: 'rst' }));
}

describe('it says', () => {
  const atOnce: Case[] = [
    { phase: 'writing', toldAt: 52.26 },
    { phase: 'idle', leftAt: 60, toldAt: 80 },
  ];
  const zombie: Case[] = [{ phase: 'writing' }, { phase: 'idle', leftAt: 60 }];

  it('the worst figure where both are alike', () => {
    expect(said(...atOnce)).toBe('the origin learns that the client left at once (within 20 ms)');
    expect(said({ phase: 'writing', toldAt: 52.26 }, { phase: 'idle', leftAt: 60, toldAt: 61 })).toBe(
      'the origin learns that the client left at once (within 1.3 ms)',
    );
  });

  it('both where they differ', () => {
    expect(said({ phase: 'writing', toldAt: 61 }, { phase: 'idle', leftAt: 60, toldAt: 300 })).toBe(
      'the origin learns that the client left only when it writes again (write 1) while it writes, only after 240 ms while it is silent',
    );
  });

  it('a zombie, and one that is none every time', () => {
    expect(said(...zombie)).toBe('the origin never learns that the client left (a zombie)');
    expect(said({ toldAt: 53 }, {}, {})).toBe(
      'the origin learns that the client left not always (a zombie in 2 of 3) while it writes',
    );
  });

  it('of an RST only where it is told otherwise', () => {
    expect(said(...atOnce, ...byReset(atOnce))).toBe(said(...atOnce));
    expect(said(...zombie, ...byReset(atOnce))).toBe(
      'the origin never learns that the client left (a zombie); by RST the origin learns that the client left at once (within 20 ms)',
    );
  });
});

const told = (how: Leaving, seen: 'fin' | 'rst', writingAt: number, idleAt: number): Case[] => [
  { phase: 'writing', how, seen, toldAt: writingAt },
  { phase: 'idle', how, seen, leftAt: 60, toldAt: idleAt },
];
const lost = (how: Leaving): Case[] => [
  { phase: 'writing', how },
  { phase: 'idle', how, leftAt: 60 },
];

describe('the way to the hop', () => {
  const all = [...told('fin', 'fin', 61, 411), ...told('rst', 'fin', 61, 411)];

  it('that makes a FIN of an RST leaves nothing to say of one', () => {
    const port = [...told('fin', 'fin', 53, 61), ...told('rst', 'fin', 53, 61)];
    expect(found(all, port)).toEqual({ writing: expect.anything(), idle: expect.anything() });
    expect(abortMeasure.say(found(all, port))).toBe(
      'the origin learns that the client left only when it writes again (write 1)',
    );
    const transparent = abortMeasure.relays.find(({ relay }) => relay === 'transparent');
    expect(transparent?.convicted(found(port, port))).toBe(true);
    expect(transparent?.convicted(found(all, port))).toBe(false);
  });

  it('that does not tell by itself is not held against the hop', () => {
    const slow = [...told('fin', 'fin', 53, 411), ...told('rst', 'rst', 53, 61)];
    expect(found(all, slow)).toEqual({
      writing: expect.objectContaining({ when: 'next-write' }),
      byReset: { writing: expect.anything(), idle: expect.anything() },
    });
  });

  it('of which nothing is known leaves nothing to say', () => {
    expect(abortMeasure.say(found(all, []))).toBe('could not be told');
  });
});

describe('relays', () => {
  it('are convicted of just what they do', () => {
    const does: Record<string, Case[]> = {
      transparent: [...told('fin', 'fin', 53, 61), ...told('rst', 'rst', 53, 61)],
      'abort-at-next-write': [...told('fin', 'fin', 61, 411), ...told('rst', 'fin', 61, 411)],
      zombie: [...lost('fin'), ...lost('rst')],
    };
    expect(abortMeasure.relays.map(({ relay }) => relay)).toEqual(Object.keys(does));
    for (const relay of Object.keys(does)) {
      for (const [doer, cases] of Object.entries(does)) expect(convicts(relay, ...cases)).toBe(relay === doer);
    }
  });

  it('are not convicted by half', () => {
    expect(convicts('transparent', ...told('fin', 'fin', 53, 61))).toBe(false);
    expect(convicts('transparent', ...told('fin', 'fin', 53, 61), ...told('rst', 'fin', 53, 61))).toBe(false);
    expect(convicts('transparent', ...told('fin', 'fin', 53, 411), ...told('rst', 'rst', 53, 61))).toBe(false);
    expect(convicts('zombie', ...lost('fin'), ...told('rst', 'rst', 53, 61))).toBe(false);
  });
});
