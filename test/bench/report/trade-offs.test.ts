import { describe, expect, it } from 'vitest';

import { ownStream, tradeOffCard, tradeOffs } from '../../../bench/report/trade-offs.ts';
import type { LaneResult } from '../../../bench/results.ts';
import { lane } from '../results.ts';

function withFigures(figures: Record<string, unknown>, rest: Partial<LaneResult> = {}): LaneResult {
  const measures = Object.fromEntries(
    Object.entries(figures).map(([id, found]) => [id, { figures: found, says: 'so' }]),
  );
  return lane('nginx/default', { measures, ...rest });
}

function headersOf(...lanes: LaneResult[]): string | undefined {
  return tradeOffs(lanes)['headers before body'];
}

const NOT_CUT = { how: 'not-cut', silentMs: 3000 };
const CUT = { how: 'cut', idleMs: 1049, client: 'cut' };

describe('the trade-offs of a setting', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['headers before body', 'yes', { paced: { headersBeforeBody: { how: 'yes', ms: 1 } } }],
    [
      'headers before body',
      'no: they wait for the body',
      { paced: { headersBeforeBody: { how: 'no', waitedMs: 300 } } },
    ],
    ['headers before body', 'could not be told', { paced: {} }],
    ['client leaves', 'told at once', { abort: { writing: { when: 'at-once' }, idle: { when: 'at-once' } } }],
    [
      'client leaves',
      'told when it writes again: while it writes\nnever told: a zombie: while it is silent',
      { abort: { writing: { when: 'next-write' }, idle: { when: 'never', told: 0 } } },
    ],
    ['client leaves', 'could not be told', { abort: {} }],
    ['silence', 'not cut in 3 s', { idle: { mid: NOT_CUT, head: NOT_CUT } }],
    [
      'silence',
      'cut after about 1 s (heartbeats help): mid-stream\nnot cut in 3 s: before the head',
      { idle: { mid: CUT, head: NOT_CUT, heartbeatsHelp: true } },
    ],
    ['client reads not', 'a client that does not read stops the origin', { backpressure: { how: 'stops' } }],
    ['client reads not', 'takes all that comes, whatever the client reads', { backpressure: { how: 'takes-all' } }],
    ['origin dies', 'so', { truncation: {} }],
    ['another client', 'a stream of its own', { reuse: { during: { how: 'own' }, after: { how: 'own' } } }],
    [
      'another client',
      'waits: while it flows\nthe stored words: after it',
      { reuse: { during: { how: 'waits' }, after: { how: 'stored' } } },
    ],
    [
      'another client',
      'the same words as they flow: while it flows\ncould not be told: after it',
      { reuse: { during: { how: 'joins' }, after: { how: 'unknown' } } },
    ],
  ])('%s: %s', (aspect, says, figures) => {
    expect(tradeOffs([withFigures(figures)])[aspect]).toBe(says);
  });

  it('name the streams whose headers come before the body where they are not the plain one, or not alike', () => {
    const first = { paced: { headersBeforeBody: { how: 'yes', ms: 1 } } };
    const waiting = { paced: { headersBeforeBody: { how: 'no', waitedMs: 300 } } };
    const vary = { 'accept-encoding': 'gzip' };
    expect(headersOf(withFigures(first), withFigures(first, { vary }))).toBe('yes');
    expect(headersOf(withFigures(first, { vary }))).toBe('yes: accept-encoding=gzip');
    expect(headersOf(withFigures(first), withFigures(waiting, { vary }))).toBe(
      'yes: SSE, chunked\nno: they wait for the body: accept-encoding=gzip',
    );
    expect(headersOf(lane('nginx/default'))).toBe('not measured');
  });

  it('are of the stream that is named where the hop was not measured of the plain one', () => {
    const vary = { framing: 'content-length' } as const;
    expect(ownStream([withFigures({ abort: {} }), withFigures({}, { vary })])).toBeUndefined();
    expect(ownStream([withFigures({}), withFigures({ abort: {} }, { vary })])).toBe('framing=content-length');
    // As --vary makes it.
    const varied = { framing: 'content-length', 'response-header': 'none', 'accept-encoding': 'none' } as const;
    expect(ownStream([withFigures({ abort: {} }, { vary: varied })])).toBe('framing=content-length');
  });

  it('count the lanes that stream, and name those that do not', () => {
    const clogged = lane('nginx/default?x', { verdict: 'coalesces', vary: { framing: 'content-length' } });
    expect(tradeOffs([lane('nginx/default')])['delivery']).toBe('streams');
    expect(tradeOffs([lane('nginx/default'), clogged])['delivery']).toBe(
      'streams: 1 of 2 lanes\ncoalesces: framing=content-length',
    );
  });

  it('say of compression what the client got, where it accepts any', () => {
    const gzip = lane('nginx/gzip', { contentCoding: 'gzip', vary: { 'accept-encoding': 'gzip' } });
    const spared = lane('nginx/gzip?x', {
      contentCoding: 'identity',
      vary: { 'accept-encoding': 'gzip', 'response-header': 'cache-control: no-transform' },
    });
    expect(tradeOffs([gzip])['compression']).toBe('kept: gzip');
    expect(tradeOffs([gzip, spared])['compression']).toBe(
      'kept: gzip: accept-encoding=gzip\nnone: cache-control: no-transform, accept-encoding=gzip',
    );
    expect(tradeOffs([lane('nginx/default')])['compression']).toBe('no lane accepts any');
  });

  it('say of what was not measured that it was not', () => {
    const { delivery, compression: _, ...others } = tradeOffs([lane('nginx/default')]);
    expect([delivery, ...new Set(Object.values(others))]).toEqual(['streams', 'not measured']);
  });
});

describe('what a run withheld', () => {
  it('is told from what was not measured, and is no more where another run told it', () => {
    const { 'client leaves': leaves, silence } = tradeOffs([lane('nginx/default')], ['abort']);
    expect([leaves, silence]).toEqual(['withheld: not proven in its run', 'not measured']);
    const told = withFigures({ abort: { writing: { when: 'at-once' }, idle: { when: 'at-once' } } });
    expect(tradeOffs([told], ['abort'])['client leaves']).toBe('told at once');
  });
});

describe('the card', () => {
  const vary = { framing: 'content-length', 'content-type': 'text/event-stream; charset=utf-8' } as const;
  const clogged = lane('nginx/default?x', { verdict: 'coalesces', vary });
  const columns = [
    { name: 'buffering-off', lanes: [lane('nginx/buffering-off')] },
    { name: 'default', lanes: [lane('nginx/default'), clogged] },
  ];

  it('shows a setting beside the default, in 80 columns, with what it was measured with', () => {
    const card = tradeOffCard(columns);
    expect(card.filter((line) => line.length > 80)).toEqual([]);
    expect(card[0]).toMatch(/^ {2}trade-offs {10}buffering-off {16}default$/);
    expect(card.find((line) => line.includes('measured with'))).toContain('nginx 1.31.3 (native)');
    expect(card.join('\n')).not.toContain('…');
  });

  it('has one column for the default itself, and none where nothing was measured', () => {
    expect(tradeOffCard(columns.slice(1))[0]).toBe('  trade-offs          default');
    expect(tradeOffCard([{ name: 'new', lanes: [] }, ...columns])).toEqual([]);
  });
});
