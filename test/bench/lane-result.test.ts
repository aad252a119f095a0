import { expect, test } from 'vitest';

import type { Delivery } from '../../bench/verdict/delivery.ts';
import { BenchError, ProxyError } from '../../bench/errors.ts';
import type { Instrument } from '../../bench/instrument.ts';
import { figures, refusal } from '../../bench/lane-result.ts';

test('a config that is refused is a verdict, and can be what was expected', () => {
  const error = new ProxyError('it ended', { log: 'unknown directive', command: 'nginx', refused: true });
  expect(refusal(error, 'refused')).toMatchObject({ verdict: 'refused', asExpected: true, log: 'unknown directive' });
});

test('of several hops the one that did not start is named', () => {
  const options = { log: '', command: 'nginx', hop: 'hop 2, nginx/default' };
  expect(refusal(new ProxyError('it ended', { ...options, refused: true }), undefined)).toMatchObject({
    because: 'hop 2, nginx/default, refuses to start with this config',
  });
  expect(refusal(new ProxyError('no answer', { ...options, refused: false }), undefined)).toMatchObject({
    because: 'hop 2, nginx/default: no answer',
  });
});

test('a proxy that never answers is no verdict about it', () => {
  const error = new ProxyError('no answer within 20 s', { log: '', command: 'nginx', refused: false });
  expect(refusal(error, 'refused')).toEqual({
    verdict: 'harness-error',
    because: 'no answer within 20 s',
    log: '',
    command: 'nginx',
  });
});

test('what the bench could not do, and a defect of its own, is of the one lane: the others go on', () => {
  expect(refusal(new BenchError('no port is free'), 'streams')).toEqual({
    verdict: 'harness-error',
    because: 'no port is free',
  });
  const defect = new TypeError('undefined is not a function');
  expect(refusal(defect, 'streams')).toEqual({
    verdict: 'harness-error',
    because: 'unclog itself failed: undefined is not a function',
    log: defect.stack,
  });
});

const hold = { n: 60, p50Ms: 0.2, p99Ms: 27, maxMs: 27 };

function heldMs(some: { share: number; words?: number[] }): unknown {
  const delivery: Delivery = { verdict: 'delays', hold, floor: hold, ...some };
  return figures(delivery, { clock: { shared: true } } as Instrument, { tries: [] }).threshold?.ms;
}

test('for how long each word is held is told where most of them are', () => {
  expect(heldMs({ share: 0.8 })).toBe(0.2);
  expect(heldMs({ share: 0.3 })).toBeNull();
  expect(heldMs({ share: 1, words: [0] })).toBeNull();
});
