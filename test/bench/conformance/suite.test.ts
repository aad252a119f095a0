import { describe, expect, it } from 'vitest';

import { loadCatalogue } from '../../../bench/catalogue/catalogue.ts';
import { conformanceExitCode, type RequirementResult, type SubjectResult } from '../../../bench/conformance/result.ts';
import { isOfSuite, REQUIREMENT_IDS, selectRequirements } from '../../../bench/conformance/select.ts';
import { expectedOf, isAsExpected, subjectsOf } from '../../../bench/conformance/subjects.ts';
import { laneStream } from '../../../bench/lane.ts';
import { conformanceReport } from '../../../bench/report/conformance.ts';
import { NGINX, results } from '../results.ts';

const catalogue = await loadCatalogue();
const subjects = subjectsOf(catalogue);

describe('ids of requirements', () => {
  it('select one, several or all, in the order of the suite', () => {
    expect(selectRequirements(['rfc10036/headers-first']).map(({ id }) => id)).toEqual(['headers-first']);
    expect(selectRequirements(['rfc10036/re*']).map(({ id }) => id)).toEqual(['refuse-not-buffer', 'refused-501']);
    expect(selectRequirements(['rfc10036'])).toHaveLength(REQUIREMENT_IDS.length);
    expect(selectRequirements(['rfc10036/*'])).toHaveLength(REQUIREMENT_IDS.length);
  });

  it('that there are not are said with what was probably meant', () => {
    expect(() => selectRequirements(['rfc10036/header-first'])).toThrow(/did you mean "rfc10036\/headers-first"\?/);
    expect(() => selectRequirements(['rfc10036/x'])).toThrow(/there are: rfc10036\/boolean-item, /);
    expect([isOfSuite('rfc10036'), isOfSuite('rfc10036/*'), isOfSuite('nginx/rfc10036')]).toEqual([true, true, false]);
  });
});

describe('the variants that are asked', () => {
  it('are the first of every proxy, and those that declare to show something', () => {
    const firsts = catalogue.proxies.map(({ id, variants }) => `${id}/${variants[0]?.id}`);
    const asked = new Set(subjects.map(({ variant }) => variant.id));
    expect(firsts.filter((id) => !asked.has(id))).toEqual([]);
    for (const { variant } of subjects.filter(({ variant: { id } }) => !firsts.includes(id)))
      expect(variant.incremental?.why).toMatch(/^[A-Z].{15,}\.$/s);
  });

  it.each(subjects.filter(({ vary }) => vary !== undefined))(
    '$id has a stream of which a lane tells how it is held',
    ({ variant, vary }) => {
      const lanes = catalogue.lanes.filter((lane) => lane.variant === variant);
      const held = lanes.find(
        (lane) => JSON.stringify(laneStream(lane)) === JSON.stringify(laneStream({ vary: vary ?? {} })),
      );
      expect([undefined, 'streams'].includes(held?.expected) && variant.incremental?.expected === undefined).toBe(
        false,
      );
    },
  );

  it('of a version before the one that knows the field are expected to be unaware', () => {
    const caddy = subjects.find(({ variant }) => variant.incremental?.since !== undefined);
    if (caddy === undefined) throw new Error('no variant declares since when it knows the field');
    expect(expectedOf(caddy, 'no-whole-buffer', '2.0.0')).toBeUndefined();
    expect(expectedOf(caddy, 'no-whole-buffer', caddy.variant.incremental?.since ?? '')).toBe('honours');
  });

  it.each([
    ['unaware', true],
    ['streams-anyway', true],
    ['not-asked', true],
    ['untold', true],
    ['honours', false],
    ['refuses', false],
    ['refuses-wrongly', false],
    ['violates', false],
  ] as const)('of which nothing is known are expected to be found “%s”: %s', (outcome, isExpected) => {
    expect(isAsExpected({ outcome, because: 'x' }, undefined)).toBe(isExpected);
  });
});

function subject(result: Partial<RequirementResult>, rest: Partial<SubjectResult> = {}): SubjectResult {
  const one: RequirementResult = { outcome: 'unaware', because: 'held to its end', asExpected: true, ...result };
  return { id: 'nginx/default', title: 'x', path: [NGINX], requirements: { 'headers-first': one }, ...rest };
}

function suiteOf(all: SubjectResult[]) {
  return { suite: 'rfc10036' as const, requirements: ['headers-first' as const], subjects: all };
}

const { requirements: _, ...UNASKED } = subject({});

describe('the exit code', () => {
  it.each([
    ['all is as expected', [subject({})], 0],
    ['a breach is expected', [subject({ outcome: 'violates', expected: 'violates' })], 0],
    ['one is not as expected', [subject({}), subject({ outcome: 'honours', asExpected: false })], 1],
    ['noise was in the way', [subject({ outcome: 'untold', isNoise: true })], 3],
    ['one is skipped', [subject({}), { ...UNASKED, without: { verdict: 'skipped' as const, because: 'not here' } }], 0],
    ['one does not start', [subject({}), { ...UNASKED, without: { verdict: 'refused' as const, because: 'x' } }], 1],
    [
      'the bench failed at one',
      [subject({}), { ...UNASKED, without: { verdict: 'harness-error' as const, because: 'x' } }],
      3,
    ],
    ['nothing was asked', [{ ...UNASKED, without: { verdict: 'skipped' as const, because: 'not here' } }], 3],
  ])('where %s is %#', (_what, all, code) => {
    expect(conformanceExitCode(suiteOf(all))).toBe(code);
  });
});

it('the report is 80 columns wide, says what was withheld, and what is not as expected', () => {
  const all = [
    subject({
      outcome: 'violates',
      asExpected: false,
      because: 'with the field the head is held until there is content',
    }),
    subject(
      {},
      { id: 'envoy/a-variant-with-a-name-that-is-longer-than-its-column?framing=content-length&format=text' },
    ),
    {
      ...UNASKED,
      id: 'traefik/default',
      path: [],
      without: { verdict: 'skipped' as const, because: 'no Traefik here', bring: 'unclog setup' },
    },
  ];
  const withheld = [
    { what: 'rfc10036/early-response', because: 'relay waits-for-request must be found: x; it was found: y' },
  ];
  const suite = { ...suiteOf(all), requirements: ['headers-first' as const, 'early-response' as const] };
  const text = conformanceReport(
    { ...results([], { withheld }), conformance: suite },
    suite,
    'results.json',
    (_style, what) => what,
  );
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(text).toContain('headers-first: NOT AS EXPECTED (unaware, or streams anyway): violates');
  expect(text).toMatch(/Withheld \(native\): rfc10036\/early-response/);
  expect(text).toMatch(/ {2}default +X +!\n/);
  expect(text.replaceAll('\n', ' ')).toContain('skipped: traefik/default: no Traefik here. To have it: unclog setup');
});

it('a report of an instrument that did not prove itself says so, and tells nothing of anybody', () => {
  const suite = suiteOf([]);
  const unsound = results([], { sound: false, unsound: 'the floor is 3.2 ms' });
  const text = conformanceReport({ ...unsound, conformance: suite }, suite, 'results.json', (_style, what) => what);
  expect(text).toContain('did not prove itself, so nothing was asked: the floor is 3.2 ms');
  expect(text).not.toMatch(/as expected|headers-first/);
});
