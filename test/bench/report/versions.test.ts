import { describe, expect, it } from 'vitest';

import { changesOf, columnsOf, hasSeveralVersions } from '../../../bench/report/side-by-side.ts';
import { versionsReport } from '../../../bench/report/versions.ts';
import type { LaneResult } from '../../../bench/results.ts';
import { lane, NGINX, results, skipped } from '../results.ts';

const plain = (_: unknown, text: string): string => text;

function at(version: string, id: string, rest: Partial<LaneResult> = {}): LaneResult {
  return lane(id, { version, path: [{ ...NGINX, version }], ...rest });
}

const CLOGS = { verdict: 'coalesces', expected: 'coalesces', because: 'no word for 1.3 s' } as const;
const DEFAULT = [at('1.30.6', 'nginx/default'), at('1.22.1', 'nginx/default', CLOGS), at('1.31.3', 'nginx/default')];

/** As a person reads it, whatever the width of a line. */
function flat(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

function report(lanes: LaneResult[]): string {
  return versionsReport(results(lanes), 'results.json', plain);
}

describe('versions side by side', () => {
  it('are columns, the oldest first, each once', () => {
    expect(columnsOf(DEFAULT).map(({ version }) => version)).toEqual(['1.22.1', '1.30.6', '1.31.3']);
    expect(hasSeveralVersions(DEFAULT)).toBe(true);
    expect(hasSeveralVersions([at('1.22.1', 'nginx/a'), at('1.22.1', 'nginx/b')])).toBe(false);
  });

  it('are a table, and below it what changed between which, and whether that was expected', () => {
    const text = report([
      ...DEFAULT,
      at('1.22.1', 'nginx/same'),
      at('1.30.6', 'nginx/same'),
      at('1.31.3', 'nginx/same'),
    ]);
    expect(text).toMatch(
      /^ +1\.22\.1 +1\.30\.6 +1\.31\.3\n +native +native +native\n {2}default +coalesces +streams +streams\n {2}same +streams +streams +streams$/m,
    );
    expect(text).toContain('  coalesces in 1.22.1, streams from 1.30.6 on\n');
    expect(text).toContain('    1.22.1: coalesces, as expected: no word for 1.3 s\n');
    expect(text).toContain('1 other lane does not differ between the versions.');
    expect(flat(text)).toContain('6 lanes: 5 streams, 1 coalesces; all that were judged are as expected.');
  });

  it('that are not as expected are marked and named with their version', () => {
    const text = report([
      at('1.22.1', 'nginx/default', { ...CLOGS, expected: 'streams', asExpected: false }),
      ...DEFAULT.slice(2),
    ]);
    expect(text).toMatch(/^ {2}default +coalesces ! +streams$/m);
    expect(text).toContain('NOT AS EXPECTED: this was expected to be streams');
    expect(flat(text)).toContain('1 NOT AS EXPECTED: nginx/default@1.22.1.');
  });

  it('of which nothing is expected say why, and with which words the proxy refused', () => {
    const {
      expected: _,
      asExpected: __,
      ...refused
    } = at('1.22.1', 'nginx/default', {
      verdict: 'refused',
      outside: 'since 1.25.1',
      log: 'unknown directive "http2"',
    });
    const text = report([refused, ...DEFAULT.slice(2)]);
    expect(text).toContain('refused, nothing is expected in this version (since 1.25.1)');
    expect(text).toContain('unknown directive "http2"');
  });

  it('that could not be had are columns too, and below stands what brings them', () => {
    const absent = { ...skipped('nginx/default', 'no nginx 1.26 here', 'docker pull nginx:1.26'), version: '1.26' };
    const text = report([absent, ...DEFAULT]);
    expect(text).toMatch(/1\.22\.1 +1\.26 +1\.30\.6/);
    expect(text).toMatch(/native +not here +native/);
    expect(text).toContain('coalesces in 1.22.1, streams from 1.30.6 on');
    expect(flat(text)).toContain('skipped: nginx/default@1.26: no nginx 1.26 here. To have it: docker pull nginx:1.26');
  });

  it('are not compared where only one could be had', () => {
    const absent = { ...skipped('nginx/default', 'no nginx 1.26 here'), version: '1.26' };
    expect(report([absent, ...DEFAULT.slice(2)])).not.toContain('differ');
  });

  it('are no wider than a terminal, however many there are and however long their lanes’ names', () => {
    const versions = Array.from({ length: 17 }, (_, minor) => `1.${minor + 10}.0`);
    const ids = ['nginx/default', `nginx/default?response-header=${'x'.repeat(60)}`];
    const text = report(ids.flatMap((id) => versions.map((version) => at(version, id, CLOGS))));
    expect(text.split('\n').filter((line) => line.length > 80 && line.includes(' ', 3))).toEqual([]);
    for (const version of versions) expect(text).toContain(version);
    expect(text.match(/coalesces/g)?.length).toBeGreaterThanOrEqual(2 * versions.length);
  });
});

function flaw(words: string): Partial<LaneResult> {
  return { measures: { abort: { figures: {}, says: '', flaw: words } } };
}

describe('what changed', () => {
  it('is told of measures too, whose figures are not compared', () => {
    const lanes = [
      at('2.8.4', 'caddy/a', flaw('zombie: not within 2.5 s')),
      at('2.9.1', 'caddy/a', flaw('zombie: not within 2.6 s')),
      at('2.10.0', 'caddy/a', { measures: { abort: { figures: {}, says: '' } } }),
    ];
    expect(changesOf(lanes)).toEqual(['abort: zombie: not within … s from 2.8.4 to 2.9.1, nothing of note in 2.10.0']);
  });

  it('is nothing of what the machine was too noisy for', () => {
    const noisy = at('2.9.1', 'caddy/a', {
      measures: { abort: { figures: {}, says: '', flaw: 'x', inconclusive: 'noise' } },
    });
    expect(changesOf([at('2.8.4', 'caddy/a', flaw('zombie')), noisy])).toEqual([]);
  });
});
