import { describe, expect, it } from 'vitest';

import { longestMs } from '../../bench/measure.ts';
import { encodeChunk, faultOf, planChunks } from '../../server/payload.ts';
import { DEFAULT_PRESET, PRESET_NAMES, presetOf } from '../../server/presets.ts';
import { resolveWorkload } from '../../server/workload.ts';

describe.each(PRESET_NAMES)('the preset %s', (name) => {
  const { title, workload, paced } = presetOf(name);
  const steady = resolveWorkload({ ...workload, ...paced });
  const lockStep = resolveWorkload(workload);

  it('is one that the origin takes, and says what it stands for', () => {
    expect(title).toMatch(/\d/);
    expect(faultOf(steady)).toBeUndefined();
    expect(faultOf(lockStep)).toBeUndefined();
  });

  it('costs a lane two or three seconds of steady stream at most', () => {
    expect(longestMs(steady)).toBeLessThanOrEqual(3000);
  });

  it('has chunks as long as it plans them', () => {
    const sizes = planChunks(lockStep);
    expect(sizes.map((size, seq) => encodeChunk(lockStep.format, seq, size).length)).toEqual(sizes);
  });
});

describe('presets', () => {
  it('have a default that is the default workload', () => {
    expect(presetOf()).toBe(presetOf(DEFAULT_PRESET));
    expect(resolveWorkload(presetOf().workload)).toEqual(resolveWorkload({}));
  });

  it('tokens are JSON objects of mixed sizes, as clients of LLM APIs parse them', () => {
    const { workload } = presetOf('tokens');
    const sizes = workload.chunkBytes ?? [];
    expect(Math.min(...sizes)).toBe(180);
    expect(Math.max(...sizes)).toBe(220);
    expect(new Set(sizes).size).toBe(41);
    const text = encodeChunk('sse-json', 7, sizes[7] ?? 0);
    const data = /^id: 7\ndata: (.*)\n\n$/.exec(text)?.[1] ?? '';
    expect(JSON.parse(data)).toMatchObject({ choices: [{ delta: { content: expect.stringMatching(/^[a-z-]+$/) } }] });
  });

  it('logs spread over their whole range', () => {
    const sizes = presetOf('logs').workload.chunkBytes ?? [];
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(200);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2000);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeGreaterThan(1700);
  });
});
