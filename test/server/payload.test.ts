import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Arrivals } from '../../bench/client/arrivals.ts';
import {
  chunkSize,
  DELIMITERS,
  encodeChunk,
  HEARTBEAT,
  plannedBytes,
  plannedHeartbeats,
  planChunks,
  SEQ_PATTERNS,
} from '../../server/payload.ts';
import { LOCK_STEP, resolveWorkload, type Format, type Workload } from '../../server/workload.ts';

const FORMATS: Format[] = ['sse', 'sse-json', 'ndjson', 'text'];

const anyChunk = fc.record({
  format: fc.constantFrom(...FORMATS),
  seq: fc.nat(1_000_000),
  size: fc.integer({ min: 1, max: 200_000 }),
});

function sum(sizes: number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}

describe('a chunk', () => {
  it('reads as its format asks', () => {
    expect(encodeChunk('sse', 7, 32)).toMatchInlineSnapshot(`
      "id: 7
      data: -from-through-in-i

      "
    `);
    expect(encodeChunk('ndjson', 7, 40)).toMatchInlineSnapshot(`
      "{"seq":7,"text":"-from-through-in-its"}
      "
    `);
    expect(encodeChunk('text', 7, 20)).toMatchInlineSnapshot(`"7:-from-through-in- "`);
  });

  it('is NDJSON that a parser reads, however long', () => {
    expect(JSON.parse(encodeChunk('ndjson', 12, 100_000))).toMatchObject({ seq: 12 });
  });

  it('has the size that was asked for, or as much as its marks need', () => {
    fc.assert(
      fc.property(anyChunk, ({ format, seq, size }) => {
        const smallest = encodeChunk(format, seq, 1).length;
        expect(encodeChunk(format, seq, size)).toHaveLength(Math.max(size, smallest));
      }),
    );
  });

  it('grows byte by byte from its smallest size on', () => {
    const smallest = 'id: 5\ndata: \n\n'.length;
    expect(encodeChunk('sse', 5, smallest - 1)).toBe('id: 5\ndata: \n\n');
    expect(encodeChunk('sse', 5, smallest)).toBe('id: 5\ndata: \n\n');
    expect(encodeChunk('sse', 5, smallest + 1)).toHaveLength(smallest + 1);
  });

  it('carries its number, and one delimiter, at its end', () => {
    fc.assert(
      fc.property(anyChunk, ({ format, seq, size }) => {
        const chunk = encodeChunk(format, seq, size);
        expect(SEQ_PATTERNS[format].exec(chunk)?.[1]).toBe(String(seq));
        expect(chunk.indexOf(DELIMITERS[format])).toBe(chunk.length - DELIMITERS[format].length);
      }),
    );
  });

  it('is as long of one letter as of words, and told from it', () => {
    expect(encodeChunk('sse', 7, 20, 'letter')).toBe('id: 7\ndata: aaaaaa\n\n');
    const size = 100_000;
    expect(encodeChunk('sse', 0, size, 'letter')).toHaveLength(encodeChunk('sse', 0, size).length);
    const workload = resolveWorkload({ filler: 'letter' });
    const arrivals = new Arrivals(workload);
    arrivals.feed(Buffer.from(encodeChunk('sse', 0, 32, 'letter') + encodeChunk('sse', 1, 32)), 1, 0);
    expect(arrivals.arrivals.map(({ altered }) => altered)).toEqual([undefined, true]);
  });

  it('of characters of three bytes is as long as of words, valid UTF-8, and told from what a decoder makes of a part', () => {
    for (const size of [32, 33, 34, 65_537]) {
      const bytes = Buffer.from(encodeChunk('sse', 0, size, 'utf-8'), 'latin1');
      expect(bytes).toHaveLength(size);
      expect(Buffer.from(bytes.toString('utf8')).equals(bytes)).toBe(true);
    }
    const bytes = Buffer.from(encodeChunk('sse', 0, 34, 'utf-8'), 'latin1');
    const halves = [bytes.subarray(0, 16), bytes.subarray(16)].map((half) => half.toString('utf8')).join('');
    const arrivals = new Arrivals(resolveWorkload({ filler: 'utf-8', chunkBytes: [34], count: 1 }));
    arrivals.feed(Buffer.from(halves), 1, 0);
    expect(arrivals.arrivals.map(({ altered }) => altered)).toEqual([true]);
  });

  it('is ASCII, so that its characters are its bytes', () => {
    fc.assert(
      fc.property(anyChunk, ({ format, seq, size }) => {
        const chunk = encodeChunk(format, seq, size);
        expect(Buffer.byteLength(chunk)).toBe(chunk.length);
      }),
    );
  });

  it('differs from its neighbour in its text too, not only in its number', () => {
    const texts = [0, 1, 2, 3].map((seq) => encodeChunk('text', seq, 60).slice(2));
    expect(new Set(texts).size).toBe(4);
  });

  it('is the same each time', () => {
    expect(encodeChunk('sse', 3, 70_000)).toBe(encodeChunk('sse', 3, 70_000));
  });
});

describe('the plan', () => {
  it('of a paced stream is its count, each in its size, the last size standing for all that follow', () => {
    const workload = resolveWorkload({ count: 5, chunkBytes: [40, 50], pace: { mode: 'paced' } });
    expect(planChunks(workload)).toEqual([40, 50, 50, 50, 50]);
  });

  it('raises a size that is too small for the marks', () => {
    const workload = resolveWorkload({ format: 'text', count: 11, chunkBytes: [1], pace: { mode: 'paced' } });
    expect(planChunks(workload)).toEqual([3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4]);
  });

  it('in lock-step goes on to the bound by the growth', () => {
    const pace = { ...LOCK_STEP, growth: 2, boundBytes: 1000 };
    expect(planChunks(resolveWorkload({ count: 2, chunkBytes: [50], pace }))).toEqual([50, 50, 100, 200, 400, 200]);
  });

  it('rounds a step up to whole bytes', () => {
    const pace = { ...LOCK_STEP, growth: 1.5, boundBytes: 400 };
    expect(planChunks(resolveWorkload({ count: 1, chunkBytes: [201], pace }))).toEqual([201, 101, 98]);
  });

  it('never steps by less than 64 bytes', () => {
    const pace = { ...LOCK_STEP, growth: 1.001, boundBytes: 250 };
    expect(planChunks(resolveWorkload({ count: 1, chunkBytes: [60], pace }))).toEqual([60, 64, 64, 64]);
  });

  it('adds nothing where the chunks themselves reach the bound', () => {
    const pace = { ...LOCK_STEP, boundBytes: 100 };
    expect(planChunks(resolveWorkload({ count: 2, chunkBytes: [50], pace }))).toEqual([50, 50]);
  });

  it('is what is emitted: each size is that of the chunk that will be written', () => {
    const workload = fc.record({
      format: fc.constantFrom(...FORMATS),
      count: fc.integer({ min: 1, max: 50 }),
      chunkBytes: fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 10 }),
      boundBytes: fc.integer({ min: 0, max: 50_000 }),
      growth: fc.double({ min: 1.01, max: 16, noNaN: true }),
    });
    fc.assert(
      fc.property(workload, ({ format, count, chunkBytes, boundBytes, growth }) => {
        const resolved = resolveWorkload({ format, count, chunkBytes, pace: { ...LOCK_STEP, boundBytes, growth } });
        const sizes = planChunks(resolved);
        expect(sizes.map((size, seq) => encodeChunk(format, seq, size).length)).toEqual(sizes);
        expect(sizes.slice(0, count)).toEqual(Array.from({ length: count }, (_, seq) => chunkSize(resolved, seq)));
        expect(sum(sizes)).toBeGreaterThanOrEqual(boundBytes);
        // No step is made that the bound does not ask for.
        expect(sizes.length === count || sum(sizes.slice(0, -1)) < boundBytes).toBe(true);
      }),
    );
  });
});

function beating(ms: number, heartbeatMs: number): Workload {
  return resolveWorkload({ count: 3, pace: { mode: 'paced', silence: { afterChunk: 0, ms, heartbeatMs } } });
}

describe('heartbeats', () => {
  it.each([
    [1000, 100, 9],
    [1050, 100, 10],
    [100, 100, 0],
    [50, 100, 0],
  ])('of a silence of %d ms, each %d ms, are %d: none at its end', (ms, heartbeatMs, count) => {
    expect(plannedHeartbeats(beating(ms, heartbeatMs))).toBe(count);
    expect(plannedBytes(beating(ms, heartbeatMs))).toBe(3 * 32 + count * HEARTBEAT.length);
  });

  it('are none where none are asked for', () => {
    expect(plannedHeartbeats(resolveWorkload({}))).toBe(0);
    expect(plannedHeartbeats(resolveWorkload({ pace: { mode: 'paced', silence: { afterChunk: 0, ms: 9 } } }))).toBe(0);
  });
});
