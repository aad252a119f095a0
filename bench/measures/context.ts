/** What a measure is given: of the stage, of the way that is to be measured, and of the stream. */

import type { Stage } from '../drivers/driver.ts';
import type { Evidence } from '../evidence.ts';
import type { Instrument } from '../instrument.ts';
import { heldBytesOf, type Delivery } from '../verdict/delivery.ts';
import type { MeasureContext } from './measure.ts';

/** What the way is and the stream; what is left out is as for a relay: the plain stream, waits of a few seconds. */
export type Way = Pick<MeasureContext, 'via'> &
  Partial<Pick<MeasureContext, 'deep' | 'fullBound' | 'resets' | 'workload' | 'request' | 'usage'>> & {
    [name in 'points' | 'flows' | 'paced' | 'heldBytes' | 'known' | 'streamed' | 'signal']?:
      | MeasureContext[name]
      | undefined;
  };

export function measureContext(
  { origin, direct }: Pick<Stage, 'origin' | 'direct'>,
  { clock, floor }: Pick<Instrument, 'clock' | 'floor'>,
  { points, flows, paced, heldBytes, known, streamed, signal, ...way }: Way,
): MeasureContext {
  return {
    origin,
    direct,
    clock,
    floor,
    deep: false,
    fullBound: false,
    resets: true,
    workload: {},
    request: {},
    ...way,
    ...(points === undefined ? {} : { points }),
    ...(flows === undefined ? {} : { flows }),
    ...(paced === undefined ? {} : { paced }),
    ...(heldBytes === undefined ? {} : { heldBytes }),
    ...(known === undefined ? {} : { known }),
    ...(streamed === undefined ? {} : { streamed }),
    ...(signal === undefined ? {} : { signal }),
  };
}

/** What delivery tells the measures after it. */
export function foundBy(
  evidence: Evidence,
  delivery: Delivery,
): Pick<MeasureContext, 'paced' | 'heldBytes' | 'streamed'> {
  const heldBytes = heldBytesOf(delivery);
  const streamed = delivery.verdict === 'streams' ? evidence.tries.at(-1) : undefined;
  return {
    ...(evidence.paced === undefined ? {} : { paced: evidence.paced }),
    ...(heldBytes === undefined ? {} : { heldBytes }),
    ...(streamed === undefined ? {} : { streamed }),
  };
}
