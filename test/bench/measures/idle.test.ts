import { describe, expect, it } from 'vitest';

import type { ClientEnd } from '../../../bench/client/client.ts';
import { idleMeasure, type IdleFigures, type Silent } from '../../../bench/measures/idle.ts';
import type { Cut } from '../../../bench/measures/silence.ts';
import type { StreamEnd } from '../../../server/trace.ts';
import type { WorkloadInput } from '../../../server/workload.ts';
import { arriving, makeTrace } from '../traces.ts';

const BEFORE = [10, 20, 30, 40, 50];
const AFTER = [3060, 3070, 3080, 3090, 3100];

interface Case {
  /** When the client's response ended, and how; whole by default. */
  cutAt?: number;
  /** When the last word came where the response did not end with it. */
  lastAt?: number;
  clientEnd?: ClientEnd;
  /** When the origin saw that its reader was gone. */
  leftAt?: number;
  status?: number;
  text?: string;
  offsetMs?: number;
  fault?: string;
  unasked?: true;
}

const PACED = { mode: 'paced', intervalMs: 10 } as const;
const WORKLOADS: Record<Silent['phase'], WorkloadInput> = {
  mid: { count: 10, pace: { ...PACED, silence: { afterChunk: 4, ms: 3000 } } },
  heartbeats: { count: 10, pace: { ...PACED, silence: { afterChunk: 4, ms: 3000, heartbeatMs: 100 } } },
  head: { count: 10, headDelayMs: 3000, pace: PACED },
};

/** Five words, 3 s of silence, five words; or 3 s before a head and ten words. The request came at 0. */
function silent(phase: Silent['phase'], given: Case = {}): Silent {
  const { cutAt = Infinity, lastAt = Infinity, leftAt = Infinity, clientEnd = 'complete', offsetMs = 0, text } = given;
  const workload = WORKLOADS[phase];
  const planned =
    phase === 'head' ? [...BEFORE, ...AFTER].map((at, seq) => (seq < 5 ? at + 3000 : at)) : [...BEFORE, ...AFTER];
  const emittedAt = planned.filter((at) => at < leftAt);
  const arrivedAt = planned.filter((at) => at < Math.min(cutAt, leftAt, lastAt)).map((at) => at + 1);
  const endAt = Math.min(leftAt, 3101);
  const end = { at: cutAt === Infinity ? 3102 : cutAt, how: clientEnd };
  const headAt = phase === 'head' ? 3001 : 1;
  const trace = makeTrace({
    workload,
    emittedAt,
    pieces: [...arriving(arrivedAt, workload), ...(text === undefined ? [] : [{ at: end.at, text }])],
    endAt,
    clientEnd: end,
    offsetMs,
    headAt: given.status !== undefined ? end.at : headAt < end.at ? headAt : undefined,
  });
  if (given.status !== undefined && trace.client.head !== undefined) trace.client.head.status = given.status;
  const how: StreamEnd = leftAt === Infinity ? 'complete' : 'client-left';
  const request = { at: -offsetMs, method: 'GET', httpVersion: '1.1', headers: {} };
  return {
    phase,
    trace: {
      ...trace,
      client: { ...trace.client, sentAt: 0 },
      origin: {
        ...trace.origin,
        ...(given.unasked === true ? {} : { request }),
        ...(headAt < leftAt ? { headAt: headAt - 1 - offsetMs } : {}),
        end: { at: endAt - offsetMs, how },
        ...(leftAt === Infinity ? {} : { abort: { at: leftAt - offsetMs, seen: 'fin' as const } }),
      },
      ...(given.fault === undefined ? {} : { fault: given.fault }),
    },
  };
}

function found(mid: Case = {}, heartbeats: Case = {}, head: Case = {}): IdleFigures {
  return idleMeasure.figures([silent('mid', mid), silent('heartbeats', heartbeats), silent('head', head)]);
}

function said(mid: Case = {}, heartbeats: Case = {}, head: Case = {}): string {
  return idleMeasure.say(found(mid, heartbeats, head));
}

const AT_ONE_SECOND: Case = { cutAt: 1051, clientEnd: 'cut', leftAt: 1050 };

describe('a silence that is not cut', () => {
  it('is a lower bound', () => {
    const notCut = { how: 'not-cut', silentMs: 3000 };
    expect(found()).toEqual({ mid: notCut, heartbeats: notCut, head: notCut });
    expect(said()).toBe('not cut within 3 s of silence (--deep waits longer)');
  });

  it('is one whose words all came, though not by the origin’s framing', () => {
    expect(found({ clientEnd: 'closed' }).mid.how).toBe('not-cut');
  });
});

describe('a silence that is cut', () => {
  it('is so many ms after the last byte, by the client’s clock', () => {
    expect(found(AT_ONE_SECOND)).toMatchObject({
      mid: {
        how: 'cut',
        during: 'silence',
        idleMs: 1000,
        totalMs: 1051,
        client: 'cut',
        origin: { saw: 'fin', idleMs: 1000 },
      },
      idleCutMs: 1000,
      heartbeatsHelp: true,
    });
    expect(said(AT_ONE_SECOND)).toBe(
      'cut after 1.0 s of silence: the client is told; heartbeats prevent it; before the head not cut within 3 s',
    );
  });

  it('does not take what comes with the cut for the last byte', () => {
    const page = { ...AT_ONE_SECOND, clientEnd: 'complete', text: '504 Gateway Timeout' } as const;
    expect(found(page).mid).toMatchObject({ idleMs: 1000, client: 'clean-end', text: '504 Gateway Timeout' });
    expect(said(page)).toContain('it looks like a clean end, with "504 Gateway Timeout" in the stream');
  });

  it.each([-700, 900])('is the same with clocks %d ms apart', (offsetMs) => {
    expect(found({ ...AT_ONE_SECOND, offsetMs }).mid).toMatchObject({
      idleMs: 1000,
      during: 'silence',
      origin: { saw: 'fin', idleMs: 1000 },
    });
  });

  it.each<[ClientEnd, Cut['client']]>([
    ['complete', 'clean-end'],
    ['closed', 'clean-end'],
    ['cut', 'cut'],
    ['malformed', 'cut'],
    ['reset', 'reset'],
  ])('shows the client that ended %s a %s', (clientEnd, client) => {
    expect(found({ ...AT_ONE_SECOND, clientEnd }).mid).toMatchObject({ how: 'cut', client });
  });

  it('is none that cannot be read from its first word on', () => {
    expect(found({ cutAt: 105, clientEnd: 'malformed', leftAt: 105 }).mid.how).toBe('cut');
    const unread = silent('mid', { cutAt: 105, clientEnd: 'malformed', leftAt: 105 });
    const mid = { ...unread, trace: { ...unread.trace, arrivals: [] } };
    expect(idleMeasure.figures([mid]).mid).toMatchObject({ how: 'unknown' });
  });

  it('that leaves the client hanging is timed by the origin’s being left', () => {
    const hangs = { cutAt: 4100, clientEnd: 'no-end', leftAt: 1050 } as const;
    expect(found(hangs).mid).toMatchObject({ client: 'hangs', idleMs: 999, totalMs: 1050 });
    expect(said(hangs)).toContain('cut after 999 ms of silence: the client hangs; heartbeats prevent it');
  });

  it('may be told to the origin long before, or not at all', () => {
    expect(said({ ...AT_ONE_SECOND, cutAt: 2051 })).toContain(
      'cut after 2.0 s of silence: the client is told (the origin after 1.0 s)',
    );
    expect(said({ cutAt: 1051, clientEnd: 'cut' })).toContain('the client is told, the origin is not told');
  });

  it('before the head may be answered by a status of the hop', () => {
    const late = { cutAt: 1000, clientEnd: 'complete', leftAt: 999, status: 504, text: 'Gateway Timeout' } as const;
    const { head } = found({}, {}, late);
    expect(head).toMatchObject({ client: 'status', status: 504, idleMs: 1000, origin: { saw: 'fin', idleMs: 999 } });
    expect(head).not.toHaveProperty('text');
    expect(said({}, {}, late)).toBe(
      'not cut within 3 s of silence (--deep waits longer); before the head cut after 1.0 s of silence: the client gets 504',
    );
  });

  it('is not told from a status that the hop answers to the head itself', () => {
    const refused = { cutAt: 3010, leftAt: 3009, clientEnd: 'complete', status: 501 } as const;
    expect(found({}, {}, refused).head).toEqual({
      how: 'unknown',
      reason: 'the hop answered 501 itself',
    });
  });

  it('may make the hop ask the origin again, whose refusal the client gets', () => {
    const late = silent('head', { cutAt: 1000, leftAt: 999, clientEnd: 'complete', status: 409 });
    late.trace.origin.replays = 1;
    const seen = idleMeasure.figures([silent('mid'), late]);
    expect(seen.head).toMatchObject({ how: 'cut', status: 409, replays: 1 });
    expect(idleMeasure.say(seen)).toContain(
      'before the head cut after 1.0 s of silence: the hop asks the origin again',
    );
  });

  it('only when the origin wrote again was not cut by silence', () => {
    const late = { cutAt: 3065, clientEnd: 'cut', leftAt: 3064 } as const;
    expect(found(late).mid).toMatchObject({ during: 'next-write' });
    expect(found(late)).not.toHaveProperty('idleCutMs');
    expect(said(late)).toContain('cut when the origin writes again, after 3.0 s of silence: the client is told');
  });

  it('whether heartbeats come or not is a limit on the whole response', () => {
    const limit = { cutAt: 2000, clientEnd: 'cut', leftAt: 1999 } as const;
    expect(found(limit, limit)).toMatchObject({ heartbeatsHelp: false });
    expect(said(limit, limit)).toMatch(
      /^cut 1\.9 s after the last data or 2\.0 s after the request, heartbeats or not: the client is told;/,
    );
  });

  it('at another moment with heartbeats is not said to be at one of both', () => {
    const limit = { cutAt: 2000, clientEnd: 'cut', leftAt: 1999 } as const;
    expect(said(AT_ONE_SECOND, limit)).toContain(
      'cut after 1.0 s of silence: the client is told; with heartbeats cut 2.0 s after the request: the client is told',
    );
  });

  it('in a format without comments says nothing of heartbeats', () => {
    const plain = idleMeasure.figures([silent('mid', AT_ONE_SECOND), silent('head')]);
    expect(plain).not.toHaveProperty('heartbeats');
    expect(plain).not.toHaveProperty('heartbeatsHelp');
    expect(idleMeasure.say(plain)).toBe(
      'cut after 1.0 s of silence: the client is told; before the head not cut within 3 s',
    );
  });
});

describe('nothing is told', () => {
  it.each<[string, Case, string]>([
    ['by our own fault', { fault: 'the control API failed' }, 'the control API failed'],
    ['when the origin was not asked', { unasked: true, status: 501 }, 'the hop answered 501 without the origin'],
    [
      'when the hop refused the response before the silence',
      { cutAt: 15, leftAt: 15, clientEnd: 'complete', status: 501 },
      'the hop answered 501 itself',
    ],
    [
      'when the hop cut before the silence',
      { cutAt: 35, leftAt: 35, clientEnd: 'reset' },
      'the stream ended before the silence (reset)',
    ],
    ['when there was no connection', { clientEnd: 'not-connected' }, 'not-connected'],
  ])('%s', (_, given, reason) => {
    expect(found(given).mid).toEqual({ how: 'unknown', reason });
    expect(said(given)).toContain(`could not be told: ${reason}`);
  });
});

describe('what a busy machine does as well', () => {
  it.each<[string, Case, string]>([
    [
      'a client that waits in vain, of an origin that was not left',
      { cutAt: 4100, lastAt: 60, clientEnd: 'no-end' },
      'the stream did not end, and the origin was not left',
    ],
    [
      'an origin that is left because the client gave up',
      { cutAt: 4100, clientEnd: 'no-end', leftAt: 4101 },
      'the stream did not end, and the origin was left only with the client',
    ],
  ])('is not a client that hangs: %s', (_, given, reason) => {
    const seen = found(given);
    expect(seen.mid).toEqual({ how: 'unknown', reason, isNoise: true });
    expect(idleMeasure.noise?.(seen)).toBe(reason);
    expect(idleMeasure.flaw(seen)).toBeUndefined();
    expect(idleMeasure.noise?.(found({ ...given, leftAt: 1050 }))).toBeUndefined();
  });
});

describe('a hop that hands on slowly what was written after the silence', () => {
  it('did not cut it, whether or not the client waited for the end', () => {
    const slow = found({ cutAt: 4100, lastAt: 3075, clientEnd: 'no-end' });
    expect(slow.mid).toEqual({ how: 'not-cut', silentMs: 3000 });
    const slowHead = found({}, {}, { cutAt: 4100, lastAt: 3015, clientEnd: 'no-end', offsetMs: -900 });
    expect(slowHead.head).toEqual({ how: 'not-cut', silentMs: 3000 });
    const headAlone = found({}, {}, { cutAt: 4100, lastAt: 0, clientEnd: 'no-end' });
    expect(headAlone.head).toEqual({ how: 'not-cut', silentMs: 3000 });
  });
});

/** By a relay's timer of a second, mid-stream and before the head. */
function cut(clientEnd: ClientEnd, more: Case = {}): Case {
  return { cutAt: 1051, leftAt: 1050, clientEnd, ...more };
}

function headCut(clientEnd: ClientEnd, more: Case = {}): Case {
  return { cutAt: 1001, leftAt: 1000, clientEnd, ...more };
}

describe('relays', () => {
  const note = '504 Gateway Timeout';
  const does: Record<string, IdleFigures> = {
    transparent: found(),
    'idle-reset': found(cut('reset'), {}, headCut('reset')),
    'idle-end': found(cut('complete'), {}, headCut('complete', { status: 200 })),
    'idle-hang': found(cut('no-end', { cutAt: 4100 }), {}, headCut('no-head', { cutAt: 4100 })),
    'idle-note': found(cut('complete', { text: note }), {}, headCut('complete', { status: 504, text: note })),
    'total-limit': found(cut('cut', { cutAt: 1001 }), cut('cut', { cutAt: 1001 }), headCut('cut')),
  };

  it('are convicted of just what they do', () => {
    expect(idleMeasure.relays.map(({ relay }) => relay)).toEqual(Object.keys(does));
    for (const { relay, convicted } of idleMeasure.relays)
      for (const [doer, done] of Object.entries(does))
        expect(`${doer} ${convicted(done)}`).toBe(`${doer} ${relay === doer}`);
  });

  it('are not convicted of a cut at another time', () => {
    const late = { cutAt: 2551, leftAt: 2550, clientEnd: 'reset' } as const;
    const other = found(late, {}, { ...late, cutAt: 2501, leftAt: 2500 });
    for (const { convicted } of idleMeasure.relays) expect(convicted(other)).toBe(false);
  });
});

it('of heartbeats that were cut later than silence, and asked for once more, the second time counts', () => {
  const late = cut('cut', { leftAt: 3050, cutAt: 3051 });
  const first = [silent('mid', cut('cut')), silent('heartbeats', late), silent('head')];
  expect(idleMeasure.figures(first).heartbeatsHelp).toBe(false);
  expect(idleMeasure.figures([...first, silent('heartbeats')]).heartbeatsHelp).toBe(true);
});
