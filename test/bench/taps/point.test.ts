/** From what a tap recorded to what it saw. */

import { gzipSync } from 'node:zlib';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { sightOf, type StreamPoint } from '../../../bench/taps/point.ts';
import type { Close, Exchange, TapRecording } from '../../../bench/taps/recording.ts';
import { resolveWorkload } from '../../../server/workload.ts';
import { anyPlaces, splitAt } from '../split.ts';
import { chunkText } from '../traces.ts';

const INPUT = { count: 3, chunkBytes: [40] };
const WORKLOAD = resolveWorkload(INPUT);
const WORDS = [0, 1, 2].map((seq) => chunkText(seq, INPUT));
const REQUEST = 'GET /stream/it HTTP/1.0\r\nHost: origin:3000\r\nAccept-Encoding: gzip\r\n\r\n';

function chunked(body: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), Buffer.from(body), Buffer.from('\r\n')]);
}

function head(...fields: string[]): Buffer {
  return Buffer.from(['HTTP/1.1 200 OK', 'Content-Type: text/event-stream', ...fields, '', ''].join('\r\n'));
}

const WHOLE = Buffer.concat([head('Transfer-Encoding: chunked'), ...WORDS.map(chunked), Buffer.from('0\r\n\r\n')]);

/** The request at 1, the response's reads from 10 on, 10 ms apart. */
function exchange(reads: Buffer[], closes: Close[] = []): Exchange {
  return {
    openedAt: 0,
    connectedAt: 0.5,
    reads: [
      { at: 1, from: 'downstream', bytes: REQUEST.length, data: Buffer.from(REQUEST).toString('base64') },
      ...reads.map((data, index) => ({
        at: 10 * (index + 1),
        from: 'upstream' as const,
        bytes: data.length,
        data: data.toString('base64'),
      })),
    ],
    closes,
  };
}

function recording(rest: Partial<TapRecording>): TapRecording {
  return { takenAt: 1000, exchanges: [], opaque: [], bound: { bytes: 1e6, lostBytes: 0 }, ...rest };
}

async function pointOf(one: Exchange, offsetMs = 0): Promise<StreamPoint> {
  const sight = await sightOf(recording({ exchanges: [one] }), WORKLOAD, { offsetMs });
  if (sight.sight !== 'stream') throw new Error(sight.sight);
  return sight;
}

describe('a stream in the clear', () => {
  it('is its request, its head, its words and its end', async () => {
    const point = await pointOf(
      exchange([head('Transfer-Encoding: chunked'), ...WORDS.map(chunked), Buffer.from('0\r\n\r\n')]),
    );
    expect(point.request).toEqual({
      at: 1,
      method: 'GET',
      path: '/stream/it',
      httpVersion: '1.0',
      headers: [
        ['Host', 'origin:3000'],
        ['Accept-Encoding', 'gzip'],
      ],
    });
    expect(point.received.head).toMatchObject({ status: 200, framing: 'chunked', at: 10 });
    expect(point.arrivals).toEqual([
      { seq: 0, at: 20, read: 1 },
      { seq: 1, at: 30, read: 2 },
      { seq: 2, at: 40, read: 3 },
    ]);
    expect(point.received.end).toEqual({ at: 50, how: 'complete' });
    expect(point.foreign).toEqual([]);
    expect(point).not.toHaveProperty('left');
  });

  it('has all its times on the client’s clock', async () => {
    const point = await pointOf(exchange([WHOLE]), 1000);
    expect([point.request.at, point.received.head?.at, point.arrivals[0]?.at, point.received.end.at]).toEqual([
      1001, 1010, 1010, 1010,
    ]);
    expect(point.received).toMatchObject({ connectAt: 1000, connectedAt: 1000.5 });
  });

  it('is the same however it was cut into reads', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlaces, async (places) => {
        const point = await pointOf(exchange(splitAt(WHOLE, places)));
        expect(point.arrivals.map(({ seq }) => seq)).toEqual([0, 1, 2]);
        expect(point.arrivals.every(({ altered }) => altered === undefined)).toBe(true);
        expect(point.received.end.how).toBe('complete');
      }),
    );
  });

  it('is decoded where it is compressed', async () => {
    const body = gzipSync(WORDS.join(''));
    const point = await pointOf(
      exchange([Buffer.concat([head('Content-Encoding: gzip', `Content-Length: ${body.length}`), body])]),
    );
    expect(point.arrivals.map(({ seq }) => seq)).toEqual([0, 1, 2]);
  });
});

describe('an end', () => {
  const first = [head('Transfer-Encoding: chunked'), chunked(WORDS[0] ?? '')];
  const untilClose = [head(), Buffer.from(WORDS[0] ?? '')];
  it.each([
    ['a FIN inside a chunked body', first, 'fin', 'cut'],
    ['an RST inside a chunked body', first, 'rst', 'reset'],
    ['a FIN after a body until the close', untilClose, 'fin', 'closed'],
    ['an RST in a body until the close', untilClose, 'rst', 'reset'],
  ] as const)('by %s', async (_, reads, how, expected) => {
    const point = await pointOf(exchange([...reads], [{ at: 70, from: 'upstream', how }]));
    expect(point.received.end).toEqual({ at: 70, how: expected });
  });

  it('that never came is seen until the recording was taken', async () => {
    expect((await pointOf(exchange([...first]))).received.end).toEqual({ at: 1000, how: 'no-end' });
  });

  it('after the downstream left is told with its leaving', async () => {
    const leaving: Close = { at: 25, from: 'downstream', how: 'rst' };
    const point = await pointOf(exchange([...first], [leaving, { at: 26, from: 'upstream', how: 'rst' }]));
    expect(point.left).toEqual({ at: 25, how: 'rst' });
  });

  it('before the downstream closed is no leaving', async () => {
    const point = await pointOf(exchange([WHOLE], [{ at: 25, from: 'downstream', how: 'fin' }]));
    expect(point).not.toHaveProperty('left');
  });
});

describe('what cannot be seen is said', () => {
  it('a stream that never came here', async () => {
    expect(await sightOf(recording({}), WORKLOAD, { offsetMs: 0 })).toEqual({ sight: 'nothing' });
  });

  it('an encrypted link: times and amounts', async () => {
    const opaque = [
      { openedAt: 0, protocol: 'TLS' as const, reads: [{ at: 3, from: 'upstream' as const, bytes: 7 }], closes: [] },
    ];
    expect(await sightOf(recording({ opaque }), WORKLOAD, { offsetMs: 1 })).toEqual({
      sight: 'opaque',
      protocol: 'TLS',
      reads: [{ at: 4, from: 'upstream', bytes: 7 }],
    });
  });

  it('a recording that had to let go of it', async () => {
    const sight = await sightOf(recording({ bound: { bytes: 10, lostBytes: 5 } }), WORKLOAD, { offsetMs: 0 });
    expect(sight).toEqual({ sight: 'over-bound', boundBytes: 10 });
  });
});

it('of several tries the one is taken that the origin answered with the stream', async () => {
  const failed = exchange([Buffer.from('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n')]);
  const sight = await sightOf(recording({ exchanges: [failed, exchange([WHOLE])] }), WORKLOAD, { offsetMs: 0 });
  expect(sight).toMatchObject({ sight: 'stream', requests: 2, received: { head: { status: 200 } } });
});

function asked(field: string): string {
  return `POST /stream/it HTTP/1.1\r\nHost: x\r\n${field}\r\n\r\n`;
}

/** The request in these reads, at 101, 102, … */
async function post(...parts: string[]): Promise<StreamPoint['request']['body']> {
  const { reads, ...rest } = exchange([WHOLE]);
  const sent = parts.map((text, index) => ({
    at: index + 1,
    from: 'downstream' as const,
    bytes: text.length,
    data: Buffer.from(text).toString('base64'),
  }));
  return (await pointOf({ ...rest, reads: [...sent, ...reads.slice(1)] }, 100)).request.body;
}

describe('the body of a request', () => {
  it('is its pieces without the framing, and when all of it had come', async () => {
    expect(await post(asked('Transfer-Encoding: chunked'), '5\r\nhello\r\n', '3\r\nyou\r\n0\r\n\r\n')).toEqual({
      pieces: [
        { at: 102, bytes: 5 },
        { at: 103, bytes: 3 },
      ],
      endAt: 103,
    });
    expect(await post(`${asked('Content-Length: 8')}hello`, 'you')).toEqual({
      pieces: [
        { at: 101, bytes: 5 },
        { at: 102, bytes: 3 },
      ],
      endAt: 102,
    });
  });

  it('has no end while it is open, and is none where no field says that there is one', async () => {
    expect(await post(asked('Content-Length: 9'), 'hello')).toEqual({ pieces: [{ at: 102, bytes: 5 }] });
    expect(await post(asked('Accept: */*'))).toBeUndefined();
  });

  it('begins where a head that came in two reads ends', async () => {
    const [first, second] = [asked('Content-Length: 5').slice(0, 30), `${asked('Content-Length: 5').slice(30)}hello`];
    expect(await post(first, second)).toEqual({ pieces: [{ at: 102, bytes: 5 }], endAt: 102 });
  });
});

it('of a coded body both the coded bytes and those after decoding are known', async () => {
  const body = gzipSync(WORDS.join(''));
  const point = await pointOf(exchange([head('Content-Encoding: gzip', `Content-Length: ${body.length}`), body]));
  expect(point.received.reads.at(-1)).toMatchObject({ bodyBytes: body.length, decodedBytes: WORDS.join('').length });
});
