import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { loadCatalogue, selectLanes } from '../../bench/catalogue/catalogue.ts';
import type { DimensionId } from '../../bench/catalogue/declaration.ts';
import { DIMENSION_IDS, DIMENSIONS, streamFault, varied } from '../../bench/catalogue/dimensions.ts';
import { UsageError } from '../../bench/errors.ts';
import { crossProduct, pairwise, parseVary, variedLanes, withPreset, type Axis, type Point } from '../../bench/vary.ts';

const catalogue = await loadCatalogue();
const plain = selectLanes(catalogue, ['nginx/default']);

describe('--vary', () => {
  it('takes dimensions, with all of their values or with some', () => {
    expect(parseVary('framing, method=GET|POST')).toEqual([
      { id: 'framing', values: [...DIMENSIONS.framing.values] },
      { id: 'method', values: ['GET', 'POST'] },
    ]);
  });

  it('takes values that hold commas, equals signs and colons', () => {
    expect(
      parseVary('accept-encoding=gzip, br|none,response-header=cache-control: max-age=0, no-transform,chunk=7'),
    ).toEqual([
      { id: 'accept-encoding', values: ['gzip, br', 'none'] },
      { id: 'response-header', values: ['cache-control: max-age=0, no-transform'] },
      { id: 'chunk', values: ['7'] },
    ]);
  });

  it('all is every dimension, and one that is named too has the values that it is named with', () => {
    const axes = parseVary('all,framing=chunked');
    expect(axes.map(({ id }) => id)).toEqual(DIMENSION_IDS);
    expect(axes.find(({ id }) => id === 'framing')?.values).toEqual(['chunked']);
    expect(parseVary('framing=chunked,all')).toHaveLength(DIMENSION_IDS.length);
  });

  it('names a value once', () => {
    expect(parseVary('chunk=7|7|8')).toEqual([{ id: 'chunk', values: ['7', '8'] }]);
  });

  it.each([
    [
      'framming',
      '--vary knows no dimension "framming" (did you mean "framing"?); there are: all, framing, content-type',
    ],
    ['', '--vary knows no dimension ""; there are: all'],
    ['framing,', '--vary knows no dimension ""; there are: all'],
    [
      'framing=chonked',
      '--vary framing: "chonked" is no value of framing (did you mean "chunked"?); allowed: chunked | piecewise | content-length | close-delimited',
    ],
    ['framing=', '--vary framing: "" is no value of framing'],
    [
      'content-encoding=gzp',
      '--vary content-encoding: "gzp" is no value of content-encoding (did you mean "gzip"?); allowed: identity | gzip | br | zstd',
    ],
    [
      'chunk=big',
      '--vary chunk: "big" is no value of chunk; allowed: 32 | 1 | 1024 | 16384 | 65536, or a number of bytes',
    ],
    ['framing,method,framing=chunked', '--vary names framing twice; several of its values: framing=chunked|piecewise'],
    ['framing=chunked,methd', '--vary knows no dimension "methd" (did you mean "method"?)'],
  ])('%j is refused, with what is allowed', (text, message) => {
    expect(() => parseVary(text)).toThrow(UsageError);
    expect(() => parseVary(text)).toThrow(message);
  });
});

/** Some dimensions, each with some of its values. */
const anyAxes = fc
  .subarray(DIMENSION_IDS, { minLength: 1 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc.subarray([...DIMENSIONS[id].values], { minLength: 1 }).map((values): Axis => ({ id, values })),
      ),
    ),
  );

function canBeSent(point: Point): boolean {
  return streamFault(varied(point)) === undefined;
}

function isCovered(points: Point[], a: [DimensionId, string], b: [DimensionId, string]): boolean {
  return points.some((point) => point[a[0]] === a[1] && point[b[0]] === b[1]);
}

describe('the pairwise cover', () => {
  it('has every pair of values of every two dimensions, in points that have a value of each', () => {
    fc.assert(
      fc.property(anyAxes, (axes) => {
        const points = pairwise(axes);
        for (const point of points) for (const { id, values } of axes) expect(values).toContain(point[id]);
        for (const one of axes)
          for (const other of axes)
            for (const a of one.values)
              for (const b of other.values)
                expect(
                  one === other ||
                    !canBeSent({ [one.id]: a, [other.id]: b }) ||
                    isCovered(points, [one.id, a], [other.id, b]),
                ).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('is never larger than the cross product, and the same each time', () => {
    fc.assert(
      fc.property(anyAxes, (axes) => {
        const points = pairwise(axes);
        const all = axes.reduce((product, { values }) => product * values.length, 1);
        expect(points.length).toBeLessThanOrEqual(all);
        expect(pairwise(axes)).toEqual(points);
        expect(new Set(points.map((point) => JSON.stringify(point))).size).toBe(points.length);
      }),
      { numRuns: 60 },
    );
  });

  it('of every dimension is near the least that there can be, and far below the cross product', () => {
    const axes = parseVary('all');
    const [largest = 0, second = 0] = axes.map(({ values }) => values.length).toSorted((a, b) => b - a);
    const points = pairwise(axes);
    expect(points.length).toBeGreaterThanOrEqual(largest * second);
    expect(points.length).toBeLessThan(1.25 * largest * second);
    expect(points.filter((point) => !canBeSent(point))).toEqual([]);
  });
});

describe('the lanes', () => {
  it('are every combination, of each variant once, and nothing is expected of them', () => {
    const lanes = variedLanes(plain, parseVary('framing=chunked|content-length,method=GET|POST'), false);
    expect(lanes.map(({ id }) => id)).toEqual([
      'nginx/default',
      'nginx/default?method=POST',
      'nginx/default?framing=content-length',
      'nginx/default?framing=content-length&method=POST',
    ]);
    expect(lanes.every(({ expected }) => expected === undefined)).toBe(true);
    expect(lanes[0]?.vary).toEqual({ framing: 'chunked', method: 'GET' });
  });

  it('that the catalogue has as well keep what frees them, and no other does', () => {
    const all = selectLanes(catalogue, ['nginx/default']);
    const lanes = variedLanes(all, parseVary('framing=chunked|content-length,method=GET|POST'), false);
    const declared = all.find(({ id }) => id === 'nginx/default?framing=content-length')?.fixes;
    expect(declared).not.toHaveLength(0);
    expect(lanes.map(({ fixes }) => fixes)).toEqual([undefined, undefined, declared, undefined]);
  });

  it('keep what the id says of the stream and is not varied', () => {
    const held = selectLanes(catalogue, ['nginx/default?framing=content-length']);
    const ids = (vary: string): string[] => variedLanes(held, parseVary(vary), false).map(({ id }) => id);
    expect(ids('method=POST')).toEqual(['nginx/default?framing=content-length&method=POST']);
    expect(ids('framing=chunked')).toEqual(['nginx/default']);
  });

  it('have the patience that the variant is declared to need', () => {
    const slow = selectLanes(catalogue, ['caddy/flush-500ms']);
    const [lane] = variedLanes(slow, parseVary('method=GET'), false);
    expect(lane?.patienceMs).toBe(1000);
  });

  it('each have an id of their own', () => {
    fc.assert(
      fc.property(anyAxes, (axes) => {
        fc.pre(axes.reduce((product, { values }) => product * values.length, 1) <= 200);
        fc.pre(crossProduct(axes).some(canBeSent));
        const ids = variedLanes(plain, axes, false).map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 60 },
    );
  });

  it('are refused when they are too many, with what to do', () => {
    const all = parseVary('all');
    expect(() => variedLanes(plain, all, false)).toThrow(
      /^--vary makes [\d,]+ lanes; at most 200 are run: --pairwise covers every pair of values with \d+$/,
    );
    expect(variedLanes(plain, all, true).length).toBeLessThanOrEqual(200);
    expect(() => variedLanes(catalogue.lanes, all, true)).toThrow(
      /^--vary makes \d+ lanes of each of \d+ variants, [\d,]+ in all; .*name fewer variants or dimensions/,
    );
  });

  it('are refused when the origin can send none of them, and not when it can send some', () => {
    expect(() =>
      variedLanes(plain, parseVary('content-encoding=gzip,framing=content-length|piecewise'), false),
    ).toThrow(
      '--vary: the origin cannot send this stream: dimension "content-encoding" must be "identity" where "framing" is "content-length" or "piecewise", which announce a length',
    );
    const some = variedLanes(plain, parseVary('content-encoding=gzip|identity,framing=content-length'), false);
    expect(some.map(({ id }) => id)).toEqual([
      'nginx/default?content-encoding=gzip&framing=content-length',
      'nginx/default?framing=content-length',
    ]);
  });

  it('under another preset keep their fix and lose what is expected of the default', () => {
    const [lane] = withPreset(selectLanes(catalogue, ['nginx/tls?']), 'tokens');
    expect(lane).toMatchObject({
      preset: 'tokens',
      fixes: [{ provenBy: 'nginx/tls?response-header=x-accel-buffering:no' }, { provenBy: 'nginx/tls-buffering-off' }],
    });
    expect(lane).not.toHaveProperty('expected');
    expect(lane).not.toHaveProperty('earlier');
  });
});
