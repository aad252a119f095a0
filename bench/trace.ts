/** One stream as seen from both sides: all that a verdict is computed from. */

import type { OriginTrace } from '../server/trace.ts';
import type { Arrival, Foreign } from './client/arrivals.ts';
import type { ClientTrace } from './client/client.ts';
import type { ClockOffset } from './origin-client.ts';
import type { Point } from './taps/point.ts';

export interface Trace {
  origin: OriginTrace;
  client: ClientTrace;
  arrivals: Arrival[];
  foreign: Foreign[];
  clock: ClockOffset;
  /** What each tap of the path saw, the one nearest to the client first: point k is behind hop k + 1. */
  points?: Point[];
  /** Our own fault, if there was one: nothing is to be judged by this trace. */
  fault?: string;
}
