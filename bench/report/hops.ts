/** A chain's hops in the matrix: a line for each, and under it what there is to say. Pure. */

import { asOfHop } from '../chain/as-of-hop.ts';
import type { HopResult, LaneResult } from '../results.ts';
import type { TapFloor } from '../taps/floor.ts';
import { HOLD_WIDTH, holdOf, LANE_WIDTH, STYLES, VERDICT_WIDTH, WIDTH, wrap, type Paint, twoDigits } from './text.ts';

const INDENT = '    ';
const UNDER = `${INDENT}       `;

function hopLine(hop: HopResult, version: string | undefined, paint: Paint): string {
  const name = `${INDENT}hop ${hop.hop}  ${[hop.variant, version].filter(Boolean).join(' ')}`;
  const figures = holdOf(hop).padStart(HOLD_WIDTH);
  const verdict = paint(STYLES[hop.verdict], hop.verdict) + ' '.repeat(VERDICT_WIDTH - hop.verdict.length);
  const fits = name.length < LANE_WIDTH;
  return `${fits ? name.padEnd(LANE_WIDTH) : `${name}\n${' '.repeat(LANE_WIDTH)}`}${verdict}${figures}`.trimEnd();
}

/** @param all whether all that was measured of the hop is told, or what is not as with no hop. */
function measured({ measures = {} }: HopResult, all: boolean): string[] {
  const found = Object.entries(measures);
  if (!all) {
    const flaws = found.flatMap(([, report]) =>
      'flaw' in report && report.flaw !== undefined ? asOfHop(report.flaw) : [],
    );
    return flaws.length === 0 ? [] : [`also: ${flaws.join('; ')}`];
  }
  const told = found.flatMap(([id, report]) => ('unseen' in report ? [] : [`${id}: ${asOfHop(report.says)}`]));
  const reasons = found.flatMap(([id, report]) => ('unseen' in report ? [{ id, reason: report.unseen }] : []));
  const unseen = [...Map.groupBy(reasons, ({ reason }) => reason)];
  return [...told, ...unseen.map(([reason, those]) => `${those.map(({ id }) => id).join(', ')}: unseen, ${reason}`)];
}

/** None for a lane of one hop. */
export function hopLines({ hops = [], path, because }: LaneResult, paint: Paint, all = false): string[] {
  return hops.flatMap((hop, index) => [
    hopLine(hop, path[index]?.version, paint),
    // What the chain's own line says already is not said again.
    ...hop.says.filter((sentence) => !because.includes(sentence)).map((sentence) => wrap(sentence, WIDTH, UNDER)),
    ...measured(hop, all).map((line) => wrap(line, WIDTH, UNDER)),
  ]);
}

/** What is not above zero was not seen. */
function added(ms: number): string {
  return ms > 0 ? `${twoDigits(ms)} ms` : 'nothing that was seen';
}

/** What taps do to the figures of a chain. */
export function tapLine(driver: string, { without, with: tapped, adds, noise, inARow }: TapFloor): string {
  const row =
    inARow.hold === undefined ? '' : `, hold ${twoDigits(inARow.hold.p50Ms)} / ${twoDigits(inARow.hold.p99Ms)} ms`;
  const [p50, p99] = [tapped.p50Ms - without.p50Ms, tapped.p99Ms - without.p99Ms];
  return `Taps (${driver}): one adds ${added(p50)} p50, ${added(p99)} p99 to the hold of ${tapped.n} words (${twoDigits(without.p99Ms)} ms p99 without it, ${twoDigits(tapped.p99Ms)} with it); word by word, each with its like streamed past it, up to ${twoDigits(adds.p99Ms)} ms p99, where two past it differ by ${twoDigits(Math.abs(noise.p99Ms))}: the noise; ${inARow.taps} in a row: ${inARow.verdict}${row}.`;
}
