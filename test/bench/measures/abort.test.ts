import { describe, expect, it } from 'vitest';

import { abortMeasure } from '../../../bench/measures/abort.ts';
import type { AbortFigures, Departure, Phase, PhaseFigures } from '../../../bench/measures/abort-figures.ts';
import type { Leaving } from '../../../bench/client/client.ts';
import { chunkText, makeTrace } from '../traces.ts';
import type { OriginTrace, Sign } from '../../../server/trace.ts';
import type { WorkloadInput } from '../../../server/workload.ts';

const UNTOLD = 'could not be told: the stream was over, or not as it was to be, before the client could leave';

const WRITING: WorkloadInput = { count: 10, pace: { mode: 'paced', intervalMs: 400 } };
const SILENT: WorkloadInput = {
  count: 4,
  pace: { mode: 'paced', intervalMs: 200, silence: { afterChunk: 1, ms: 3000 } },
};

interface Case {
  phase?: Phase;
  how?: Leaving;
  leftAt?: number;
  /** When the origin saw it; `undefined` is never. */
  toldAt?: number | undefined;
  seen?: Sign['seen'] | 'nothing';
  clientEnd?: 'left' | 'complete' | 'no-end';
  originEnd?: NonNullable<OriginTrace['end']>['how'];
  offsetMs?: number;
  fault?: string;
  httpVersion?: '1.1' | '2';
  round?: number;
}

function signed(at: number, seen: Sign['seen']): OriginTrace['abort'] {
  return seen === 'rst-stream' ? { at, seen, code: 'CANCEL' } : { at, seen };
}

/** While it writes a chunk each 400 ms from 0 on; in silence the third comes at 3400 ms. */
function departure(given: Case): Departure {
  const { phase = 'writing', how = 'fin', leftAt = 500, seen = 'fin', clientEnd = 'left', offsetMs = 0, fault } = given;
  const {
    toldAt,
    originEnd = toldAt === undefined ? 'complete' : 'client-left',
    httpVersion = '1.1',
    round = 1,
  } = given;
  const planned = phase === 'writing' ? Array.from({ length: 10 }, (_, seq) => seq * 400) : [0, 200, 3400, 3600];
  const emittedAt = planned.filter((at) => toldAt === undefined || at <= toldAt);
  const endAt = toldAt ?? (planned.at(-1) ?? 0) + 1;
  const workload = phase === 'writing' ? WRITING : SILENT;
  const trace = makeTrace({
    workload,
    emittedAt,
    pieces: [{ at: 1, text: chunkText(0, workload) }],
    endAt,
    clientEnd: { at: leftAt, how: clientEnd },
    offsetMs,
  });
  const isSeen = toldAt !== undefined && seen !== 'nothing';
  // The connection is closed some time after the first sign of it, which is what counts.
  const end = { at: endAt - offsetMs + (isSeen ? 100 : 0), how: originEnd };
  const abort = isSeen ? { abort: signed(endAt - offsetMs, seen) } : {};
  return {
    phase,
    how,
    watchMs: 2500,
    round,
    trace: {
      ...trace,
      client: { ...trace.client, request: { ...trace.client.request, httpVersion } },
      origin: { ...trace.origin, end, ...abort } as OriginTrace,
      ...(fault === undefined ? {} : { fault }),
    },
  };
}

/** The same at three moments of the pace: told so long after the departure, or so long after the next write. */
function tries(one: Case, afterMs?: number, isAfterWrite = false): Case[] {
  const { phase = 'writing' } = one;
  const leftAts = phase === 'writing' ? [450, 560, 670] : [300, 500, 700];
  return leftAts.map((leftAt) => {
    const from = isAfterWrite ? (phase === 'writing' ? 800 : 3400) : leftAt;
    return { ...one, leftAt, ...(afterMs === undefined ? {} : { toldAt: from + afterMs }) };
  });
}

function both(one: Case, afterMs?: number, isAfterWrite = false): Case[] {
  return (['writing', 'idle'] as const).flatMap((phase) => tries({ ...one, phase }, afterMs, isAfterWrite));
}

/** With no hop between, all is told at once, as it was done. */
const WAY: Case[] = [...both({}, 1), ...both({ how: 'rst', seen: 'rst' }, 1)];

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
    expect(writing(...tries({}, 2))).toEqual({
      when: 'at-once',
      ms: { min: 2, max: 2 },
      seen: ['fin'],
      told: 3,
      tries: 3,
      rounds: 1,
      intervalMs: 400,
      leftAfterWriteMs: { min: 50, max: 270 },
    });
  });

  it('at the next write is no time since the departure', () => {
    expect(writing(...tries({}, 3, true))).toMatchObject({
      when: 'next-write',
      write: { min: 1, max: 1 },
      ms: { min: 3, max: 3 },
    });
  });

  it('so long after the departure is no write', () => {
    expect(writing(...tries({}, 370))).toMatchObject({
      when: 'later',
      since: 'client-left',
      ms: { min: 370, max: 370 },
    });
  });

  it('that never comes is a zombie, as far as the stream went', () => {
    expect(writing(...tries({}))).toMatchObject({
      when: 'never',
      boundMs: 2500,
      writes: 8,
      seen: ['nothing'],
      told: 0,
      tries: 3,
    });
  });

  it('is never where one try was a zombie', () => {
    expect(writing(...tries({}, 2), { leftAt: 600 })).toMatchObject({
      when: 'never',
      told: 3,
      tries: 4,
      seen: ['fin'],
    });
  });
});

describe('in silence, its learning', () => {
  it.each([
    [{}, 1, false, 'at-once'],
    [{}, 370, false, 'later'],
    [{}, 1, true, 'next-write'],
    [{}, 201, true, 'next-write'],
    [{}, undefined, false, 'never'],
  ] as const)('%j %s ms after the departure, or (%s) the write, is %s', (one, afterMs, isAfterWrite, when) => {
    expect(idle(...tries({ phase: 'idle', ...one }, afterMs, isAfterWrite))?.when).toBe(when);
  });
});

describe('what the origin saw', () => {
  it.each([
    [['fin', 'fin', 'fin'], ['fin']],
    [
      ['rst', 'fin', 'rst'],
      ['fin', 'rst'],
    ],
    [['nothing', 'nothing', 'nothing'], ['nothing']],
    [
      ['rst-stream', 'rst-stream', 'fin'],
      ['fin', 'rst-stream CANCEL'],
    ],
  ] as const)('of %j is %j', (seen, expected) => {
    const cases = tries({}, 2).map((one, index) => ({ ...one, seen: seen[index] ?? 'nothing' }));
    expect(writing(...cases)?.seen).toEqual(expected);
  });

  it('is timed on the client’s clock', () => {
    expect(writing(...tries({ offsetMs: 5000 }, 2))).toMatchObject({ when: 'at-once', ms: { max: 2 } });
    expect(idle(...tries({ phase: 'idle', offsetMs: -700 }, 1, true))).toMatchObject({ when: 'next-write' });
  });
});

describe('a try does not count', () => {
  it.each<[string, Case]>([
    ['whose client had the whole stream', { clientEnd: 'complete' }],
    ['whose client gave up', { clientEnd: 'no-end', toldAt: 501 }],
    ['whose hop had closed the stream before its client left', { leftAt: 500, toldAt: 450 }],
    ['that was our own fault', { toldAt: 501, fault: 'the control API failed' }],
    ['whose client left after the end', { leftAt: 3602 }],
    ['whose stream was deleted', { originEnd: 'deleted' }],
    ['whose lifetime was over', { originEnd: 'lifetime' }],
  ])('%s', (_, one) => {
    expect(writing(one)).toBeUndefined();
    expect(writing(one, ...tries({}, 2))?.tries).toBe(3);
  });

  it.each([199, 3401, 3500])('as one in silence whose client left at %d ms', (leftAt) => {
    expect(idle({ leftAt })).toBeUndefined();
  });

  it('and nothing is told of where none counts, or too few', () => {
    expect(said({ originEnd: 'deleted' })).toBe(UNTOLD);
    expect(said({ toldAt: 501 })).toBe(
      'the origin learns that the client left at a moment that could not be told (only 1 of the 3 departures that are needed could be made) while it writes, by FIN',
    );
    expect(abortMeasure.flaw(found([{ toldAt: 501 }]))).toBeUndefined();
    expect(abortMeasure.noise?.(found([{ toldAt: 501 }]))).toMatch(/^only 1 of the 3/);
    expect(abortMeasure.noise?.(found(WAY))).toBeUndefined();
  });
});

function byReset(cases: Case[]): Case[] {
  return cases.map((one) => ({ ...one, how: 'rst' }));
}

function sayOf(departures: Departure[]): string {
  return abortMeasure.say(abortMeasure.figures({ departures }));
}

describe('a stream that is over before the client can leave', () => {
  const cases: Case[] = [200, 203].map((leftAt) => ({ leftAt, clientEnd: 'complete' }));

  it('has no figure, and it is said when it was over', () => {
    expect(said(...cases)).toBe(
      'could not be told: the stream was over after 201 ms to 204 ms, before the client could leave',
    );
  });

  it('is said to have had an answer of the hop’s own, where it gave one each time', () => {
    const answered = (status: number): Departure[] =>
      cases.map((one) => {
        const { trace, ...rest } = departure(one);
        const head = trace.client.head === undefined ? {} : { head: { ...trace.client.head, status } };
        return { ...rest, trace: { ...trace, client: { ...trace.client, ...head } } };
      });
    expect(sayOf(answered(504))).toBe(
      'could not be told: the hop gave a 504 of its own after 201 ms to 204 ms, before the client could leave',
    );
    expect(sayOf([...answered(504), ...answered(502)])).toContain('the stream was over after');
    expect(sayOf([...answered(504), departure({ toldAt: 501 })])).not.toContain('504');
  });
});

describe('it says', () => {
  const atOnce = both({}, 1.26);
  const zombie = both({});

  it('the worst figure where both are at once, and what the origin saw', () => {
    expect(said(...tries({}, 1.26), ...tries({ phase: 'idle' }, 20))).toBe(
      'the origin learns that the client left at once (within 20 ms), by FIN',
    );
    expect(said(...atOnce)).toBe('the origin learns that the client left at once (within 1.3 ms), by FIN');
  });

  it('the write of the next, and how long a timer is', () => {
    expect(said(...tries({}, 1, true), ...tries({ phase: 'idle' }, 240))).toBe(
      'the origin learns that the client left only when it writes again (within 1.0 ms of write 1, one each 400 ms) while it writes, only 240 ms later while it is silent, by FIN',
    );
  });

  it.each<[string, Case[], string]>([
    [
      'silence',
      tries({ phase: 'idle' }).map((one) => ({ ...one, toldAt: 1200 })),
      'only 1.0 s after its last write, whether the client is there or not',
    ],
    [
      'no fixed moment',
      [
        { phase: 'idle', leftAt: 300, toldAt: 500 },
        { phase: 'idle', leftAt: 500, toldAt: 1000 },
        { phase: 'idle', leftAt: 700, toldAt: 1600 },
      ],
      'only 200 ms to 900 ms later, at no fixed moment',
    ],
  ])('late by %s', (_, cases, says) => {
    expect(said(...cases)).toBe(`the origin learns that the client left ${says} while it is silent, by FIN`);
  });

  it('a zombie with its bound, and one that is none every time', () => {
    expect(said(...zombie)).toBe(
      'the origin never learns that the client left (a zombie: not within 2.5 s, nor by 8 small writes)',
    );
    expect(said(...tries({}, 1), { leftAt: 600 })).toBe(
      'the origin learns that the client left not always (a zombie: not within 2.5 s, nor by 8 small writes in 1 of 4) while it writes, by FIN',
    );
    expect(abortMeasure.flaw(found(zombie))).toBe(
      'zombie: the origin is not told of a departure within 2.5 s, nor by 8 small writes',
    );
  });

  it('that nothing had been written when the client left, which a busy machine does too', () => {
    const early = [-30, -20, -10].map((leftAt) => ({ leftAt }));
    expect(said(...early)).toBe(
      'could not be told: in 3 of 3 tries the origin had written nothing when the client left: the hop, or the machine, was late',
    );
    expect(abortMeasure.noise?.(found(early))).toContain('in 3 of 3 tries');
    expect(abortMeasure.noise?.(found([{ clientEnd: 'complete' }]))).toBeUndefined();
    expect(found([...atOnce, { leftAt: -10 }]).late).toBeUndefined();
  });

  it('of an RST only where it is told otherwise', () => {
    expect(said(...atOnce, ...byReset(atOnce))).toBe(said(...atOnce));
    expect(said(...zombie, ...byReset(atOnce))).toBe(
      'the origin never learns that the client left (a zombie: not within 2.5 s, nor by 8 small writes); by RST the origin learns that the client left at once (within 1.3 ms), by FIN',
    );
  });

  it('RST_STREAM of a client over HTTP/2, and of the hop’s own', () => {
    const over = found(both({ httpVersion: '2', seen: 'rst-stream' }, 1));
    expect(over.by).toBe('rst-stream');
    expect(abortMeasure.say(over)).toBe(
      'the origin learns of the client’s RST_STREAM at once (within 1.0 ms), by RST_STREAM CANCEL',
    );
  });

  it.each([
    [both({}, 1), undefined],
    [both({}, 1, true), 'the origin is told of a departure only when it writes again'],
    [both({}, 300), 'the origin is told late of a departure'],
    [[...both({}, 1), ...both({ how: 'rst' }, 300)], 'the origin is told late of a departure'],
  ])('of the worst what is wrong (%#)', (cases, flaw) => {
    expect(abortMeasure.flaw(found(cases))).toBe(flaw);
  });
});

describe('the way to the hop', () => {
  const all = [...both({}, 1, true), ...both({ how: 'rst' }, 1, true)];

  it.each([
    ['each time', 'fin'],
    ['but for a race', 'rst'],
  ] as const)('that makes a FIN of an RST %s leaves nothing to say of one', (_, inRace) => {
    const resets = both({ how: 'rst' }, 1).map((one, index) => (index === 0 ? { ...one, seen: inRace } : one));
    const port = [...both({}, 1), ...resets];
    expect(found(all, port)).toEqual({ by: 'fin', writing: expect.anything(), idle: expect.anything() });
    const transparent = abortMeasure.relays.find(({ relay }) => relay === 'transparent');
    expect(transparent?.convicted(found(port, port))).toBe(true);
    expect(transparent?.convicted(found(all, port))).toBe(false);
  });

  it('that does not tell by itself is not held against the hop', () => {
    const slow = [...tries({}, 1), ...tries({ phase: 'idle' }, 1, true), ...both({ how: 'rst', seen: 'rst' }, 1)];
    expect(found(all, slow)).toEqual({
      by: 'fin',
      writing: expect.objectContaining({ when: 'next-write' }),
      byReset: { writing: expect.anything(), idle: expect.anything() },
    });
  });

  it('of which too little is known leaves a doubt, and says why', () => {
    const few = [...tries({}, 1).slice(1), ...tries({ phase: 'idle' }, 1)];
    expect(found(both({}, 300), few)).toMatchObject({
      writing: {
        when: 'inconclusive',
        reason: 'nor could it with no hop between: only 2 of the 3 departures that are needed could be made',
        told: 3,
      },
      idle: { when: 'later' },
    });
  });

  it('of which nothing is known leaves nothing to say', () => {
    expect(abortMeasure.say(found(all, []))).toBe(UNTOLD);
  });
});

describe('relays', () => {
  it('are convicted of just what they do', () => {
    const does: Record<string, Case[]> = {
      transparent: WAY,
      'abort-at-next-write': [...both({}, 1, true), ...both({ how: 'rst' }, 1, true)],
      'abort-after-370-ms': [...both({}, 371), ...both({ how: 'rst' }, 372)],
      zombie: [...both({}), ...both({ how: 'rst' })],
    };
    expect(abortMeasure.relays.map(({ relay }) => relay)).toEqual(Object.keys(does));
    for (const relay of Object.keys(does)) {
      for (const [doer, cases] of Object.entries(does)) expect(convicts(relay, ...cases)).toBe(relay === doer);
    }
  });

  it('are not convicted by half', () => {
    const [ends, resets] = [both({}, 1), both({ how: 'rst', seen: 'rst' }, 1)];
    expect(convicts('transparent', ...ends)).toBe(false);
    expect(convicts('transparent', ...ends, ...both({ how: 'rst' }, 1))).toBe(false);
    expect(convicts('transparent', ...tries({}, 1), ...tries({ phase: 'idle' }, 1, true), ...resets)).toBe(false);
    expect(convicts('zombie', ...both({}), ...resets)).toBe(false);
    expect(convicts('abort-after-370-ms', ...both({}, 500), ...both({ how: 'rst' }, 500))).toBe(false);
  });
});
