/** Measures one lane: its workload, the traces that its verdict needs, the verdict. */

import { presetOf } from '../server/presets.ts';
import { LOCK_STEP, type LockStep, type WorkloadInput } from '../server/workload.ts';
import type { Delivery } from './verdict/delivery.ts';
import type { Depth } from './run/depth.ts';
import type { Lane } from './catalogue/catalogue.ts';
import { varied, type LaneStream } from './catalogue/dimensions.ts';
import type { Hop, Stage } from './drivers/driver.ts';
import { isUnanswered, type Evidence } from './evidence.ts';
import type { Floor } from './floor.ts';
import { freeze } from './freeze.ts';
import { isInDoubt } from './verdict/doubt.ts';
import type { Instrument, Reference } from './instrument.ts';
import { measureStream, type PointReader } from './measure.ts';
import { pacedWorkload } from './measures/paced.ts';
import { brokenByTime } from './verdict/timely.ts';
import { longerLingerMs } from './verdict/trace-verdict.ts';
import type { Trace } from './trace.ts';
import type { LaneTurns, Turn } from './turns.ts';
import { ENOUGH_TRIES, MOST_TRIES } from './verdict/tries-verdict.ts';
import { judge } from './verdict/verdict.ts';

/** Beyond a timer that is documented or was seen: room for the timer's own jitter. */
const MARGIN_MS = 500;

/** A lane whose hop has a long timer is given that and the margin, and enough time for several periods. */
function lockStepPace({ patienceMs }: Pick<Lane, 'patienceMs'>): LockStep {
  if (patienceMs === undefined) return LOCK_STEP;
  return {
    ...LOCK_STEP,
    deadlineMs: Math.max(LOCK_STEP.deadlineMs, patienceMs + MARGIN_MS),
    budgetMs: Math.max(LOCK_STEP.budgetMs, patienceMs * 2),
  };
}

/** What the lane asks of the origin, and how its client asks. */
export function laneStream({ vary = {}, preset }: Pick<Lane, 'vary' | 'preset'>): LaneStream {
  return varied(vary, presetOf(preset).workload);
}

export interface LaneContext {
  stage: Stage;
  /** Asked for at each stream: another may have taken its place. */
  hop: Pick<Hop, 'address'>;
  instrument: Instrument;
  reference: Reference;
  /** What the taps of the path saw of each stream, where there are taps. */
  points?: PointReader;
  /** Another stream than the lane's own. */
  stream?: LaneStream;
  /** How much is measured: the steady stream is left out of `quick`. */
  depth: Depth;
  turns?: LaneTurns;
  /** Whether the tries tell all that they are to tell besides the delivery; where they never do, three are enough. */
  isTold?: (soFar: Evidence) => boolean;
  /** What else is measured of the hop, whatever its delivery comes to be: made before the lane waits for quiet, where it must. */
  meanwhile?: (soFar: Evidence) => Promise<void>;
  /** What of that may end the hop: made before too, when nothing of the lane goes through it. */
  lastBefore?: (soFar: Evidence) => Promise<void>;
  /** What of that needs quiet too: made while the lane has it, before all go on. */
  alsoInQuiet?: (soFar: Evidence) => Promise<void>;
  signal?: AbortSignal;
}

const AT_ONCE: Turn = (work) => work();

/** A stream that takes so long is mostly a hop's waiting; one that flows takes a few ms a word on a busy machine too. */
const MOSTLY_WAITS_MS = 800;

function mostlyWaits({ client: { connectAt, end } }: Trace): boolean {
  return end.at - connectAt > MOSTLY_WAITS_MS;
}

export interface Tried {
  /** Streams this workload through the path. */
  through: (workload: WorkloadInput) => Promise<Trace>;
  workload: WorkloadInput;
  floor: Floor;
  reference: Reference;
  turns?: Pick<LaneTurns, 'turn' | 'quiet' | 'quietBeside'>;
  isTold?: (soFar: Evidence) => boolean;
  /** Once, before the first try that is made in quiet. */
  beforeQuiet?: (evidence: Evidence) => Promise<void>;
}

/** The streams that the verdict of delivery needs: again where the first are in doubt, by themselves or once bytes were frozen. */
export async function tried({
  through,
  workload,
  floor,
  reference,
  turns,
  isTold = () => true,
  beforeQuiet = async () => {},
}: Tried): Promise<Evidence> {
  const { turn, quiet, quietBeside } = turns ?? { turn: AT_ONCE, quiet: AT_ONCE, quietBeside: AT_ONCE };
  const evidence: Evidence = { tries: [await turn(() => through(workload))] };
  const again = async (): Promise<void> => {
    const maySettleIt = evidence.tries.length + 1 >= ENOUGH_TRIES;
    if (evidence.tries.length + 1 === ENOUGH_TRIES) await beforeQuiet(evidence);
    const asked = lingering(workload, evidence.tries);
    const inQuiet = asked === workload && !evidence.tries.every(mostlyWaits) ? quiet : quietBeside;
    const [trace, beside] = await (maySettleIt ? inQuiet : turn)(() =>
      Promise.all([through(asked), reference.measure(workload)]),
    );
    evidence.tries.push(trace);
    if (evidence.reference !== undefined) (evidence.earlierReferences ??= []).push(evidence.reference);
    evidence.reference = beside;
  };
  for (;;) {
    const isLast = evidence.tries.length === MOST_TRIES;
    const isEnough = evidence.tries.length >= ENOUGH_TRIES || isTold(evidence);
    if (isLast || (isEnough && !isInDoubt(evidence, floor))) {
      const trace = evidence.tries.at(-1) as Trace;
      const frozen = await turn(() => freeze(trace, workload, floor, through));
      if (frozen.length > 0) evidence.frozen = frozen;
      if (isLast || judge(evidence, floor).verdict !== 'inconclusive') return evidence;
      // What was frozen speaks against the try before it, and says nothing of the next.
      delete evidence.frozen;
    }
    await again();
  }
}

/**
 * The same, with the wait before the end that the tries so far ask for. What came late on a busy machine is not late in
 * quiet: the first try there waits as the least busy one asks.
 */
function lingering(workload: WorkloadInput, tries: Trace[]): WorkloadInput {
  const { pace } = workload;
  const asked = tries.map(longerLingerMs).filter((lingerMs) => lingerMs !== undefined);
  const isFirstInQuiet = tries.length + 1 === ENOUGH_TRIES;
  const lingerMs = asked.length === 0 ? 0 : isFirstInQuiet ? Math.min(...asked) : Math.max(...asked);
  if (pace?.mode !== 'lock-step' || lingerMs <= (pace.lingerMs ?? LOCK_STEP.lingerMs)) return workload;
  // Silence that a timeout of the hop ends is not for finding out what it holds.
  if (tries.some((trace) => brokenByTime(trace) !== undefined)) return workload;
  return { ...workload, pace: { ...pace, lingerMs } };
}

/** One, and again where it broke as a timeout breaks and the words in lock-step did not. */
async function addSteady(evidence: Evidence, stream: () => Promise<Trace>): Promise<void> {
  const most = evidence.tries.some((trace) => brokenByTime(trace) !== undefined) ? 1 : ENOUGH_TRIES;
  const all = [await stream()];
  while (all.length < most && all.some((trace) => brokenByTime(trace) !== undefined)) all.push(await stream());
  const paced = all.pop();
  if (paced !== undefined) evidence.paced = paced;
  if (all.length > 0) evidence.earlierPaced = all;
}

/** @throws BenchError when the origin fails, ProxyError is for the caller to find out from the hop. */
export async function measureLane(
  lane: Pick<Lane, 'vary' | 'patienceMs' | 'preset'>,
  context: LaneContext,
): Promise<{ evidence: Evidence; delivery: Delivery }> {
  const { stage, instrument, reference, points, depth, turns, signal, isTold } = context;
  const { stream: plain = laneStream(lane) } = context;
  const { floor, clock } = instrument;
  const { steady } = turns ?? { steady: AT_ONCE };
  const through = (workload: WorkloadInput): Promise<Trace> =>
    measureStream({
      origin: stage.origin,
      clock,
      via: context.hop.address,
      ...plain,
      workload,
      ...(points === undefined ? {} : { points }),
      ...(signal === undefined ? {} : { signal }),
    });
  const steadily = (): Promise<Trace> =>
    steady(() => through(pacedWorkload(plain.workload, presetOf(lane.preset).paced)));

  const workload = { ...plain.workload, pace: lockStepPace(lane) };
  const evidence = await tried({
    through,
    workload,
    floor,
    reference,
    ...(turns === undefined ? {} : { turns }),
    ...(isTold === undefined ? {} : { isTold }),
    // All that can be made before, so that little is left when quiet has come, which is at the end of a run.
    async beforeQuiet(soFar) {
      const adding = depth === 'quick' ? undefined : addSteady(soFar, steadily);
      // All of a path's bytes go through the taps' one process.
      if (points !== undefined) await adding;
      await Promise.all([adding, context.meanwhile?.(soFar)]);
      await context.lastBefore?.(soFar);
    },
  });
  // Of several that wait for quiet each has it after the other, and all go on with the rest side by side.
  if (evidence.tries.length >= ENOUGH_TRIES) {
    await context.alsoInQuiet?.(evidence);
    await turns?.quietOver();
  }
  const { verdict } = judge(evidence, floor);
  const isJudged = verdict !== 'harness-error' && verdict !== 'unsupported';
  const isToStream = isJudged && !isUnanswered(evidence);
  if (depth !== 'quick' && isToStream && evidence.paced === undefined) await addSteady(evidence, steadily);
  return { evidence, delivery: judge(evidence, floor) };
}
