import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { Progress, sayTimes } from '../../../bench/cli/progress.ts';
import nginx from '../../../proxy-configs/nginx/index.ts';
import caddy from '../../../proxy-configs/caddy/index.ts';
import { lane, skipped } from '../results.ts';

let written = '';
function stream(isTTY: boolean): NodeJS.WriteStream {
  written = '';
  return { isTTY, columns: 80, write: (text: string) => (written += text) } as unknown as NodeJS.WriteStream;
}

beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'hrtime'] }));
afterEach(() => vi.useRealTimers());

it.each([
  [0, 200_000, '0 s gone, about 3 min 20 s left'],
  [65_400, 120_000, '1 min 5 s gone, about 55 s left'],
  [130_000, 120_000, '2 min 10 s gone, a second round may take another 1 min 10 s'],
  [201_000, 120_000, '3 min 21 s gone, estimated were 3 min 20 s'],
])('%d ms of %d ms: %s', (elapsedMs, ms, said) => {
  expect(sayTimes(elapsedMs, { ms, secondRoundMs: 80_000 })).toBe(said);
});

it('a run that waits for minutes says first how long it will take, then how long it has and what is left', () => {
  const progress = new Progress(stream(false), 2);
  progress.estimate({ ms: 90_000, secondRoundMs: 70_000 });
  progress.on({ type: 'measuring', lane: 'nginx/default' });
  vi.advanceTimersByTime(61_000);
  progress.on({ type: 'lane', result: lane('nginx/default'), done: 1, of: 2 });
  progress.end();
  vi.advanceTimersByTime(61_000);
  expect(written.trimEnd().split('\n')).toEqual([
    'about 1 min 30 s for 2 lanes, and up to 1 min 10 s more where a doubt is left',
    '0/2 lanes, 30 s gone, about 1 min 0 s left; measuring nginx/default',
    '0/2 lanes, 1 min 0 s gone, about 30 s left; measuring nginx/default',
    '1/2 nginx/default: streams; 1 min 1 s gone, about 29 s left',
  ]);
});

it('on a terminal that is one line, rewritten each second', () => {
  const progress = new Progress(stream(true), 2);
  progress.estimate({ ms: 90_000, secondRoundMs: 0 });
  vi.advanceTimersByTime(2000);
  progress.end();
  expect(written).toContain('\r\x1b[2K0/2 lanes, 2 s gone, about 1 min 28 s left');
});

it('a run that takes seconds says no times', () => {
  const progress = new Progress(stream(false), 1);
  vi.advanceTimersByTime(61_000);
  progress.on({ type: 'lane', result: lane('nginx/default'), done: 1, of: 1 });
  expect(written).toBe('1/1 nginx/default: streams\n');
});

it('what is skipped is said once for each reason, and not again of each lane', () => {
  const progress = new Progress(stream(false), 4);
  for (let program = 0; program < 2; program += 1)
    progress.on({ type: 'unavailable', proxy: nginx, version: '1.30', reason: 'no image' });
  progress.on({ type: 'unavailable', proxy: caddy, reason: 'no image' });
  progress.on({ type: 'lane', result: skipped('nginx/a', 'no image'), done: 1, of: 4 });
  progress.on({ type: 'lane', result: skipped('caddy/a', 'no image'), done: 2, of: 4 });
  progress.on({ type: 'lane', result: lane('node/a'), done: 3, of: 4 });
  progress.on({ type: 'lane', result: skipped('chain/a', 'not by one driver'), done: 4, of: 4 });
  expect(written.trimEnd().split('\n')).toEqual([
    'nginx 1.30 is skipped: no image',
    'Caddy is skipped: as nginx 1.30 is',
    '3/4 node/a: streams',
    '4/4 chain/a: skipped',
  ]);
});

it.each([
  [true, 'of a run that does not end nothing is kept'],
  [false, 'nginx/default: streams'],
])('a run that is cut (%s) says what is lost', (isCut, last) => {
  const progress = new Progress(stream(false), 2);
  progress.on({ type: 'lane', result: lane('nginx/default'), done: 1, of: 2 });
  progress.end(isCut);
  expect(written.trimEnd().split('\n').at(-1)).toBe(isCut ? `1 of 2 lanes were done; ${last}` : `1/2 ${last}`);
});
