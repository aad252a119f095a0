/** Who changed what: heads hop by hop, and what explains a hop that is innocent alone. */

import { describe, expect, it } from 'vitest';

import { asItGot, causesFor } from '../../../bench/chain/causes.ts';
import { hopHeads, sayRequest, sayResponse } from '../../../bench/chain/heads.ts';
import type { Trace } from '../../../bench/trace.ts';
import { passing, type Place } from './chains.ts';

const TYPE: [string, string] = ['Content-Type', 'text/event-stream'];
const NO_BUFFERING: [string, string] = ['X-Accel-Buffering', 'no'];

/** The request as the client sends it. */
const AS_ASKED: Place['request'] = {
  headers: [
    ['User-Agent', 'unclog'],
    ['Accept', '*/*'],
  ],
};

/** Three hops; the places of the client and the taps, each with its head. */
function chain(...places: Place[]): Trace {
  return passing([0.1, 0.1, 0.1], { places: places.map((place) => ({ arrivedAt: [20], ...place })) });
}

describe('a hop', () => {
  const trace = chain(
    { headers: [TYPE, ['Server', 'one'], ['Connection', 'close'], ['Date', 'now']], framing: 'close-delimited' },
    {
      headers: [TYPE],
      framing: 'chunked',
      request: {
        httpVersion: '1.0',
        headers: [
          ['User-Agent', 'unclog'],
          ['Accept', '*/*'],
        ],
      },
    },
    {
      headers: [
        ['content-type', 'text/plain'],
        ['x-accel-buffering', 'no'],
      ],
      framing: 'chunked',
      request: { headers: [['accept', '*/*']] },
    },
    {
      headers: [['content-type', 'text/plain'], NO_BUFFERING],
      framing: 'content-length',
      request: {
        headers: [
          ['accept', '*/*'],
          ['accept-encoding', 'gzip'],
        ],
      },
    },
  );

  it('is told of with what it added, removed and changed of the response, and the framing', () => {
    expect(hopHeads(trace, 1)?.response).toEqual({
      added: ['server'],
      removed: [],
      changed: [],
      framing: { from: 'chunked', to: 'close-delimited' },
    });
    expect(hopHeads(trace, 2)?.response).toEqual({
      added: [],
      removed: ['x-accel-buffering'],
      changed: [{ name: 'content-type', from: 'text/plain', to: 'text/event-stream' }],
    });
    expect(hopHeads(trace, 3)?.response).toEqual({
      added: [],
      removed: [],
      changed: [],
      framing: { from: 'content-length', to: 'chunked' },
    });
  });

  it('is told of with what it made of the request on its way up', () => {
    expect(hopHeads(trace, 1)?.request).toEqual({
      added: [],
      removed: [],
      changed: [],
      httpVersion: { from: '1.1', to: '1.0' },
    });
    expect(hopHeads(trace, 2)?.request).toMatchObject({
      removed: ['user-agent'],
      httpVersion: { from: '1.0', to: '1.1' },
    });
    expect(hopHeads(trace, 3)?.request).toMatchObject({ added: ['accept-encoding'] });
  });

  it('is said in words that name what decides, and nothing else', () => {
    const said = [1, 2, 3].map((hop) => {
      const heads = hopHeads(trace, hop);
      return heads === undefined ? [] : [...sayResponse(heads.response), ...sayRequest(heads.request)];
    });
    expect(said).toEqual([
      ['made close-delimited of chunked', 'asked in HTTP/1.0 instead of HTTP/1.1'],
      [
        'removed x-accel-buffering',
        'changed content-type from text/plain to text/event-stream',
        'asked in HTTP/1.1 instead of HTTP/1.0',
      ],
      ['made chunked of content-length', 'added accept-encoding to the request'],
    ]);
  });

  it('behind a link that cannot be read is not told of', () => {
    const blind: Trace = {
      ...trace,
      points:
        trace.points?.map((point, index) =>
          index === 1 ? { between: point.between, sight: 'opaque', protocol: 'TLS', reads: [] } : point,
        ) ?? [],
    };
    expect([1, 2, 3].map((hop) => hopHeads(blind, hop) !== undefined)).toEqual([true, false, false]);
  });
});

describe('what explains a hop that is innocent alone', () => {
  const trace = chain(
    { headers: [TYPE], framing: 'content-length' },
    { request: AS_ASKED, headers: [TYPE, ['Server', 'inner']], framing: 'content-length' },
    { request: AS_ASKED, headers: [TYPE, NO_BUFFERING], framing: 'content-length' },
    { request: AS_ASKED, headers: [TYPE, NO_BUFFERING], framing: 'chunked' },
  );

  it('is what the hops behind it did to the response', () => {
    expect(causesFor(trace, 1)).toEqual([
      { hop: 2, did: ['removed x-accel-buffering'] },
      { hop: 3, did: ['made content-length of chunked'] },
    ]);
    expect(causesFor(trace, 3)).toEqual([]);
  });

  it('is made again as a stream of the origin’s: same framing, same fields, none that are the server’s own', () => {
    const stream = {
      workload: { format: 'sse', headers: { 'x-accel-buffering': 'no' } },
      request: { headers: {} },
    } as const;
    expect(asItGot({ tries: [trace] }, 1, stream)).toEqual({
      workload: { format: 'sse', framing: 'content-length', contentType: 'text/event-stream', headers: {} },
      request: { headers: {} },
    });
    expect(asItGot({ tries: [trace] }, 3, stream)).toBeUndefined();
  });
});
