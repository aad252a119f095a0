import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { DimensionId } from '../../../bench/catalogue/declaration.ts';
import type { Paint } from '../../../bench/report/text.ts';
import { variedReport } from '../../../bench/report/varied.ts';
import { dimensionsThatMatter, sayWhatMatters } from '../../../bench/report/what-matters.ts';
import type { LaneResult } from '../../../bench/results.ts';
import { crossProduct, parseVary, type Point } from '../../../bench/vary.ts';
import { lane, results } from '../results.ts';

const plain: Paint = (_, words) => words;
const FRAMINGS = ['chunked', 'content-length'];
const TYPES = ['text/event-stream', 'text/plain; charset=utf-8'];
const METHODS = ['GET', 'POST'];

function judgedAt(points: Point[], verdictOf: (point: Point) => LaneResult['verdict']): LaneResult[] {
  return points.map((vary) => {
    const {
      expected: _,
      asExpected: __,
      ...rest
    } = lane(`nginx/default?${JSON.stringify(vary)}`, {
      vary,
      verdict: verdictOf(vary),
    });
    return rest;
  });
}

const TWO = crossProduct([
  { id: 'framing', values: FRAMINGS },
  { id: 'content-type', values: TYPES },
]);
const THREE = crossProduct([
  { id: 'framing', values: FRAMINGS },
  { id: 'content-type', values: TYPES },
  { id: 'method', values: METHODS },
]);

function byFraming({ framing }: Point): LaneResult['verdict'] {
  return framing === 'chunked' ? 'streams' : 'coalesces';
}

function byBoth({ framing, 'content-type': type }: Point): LaneResult['verdict'] {
  return framing === 'content-length' && type !== TYPES[0] ? 'delays' : 'streams';
}

function matter(verdictOf: (point: Point) => LaneResult['verdict']): DimensionId[][] {
  return dimensionsThatMatter(THREE.map((vary) => ({ vary, verdict: verdictOf(vary) })));
}

describe('the dimensions that matter', () => {
  it('are those without which two lanes of one kind would differ', () => {
    expect(matter(byFraming)).toEqual([['framing']]);
    expect(matter(byBoth)).toEqual([['framing', 'content-type']]);
    expect(matter(() => 'streams')).toEqual([[]]);
  });

  it('of a cross product are exactly those that change the verdict with all others left alone', () => {
    const verdicts = fc.array(fc.constantFrom('streams', 'delays', 'buffers'), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(verdicts, (given) => {
        const lanes = THREE.map((vary, index) => ({ vary, verdict: given[index] ?? '' }));
        const changes = (id: DimensionId): boolean =>
          lanes.some((one) =>
            lanes.some(
              (other) =>
                one.verdict !== other.verdict &&
                Object.keys(one.vary).every(
                  (key) => key === id || one.vary[key as DimensionId] === other.vary[key as DimensionId],
                ),
            ),
          );
        const wanted = (['framing', 'content-type', 'method'] as const).filter(changes);
        expect(dimensionsThatMatter(lanes)).toEqual([wanted]);
      }),
    );
  });

  it('may be several sets where lanes are few', () => {
    const lanes = [
      { vary: { framing: 'chunked', method: 'GET' }, verdict: 'streams' },
      { vary: { framing: 'content-length', method: 'POST' }, verdict: 'buffers' },
    ];
    expect(dimensionsThatMatter(lanes)).toEqual([['framing'], ['method']]);
  });
});

describe('what is said of them', () => {
  it('names each, with its values by verdict, and those that do not matter', () => {
    expect(sayWhatMatters(judgedAt(THREE, byFraming))).toEqual([
      'framing changes it. chunked: streams; content-length: coalesces.',
      'content-type and method do not change it.',
    ]);
    expect(sayWhatMatters(judgedAt(TWO, byBoth))).toEqual([
      'framing changes it. chunked: streams; content-length: streams or delays.',
      `content-type changes it. ${TYPES[0]}: streams; ${TYPES[1]}: streams or delays.`,
    ]);
  });

  it('names none where all lanes are alike', () => {
    expect(sayWhatMatters(judgedAt(TWO, () => 'streams'))).toEqual([
      'framing and content-type do not change it: streams in each of 4 lanes.',
    ]);
  });

  it('is nothing of a dimension of which one value was tried', () => {
    const POST = { method: 'POST' } as const;
    const fixed = TWO.map((point) => ({ ...point, ...POST }));
    expect(sayWhatMatters(judgedAt(fixed, () => 'streams'))).toEqual([
      'framing and content-type do not change it: streams in each of 4 lanes.',
    ]);
    expect(sayWhatMatters(judgedAt([POST], () => 'streams'))).toEqual([
      'One stream was tried: more values of a dimension are needed to compare.',
    ]);
  });

  it('leaves out lanes that could not be judged, and says so where none could', () => {
    const lanes = judgedAt(TWO, (point) => (point.framing === 'chunked' ? 'streams' : 'unsupported'));
    expect(sayWhatMatters(lanes)).toEqual([
      'content-type does not change it: streams in each of 2 lanes.',
      'Whether framing changes it cannot be told: only chunked could be judged.',
    ]);
    expect(sayWhatMatters(judgedAt(TWO, () => 'inconclusive'))).toEqual(['Nothing could be judged.']);
  });

  it('states nothing as fact where several sets explain the verdicts, and gives the command that decides', () => {
    const few = THREE.filter(({ framing, method }) => (framing === 'chunked') === (method === 'GET'));
    expect(sayWhatMatters(judgedAt(few, byFraming))).toEqual([
      'These lanes cannot tell which dimensions change it: 2 sets of 1 explain every verdict, none better than another. No dimension is in all of them; in some: framing and method.',
      "To decide, with every combination of these: unclog run nginx/default --vary 'framing=chunked|content-length,method=GET|POST'",
    ]);
  });

  it('names what is in every such set', () => {
    const few = THREE.filter(({ 'content-type': type, method }) => (type === TYPES[0]) === (method === 'GET'));
    const [undecided] = sayWhatMatters(judgedAt(few, byBoth));
    expect(undecided).toContain('2 sets of 2 explain every verdict');
    expect(undecided).toContain('In all of them: framing; in some: content-type and method.');
  });

  it('decides by no more lanes than are run', () => {
    const axes = parseVary('framing,chunk,content-type,format');
    // Each value of one dimension with one of the others: whichever it is explains all.
    const few = Array.from({ length: 4 }, (_, index) =>
      Object.fromEntries(axes.map(({ id, values }) => [id, values[index] ?? ''])),
    );
    const all = crossProduct(axes).map((vary) => lane('nginx/default', { vary, verdict: 'unsupported' }));
    const said = sayWhatMatters([...judgedAt(few, byFraming), ...all]);
    expect(said[1]).toBe(
      'To decide, with every combination of the likeliest: unclog run nginx/default --vary framing,chunk,content-type',
    );
  });
});

function shown(lanes: LaneResult[]): string {
  return variedReport(results(lanes), 'results/latest/results.json', plain);
}

describe('the table', () => {
  it('has a row for each value of the first of two dimensions that fits, and a column for each of the other', () => {
    const text = shown(judgedAt(TWO, byFraming));
    expect(text).toContain(`  framing \\ content-type  text/event-  text/plain;
                          stream       charset=utf-8
  chunked                 streams      streams
  content-length          coalesces    coalesces
`);
    expect(text).toContain('nginx/default  nginx 1.31.3 (native)\n');
  });

  it('is a list for more dimensions, and never wider than 80 columns', () => {
    const text = shown(judgedAt(THREE, byFraming));
    expect(text).toMatch(/ {2}framing +content-type +method +verdict\n {2}chunked +text\/event-stream +GET +streams\n/);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('of very many dimensions has a lane on lines of its own', () => {
    const long = judgedAt(
      [
        {
          framing: 'content-length',
          'content-type': 'x'.repeat(30),
          format: 'text',
          'response-header': 'y'.repeat(30),
        },
      ],
      () => 'buffers',
    ).map((one) => ({ ...one, id: 'nginx/default?content-type=xx&format=text&framing=content-length' }));
    expect(shown(long)).toContain('  content-type=xx format=text framing=content-length  buffers\n');
  });

  it('gives once the reason why lanes have no verdict', () => {
    const lanes = judgedAt(TWO, () => 'unsupported').map((one) => ({ ...one, because: 'HTTP/2 is not spoken here' }));
    expect(shown(lanes).match(/HTTP\/2 is not spoken here/g)).toHaveLength(1);
    expect(shown(lanes)).toContain('unsupported: HTTP/2 is not spoken here (all)');
  });

  it('is followed by what frees lanes, once for all that it is declared of, or why nothing does', () => {
    const off = { change: 'proxy_buffering off;', provenBy: 'nginx/buffering-off', proven: false, costs: [] };
    const lanes = judgedAt(TWO, byFraming).map((one, index) => ({
      ...one,
      id: `nginx/default?${index}`,
      ...(index === 0 ? { noFix: 'it cannot be' } : index > 1 ? { remedies: [off] } : {}),
    }));
    const text = shown(lanes);
    expect(text).toContain('no fix: it cannot be (declared of nginx/default?0)\n');
    expect(text).toContain('fix: proxy_buffering off; (declared of nginx/default?2 and nginx/default?3)\n');
    expect(text.match(/names the lane that proves each/g)).toHaveLength(1);
  });

  it('stands for each variant by itself', () => {
    const other = judgedAt(TWO, byFraming).map((one) => ({ ...one, id: one.id.replace('nginx/default', 'nginx/tls') }));
    expect(shown([...judgedAt(TWO, byFraming), ...other]).match(/^nginx\/\S+/gm)).toEqual([
      'nginx/default',
      'nginx/tls',
    ]);
  });
});
