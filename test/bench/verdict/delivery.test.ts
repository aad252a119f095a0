import { expect, it } from 'vitest';

import { heldBytesOf } from '../../../bench/verdict/delivery.ts';
import { judgeTrace } from '../../../bench/verdict/trace-verdict.ts';
import { FLOOR, stalled, streamed } from '../traces.ts';

it('that coalesces alone says between which bytes the threshold lies', () => {
  expect(heldBytesOf(judgeTrace(stalled({ releasedAfterMs: 1031 }), FLOOR))).toEqual({ over: 300, upTo: 400 });
  for (const other of [streamed(), stalled()]) expect(heldBytesOf(judgeTrace(other, FLOOR))).toBeUndefined();
});
