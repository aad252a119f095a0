/** What the page of findings says of a lane: that of the version that was judged; and what others do otherwise. */

import { describe, expect, it } from 'vitest';

import type { Lane, Variant } from '../../../bench/catalogue/catalogue.ts';
import { proxyFindings } from '../../../bench/report/findings-proxy.ts';
import { inRun } from '../../../bench/report/in-run.ts';
import type { LaneResult } from '../../../bench/results.ts';
import { lane as result, NGINX, skipped } from '../results.ts';

const VARIANT = {
  id: 'nginx/tls',
  proxy: { id: 'nginx', name: 'nginx', home: 'https://nginx.org/' },
  title: 'TLS',
  changes: 'ssl on',
  files: {},
  docs: [],
} as unknown as Variant;

const LANE: Lane = {
  id: 'nginx/tls',
  variant: VARIANT,
  expected: 'delays',
  why: 'A timer.',
  fixes: [{ change: 'no-delay', provenBy: 'nginx/no-delay' }],
  earlier: [
    {
      before: '3.0',
      expected: 'coalesces',
      why: 'A buffer.',
      fixes: [{ change: 'no-buffer', provenBy: 'nginx/no-buffer' }],
    },
  ],
};

function judgedIn(version: string, rest: Partial<LaneResult> = {}): LaneResult {
  return result('nginx/tls', { path: [{ ...NGINX, version }], verdict: 'coalesces', ...rest });
}

describe('a lane that was judged', () => {
  it('in a version before the change is what that version does, and the newer one is the note', () => {
    const { expected, why, fixes, otherwise } = inRun(LANE, judgedIn('2.6.12'));
    expect({ expected, why, fixes }).toEqual({
      expected: 'coalesces',
      why: 'A buffer.',
      fixes: [{ change: 'no-buffer', provenBy: 'nginx/no-buffer' }],
    });
    expect(otherwise).toEqual([{ when: 'from 3.0 on', expected: 'delays', why: 'A timer.', fixes: LANE.fixes }]);
  });

  it('in the version of the change is the newer one, and the older is the note', () => {
    const { expected, otherwise } = inRun(LANE, judgedIn('3.0'));
    expect(expected).toBe('delays');
    expect(otherwise).toMatchObject([{ when: 'before 3.0', expected: 'coalesces', why: 'A buffer.' }]);
  });

  it('by no version is the newer one', () => {
    for (const found of [undefined, skipped('nginx/tls', 'no program')])
      expect(inRun(LANE, found)).toMatchObject({ expected: 'delays', otherwise: [{ when: 'before 3.0' }] });
  });

  it('in a version that has no such setting is what the run found there', () => {
    const { earlier: _, ...always } = LANE;
    const since = { ...always, variant: { ...VARIANT, since: '3.1' } };
    expect(inRun(since, judgedIn('3.0', { verdict: 'refused' }))).toMatchObject({
      expected: 'refused',
      why: 'The setting is since 3.1, and of this version nothing is declared.',
      otherwise: [{ when: 'since 3.1', expected: 'delays' }],
    });
    expect(inRun(since, judgedIn('3.0', { verdict: 'inconclusive' }))).toBe(since);
    expect(inRun(since, judgedIn('3.1'))).toBe(since);
  });
});

describe('a lane that changed twice', () => {
  const twice: Lane = {
    ...LANE,
    earlier: [...(LANE.earlier ?? []), { before: '2.0', expected: 'streams', why: 'Raw.' }],
  };

  it.each([
    ['3.2', 'delays', ['from 2.0 on, before 3.0: coalesces', 'before 2.0: streams']],
    ['2.6.12', 'coalesces', ['from 3.0 on: delays', 'before 2.0: streams']],
    ['1.9', 'streams', ['from 3.0 on: delays', 'from 2.0 on, before 3.0: coalesces']],
  ])('is what %s does, and what all others do', (version, verdict, others) => {
    const { expected, otherwise = [] } = inRun(twice, judgedIn(version));
    expect(expected).toBe(verdict);
    expect(otherwise.map((other) => `${other.when}: ${other.expected}`)).toEqual(others);
  });

  it('has a note for each on the page', () => {
    const found = new Map([['nginx/tls', judgedIn('2.6.12')]]);
    const page = proxyFindings(VARIANT.proxy, [inRun(twice, found.get('nginx/tls'))], found);
    expect(page).toContain(
      '| [tls](#nginx-tls) | `ssl on` | coalesces (from 3.0 on: delays; before 2.0: streams) |  |  |  |',
    );
    expect(page).toContain('  Before 2.0: streams. Raw.');
  });
});

describe('the page', () => {
  it('says so in the table and in the text, with the fix that this version has', () => {
    const found = new Map([
      ['nginx/tls', judgedIn('2.6.12')],
      ['nginx/no-buffer', result('nginx/no-buffer', { path: [{ ...NGINX, version: '2.6.12' }] })],
    ]);
    const page = proxyFindings(VARIANT.proxy, [inRun(LANE, found.get('nginx/tls'))], found);
    expect(page).toContain('| [tls](#nginx-tls) | `ssl on` | coalesces (from 3.0 on: delays) |  |  |  |');
    expect(page).toContain(
      '- `nginx/tls`: **coalesces** (measured). A buffer. Fix: `no-buffer` (proved by [`nginx/no-buffer`](#nginx-no-buffer)).',
    );
    expect(page).toContain('  From 3.0 on: delays. A timer. Fix: `no-delay` ([`nginx/no-delay`](#nginx-no-delay)).');
  });

  it('says which of several versions of a proxy judged a setting', () => {
    const other = result('nginx/default', { path: [{ ...NGINX, version: '3.0' }] });
    const found = new Map([['nginx/tls', judgedIn('2.6.12')]]);
    const lanes = [inRun(LANE, found.get('nginx/tls'))];
    expect(proxyFindings(VARIANT.proxy, lanes, found).join('\n')).not.toContain('Judged in');
    found.set(other.id, other);
    expect(proxyFindings(VARIANT.proxy, lanes, found)).toContain('TLS: `ssl on`. Config: . Judged in 2.6.12.');
  });

  it('names other streams under their verdict, that stream and that clog', () => {
    const gzip = { 'accept-encoding': 'gzip' };
    const others: Lane[] = [
      { id: 'nginx/tls?1', variant: VARIANT, vary: gzip, expected: 'streams' },
      { id: 'nginx/tls?2', variant: VARIANT, vary: { format: 'text' }, expected: 'buffers' },
      { id: 'nginx/tls?3', variant: VARIANT, vary: { ...gzip, format: 'text' }, expected: 'streams' },
    ];
    expect(proxyFindings(VARIANT.proxy, others, new Map())).toContain(
      '| [tls](#nginx-tls) | `ssl on` |  |  |  | streams: accept-encoding=gzip; format=text, accept-encoding=gzip<br>buffers: format=text |',
    );
  });

  it('does not say of a fix that the run proved it where the run found otherwise', () => {
    const clogged = result('nginx/no-buffer', { path: [{ ...NGINX, version: '2.6.12' }], verdict: 'buffers' });
    const found = new Map([
      ['nginx/tls', judgedIn('2.6.12')],
      ['nginx/no-buffer', clogged],
    ]);
    const page = proxyFindings(VARIANT.proxy, [inRun(LANE, found.get('nginx/tls'))], found).join('\n');
    expect(page).toContain('`no-buffer` (not proved in this run, which found buffers: [`nginx/no-buffer`]');
  });
});
