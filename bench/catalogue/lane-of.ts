/** The one lane that an id names, of the catalogue or made of its dimensions. */

import { UsageError } from '../errors.ts';
import { laneId, type Catalogue, type Lane } from './catalogue.ts';
import { streamFault, varied } from './dimensions.ts';
import { pairsOf, varyOf } from './stream-text.ts';
import { sayUnknown } from './unknown-id.ts';

/** @throws UsageError for an id that names none, a stream that cannot be, or a variant of several lanes none of which is the plain one. */
export function laneOf(catalogue: Catalogue, id: string): Lane {
  const wanted = id.replace(/\?$/, '');
  const declared = catalogue.lanes.find((lane) => lane.id === wanted);
  if (declared !== undefined) return declared;
  const [variantId, dimensions] = wanted.split('?');
  const own = catalogue.lanes.filter(({ variant }) => variant.id === variantId);
  const [first, another] = own;
  if (first === undefined) throw new UsageError(sayUnknown(id, catalogue));
  if (dimensions === undefined) {
    if (another === undefined) return first;
    throw new UsageError(`"${id}" has several lanes; name one of them: ${own.map((lane) => lane.id).join(', ')}`);
  }
  const pairs = pairsOf(dimensions);
  if (pairs === undefined) throw new UsageError(sayUnknown(id, catalogue));
  const vary = varyOf(pairs);
  const fault = streamFault(varied(vary));
  if (fault !== undefined) throw new UsageError(`"${id}": ${fault}`);
  const made = laneId(first.variant.id, vary);
  return own.find((lane) => lane.id === made) ?? { id: made, variant: first.variant, vary };
}
