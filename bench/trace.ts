/** One stream as seen from both sides: all that a verdict is computed from. */

import type { OriginTrace } from '../server/trace.ts';
import type { Arrival, Foreign } from './client/arrivals.ts';
import type { ClientTrace } from './client/client.ts';
import type { ClockOffset } from './origin-client.ts';

export interface Trace {
  origin: OriginTrace;
  client: ClientTrace;
  arrivals: Arrival[];
  foreign: Foreign[];
  clock: ClockOffset;
  /** Our own fault, if there was one: nothing is to be judged by this trace. */
  fault?: string;
}
