/**
 * After a release by bytes was seen: the bytes are frozen and waited for. Bytes that stay held bound the
 * threshold from below; bytes that come out by themselves after the deadline were let go by a timer.
 */

import type { LockStep, WorkloadInput } from '../server/workload.ts';
import type { Floor } from './floor.ts';
import { freezing, outAtStall, type Freezing } from './verdict/frozen-bytes.ts';
import { sizeOf } from './metrics.ts';
import { firstRelease, judgeTrace } from './verdict/trace-verdict.ts';
import type { Trace } from './trace.ts';

/** Beyond the time that was waited before: room for a timer's own jitter. */
const MARGIN_MS = 500;

/** The same chunks again, those up to `bytes` of the body written at once, and time to come out by themselves. */
function frozenWorkload(
  workload: WorkloadInput,
  pace: LockStep,
  at: NonNullable<LockStep['freeze']>,
  waitedMs: number,
): WorkloadInput {
  const deadlineMs = Math.ceil(waitedMs) + MARGIN_MS;
  return { ...workload, pace: { ...pace, deadlineMs, budgetMs: deadlineMs * 2, freeze: at } };
}

/** Bytes held after each step of the raise, from `from` downwards: one of them was not yet enough. */
function stepsDown({ origin }: Trace, streamedChunks: number, from: number): number[] {
  const { stepMs } = origin.workload.pace as LockStep;
  const held = origin.emissions.slice(streamedChunks);
  let total = 0;
  const steps = held.flatMap(({ at, bytes }, index) => {
    total += bytes;
    const next = held[index + 1];
    return next !== undefined && next.at - at > stepMs / 2 ? [total] : [];
  });
  return [from, ...steps.filter((step) => step < from).toReversed()];
}

/** Freezes ever fewer bytes until they stay held, or a timer shows. Nothing where the trace does not coalesce. */
export async function freeze(
  trace: Trace,
  workload: WorkloadInput,
  floor: Floor,
  through: (workload: WorkloadInput) => Promise<Trace>,
): Promise<Trace[]> {
  const delivery = judgeTrace(trace, floor);
  const release = firstRelease(trace);
  const { pace } = trace.origin.workload;
  if (delivery.verdict !== 'coalesces' || release === undefined || pace.mode !== 'lock-step') return [];
  const { streamedChunks: afterChunks, heldBytes } = delivery;
  const streamedBytes = sizeOf(trace.origin.emissions.slice(0, afterChunks));
  const firstBytes = trace.origin.emissions[afterChunks]?.bytes ?? 0;
  const frozen: Trace[] = [];
  const freezeBytes = async (held: number): Promise<Freezing['how']> => {
    const at = { afterChunks, bytes: streamedBytes + held };
    const outcome = await through(frozenWorkload(workload, pace, at, release.waitedMs));
    frozen.push(outcome);
    return freezing(outcome, afterChunks, pace.deadlineMs, outAtStall(trace)).how;
  };
  for (const held of stepsDown(trace, afterChunks, heldBytes.over)) {
    if (held <= 0) break;
    const how = await freezeBytes(held);
    // A timer lets go of the first chunk alone as well; bytes that were enough, and late on a busy machine, do not.
    if (how === 'timer' && held > firstBytes) await freezeBytes(firstBytes);
    if (how !== 'at-once') break;
  }
  return frozen;
}
