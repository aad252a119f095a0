/** Search of the smallest number that is enough, several asked at once. Pure. */

export interface Answer {
  at: number;
  enough: boolean;
}

/**
 * By the majority of its answers nothing up to `over` was enough, and all from `upTo` on was.
 * `upTo` is absent when nothing was found to be surely enough.
 */
interface Bracket {
  over: number;
  upTo?: number;
  /** Whether nothing that was not enough lies at or above what was. */
  consistent: boolean;
  /** Whether no answer at `over` was that it is enough, and of those at `upTo` that it is not only few: what comes late. */
  agreed: boolean;
}

export interface SearchOptions {
  /** Known not to be enough. */
  over: number;
  /** Tried upwards until one is enough; nothing is asked above the last. */
  rungs: number[];
  atOnce: number;
  /** How often each of the two that decide must have answered, and at most each of two that contradict each other. */
  times: number;
  /** Asked first. */
  hints?: number[];
}

/** Further apart than this factor the points between are spread by factors, else evenly. */
const GEOMETRIC_FROM = 4;

/** A busy machine makes of what was enough what comes too late, and never of what was not enough what comes. */
const LATE_SHARE = 0.2;
/** So many times as often is asked where the answers differ. */
const MORE_OFTEN = 2;

interface Point {
  at: number;
  yes: number;
  no: number;
}

function pointsOf(answers: readonly Answer[]): Point[] {
  const points = new Map<number, Point>();
  for (const { at, enough } of answers) {
    const point = points.get(at) ?? { at, yes: 0, no: 0 };
    point[enough ? 'yes' : 'no'] += 1;
    points.set(at, point);
  }
  return [...points.values()];
}

/** A draw is both enough and not. */
function sides(points: readonly Point[], over: number): { yes: number[]; no: number[] } {
  return {
    yes: points.filter(({ yes, no }) => yes >= no).map(({ at }) => at),
    no: [over, ...points.filter(({ yes, no }) => no >= yes).map(({ at }) => at)],
  };
}

export function bracket(answers: readonly Answer[], start: number): Bracket {
  const points = pointsOf(answers);
  const { yes, no } = sides(points, start);
  const lowestYes = Math.min(...yes);
  const highestNo = Math.max(...no);
  const over = Math.max(0, ...no.filter((at) => at < lowestYes));
  const above = yes.filter((at) => at > highestNo);
  const upTo = above.length === 0 ? undefined : Math.min(...above);
  const isAgreed = (point: Point): boolean =>
    point.at === over ? point.yes === 0 : point.no <= LATE_SHARE * (point.yes + point.no);
  const deciding = points.filter(({ at }) => at === over || at === upTo);
  return {
    over,
    ...(upTo === undefined ? {} : { upTo }),
    consistent: highestNo < lowestYes,
    agreed: deciding.every(isAgreed),
  };
}

function between(over: number, upTo: number, count: number): number[] {
  const low = Math.max(1, over);
  const geometric = upTo / low > GEOMETRIC_FROM;
  const points = Array.from({ length: count }, (_, index) => {
    const share = (index + 1) / (count + 1);
    return Math.round(geometric ? low * (upTo / low) ** share : over + (upTo - over) * share);
  });
  return [...new Set(points)].filter((at) => at > over && at < upTo);
}

/** What to ask next; nothing when the answer is known, is above the last rung, or the answers contradict each other. */
export function nextQuestions(answers: readonly Answer[], options: SearchOptions): number[] {
  const { over: start, rungs, atOnce, times } = options;
  const first = options.hints?.filter((at) => at > start) ?? [];
  if (answers.length === 0 && first.length > 0) return first;
  const { over, upTo, consistent } = bracket(answers, start);
  const missing = (at: number): number[] => {
    const asked = answers.filter((answer) => answer.at === at);
    const differ = asked.some(({ enough }) => enough) && asked.some(({ enough }) => !enough);
    const wanted = differ ? MORE_OFTEN * times : times;
    return Array.from({ length: Math.max(0, wanted - asked.length) }, () => at);
  };
  if (!consistent) {
    const { yes, no } = sides(pointsOf(answers), start);
    const disputed = new Set([Math.min(...yes), Math.max(...no)].filter((at) => at > start));
    return [...disputed].flatMap(missing);
  }
  // A hop is busiest when it is asked first, and all that follows would be sought on the wrong side of what came late.
  const isDoubted = first.includes(over) && answers.filter(({ at }) => at === over).length === 1;
  const again = isDoubted ? [over] : [];
  if (upTo === undefined) return isDoubted ? again : rungs.filter((rung) => rung > over).slice(0, 1);
  if (upTo - over > 1) return [...again, ...between(over, upTo, atOnce)];
  return [...(over > start ? missing(over) : []), ...missing(upTo)];
}
