import { describe, expect, it } from 'vitest';

import type { Evidence } from '../../../bench/evidence.ts';
import type { ClientTrace } from '../../../bench/client/client.ts';
import { brokenByTime, excuseOf, keptWaitingMs } from '../../../bench/verdict/timely.ts';
import type { Trace } from '../../../bench/trace.ts';
import { judge } from '../../../bench/verdict/verdict.ts';
import { arriving, cut, FLOOR, makeTrace, streamed } from '../traces.ts';

type ResponseHead = NonNullable<ClientTrace['head']>;

function judged(...tries: Evidence['tries']) {
  return judge({ tries, ...(tries.length > 1 ? { reference: streamed() } : {}) }, FLOOR);
}

describe('a hop was kept waiting', () => {
  it('for a word, since the one before it came', () => {
    expect(keptWaitingMs(cut(700))).toBe(700);
    expect(keptWaitingMs(streamed(300))).toBeLessThan(50);
  });

  it('for the head, beyond what the workload asks for', () => {
    const trace = streamed();
    trace.origin.request = { at: -900, method: 'GET', httpVersion: '1.1', remotePort: 1, headers: {} };
    trace.origin.headAt = 0;
    expect(keptWaitingMs(trace)).toBe(900);
    trace.origin.workload.headDelayMs = 800;
    expect(keptWaitingMs(trace)).toBe(100);
  });

  it('for the head, since all of the request’s body had come where the origin waits for that', () => {
    const trace = streamed();
    trace.origin.request = { at: -900, method: 'POST', httpVersion: '1.1', remotePort: 1, headers: {} };
    trace.origin.upload = { pieces: [], bytes: 64, end: { at: -300, how: 'whole' } };
    trace.origin.headAt = 0;
    expect(keptWaitingMs(trace)).toBe(900);
    trace.origin.workload.answer = 'request-end';
    expect(keptWaitingMs(trace)).toBe(300);
    delete trace.origin.upload;
    expect(keptWaitingMs(trace)).toBe(900);
  });

  it('for the first word, since the head', () => {
    const trace = streamed();
    trace.origin.headAt = -890;
    expect(keptWaitingMs(trace)).toBe(900);
    trace.origin.workload.pace.leadMs = 700;
    expect(keptWaitingMs(trace)).toBe(200);
  });

  it('for no head or word that is not in the trace', () => {
    const trace = makeTrace({ emittedAt: [], pieces: [], endAt: 1 });
    expect(keptWaitingMs(trace)).toBe(0);
    trace.origin.headAt = 5000;
    expect(keptWaitingMs(trace)).toBe(0);
    delete trace.origin.headAt;
    trace.origin.request = { at: -900, method: 'GET', httpVersion: '1.1', remotePort: 1, headers: {} };
    expect(keptWaitingMs(trace)).toBe(0);
  });

  it('by the clock of the client', () => {
    const emittedAt = [0, 701];
    const trace = makeTrace({ emittedAt, pieces: arriving([1, 702]), endAt: 703, offsetMs: 5000 });
    expect(keptWaitingMs(trace)).toBe(700);
  });

  it('in a steady stream beyond its pace and its silence', () => {
    const pace = { mode: 'paced', intervalMs: 100, leadMs: 0, silence: { afterChunk: 1, ms: 2000 } } as const;
    const trace = makeTrace({ workload: { count: 4, pace }, emittedAt: [0, 100, 2200, 2900], pieces: [], endAt: 2901 });
    expect(keptWaitingMs(trace)).toBe(600);
    const { silence: _, ...even } = pace;
    const spoken = makeTrace({ workload: { count: 3, pace: even }, emittedAt: [0, 100, 300], pieces: [], endAt: 301 });
    expect(keptWaitingMs(spoken)).toBe(100);
  });
});

/** A whole stream but for this. */
function but(change: (trace: Trace) => void): Trace {
  const trace = streamed();
  change(trace);
  return trace;
}

describe('a break that a timeout makes', () => {
  it.each([
    ['another status', but(({ client }) => void (client.head = { ...(client.head as ResponseHead), status: 504 }))],
    [
      'asked for again',
      but(({ client, origin }) => {
        client.head = { ...(client.head as ResponseHead), status: 409 };
        origin.replays = 1;
      }),
    ],
    ['answered without the origin', but(({ origin }) => void (origin.state = 'waiting'))],
    ['never ended', but(({ client }) => void (client.end = { how: 'no-end', at: 5000 }))],
    ['cut', cut()],
    [undefined, but(({ client }) => void (client.end = { how: 'malformed', at: 5000 }))],
  ])('is: %s', (words, trace) => {
    expect(brokenByTime(trace)).toBe(words);
  });

  it('is one of time, and bytes that are wrong are not', () => {
    expect(brokenByTime(cut())).toBe('cut');
    expect(brokenByTime(streamed())).toBeUndefined();
    const lost = makeTrace({ emittedAt: [0, 1, 2], pieces: arriving([1, undefined, 3]), endAt: 4 });
    expect(brokenByTime(lost)).toBeUndefined();
    expect(judged(streamed(), lost)).toMatchObject({ verdict: 'breaks', how: 'lost' });
  });

  it('is the hop’s where the bench was in time', () => {
    expect(excuseOf(cut(499))).toBeUndefined();
    expect(judged(cut())).toMatchObject({ verdict: 'breaks', how: 'cut' });
    expect(judged(cut(), cut())).toMatchObject({ verdict: 'breaks', how: 'cut' });
  });

  it('tells nothing where the bench was late', () => {
    expect(judged(cut(500))).toMatchObject({
      verdict: 'inconclusive',
      reason: expect.stringMatching(/kept the hop waiting for 500 ms/),
    });
    expect(judged(cut(), cut(900)).verdict).toBe('inconclusive');
    expect(judged(cut(900), cut()).verdict).toBe('breaks');
    expect(judged(cut(900), streamed()).verdict).toBe('streams');
  });

  it('is none where the stream is whole, however late the bench was', () => {
    const late = but(({ origin }) => void (origin.headAt = -5000));
    expect(keptWaitingMs(late)).toBeGreaterThan(500);
    expect(excuseOf(late)).toBeUndefined();
  });

  it('in other tries is not told of the last where that is our own fault, or is not spoken', () => {
    const unspoken = but(({ client }) => void (client.end = { how: 'unspoken', at: 1 }));
    expect(judged(cut(), cut(), { ...streamed(), fault: 'x' }).verdict).toBe('harness-error');
    expect(judged(cut(), cut(), unspoken).verdict).toBe('unsupported');
  });

  it('in some tries alone is told of none', () => {
    expect(judged(cut(), streamed())).toMatchObject({
      verdict: 'inconclusive',
      tries: 2,
      reason: 'the stream broke in 1 of 2 tries (cut), and not in the others',
    });
    expect(judged(streamed(), cut()).verdict).toBe('inconclusive');
    const lost = makeTrace({ emittedAt: [0, 1, 2], pieces: arriving([1, undefined, 3]), endAt: 4 });
    expect(judged(cut(), lost)).toMatchObject({ verdict: 'breaks', how: 'lost' });
  });

  it('is the hop’s where it is seen twice, whichever try was broken', () => {
    expect(judged(cut(), streamed(), streamed()).verdict).toBe('inconclusive');
    expect(judged(cut(), streamed(), cut(), streamed())).toMatchObject({ verdict: 'breaks', how: 'cut' });
    expect(judged(cut(900), streamed(), cut(), streamed()).verdict).toBe('inconclusive');
    const unended = but(({ client }) => void (client.end = { how: 'no-end', at: 5000 }));
    expect(judged(cut(), unended, streamed())).toMatchObject({ verdict: 'breaks', how: 'unended' });
    expect(judged(unended, streamed(), cut())).toMatchObject({ verdict: 'breaks', how: 'cut' });
    const evidence = { tries: [streamed()], paced: streamed() };
    expect(judge({ ...evidence, earlierPaced: [cut(), streamed()] }, FLOOR).verdict).toBe('inconclusive');
    expect(judge({ ...evidence, earlierPaced: [cut(), cut()] }, FLOOR).verdict).toBe('breaks');
  });

  it('is none of a response that was still coming when the client had waited long enough', () => {
    const trace = cut();
    trace.client.connectAt = -900;
    // The last read was at 3.
    trace.client.end = { how: 'no-end', at: 1002 };
    expect(excuseOf(trace)).toBe('the response was still coming when the client had waited 2 s');
    trace.client.end.at = 1003;
    expect(excuseOf(trace)).toBeUndefined();
    expect(judged(trace)).toMatchObject({ verdict: 'breaks', how: 'unended' });
    trace.client.end.at = 1002;
    trace.client.reads = [];
    expect(excuseOf(trace)).toBeUndefined();
    const slow = but(({ client }) => void (client.end = { how: 'no-end', at: (client.reads.at(-1)?.at ?? 0) + 999 }));
    expect(excuseOf(slow)).toMatch(/^the response was still coming/);
  });

  it('in the steady stream tells nothing where the bench was late', () => {
    const evidence = { tries: [streamed()] };
    expect(judge({ ...evidence, paced: cut() }, FLOOR).verdict).toBe('breaks');
    expect(judge({ ...evidence, paced: cut(900) }, FLOOR).verdict).toBe('inconclusive');
  });
});
