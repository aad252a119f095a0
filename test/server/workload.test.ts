import { describe, expect, it } from 'vitest';

import { LOCK_STEP, resolveWorkload } from '../../server/workload.ts';

describe('a workload', () => {
  it('has a default for every field', () => {
    expect(resolveWorkload({})).toMatchInlineSnapshot(`
      {
        "chunkBytes": [
          32,
        ],
        "contentType": "text/event-stream",
        "count": 60,
        "format": "sse",
        "framing": "chunked",
        "headDelayMs": 0,
        "headers": {},
        "lifetimeMs": 60000,
        "pace": {
          "boundBytes": 1048576,
          "budgetMs": 1500,
          "deadlineMs": 1000,
          "growth": 1.125,
          "leadMs": 0,
          "lingerMs": 250,
          "mode": "lock-step",
          "releases": 3,
          "stepMs": 15,
        },
        "status": 200,
      }
    `);
  });

  it.each([
    ['sse', 'text/event-stream'],
    ['ndjson', 'application/x-ndjson'],
    ['text', 'text/plain'],
  ] as const)('of %s is %s unless it says otherwise', (format, mediaType) => {
    expect(resolveWorkload({ format }).contentType).toBe(mediaType);
    expect(resolveWorkload({ format, contentType: 'text/html' }).contentType).toBe('text/html');
  });

  it('keeps everything that was asked for', () => {
    const asked = {
      format: 'ndjson',
      framing: 'content-length',
      contentType: 'application/json',
      count: 3,
      chunkBytes: [10, 20],
      pace: { ...LOCK_STEP, deadlineMs: 77, growth: 2 },
      death: { afterChunk: 2, how: 'rst' },
      status: 206,
      headers: { 'x-a': 'b' },
      headDelayMs: 20,
      lifetimeMs: 5000,
    } as const;
    expect(resolveWorkload({ ...asked, chunkBytes: [...asked.chunkBytes] })).toEqual(asked);
  });

  it('fills in the rest of a pace that is given in part', () => {
    expect(resolveWorkload({ pace: { mode: 'paced' } }).pace).toEqual({ mode: 'paced', intervalMs: 10, leadMs: 0 });
    const silence = { afterChunk: 1, ms: 5 };
    expect(resolveWorkload({ pace: { mode: 'paced', silence } }).pace).toEqual({
      mode: 'paced',
      intervalMs: 10,
      leadMs: 0,
      silence,
    });
    expect(resolveWorkload({ pace: { mode: 'lock-step', releases: 9 } }).pace).toEqual({ ...LOCK_STEP, releases: 9 });
  });
});
