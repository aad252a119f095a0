/**
 * The trade-off card of a setting: what it does to a stream besides delivering it, a phrase for each aspect, from figures
 * of its lanes. Of kinds, not of times: what differs from run to run is left to the figures themselves. Pure.
 */

import { DIMENSION_IDS, NONE } from '../catalogue/dimensions.ts';
import type { AbortFigures, PhaseFigures } from '../measures/abort-figures.ts';
import type { BackpressureFigures } from '../measures/backpressure.ts';
import type { IdleFigures } from '../measures/idle.ts';
import type { PacedFigures } from '../measures/paced.ts';
import type { After, During, ReuseFigures } from '../measures/reuse-figures.ts';
import type { Silence } from '../measures/silence.ts';
import { isJudged, type LaneResult, type MeasureResult } from '../results.ts';
import { borderless } from './table.ts';
import { WIDTH } from './text.ts';

const NOT_MEASURED = 'not measured';
const WITHHELD = 'withheld: not proven in its run';
const INDENT = '  ';
const ASPECT_WIDTH = 20;
const GAP = 2;

const PLAIN_STREAM = 'SSE, chunked';

/** `framing=content-length, x-accel-buffering: no`: in what a lane differs from the plain stream. */
export function streamOf({ vary = {} }: Pick<LaneResult, 'vary'>): string {
  const differs = DIMENSION_IDS.flatMap((id) => {
    const value = vary[id];
    if (value === undefined || value === NONE) return [];
    return [id === 'response-header' ? value : `${id}=${value}`];
  });
  return differs.length === 0 ? PLAIN_STREAM : differs.join(', ');
}

/** The first lane that it was measured of: what is the hop's own is measured of one. */
function laneOf(id: string, lanes: readonly LaneResult[]): LaneResult | undefined {
  return lanes.find(({ measures }) => measures?.[id] !== undefined);
}

function measureOf(id: string, lanes: readonly LaneResult[]): MeasureResult | undefined {
  return laneOf(id, lanes)?.measures?.[id];
}

/** The stream that the hop's own was measured of; nothing where it is the plain one. */
export function ownStream(lanes: readonly LaneResult[]): string | undefined {
  const lane = laneOf('abort', lanes);
  const stream = lane === undefined ? PLAIN_STREAM : streamOf(lane);
  return stream === PLAIN_STREAM ? undefined : stream;
}

/** All that differ stand by themselves; nothing is said of which where all are alike. */
function grouped(entries: readonly { says: string; of: string }[]): string {
  const groups = [...Map.groupBy(entries, ({ says }) => says)];
  if (groups.length < 2) return groups[0]?.[0] ?? NOT_MEASURED;
  return groups.map(([says, members]) => `${says}: ${members.map(({ of }) => of).join('; ')}`).join('\n');
}

function delivery(lanes: readonly LaneResult[]): string {
  const judged = lanes.filter(isJudged);
  const streaming = judged.filter(({ verdict }) => verdict === 'streams').length;
  if (streaming === judged.length) return grouped(judged.map(({ verdict }) => ({ says: verdict, of: '' })));
  const others = judged.filter(({ verdict }) => verdict !== 'streams');
  return [
    ...(streaming === 0 ? [] : [`streams: ${streaming} of ${judged.length} lanes`]),
    ...[...Map.groupBy(others, ({ verdict }) => verdict)].map(
      ([verdict, members]) => `${verdict}: ${members.map(streamOf).join('; ')}`,
    ),
  ].join('\n');
}

function headFirst({ headersBeforeBody }: PacedFigures): string {
  if (headersBeforeBody === undefined) return 'could not be told';
  return headersBeforeBody.how === 'yes' ? 'yes' : 'no: they wait for the body';
}

/** Of every stream: two settings are compared by those that they have in common. */
function heads(lanes: readonly LaneResult[]): string {
  const entries = lanes.flatMap((lane) => {
    const measured = lane.measures?.['paced'];
    return measured === undefined ? [] : [{ says: headFirst(measured.figures as PacedFigures), of: streamOf(lane) }];
  });
  const [first] = entries;
  const isPlain = entries.some(({ of }) => of === PLAIN_STREAM);
  const areAlike = entries.every(({ says }) => says === first?.says);
  if (first === undefined || isPlain || !areAlike) return grouped(entries);
  return `${first.says}: ${entries.map(({ of }) => of).join('; ')}`;
}

function whenTold(found: PhaseFigures | undefined): string {
  switch (found?.when) {
    case undefined:
    case 'inconclusive':
      return 'could not be told';
    case 'at-once':
      return 'told at once';
    case 'next-write':
      return 'told when it writes again';
    case 'later':
      return 'told late';
    case 'never':
      return found.told === 0 ? 'never told: a zombie' : 'not always told: a zombie';
  }
}

function abort(by: AbortFigures): string {
  return grouped([
    { says: whenTold(by.writing), of: 'while it writes' },
    { says: whenTold(by.idle), of: 'while it is silent' },
  ]);
}

/** To the half second, or one digit: what is cut is so by a setting, and a busy machine is late. */
function seconds(ms: number): string {
  return `${ms < 1000 ? Number((ms / 1000).toPrecision(1)) : Math.round(ms / 500) / 2} s`;
}

function afterSilence(silence: Silence): string {
  switch (silence.how) {
    case 'not-cut':
      return `not cut in ${seconds(silence.silentMs)}`;
    case 'cut':
      return `cut after about ${seconds(silence.idleMs)}`;
    case 'unknown':
      return 'could not be told';
  }
}

function idle({ mid, head, heartbeatsHelp }: IdleFigures): string {
  const helps = heartbeatsHelp === undefined ? '' : heartbeatsHelp ? ' (heartbeats help)' : ' (heartbeats do not help)';
  return grouped([
    { says: `${afterSilence(mid)}${helps}`, of: 'mid-stream' },
    { says: afterSilence(head), of: 'before the head' },
  ]);
}

function absorption({ how }: BackpressureFigures): string {
  switch (how) {
    case 'stops':
      return 'a client that does not read stops the origin';
    case 'takes-all':
      return 'takes all that comes, whatever the client reads';
    case 'inconclusive':
      return 'could not be told';
  }
}

function toAnother({ how }: During | After): string {
  switch (how) {
    case 'own':
      return 'a stream of its own';
    case 'joins':
      return 'the same words as they flow';
    case 'waits':
      return 'waits';
    case 'stored':
      return 'the stored words';
    case 'unknown':
      return 'could not be told';
  }
}

function reuse({ during, after }: ReuseFigures): string {
  return grouped([
    { says: toAnother(during), of: 'while it flows' },
    { says: toAnother(after), of: 'after it' },
  ]);
}

function compression(lanes: readonly LaneResult[]): string {
  const asked = lanes.filter(({ contentCoding }) => contentCoding !== undefined);
  if (asked.length === 0) return 'no lane accepts any';
  return grouped(
    asked.map((lane) => ({
      says: lane.contentCoding === 'identity' ? 'none' : `kept: ${lane.contentCoding}`,
      of: streamOf(lane),
    })),
  );
}

/** `nginx 1.31.3 (native)`, each once: two columns of a card may be of two runs. */
export function programsOf(lanes: readonly LaneResult[]): string {
  const programs = lanes.flatMap(({ path }) => path.map((hop) => `${hop.proxy} ${hop.version} (${hop.driver})`));
  return programs.length === 0 ? NOT_MEASURED : [...new Set(programs)].join(', ');
}

/**
 * A phrase for each aspect, in the order in which the card shows them.
 * @param lanes all of one variant that were measured
 * @param withheld ids of measures that were measured of them and not told
 */
export function tradeOffs(lanes: readonly LaneResult[], withheld: readonly string[] = []): Record<string, string> {
  // Figures as they stand in the results document, of which each measure's are its own.
  const phrase = (id: string, say: (found: MeasureResult) => string): string => {
    const found = measureOf(id, lanes);
    if (found !== undefined) return say(found);
    return withheld.includes(id) ? WITHHELD : NOT_MEASURED;
  };
  return {
    delivery: delivery(lanes),
    'headers before body': phrase('paced', () => heads(lanes)),
    'client leaves': phrase('abort', ({ figures }) => abort(figures as AbortFigures)),
    silence: phrase('idle', ({ figures }) => idle(figures as IdleFigures)),
    'client reads not': phrase('backpressure', ({ figures }) => absorption(figures as BackpressureFigures)),
    'origin dies': phrase('truncation', ({ flaw, says }) => flaw ?? says),
    'another client': phrase('reuse', ({ figures }) => reuse(figures as ReuseFigures)),
    compression: compression(lanes),
  };
}

/** A word that is wider than its column is broken where a reader would. */
function breakable(text: string, width: number): string {
  return text.replaceAll(/\S+/g, (word) => (word.length > width ? word.replaceAll(/[=/:;,]/g, '$& ') : word));
}

interface CardColumn {
  /** The variant's name in its proxy. */
  name: string;
  lanes: readonly LaneResult[];
  /** Ids of measures that a run of them withheld. */
  withheld?: readonly string[];
}

/** Side by side, in 80 columns; nothing where nothing was measured of the first. */
export function tradeOffCard(columns: readonly CardColumn[]): string[] {
  if (columns[0]?.lanes.length === 0) return [];
  const found = columns.map(({ lanes, withheld }) => tradeOffs(lanes, withheld));
  const width = Math.floor((WIDTH - INDENT.length - ASPECT_WIDTH) / columns.length);
  const table = borderless({ colWidths: [ASPECT_WIDTH, ...columns.map(() => width)], wordWrap: true }, GAP);
  table.push(['trade-offs', ...columns.map(({ name }) => name)]);
  table.push(['measured with', ...columns.map(({ lanes }) => programsOf(lanes))]);
  for (const aspect of Object.keys(found[0] ?? {}))
    table.push([aspect, ...found.map((phrases) => breakable(phrases[aspect] ?? NOT_MEASURED, width - GAP))]);
  return table
    .toString()
    .split('\n')
    .map((line) => `${INDENT}${line}`.trimEnd());
}
