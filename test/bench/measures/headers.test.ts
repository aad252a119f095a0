import { describe, expect, it } from 'vitest';

import { headersMeasure, type HeaderEvidence, type HeaderFigures } from '../../../bench/measures/headers.ts';
import type { Trace } from '../../../bench/trace.ts';
import { streamed } from '../traces.ts';

const { figures, say, flaw } = headersMeasure;
const SENT = { host: 'hop:1', accept: '*/*', te: 'trailers' };

interface Case {
  /** Of the response, as the client got them; the origin sent `content-type`, `x-a: 1` and `x-b: 2`. */
  got?: [string, string][];
  status?: number;
  framing?: 'chunked' | 'content-length';
  /** As the origin had them. */
  had?: Record<string, string>;
  httpVersion?: string;
}

const PASSED: [string, string][] = [
  ['Content-Type', 'text/event-stream'],
  ['X-A', '1'],
  ['X-B', '2'],
  ['Date', 'now'],
  ['Transfer-Encoding', 'chunked'],
];

function trace({ got = PASSED, status = 200, framing = 'chunked', had = SENT, httpVersion = '1.1' }: Case = {}): Trace {
  const { origin, client, ...rest } = streamed();
  if (client.head === undefined) throw new Error('a stream without a head');
  return {
    ...rest,
    origin: {
      ...origin,
      workload: { ...origin.workload, headers: { 'X-A': '1', 'x-b': '2' } },
      request: { at: 0, method: 'GET', httpVersion, headers: had },
      trailers: { 'x-sum': '7' },
      informational: [{ status: 103, at: 0 }],
    },
    client: { ...client, head: { ...client.head, status, framing, headers: got } },
  };
}

const HINT: Trace['client']['informational'] = [
  { at: 0, head: { httpVersion: '1.1', status: 103, reason: 'Early Hints', headers: [] } },
];

function coded(got: [string, string][]): Trace {
  const { origin, ...rest } = trace({ got: [...PASSED, ...got] });
  return { ...rest, origin: { ...origin, workload: { ...origin.workload, contentCoding: 'gzip' } } };
}

function withTrailers(trailers: [string, string][] | undefined): Trace {
  const { client, ...rest } = trace();
  return { ...rest, client: trailers === undefined ? client : { ...client, trailers } };
}

function withHints(informational = HINT): Trace {
  const { client, ...rest } = trace();
  return { ...rest, client: { ...client, informational } };
}

function evidence(): HeaderEvidence {
  return {
    sent: SENT,
    request: trace(),
    response: trace(),
    trailers: withTrailers([['X-Sum', '7']]),
    earlyHints: withHints(),
    hintsWithHead: withHints(),
    sizes: [{ case: 'small', trace: trace() }],
  };
}

function found(changed: Partial<HeaderEvidence> = {}): HeaderFigures {
  return figures({ ...evidence(), ...changed });
}

const CUT = streamed(0.2, { clientEnd: { at: 900, how: 'cut' } });

it('nothing is touched where all is as it was, whatever its case, and what is made anew for each connection', () => {
  const same = { added: [], removed: [], changed: [] };
  const httpVersion = { client: '1.1', origin: '1.1' };
  expect(found()).toEqual({
    ...same,
    framing: { origin: 'chunked', client: 'chunked' },
    request: { ...same, httpVersion },
    trailers: 'passed',
    earlyHints: 'passed',
    hintsWithHead: 'passed',
    integrity: [{ case: 'small' }],
  });
  expect(say(found())).toBe('headers pass unchanged');
  expect(flaw(found())).toBeUndefined();
});

describe('of the response', () => {
  it('fields are added, removed and changed', () => {
    const got: [string, string][] = [
      ['content-type', 'text/event-stream'],
      ['x-a', '1'],
      ['x-a', '3'],
      ['Via', 'me'],
    ];
    const touched = found({ response: trace({ got, framing: 'content-length' }) });
    expect(touched).toMatchObject({
      added: ['via'],
      removed: ['x-b'],
      changed: [{ name: 'x-a', from: '1', to: '1, 3' }],
    });
    expect(say(touched)).toBe('removes x-b; adds via; changes x-a from 1 to 1, 3; chunked becomes content-length');
    expect(flaw(touched)).toBeUndefined();
    const steered = { ...touched, removed: ['x-accel-buffering', 'x-b'] };
    expect(flaw(steered)).toBe('removes x-accel-buffering');
  });

  it('the coding of the origin is one of them', () => {
    expect(found({ response: coded([['Content-Encoding', 'gzip']]) })).toMatchObject({ added: [], removed: [] });
    expect(found({ response: coded([]) })).toMatchObject({ added: [], removed: ['content-encoding'] });
  });

  it('none can be told where the hop answered by itself', () => {
    const answered = found({ response: trace({ got: [], status: 501 }) });
    expect(answered).toMatchObject({ answered: 501, removed: [] });
    expect(say(answered)).toBe('answers 501 in place of the origin');
    expect(flaw(answered)).toBe('answers 501 to probing headers');
  });
});

describe('of the request', () => {
  it('fields are added, removed and changed, and the version', () => {
    const had = { host: 'origin:3000', 'x-real-ip': '::1', connection: 'close' };
    const touched = found({ request: trace({ had, httpVersion: '1.0' }) });
    expect(touched.request).toEqual({
      added: ['x-real-ip'],
      removed: ['accept'],
      changed: [{ name: 'host', from: 'hop:1', to: 'origin:3000' }],
      connection: 'close',
      httpVersion: { client: '1.1', origin: '1.0' },
    });
    expect(say(touched)).toBe(
      'of the request it removes accept, adds x-real-ip, changes host from hop:1 to origin:3000, speaks HTTP/1.0',
    );
  });

  it('nothing is told where the origin had none', () => {
    const { origin, ...rest } = trace();
    const { request: _, ...unasked } = origin;
    expect(found({ request: { ...rest, origin: unasked } }).request).toBeUndefined();
  });
});

describe('trailers and 103', () => {
  it('are dropped where the response is whole without them', () => {
    expect(found({ trailers: withTrailers(undefined) }).trailers).toBe('dropped');
    expect(found({ trailers: withTrailers([['x-sum', '8']]) }).trailers).toBe('dropped');
    const dropped = found({ earlyHints: withHints([]), hintsWithHead: withHints([]) });
    expect(dropped.earlyHints).toBe('dropped');
    expect(say(dropped)).toBe('drops 103 Early Hints');
    expect(flaw(dropped)).toBeUndefined();
  });

  it('break a response that is whole without them', () => {
    const cut = { ...withHints(), client: { ...withHints().client, end: CUT.client.end } };
    expect(found({ earlyHints: cut }).earlyHints).toBe('broken');
    expect(say(found({ earlyHints: cut, hintsWithHead: cut }))).toBe('breaks a response with 103 Early Hints');
    expect(flaw(found({ earlyHints: cut, hintsWithHead: cut }))).toBe('breaks a response with 103');
    expect(flaw(found({ trailers: cut, earlyHints: cut, hintsWithHead: cut }))).toBe(
      'breaks a response with trailers, breaks a response with 103',
    );
    expect(found({ earlyHints: cut, response: cut }).earlyHints).toBe('unknown');
  });

  it('of 103 both are told where a hop makes a difference whether it comes with the head', () => {
    const cut = { ...withHints(), client: { ...withHints().client, end: CUT.client.end } };
    const together = found({ hintsWithHead: cut });
    expect(together).toMatchObject({ earlyHints: 'passed', hintsWithHead: 'broken' });
    expect(say(together)).toBe('breaks a response with 103 Early Hints in one write with its head');
    expect(flaw(together)).toBe('breaks a response with 103 in one write with its head');
    expect(say(found({ earlyHints: withHints([]), hintsWithHead: cut }))).toBe(
      'drops 103 Early Hints; breaks a response with 103 Early Hints in one write with its head',
    );
    const { hintsWithHead: _, ...before } = evidence();
    expect(figures(before)).not.toHaveProperty('hintsWithHead');
    expect(say(figures({ ...before, earlyHints: cut }))).toBe('breaks a response with 103 Early Hints');
  });

  it('are not missed where the origin could not send them', () => {
    const { origin, ...rest } = withTrailers(undefined);
    const { trailers: _, informational: __, ...plain } = origin;
    const old = { ...rest, origin: plain };
    const none = found({ trailers: old, earlyHints: old, hintsWithHead: old });
    expect(none).toMatchObject({ trailers: 'not-sent', earlyHints: 'not-sent', hintsWithHead: 'not-sent' });
    expect(flaw(none)).toBeUndefined();
  });
});

it('a body that does not come whole is told by its chunks', () => {
  const broken = found({
    sizes: [
      { case: 'small', trace: trace() },
      { case: 'large', trace: CUT },
    ],
  });
  expect(broken.integrity).toMatchObject([{ case: 'small' }, { case: 'large', breakage: { how: 'cut' } }]);
  expect(say(broken)).toBe('large: cut');
  expect(flaw(broken)).toBe('large: cut');
});
