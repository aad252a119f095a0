/** What is reported of a chain, hop by hop, from what was found of it. Pure. */

import { because } from '../because.ts';
import type { Chain } from '../catalogue/catalogue.ts';
import type { Hop, Runnable } from '../drivers/driver.ts';
import type { Instrument } from '../instrument.ts';
import { figures, pathEntry, reportOf } from '../lane-result.ts';
import type { AbortEvidence } from '../measures/abort-figures.ts';
import type { TruncationEvidence } from '../measures/truncation.ts';
import type { AnyMeasure } from '../measures/measure.ts';
import { isJudged, type HopResult, type LaneResult } from '../results.ts';
import type { Trace } from '../trace.ts';
import type { Delivery, Floor } from '../verdict.ts';
import {
  abortOfHop,
  guiltyHops,
  sayAbort,
  sayHeadHold,
  sayTruncation,
  truncationOfHop,
  type HopDelivery,
} from './attribution.ts';
import { causesFor } from './causes.ts';
import type { Alone, MeasuredChain } from './chain.ts';
import { hopHeads, sayResponse } from './heads.ts';

export function describeChain(
  { id, title, expected, guilty, path }: Chain,
  runnables: (Runnable | undefined)[],
  hops: Hop[] = [],
): Pick<LaneResult, 'id' | 'title' | 'workload' | 'path' | 'expected' | 'expectedGuilty'> {
  return {
    id,
    title,
    workload: 'words',
    path: path.flatMap((variant, index) => {
      const runnable = runnables[index];
      return runnable === undefined ? [] : [pathEntry(variant, runnable, hops[index])];
    }),
    ...(expected === undefined ? {} : { expected }),
    ...(guilty === undefined ? {} : { expectedGuilty: guilty }),
  };
}

function name({ path }: Chain, hop: number): string {
  return `${path[hop - 1]?.id} (hop ${hop})`;
}

/** Whether a hop by itself does what it does in the chain, and if not, whose change explains it. */
function sayAlone(chain: Chain, { hop, delivery, asItGot }: Alone, own: HopDelivery, trace: Trace): string {
  if (delivery.verdict === own.verdict) return 'alone in front of the origin it does the same';
  const causes = causesFor(trace, hop).map((cause) => `${name(chain, cause.hop)} ${cause.did.join(' and ')}`);
  if (delivery.verdict !== 'streams')
    return `alone in front of the origin it ${delivery.verdict} (${because(delivery)})`;
  const explained = causes.length === 0 ? 'and no change by another hop explains it' : `but ${causes.join('; ')}`;
  const proof =
    asItGot === undefined
      ? ''
      : asItGot.delivery.verdict === own.verdict
        ? `: of such a stream it ${own.verdict} alone too`
        : `: yet of such a stream it ${asItGot.delivery.verdict} alone`;
  return `alone in front of the origin it streams, ${explained}${proof}`;
}

function sayDelivery(delivery: HopDelivery): string {
  if (delivery.verdict === 'unseen') return delivery.reason;
  // The next one may have been written before: where another hop stalls the origin goes on without it.
  if (delivery.verdict === 'streams')
    return `what came to it went on at once (${delivery.hold.n} words or pieces of several)`;
  return because(delivery);
}

/** Sentences about one hop, the worst first. */
function sayHop(
  chain: Chain,
  measured: MeasuredChain,
  result: Omit<HopResult, 'says'>,
  { trace, floor }: { trace: Trace; floor: Floor },
): string[] {
  const { hop } = result;
  const delivery = measured.hopDeliveries[hop - 1] as HopDelivery;
  const alone = measured.alone.find((one) => one.hop === hop);
  const response = result.heads === undefined ? [] : sayResponse(result.heads.response);
  const { paced } = measured.evidence;
  // What holds the words holds the head with them: that says nothing more.
  const isHeadTold = delivery.verdict === 'streams' && paced !== undefined;
  const head = isHeadTold ? sayHeadHold(paced, hop, floor) : undefined;
  const abort = result.abort === undefined ? undefined : sayAbort(result.abort);
  const truncation = result.truncation === undefined ? undefined : sayTruncation(result.truncation);
  return [
    ...(delivery.verdict === 'streams' ? [] : [sayDelivery(delivery)]),
    ...(alone === undefined ? [] : [sayAlone(chain, alone, delivery, trace)]),
    ...(response.length === 0 ? [] : [response.join(', ')]),
    ...(head === undefined ? [] : [head]),
    ...(abort === undefined ? [] : [abort]),
    ...(truncation === undefined ? [] : [truncation]),
  ];
}

function hopResult(chain: Chain, measured: MeasuredChain, hop: number, instrument: Instrument): HopResult {
  const trace = measured.evidence.tries.at(-1) as Trace;
  const delivery = measured.hopDeliveries[hop - 1] as HopDelivery;
  const ids = ['client', ...chain.path.map(({ id }) => id), 'origin'];
  const heads = hopHeads(trace, hop);
  const { abort, truncation } = measured.measures;
  const { hold, threshold } = delivery.verdict === 'unseen' ? {} : figures(delivery, instrument, { tries: [] });
  const alone = measured.alone.find((one) => one.hop === hop);
  const result: Omit<HopResult, 'says'> = {
    hop,
    variant: ids[hop] ?? '',
    between: [ids[hop - 1] ?? '', ids[hop + 1] ?? ''],
    verdict: delivery.verdict,
    because: sayDelivery(delivery),
    ...(hold === undefined ? {} : { hold }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(heads === undefined ? {} : { heads }),
    ...(abort === undefined ? {} : { abort: abortOfHop((abort as AbortEvidence).departures, hop) }),
    ...(truncation === undefined
      ? {}
      : { truncation: truncationOfHop((truncation as TruncationEvidence).deaths, hop) }),
    ...(alone === undefined
      ? {}
      : {
          alone: {
            verdict: alone.delivery.verdict,
            ...(alone.asItGot === undefined ? {} : { asItGot: alone.asItGot.delivery.verdict }),
          },
        }),
  };
  return { ...result, says: sayHop(chain, measured, result, { trace, floor: instrument.floor }) };
}

function blame(chain: Chain, guilty: number[], delivery: Delivery): string {
  const why = because(delivery);
  if (guilty.length === 0) return delivery.verdict === 'streams' ? why : `${why}; no single hop was found to do it`;
  const names = guilty.map((hop) => name(chain, hop));
  return `${why}; it is ${names.join(' and ')} that ${names.length === 1 ? 'does' : 'do'} it`;
}

export interface Reported {
  runnables: Runnable[];
  instrument: Instrument;
  measures: AnyMeasure[];
  evidence: string;
}

export function chainResult(chain: Chain, measured: MeasuredChain, reported: Reported): LaneResult {
  const { delivery, evidence, hopDeliveries, hops } = measured;
  const { instrument, measures, runnables } = reported;
  const guilty = guiltyHops(hopDeliveries);
  const result: LaneResult = {
    ...describeChain(chain, runnables, hops),
    verdict: delivery.verdict,
    because: blame(chain, guilty, delivery),
    ...figures(delivery, instrument, evidence),
    guilty,
    hops: chain.path.map((_, index) => hopResult(chain, measured, index + 1, instrument)),
    measures: Object.fromEntries(
      measures.map((measure) => {
        const found = measure.figures(measured.measures[measure.id]);
        return [measure.id, reportOf(measure, found)];
      }),
    ),
    evidence: reported.evidence,
  };
  if (isJudged(result) && chain.expected !== undefined)
    result.asExpected = delivery.verdict === chain.expected && sameHops(guilty, chain.guilty ?? []);
  return result;
}

function sameHops(found: readonly number[], expected: readonly number[]): boolean {
  return found.join() === expected.join();
}
