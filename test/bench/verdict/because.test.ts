import { describe, expect, it } from 'vitest';

import { because, milliseconds } from '../../../bench/verdict/because.ts';
import type { Delivery } from '../../../bench/verdict/delivery.ts';

function hold(n: number, p50Ms: number): { n: number; p50Ms: number; p99Ms: number; maxMs: number } {
  return { n, p50Ms, p99Ms: p50Ms * 2, maxMs: p50Ms * 3 };
}

const FLOOR = hold(200, 0.1);

/** What a person reads for each verdict. */
const SENTENCES: [Delivery, string][] = [
  [{ verdict: 'streams', hold: hold(100, 0.2) }, 'each of 100 words arrived before the next was written'],
  [{ verdict: 'streams', hold: hold(1, 0.2) }, 'each of 1 word arrived before the next was written'],
  [
    { verdict: 'delays', hold: hold(100, 0.2), floor: FLOOR, share: 0.01, words: [0] },
    'word 0 of 100 held each time, up to 0.60 ms; the others were not',
  ],
  [
    { verdict: 'delays', hold: hold(100, 0.2), floor: FLOOR, share: 0.05, words: [0, 7, 14, 21, 28] },
    'words 0, 7, 14, 21, 28 of 100 held each time, up to 0.60 ms; the others were not',
  ],
  [
    { verdict: 'delays', hold: hold(100, 0.2), floor: FLOOR, share: 0.06, words: [0, 7, 14, 21, 28, 35] },
    'words 0, 7, 14, 21, 28, … of 100 held each time, up to 0.60 ms; the others were not',
  ],
  [
    { verdict: 'delays', hold: hold(30, 640), floor: FLOOR, share: 0.61 },
    '61 % of the words held each time, up to 1.9 s; the others were not',
  ],
  [
    { verdict: 'delays', hold: hold(20, 51), floor: FLOOR, share: 0.75 },
    'each of 20 words arrived, but held for 51 ms each: a timer',
  ],
  [
    { verdict: 'delays', hold: hold(30, 51), floor: FLOOR, share: 1 },
    'each of 30 words arrived, but held for 51 ms each: a timer',
  ],
  [
    { verdict: 'delays', hold: hold(1, 1210), floor: FLOOR, share: 1 },
    'with no more bytes written, it let go after 1.2 s: a timer',
  ],
  [
    {
      verdict: 'coalesces',
      streamedChunks: 0,
      heldBytes: { over: 3600, upTo: 4050 },
      releasedBytes: 4000,
      waitedMs: 1300,
    },
    'no word for 1.3 s, until 3,601–4,050 bytes had been written',
  ],
  [
    {
      verdict: 'coalesces',
      streamedChunks: 7,
      heldBytes: { over: 511, upTo: 512 },
      releasedBytes: 512,
      waitedMs: 1100,
    },
    '7 words streamed, then no word for 1.1 s, until 512 bytes had been written',
  ],
  [
    {
      verdict: 'coalesces',
      streamedChunks: 1,
      heldBytes: { over: 510, upTo: 512 },
      releasedBytes: 512,
      waitedMs: 1100,
    },
    '1 word streamed, then no word for 1.1 s, until 511–512 bytes had been written',
  ],
  [
    { verdict: 'coalesces', streamedChunks: 0, heldBytes: { over: 1, upTo: 1 }, releasedBytes: 1, waitedMs: 500 },
    'no word for 500 ms, until 1 byte had been written',
  ],
  [
    { verdict: 'buffers', streamedChunks: 0, head: true, heldBytes: 1_028_039, waitedMs: 2300 },
    'only the headers before the end of the response, 1,028,039 bytes and 2.3 s later',
  ],
  [
    { verdict: 'buffers', streamedChunks: 0, head: true, heldBytes: 900, waitedMs: 2300, codedBy: 'br' },
    'only the headers before the end of the response, 900 bytes of text before br and 2.3 s later',
  ],
  [
    {
      verdict: 'coalesces',
      streamedChunks: 0,
      heldBytes: { over: 3600, upTo: 4050 },
      releasedBytes: 4000,
      waitedMs: 1300,
      codedBy: 'gzip',
    },
    'no word for 1.3 s, until 3,601–4,050 bytes of text before gzip had been written',
  ],
  [
    { verdict: 'buffers', streamedChunks: 0, head: false, heldBytes: 1, waitedMs: 12_000 },
    'nothing at all before the end of the response, 1 byte and 12 s later',
  ],
  [
    { verdict: 'buffers', streamedChunks: 1, head: true, heldBytes: 900, waitedMs: 2300 },
    '1 word streamed, then nothing before the end of the response, 900 bytes and 2.3 s later',
  ],
  [
    { verdict: 'buffers', streamedChunks: 3, head: true, heldBytes: 900, waitedMs: 2300 },
    '3 words streamed, then nothing before the end of the response, 900 bytes and 2.3 s later',
  ],
  [
    { verdict: 'breaks', how: 'status', status: 502, expected: 200 },
    'it answered 502 itself where the origin answered 200',
  ],
  [{ verdict: 'breaks', how: 'replayed', times: 2 }, 'it asked the origin 2 times for the same stream'],
  [{ verdict: 'breaks', how: 'unasked', status: 200 }, 'it answered 200 itself and never asked the origin'],
  [
    { verdict: 'breaks', how: 'malformed', detail: 'no chunk size: "x"' },
    'its response is not valid HTTP: no chunk size: "x"',
  ],
  [{ verdict: 'breaks', how: 'altered', seq: 3 }, 'word 3 arrived with other bytes than were written'],
  [
    { verdict: 'breaks', how: 'foreign', bytes: 1400, sample: '<script>\n'.repeat(20) },
    String.raw`1,400 bytes in the body were never written by the origin: "<script>\n<script>\n<script>\n<script>\n<scr"`,
  ],
  [{ verdict: 'breaks', how: 'duplicated', seq: 3 }, 'word 3 arrived twice'],
  [{ verdict: 'breaks', how: 'reordered', seq: 3, after: 4 }, 'word 3 arrived after word 4'],
  [{ verdict: 'breaks', how: 'lost', seq: 3 }, 'word 3 never arrived, later ones did'],
  [{ verdict: 'breaks', how: 'cut', seq: 3, emitted: 40, told: true }, 'cut at word 3 of 40, with an error'],
  [
    { verdict: 'breaks', how: 'cut', seq: 3, emitted: 40, told: false },
    'cut at word 3 of 40, and it looked like a clean end',
  ],
  [
    { verdict: 'breaks', how: 'unended', arrived: 40, waitedMs: 15_400 },
    '40 words arrived and the response did not end within 15 s',
  ],
  [
    { verdict: 'breaks', how: 'bodiless', bytes: 0, of: 65_536 },
    'the response came whole, but of the 65,536 bytes of the request’s body the origin got 0',
  ],
  [{ verdict: 'breaks', how: 'unanswered', waitedMs: 15_400 }, 'no response within 15 s'],
  [
    { verdict: 'breaks', how: 'unanswered', waitedMs: 15_400, awaits: 'request' },
    'no response within 15 s: the origin was not asked',
  ],
  [
    { verdict: 'breaks', how: 'unanswered', waitedMs: 15_400, awaits: 'body', bytes: 0 },
    'no response within 15 s: the origin waits for the request’s body, of which nothing came',
  ],
  [
    { verdict: 'breaks', how: 'unanswered', waitedMs: 15_400, awaits: 'body', bytes: 65_536 },
    'no response within 15 s: the origin waits for the request’s body, of which no more than 65,536 bytes came',
  ],
  [
    { verdict: 'inconclusive', reason: '20 % of the chunks were held', tries: 3 },
    '20 % of the chunks were held (tried 3 times)',
  ],
  [{ verdict: 'harness-error', reason: 'no answer' }, 'the bench itself failed: no answer'],
];

describe('because', () => {
  it.each(SENTENCES)('%j', (delivery, sentence) => {
    expect(because(delivery)).toBe(sentence);
  });
});

describe('milliseconds', () => {
  it.each([
    [0, '0.00 ms'],
    [0.05, '0.05 ms'],
    [0.994, '0.99 ms'],
    [1, '1.0 ms'],
    [9.94, '9.9 ms'],
    [10, '10 ms'],
    [999, '999 ms'],
    [1000, '1.0 s'],
    [9949, '9.9 s'],
    [10_000, '10 s'],
    [61_000, '61 s'],
  ])('%d are %s', (ms, text) => {
    expect(milliseconds(ms)).toBe(text);
  });
});

describe('what went wrong once', () => {
  it('one byte was, and not were', () => {
    expect(because({ verdict: 'breaks', how: 'foreign', bytes: 1, sample: 'x' })).toMatch(/^1 byte in the body was /);
  });

  it('one try is one time', () => {
    expect(because({ verdict: 'inconclusive', reason: 'x', tries: 1 })).toBe('x (tried once)');
  });

  it.each([
    [999.7, '1.0 s'],
    [9.97, '10 ms'],
    [9960, '10 s'],
  ])('%d ms are rounded into the next unit: %s', (ms, text) => {
    expect(milliseconds(ms)).toBe(text);
  });
});
