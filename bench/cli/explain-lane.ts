/** A lane explained: what is expected of it and why, what was last measured, and what frees it. */

import { milliseconds } from '../verdict/because.ts';
import type { Lane } from '../catalogue/catalogue.ts';
import { howToVary } from '../catalogue/unknown-id.ts';
import { saySpans } from '../run/in-version.ts';
import { pacedMeasure } from '../measures/paced.ts';
import { sayEnded } from '../report/matrix.ts';
import { fixLines } from '../report/remedies.ts';
import { lastWords, WIDTH, wrap } from '../report/text.ts';
import { isWithheld } from '../run/withheld.ts';
import {
  evidenceLines,
  inOtherVersions,
  lastMeasured,
  measureLines,
  sayRun,
  unjudgedLine,
  withVersion,
  type KeptRun,
  type LastMeasured,
} from './kept-runs.ts';
import { paint } from './paint.ts';

const INDENT = '  ';

/** A steady stream's figures, in one line; nothing where there are none, or none that may be told. */
function pacedLine({ result: { paced }, withheld }: LastMeasured): string[] {
  if (paced === undefined || isWithheld(withheld, pacedMeasure.id)) return [];
  const { gaps, chunksPerRead, ttfbMs, ttftMs, leadMs } = paced;
  const figures = [
    ...(gaps === undefined ? [] : [`gaps ${milliseconds(gaps.p50Ms)} p50, ${milliseconds(gaps.p99Ms)} p99`]),
    ...(chunksPerRead === undefined ? [] : [`${chunksPerRead.toFixed(1)} words a read`]),
    ...(ttfbMs === undefined ? [] : [`TTFB ${milliseconds(ttfbMs)}`]),
    ...(ttftMs === undefined ? [] : [`TTFT ${milliseconds(ttftMs)} (${milliseconds(leadMs)} of them the origin’s)`]),
  ];
  return figures.length === 0 ? [] : [`one word each 10 ms: ${figures.join(', ')}`];
}

/** What was measured in other versions than the last, a line for each. */
function versionLines(id: string, last: LastMeasured, runs: KeptRun[]): string[] {
  return inOtherVersions(id, last, runs).map(
    (one) => `in ${one.result.path[0]?.version}: ${one.result.verdict} (${sayRun(one)}): ${one.result.because}`,
  );
}

/** Of the catalogue every lane has its reason; one that --vary made has none. */
function isMade({ expected, outside }: Lane): boolean {
  return expected === undefined && outside === undefined;
}

/** What runs this lane alone; of one that is not of the catalogue, its measures too. */
function howToRun(lane: Lane, version: string | undefined, isMeasured: boolean): string {
  const { id, variant, vary = {} } = lane;
  const proxy = version === undefined ? '' : ` --proxy ${variant.proxy.id}@${version}`;
  if (!isMade(lane)) return `unclog run '${id.includes('?') ? id : `${id}?`}'${proxy}`;
  return `${howToVary(variant.id, Object.entries(vary))}${proxy}${isMeasured ? ' --measure all' : ''}`;
}

/** All that was last measured, a line for each thing. */
function measured(lane: Lane, version: string | undefined, runs: KeptRun[]): string[] {
  const { id } = lane;
  const name = withVersion(lane.id, version);
  const last = lastMeasured(name, runs);
  if (last === undefined) return [unjudgedLine(name, runs, howToRun(lane, version, false))];
  const { result } = last;
  const { hold } = result;
  const others = measureLines(name, last, runs);
  return [
    `measured: ${result.verdict} (${sayRun(last)}): ${result.because}`,
    ...(hold === undefined
      ? []
      : [`hold: ${milliseconds(hold.p50Ms)} p50, ${milliseconds(hold.p99Ms)} p99 over ${hold.n} words`]),
    ...evidenceLines(last),
    ...sayEnded(result),
    ...lastWords(result),
    ...(result.measures?.[pacedMeasure.id] === undefined ? pacedLine(last) : []),
    ...(others.length === 0
      ? [`no more than delivery was measured; for the rest: ${howToRun(lane, version, true)}`]
      : others),
    ...(version === undefined ? versionLines(id, last, runs) : []),
  ];
}

/** @param lane as it is in that version, where one is asked for */
export function explainLane(lane: Lane, version: string | undefined, runs: KeptRun[]): string {
  const lines = [
    ...(isMade(lane) ? ['made by --vary: the catalogue does not declare it, and expects nothing of it'] : []),
    ...(lane.outside === undefined
      ? []
      : [`nothing is expected of it in that version: the setting is ${lane.outside}`]),
    ...(lane.expected === undefined ? [] : [`expected: ${lane.expected}. ${lane.why}`]),
    ...(lane.earlier ?? []).flatMap((then, index) => {
      const when = saySpans(lane)[index + 1];
      return [`${when}: ${then.expected}. ${then.why}`, ...fixLines(then).map((line) => `${when} ${line}`)];
    }),
    ...measured(lane, version, runs),
    ...fixLines(lane, lastMeasured(withVersion(lane.id, version), runs)?.result),
  ];
  return [paint('bold', withVersion(lane.id, version)), ...lines.map((line) => wrap(line, WIDTH, INDENT))].join('\n');
}
