/** Measures one lane: its workload, the traces that its verdict needs, the verdict. */

import { LOCK_STEP, PACED, type LockStep, type WorkloadInput } from '../server/workload.ts';
import type { Lane } from './catalogue/catalogue.ts';
import type { Hop, Stage } from './drivers/driver.ts';
import type { Instrument, Reference } from './instrument.ts';
import { measureStream, type MeasureOptions } from './measure.ts';
import type { MeasureContext } from './measures/measure.ts';
import type { Trace } from './trace.ts';
import { firstRelease, judge, judgeTrace, MAX_TRIES, type Delivery, type Evidence, type Floor } from './verdict.ts';

const PACED_CHUNKS = 60;
/** Beyond a timer that is documented or was seen: room for the timer's own jitter. */
const MARGIN_MS = 500;

/** A lane whose hop has a long timer is given that and the margin, and enough time for several periods. */
function lockStepPace({ patienceMs }: Lane): LockStep {
  if (patienceMs === undefined) return LOCK_STEP;
  return {
    ...LOCK_STEP,
    deadlineMs: Math.max(LOCK_STEP.deadlineMs, patienceMs + MARGIN_MS),
    budgetMs: Math.max(LOCK_STEP.budgetMs, patienceMs * 3),
  };
}

/** What the lane asks of the origin, and how its client asks. */
export function laneStream(lane: Lane): Pick<MeasureContext, 'workload' | 'request'> {
  const { vary = {} } = lane;
  const [name, ...value] = (vary['response-header'] ?? '').split(':');
  const coding = vary['accept-encoding'];
  const workload: MeasureContext['workload'] = {
    ...(vary.format === undefined ? {} : { format: vary.format }),
    ...(vary.framing === undefined ? {} : { framing: vary.framing }),
    ...(vary['content-type'] === undefined ? {} : { contentType: vary['content-type'] }),
    ...(name === undefined || name === '' ? {} : { headers: { [name]: value.join(':').trim() } }),
  };
  return { workload, request: { headers: coding === undefined ? {} : { 'accept-encoding': coding } } };
}

/**
 * The same stream with the bytes frozen at what had not come out when first something did. The bound
 * is one byte over, so that a chunk is left for the end: a length that is announced is not yet filled.
 */
function frozenWorkload(workload: WorkloadInput, trace: Trace, heldBytes: number, waitedMs: number): WorkloadInput {
  const streamed = trace.origin.emissions.slice(0, trace.origin.stalled?.seq ?? 0).map(({ bytes }) => bytes);
  const chunkBytes = [...streamed, heldBytes];
  const deadlineMs = Math.ceil(waitedMs) + MARGIN_MS;
  const boundBytes = chunkBytes.reduce((sum, bytes) => sum + bytes, 1);
  return {
    ...workload,
    count: chunkBytes.length,
    chunkBytes,
    pace: { ...LOCK_STEP, deadlineMs, budgetMs: deadlineMs * 2, boundBytes },
  };
}

/** A delay is believed only with the transparent relay measured beside it. */
function isInDoubt(evidence: Evidence, floor: Floor): boolean {
  const { verdict } = judge(evidence, floor);
  return verdict === 'inconclusive' || (verdict === 'delays' && evidence.reference === undefined);
}

export interface LaneContext {
  stage: Stage;
  hop: Hop;
  instrument: Instrument;
  reference: Reference;
  signal?: AbortSignal;
}

/** @throws BenchError when the origin fails, ProxyError is for the caller to find out from the hop. */
export async function measureLane(
  lane: Lane,
  { stage, hop, instrument, reference, signal }: LaneContext,
): Promise<{ evidence: Evidence; delivery: Delivery }> {
  const { floor, clock } = instrument;
  const plain = laneStream(lane);
  const stream = { ...plain, workload: { ...plain.workload, pace: lockStepPace(lane) } };
  const through = (options: Pick<MeasureOptions, 'workload' | 'request'>): Promise<Trace> =>
    measureStream({
      origin: stage.origin,
      clock,
      via: hop.address,
      ...options,
      ...(signal === undefined ? {} : { signal }),
    });

  const evidence: Evidence = { tries: [await through(stream)] };
  while (isInDoubt(evidence, floor) && evidence.tries.length < MAX_TRIES) {
    const [again, beside] = await Promise.all([through(stream), reference.measure(stream.workload)]);
    evidence.tries.push(again);
    evidence.reference = beside;
  }

  const trace = evidence.tries.at(-1) as Trace;
  const alone = judgeTrace(trace, floor);
  const release = firstRelease(trace);
  if (alone.verdict === 'coalesces' && release !== undefined && alone.heldBytes.over > 0) {
    evidence.frozen = await through({
      ...stream,
      workload: frozenWorkload(stream.workload, trace, alone.heldBytes.over, release.waitedMs),
    });
  }
  if (alone.verdict !== 'harness-error')
    evidence.paced = await through({ ...plain, workload: { ...plain.workload, count: PACED_CHUNKS, pace: PACED } });
  return { evidence, delivery: judge(evidence, floor) };
}
