import { describe, expect, it } from 'vitest';

import { freezing, outAtStall } from '../../../bench/verdict/frozen-bytes.ts';
import { judgeTrace } from '../../../bench/verdict/trace-verdict.ts';
import type { Trace } from '../../../bench/trace.ts';
import { judge } from '../../../bench/verdict/verdict.ts';
import { LOCK_STEP } from '../../../server/workload.ts';
import { evidenceOf, FLOOR, frozen, stalled, STALLED_AT_MS, streamed } from '../traces.ts';

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
    expect(freezing(early, 1, 1000)).toEqual({ how: 'held', bytes: 0, waitedMs: 0 });
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
    const asLong = frozen(1500 + LOCK_STEP.lingerMs, 'chunked', 600);
    const held = frozen(undefined, 'chunked', 100);
    expect(judge({ ...evidenceOf(coalescing), frozen: [asLong, held] }, FLOOR).verdict).toBe('delays');
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
    expect(outAtStall(partlyOut(coalescing, STALLED_AT_MS + LOCK_STEP.deadlineMs))).toBe(60);
    expect(outAtStall(partlyOut(coalescing, STALLED_AT_MS + 2000))).toBe(0);
    expect(outAtStall(streamed())).toBe(0);
  });

  it('is our fault when freezing failed', () => {
    const failed = { ...frozen(1100), fault: 'no answer' };
    expect(judge({ ...evidenceOf(coalescing), frozen: [frozen(undefined), failed] }, FLOOR)).toEqual({
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
    expect(judgeTrace(trace, FLOOR).verdict).toBe(verdict);
  });
});

describe('what went wrong once', () => {
  it('a timer is found when the response has a content-length too', () => {
    const coalescing = stalled({ streamedChunks: 1, releasedAfterMs: 1091 });
    expect(judge({ ...evidenceOf(coalescing), frozen: [frozen(1100, 'content-length')] }, FLOOR).verdict).toBe(
      'delays',
    );
  });
});
