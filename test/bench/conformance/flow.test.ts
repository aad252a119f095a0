import { expect, it } from 'vitest';

import { isInDoubt, responseFlowOf } from '../../../bench/conformance/flow.ts';
import { FLOOR, stalled, streamed } from '../traces.ts';

it('words of which some are late are forwarded as they come', () => {
  expect(responseFlowOf([streamed((seq) => (seq % 5 === 0 ? 60 : 0.2))], FLOOR)).toMatchObject({ how: 'incremental' });
});

it('a stall of which the origin was told too late says nothing of the hop, and is tried again', () => {
  const late = stalled({ streamedChunks: 2, releasedAfterMs: 4, recipe: { lagMs: 1200 } });
  const flow = responseFlowOf([late], FLOOR);
  expect(flow).toMatchObject({ how: 'untold', isNoise: true });
  expect(isInDoubt(flow)).toBe(true);
  const held = stalled({ streamedChunks: 2, releasedAfterMs: 1041 });
  expect(responseFlowOf([late, held], FLOOR)).toMatchObject({ how: 'bounded' });
});
