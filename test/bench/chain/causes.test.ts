import { describe, expect, it } from 'vitest';

import { loadCatalogue } from '../../../bench/catalogue/catalogue.ts';
import { chainOfPath } from '../../../bench/catalogue/path.ts';
import { laneClogged } from '../../../bench/chain/causes.ts';
import type { Alone } from '../../../bench/chain/chain.ts';
import { makeTrace } from '../traces.ts';

const chain = chainOfPath(await loadCatalogue(), 'traefik/default,nginx/gzip-buffered');
const COALESCES = { verdict: 'coalesces' } as Alone['delivery'];
const STREAMS = { verdict: 'streams' } as Alone['delivery'];

describe('the lane of which a hop clogs', () => {
  it('is the chain’s own stream, where it clogs of that alone', () => {
    const alone = { hop: 2, evidence: { tries: [] }, delivery: COALESCES };
    expect(laneClogged(chain, alone)).toBe('nginx/gzip-buffered');
    const vary = { framing: 'content-length' } as const;
    expect(laneClogged({ ...chain, vary }, alone)).toBe('nginx/gzip-buffered?framing=content-length');
  });

  it('is what the others made of it, where it clogs of that; else none', () => {
    const trace = makeTrace({ emittedAt: [], endAt: 0, pieces: [], workload: { framing: 'close-delimited' } });
    trace.client.request.headers = { 'accept-encoding': 'gzip' };
    const alone = { hop: 2, evidence: { tries: [] }, delivery: STREAMS };
    expect(laneClogged(chain, alone)).toBeUndefined();
    const asItGot = { evidence: { tries: [trace] }, delivery: COALESCES };
    expect(laneClogged(chain, { ...alone, asItGot })).toBe(
      'nginx/gzip-buffered?accept-encoding=gzip&framing=close-delimited',
    );
    expect(laneClogged(chain, { ...alone, asItGot: { ...asItGot, delivery: STREAMS } })).toBeUndefined();
  });
});
