/** Whose doing it is that no response comes, or that the origin gets no body: the request as it passed each tap. */

import { expect, it } from 'vitest';

import { judgeHops } from '../../../bench/chain/attribution.ts';
import type { StreamPoint } from '../../../bench/taps/point.ts';
import type { Trace } from '../../../bench/trace.ts';
import { FLOOR } from '../traces.ts';
import { chainTrace, passing, type Place } from './chains.ts';

const BODY_BYTES = 64;
const GIVEN_UP_AT = 5000;
const HOPS = [1, 2, 3];

const WHOLE: NonNullable<StreamPoint['request']['body']> = { pieces: [{ at: 1, bytes: BODY_BYTES }], endAt: 1 };
/** Announced, and not there. */
const KEPT: NonNullable<StreamPoint['request']['body']> = { pieces: [] };

/** No response, and hop `keeper` keeps the body; the others tell each other when the client has left, or do not. */
function waiting(keeper: number, areTold: boolean): Trace {
  const places: Place[] = HOPS.map((hop) => ({
    end: { at: GIVEN_UP_AT + 100, how: 'no-end' },
    request: { method: 'POST', body: hop < keeper ? WHOLE : KEPT },
    ...(areTold ? { left: { at: GIVEN_UP_AT + hop, how: 'fin' as const } } : {}),
  }));
  const client: Place = { end: { at: GIVEN_UP_AT, how: 'no-head' } };
  const trace = chainTrace({ emittedAt: [], endAt: GIVEN_UP_AT, places: [client, ...places] });
  for (const point of trace.points ?? []) if (point.sight === 'stream') delete point.received.head;
  const { head: _, ...headless } = trace.client;
  const request = { ...trace.client.request, method: 'POST', bodyBytes: BODY_BYTES };
  const { end: __, headAt: ___, ...origin } = trace.origin;
  return {
    ...trace,
    client: { ...headless, request },
    origin: {
      ...origin,
      state: 'open',
      workload: { ...origin.workload, answer: 'request-end' },
      upload: { pieces: [], bytes: 0 },
    },
  };
}

it.each(HOPS.flatMap((keeper) => [true, false].map((areTold) => [keeper, areTold] as const)))(
  'hop %d that does not hand on the body is the one, also where it is told of the departure: %s',
  (keeper, areTold) => {
    const found = judgeHops({ tries: [waiting(keeper, areTold)] }, FLOOR);
    expect(found.map(({ verdict }) => verdict)).toEqual(HOPS.map((hop) => (hop === keeper ? 'breaks' : 'unseen')));
    expect(found[keeper - 1]).toMatchObject({ how: 'unanswered', awaits: 'body', bytes: 0 });
  },
);

it.each(HOPS)('hop %d that asks with no body at all is the one, though words come', (dropper) => {
  const trace = passing([0.1, 0.1, 0.1]);
  trace.client.request = { ...trace.client.request, method: 'POST', bodyBytes: BODY_BYTES };
  trace.origin.workload = { ...trace.origin.workload, answer: 'request-end' };
  for (const [index, point] of (trace.points ?? []).entries())
    if (point.sight === 'stream' && index + 1 < dropper) point.request.body = WHOLE;
  const found = judgeHops({ tries: [trace] }, FLOOR);
  expect(found.map(({ verdict }) => verdict)).toEqual(HOPS.map((hop) => (hop === dropper ? 'breaks' : 'streams')));
  expect(found[dropper - 1]).toMatchObject({ how: 'bodiless', bytes: 0, of: BODY_BYTES });
});
