import { describe, expect, it } from 'vitest';

import { freezing, outAtStall } from '../../bench/frozen-bytes.ts';
import type { Trace } from '../../bench/trace.ts';
import {
  clearlyHeld,
  firstRelease,
  heldBytesOf,
  judge,
  judgeTrace,
  ENOUGH_TRIES,
  type Evidence,
  type Verdict,
} from '../../bench/verdict.ts';
import { planChunks } from '../../server/payload.ts';
import { LOCK_STEP, resolveWorkload } from '../../server/workload.ts';
import {
  arriving,
  evidenceOf,
  FLOOR,
  frozen,
  holding,
  makeTrace,
  row,
  stalled,
  STALLED_AT_MS,
  streamed,
  WORKLOAD,
} from './traces.ts';

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

/** The verdict of several tries while the relay was not held. */
function besideAQuietRelay(...tries: Trace[]): Verdict {
  return judge({ ...evidenceOf(...tries), reference: streamed() }, FLOOR).verdict;
}

/** Ten chunks, the first of which are held. */
function heldOften(chunks: number): Trace {
  return streamed((seq) => (seq < chunks ? 300 : 0.2));
}

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

  it('is no doubt when the relay beside it was held half as often', () => {
    const noisy = heldOften(4);
    expect(judge({ ...evidenceOf(noisy, noisy), reference: heldOften(2) }, FLOOR).verdict).toBe('streams');
  });

  it('is a delay when the last try was held more than twice as often as the relay beside it', () => {
    const reference = holding(...row(10, 5));
    const twice = holding(...row(0, 10));
    const more = holding(...row(0, 11));
    expect(judge({ ...evidenceOf(more, more, twice), reference }, FLOOR).verdict).toBe('streams');
    expect(judge({ ...evidenceOf(twice, twice, more), reference }, FLOOR).verdict).toBe('delays');
  });

  it('is a delay of some words when they are many, or the same, each time and the relay was not held', () => {
    const some = heldOften(4);
    const others = streamed((seq) => (seq >= 6 ? 300 : 0.2));
    const few = heldOften(2);
    const fewOthers = streamed((seq) => (seq >= 8 ? 300 : 0.2));
    expect(besideAQuietRelay(some, some, some)).toBe('delays');
    expect(besideAQuietRelay(some, others, some)).toBe('delays');
    expect(besideAQuietRelay(few, few, few)).toBe('delays');
    expect(besideAQuietRelay(few, fewOthers)).toBe('streams');
    expect(besideAQuietRelay(few, few, fewOthers)).toBe('streams');
    expect(besideAQuietRelay(streamed(), few)).toBe('streams');
    expect(judge({ ...evidenceOf(some, some, some), reference: streamed() }, FLOOR)).toMatchObject({ share: 0.4 });
  });

  it('is a delay when half of the words held are the same each time', () => {
    expect(besideAQuietRelay(holding(0, 1, 2, 3), holding(2, 3, 4, 5), holding(2, 3, 6, 7))).toBe('delays');
    expect(besideAQuietRelay(holding(0, 1, 2, 3), holding(3, 4, 5, 6), holding(3, 7, 8, 9))).toBe('streams');
  });

  it('takes that half of the try in which the fewest were held', () => {
    const few = holding(0, 1, 2);
    const many = holding(0, 1, ...row(10, 8));
    expect(besideAQuietRelay(few, many, holding(0, 1, 3))).toBe('delays');
  });

  it('is a delay when a quarter of the words were held in every try, whichever they were', () => {
    const quarter = holding(...row(0, 5));
    expect(besideAQuietRelay(quarter, holding(...row(5, 5)), holding(...row(10, 5)))).toBe('delays');
    expect(besideAQuietRelay(quarter, holding(...row(5, 4)), holding(...row(10, 5)))).toBe('streams');
    expect(besideAQuietRelay(quarter, holding(...row(5, 4)), holding(...row(10, 10)))).toBe('streams');
  });

  it('is what a single try says by itself: a relay is measured beside the second', () => {
    const doubtful = heldOften(3);
    expect(besideAQuietRelay(doubtful)).toBe('inconclusive');
    expect(judge({ ...evidenceOf(doubtful), reference: streamed() }, FLOOR)).toEqual(judgeTrace(doubtful, FLOOR));
    expect(judge({ ...evidenceOf(streamed(80)), reference: streamed(30) }, FLOOR).verdict).toBe('delays');
  });

  it('is what only two tries say of some words: that can be a coincidence', () => {
    const few = heldOften(2);
    expect(besideAQuietRelay(few, few)).toBe('inconclusive');
    const lone = streamed((seq) => (seq === 3 ? 800 : 0.2));
    expect(besideAQuietRelay(lone, lone)).toBe('inconclusive');
    expect(judge({ ...evidenceOf(few, few), reference: streamed() }, FLOOR)).toMatchObject({
      reason: 'some words were held in each of 2 tries',
      tries: 2,
    });
  });

  it('is a stream that was held in one try and not in another', () => {
    const evidence = { ...evidenceOf(streamed(200), streamed()), reference: streamed() };
    expect(judge(evidence, FLOOR)).toEqual({
      verdict: 'inconclusive',
      reason: 'nearly every word was held in 1 of 2 tries, and none in another',
      tries: 2,
    });
    const thrice = { ...evidenceOf(streamed(200), streamed(), streamed(200)), reference: streamed() };
    expect(judge(thrice, FLOOR)).toMatchObject({
      reason: 'nearly every word was held in 2 of 3 tries, and none in another',
    });
  });

  it('is no more, whatever the tries before say, when the last stalls at its first word', () => {
    const last = stalled();
    expect(judge({ ...evidenceOf(streamed(200), streamed(), last), reference: streamed() }, FLOOR)).toEqual(
      judgeTrace(last, FLOOR),
    );
  });

  it('counts the tries, of which the last one decides', () => {
    const noisy = streamed((seq) => (seq < 3 ? 300 : 0.2));
    expect(judge(evidenceOf(noisy), FLOOR)).toMatchObject({ verdict: 'inconclusive', tries: 1 });
    expect(judge(evidenceOf(noisy, noisy, noisy), FLOOR)).toMatchObject({ verdict: 'inconclusive', tries: 3 });
    expect(judge(evidenceOf(noisy, streamed()), FLOOR).verdict).toBe('streams');
    expect(judge(evidenceOf(streamed(), noisy), FLOOR)).toMatchObject({ verdict: 'inconclusive', tries: 2 });
    expect(ENOUGH_TRIES).toBe(3);
  });
});

/** Held in one try and not in the next, then this. */
function afterDoubt(last: Trace): Evidence {
  return { ...evidenceOf(streamed(200), streamed(), last), reference: streamed() };
}

describe('a try beside a relay that was held as well', () => {
  const quiet = { tries: [streamed(200), streamed(200), streamed()], reference: streamed() };

  it('tells nothing of the path, nor does the first, just before it', () => {
    expect(judge({ ...quiet, earlierReferences: [streamed(30)] }, FLOOR).verdict).toBe('streams');
    expect(judge({ ...quiet, earlierReferences: [streamed()] }, FLOOR).verdict).toBe('inconclusive');
    expect(judge(quiet, FLOOR).verdict).toBe('inconclusive');
  });

  it('is left out only where more than an outlier was held', () => {
    expect(judge({ ...quiet, earlierReferences: [heldOften(1)] }, FLOOR).verdict).toBe('inconclusive');
    expect(judge({ ...quiet, earlierReferences: [heldOften(2)] }, FLOOR).verdict).toBe('streams');
  });

  it('is not needed where it is the first, and enough others tell', () => {
    const rest = [streamed(), streamed(), streamed()];
    expect(judge({ tries: [streamed(200), ...rest], reference: streamed() }, FLOOR).verdict).toBe('streams');
    expect(judge({ tries: [streamed(200), ...rest.slice(1)], reference: streamed() }, FLOOR).verdict).toBe(
      'inconclusive',
    );
    const last = [streamed(), streamed(), streamed(200), streamed(200)];
    expect(judge({ tries: last, reference: streamed() }, FLOOR).verdict).toBe('inconclusive');
  });

  it('is not missed where the last tries say the same', () => {
    const delayed = { tries: [streamed(200), streamed(200), streamed(200)], reference: streamed() };
    expect(judge({ ...delayed, earlierReferences: [streamed(30)] }, FLOOR).verdict).toBe('delays');
  });
});

describe('a steady stream beside the words in lock-step', () => {
  const cut = makeTrace({ emittedAt: [0, 1, 2], pieces: arriving([1, undefined, 3]), endAt: 4 });

  it('breaks the lane where it came through broken', () => {
    expect(judge({ ...evidenceOf(streamed()), paced: cut }, FLOOR)).toMatchObject({ verdict: 'breaks', how: 'lost' });
    expect(judge({ ...evidenceOf(streamed(80)), paced: cut }, FLOOR).verdict).toBe('breaks');
    expect(judge({ ...evidenceOf(stalled()), paced: cut }, FLOOR).verdict).not.toBe('breaks');
  });

  it('tells nothing by a fault of our own', () => {
    expect(judge({ ...evidenceOf(streamed()), paced: { ...cut, fault: 'x' } }, FLOOR).verdict).toBe('streams');
  });
});

describe('the last try', () => {
  it('decides alone where it breaks, stalls or fails, whatever the holds before it were', () => {
    const cut = makeTrace({ emittedAt: [0, 1, 2], pieces: arriving([1, undefined, 3]), endAt: 4 });
    expect(judge(afterDoubt(cut), FLOOR).verdict).toBe('breaks');
    expect(judge(afterDoubt(stalled({ streamedChunks: 3 })), FLOOR).verdict).toBe('buffers');
    expect(judge(afterDoubt({ ...streamed(), fault: 'x' }), FLOOR).verdict).toBe('harness-error');
    expect(judge(afterDoubt(streamed()), FLOOR).verdict).toBe('inconclusive');
  });
});

describe('a word that is held alone', () => {
  const first = streamed((seq) => (seq === 0 ? 800 : 0.2));

  it('is a delay when it is the same each time, and not the relay’s', () => {
    expect(judge({ ...evidenceOf(first, first, first), reference: streamed() }, FLOOR)).toMatchObject({
      verdict: 'delays',
      share: 0.1,
      words: [0],
    });
  });

  it('is an outlier when it is another the next time, or the relay’s too', () => {
    const second = streamed((seq) => (seq === 1 ? 800 : 0.2));
    expect(judge({ ...evidenceOf(first, second), reference: streamed() }, FLOOR).verdict).toBe('streams');
    expect(judge({ ...evidenceOf(first, first, second), reference: streamed() }, FLOOR).verdict).toBe('streams');
    expect(judge({ ...evidenceOf(first, first), reference: first }, FLOOR).verdict).toBe('streams');
  });

  it('is one of those in lock-step, not what fills the announced length', () => {
    const emittedAt = [10, 20, 30];
    const filled = makeTrace({ emittedAt, pieces: arriving([10.2, 20.2, 830]), endAt: 30 });
    expect(clearlyHeld(filled, FLOOR)).toEqual([]);
    expect(clearlyHeld({ ...filled, origin: { ...filled.origin, end: { at: 31, how: 'complete' } } }, FLOOR)).toEqual([
      2,
    ]);
  });

  it('counts from four times the limit', () => {
    expect(
      clearlyHeld(
        streamed((seq) => (seq === 2 ? 20.1 : 0.2)),
        FLOOR,
      ),
    ).toEqual([2]);
    expect(
      clearlyHeld(
        streamed((seq) => (seq === 2 ? 20 : 0.2)),
        FLOOR,
      ),
    ).toEqual([]);
  });
});

/** Three of ten held shorter than the others. */
function unequal(shortMs: number): Trace {
  return streamed((seq) => (seq < 3 ? shortMs : 100));
}

describe('delays', () => {
  it('says the hold, and the floor it is held against', () => {
    expect(judgeTrace(streamed(200), FLOOR)).toEqual({
      verdict: 'delays',
      hold: { n: 10, p50Ms: 200, p99Ms: 200, maxMs: 200 },
      floor: FLOOR.hold,
      share: 1,
    });
  });

  it('is of every word, not of some, when the tries agree and the relay beside them was not held', () => {
    const evidence = { ...evidenceOf(streamed(200), streamed(200)), reference: streamed() };
    expect(judge(evidence, FLOOR)).toEqual(judgeTrace(streamed(200), FLOOR));
  });

  it('is inconclusive when the transparent relay was held as well', () => {
    const evidence = { ...evidenceOf(streamed(80), streamed(80)), reference: streamed(30) };
    expect(judge(evidence, FLOOR)).toEqual({
      verdict: 'inconclusive',
      reason: 'beside it the transparent relay was held 30.0 ms too: the machine was busy',
      tries: 2,
    });
  });

  it('stays when it is three times what the transparent relay was held', () => {
    expect(judge({ ...evidenceOf(streamed(90), streamed(90)), reference: streamed(30) }, FLOOR).verdict).toBe('delays');
    expect(judge({ ...evidenceOf(streamed(90), streamed(90)), reference: streamed(30.1) }, FLOOR).verdict).toBe(
      'inconclusive',
    );
  });

  it('is inconclusive when words were held unequally while the relay was held now and then', () => {
    const busy = streamed((seq) => (seq < 2 ? 30 : 0.2));
    expect(judge({ ...evidenceOf(unequal(64), unequal(64)), reference: busy }, FLOOR)).toEqual({
      verdict: 'inconclusive',
      reason:
        'words were held now longer, now shorter, and 20 % of those through the transparent relay beside it too: the machine was busy',
      tries: 2,
    });
    expect(judge({ ...evidenceOf(unequal(65), unequal(65)), reference: busy }, FLOOR).verdict).toBe('delays');
    const quiet = streamed((seq) => (seq < 1 ? 30 : 0.2));
    expect(judge({ ...evidenceOf(unequal(64), unequal(64)), reference: quiet }, FLOOR).verdict).toBe('delays');
  });

  it('is no timer that lets one word in five go much sooner, while the relay was held too', () => {
    const reference = streamed((seq) => (seq < 2 ? 30 : 0.2));
    const sooner = streamed((seq) => (seq < 2 ? 20 : 100));
    expect(judge({ ...evidenceOf(sooner, sooner), reference }, FLOOR).verdict).toBe('inconclusive');
    expect(judge({ ...evidenceOf(streamed(100), streamed(100)), reference }, FLOOR).verdict).toBe('delays');
  });

  it('stays when nothing came through the transparent relay', () => {
    const evidence = { ...evidenceOf(streamed(200), streamed(200)), reference: stalled() };
    expect(judge(evidence, FLOOR).verdict).toBe('delays');
  });

  it.each(['streams', 'coalesces', 'buffers'] as const)(
    'is all that a busy reference puts in doubt, not: %s',
    (verdict) => {
      const traces = { streams: streamed(), coalesces: stalled({ releasedAfterMs: 1040 }), buffers: stalled() };
      const trace = traces[verdict];
      expect(judge({ ...evidenceOf(trace, trace), reference: streamed(30) }, FLOOR).verdict).toBe(verdict);
    },
  );
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

  it('alone says between which bytes the threshold lies', () => {
    expect(heldBytesOf(judgeTrace(stalled({ releasedAfterMs: 1031 }), FLOOR))).toEqual({ over: 300, upTo: 400 });
    expect(heldBytesOf(judgeTrace(streamed(), FLOOR))).toBeUndefined();
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

/** What the client read of the body, as sizes at times. */
function reading(trace: Trace, ...reads: [at: number, bodyBytes: number][]): Trace {
  return {
    ...trace,
    client: { ...trace.client, reads: reads.map(([at, bodyBytes]) => ({ at, bytes: bodyBytes, bodyBytes })) },
  };
}

/** 60 of the 100 bytes of the chunk that stalled came out at that time. */
function partlyOut(coalescing: Trace, at: number): Trace {
  const trace = structuredClone(coalescing);
  trace.client.reads.splice(1, 0, { at, bytes: 70, bodyBytes: 60 });
  return trace;
}

function coded(trace: Trace): Trace {
  trace.client.head?.headers.push(['Content-Encoding', 'gzip']);
  return trace;
}

describe('coalesces with its bytes frozen', () => {
  const coalescing = stalled({ streamedChunks: 1, releasedAfterMs: 1091 });

  it('is what the one trace says where nothing was frozen', () => {
    expect(judge({ ...evidenceOf(coalescing), frozen: [] }, FLOOR)).toEqual(judgeTrace(coalescing, FLOOR));
  });

  it('stays when nothing came out before the end', () => {
    expect(judge({ ...evidenceOf(coalescing), frozen: [frozen(undefined)] }, FLOOR)).toEqual(
      judgeTrace(coalescing, FLOOR),
    );
  });

  it('is a delay when they came out all the same: a timer, longer than the deadline', () => {
    expect(judge({ ...evidenceOf(coalescing), frozen: [frozen(1100)] }, FLOOR)).toEqual({
      verdict: 'delays',
      hold: { n: 1, p50Ms: 1100, p99Ms: 1100, maxMs: 1100 },
      floor: FLOOR.hold,
      share: 1,
    });
  });

  it('stays when they came with the end, and not before it', () => {
    const trace = frozen(1100);
    trace.origin.end = { how: 'complete', at: trace.arrivals.at(-1)?.at ?? 0 };
    expect(judge({ ...evidenceOf(coalescing), frozen: [trace] }, FLOOR).verdict).toBe('coalesces');
  });

  it('is not held against a chunk that streams before the frozen one', () => {
    const trace = reading(frozen(undefined), [0.2, 100]);
    expect(judge({ ...evidenceOf(coalescing), frozen: [trace] }, FLOOR)).toMatchObject({ heldBytes: { over: 700 } });
  });

  it('stays when nothing at all came, not even a head', () => {
    const trace = reading(frozen(undefined));
    delete trace.client.head;
    expect(judge({ ...evidenceOf(coalescing), frozen: [trace] }, FLOOR)).toMatchObject({ heldBytes: { over: 700 } });
  });

  it('learns nothing of a stream that was not frozen, or did not come to its end', () => {
    const nothing = { verdict: 'coalesces', heldBytes: { over: 0, upTo: 800 } };
    const early = frozen(undefined);
    early.origin.emissions.splice(1);
    early.origin.stalled = { seq: 0, at: 1500 };
    expect(judge({ ...evidenceOf(coalescing), frozen: [early] }, FLOOR)).toMatchObject(nothing);
    const open = frozen(1100);
    open.origin.state = 'open';
    delete open.origin.end;
    expect(judge({ ...evidenceOf(coalescing), frozen: [open] }, FLOOR)).toMatchObject(nothing);
  });

  it('counts as frozen what was written before the end was begun, not what fills the announced length', () => {
    const trace = frozen(undefined, 'content-length', 600);
    expect(judge({ ...evidenceOf(coalescing), frozen: [trace] }, FLOOR)).toMatchObject({ heldBytes: { over: 600 } });
  });

  it('is in doubt when the first chunk held came out at once the next time', () => {
    expect(judge({ ...evidenceOf(coalescing), frozen: [frozen(20, 'chunked', 100)] }, FLOOR)).toEqual({
      verdict: 'inconclusive',
      reason: 'what was held until more was written came out at once the next time',
      tries: 1,
    });
    expect(judge({ ...evidenceOf(coalescing), frozen: [frozen(20, 'chunked', 101)] }, FLOOR)).toMatchObject({
      verdict: 'coalesces',
      heldBytes: { over: 0, upTo: 101 },
    });
  });

  it('of a coded body is let go by a whole chunk, however few bytes it came in', () => {
    const trace = reading(coded(frozen(1100)), [0.2, 30], [1110, 12]);
    expect(judge({ ...evidenceOf(coalescing), frozen: [trace] }, FLOOR)).toMatchObject({
      verdict: 'delays',
      hold: { maxMs: 1100 },
    });
  });

  it('of a coded body is not let go by bytes of the coder, however many', () => {
    const trace = reading(coded(frozen(undefined)), [0.2, 30], [11, 500]);
    expect(judge({ ...evidenceOf(coalescing), frozen: [trace] }, FLOOR)).toMatchObject({ heldBytes: { over: 700 } });
  });

  it('has its threshold between bytes that stayed held and bytes that were let go at once', () => {
    // The hop let go late: by then more had been written than it takes.
    const found = judge(
      { ...evidenceOf(coalescing), frozen: [frozen(20, 'chunked', 600), frozen(undefined, 'chunked', 500)] },
      FLOOR,
    );
    expect(found).toMatchObject({ verdict: 'coalesces', heldBytes: { over: 500, upTo: 600 } });
  });

  it('is a timer only when it took as long as the deadline', () => {
    expect(judge({ ...evidenceOf(coalescing), frozen: [frozen(999)] }, FLOOR).verdict).toBe('coalesces');
    expect(judge({ ...evidenceOf(coalescing), frozen: [frozen(999), frozen(1000)] }, FLOOR).verdict).toBe('delays');
  });

  it('is no timer where fewer bytes stayed held for longer: they were enough, and came late', () => {
    const late = frozen(1200, 'chunked', 600);
    const found = judge({ ...evidenceOf(coalescing), frozen: [late, frozen(undefined, 'chunked', 100)] }, FLOOR);
    expect(found).toMatchObject({ verdict: 'coalesces', heldBytes: { over: 100, upTo: 600 } });
    expect(judge({ ...evidenceOf(coalescing), frozen: [late, frozen(1200, 'chunked', 100)] }, FLOOR).verdict).toBe(
      'delays',
    );
  });

  it('is told apart as bytes held, bytes that were enough at once, and a timer', () => {
    expect(freezing(frozen(undefined), 1, 1000)).toEqual({
      how: 'held',
      bytes: 700,
      waitedMs: 1500 + LOCK_STEP.lingerMs,
    });
    expect(freezing(frozen(999), 1, 1000)).toEqual({ how: 'at-once', bytes: 700 });
    expect(freezing(frozen(1000), 1, 1000)).toEqual({ how: 'timer', bytes: 700, holdMs: 1000 });
  });

  it('is let go by any byte of the frozen ones, not only by the whole', () => {
    const partly = frozen(undefined, 'chunked', 600);
    const [first] = partly.client.reads;
    partly.client.reads = [...(first === undefined ? [] : [first]), { at: 30, bytes: 10, bodyBytes: 10 }];
    expect(judge({ ...evidenceOf(coalescing), frozen: [partly] }, FLOOR)).toMatchObject({
      heldBytes: { over: 0, upTo: 600 },
    });
  });

  it('of a chunk larger than a buffer is about its tail: what came out at once before comes out at once again', () => {
    const large = partlyOut(coalescing, STALLED_AT_MS + 1);
    const again = frozen(undefined, 'chunked', 700);
    again.client.reads.splice(1, 0, { at: 11, bytes: 70, bodyBytes: 60 });
    expect(judge({ ...evidenceOf(large), frozen: [again] }, FLOOR)).toMatchObject({ heldBytes: { over: 700 } });
    again.client.reads.splice(2, 0, { at: 12, bytes: 11, bodyBytes: 1 });
    expect(judge({ ...evidenceOf(large), frozen: [again] }, FLOOR)).toMatchObject({
      heldBytes: { over: 0, upTo: 700 },
    });
    // What came out only after the stall was held.
    expect(outAtStall(large)).toBe(60);
    expect(outAtStall(partlyOut(coalescing, STALLED_AT_MS + 2000))).toBe(0);
    expect(outAtStall(streamed())).toBe(0);
  });

  it('is our fault when freezing failed', () => {
    expect(judge({ ...evidenceOf(coalescing), frozen: [{ ...frozen(1100), fault: 'no answer' }] }, FLOOR)).toEqual({
      verdict: 'harness-error',
      reason: 'no answer',
    });
  });

  it.each([
    ['streams', streamed()],
    ['buffers', stalled()],
    ['delays', streamed(200)],
  ])('is all that freezing changes, not: %s', (verdict, trace) => {
    expect(judge({ ...evidenceOf(trace), frozen: [frozen(1100)] }, FLOOR)).toEqual(judgeTrace(trace, FLOOR));
    expect(verdictOf(trace)).toBe(verdict);
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

/** The third chunk is lost. */
function broken(trace: Trace): Trace {
  trace.arrivals.splice(2, 1);
  return trace;
}

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

  it('is not taken back by a reference or by freezing', () => {
    const evidence = { ...evidenceOf(broken(streamed())), reference: streamed(30), frozen: [frozen(1100)] };
    expect(judge(evidence, FLOOR).verdict).toBe('breaks');
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

  it('is nothing measured, or nothing emitted', () => {
    expect(judge({ tries: [] }, FLOOR)).toEqual({ verdict: 'harness-error', reason: 'nothing was measured' });
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

describe('what went wrong once', () => {
  it('a timer is found when the response has a content-length too', () => {
    const coalescing = stalled({ streamedChunks: 1, releasedAfterMs: 1091 });
    expect(judge({ ...evidenceOf(coalescing), frozen: [frozen(1100, 'content-length')] }, FLOOR).verdict).toBe(
      'delays',
    );
  });

  it('a hop that answers by itself, with nothing, breaks the stream', () => {
    const trace = makeTrace({ emittedAt: [], pieces: [], endAt: 1 });
    trace.origin.state = 'waiting';
    delete trace.origin.end;
    expect(verdictOf(trace)).toBe('breaks');
  });
});
