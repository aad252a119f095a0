import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Arrivals } from '../../../bench/client/arrivals.ts';
import { encodeChunk, HEARTBEAT, planChunks } from '../../../server/payload.ts';
import { resolveWorkload, type Format } from '../../../server/workload.ts';
import { anyPlaces, everyByte, splitAt } from '../split.ts';

const FORMATS: Format[] = ['sse', 'ndjson', 'text'];

function workload(format: Format = 'sse', count = 5) {
  return resolveWorkload({ format, count, chunkBytes: [40], pace: { mode: 'paced' } });
}

function chunk(seq: number, format: Format = 'sse'): string {
  return encodeChunk(format, seq, 40);
}

/** Feeds one read after the other, the n-th at n ms. */
function feed(reads: (string | Buffer)[], format: Format = 'sse'): Arrivals {
  const arrivals = new Arrivals(workload(format));
  for (const [read, bytes] of reads.entries()) arrivals.feed(Buffer.from(bytes as string), read, read);
  arrivals.finish(99);
  return arrivals;
}

/** What was found in a body, but for when. */
function seqs(reads: Buffer[], format: Format): unknown {
  const { arrivals, foreign } = feed(reads, format);
  return { seqs: arrivals.map(({ seq, altered }) => ({ seq, altered })), foreign };
}

describe.each(FORMATS)('chunks of %s', (format) => {
  it('arrive with the read that held their last byte', () => {
    const [first, rest] = [chunk(1, format).slice(0, 39), chunk(1, format).slice(39)];
    const { arrivals, foreign, highest } = feed([chunk(0, format) + first, rest, chunk(2, format)], format);
    expect(arrivals).toEqual([
      { seq: 0, at: 0, read: 0 },
      { seq: 1, at: 1, read: 1 },
      { seq: 2, at: 2, read: 2 },
    ]);
    expect(foreign).toEqual([]);
    expect(highest).toBe(2);
  });

  it('are the same wherever reads end', () => {
    const body = Buffer.from([0, 1, 2, 3, 4].map((seq) => chunk(seq, format)).join(''));
    fc.assert(
      fc.property(anyPlaces, (places) => {
        expect(seqs(splitAt(body, places), format)).toEqual(seqs([body], format));
      }),
    );
    expect(seqs(everyByte(body), format)).toEqual(seqs([body], format));
  });

  it('are known in whatever order and number they come', () => {
    const sent = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 12 });
    fc.assert(
      fc.property(sent, anyPlaces, (order, places) => {
        const body = Buffer.from(order.map((seq) => chunk(seq, format)).join(''));
        const { arrivals, foreign, highest } = feed(splitAt(body, places), format);
        expect(arrivals.map(({ seq }) => seq)).toEqual(order);
        expect(arrivals.every(({ altered }) => altered === undefined)).toBe(true);
        expect(foreign).toEqual([]);
        expect(highest).toBe(Math.max(-1, ...order));
      }),
    );
  });

  it('with any one byte changed are altered or foreign, never whole', () => {
    const body = chunk(0, format);
    fc.assert(
      fc.property(fc.nat({ max: body.length - 1 }), fc.integer({ min: 1, max: 255 }), (place, by) => {
        const bytes = Buffer.from(body);
        bytes[place] = ((bytes[place] ?? 0) + by) % 256;
        const { arrivals, foreign } = feed([bytes], format);
        expect(arrivals.filter(({ seq, altered }) => seq === 0 && altered !== true)).toEqual([]);
        expect(arrivals.length + foreign.length).toBeGreaterThan(0);
      }),
    );
  });

  it('that were cut at the end of the body are neither arrived nor foreign', () => {
    const body = chunk(0, format) + chunk(1, format);
    for (let length = 0; length <= body.length; length += 1) {
      const { arrivals, foreign } = feed([body.slice(0, length)], format);
      expect(arrivals).toHaveLength(Math.floor(length / 40));
      expect(foreign).toEqual([]);
    }
  });
});

describe('bytes that are not ours', () => {
  it('are foreign, with their number and a sample, and the chunks around them are known', () => {
    const { arrivals, foreign } = feed([chunk(0), ': keep-alive\n\n', chunk(1)]);
    expect(arrivals.map(({ seq }) => seq)).toEqual([0, 1]);
    expect(foreign).toEqual([{ at: 1, bytes: 14, sample: ': keep-alive\n\n' }]);
  });

  it('are foreign when they bear a number that was never to be emitted', () => {
    const { arrivals, foreign } = feed([chunk(5), 'id: 99999999999999999999\ndata: x\n\n']);
    expect(arrivals).toEqual([]);
    expect(foreign.map(({ bytes }) => bytes)).toEqual([40, 34]);
  });

  it('are foreign at the end of the body', () => {
    expect(feed([chunk(0), 'what is this']).foreign).toEqual([{ at: 99, bytes: 12, sample: 'what is this' }]);
  });

  it('are foreign when they begin as a chunk that is not the next one', () => {
    expect(feed([chunk(0), chunk(3).slice(0, 20)]).foreign).toEqual([
      { at: 99, bytes: 20, sample: chunk(3).slice(0, 20) },
    ]);
  });

  it('are shown in part', () => {
    expect(feed(['z'.repeat(5000)]).foreign).toEqual([{ at: 99, bytes: 5000, sample: 'z'.repeat(200) }]);
  });

  it('are counted byte by byte though they are no text', () => {
    expect(feed([Buffer.from([0xff, 0x00, 0xc3, 0xa9])]).foreign[0]?.bytes).toBe(4);
  });
});

describe('a chunk with other bytes', () => {
  it('is altered: longer, shorter, or changed', () => {
    const changed = chunk(0).replace('-', '_');
    const longer = chunk(1).replace('\n\n', 'x\n\n');
    const shorter = chunk(2).replace('-', '');
    const { arrivals } = feed([changed + longer + shorter + chunk(3)]);
    expect(arrivals).toEqual([
      { seq: 0, at: 0, read: 0, altered: true },
      { seq: 1, at: 0, read: 0, altered: true },
      { seq: 2, at: 0, read: 0, altered: true },
      { seq: 3, at: 0, read: 0 },
    ]);
  });
});

describe('the sizes', () => {
  it('are those of the plan, with what is raised after a stall', () => {
    const stalled = resolveWorkload({ count: 1, chunkBytes: [20] });
    const last = planChunks(stalled).length - 1;
    const arrivals = new Arrivals(stalled);
    arrivals.feed(Buffer.from(encodeChunk('sse', last, planChunks(stalled)[last] ?? 0)), 5, 0);
    expect(arrivals.arrivals).toEqual([{ seq: last, at: 5, read: 0 }]);
    expect(arrivals.highest).toBe(last);
  });
});

describe('what went wrong once', () => {
  it('bytes after the last chunk are foreign, also when they begin as a chunk would', () => {
    const all = [0, 1, 2, 3, 4].map((seq) => chunk(seq)).join('');
    expect(feed([`${all}id: 5`]).foreign).toEqual([{ at: 99, bytes: 5, sample: 'id: 5' }]);
  });
});

describe('heartbeats', () => {
  const silence = { afterChunk: 0, ms: 300, heartbeatMs: 100 };
  const beating = resolveWorkload({ count: 5, chunkBytes: [40], pace: { mode: 'paced', silence } });

  function fed(text: string, workload_ = beating): Arrivals {
    const arrivals = new Arrivals(workload_);
    arrivals.feed(Buffer.from(text), 0, 0);
    arrivals.finish(1);
    return arrivals;
  }

  it('that were planned are ours', () => {
    const { arrivals, foreign } = fed(`${chunk(0)}${HEARTBEAT}${HEARTBEAT}${chunk(1)}`);
    expect(arrivals.map(({ seq, altered }) => [seq, altered])).toEqual([
      [0, undefined],
      [1, undefined],
    ]);
    expect(foreign).toEqual([]);
  });

  it('may be cut', () => {
    expect(fed(`${chunk(0)}${HEARTBEAT.slice(0, 5)}`).foreign).toEqual([]);
  });

  it('are foreign beyond those that were planned, altered, or where none were', () => {
    expect(fed(HEARTBEAT.repeat(3)).foreign).toHaveLength(1);
    expect(fed(': keep-dead\n\n').foreign).toHaveLength(1);
    expect(fed(HEARTBEAT, workload()).foreign).toHaveLength(1);
    expect(fed(HEARTBEAT.slice(0, 5), workload()).foreign).toHaveLength(1);
  });
});
