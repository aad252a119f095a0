import { describe, expect, it } from 'vitest';

import type { Fix } from '../../bench/catalogue/declaration.ts';
import { remediesOf, withRemedies } from '../../bench/remedies.ts';
import { fixLines, remedyLines } from '../../bench/report/remedies.ts';
import type { LaneResult } from '../../bench/results.ts';
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
    expect(ordered([CLOGGED, streams(CONFIG), streams(OTHER)], [CONFIG, OTHER])[0]).toBe(
      'proxy_buffering off;: it is the smaller change; nothing that was measured tells them apart',
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
      'fix: proxy_buffering off; (not proven in this run: nginx/off?accept-encoding=gzip was no part of it)',
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
      'fix: proxy_buffering off; (not proven in this run: nginx/off?accept-encoding=gzip was no part of it)',
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
