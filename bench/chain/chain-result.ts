/** What is reported of a chain, hop by hop, from what was found of it. Pure. */

import { asOfHop } from './as-of-hop.ts';
import { because, count } from '../verdict/because.ts';
import type { Chain } from '../catalogue/catalogue.ts';
import type { Delivery } from '../verdict/delivery.ts';
import type { Hop, Runnable } from '../drivers/driver.ts';
import type { Floor } from '../floor.ts';
import type { Instrument } from '../instrument.ts';
import { figures, pathEntry, reportOf, reportsOf } from '../lane-result.ts';
import type { AnyMeasure } from '../measures/measure.ts';
import { isJudged, type HopResult, type LaneResult } from '../results.ts';
import type { Trace } from '../trace.ts';
import { guiltyHops, hiddenGuilt, sayHeadHold, type HopDelivery } from './attribution.ts';
import { causesFor, laneClogged } from './causes.ts';
import type { Alone, MeasuredChain } from './chain.ts';
import { hopHeads, sayResponse } from './heads.ts';
import { isUnseen } from './unseen.ts';

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

/** `streams`, `is unsupported`: what a hop does, in a sentence. */
function does(verdict: Delivery['verdict']): string {
  return verdict === 'unsupported' || verdict === 'inconclusive' ? `is ${verdict}` : verdict;
}

/** What a hop does by itself that another kept from being seen in the chain. */
function sayHidden({ delivery, asItGot }: Alone): string {
  const alone = `alone in front of the origin it ${does(delivery.verdict)}`;
  if (delivery.verdict !== 'streams') return `${alone} (${because(delivery)})`;
  if (asItGot === undefined) return alone;
  const likeIt = 'a stream like the one that the other hops make';
  return asItGot.delivery.verdict === 'streams'
    ? `${alone}, and so it does with ${likeIt}`
    : `${alone}, but with ${likeIt} it ${does(asItGot.delivery.verdict)}`;
}

/** Whether a hop by itself does what it does in the chain, and if not, whose change explains it. */
function sayAlone(chain: Chain, alone: Alone, own: HopDelivery, trace: Trace): string {
  const { hop, delivery, asItGot } = alone;
  if (own.verdict === 'unseen') return sayHidden(alone);
  if (delivery.verdict === own.verdict) return 'alone in front of the origin it does the same';
  const causes = causesFor(trace, hop).map((cause) => `${name(chain, cause.hop)} ${cause.did.join(' and ')}`);
  if (delivery.verdict !== 'streams')
    return `alone in front of the origin it ${does(delivery.verdict)} (${because(delivery)})`;
  const explained = causes.length === 0 ? 'and no change by another hop explains it' : `but ${causes.join('; ')}`;
  const proof =
    asItGot === undefined
      ? ''
      : asItGot.delivery.verdict === own.verdict
        ? `: of such a stream it ${own.verdict} alone too`
        : `: yet of such a stream it ${does(asItGot.delivery.verdict)} alone`;
  return `alone in front of the origin it streams, ${explained}${proof}`;
}

function sayDelivery(delivery: HopDelivery): string {
  if (delivery.verdict === 'unseen') return delivery.reason;
  // The next one may have been written before: where another hop stalls the origin goes on without it.
  if (delivery.verdict === 'streams')
    return `what came to it went on at once (${delivery.hold.n} words or pieces of several)`;
  return asOfHop(because(delivery));
}

/** Of what the path held, what another hop kept from this one: why the two figures differ. */
function sayKeptFrom(path: Delivery, own: HopDelivery): string {
  if (path.verdict !== 'buffers' || own.verdict !== 'buffers' || path.streamedChunks !== own.streamedChunks) return '';
  const missing = path.heldBytes - own.heldBytes;
  return missing > 0 ? `; ${count(missing, 'byte')} more came to it only with the end` : '';
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
  return [
    ...(delivery.verdict === 'streams' ? [] : [sayDelivery(delivery) + sayKeptFrom(measured.delivery, delivery)]),
    ...(alone === undefined ? [] : [sayAlone(chain, alone, delivery, trace)]),
    ...(response.length === 0 ? [] : [response.join(', ')]),
    ...(head === undefined ? [] : [head]),
  ];
}

/** Those that are told by hop. */
function measuresOfHop(
  measured: MeasuredChain,
  measures: AnyMeasure[],
  hop: number,
): NonNullable<HopResult['measures']> {
  return Object.fromEntries(
    measures.flatMap((measure) => {
      if (measured.measures.ended.includes(measure.id)) return [];
      const found = measure.ofHop?.(measured.measures.evidence[measure.id], hop);
      if (found === undefined) return [];
      return [[measure.id, isUnseen(found) ? { unseen: found.reason } : reportOf(measure, found)]];
    }),
  );
}

function hopResult(
  chain: Chain,
  measured: MeasuredChain,
  hop: number,
  { instrument, measures }: Pick<Reported, 'instrument' | 'measures'>,
): HopResult {
  const trace = measured.evidence.tries.at(-1) as Trace;
  const delivery = measured.hopDeliveries[hop - 1] as HopDelivery;
  const ids = ['client', ...chain.path.map(({ id }) => id), 'origin'];
  const heads = hopHeads(trace, hop);
  const { hold, threshold } = delivery.verdict === 'unseen' ? {} : figures(delivery, instrument, { tries: [] });
  const alone = measured.alone.find((one) => one.hop === hop);
  const lane = alone === undefined ? undefined : laneClogged(chain, alone);
  const result: Omit<HopResult, 'says'> = {
    hop,
    variant: ids[hop] ?? '',
    between: [ids[hop - 1] ?? '', ids[hop + 1] ?? ''],
    verdict: delivery.verdict,
    because: sayDelivery(delivery),
    ...(hold === undefined ? {} : { hold }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(heads === undefined ? {} : { heads }),
    measures: measuresOfHop(measured, measures, hop),
    ...(alone === undefined
      ? {}
      : {
          alone: {
            verdict: alone.delivery.verdict,
            ...(alone.asItGot === undefined ? {} : { asItGot: alone.asItGot.delivery.verdict }),
            ...(lane === undefined ? {} : { lane }),
          },
        }),
  };
  return { ...result, says: sayHop(chain, measured, result, { trace, floor: instrument.floor }) };
}

/** Hops that the guilty ones hid, and what is known of them by measuring them alone: guilty too, innocent, or neither. */
function hiddenHops({ hopDeliveries, alone }: Pick<MeasuredChain, 'hopDeliveries' | 'alone'>): {
  guilty: { hop: number; delivery: Delivery }[];
  unknown: number[];
} {
  const hidden = alone.filter(({ hop }) => hopDeliveries[hop - 1]?.verdict === 'unseen');
  return {
    guilty: hidden.flatMap((one) => {
      const delivery = hiddenGuilt(one);
      return delivery === undefined ? [] : [{ hop: one.hop, delivery }];
    }),
    unknown: hidden
      .filter(({ delivery, asItGot }) => (asItGot?.delivery ?? delivery).verdict !== 'streams')
      .filter((one) => hiddenGuilt(one) === undefined)
      .map(({ hop }) => hop),
  };
}

function blame(chain: Chain, seen: number[], measured: MeasuredChain): string {
  const { delivery } = measured;
  const why = because(delivery);
  if (delivery.verdict === 'streams') return why;
  const names = (hops: number[]): string => hops.map((hop) => name(chain, hop)).join(' and ');
  const { guilty, unknown } = hiddenHops(measured);
  const too = (own: Delivery): string => (own.verdict === delivery.verdict ? ' too' : '');
  const hidden = guilty
    .map((one) => `${name(chain, one.hop)}, which alone ${one.delivery.verdict}${too(one.delivery)}`)
    .join(', and ');
  if (seen.length === 0)
    return `${why}; no single hop was found to do it${hidden === '' ? '' : ` in the chain; that may be ${hidden}`}`;
  return [
    `${why}; it is ${names(seen)} that ${seen.length === 1 ? 'does' : 'do'} it`,
    ...(hidden === '' ? [] : [`behind it hides ${hidden}`]),
    ...(unknown.length === 0 ? [] : [`mending it may not be enough: ${names(unknown)} could not be told`]),
  ].join('; ');
}

interface Reported {
  runnables: Runnable[];
  instrument: Instrument;
  measures: AnyMeasure[];
  isDeep: boolean;
  evidence: string;
}

export function chainResult(chain: Chain, measured: MeasuredChain, reported: Reported): LaneResult {
  const { delivery, evidence, hopDeliveries, hops } = measured;
  const seen = guiltyHops(hopDeliveries);
  const { instrument, measures, runnables, isDeep } = reported;
  const hidden = hiddenHops(measured).guilty.map(({ hop }) => hop);
  const guilty = [...seen, ...hidden].toSorted((a, b) => a - b);
  const result: LaneResult = {
    ...describeChain(chain, runnables, hops),
    verdict: delivery.verdict,
    because: blame(chain, seen, measured),
    ...figures(delivery, instrument, evidence),
    guilty,
    hops: chain.path.map((_, index) => hopResult(chain, measured, index + 1, reported)),
    ...reportsOf(measures, measured.measures, isDeep),
    evidence: reported.evidence,
  };
  if (isJudged(result) && chain.expected !== undefined)
    result.asExpected = delivery.verdict === chain.expected && sameHops(guilty, chain.guilty ?? []);
  return result;
}

function sameHops(found: readonly number[], expected: readonly number[]): boolean {
  return found.join() === expected.join();
}
