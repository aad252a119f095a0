/** A stream as an id writes it: `framing=chunked&chunk=7`. Pure. */

import { didYouMean } from '../../server/nearest.ts';
import { DIMENSION_IDS, DIMENSIONS, valueFault } from './dimensions.ts';

/** `framing=chunked&chunk=7` as pairs; `undefined` where one is no dimension or no value of it. */
export function pairsOf(text: string): { id: (typeof DIMENSION_IDS)[number]; value: string }[] | undefined {
  const pairs = text.split('&').map((part) => {
    const [name = '', ...rest] = part.split('=');
    const value = rest.join('=');
    const id = DIMENSION_IDS.find((known) => known === name);
    return id === undefined || valueFault(DIMENSIONS[id], value) !== undefined ? undefined : { id, value };
  });
  const known = pairs.filter((pair) => pair !== undefined);
  return known.length === pairs.length ? known : undefined;
}

/** What is wrong with the first of the dimensions that is none, or has no such value. */
export function faultOfStreamText(text: string): string | undefined {
  for (const part of text.split('&')) {
    const [name = '', ...value] = part.split('=');
    const id = DIMENSION_IDS.find((known) => known === name);
    if (id === undefined)
      return `no dimension is called "${name}"${didYouMean(name, DIMENSION_IDS)}; there are: ${DIMENSION_IDS.join(', ')}`;
    const fault = valueFault(DIMENSIONS[id], value.join('='));
    if (fault !== undefined) return fault;
  }
  return undefined;
}
