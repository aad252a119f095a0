import { closest, distance } from 'fastest-levenshtein';

/** The one of `known` that was probably meant by `word`; `undefined` when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const best = closest(word, known);
  // Of what is alike by rule nothing can be mistyped: all ids of a proxy begin with its name.
  const folder = word.lastIndexOf('/') + 1;
  const typed = best.startsWith(word.slice(0, folder)) ? word.length - folder : word.length;
  return distance(word, best) <= Math.max(typed < 5 ? 1 : 2, typed / 3) ? best : undefined;
}

/** ` (did you mean "framing"?)`, to be added to a complaint; empty where nothing was. */
export function sayMeant(meant: string | undefined): string {
  return meant === undefined ? '' : ` (did you mean "${meant}"?)`;
}

/** The same of the one of `known` that was probably meant by `word`. */
export function didYouMean(word: string, known: readonly string[]): string {
  return sayMeant(nearest(word, known));
}
