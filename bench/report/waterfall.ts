/**
 * A stream's way through a chain: one row a point, the origin on top and the client at the bottom, one column a step of
 * time, a mark for what came in it. Pure: a trace in, text out.
 */

import { onClientClock } from '../metrics.ts';
import { milliseconds } from '../verdict/because.ts';
import type { Point } from '../taps/point.ts';
import type { Trace } from '../trace.ts';
import { WIDTH } from './text.ts';

const MARKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const NOTHING = '·';
const MOST_LABEL = 26;

interface Row {
  label: string;
  /** When something came, on the client's clock, and how much of it. */
  came: { at: number; amount: number }[];
  /** Said in place of marks, where nothing can be told. */
  note?: string;
}

/** The proxy of a variant's id, or a word that is no variant. */
function shortName(id: string): string {
  return id.split('/')[0] ?? id;
}

function label([downstream, upstream]: Point['between'], hop: number, hops: number): string {
  const to = hop === hops ? shortName(upstream) : `${shortName(upstream)} ${hop + 1}`;
  return `${shortName(downstream)} ${hop} → ${to}`;
}

function words(arrivals: readonly { at: number }[]): Row['came'] {
  return arrivals.map(({ at }) => ({ at, amount: 1 }));
}

function rowOf(point: Point, hop: number, hops: number): Row {
  const name = label(point.between, hop, hops);
  switch (point.sight) {
    case 'stream':
      return { label: name, came: words(point.arrivals) };
    case 'opaque': {
      const down = point.reads.filter(({ from }) => from === 'upstream');
      return { label: `${name} (${point.protocol})`, came: words(down) };
    }
    case 'nothing':
      return { label: name, came: [], note: 'the request never came here' };
    case 'over-bound':
      return { label: name, came: [], note: 'more bytes than a tap records' };
  }
}

function marks({ came, note }: Row, from: number, stepMs: number, columns: number, most: number): string {
  if (note !== undefined) return note;
  const amounts = Array.from({ length: columns }, () => 0);
  for (const { at, amount } of came) {
    const column = Math.min(columns - 1, Math.max(0, Math.floor((at - from) / stepMs)));
    amounts[column] = (amounts[column] ?? 0) + amount;
  }
  return amounts.map((amount) => (amount === 0 ? NOTHING : markOf(amount, most))).join('');
}

/** By the logarithm: a word by itself is to be seen beside a lump of hundreds. */
function markOf(amount: number, most: number): string {
  const share = most <= 1 ? 0 : Math.log(amount) / Math.log(most);
  return MARKS[Math.min(MARKS.length - 1, Math.round(share * (MARKS.length - 1)))] ?? NOTHING;
}

/** The most that came in one step at any point. */
function mostIn(rows: Row[], from: number, stepMs: number, columns: number): number {
  const counts = rows.flatMap(({ came }) => {
    const perColumn = new Map<number, number>();
    for (const { at, amount } of came) {
      const column = Math.min(columns - 1, Math.floor((at - from) / stepMs));
      perColumn.set(column, (perColumn.get(column) ?? 0) + amount);
    }
    return [...perColumn.values()];
  });
  return Math.max(1, ...counts);
}

interface Scale {
  from: number;
  until: number;
  stepMs: number;
  columns: number;
}

/** Steps that fit. Of a steady stream a step is whole intervals, begun half of one early, or a beat would be seen. */
function scaleOf({ origin }: Trace, times: number[], mostColumns: number): Scale {
  const [first, until] = [Math.min(...times), Math.max(...times)];
  const { pace } = origin.workload;
  const intervalMs = pace.mode === 'paced' && pace.intervalMs > 0 ? pace.intervalMs : 0.001;
  const from = first - (pace.mode === 'paced' ? intervalMs / 2 : 0);
  const stepMs = Math.max(1, Math.ceil((until - from) / mostColumns / intervalMs)) * intervalMs;
  return { from, until, stepMs, columns: Math.min(mostColumns, Math.floor((until - from) / stepMs) + 1) };
}

/** @param verdicts of the hops, hop 1 first: one that is not `streams` is named where it stands. */
export function waterfall(trace: Trace, verdicts: readonly { variant: string; verdict: string }[] = []): string[] {
  const points = trace.points ?? [];
  const emissions = trace.origin.emissions.map(({ at }) => ({ at: onClientClock(trace, at) }));
  const rows: Row[] = [
    { label: 'client', came: words(trace.arrivals) },
    ...points.map((point, index) => rowOf(point, index + 1, points.length)),
    { label: 'origin', came: words(emissions) },
  ];
  const times = rows.flatMap(({ came }) => came.map(({ at }) => at));
  if (times.length === 0) return ['nothing came at any point of the path'];
  const width = Math.min(MOST_LABEL, Math.max(...rows.map((row) => row.label.length))) + 2;
  const { from, until, stepMs, columns } = scaleOf(trace, times, WIDTH - width);
  const most = mostIn(rows, from, stepMs, columns);
  const lines = rows.flatMap((row, place) => {
    const line = `${row.label.slice(0, width - 1).padEnd(width)}${marks(row, from, stepMs, columns, most)}`;
    const hop = verdicts[place];
    // Rows are drawn from the origin down: the hop stands between what it got and what it gave.
    return hop === undefined || hop.verdict === 'streams' || hop.verdict === 'unseen'
      ? [line]
      : [line, `  ✗ hop ${place + 1}, ${hop.variant}: ${hop.verdict}`];
  });
  const scale = `${'origin to client'.padEnd(width)}0 ${' '.repeat(Math.max(1, columns - 2 - milliseconds(until - from).length))}${milliseconds(until - from)}`;
  return [
    scale,
    ...lines.toReversed(),
    `A column is ${milliseconds(stepMs)}; ${MARKS[0]} is one word${most > 1 ? `, ${MARKS.at(-1)} is ${most} at once` : ''}.`,
  ];
}
