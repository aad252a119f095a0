/** docs/findings.md is of this catalogue: ids, verdicts, addresses; and says nothing that would differ in the next run. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { loadCatalogue, type Catalogue, type Lane } from '../../../bench/catalogue/catalogue.ts';
import { saySpans } from '../../../bench/run/in-version.ts';
import { PACKAGE_ROOT } from '../../../bench/programs.ts';
import { findings } from '../../../bench/report/findings.ts';
import { inRun } from '../../../bench/report/in-run.ts';
import { streamOf } from '../../../bench/report/trade-offs.ts';
import type { LaneResult } from '../../../bench/results.ts';
import { lane, NGINX } from '../results.ts';

const catalogue = await loadCatalogue();
const page = readFileSync(join(PACKAGE_ROOT, 'docs/findings.md'), 'utf8');
const items = [...catalogue.lanes, ...catalogue.chains];
const variants = [...new Map(catalogue.lanes.map(({ variant }) => [variant.id, variant])).values()];
const HOW = 'run `npm run findings` after a run of all lanes';

function matchesOf(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found);
}

/** Each lane and chain with its verdict, and that of other versions where it is another. */
function shapeOf(text: string): string[] {
  const entries = text.matchAll(/^- `([^`]+)`: \*\*([\w-]+)\*\*.*((?:\n {2}.+)*)/gm);
  return [...entries].map(([, id, verdict, notes = '']) =>
    sayShape(
      id,
      verdict,
      [...notes.matchAll(/^ {2}([^:]+: [\w-]+)\./gm)].map(([, note = '']) => note),
    ),
  );
}

function sayShape(id = '', verdict = '', notes: readonly string[] = []): string {
  return [`${id}: ${verdict}`, ...notes.map((note) => `${note.charAt(0).toLowerCase()}${note.slice(1)}`)].join('; ');
}

/** As the version on the page has it. */
function shapeIn(one: Lane, version: string): string {
  const judged = lane(one.id, { path: [{ ...NGINX, version }], verdict: 'refused' });
  const { expected, otherwise } = inRun(one, judged);
  return sayShape(
    one.id,
    expected,
    otherwise?.map((other) => `${other.when}: ${other.expected}`),
  );
}

/** Those of each proxy that the page is of, by the proxy's id. */
const versions = new Map(
  [...page.matchAll(/^\| \[[^\]]+\]\(#([^)]+)\) \| ([^|]+) \|/gm)].map(([, id = '', said = '']) => [
    id,
    said.split(', '),
  ]),
);

function pageOf(lanes: LaneResult[], of: Catalogue = catalogue): string {
  return findings(of, { unclog: '0.1.0', lanes });
}

describe('docs/findings.md', () => {
  it('has every lane and chain, and none that is gone', () => {
    const ids = shapeOf(page).map((shape) => shape.split(': ')[0]);
    expect(ids, HOW).toEqual(items.map(({ id }) => id));
  });

  it('has every lane with the verdict that is expected of the version that was judged, and that of others', () => {
    const said = new Set(shapeOf(page));
    const missing = catalogue.lanes.flatMap((one) => {
      const right = (versions.get(one.variant.proxy.id) ?? []).map((version) => shapeIn(one, version));
      const unjudged = page.includes(`- \`${one.id}\`: **${one.expected}** (expected; not judged in this run)`);
      return unjudged || right.some((shape) => said.has(shape)) ? [] : right;
    });
    expect(missing, HOW).toEqual([]);
  });

  it('has every chain with the verdict that is expected of it', () => {
    const chains = shapeOf(page).filter((shape) => shape.startsWith('chain/'));
    expect(chains, HOW).toEqual(catalogue.chains.map(({ id, expected }) => `${id}: ${expected}`));
  });

  it('has an anchor for every proxy, variant and chain, made of its id, and no other', () => {
    const ids = [...catalogue.proxies, ...variants, ...catalogue.chains].map(({ id }) => id);
    const anchors = matchesOf(page, /<a id="([^"]+)">/g);
    expect(new Set(anchors), HOW).toEqual(new Set(['chain', ...ids.map((id) => id.replace('/', '-'))]));
    expect(new Set(anchors).size).toBe(anchors.length);
  });

  it('links to anchors and files that there are', () => {
    const anchors = new Set(matchesOf(page, /<a id="([^"]+)">/g));
    expect(matchesOf(page, /\]\(#([^)]+)\)/g).filter((link) => !anchors.has(link))).toEqual([]);
    const files = matchesOf(page, /\]\((\.\.\/[^)]+)\)/g);
    expect(files.filter((path) => !existsSync(join(PACKAGE_ROOT, 'docs', path)))).toEqual([]);
    expect(files.length).toBeGreaterThan(variants.length);
  });

  it('says what each setting changes, and where that is documented', () => {
    const missing = variants.flatMap(({ id, changes, title, docs }) =>
      [changes, title, ...docs].filter((words) => !page.includes(words)).map((words) => `${id}: ${words}`),
    );
    expect(missing, HOW).toEqual([]);
  });

  it('says why, and what frees each lane that clogs, in the version that was judged and in others', () => {
    const lines = page.split('\n');
    const missing = items.flatMap((item) => {
      const at = lines.findIndex((line) => line.startsWith(`- \`${item.id}\``));
      const after = lines.slice(at + 1);
      const notes = after.slice(
        0,
        after.findIndex((line) => !line.startsWith('  ')),
      );
      const said = [lines[at] ?? '', ...notes].join('\n');
      const earlier = ('earlier' in item ? item.earlier : undefined) ?? [];
      const wanted = [item, ...earlier].flatMap(({ why = '', fixes = [], noFix = '' }) => [
        why,
        ...fixes.map(({ change }) => `\`${change}\``),
        noFix,
      ]);
      return wanted.filter((words) => !said.includes(words)).map((words) => `${item.id}: ${words}`);
    });
    expect(missing, HOW).toEqual([]);
  });

  it('shows in the row of a setting every stream that is tried with it', () => {
    const framings = ['chunked', 'content-length', 'close-delimited'];
    const missing = [...Map.groupBy(catalogue.lanes, ({ variant }) => variant)].flatMap(([{ id, proxy }, lanes]) => {
      const start = `| [${id.slice(proxy.id.length + 1)}](#${id.replace('/', '-')}) |`;
      const cells =
        page
          .split('\n')
          .find((line) => line.startsWith(start) && line.includes('`'))
          ?.split(' | ') ?? [];
      const [others = '', ...byFraming] = cells.slice(-4).toReversed();
      const shown = lanes.filter(({ vary = {} }) => {
        const { framing = 'chunked', ...rest } = vary;
        const column = framings.indexOf(framing);
        const isFramed = column >= 0 && Object.keys(rest).length === 0;
        return isFramed ? byFraming.toReversed()[column] !== '' : others.includes(streamOf({ vary }));
      });
      return shown.length === lanes.length ? [] : [id];
    });
    expect(missing, HOW).toEqual([]);
  });

  it('begins with a table of all proxies', () => {
    const [table = ''] = page.split('## How it was measured');
    expect(matchesOf(table, /^\| \[[^\]]+\]\(#([^)]+)\)/gm)).toEqual(catalogue.proxies.map(({ id }) => id));
  });

  it('has no date, and no time but rounded ones', () => {
    const measured = page.split('\n').flatMap((line) => matchesOf(line, /(?:\(measured, |\| )([^|)]*)/g));
    expect(page).not.toMatch(/\b20\d\d-\d\d-\d\d\b|\bUTC\b/);
    expect(measured.filter((words) => /\d\.\d+ ms|\d{2}\.\d+ s/.test(words))).toEqual([]);
  });
});

describe('a page of findings', () => {
  const clogged = catalogue.lanes.find(({ expected }) => expected === 'coalesces');
  const id = clogged?.id ?? '';
  const threshold = { bytes: { over: 3600, upTo: 4050 }, ms: null };
  const measured = lane(id, { verdict: 'coalesces', expected: 'coalesces', threshold });

  function lineOf(results: LaneResult[]): string {
    return (
      pageOf(results)
        .split('\n')
        .find((line) => line.startsWith(`- \`${id}\``)) ?? ''
    );
  }

  it('has the same shape whatever the run measured of the same version', () => {
    const declared = shapeOf(pageOf([]));
    const newest = items.map((item) => {
      const earlier = ('earlier' in item ? item.earlier : undefined) ?? [];
      const spans = saySpans({ earlier }).slice(1);
      return sayShape(
        item.id,
        item.expected,
        earlier.map(({ expected }, index) => `${spans[index]}: ${expected}`),
      );
    });
    expect(declared).toEqual(newest);
    expect(shapeOf(pageOf([measured]))).toEqual(declared);
    expect(shapeOf(pageOf([{ ...measured, verdict: 'streams' }]))).toEqual(declared);
  });

  it('says of a lane whether the run proved its verdict, with what holds it in round figures', () => {
    expect(lineOf([measured])).toContain('**coalesces** (measured, at most about 4 KiB at first).');
    expect(lineOf([])).toContain('**coalesces** (expected; not judged in this run).');
    expect(lineOf([{ ...measured, verdict: 'streams' }])).toContain('(expected; this run found: streams)');
  });

  it('names what the catalogue has to free a lane, though the run is older, and nothing that it has no more', () => {
    const gone = { change: 'gone', provenBy: 'nginx/gone', proven: true, costs: [] };
    const said = lineOf([{ ...measured, remedies: [gone] }]);
    expect(said).toContain(`\`${clogged?.fixes?.[0]?.change}\``);
    expect(said).not.toContain('gone');
  });

  it('says of a timer its round period', () => {
    const timer = lane(id, { verdict: 'delays', threshold: { bytes: null, ms: 110.4 } });
    const delaying = {
      ...catalogue,
      lanes: catalogue.lanes.map((one) => (one.id === id ? { ...one, expected: 'delays' as const } : one)),
    };
    expect(pageOf([timer], delaying)).toContain('**delays** (measured, about 100 ms each).');
    const once = lane(id, { verdict: 'delays', threshold: { bytes: null, ms: null } });
    expect(pageOf([once], delaying)).toContain('**delays** (measured, some of the words).');
  });
});
