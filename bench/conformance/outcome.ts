/** What is said of one requirement, and which outcomes are worse than others. */

/**
 * `unaware`: the same with and without the field; `streams-anyway`: forwarded in both cases, so that it cannot be told from
 * unaware; `refuses`: rather than break the rule; `refuses-wrongly`: with another status or
 * error than the RFC names, of the requirements that name them; `not-asked`: only of
 * variants that declare to refuse or to limit; `untold`: it could not be told, `because`.
 */
export type OutcomeWord =
  | 'unaware'
  | 'streams-anyway'
  | 'honours'
  | 'refuses'
  | 'refuses-wrongly'
  | 'violates'
  | 'not-asked'
  | 'untold';

export interface Outcome {
  outcome: OutcomeWord;
  because: string;
  /** Of an untold one: a busy machine may have made it so. */
  isNoise?: true;
}

/** One direction of it, or both. */
export interface Told extends Outcome {
  response?: Outcome;
  request?: Outcome;
}

/** What one direction shows stands for the whole: a rule broken in one is broken, one that is kept in one is known. */
const FIRST: readonly OutcomeWord[] = [
  'violates',
  'refuses-wrongly',
  'refuses',
  'honours',
  'unaware',
  'streams-anyway',
  'untold',
  'not-asked',
];

function becauseOf(response: Outcome, request: Outcome): string {
  if (response.because === request.because) return response.because;
  const sides = [
    { side: 'response', ...response },
    { side: 'request', ...request },
  ];
  // What goes on as without the field says nothing beside what does not.
  const telling = sides.filter((one) => !isOrdinary(one));
  return (telling.length === 0 ? sides : telling).map(({ side, because }) => `${side}: ${because}`).join('; ');
}

/** Both directions as one. */
export function together(response: Outcome, request: Outcome): Told {
  const [first] = [response, request].toSorted((a, b) => FIRST.indexOf(a.outcome) - FIRST.indexOf(b.outcome));
  const isNoise = [response, request].some((one) => one.isNoise === true);
  return {
    outcome: first?.outcome ?? 'untold',
    because: becauseOf(response, request),
    ...(isNoise ? { isNoise: true } : {}),
    response,
    request,
  };
}

/** Whether a rule is broken. */
export function isBreach({ outcome }: Outcome): boolean {
  return outcome === 'violates' || outcome === 'refuses-wrongly';
}

/** What a proxy is expected to do of which nothing is known: to go on as if the field were not there. */
export function isOrdinary({ outcome }: Outcome): boolean {
  return outcome === 'unaware' || outcome === 'streams-anyway' || outcome === 'not-asked';
}
