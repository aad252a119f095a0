import { describe, expect, it } from 'vitest';

import type { Quantiles } from '../../../bench/metrics.ts';
import { hopLines, tapLine } from '../../../bench/report/hops.ts';
import type { HopResult } from '../../../bench/results.ts';
import { lane, NGINX } from '../results.ts';

const HOP: Omit<HopResult, 'hop'> = {
  variant: 'nginx/default',
  between: ['client', 'origin'],
  verdict: 'streams',
  because: 'each of 100 words arrived before the next was written',
  says: [],
};

describe('the hops of a chain in the matrix', () => {
  const chain = lane('chain/two', {
    path: [NGINX, { ...NGINX, version: '1.22.1' }],
    verdict: 'coalesces',
    because: 'no word for 1.3 s; it is nginx/default (hop 1) that does it',
    hops: [
      {
        ...HOP,
        hop: 1,
        verdict: 'coalesces',
        says: [
          'no word for 1.3 s',
          'alone in front of the origin it streams, but nginx/default (hop 2) removed x-accel-buffering: of such a stream it coalesces alone too',
        ],
      },
      {
        ...HOP,
        hop: 2,
        hold: { n: 100, p50Ms: 0.17, p99Ms: 0.94, maxMs: 1, clock: 'shared' },
        says: ['removed x-accel-buffering'],
      },
    ],
  });

  it('have a line each, and under it what the chain’s own line does not say already', () => {
    expect(hopLines(chain, (_, text) => text).join('\n')).toBe(`\
    hop 1  nginx/default ${NGINX.version}                 coalesces
           alone in front of the origin it streams, but nginx/default (hop 2)
           removed x-accel-buffering: of such a stream it coalesces alone too
    hop 2  nginx/default 1.22.1                 streams           0.17 / 0.94 ms
           removed x-accel-buffering`);
  });

  it('have under them what was measured of each: what is not as with no hop, or all of it, in the words of a hop', () => {
    const measures = {
      threshold: { unseen: 'nothing came to it before the end of the response' },
      flush: { unseen: 'nothing came to it before the end of the response' },
      abort: {
        figures: {},
        says: 'the origin learns that the client left at once (within 1.0 ms)',
        flaw: 'zombie: the origin is never told of a departure',
      },
      truncation: {
        figures: {},
        says: 'the client of a dead origin hangs',
        flaw: 'death of the origin looks like a clean end',
      },
    };
    const measured = lane('chain/one', { path: [NGINX], hops: [{ ...HOP, hop: 1, measures }] });
    const under = (all: boolean): string[] =>
      hopLines(measured, (_, text) => text, all)
        .slice(1)
        .join('\n')
        .replaceAll(/\n {11}(?=[a-z]+[,:])/g, '\n\n')
        .split('\n\n')
        .map((text) => text.replaceAll(/\s+/g, ' ').trim());
    expect(under(false)).toEqual([
      'also: zombie: its upstream is never told of a departure; death of its upstream looks like a clean end',
    ]);
    expect(under(true)).toEqual([
      'abort: its upstream learns that its downstream left at once (within 1.0 ms)',
      'truncation: the downstream of a dead upstream hangs',
      'threshold, flush: unseen, nothing came to it before the end of the response',
    ]);
    expect(
      hopLines(measured, (_, text) => text, true)
        .join('\n')
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
  });

  it('are none of a lane with one hop', () => {
    expect(hopLines(lane('nginx/default'), (_, text) => text)).toEqual([]);
  });
});

function hold(p50Ms: number, p99Ms: number): Quantiles {
  return { n: 300, p50Ms, p99Ms, maxMs: p99Ms };
}

describe('what taps add', () => {
  const inARow = { taps: 3, verdict: 'streams', hold: hold(0.35, 0.75) };
  const floor = { without: hold(0.12, 0.21), with: hold(0.17, 0.26), inARow };

  it('is said as what it moves, and word by word with the noise of the same pairing', () => {
    const taps = { ...floor, adds: { n: 300, p50Ms: 0.05, p99Ms: 0.2 }, noise: { n: 300, p50Ms: -0.001, p99Ms: 0.15 } };
    expect(tapLine('native', taps)).toBe(
      'Taps (native): one adds 0.05 ms p50, 0.05 ms p99 to the hold of 300 words (0.21 ms p99 without it, 0.26 with it); word by word, each with its like streamed past it, up to 0.2 ms p99, where two past it differ by 0.15: the noise; 3 in a row: streams, hold 0.35 / 0.75 ms.',
    );
  });

  it('is never said to be less than nothing', () => {
    const busy = { ...floor, without: hold(0.18, 0.27) };
    const taps = { ...busy, adds: { n: 300, p50Ms: -0.01, p99Ms: 0.2 }, noise: { n: 300, p50Ms: 0, p99Ms: 0.15 } };
    expect(tapLine('native', taps)).toContain('one adds nothing that was seen p50, nothing that was seen p99');
  });
});
