/** Search of the smallest number that is enough, several asked at once. Pure. */

export interface Answer {
  at: number;
  enough: boolean;
}

/**
 * `over` was never enough, nor was anything below it; `upTo` was always, and so was all above it.
 * `upTo` is absent when nothing was found to be surely enough.
 */
export interface Bracket {
  over: number;
  upTo?: number;
  /** Whether no answer contradicts another: nothing that was not enough lies at or above what was. */
  consistent: boolean;
}

export interface SearchOptions {
  /** Known not to be enough. */
  over: number;
  /** Tried upwards until one is enough; nothing is asked above the last. */
  rungs: number[];
  atOnce: number;
  /** How often the two neighbours that decide must each have answered. */
  times: number;
  /** Asked first. */
  hints?: number[];
}

/** Further apart than this factor the points between are spread by factors, else evenly. */
const GEOMETRIC_FROM = 4;

export function bracket(answers: readonly Answer[], over: number): Bracket {
  const yes = answers.filter(({ enough }) => enough).map(({ at }) => at);
  const no = [over, ...answers.filter(({ enough }) => !enough).map(({ at }) => at)];
  const lowestYes = Math.min(...yes);
  const highestNo = Math.max(...no);
  const below = no.filter((at) => at < lowestYes);
  const above = yes.filter((at) => at > highestNo);
  return {
    over: below.length === 0 ? 0 : Math.max(...below),
    ...(above.length === 0 ? {} : { upTo: Math.min(...above) }),
    consistent: highestNo < lowestYes,
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
  const { over: start, rungs, atOnce, times, hints = [] } = options;
  const first = hints.filter((at) => at > start);
  if (answers.length === 0 && first.length > 0) return first;
  const { over, upTo, consistent } = bracket(answers, start);
  if (!consistent) return [];
  if (upTo === undefined) return rungs.filter((rung) => rung > over).slice(0, 1);
  if (upTo - over > 1) return between(over, upTo, atOnce);
  const missing = (at: number): number[] => {
    const answered = answers.filter((answer) => answer.at === at).length;
    return Array.from({ length: Math.max(0, times - answered) }, () => at);
  };
  return [...(over > start ? missing(over) : []), ...missing(upTo)];
}
