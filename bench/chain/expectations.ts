/** Relays of which one in the middle of three is guilty, and what must be found of each of the three then. */

import type { WorkloadInput } from '../../server/workload.ts';
import { RELAY_PROOF } from '../instrument.ts';
import { measureStream } from '../measure.ts';
import { abortMeasure } from '../measures/abort.ts';
import { backpressureMeasure } from '../measures/backpressure.ts';
import { flushMeasure } from '../measures/flush.ts';
import { headersMeasure } from '../measures/headers.ts';
import { idleMeasure } from '../measures/idle.ts';
import type { AnyMeasure, Measure, MeasureContext } from '../measures/measure.ts';
import { requestMeasure } from '../measures/request.ts';
import { thresholdMeasure } from '../measures/threshold.ts';
import { truncationMeasure } from '../measures/truncation.ts';
import { HOLD_BYTES, HOLD_MS } from '../relays/relays.ts';
import { guiltyHops, judgeHops } from './attribution.ts';
import { hopHeads } from './heads.ts';
import { isUnseen } from './unseen.ts';

const HOPS = [1, 2, 3];

/** What was found to be so of hop 1, 2 and 3, as one word for each. */
type Finding = (context: MeasureContext) => Promise<string[]>;

interface ChainExpectation {
  relay: string;
  what: string;
  /** Of which it is a finding; absent for one of delivery. */
  measure?: AnyMeasure;
  find: Finding;
  expected: string[];
}

const ofDelivery: Finding = async ({ origin, clock, via, points, floor, signal }) => {
  const optional = { ...(points === undefined ? {} : { points }), ...(signal === undefined ? {} : { signal }) };
  const trace = await measureStream({ origin, clock, via, workload: RELAY_PROOF, ...optional });
  const deliveries = judgeHops({ tries: [trace] }, floor);
  const guilty = guiltyHops(deliveries);
  return deliveries.map(({ verdict }, index) => (guilty.includes(index + 1) ? verdict : 'innocent'));
};

const ofHeaders: Finding = async (context) => {
  const { origin, clock, via, points } = context;
  const workload: WorkloadInput = {
    count: 3,
    pace: { mode: 'paced', intervalMs: 0 },
    headers: { 'X-Accel-Buffering': 'no' },
  };
  const trace = await measureStream({ origin, clock, via, workload, ...(points === undefined ? {} : { points }) });
  return HOPS.map((hop) => hopHeads(trace, hop)?.response.removed.join() ?? 'unseen');
};

/** An expectation of a measure that is told by hop. @param word what was found of a hop, in short */
function told<Evidence, Figures>(
  measure: Measure<Evidence, Figures>,
  relay: string,
  expected: string[],
  word: (found: Figures) => string,
): ChainExpectation {
  const find: Finding = async (context) => {
    const evidence = await measure.measure(context);
    return HOPS.map((hop) => {
      const found = measure.ofHop?.(evidence, hop);
      return found === undefined || isUnseen(found) ? 'unseen' : word(found);
    });
  };
  return { relay, what: measure.id, measure, find, expected };
}

/** Whether the timer that was found is the relay's: how exact it is told is proven without a chain. */
function isNear(ms: number, wantedMs: number): boolean {
  return Math.abs(ms - wantedMs) < wantedMs / 2;
}

const HOLDER = `hold-${HOLD_BYTES}-bytes`;

export const EXPECTED: ChainExpectation[] = [
  { relay: HOLDER, what: 'hold', find: ofDelivery, expected: ['innocent', 'coalesces', 'innocent'] },
  { relay: 'collect-all', what: 'hold', find: ofDelivery, expected: ['innocent', 'buffers', 'innocent'] },
  { relay: 'drop-chunk', what: 'loss', find: ofDelivery, expected: ['innocent', 'breaks', 'innocent'] },
  { relay: 'strip-header', what: 'headers', find: ofHeaders, expected: ['', 'x-accel-buffering', ''] },
  told(thresholdMeasure, HOLDER, ['unseen', `${HOLD_BYTES} bytes`, 'streams'], (found) =>
    found.how === 'bytes' && found.threshold.exact ? `${found.threshold.upTo} bytes` : found.how,
  ),
  told(flushMeasure, `hold-${HOLD_MS}-ms`, ['none', `${HOLD_MS} ms`, 'none'], (found) =>
    found.how === 'timer' && isNear(found.periodMs, HOLD_MS) ? `${HOLD_MS} ms` : found.how,
  ),
  told(requestMeasure, 'collect-request', ['streams', 'buffers', 'unseen'], ({ chunked: { body } }) => body.how),
  told(abortMeasure, 'zombie', ['told', 'zombie', 'unseen'], ({ writing, idle }) =>
    writing?.when === 'never' && idle?.when === 'never' ? 'zombie' : (writing?.told ?? 0) > 0 ? 'told' : 'unclear',
  ),
  told(backpressureMeasure, 'absorb-all', ['unseen', 'takes-all', 'unseen'], ({ how }) => how),
  told(idleMeasure, 'idle-reset', ['not-cut', 'reset', 'not-cut'], ({ mid }) =>
    mid.how === 'cut' ? mid.client : mid.how,
  ),
  told(headersMeasure, 'strip-103', ['not-sent', 'dropped', 'passed'], ({ earlyHints }) => earlyHints),
  told(headersMeasure, 'strip-trailers', ['not-sent', 'dropped', 'passed'], ({ trailers }) => trailers),
  told(
    truncationMeasure,
    'hide-death',
    ['unseen', 'hidden and hidden', 'told and told'],
    ({ chunked }) => Object.values(chunked).join(' and ') || 'unseen',
  ),
];
