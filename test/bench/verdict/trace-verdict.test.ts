import { describe, expect, it } from 'vitest';

import type { Verdict } from '../../../bench/verdict/delivery.ts';
import { firstRelease, judgeTrace, longerLingerMs } from '../../../bench/verdict/trace-verdict.ts';
import type { Trace } from '../../../bench/trace.ts';
import { planChunks } from '../../../server/payload.ts';
import { LOCK_STEP, resolveWorkload } from '../../../server/workload.ts';
import { broken, FLOOR, holding, makeTrace, row, stalled, STALLED_AT_MS, streamed, WORKLOAD } from '../traces.ts';

function verdictOf(trace: Trace): Verdict {
  return judgeTrace(trace, FLOOR).verdict;
}

/** When the end was begun. */
function endOf(trace: Trace): number {
  return trace.origin.end?.at ?? Number.NaN;
}

describe('streams', () => {
  it('is what the floor is', () => {
    expect(judgeTrace(streamed(0.25), FLOOR)).toEqual({
      verdict: 'streams',
      hold: { n: 10, p50Ms: 0.25, p99Ms: 0.25, maxMs: 0.25 },
    });
  });

  it('is held up to the limit, and not over', () => {
    expect(verdictOf(streamed(5))).toBe('streams');
    expect(verdictOf(streamed(5.01))).toBe('delays');
  });

  it('may have one outlier in ten chunks, not two', () => {
    expect(verdictOf(streamed((seq) => (seq === 4 ? 300 : 0.2)))).toBe('streams');
    expect(verdictOf(streamed((seq) => (seq < 2 ? 300 : 0.2)))).toBe('inconclusive');
    expect(verdictOf(holding(...row(0, 2)))).toBe('streams');
    expect(verdictOf(holding(...row(0, 3)))).toBe('inconclusive');
  });
});

describe('unsupported', () => {
  it('is what the client could not even ask for, with its reason, whatever else there is', () => {
    const trace = streamed();
    trace.client.end = { at: 1, how: 'unspoken', detail: 'HTTP/2 is not spoken here' };
    expect(judgeTrace({ ...trace, fault: 'x' }, FLOOR)).toEqual({
      verdict: 'unsupported',
      reason: 'HTTP/2 is not spoken here',
    });
    trace.client.end = { at: 1, how: 'unspoken' };
    expect(judgeTrace(trace, FLOOR)).toEqual({ verdict: 'unsupported', reason: '' });
  });
});

describe('delays', () => {
  it('says the hold, and the floor it is held against', () => {
    expect(judgeTrace(streamed(200), FLOOR)).toEqual({
      verdict: 'delays',
      hold: { n: 10, p50Ms: 200, p99Ms: 200, maxMs: 200 },
      floor: FLOOR.hold,
      share: 1,
    });
  });
});

describe('inconclusive', () => {
  it('says how many were held, and over what', () => {
    const two = streamed((seq) => (seq < 2 ? 300 : 0.2));
    expect(judgeTrace(two, FLOOR)).toEqual({
      verdict: 'inconclusive',
      reason: '20 % of the words were held over 5.0 ms, the others were not',
      tries: 1,
    });
  });

  it('is up to three quarters of the chunks; from there it is a delay', () => {
    expect(verdictOf(holding(...row(0, 14)))).toBe('inconclusive');
    expect(verdictOf(holding(...row(0, 15)))).toBe('delays');
  });
});

describe('coalesces', () => {
  it('says what was written when nothing came yet, and what when something did', () => {
    // Chunks of 100 bytes at 0, 1000, 1015, 1030 ms; the fourth lets all four out.
    expect(judgeTrace(stalled({ releasedAfterMs: 1031 }), FLOOR)).toEqual({
      verdict: 'coalesces',
      streamedChunks: 0,
      heldBytes: { over: 300, upTo: 400 },
      releasedBytes: 400,
      waitedMs: 1031,
    });
  });

  it('does not count what had streamed before', () => {
    expect(judgeTrace(stalled({ streamedChunks: 3, releasedAfterMs: 1031 }), FLOOR)).toMatchObject({
      streamedChunks: 3,
      heldBytes: { over: 300, upTo: 400 },
      releasedBytes: 400,
      waitedMs: 1031,
    });
  });

  it('leaves open what was written in the last moment before the release', () => {
    // 5 ms before is the limit: at 1035 ms the chunk of 1030 ms had been there for just that long.
    expect(judgeTrace(stalled({ releasedAfterMs: 1035 }), FLOOR)).toMatchObject({
      heldBytes: { over: 400, upTo: 400 },
    });
    expect(judgeTrace(stalled({ releasedAfterMs: 1034 }), FLOOR)).toMatchObject({
      heldBytes: { over: 300, upTo: 400 },
    });
  });

  it('counts only what came out, where the hop keeps a rest', () => {
    const trace = stalled({ releasedAfterMs: 1031 });
    const endAt = endOf(trace);
    trace.arrivals = trace.arrivals.map((arrival) => (arrival.seq < 2 ? arrival : { ...arrival, at: endAt + 1 }));
    expect(judgeTrace(trace, FLOOR)).toMatchObject({ heldBytes: { upTo: 400 }, releasedBytes: 200 });
  });

  it('is told of bytes before the coding of an origin that has one', () => {
    const recipe = { workload: { ...WORKLOAD, contentCoding: 'gzip' } } as const;
    expect(judgeTrace(stalled({ releasedAfterMs: 1031, recipe }), FLOOR)).toMatchObject({ codedBy: 'gzip' });
    expect(judgeTrace(stalled({ recipe }), FLOOR)).toMatchObject({ verdict: 'buffers', codedBy: 'gzip' });
    expect(judgeTrace(stalled({ releasedAfterMs: 1031 }), FLOOR)).not.toHaveProperty('codedBy');
  });

  it('needs no acknowledgement: a late chunk alone is a release', () => {
    expect(firstRelease(stalled({ releasedAfterMs: 1001 }))).toEqual({ at: 1501, waitedMs: 1001 });
    expect(verdictOf(stalled({ releasedAfterMs: 1001 }))).toBe('coalesces');
  });

  it('has no release where nothing stalled, nor while the origin has not come to its end', () => {
    expect(firstRelease(streamed())).toBeUndefined();
    const open = stalled({ releasedAfterMs: 1031 });
    delete open.origin.end;
    expect(firstRelease(open)).toBeUndefined();
  });

  it('may release more than once: the first decides', () => {
    const trace = stalled({ releasedAfterMs: 1031 });
    const [fifth] = trace.arrivals.splice(4, 1);
    if (fifth !== undefined) trace.arrivals.splice(4, 0, { ...fifth, at: STALLED_AT_MS + 1100 });
    expect(judgeTrace(trace, FLOOR)).toEqual(judgeTrace(stalled({ releasedAfterMs: 1031 }), FLOOR));
  });

  it('may release the stalled chunk alone', () => {
    const trace = stalled({ releasedAfterMs: 1031 });
    const endAt = endOf(trace);
    trace.arrivals = trace.arrivals.map((arrival) => (arrival.seq === 0 ? arrival : { ...arrival, at: endAt + 1 }));
    expect(judgeTrace(trace, FLOOR)).toMatchObject({ verdict: 'coalesces', releasedBytes: 100, waitedMs: 1031 });
  });

  it('is a release before the end of the response was begun, not at it', () => {
    const endsAfterMs = endOf(stalled()) - STALLED_AT_MS;
    expect(verdictOf(stalled({ releasedAfterMs: endsAfterMs - 0.1 }))).toBe('coalesces');
    expect(verdictOf(stalled({ releasedAfterMs: endsAfterMs }))).toBe('buffers');
  });

  it('is measured on the client’s clock', () => {
    const remote = stalled({ streamedChunks: 3, releasedAfterMs: 1031, recipe: { offsetMs: 1e6 } });
    expect(judgeTrace(remote, FLOOR)).toEqual(judgeTrace(stalled({ streamedChunks: 3, releasedAfterMs: 1031 }), FLOOR));
  });
});

describe('buffers', () => {
  it('says how much and how long nothing came, and that the headers did', () => {
    const trace = stalled();
    const sizes = planChunks(resolveWorkload(WORKLOAD)).slice(0, -1);
    expect(judgeTrace(trace, FLOOR)).toEqual({
      verdict: 'buffers',
      streamedChunks: 0,
      head: true,
      heldBytes: sizes.reduce((sum, size) => sum + size, 0),
      waitedMs: endOf(trace) - STALLED_AT_MS,
    });
  });

  it('says when not even the headers came before the end', () => {
    const endAt = endOf(stalled());
    expect(judgeTrace(stalled({ recipe: { headAt: endAt - 1 } }), FLOOR)).toMatchObject({ head: true });
    expect(judgeTrace(stalled({ recipe: { headAt: endAt } }), FLOOR)).toMatchObject({ head: false });
    expect(judgeTrace(stalled({ recipe: { headAt: undefined } }), FLOOR)).toMatchObject({ head: false });
  });

  it('does not count what had streamed before', () => {
    const trace = stalled({ streamedChunks: 4 });
    const sizes = planChunks(resolveWorkload(WORKLOAD)).slice(4, -1);
    expect(judgeTrace(trace, FLOOR)).toMatchObject({
      verdict: 'buffers',
      streamedChunks: 4,
      heldBytes: sizes.reduce((sum, size) => sum + size, 0),
      waitedMs: endOf(trace) - STALLED_AT_MS,
    });
  });

  it('does not count what only fills the announced length, once the end is begun', () => {
    const trace = stalled();
    const before = judgeTrace(trace, FLOOR);
    const seq = trace.origin.emissions.length;
    trace.origin.emissions.push({ seq, at: endOf(trace) + 0.1, bytes: 64 });
    trace.arrivals.push({ seq, at: endOf(trace) + 1, read: 9 });
    expect(judgeTrace(trace, FLOOR)).toEqual(before);
  });

  it('is measured on the client’s clock', () => {
    expect(judgeTrace(stalled({ recipe: { offsetMs: -1e6 } }), FLOOR)).toEqual(judgeTrace(stalled(), FLOOR));
  });
});

describe('breaks', () => {
  it('says how', () => {
    expect(judgeTrace(broken(streamed()), FLOOR)).toEqual({ verdict: 'breaks', how: 'lost', seq: 2 });
  });

  it('is decided before delays, coalesces, buffers and doubt', () => {
    expect(verdictOf(broken(streamed(200)))).toBe('breaks');
    expect(verdictOf(broken(stalled({ releasedAfterMs: 1040 })))).toBe('breaks');
    expect(verdictOf(broken(stalled()))).toBe('breaks');
    expect(verdictOf(broken(streamed((seq) => (seq % 3 === 0 ? 300 : 0.2))))).toBe('breaks');
  });

  it('a hop that answers by itself, with nothing, breaks the stream', () => {
    const trace = makeTrace({ emittedAt: [], pieces: [], endAt: 1 });
    trace.origin.state = 'waiting';
    delete trace.origin.end;
    expect(verdictOf(trace)).toBe('breaks');
  });
});

function ended(how: 'error' | 'lifetime' | 'deleted', detail?: string): Trace {
  const trace = streamed();
  trace.origin.end = { at: 1, how, ...(detail === undefined ? {} : { detail }) };
  return trace;
}

describe('harness-error', () => {
  it('is our own fault', () => {
    expect(judgeTrace({ ...streamed(), fault: 'the control API answered 500' }, FLOOR)).toEqual({
      verdict: 'harness-error',
      reason: 'the control API answered 500',
    });
  });

  it.each([
    ['error', 'EPIPE', 'the origin ended the stream itself: error EPIPE'],
    ['lifetime', undefined, 'the origin ended the stream itself: lifetime'],
    ['deleted', undefined, 'the origin ended the stream itself: deleted'],
  ] as const)('is an origin that ended by %s', (how, detail, reason) => {
    expect(judgeTrace(ended(how, detail), FLOOR)).toEqual({ verdict: 'harness-error', reason });
  });

  it('is not an origin that was left: the hop cut the stream, though the client saw a clean end', () => {
    const trace = streamed();
    trace.origin.end = { at: trace.origin.end?.at ?? 0, how: 'client-left' };
    expect(judgeTrace(trace, FLOOR)).toMatchObject({ verdict: 'breaks', how: 'cut', told: false });
  });

  it.each([
    ['could not be reached', 'not-connected', 'ECONNREFUSED', 'no connection to the hop: ECONNREFUSED'],
    [
      'could not be reached, for no reason',
      'not-connected',
      undefined,
      'no connection to the hop: no reason was given',
    ],
    ['codes as we cannot decode', 'undecodable', 'no decoder for zstd', 'no decoder for zstd'],
    ['codes as we do not know', 'undecodable', undefined, 'a content coding not known here'],
  ] as const)('is a hop that %s', (_, how, detail, reason) => {
    const clientEnd = { how, at: 1, ...(detail === undefined ? {} : { detail }) };
    const trace = makeTrace({ emittedAt: [], pieces: [], endAt: 1, headAt: undefined, clientEnd });
    expect(judgeTrace(trace, FLOOR)).toEqual({ verdict: 'harness-error', reason });
  });

  it('is an end that is not in the trace', () => {
    const trace = streamed();
    delete trace.origin.end;
    expect(judgeTrace(trace, FLOOR)).toEqual({
      verdict: 'harness-error',
      reason: 'the origin has no end in its trace',
    });
  });

  it('is a stall at a chunk that is not in the trace: never a stream that streams', () => {
    const trace = stalled({ streamedChunks: 3 });
    trace.origin.emissions.splice(3);
    trace.arrivals.splice(3);
    expect(judgeTrace(trace, FLOOR)).toEqual({
      verdict: 'harness-error',
      reason: 'the chunk that stalled is not in the trace of the origin',
    });
  });

  it('is nothing emitted', () => {
    expect(judgeTrace(makeTrace({ emittedAt: [], pieces: [], endAt: 1 }), FLOOR)).toEqual({
      verdict: 'harness-error',
      reason: 'the origin emitted nothing',
    });
  });

  it('is decided before everything else: neither is blamed on the hop', () => {
    const trace = ended('lifetime');
    trace.arrivals.splice(2, 1);
    expect(verdictOf(trace)).toBe('harness-error');
    expect(verdictOf({ ...stalled(), fault: 'x' })).toBe('harness-error');
  });
});

it('a word that came in time, and of which the origin was told too late, says that the machine was busy', () => {
  const recipe = { lagMs: 1200 };
  expect(judgeTrace(stalled({ streamedChunks: 2, releasedAfterMs: 4, recipe }), FLOOR)).toEqual({
    verdict: 'inconclusive',
    reason: 'a word came after 4 ms, and the origin was not told of it in 1000 ms: the machine was busy',
    tries: 1,
  });
  expect(verdictOf(stalled({ streamedChunks: 2, releasedAfterMs: 1041, recipe }))).toBe('coalesces');
  expect(verdictOf(stalled({ streamedChunks: 2, releasedAfterMs: 1000, recipe }))).toBe('coalesces');
  expect(verdictOf(stalled({ streamedChunks: 2, releasedAfterMs: 4 }))).toBe('coalesces');
});

/** A word that came in time, and of these alone the origin was told, and late. */
function toldLate(...seqs: number[]): Trace {
  const trace = stalled({ streamedChunks: 2, releasedAfterMs: 4, recipe: { lagMs: 1200 } });
  trace.origin.acks = trace.origin.acks.filter(({ seq }) => seqs.includes(seq));
  return trace;
}

it('a word is told too late only where the origin was told of it, or of one after it', () => {
  expect(verdictOf(toldLate(0, 1))).toBe('coalesces');
  expect(verdictOf(toldLate(0, 1, 2))).toBe('inconclusive');
  expect(verdictOf(toldLate(0, 1, 3))).toBe('inconclusive');
});

describe('a wait before the end', () => {
  const { lingerMs } = LOCK_STEP;

  it('is too short when what followed the end took more than a tenth of it', () => {
    const asked = { workload: { ...WORKLOAD, pace: { ...LOCK_STEP, ...WORKLOAD.pace, lingerMs: 600 } } };
    expect(longerLingerMs(stalled({ lateMs: 60, recipe: asked }))).toBeUndefined();
    expect(longerLingerMs(stalled({ lateMs: 61, recipe: asked }))).toBe(1322);
    // Twice what it took since the last write, or eleven times what it took since the end.
    expect(longerLingerMs(stalled({ lateMs: 26 }))).toBe(2 * (lingerMs + 26));
    expect(longerLingerMs(stalled({ lateMs: 100 }))).toBe(1100);
    expect(longerLingerMs(stalled({ lateMs: 100.5 }))).toBe(1106);
  });

  it('that is the usual one is too short when what followed the end did not come at once', () => {
    expect(longerLingerMs(stalled({ lateMs: 5 }))).toBeUndefined();
    expect(longerLingerMs(stalled({ lateMs: 6 }))).toBe(2 * (lingerMs + 6));
  });

  it('of five seconds is long enough', () => {
    expect(longerLingerMs(stalled({ lateMs: 4000 }))).toBe(5000);
    const asked = { workload: { ...WORKLOAD, pace: { ...LOCK_STEP, ...WORKLOAD.pace, lingerMs: 5000 } } };
    expect(longerLingerMs(stalled({ lateMs: 4000, recipe: asked }))).toBeUndefined();
  });

  it('begins at the last word: not at what only fills the announced length, once the end is begun', () => {
    const trace = stalled({ lateMs: 26 });
    for (const afterMs of [0, 0.1]) {
      const seq = trace.origin.emissions.length;
      trace.origin.emissions.push({ seq, at: endOf(trace) + afterMs, bytes: 64 });
    }
    expect(longerLingerMs(trace)).toBe(longerLingerMs(stalled({ lateMs: 26 })));
  });

  it('ends with the first that came of what was waited for, whatever came before', () => {
    expect(longerLingerMs(stalled({ streamedChunks: 3, lateMs: 26 }))).toBe(2 * (lingerMs + 26));
    const inTwo = stalled({ streamedChunks: 3, lateMs: 26 });
    inTwo.arrivals = inTwo.arrivals.map((one) => (one.seq > 3 ? { ...one, at: one.at + 74 } : one));
    expect(longerLingerMs(inTwo)).toBe(2 * (lingerMs + 26));
  });

  it("is on the client's clock", () => {
    expect(longerLingerMs(stalled({ lateMs: 100, recipe: { offsetMs: 5000 } }))).toBeCloseTo(1100, -1);
    expect(longerLingerMs(stalled({ lateMs: 2, recipe: { offsetMs: 5000 } }))).toBeUndefined();
  });

  it('is long enough where something came before, where nothing ever came, and where nothing stalled', () => {
    expect(longerLingerMs(stalled({ releasedAfterMs: 1041, lateMs: 5000 }))).toBeUndefined();
    const nothing = stalled({ lateMs: 5000 });
    nothing.arrivals.splice(0);
    expect(longerLingerMs(nothing)).toBeUndefined();
    expect(longerLingerMs(streamed(900))).toBeUndefined();
  });
});
