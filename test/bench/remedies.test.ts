import { describe, expect, it } from 'vitest';

import type { Fix } from '../../bench/catalogue/declaration.ts';
import { loadCatalogue, type Chain } from '../../bench/catalogue/catalogue.ts';
import { chainOfPath } from '../../bench/catalogue/path.ts';
import { remediesOf, withRemedies } from '../../bench/remedies.ts';
import { fixLines, remedyLines, reuseFixLines } from '../../bench/report/remedies.ts';
import type { HopResult, LaneResult } from '../../bench/results.ts';
import { lane, NGINX } from './results.ts';

const GZIP = 'nginx/gzip?accept-encoding=gzip';
const CLOGGED = lane(GZIP, { verdict: 'coalesces', contentCoding: 'gzip' });
/** By another config, and by another answer of the origin to the same config. */
const CONFIG: Fix = { change: 'proxy_buffering off;', provenBy: 'nginx/off?accept-encoding=gzip' };
const ORIGIN: Fix = { change: 'no-transform', provenBy: 'nginx/gzip?accept-encoding=gzip&response-header=x:y' };
const FIXES = [CONFIG, ORIGIN];

function streams({ provenBy }: Fix, rest: Partial<LaneResult> = {}): LaneResult {
  return lane(provenBy, { contentCoding: 'gzip', ...rest });
}

function flawed(measure: string, flaw?: string): Pick<LaneResult, 'measures'> {
  return { measures: { [measure]: { figures: {}, says: 'so', ...(flaw === undefined ? {} : { flaw }) } } };
}

function ordered(results: LaneResult[], fixes = FIXES): string[] {
  const [first, ...rest] = remediesOf(fixes, results[0] ?? CLOGGED, results);
  return [`${first?.change}: ${first?.because}`, ...rest.map(({ change }) => change)];
}

describe('of several remedies the first is', () => {
  it('the one that leaves the config as it is, where nothing else tells them apart', () => {
    expect(ordered([CLOGGED, streams(CONFIG), streams(ORIGIN)])).toEqual([
      'no-transform: it leaves the config, and with it what else is served, as it is',
      'proxy_buffering off;',
    ]);
  });

  it('before that the one that keeps the compression', () => {
    expect(ordered([CLOGGED, streams(CONFIG), streams(ORIGIN, { contentCoding: 'identity' })])).toEqual([
      'proxy_buffering off;: it keeps gzip',
      'no-transform',
    ]);
  });

  it('before all of that the one that this run proved', () => {
    expect(ordered([CLOGGED, streams(CONFIG, { contentCoding: 'identity' })])[0]).toBe(
      'proxy_buffering off;: it was proven in this run',
    );
  });

  const OTHER: Fix = { change: 'another', provenBy: 'nginx/another?accept-encoding=gzip' };

  it('of two configs the one with which the origin still learns that a client left', () => {
    const told = { ...CLOGGED, ...flawed('abort') };
    const zombie = streams(CONFIG, flawed('abort', 'zombie'));
    expect(ordered([told, zombie, streams(OTHER, flawed('abort'))], [CONFIG, OTHER])[0]).toBe(
      'another: the origin still learns that a client left',
    );
  });

  it('not the one that is declared to lose what no measure sees', () => {
    const lossy: Fix = { ...CONFIG, loses: 'no log of chats' };
    const results = [CLOGGED, streams(CONFIG), streams(OTHER)];
    expect(ordered(results, [lossy, OTHER])[0]).toBe('another: it costs less besides');
    expect(remediesOf([lossy], CLOGGED, results)[0]?.costs).toEqual(['no log of chats']);
    expect(fixLines({ fixes: [lossy] })).toEqual([
      'fix: proxy_buffering off; (proven by nginx/off?accept-encoding=gzip); it costs: no log of chats',
    ]);
  });

  it('the one that costs less besides', () => {
    const before = { ...CLOGGED, ...flawed('idle') };
    const cut = streams(CONFIG, flawed('idle', 'cut after 1 s'));
    expect(ordered([before, cut, streams(OTHER, flawed('idle'))], [CONFIG, OTHER])[0]).toBe(
      'another: it costs less besides',
    );
  });

  it('the one that is declared first, where nothing that was measured tells them apart', () => {
    const before = { ...CLOGGED, ...flawed('idle') };
    const alike = [before, streams(CONFIG, flawed('idle')), streams(OTHER, flawed('idle'))];
    expect(ordered(alike, [CONFIG, OTHER])[0]).toBe(
      'proxy_buffering off;: it is the smaller change; nothing that was measured tells them apart',
    );
  });

  it('the one that is declared first, where nothing but delivery was measured, which is said', () => {
    const results = [CLOGGED, streams(CONFIG), streams(OTHER, flawed('idle'))];
    expect(ordered(results, [CONFIG, OTHER])[0]).toBe(
      'proxy_buffering off;: it is the smaller change; what else they do was not measured in this run',
    );
  });

  it('said to be proven no more than the others, where the run proved none', () => {
    expect(ordered([CLOGGED], [CONFIG, OTHER])[0]).toBe(
      'proxy_buffering off;: it is the smaller change; none was proven in this run',
    );
    expect(ordered([CLOGGED, streams(CONFIG, { verdict: 'inconclusive' })])[0]).toBe(
      'no-transform: it leaves the config, and with it what else is served, as it is; none was proven in this run',
    );
  });

  it('none that loses a coding which could not be read', () => {
    const broken = { ...CLOGGED, verdict: 'breaks' } as const;
    const plain = streams(CONFIG, { contentCoding: 'identity' });
    expect(remediesOf([CONFIG], CLOGGED, [CLOGGED, plain])[0]?.costs).toEqual(['no gzip any more']);
    expect(remediesOf([CONFIG], broken, [broken, plain])[0]?.costs).toEqual([]);
  });

  it('not chosen by a flaw that the lane had before, or that was not measured of it', () => {
    const zombie = flawed('abort', 'zombie');
    const had = remediesOf([CONFIG], { ...CLOGGED, ...zombie }, [{ ...CLOGGED, ...zombie }, streams(CONFIG, zombie)]);
    const unknown = remediesOf([CONFIG], CLOGGED, [CLOGGED, streams(CONFIG, zombie)]);
    expect([had[0]?.costs, unknown[0]?.costs]).toEqual([[], []]);
  });

  it('weighed by what was measured of another lane of its variant: a hop’s own measures are made once', () => {
    const first = lane('nginx/off', flawed('abort', 'zombie'));
    const own = lane('nginx/gzip', flawed('abort'));
    const [remedy] = remediesOf([CONFIG], CLOGGED, [own, CLOGGED, first, streams(CONFIG)]);
    expect(remedy?.costs).toEqual(['zombie']);
  });
});

describe('the lane that proves a remedy', () => {
  it.each<[string, LaneResult[], string]>([
    ['streams', [streams(CONFIG)], 'fix: proxy_buffering off; (streams: nginx/off?accept-encoding=gzip)'],
    [
      'is no part of the run',
      [],
      "fix: proxy_buffering off; (not proven in this run: unclog run 'nginx/off?accept-encoding=gzip' would tell)",
    ],
    [
      'did not stream',
      [streams(CONFIG, { verdict: 'buffers' })],
      'fix: proxy_buffering off; (NOT proven: nginx/off?accept-encoding=gzip buffers in this run)',
    ],
    [
      'was not judged',
      [streams(CONFIG, { verdict: 'inconclusive' })],
      'fix: proxy_buffering off; (NOT proven: nginx/off?accept-encoding=gzip was inconclusive in this run)',
    ],
    [
      'is of another version of the proxy',
      [streams(CONFIG, { path: [{ ...NGINX, version: '1.22.1' }] })],
      "fix: proxy_buffering off; (not proven in this run: unclog run 'nginx/off?accept-encoding=gzip' would tell)",
    ],
    [
      'streams at a price',
      [streams(CONFIG, { contentCoding: 'identity' })],
      'fix: proxy_buffering off; (streams: nginx/off?accept-encoding=gzip); it costs: no gzip any more',
    ],
  ])('%s', (_, others, says) => {
    const [result] = withRemedies([CLOGGED, ...others], [{ id: GZIP, fixes: [CONFIG] }]);
    expect(remedyLines(result as LaneResult)).toEqual([says]);
  });
});

describe('a run', () => {
  it('names no remedy for what streams, or could not be judged', () => {
    for (const verdict of ['streams', 'inconclusive', 'skipped', 'harness-error'] as const) {
      const [result] = withRemedies([{ ...CLOGGED, verdict }], [{ id: GZIP, fixes: FIXES }]);
      expect(result).not.toHaveProperty('remedies');
    }
  });

  it('says which of several stands first and why, and why there is none', () => {
    const results = [CLOGGED, streams(CONFIG), streams(ORIGIN)];
    const [several] = withRemedies(results, [{ id: GZIP, fixes: FIXES }]);
    expect(remedyLines(several as LaneResult)).toEqual([
      `fix: no-transform (streams: ${ORIGIN.provenBy})`,
      `or: proxy_buffering off; (streams: ${CONFIG.provenBy})`,
      'the first stands there because it leaves the config, and with it what else is served, as it is',
    ]);
    const [none] = withRemedies(results, [{ id: GZIP, noFix: 'No option turns it off.' }]);
    expect(remedyLines(none as LaneResult)).toEqual(['no fix: No option turns it off.']);
  });
});

it('a fix is proven by its lane in the same version alone', () => {
  const fixes = [{ change: 'proxy_http_version 1.1;', provenBy: 'nginx/b' }];
  const results = [
    lane('nginx/a', { version: '1.22', verdict: 'coalesces' }),
    lane('nginx/a', { version: '1.30', verdict: 'coalesces' }),
    lane('nginx/b', { version: '1.30' }),
  ];
  const declared = ['1.22', '1.30'].map((version) => ({ id: 'nginx/a', version, fixes }));
  expect(withRemedies(results, declared).map(({ remedies }) => remedies?.[0]?.proven)).toEqual([
    false,
    true,
    undefined,
  ]);
  expect(withRemedies(results.slice(0, 1), [{ id: 'nginx/a', fixes }])[0]?.remedies).toBeUndefined();
});

const catalogue = await loadCatalogue();

/** As a run would have found it. @param clogs by its place: the lane of which that hop clogs alone */
function found(chain: Chain, clogs: Record<number, string> = {}): LaneResult {
  const guilty = Object.keys(clogs).map(Number);
  const hops = chain.path.map(({ id }, index): HopResult => {
    const hop = index + 1;
    const isGuilty = guilty.includes(hop);
    const alone = { verdict: 'coalesces', lane: clogs[hop] ?? '' } as const;
    const verdict = isGuilty ? 'coalesces' : 'streams';
    return { hop, variant: id, between: ['', ''], verdict, because: '', says: [], ...(isGuilty ? { alone } : {}) };
  });
  const path = chain.path.map(({ id, proxy }) => ({ ...NGINX, proxy: proxy.id, variant: id.split('/')[1] ?? '' }));
  return lane(chain.id, { path, hops, guilty, verdict: guilty.length === 0 ? 'streams' : 'coalesces' });
}

describe('a chain that was made on a command line', () => {
  const BUFFERING = chainOfPath(catalogue, 'nginx/default,traefik/buffering');
  const FREED = chainOfPath(catalogue, 'nginx/default,traefik/default');
  const CLOGS = found(BUFFERING, { 2: 'traefik/buffering' });

  it.each<[string, LaneResult[], string]>([
    ['unproven', [], 'not proven in this run: --path nginx/default,traefik/default would tell'],
    ['proven by the same chain with it', [found(FREED)], 'streams: path/nginx/default,traefik/default'],
    [
      'unproven by another order of the same hops',
      [found(chainOfPath(catalogue, 'traefik/default,nginx/default'))],
      'not proven in this run: --path nginx/default,traefik/default would tell',
    ],
    [
      'not proven where that clogs too',
      [found(FREED, { 1: 'nginx/default' })],
      'NOT proven: path/nginx/default,traefik/default coalesces in this run',
    ],
  ])('is told what is declared of its guilty hop: %s', (_, others, proof) => {
    const [result] = withRemedies([CLOGS, ...others], [BUFFERING, FREED]);
    const [fix] = catalogue.lanes.find(({ id }) => id === 'traefik/buffering')?.fixes ?? [];
    expect(remedyLines(result as LaneResult)[0]).toBe(`fix of hop 2: ${fix?.change} (${proof})`);
  });

  it('is told what frees the stream that the other hops made, and of each guilty hop its own', () => {
    const chain = chainOfPath(catalogue, 'nginx/default,traefik/buffering');
    const both = found(chain, { 1: 'nginx/default?framing=content-length', 2: 'traefik/buffering' });
    const [result] = withRemedies([both], [chain]);
    expect(remedyLines(result as LaneResult)).toEqual([
      'fix of hop 1: X-Accel-Buffering: no from the origin (not proven in this chain; of the hop alone by nginx/default?framing=content-length&response-header=x-accel-buffering:no)',
      'or: proxy_buffering off; (not proven in this run: --path nginx/buffering-off,traefik/buffering would tell)',
      'the first stands there because it leaves the config, and with it what else is served, as it is; none was proven in this run',
      expect.stringMatching(/^fix of hop 2: /),
    ]);
  });

  it('is told why there is none, and of a stream that the catalogue does not know nothing', () => {
    const none = catalogue.lanes.find(({ noFix, variant }) => noFix !== undefined && variant.listens !== 'https');
    const chain = chainOfPath(catalogue, `${none?.variant.id},traefik/default`);
    const [result] = withRemedies([found(chain, { 1: none?.id ?? '' })], [chain]);
    expect(remedyLines(result as LaneResult)).toEqual([`no fix: hop 1, ${none?.variant.id}: ${none?.noFix}`]);
    const [unknown] = withRemedies([found(chain, { 1: `${none?.variant.id}?chunk=7` })], [chain]);
    expect(remedyLines(unknown as LaneResult)).toEqual([]);
  });
});

it('a chain is not proven by one of the same proxies in another order', () => {
  const [one, other] = [NGINX, { ...NGINX, proxy: 'traefik' }];
  const fixes = [{ change: 'flushInterval: -1', provenBy: 'chain/b' }];
  const clogged = lane('chain/a', { path: [one, other], verdict: 'coalesces' });
  const proven = (path: LaneResult['path']): boolean | undefined =>
    withRemedies([clogged, lane('chain/b', { path })], [{ id: 'chain/a', fixes }])[0]?.remedies?.[0]?.proven;
  expect([proven([one, other]), proven([other, one]), proven([one])]).toEqual([true, false, false]);
});

describe('another client of a stream’s URL', () => {
  const FLAW = 'a later client gets a stored stream in one lump';
  const CACHE = lane('nginx/cache', flawed('reuse', FLAW));
  const reuseFix: Fix = { change: 'proxy_no_cache 1;', provenBy: 'nginx/no-cache' };
  const lines = (...others: LaneResult[]): string[] => {
    const [result] = withRemedies([CACHE, ...others], [{ id: CACHE.id, reuseFix }]);
    return reuseFixLines(result?.measures?.['reuse'] ?? {});
  };

  it('is told what gives it a stream of its own, where the run found that of the lane that proves it', () => {
    expect(lines(lane('nginx/no-cache', flawed('reuse')))).toEqual([
      'fix for other clients: proxy_no_cache 1; (each has a stream of its own: nginx/no-cache)',
    ]);
    expect(lines(lane('nginx/no-cache?framing=content-length', flawed('reuse')))).toEqual(
      lines(lane('nginx/no-cache', flawed('reuse'))),
    );
  });

  it('is told so as unproven, where that was not measured, or for noise, or found to do it too', () => {
    const unmeasured =
      'fix for other clients: proxy_no_cache 1; (not proven in this run: nginx/no-cache was not measured)';
    const noisy = { reuse: { figures: {}, says: 'could not be told', inconclusive: 'the machine was too busy' } };
    const elsewhere = lane('nginx/no-cache', { path: [{ ...NGINX, version: '1.22.1' }], ...flawed('reuse') });
    for (const others of [[], [lane('nginx/no-cache')], [lane('nginx/no-cache', { measures: noisy })], [elsewhere]])
      expect(lines(...others)).toEqual([unmeasured]);
    expect(lines(lane('nginx/no-cache', flawed('reuse', FLAW)))).toEqual([
      `fix for other clients: proxy_no_cache 1; (NOT proven: nginx/no-cache: ${FLAW})`,
    ]);
  });

  it('is told so as not proven, where what spares it does not stream', () => {
    expect(lines(lane('nginx/no-cache', { verdict: 'buffers', ...flawed('reuse') }))).toEqual([
      'fix for other clients: proxy_no_cache 1; (NOT proven: nginx/no-cache: it buffers)',
    ]);
  });

  it('is told nothing where it is not harmed', () => {
    const [result] = withRemedies([lane('nginx/cache', flawed('reuse'))], [{ id: CACHE.id, reuseFix }]);
    expect(result?.measures?.['reuse']).not.toHaveProperty('remedy');
    expect(withRemedies([lane('nginx/cache')], [{ id: CACHE.id, reuseFix }])).toEqual([lane('nginx/cache')]);
  });
});
