import { describe, expect, it } from 'vitest';

import { breakage, responseBreakage, type Breakage } from '../../../bench/verdict/integrity.ts';
import type { Trace } from '../../../bench/trace.ts';
import { chunkText, makeTrace, streamed, type Recipe } from '../traces.ts';

type ClientEndHow = Trace['client']['end']['how'];

/** Five chunks were written; this is what came of them, in one read each. */
function came(texts: string[], recipe: Partial<Recipe> & { ended?: ClientEndHow } = {}): Trace {
  const { ended, ...rest } = recipe;
  return makeTrace({
    emittedAt: [0, 1, 2, 3, 4],
    pieces: texts.map((text, index) => ({ at: index + 0.5, text })),
    endAt: 5,
    ...(ended === undefined ? {} : { clientEnd: { how: ended, at: 100 } }),
    ...rest,
  });
}

const WHOLE = [0, 1, 2, 3, 4].map((seq) => chunkText(seq));

function wholeBody(bytes: number): NonNullable<Trace['origin']['upload']> {
  return { pieces: [], bytes, end: { at: 0, how: 'whole' } };
}

/** The hop asked the origin, and the client waited in vain. */
function unanswered(origin: Partial<Trace['origin']>): Trace {
  const trace = came([], { ended: 'no-head', headAt: undefined });
  const request = { at: 0, method: 'POST', httpVersion: '1.1', headers: {} };
  trace.origin = { ...trace.origin, emissions: [], request, ...origin };
  return trace;
}

const without = (seq: number): string[] => WHOLE.toSpliced(seq, 1);

describe('a stream that came as it was written', () => {
  it.each(['complete', 'closed'] as const)('and ended %s is not broken', (ended) => {
    expect(breakage(came(WHOLE, { ended }))).toBeUndefined();
  });

  it('is not broken either by how its chunks were cut into reads', () => {
    expect(breakage(came([WHOLE.join('')]))).toBeUndefined();
    expect(breakage(came(Array.from(WHOLE.join(''))))).toBeUndefined();
  });

  it('is not broken by another status, if that is what the origin answered', () => {
    const trace = came(WHOLE);
    trace.origin.workload = { ...trace.origin.workload, status: 206 };
    expect(breakage(trace)).toEqual({ how: 'status', status: 200, expected: 206 });
    if (trace.client.head !== undefined) trace.client.head = { ...trace.client.head, status: 206 };
    expect(breakage(trace)).toBeUndefined();
  });
});

/** The hop's answer and how often, if at all, the origin was asked. */
function answered(status: number, origin: Partial<Trace['origin']>, texts = WHOLE): Trace {
  const trace = came(texts);
  if (trace.client.head !== undefined) trace.client.head = { ...trace.client.head, status };
  trace.origin = { ...trace.origin, ...origin };
  return trace;
}

describe('an answer that is not the origin’s first', () => {
  it('is replayed when the origin refused a second request and the hop passes that on', () => {
    expect(breakage(answered(409, { replays: 1 }, []))).toEqual({ how: 'replayed', times: 2 });
    expect(breakage(answered(409, { replays: 2 }, []))).toEqual({ how: 'replayed', times: 3 });
  });

  it('is not replayed when the hop alone says 409, nor when what arrived is the first answer', () => {
    expect(breakage(answered(409, { replays: 0 }, []))).toEqual({ how: 'status', status: 409, expected: 200 });
    expect(breakage(answered(502, { replays: 1 }, []))).toEqual({ how: 'status', status: 502, expected: 200 });
    expect(breakage(answered(200, { replays: 1 }))).toBeUndefined();
  });

  it('is unasked when the origin still waits for the request', () => {
    expect(breakage(answered(200, { state: 'waiting', emissions: [] }, []))).toEqual({ how: 'unasked', status: 200 });
    expect(breakage(answered(413, { state: 'waiting', emissions: [] }, []))).toEqual({ how: 'unasked', status: 413 });
  });

  it('is none at all when no head came, though the origin still waits', () => {
    const silent = came([], { ended: 'no-head', headAt: undefined });
    silent.origin = { ...silent.origin, state: 'waiting', emissions: [] };
    expect(breakage(silent)).toEqual({ how: 'unanswered', waitedMs: 102, awaits: 'request' });
  });

  it('is none when the hop asked and did not answer, whatever the origin has', () => {
    expect(breakage(unanswered({}))).toEqual({ how: 'unanswered', waitedMs: 102 });
  });

  it.each([
    ['nothing came', { pieces: [], bytes: 0 }, 0],
    ['a part came', { pieces: [{ at: 1, bytes: 40 }], bytes: 40 }, 40],
    ['a part came and then the end of its connection', { pieces: [], bytes: 40, end: { at: 2, how: 'cut' } }, 40],
  ] as const)('is none where the origin waits for the body of the request, of which %s', (_, upload, bytes) => {
    const trace = unanswered({ upload: { ...upload, pieces: [...upload.pieces] } });
    trace.origin.workload = { ...trace.origin.workload, answer: 'request-end' };
    expect(breakage(trace)).toEqual({ how: 'unanswered', waitedMs: 102, awaits: 'body', bytes });
    trace.origin.workload = { ...trace.origin.workload, answer: 'request-head' };
    expect(breakage(trace)).toEqual({ how: 'unanswered', waitedMs: 102 });
  });

  it('is whole, but bodiless, where the origin that waited for the body got none of it, or less or more', () => {
    const trace = came(WHOLE);
    trace.origin.workload = { ...trace.origin.workload, answer: 'request-end' };
    expect(breakage(trace)).toBeUndefined();
    trace.client.request = { ...trace.client.request, bodyBytes: 64 };
    expect(breakage(trace)).toEqual({ how: 'bodiless', bytes: 0, of: 64 });
    expect(responseBreakage(trace)).toBeUndefined();
    trace.origin.upload = wholeBody(63);
    expect(breakage(trace)).toEqual({ how: 'bodiless', bytes: 63, of: 64 });
    trace.origin.upload = wholeBody(64);
    expect(breakage(trace)).toBeUndefined();
    trace.origin.upload = wholeBody(0);
    trace.origin.workload = { ...trace.origin.workload, answer: 'request-head' };
    expect(breakage(trace)).toBeUndefined();
  });

  it('is none where the origin has all of the body', () => {
    const trace = unanswered({ upload: { pieces: [], bytes: 64, end: { at: 2, how: 'whole' } } });
    trace.origin.workload = { ...trace.origin.workload, answer: 'request-end' };
    expect(breakage(trace)).toEqual({ how: 'unanswered', waitedMs: 102 });
  });
});

describe('a breakage', () => {
  const cases: [string, Trace, Breakage][] = [
    ['altered', came(WHOLE.with(2, chunkText(2).replace('-', '_'))), { how: 'altered', seq: 2 }],
    ['duplicated', came(WHOLE.with(2, chunkText(2) + chunkText(2))), { how: 'duplicated', seq: 2 }],
    ['duplicated later', came([...WHOLE, chunkText(1)]), { how: 'duplicated', seq: 1 }],
    [
      'reordered',
      came([chunkText(0), chunkText(3), chunkText(1), chunkText(2), chunkText(4)]),
      { how: 'reordered', seq: 1, after: 3 },
    ],
    ['foreign', came([...WHOLE, ': ping\n\n', '!\n\n']), { how: 'foreign', bytes: 11, sample: ': ping\n\n' }],
    ['lost', came(without(2)), { how: 'lost', seq: 2 }],
    ['lost at the beginning', came(without(0)), { how: 'lost', seq: 0 }],
    ['lost, more than one', came(WHOLE.toSpliced(1, 2)), { how: 'lost', seq: 1 }],
    ['cut, and told', came(WHOLE.slice(0, 3), { ended: 'cut' }), { how: 'cut', seq: 3, emitted: 5, told: true }],
    ['cut by a reset', came(WHOLE.slice(0, 3), { ended: 'reset' }), { how: 'cut', seq: 3, emitted: 5, told: true }],
    [
      'cut, and it looks whole',
      came(WHOLE.slice(0, 3), { ended: 'complete' }),
      { how: 'cut', seq: 3, emitted: 5, told: false },
    ],
    [
      'cut, and it looks closed',
      came(WHOLE.slice(0, 4), { ended: 'closed' }),
      { how: 'cut', seq: 4, emitted: 5, told: false },
    ],
    ['cut before all', came([], { ended: 'complete' }), { how: 'cut', seq: 0, emitted: 5, told: false }],
    [
      'cut within a chunk',
      came([chunkText(0), chunkText(1).slice(0, 50)]),
      { how: 'cut', seq: 1, emitted: 5, told: false },
    ],
    ['cut after all', came(WHOLE, { ended: 'cut' }), { how: 'cut', seq: 5, emitted: 5, told: true }],
    ['reset after all', came(WHOLE, { ended: 'reset' }), { how: 'cut', seq: 5, emitted: 5, told: true }],
    ['unended', came(WHOLE, { ended: 'no-end' }), { how: 'unended', arrived: 5, waitedMs: 102 }],
  ];

  it.each(cases)('is found: %s', (_, trace, expected) => {
    expect(breakage(trace)).toEqual(expected);
  });

  it('is what follows the end of the response', () => {
    const trace = came(WHOLE);
    trace.client.excess = { bytes: 3, sample: '0\r\n' };
    expect(breakage(trace)).toEqual({ how: 'foreign', bytes: 3, sample: '0\r\n' });
  });

  it('is a whole stream that the hop ended before the origin did', () => {
    const trace = came(WHOLE);
    trace.origin.state = 'open';
    delete trace.origin.end;
    expect(breakage(trace)).toEqual({ how: 'cut', seq: 5, emitted: 5, told: false });
  });

  it('of HTTP itself says how', () => {
    const malformed = came([], { clientEnd: { how: 'malformed', at: 1, detail: 'no chunk size' } });
    expect(breakage(malformed)).toEqual({ how: 'malformed', detail: 'no chunk size' });
  });
});

describe('where several things are wrong, what explains the others is named', () => {
  const altered = chunkText(1).replace('-', '_');

  it('a status before all else', () => {
    const trace = came(['<html>502</html>'], { ended: 'complete' });
    if (trace.client.head !== undefined) trace.client.head = { ...trace.client.head, status: 502 };
    expect(breakage(trace)).toEqual({ how: 'status', status: 502, expected: 200 });
    trace.client.end = { how: 'malformed', at: 1 };
    expect(breakage(trace)).toMatchObject({ how: 'status' });
  });

  it('malformed before what came of it', () => {
    expect(breakage(came([altered], { ended: 'malformed' }))).toEqual({ how: 'malformed', detail: '' });
  });

  it('the first of altered, doubled and moved chunks in the order of arrival', () => {
    expect(breakage(came([chunkText(0), altered, chunkText(0)]))).toMatchObject({ how: 'altered', seq: 1 });
    expect(breakage(came([chunkText(0), chunkText(0), altered]))).toMatchObject({ how: 'duplicated', seq: 0 });
    expect(breakage(came([chunkText(2), altered]))).toMatchObject({ how: 'altered', seq: 1 });
    expect(breakage(came([chunkText(2), chunkText(1), chunkText(1)]))).toMatchObject({ how: 'reordered', seq: 1 });
  });

  it('a wrong chunk before foreign bytes, and these before a loss', () => {
    expect(breakage(came(['x\n\n', ...WHOLE, chunkText(4)]))).toMatchObject({ how: 'duplicated' });
    expect(breakage(came(['x\n\n', ...without(1)]))).toMatchObject({ how: 'foreign' });
  });

  it('a loss in the middle before the missing end', () => {
    expect(breakage(came([chunkText(0), chunkText(2)], { ended: 'cut' }))).toEqual({ how: 'lost', seq: 1 });
    expect(breakage(came([chunkText(0), chunkText(2)], { ended: 'no-end' }))).toEqual({ how: 'lost', seq: 1 });
  });

  it('a response that does not end before a tail that may still come', () => {
    expect(breakage(came([chunkText(0)], { ended: 'no-end' }))).toMatchObject({ how: 'unended', arrived: 1 });
  });
});

describe('what went wrong once', () => {
  it('a stream of as many chunks as a workload may have can be judged', () => {
    const trace = streamed();
    trace.arrivals = Array.from({ length: 1_000_000 }, (_, seq) => ({ seq, at: seq, read: seq }));
    expect(breakage(trace)).toBeUndefined();
  });
});
