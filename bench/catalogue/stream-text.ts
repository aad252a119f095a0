/** A stream as an id writes it: `framing=chunked&chunk=7`. Pure. */

import { didYouMean } from '../../server/nearest.ts';
import type { DimensionId, Vary } from './declaration.ts';
import { DIMENSION_IDS, DIMENSIONS, valueFault } from './dimensions.ts';

/** Of each part its name, the dimension of that name where there is one, and the rest. */
function partsOf(text: string): { name: string; id: DimensionId | undefined; value: string }[] {
  return text.split('&').map((part) => {
    const [name = '', ...rest] = part.split('=');
    return { name, id: DIMENSION_IDS.find((known) => known === name), value: rest.join('=') };
  });
}

/** `framing=chunked&chunk=7` as pairs; `undefined` where one is no dimension or no value of it. */
export function pairsOf(text: string): { id: DimensionId; value: string }[] | undefined {
  const pairs = partsOf(text).map(({ id, value }) =>
    id === undefined || valueFault(DIMENSIONS[id], value) !== undefined ? undefined : { id, value },
  );
  const known = pairs.filter((pair) => pair !== undefined);
  return known.length === pairs.length ? known : undefined;
}

export function varyOf(pairs: readonly { id: DimensionId; value: string }[]): Vary {
  return Object.fromEntries(pairs.map(({ id, value }) => [id, value]));
}

/** What is wrong with the first of the dimensions that is none, or has no such value. */
export function faultOfStreamText(text: string): string | undefined {
  for (const { name, id, value } of partsOf(text)) {
    if (id === undefined)
      return `no dimension is called "${name}"${didYouMean(name, DIMENSION_IDS)}; there are: ${DIMENSION_IDS.join(', ')}`;
    const fault = valueFault(DIMENSIONS[id], value);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
