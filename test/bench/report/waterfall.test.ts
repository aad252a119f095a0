import { describe, expect, it } from 'vitest';

import { waterfall } from '../../../bench/report/waterfall.ts';
import type { Trace } from '../../../bench/trace.ts';
import type { WorkloadInput } from '../../../server/workload.ts';
import { chainTrace, HOPS, passing, type Place } from '../chain/chains.ts';

/** Twenty words, one each 10 ms, that hop `guilty` keeps to the end. */
function steady(guilty: number): Trace {
  const emittedAt = Array.from({ length: 20 }, (_, seq) => 100 + seq * 10);
  const places = [0, 1, 2, 3].map((place): Place => ({
    arrivedAt: emittedAt.map((at) => (place < guilty ? 293 : at + 0.4 - place * 0.1)),
  }));
  const workload: WorkloadInput = { count: 20, chunkBytes: [100], pace: { mode: 'paced', intervalMs: 10 } };
  return chainTrace({ workload, emittedAt, endAt: 291, places });
}

const VERDICTS = HOPS.map((variant, index) => ({ variant, verdict: index === 1 ? 'buffers' : 'streams' }));

describe('the waterfall', () => {
  it('shows at a glance behind which point the stream stops', () => {
    expect(waterfall(steady(2), VERDICTS)).toEqual([
      'origin to client     0             198 ms',
      'origin               ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁',
      'caddy 3 → origin     ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁',
      'traefik 2 → caddy 3  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁',
      '  ✗ hop 2, traefik/default: buffers',
      'nginx 1 → traefik 2  ···················█',
      'client               ···················█',
      'A column is 10 ms; ▁ is one word, █ is 20 at once.',
    ]);
  });

  it('of a chain that streams is the same row again and again', () => {
    const lines = waterfall(steady(0), []);
    const rows = lines.slice(1, -1).map((line) => line.slice(21));
    expect(new Set(rows)).toEqual(new Set(['▁'.repeat(20)]));
    expect(lines.at(-1)).toBe('A column is 10 ms; ▁ is one word.');
  });

  it('is never wider than 80 columns', () => {
    const wide = [steady(1), passing([0.1, 50, 0.1]), passing([1, 2, 3, 4, 5])].flatMap((trace) =>
      waterfall(trace, VERDICTS),
    );
    expect(wide.filter((line) => line.length > 80)).toEqual([]);
  });

  it('says where nothing can be told', () => {
    const trace = steady(0);
    const points: Trace['points'] = [
      {
        between: ['nginx/default', 'traefik/default'],
        sight: 'opaque',
        protocol: 'TLS',
        reads: [{ at: 150, from: 'upstream', bytes: 9 }],
      },
      { between: ['traefik/default', 'caddy/default'], sight: 'over-bound', boundBytes: 1 },
      { between: ['caddy/default', 'origin'], sight: 'nothing' },
    ];
    const lines = waterfall({ ...trace, points });
    expect(lines.slice(2, 5)).toEqual([
      'caddy 3 → origin           the request never came here',
      'traefik 2 → caddy 3        more bytes than a tap records',
      `nginx 1 → traefik 2 (TLS)  ${'·'.repeat(5)}▁${'·'.repeat(14)}`,
    ]);
  });

  it('of a stream of which nothing came anywhere says so', () => {
    expect(waterfall(chainTrace({ emittedAt: [], endAt: 1, places: [{}, {}] }))).toEqual([
      'nothing came at any point of the path',
    ]);
  });
});
