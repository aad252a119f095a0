/** What must hold of every verdict, whatever the trace. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Delivery, Verdict } from '../../../bench/verdict/delivery.ts';
import { judgeTrace } from '../../../bench/verdict/trace-verdict.ts';
import type { Trace } from '../../../bench/trace.ts';
import { judge } from '../../../bench/verdict/verdict.ts';
import { planChunks } from '../../../server/payload.ts';
import { resolveWorkload } from '../../../server/workload.ts';
import {
  arriving,
  chunkText,
  deepFrozen,
  evidenceOf,
  FLOOR,
  frozen,
  makeTrace,
  stalled,
  streamed,
  WORKLOAD,
} from '../traces.ts';

function verdictOf(trace: Trace): Verdict {
  return judgeTrace(trace, FLOOR).verdict;
}

/** The same stream with all that the client saw so much later. */
function later(trace: Trace, byMs: number): Trace {
  const { client, arrivals } = trace;
  return {
    ...trace,
    arrivals: arrivals.map((arrival) => ({ ...arrival, at: arrival.at + byMs })),
    client: {
      ...client,
      reads: client.reads.map((read) => ({ ...read, at: read.at + byMs })),
      ...(client.head === undefined ? {} : { head: { ...client.head, at: client.head.at + byMs } }),
      end: { ...client.end, at: client.end.at + byMs },
    },
  };
}

/** The chunks of a trace in the reads in which they came, each read split as told. */
function split(trace: Trace, piecesOfRead: number[]): Trace {
  const { emissions, end, workload, stalled: stall } = trace.origin;
  const pieces = trace.arrivals.flatMap(({ seq, at }, index) => {
    const text = chunkText(seq, workload);
    const size = Math.max(1, Math.ceil(text.length / (piecesOfRead[index % piecesOfRead.length] ?? 1)));
    return Array.from({ length: Math.ceil(text.length / size) }, (_, piece) => ({
      at,
      text: text.slice(piece * size, (piece + 1) * size),
    }));
  });
  const remade = makeTrace({
    workload,
    emittedAt: emissions.map(({ at }) => at),
    pieces,
    endAt: end?.at ?? 0,
    headAt: trace.client.head?.at,
    clientEnd: trace.client.end,
    ...(stall === undefined ? {} : { stalledSeq: stall.seq }),
  });
  return trace.fault === undefined ? remade : { ...remade, fault: trace.fault };
}

describe('judging', () => {
  const everyKind: [string, () => Trace][] = [
    ['streams', () => streamed()],
    ['delays', () => streamed(80)],
    ['inconclusive', () => streamed((seq) => (seq < 3 ? 80 : 0.2))],
    ['coalesces', () => stalled({ streamedChunks: 2, releasedAfterMs: 1041 })],
    ['buffers', () => stalled({ streamedChunks: 2 })],
    ['breaks', () => makeTrace({ emittedAt: [0, 1, 2], pieces: arriving([1, undefined, 3]), endAt: 4 })],
    ['harness-error', () => ({ ...streamed(), fault: 'x' })],
  ];

  it.each(everyKind)('%s is the same each time, and leaves its evidence as it is', (verdict, make) => {
    const evidence = deepFrozen({
      ...evidenceOf(make()),
      frozen: [frozen(undefined)],
      reference: streamed(),
      paced: streamed(),
    });
    const once = judge(evidence, FLOOR);
    expect(once.verdict).toBe(verdict);
    expect(judge(evidence, FLOOR)).toEqual(once);
    expect(judge(JSON.parse(JSON.stringify(evidence)) as typeof evidence, FLOOR)).toEqual(once);
  });

  it('of lanes does not depend on their order', () => {
    const alone = new Map(everyKind.map(([id, make]) => [id, judge(evidenceOf(make()), FLOOR)]));
    fc.assert(
      fc.property(fc.shuffledSubarray(everyKind), (lanes) => {
        for (const [id, make] of lanes) expect(judge(evidenceOf(make()), FLOOR)).toEqual(alone.get(id));
      }),
    );
  });

  it('is not changed by a paced stream beside it', () => {
    expect(judge({ ...evidenceOf(streamed()), paced: stalled() }, FLOOR)).toEqual(judgeTrace(streamed(), FLOOR));
  });

  it.each(everyKind)('%s is not changed by a constant delay that stays below the limit', (verdict, make) => {
    const room = FLOOR.delayLimitMs - 0.21;
    fc.assert(
      fc.property(fc.double({ min: 0, max: room, noNaN: true }), (byMs) => {
        expect(verdictOf(later(make(), byMs))).toBe(verdict);
      }),
    );
  });

  it.each(everyKind)('%s is not changed by how its bytes were cut into reads', (_, make) => {
    const trace = make();
    const delivery = judgeTrace(trace, FLOOR);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 }), (piecesOfRead) => {
        expect(judgeTrace(split(trace, piecesOfRead), FLOOR)).toEqual(delivery);
      }),
      { numRuns: 40 },
    );
  });

  it('of a stream held by any time says streams, delays or, at the limit, nothing between', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 500, noNaN: true }), (holdMs) => {
        const delivery: Delivery = judgeTrace(streamed(holdMs), FLOOR);
        const seen = delivery.verdict === 'streams' || delivery.verdict === 'delays' ? delivery.hold.p50Ms : Number.NaN;
        expect(seen).toBeCloseTo(holdMs, 6);
        expect(delivery.verdict).toBe(seen > FLOOR.delayLimitMs ? 'delays' : 'streams');
      }),
    );
  });

  it('of a release at any moment finds the bytes that had been written by then', () => {
    const sizes = planChunks(resolveWorkload(WORKLOAD));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: sizes.length - 3 }), fc.integer({ min: 6, max: 14 }), (steps, afterMs) => {
        // So long after its last step the release is put down to that step and no earlier one.
        const delivery = judgeTrace(stalled({ releasedAfterMs: 1000 + 15 * (steps - 1) + afterMs }), FLOOR);
        const written = sizes.slice(0, steps + 1).reduce((sum, size) => sum + size, 0);
        expect(delivery).toMatchObject({ verdict: 'coalesces', heldBytes: { over: written, upTo: written } });
      }),
    );
  });
});
