import { describe, expect, it } from 'vitest';

import { Recording, type Connection, type Side, type WireRead } from '../../../bench/taps/recording.ts';

const REQUEST = (id: string): string => `GET /stream/${id} HTTP/1.1\r\nhost: x\r\n\r\n`;
const ANSWER = (body: string): string => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

/** Reads as they would come on one connection, a millisecond apart. */
function recorded(recording: Recording, ...reads: [Side, string | Buffer][]): Connection {
  const connection = recording.open(0);
  for (const [index, [from, data]] of reads.entries()) recording.read(connection, index + 1, from, Buffer.from(data));
  return connection;
}

function textOf(reads: readonly WireRead[], from: Side): string {
  return Buffer.concat(
    reads.filter((read) => read.from === from).map(({ data }) => Buffer.from(data ?? '', 'base64')),
  ).toString();
}

describe('a connection that is kept for several streams', () => {
  it('gives each its own request and response', () => {
    const recording = new Recording();
    recorded(
      recording,
      ['downstream', REQUEST('a')],
      ['upstream', ANSWER('first')],
      ['downstream', REQUEST('b')],
      ['upstream', ANSWER('second').slice(0, 30)],
      ['upstream', ANSWER('second').slice(30)],
      ['downstream', 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'],
      ['upstream', ANSWER('ok')],
    );
    const { exchanges } = recording.take('b', 99);
    expect(exchanges).toHaveLength(1);
    expect(textOf(exchanges[0]?.reads ?? [], 'downstream')).toBe(REQUEST('b'));
    expect(textOf(exchanges[0]?.reads ?? [], 'upstream')).toBe(ANSWER('second'));
    expect(exchanges[0]?.reads.map(({ at, bytes }) => [at, bytes])).toEqual([
      [3, REQUEST('b').length],
      [4, 30],
      [5, ANSWER('second').length - 30],
    ]);
    expect(textOf(recording.take('a', 99).exchanges[0]?.reads ?? [], 'upstream')).toBe(ANSWER('first'));
  });

  it('keeps the body of a request with its request', () => {
    const recording = new Recording();
    const head = 'POST /stream/a HTTP/1.1\r\nhost: x\r\ncontent-length: 6\r\n\r\n';
    recorded(recording, ['downstream', head], ['upstream', ANSWER('yes')], ['downstream', 'upload']);
    expect(textOf(recording.take('a', 9).exchanges[0]?.reads ?? [], 'downstream')).toBe(`${head}upload`);
  });
});

describe('taking', () => {
  it('hands a stream out once', () => {
    const recording = new Recording();
    recorded(recording, ['downstream', REQUEST('a')], ['upstream', ANSWER('x')]);
    expect(recording.take('a', 1).exchanges).toHaveLength(1);
    expect(recording.take('a', 2)).toMatchObject({ takenAt: 2, exchanges: [], opaque: [] });
  });

  it('tells of every try of a stream that was asked for again', () => {
    const recording = new Recording();
    recorded(recording, ['downstream', REQUEST('a')], ['upstream', ANSWER('x')]);
    recorded(recording, ['downstream', REQUEST('a')], ['upstream', ANSWER('y')]);
    expect(recording.take('a', 1).exchanges.map(({ reads }) => textOf(reads, 'upstream'))).toEqual([
      ANSWER('x'),
      ANSWER('y'),
    ]);
  });

  it('gives the close to the stream that it ended, and to none before', () => {
    const recording = new Recording();
    const connection = recorded(
      recording,
      ['downstream', REQUEST('a')],
      ['upstream', ANSWER('x')],
      ['downstream', REQUEST('b')],
      ['upstream', ANSWER('y')],
    );
    connection.closes.push({ at: 9, from: 'upstream', how: 'rst' });
    expect(recording.take('a', 10).exchanges[0]?.closes).toEqual([]);
    expect(recording.take('b', 10).exchanges[0]?.closes).toEqual([{ at: 9, from: 'upstream', how: 'rst' }]);
  });
});

describe('a stream is over', () => {
  it('when its response is whole, and not before', () => {
    const recording = new Recording();
    const connection = recorded(recording, ['downstream', REQUEST('a')]);
    for (const part of ['HTTP/1.1 200 OK\r\ncontent-le', 'ngth: 2\r\n\r\n', 'x', 'y']) {
      expect(recording.isOver('a')).toBe(false);
      recording.read(connection, 9, 'upstream', Buffer.from(part));
    }
    expect(recording.isOver('a')).toBe(true);
  });

  it('of a HEAD with its head', () => {
    const recording = new Recording();
    recorded(recording, ['downstream', REQUEST('a').replace('GET', 'HEAD')], ['upstream', ANSWER('xyz').slice(0, -3)]);
    expect(recording.isOver('a')).toBe(true);
  });

  it('when another follows on its connection, or a side closed', () => {
    const recording = new Recording();
    const connection = recorded(recording, ['downstream', REQUEST('a')], ['downstream', REQUEST('b')]);
    expect([recording.isOver('a'), recording.isOver('b')]).toEqual([true, false]);
    connection.closes.push({ at: 9, from: 'downstream', how: 'fin' });
    expect(recording.isOver('b')).toBe(true);
  });

  it('in each of its tries', () => {
    const recording = new Recording();
    recorded(recording, ['downstream', REQUEST('a')], ['upstream', ANSWER('x')]);
    recorded(recording, ['downstream', REQUEST('a')]);
    expect(recording.isOver('a')).toBe(false);
  });

  it.each([
    ['is not here', REQUEST('b')],
    ['cannot be read', Buffer.from([0x16, 0x03, 0x01, 0x00, 0x2a])],
  ] as const)('where it %s', (_, first) => {
    const recording = new Recording();
    recorded(recording, ['downstream', first]);
    expect(recording.isOver('a')).toBe(true);
  });

  it('where what came is no response', () => {
    const recording = new Recording();
    recorded(recording, ['downstream', REQUEST('a')], ['upstream', '220 smtp ready\r\n\r\n']);
    expect(recording.isOver('a')).toBe(true);
  });
});

describe('a link that cannot be read', () => {
  it.each([
    ['TLS', Buffer.from([0x16, 0x03, 0x01, 0x00, 0x2a])],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ] as const)('of %s gives times and amounts, and no bytes', (protocol, first) => {
    const recording = new Recording();
    recorded(recording, ['downstream', first], ['upstream', 'secret'], ['upstream', 'more']);
    const { exchanges, opaque } = recording.take('a', 9);
    expect(exchanges).toEqual([]);
    expect(opaque).toEqual([
      {
        openedAt: 0,
        protocol,
        reads: [
          { at: 2, from: 'upstream', bytes: 6 },
          { at: 3, from: 'upstream', bytes: 4 },
        ],
        closes: [],
      },
    ]);
  });
});

describe('the bound', () => {
  it('is kept by letting go of what is oldest, and that is told', () => {
    const recording = new Recording(1000);
    recorded(recording, ['downstream', REQUEST('a')], ['upstream', 'x'.repeat(500)]);
    recorded(recording, ['downstream', REQUEST('b')], ['upstream', 'y'.repeat(300)]);
    expect(recording.take('a', 11).exchanges).toEqual([]);
    const { exchanges, bound } = recording.take('b', 12);
    expect(textOf(exchanges[0]?.reads ?? [], 'upstream')).toBe('y'.repeat(300));
    expect(bound).toEqual({ bytes: 1000, lostBytes: 0 });
  });

  it('tells how much was let go since the last time', () => {
    const recording = new Recording(1000);
    recorded(recording, ['downstream', REQUEST('a')], ['upstream', 'x'.repeat(500)], ['upstream', 'x'.repeat(400)]);
    expect(recording.take('a', 11)).toMatchObject({ exchanges: [], bound: { lostBytes: REQUEST('a').length + 500 } });
  });

  it('counts what was handed out no longer', () => {
    const recording = new Recording(1000);
    for (const id of ['a', 'b', 'c', 'd']) {
      recorded(recording, ['downstream', REQUEST(id)], ['upstream', 'x'.repeat(500)]);
      expect(recording.take(id, 1)).toMatchObject({ exchanges: [{ openedAt: 0 }], bound: { lostBytes: 0 } });
    }
  });
});
