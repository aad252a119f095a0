/** Whether what goes with a body passes a hop, and the body whole: trailers, 1xx, chunks of awkward sizes. Pure. */

import { responseBreakage, type Breakage } from '../verdict/integrity.ts';
import type { Trace } from '../trace.ts';

export type Passing =
  | 'passed'
  /** The response came whole without it, … */
  | 'dropped'
  /** … or did not come whole, as it does where this is not sent. */
  | 'broken'
  /** The origin could not send it: to an HTTP/1.0 request. */
  | 'not-sent'
  /** The same response does not come whole without it either. */
  | 'unknown';

function passing(trace: Trace, plain: Trace, wasSent: boolean, came: boolean): Passing {
  if (!wasSent) return 'not-sent';
  if (responseBreakage(trace) === undefined) return came ? 'passed' : 'dropped';
  return responseBreakage(plain) === undefined ? 'broken' : 'unknown';
}

export function trailersPassing(trace: Trace, plain: Trace): Passing {
  const sent = Object.entries(trace.origin.trailers ?? {});
  const got = new Map(trace.client.trailers?.map(([name, value]) => [name.toLowerCase(), value]));
  const came = sent.every(([name, value]) => got.get(name.toLowerCase()) === value);
  return passing(trace, plain, trace.origin.trailers !== undefined, came);
}

export function informationalPassing(trace: Trace, plain: Trace): Passing {
  const sent = trace.origin.informational ?? [];
  const got = new Set(trace.client.informational.map(({ head }) => head.status));
  return passing(
    trace,
    plain,
    sent.length > 0,
    sent.every(({ status }) => got.has(status)),
  );
}

export interface Integrity {
  case: string;
  /** Absent where every byte came as it was emitted, after decoding. */
  breakage?: Breakage;
}

export function integrityOf(name: string, trace: Trace): Integrity {
  const found = responseBreakage(trace);
  return found === undefined ? { case: name } : { case: name, breakage: found };
}
