import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { header, ProtocolError, ResponseParser, type ResponseHead } from '../../../bench/client/http1.ts';
import { anyPlaces, everyByte, splitAt } from '../split.ts';

interface Parsed {
  informational: number[];
  head?: ResponseHead;
  framing?: string;
  body: string;
  trailers?: [string, string][];
  /** Whether it was at its end before the connection closed. */
  done: boolean;
  /** Whether the close of the connection is a proper end. */
  properEnd: boolean;
}

function parse(pieces: Buffer[]): Parsed {
  const seen: Parsed = { informational: [], body: '', done: false, properEnd: false };
  const parser = new ResponseParser('GET', {
    informational: ({ status }) => seen.informational.push(status),
    head: (head, framing) => Object.assign(seen, { head, framing }),
    body: (bytes) => (seen.body += bytes.toString('latin1')),
    end: (trailers) => (seen.trailers = trailers),
  });
  for (const piece of pieces) parser.feed(piece);
  seen.done = parser.done;
  seen.properEnd = parser.close();
  return seen;
}

function parseText(text: string): Parsed {
  return parse([Buffer.from(text, 'latin1')]);
}

const HEAD = 'HTTP/1.1 200 OK\r\n';

describe('a response', () => {
  it('with chunks, extensions and trailers', () => {
    const parsed = parseText(
      `${HEAD}Transfer-Encoding: chunked\r\n\r\n5;name=value\r\nhello\r\nA \r\n, world!!!\r\n0\r\nX-Sum: 9\r\nB:c\r\n\r\n`,
    );
    expect(parsed).toEqual({
      informational: [],
      head: { httpVersion: '1.1', status: 200, reason: 'OK', headers: [['Transfer-Encoding', 'chunked']] },
      framing: 'chunked',
      body: 'hello, world!!!',
      trailers: [
        ['X-Sum', '9'],
        ['B', 'c'],
      ],
      done: true,
      properEnd: true,
    });
  });

  it('with a length ends with its last byte', () => {
    const parsed = parseText(`${HEAD}Content-Length: 5\r\n\r\nhelloEXTRA`);
    expect(parsed).toMatchObject({ framing: 'content-length', body: 'hello', trailers: [], done: true });
  });

  it('with a length of nothing ends with its head', () => {
    expect(parseText(`${HEAD}Content-Length: 0\r\n\r\n`)).toMatchObject({ framing: 'content-length', done: true });
  });

  it('with a length of one byte has that byte', () => {
    expect(parseText(`${HEAD}Content-Length: 1\r\n\r\nx`)).toMatchObject({ body: 'x', done: true });
    expect(parseText(`${HEAD}Content-Length: 1\r\n\r\n`)).toMatchObject({ body: '', done: false });
  });

  it('with neither ends with the connection', () => {
    const parsed = parseText(`${HEAD}\r\nhello`);
    expect(parsed).toMatchObject({ framing: 'close-delimited', body: 'hello', done: false, properEnd: true });
    expect(parsed.trailers).toEqual([]);
  });

  it('that is chunked and has a length is chunked (RFC 9112, section 6.3)', () => {
    const parsed = parseText(
      `${HEAD}Content-Length: 99\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`,
    );
    expect(parsed).toMatchObject({ framing: 'chunked', body: 'x', done: true });
  });

  it('whose last coding is not chunked ends with the connection', () => {
    const parsed = parseText(`${HEAD}Transfer-Encoding: chunked, gzip\r\n\r\n1\r\nx`);
    expect(parsed).toMatchObject({ framing: 'close-delimited', body: '1\r\nx', done: false, properEnd: true });
  });

  it.each([204, 304])('of status %i has no body, whatever its head says', (status) => {
    expect(parseText(`HTTP/1.1 ${status} \r\nContent-Length: 5\r\n\r\n`)).toMatchObject({
      framing: 'none',
      body: '',
      done: true,
    });
  });

  it('may have others before it', () => {
    const parsed = parseText(
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${HEAD}Content-Length: 2\r\n\r\nhi`,
    );
    expect(parsed).toMatchObject({ informational: [100, 103], head: { status: 200 }, body: 'hi', done: true });
  });

  it('that switches protocols is the last one', () => {
    expect(parseText('HTTP/1.1 101 Switching Protocols\r\n\r\nraw')).toMatchObject({
      informational: [],
      head: { status: 101 },
      body: 'raw',
    });
  });

  it('may have no reason, or HTTP/1.0', () => {
    expect(parseText('HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n').head).toMatchObject({ status: 200, reason: '' });
    expect(parseText('HTTP/1.0 404 Not Found\r\n\r\n').head).toMatchObject({
      httpVersion: '1.0',
      status: 404,
      reason: 'Not Found',
    });
  });

  it('keeps its header fields in their order and case, colons in values included', () => {
    const { head } = parseText(`${HEAD}B:  2 \r\na: 1:2\r\nB: 3\r\nEmpty:\r\nContent-Length: 0\r\n\r\n`);
    expect(head?.headers).toEqual([
      ['B', '2'],
      ['a', '1:2'],
      ['B', '3'],
      ['Empty', ''],
      ['Content-Length', '0'],
    ]);
    expect(header(head as ResponseHead, 'b')).toBe('2, 3');
    expect(header(head as ResponseHead, 'c')).toBeUndefined();
  });
});

describe('a response that is cut', () => {
  it.each([
    ['before anything', ''],
    ['in its head', 'HTTP/1.1 200 OK\r\nContent-Le'],
    ['after an informational one', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['before its length is full', `${HEAD}Content-Length: 5\r\n\r\nhell`],
    ['in a chunk', `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhel`],
    ['after a chunk', `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`],
    ['after the last chunk’s size', `${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\n`],
    ['in its trailers', `${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n`],
  ])('%s has no proper end', (_, text) => {
    const parsed = parseText(text);
    expect(parsed).toMatchObject({ done: false, properEnd: false });
    expect(parsed.trailers).toBeUndefined();
  });
});

describe('what is no HTTP/1 response', () => {
  it.each([
    ['no status line', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['HTTP/2', 'HTTP/2 200\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a status that runs into its reason', 'HTTP/1.1 2000\r\n\r\n'],
    ['a field without a colon', `${HEAD}Content-Length\r\n\r\n`],
    ['a field without a name', `${HEAD}: 5\r\n\r\n`],
    ['a chunk size that is none', `${HEAD}Transfer-Encoding: chunked\r\n\r\nxyz\r\n`],
    ['a chunk size that is empty', `${HEAD}Transfer-Encoding: chunked\r\n\r\n\r\n`],
    ['a negative chunk size', `${HEAD}Transfer-Encoding: chunked\r\n\r\n-5\r\n`],
    ['a chunk longer than its size', `${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n`],
    ['a trailer without a colon', `${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\nfoo\r\n\r\n`],
    ['a head without an end', `${HEAD}A: ${'x'.repeat(300 * 1024)}`],
  ])('%s throws, however it is split', (_, text) => {
    const bytes = Buffer.from(text, 'latin1');
    expect(() => parse([bytes])).toThrow(ProtocolError);
    const places = bytes.length > 1000 ? [7, 20, 100_000] : [7, 20, 45];
    expect(() => parse(splitAt(bytes, places))).toThrow(ProtocolError);
  });

  it('is shown in the message, in short', () => {
    const long = 'y'.repeat(200);
    const chunks = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;
    expect(() => parseText(`${HEAD}x${long}\r\n\r\n`)).toThrow(`without a name: "x${'y'.repeat(79)}"`);
    expect(() => parseText(`${chunks}x${long}\r\n`)).toThrow(`no chunk size: "x${'y'.repeat(39)}"`);
    expect(() => parseText(`${chunks}1\r\n1x${long}\r\n`)).toThrow(`bytes after a chunk's data: "x${'y'.repeat(39)}"`);
    expect(() => parseText(`SSH-2.0\t${'x'.repeat(200)}\r\n\r\n`)).toThrow(
      `no HTTP/1 status line: "SSH-2.0\\t${'x'.repeat(72)}"`,
    );
  });
});

const token = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,10}$/);
const value = fc.stringMatching(/^[\x21-\x7e]{1,20}$/);
const fields = fc.array(
  fc.tuple(
    token.map((name) => `X-${name}`),
    value,
  ),
  { maxLength: 5 },
);
const informational = fc.array(fc.constantFrom(100, 102, 103, 199), { maxLength: 2 });
const pieces = fc.array(
  fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  {
    maxLength: 8,
  },
);

const chunked = fc
  .record({ fields, pieces, trailers: fields, extension: fc.constantFrom('', ';a', ';a=b', ' ; a="c d"') })
  .map((made) => ({ ...made, framing: 'chunked' }));
const lengthOrClose = fc
  .record({ fields, pieces, framing: fc.constantFrom('content-length', 'close-delimited') })
  .map((made) => ({ ...made, trailers: [] as [string, string][], extension: '' }));

function lines(list: [string, string][]): string {
  return list.map(([name, text]) => `${name}: ${text}\r\n`).join('');
}

const responses = fc.tuple(informational, fc.oneof(chunked, lengthOrClose)).map(([before, made]) => {
  const body = Buffer.concat(made.pieces);
  const marks: Record<string, string> = {
    chunked: 'Transfer-Encoding: chunked\r\n',
    'content-length': `Content-Length: ${body.length}\r\n`,
    'close-delimited': '',
  };
  const inChunks = [
    ...made.pieces.map((piece) =>
      Buffer.concat([Buffer.from(`${piece.length.toString(16)}${made.extension}\r\n`), piece, Buffer.from('\r\n')]),
    ),
    Buffer.from(`0${made.extension}\r\n${lines(made.trailers)}\r\n`),
  ];
  const bytes = Buffer.concat([
    Buffer.from(before.map((status) => `HTTP/1.1 ${status} Wait\r\nA: b\r\n\r\n`).join('')),
    Buffer.from(`HTTP/1.1 200 OK\r\n${lines(made.fields)}${marks[made.framing]}\r\n`),
    ...(made.framing === 'chunked' ? inChunks : [body]),
  ]);
  return { ...made, before, body, bytes };
});

describe('any response', () => {
  it('gives the head, body, trailers and end that it was made of', () => {
    fc.assert(
      fc.property(responses, ({ before, body, bytes, framing, fields: made, trailers }) => {
        const parsed = parse([bytes]);
        expect(parsed.informational).toEqual(before);
        expect(parsed.head?.headers.filter(([name]) => name.startsWith('X-'))).toEqual(made);
        expect(parsed.framing).toBe(framing);
        expect(parsed.body).toBe(body.toString('latin1'));
        expect(parsed.trailers).toEqual(trailers);
        expect(parsed.done).toBe(framing !== 'close-delimited');
        expect(parsed.properEnd).toBe(true);
      }),
    );
  });

  it('gives the same wherever its reads end', () => {
    fc.assert(
      fc.property(responses, anyPlaces, ({ bytes }, places) => {
        expect(parse(splitAt(bytes, places))).toEqual(parse([bytes]));
      }),
    );
  });

  it('gives the same byte by byte', () => {
    fc.assert(
      fc.property(responses, ({ bytes }) => {
        expect(parse(everyByte(bytes))).toEqual(parse([bytes]));
      }),
      { numRuns: 30 },
    );
  });

  it('has no proper end when it is cut anywhere before its end', () => {
    fc.assert(
      fc.property(
        responses.filter(({ framing }) => framing !== 'close-delimited'),
        fc.nat(),
        ({ bytes }, place) => {
          expect(parse([bytes.subarray(0, place % bytes.length)])).toMatchObject({ done: false, properEnd: false });
        },
      ),
    );
  });
});

describe('what went wrong once', () => {
  it.each(['abc', '5, 6', '-5', '0x5', '1e1', '5.5'])('a content-length of "%s" is no number of bytes', (length) => {
    expect(() => parseText(`${HEAD}Content-Length: ${length}\r\n\r\nhello`)).toThrow(ProtocolError);
  });
});
