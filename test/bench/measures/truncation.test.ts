import { describe, expect, it } from 'vitest';

import type { ClientEnd } from '../../../bench/client/client.ts';
import { truncationMeasure, type Fate, type TruncationFigures } from '../../../bench/measures/truncation.ts';
import type { Trace } from '../../../bench/trace.ts';
import type { Framing, WorkloadInput } from '../../../server/workload.ts';
import { arriving, makeTrace } from '../traces.ts';

const DIED_AT = 60;
const FRAMINGS: Framing[] = ['chunked', 'content-length', 'close-delimited'];
const HOWS = ['rst', 'fin'] as const;

interface Case {
  framing?: Framing;
  how?: 'rst' | 'fin';
  clientEnd?: ClientEnd;
  endAt?: number;
  status?: number;
  text?: string;
  originEnd?: 'died' | 'complete';
  offsetMs?: number;
  fault?: string;
}

function death(given: Case): Trace {
  const { framing = 'chunked', how = 'fin', clientEnd = 'cut', endAt = 61, originEnd = 'died', offsetMs = 0 } = given;
  const workload: WorkloadInput = {
    framing,
    count: 20,
    pace: { mode: 'paced', intervalMs: 10 },
    death: { afterChunk: 4, how },
  };
  const times = [10, 20, 30, 40, 50];
  const trace = makeTrace({
    workload,
    emittedAt: times,
    pieces: [...arriving(times, workload), ...(given.text === undefined ? [] : [{ at: DIED_AT, text: given.text }])],
    endAt: DIED_AT,
    clientEnd: { at: endAt, how: clientEnd },
    offsetMs,
    ...(clientEnd === 'no-head' ? { headAt: undefined } : {}),
  });
  if (trace.client.head !== undefined) trace.client.head.status = given.status ?? 200;
  return {
    ...trace,
    origin: { ...trace.origin, end: { at: DIED_AT - offsetMs, how: originEnd } },
    ...(given.fault === undefined ? {} : { fault: given.fault }),
  };
}

type Cases = Partial<Record<`${Framing} ${'rst' | 'fin'}`, Case>>;

/** All six cases, those that `other` names ended otherwise than by a cut. */
function deaths(other: Cases): Trace[] {
  return FRAMINGS.flatMap((framing) => HOWS.map((how) => death({ framing, how, ...other[`${framing} ${how}`] })));
}

const UNKNOWABLE = { 'close-delimited fin': { clientEnd: 'closed' } } as const;

function found(given: Trace[], way: Cases = UNKNOWABLE): TruncationFigures {
  return truncationMeasure.figures({ deaths: given, direct: deaths(way) });
}

function fateOf(given: Case): Fate | undefined {
  return found([death({ framing: 'chunked', how: 'fin', ...given })]).chunked.fin;
}

function figures(other: Cases = {}, way: Cases = UNKNOWABLE): TruncationFigures {
  return found(deaths(other), way);
}

const HANGS = { clientEnd: 'no-end', endAt: 2500 } as const;
const HIDES = { clientEnd: 'complete' } as const;
const NOTE = { text: 'upstream died' } as const;

describe('a dead origin', () => {
  it.each<[ClientEnd, Fate | undefined]>([
    ['cut', 'told'],
    ['reset', 'told'],
    ['malformed', 'told'],
    ['complete', 'hidden'],
    ['closed', 'hidden'],
    ['not-connected', undefined],
    ['left', undefined],
  ])('whose stream ends %s for the client is %s', (clientEnd, fate) => {
    expect(fateOf({ clientEnd })).toBe(fate);
  });

  it.each(['no-end', 'no-head'] as const)('makes a client hang that waited two seconds for it (%s)', (clientEnd) => {
    expect(fateOf({ clientEnd, endAt: DIED_AT + 2000 })).toBe('hangs');
    expect(fateOf({ clientEnd, endAt: DIED_AT + 1999 })).toBeUndefined();
    expect(fateOf({ clientEnd, endAt: DIED_AT + 2000, offsetMs: -900 })).toBe('hangs');
    expect(fateOf({ clientEnd, endAt: DIED_AT + 1999, offsetMs: 900 })).toBeUndefined();
  });

  it('is told of by another status, whose body is its own', () => {
    const page = found([death({ clientEnd: 'complete', status: 502, text: 'Bad Gateway' })]);
    expect(page.chunked.fin).toBe('told');
    expect(page.foreign).toEqual([]);
  });

  it('that did not die proves nothing, nor does a fault of ours', () => {
    expect(fateOf({ originEnd: 'complete' })).toBeUndefined();
    expect(fateOf({ fault: 'the control API failed' })).toBeUndefined();
  });
});

describe('the figures', () => {
  it('hold each case on its own, and how long was waited', () => {
    const one = figures({ 'chunked rst': HANGS, 'content-length fin': HIDES, ...UNKNOWABLE });
    expect(one).toEqual({
      chunked: { rst: 'hangs', fin: 'told' },
      'content-length': { rst: 'told', fin: 'hidden' },
      'close-delimited': { rst: 'told', fin: 'not-visible' },
      foreign: [],
      hiddenByWay: [{ framing: 'close-delimited', how: 'fin' }],
      waitedMs: 2000,
    });
  });

  it('name the case in which text was added', () => {
    expect(figures({ 'content-length rst': NOTE }).foreign).toEqual([
      { framing: 'content-length', how: 'rst', sample: 'upstream died' },
    ]);
  });
});

describe('it says', () => {
  it.each<[string, Parameters<typeof figures>[0]]>([
    ['the client is told that the origin died, wherever that can be told', UNKNOWABLE],
    [
      'a dead origin looks like a clean end (close-delimited by RST); the client is told that the origin died (chunked, content-length)',
      { ...UNKNOWABLE, 'close-delimited rst': HIDES },
    ],
    [
      'a dead origin looks like a clean end (chunked by RST); the client of a dead origin hangs, for 2 s at least (content-length); the client is told that the origin died (chunked by FIN, close-delimited by RST)',
      { ...UNKNOWABLE, 'chunked rst': HIDES, 'content-length rst': HANGS, 'content-length fin': HANGS },
    ],
    [
      'the client is told that the origin died, wherever that can be told; text that the origin never wrote is in the body: "upstream died"',
      { ...UNKNOWABLE, 'chunked rst': NOTE, 'chunked fin': NOTE },
    ],
  ])('%s', (phrase, other) => {
    expect(truncationMeasure.say(figures(other))).toBe(phrase);
  });

  it('that it could not be told', () => {
    expect(truncationMeasure.say(found([]))).toBe('could not be told');
  });
});

function all(one: Case): Parameters<typeof figures>[0] {
  return Object.fromEntries(FRAMINGS.flatMap((framing) => HOWS.map((how) => [`${framing} ${how}`, one])));
}

describe('what the way hides with no hop between', () => {
  const PORT = { ...UNKNOWABLE, 'close-delimited rst': { clientEnd: 'closed' } } as const;

  it('is not visible, and no hop is blamed for it', () => {
    const seen = figures(PORT, PORT);
    expect(seen['close-delimited']).toEqual({ rst: 'not-visible', fin: 'not-visible' });
    expect(truncationMeasure.say(seen)).toBe(
      'the client is told that the origin died, wherever that can be told; not visible here, with no hop between either: close-delimited by RST',
    );
  });

  it('a hop hides that makes a clean end of its own of an RST', () => {
    const seen = figures({ ...PORT, 'close-delimited rst': HIDES }, PORT);
    expect(seen['close-delimited'].rst).toBe('hidden');
    expect(truncationMeasure.say(seen)).toContain('a dead origin looks like a clean end (close-delimited by RST)');
  });

  it('does not stop a relay from being convicted', () => {
    const does: Record<string, TruncationFigures> = {
      transparent: figures(PORT, PORT),
      'hide-death': figures(all(HIDES), PORT),
      'hang-at-death': figures({ ...all(HANGS), ...PORT }, PORT),
      'explain-death': figures({ ...all(NOTE), ...PORT }, PORT),
    };
    for (const { relay, convicted } of truncationMeasure.relays)
      for (const [doer, done] of Object.entries(does)) expect(convicted(done)).toBe(relay === doer);
  });

  it('may not be more, or nothing is proven', () => {
    const way = { ...PORT, 'chunked fin': HIDES } as const;
    for (const { convicted } of truncationMeasure.relays) expect(convicted(figures(way, way))).toBe(false);
  });
});

describe('relays', () => {
  it('are convicted of just what they do', () => {
    const does: Record<string, TruncationFigures> = {
      transparent: figures(UNKNOWABLE),
      'hide-death': figures(all(HIDES)),
      'hang-at-death': figures({ ...all(HANGS), ...UNKNOWABLE }),
      'explain-death': figures({ ...all(NOTE), ...UNKNOWABLE }),
    };
    expect(truncationMeasure.relays.map(({ relay }) => relay)).toEqual(Object.keys(does));
    for (const { relay, convicted } of truncationMeasure.relays) {
      for (const [doer, done] of Object.entries(does)) expect(convicted(done)).toBe(relay === doer);
    }
  });

  it('are not convicted by other text, nor by some of it', () => {
    const explain = truncationMeasure.relays.find(({ relay }) => relay === 'explain-death');
    expect(explain?.convicted(figures({ ...all({ text: 'died upstream' }), ...UNKNOWABLE }))).toBe(false);
    expect(explain?.convicted(figures({ ...all(NOTE), ...UNKNOWABLE, 'chunked rst': {} }))).toBe(false);
  });
});
