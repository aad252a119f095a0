/** The parts of an exchange besides the body, as one hop of a chain had them before and behind it. Pure. */

import type { HeaderEvidence } from '../measures/headers.ts';
import { excusedHopTrace } from './hop-trace.ts';
import { unseen, whyUnseen, type Unseen } from './unseen.ts';

/** A hop that was not asked for a chunk size, or behind which it cannot be seen, is told by the others. */
export function headersOfHop(
  { sent, sizes, hintsWithHead, ...traces }: HeaderEvidence,
  hop: number,
): HeaderEvidence | Unseen {
  const own = {
    request: excusedHopTrace(traces.request, hop),
    response: excusedHopTrace(traces.response, hop),
    trailers: excusedHopTrace(traces.trailers, hop),
    earlyHints: excusedHopTrace(traces.earlyHints, hop),
  };
  const { request, response, trailers, earlyHints } = own;
  if (request === undefined || response === undefined || trailers === undefined || earlyHints === undefined) {
    const reasons = Object.values(traces).map(({ points }) => whyUnseen(points, hop));
    return unseen(reasons.find((reason) => reason !== undefined) ?? 'the request never came to it');
  }
  const withHead = hintsWithHead === undefined ? undefined : excusedHopTrace(hintsWithHead, hop);
  return {
    // The client's own record leaves out the host, and what every request of it has.
    sent: hop === 1 ? sent : request.client.request.headers,
    request,
    response,
    trailers,
    earlyHints,
    ...(withHead === undefined ? {} : { hintsWithHead: withHead }),
    sizes: sizes.flatMap(({ case: name, trace }) => {
      const seen = excusedHopTrace(trace, hop);
      return seen === undefined ? [] : [{ case: name, trace: seen }];
    }),
  };
}
