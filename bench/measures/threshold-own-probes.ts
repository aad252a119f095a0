/** The lane's own chunks, one after another, through a hop that lets the smallest through. */

import { sum } from '../metrics.ts';
import { frozenStream } from './frozen.ts';
import type { MeasureContext } from './measure.ts';
import { ownChunks } from './own-chunks.ts';
import { probeOf, TIMES, type Limits, type Probe } from './threshold-figures.ts';
import {
  ownStreamOf,
  ownStreamOfTrace,
  stallOf,
  type OwnEvidence,
  type OwnStall,
  type OwnStream,
} from './threshold-own.ts';
import { AT_ONCE, RUNGS_BYTES, search } from './threshold-probes.ts';

/** The first, one after it, and one when the hop's buffers are no longer fresh. */
const CHUNKS = 3;

/** Each chunk is written when all before it have come out. */
async function inTurn(context: MeasureContext, deadlineMs: number): Promise<OwnStream> {
  const { asked: chunkBytes, written: sizes } = ownChunks(context.workload, CHUNKS);
  let [seq, wantedBytes] = [0, sizes[0] ?? 0];
  const frozen = await frozenStream(context, {
    chunkBytes,
    deadlineMs,
    onBody(received, acknowledge) {
      while (seq < sizes.length && received >= wantedBytes) {
        acknowledge(seq);
        seq += 1;
        wantedBytes += sizes[seq] ?? 0;
      }
    },
  });
  return ownStreamOf(frozen);
}

/** What came out once comes out again, and then `bytes` more are written. */
async function thenProbe(
  context: MeasureContext,
  { prefix, releasedBytes }: OwnStall,
  bytes: number,
  waitMs: number,
): Promise<Probe> {
  let seq = 0;
  const frozen = await frozenStream(context, {
    chunkBytes: [...prefix, bytes],
    deadlineMs: waitMs,
    onBody(received, acknowledge) {
      const before = sum(prefix.slice(0, seq + 1));
      if (seq >= prefix.length || received < Math.min(before, releasedBytes.min)) return;
      acknowledge(seq);
      seq += 1;
    },
  });
  return probeOf(frozen, 1, releasedBytes.max);
}

/** Asked where the smallest chunks came out at once. Where not all of the lane's own do, and that each time, it is asked what frees them. */
export async function ownEvidence(context: MeasureContext, limits: Limits): Promise<OwnEvidence> {
  // Each of the lane's own came out before the next was written: another stream would show no more.
  if (context.streamed !== undefined) return { streams: [ownStreamOfTrace(context.streamed)], next: [] };
  const own: OwnEvidence = { streams: [], next: [] };
  do own.streams.push(await inTurn(context, limits.quietMs));
  while (own.streams.length < TIMES && stallOf(own) !== undefined);
  const stall = stallOf(own);
  if (stall === undefined || own.streams.some(({ fault }) => fault !== undefined)) return own;
  const bounds = { over: 0, rungs: RUNGS_BYTES, atOnce: AT_ONCE, times: TIMES };
  await search(own.next, limits, bounds, (bytes, waitFor) => thenProbe(context, stall, bytes, waitFor(bytes)));
  return own;
}
