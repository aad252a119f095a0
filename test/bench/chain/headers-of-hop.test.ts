/** Fields, trailers and 103 of each hop of a chain, from what came to the points before and behind it. */

import { expect, it } from 'vitest';

import { headersMeasure, type HeaderEvidence, type HeaderFigures } from '../../../bench/measures/headers.ts';
import type { Trace } from '../../../bench/trace.ts';
import { chainTrace, type Place } from './chains.ts';

const HOPS = [1, 2, 3];
const HINT = { at: 1, head: { httpVersion: '1.1', status: 103, reason: 'Early Hints', headers: [] } };
const WORDS_AT = [10, 20, 30];

/** The client's place first; hop `dropper` passes neither `dropped` of the response nor `accept` of the request. */
function through(dropper: number, dropped: 'trailers' | 'hint' | 'field' | 'nothing'): Trace {
  const places = [0, 1, 2, 3].map((place): Place => {
    const isBefore = place < dropper;
    const field: [string, string][] = isBefore && dropped === 'field' ? [] : [['Incremental', '?1']];
    return {
      arrivedAt: WORDS_AT.map((at) => at + 0.1 * (4 - place)),
      headers: [['Content-Type', 'text/plain'], ...field],
      request: { headers: isBefore ? [['Accept', '*/*']] : [] },
    };
  });
  const trace = chainTrace({ workload: { count: 3 }, emittedAt: WORDS_AT, endAt: 40, places });
  const received = [
    trace.client,
    ...(trace.points ?? []).flatMap((point) => (point.sight === 'stream' ? [point.received] : [])),
  ];
  for (const [place, one] of received.entries()) {
    if (place >= dropper || dropped !== 'hint') one.informational = [HINT];
    if (place >= dropper || dropped !== 'trailers') one.trailers = [['X-Sum', '7']];
  }
  return trace;
}

function evidence(dropper: number): HeaderEvidence {
  return {
    sent: { accept: '*/*' },
    request: through(dropper, 'nothing'),
    response: through(dropper, 'field'),
    trailers: through(dropper, 'trailers'),
    earlyHints: through(dropper, 'hint'),
    hintsWithHead: through(dropper, 'hint'),
    sizes: [{ case: 'small', trace: through(dropper, 'nothing') }],
  };
}

it.each(HOPS)('are attributed to hop %d that drops them', (dropper) => {
  const own = HOPS.map((hop) => headersMeasure.ofHop?.(evidence(dropper), hop) as HeaderFigures);
  for (const [index, found] of own.entries()) {
    const isDropper = index + 1 === dropper;
    const passing = isDropper ? 'dropped' : index + 1 < dropper ? 'not-sent' : 'passed';
    expect(found).toMatchObject({
      added: [],
      removed: isDropper ? ['incremental'] : [],
      trailers: passing,
      earlyHints: passing,
      hintsWithHead: passing,
      request: { removed: isDropper ? ['accept'] : [] },
      integrity: [{ case: 'small' }],
    });
    expect(found.integrity[0]).not.toHaveProperty('breakage');
  }
  expect(headersMeasure.say(own[dropper - 1] as HeaderFigures)).toBe(
    'removes incremental; drops trailers; drops 103 Early Hints; of the request it removes accept',
  );
});

it('are unseen where a link is encrypted', () => {
  const seen = evidence(2);
  const points = seen.response.points?.map((point, index) =>
    index === 1 ? { sight: 'opaque' as const, protocol: 'TLS' as const, reads: [], between: point.between } : point,
  );
  const hidden = { ...seen, response: { ...seen.response, ...(points === undefined ? {} : { points }) } };
  const found = HOPS.map((hop) => headersMeasure.ofHop?.(hidden, hop));
  expect(found[1]).toMatchObject({ how: 'unseen', reason: expect.stringContaining('speaks TLS') as string });
  expect(found[2]).toHaveProperty('how', 'unseen');
  expect(found[0]).toHaveProperty('trailers', 'not-sent');
});
