import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { checkedChains, checkedProxy, checkProofs } from '../../../bench/catalogue/declaration-faults.ts';
import { UsageError } from '../../../bench/errors.ts';
import { PACKAGE_ROOT } from '../../../bench/programs.ts';

const FOLDER = join(PACKAGE_ROOT, 'proxy-configs', 'nginx');
const LANE = { expected: 'streams', why: 'A sentence that says why that is.' };
const VARIANT = {
  id: 'default',
  title: 'Defaults',
  changes: 'nothing',
  files: { config: 'default.conf' },
  docs: ['https://nginx.org/en/docs/'],
  lanes: [LANE],
};
const DECLARED = {
  id: 'nginx',
  name: 'nginx',
  home: 'https://nginx.org/',
  version: { args: ['-v'], pattern: /x/ },
  variants: [VARIANT],
};

/** The complaint about a declaration; nothing where it is whole. */
function complaint(declared: unknown): string | undefined {
  try {
    checkedProxy(declared, FOLDER);
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

function withVariant(rest: Record<string, unknown>): unknown {
  return { ...DECLARED, variants: [{ ...VARIANT, ...rest }] };
}

function withLane(rest: Record<string, unknown>): unknown {
  return withVariant({ lanes: [LANE, { ...LANE, ...rest }] });
}

/** nginx declares its variants by theme: that one stands in another file than index.ts. */
const LINES = readFileSync(join(FOLDER, 'buffering.ts'), 'utf8').split('\n');
const DEFAULT_AT = `proxy-configs/nginx/buffering.ts:${LINES.indexOf("    id: 'default',") + 1}`;
const VARIANT_0 = `${DEFAULT_AT}: variants[0] (default)`;
const LANE_1 = `${VARIANT_0}.lanes[1]`;

describe('a declaration', () => {
  it('that is whole is taken as it is', () => {
    expect(checkedProxy(DECLARED, FOLDER)).toBe(DECLARED);
    const fix = { change: 'proxy_buffering off;', provenBy: 'nginx/default' };
    expect(complaint(withLane({ vary: { framing: 'content-length' }, fix }))).toBeUndefined();
    expect(complaint(withLane({ fix: [fix, fix], core: true, patienceMs: 1000 }))).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    [
      'a forgotten field',
      withLane({ why: undefined }),
      `${LANE_1}.why is missing: a sentence of more than 20 characters, with its full stop`,
    ],
    [
      'a word for a sentence',
      withLane({ why: 'So.' }),
      `${LANE_1}.why must be a sentence of more than 20 characters, with its full stop; it is "So."`,
    ],
    [
      'an unknown verdict',
      withLane({ expected: 'stream' }),
      `${LANE_1}.expected must be one of breaks, streams, delays, coalesces, buffers, refused (did you mean "streams"?); it is "stream"`,
    ],
    [
      'a misspelt field',
      withLane({ expcted: 'streams' }),
      `${LANE_1}.expcted is no field (did you mean "expected"?); there are: expected, why, fix, noFix, vary, since, reuseFix, patienceMs, core, earlier`,
    ],
    [
      'a fix without its proof',
      withLane({ fix: { change: 'proxy_buffering off;' } }),
      `${LANE_1}.fix.provenBy is missing: some words`,
    ],
    [
      'one of several changes',
      withLane({
        earlier: [{ before: '2.0', expected: 'streams', why: 'It let each word through.' }, { before: 'x' }],
      }),
      `${LANE_1}.earlier[1].expected is missing`,
    ],
    [
      'one of several fixes',
      withLane({
        fix: [
          { change: 'proxy_buffering off;', provenBy: 'nginx/default' },
          { change: 'x', provenby: 'y' },
        ],
      }),
      `${LANE_1}.fix[1].provenBy is missing: some words`,
    ],
    [
      'an unknown dimension',
      withLane({ vary: { framming: 'chunked' } }),
      `${LANE_1}.vary.framming is no field (did you mean "framing"?)`,
    ],
    [
      'a value that no dimension has',
      withLane({ vary: { framing: 'content-lenght' } }),
      `${LANE_1}.vary: "content-lenght" is no value of framing (did you mean "content-length"?); allowed: chunked | `,
    ],
    [
      'values that do not go together',
      withLane({ vary: { 'content-encoding': 'gzip', framing: 'content-length' } }),
      `${LANE_1}.vary: the origin cannot send this stream: dimension "content-encoding" must be "identity" where "framing" is "content-length" or "piecewise", which announce a length`,
    ],
    [
      'a file that is not there',
      withVariant({ files: { config: 'bufering-off.conf' } }),
      `${VARIANT_0}.files.config: there is no nginx/bufering-off.conf (did you mean "buffering-off.conf"?)`,
    ],
    [
      'a companion that is none of its files',
      withVariant({ companion: ['processor.mjs'] }),
      `${VARIANT_0}.companion: "processor.mjs" is none of its files; there are: default.conf`,
    ],
    ['no address', withVariant({ docs: [] }), `${VARIANT_0}.docs must be`],
    [
      'an address without TLS',
      withVariant({ docs: ['http://nginx.org/'] }),
      `${VARIANT_0}.docs[0] must be an https address; it is "http://nginx.org/"`,
    ],
    [
      'no slug',
      withVariant({ id: 'Buffering off' }),
      '.id must be a slug, such as buffering-off; it is "Buffering off"',
    ],
    ['no lane', withVariant({ lanes: [] }), `${VARIANT_0}.lanes must be`],
    ['no variant', { ...DECLARED, variants: [] }, 'proxy-configs/nginx/index.ts: variants must be'],
    ['another id than its folder', { ...DECLARED, id: 'ngnix' }, 'id must be the folder’s name, nginx; it is "ngnix"'],
    ['nothing exported', undefined, 'proxy-configs/nginx/index.ts: it has no default export'],
  ])('with %s is refused, and it is said where and what is allowed', (_, declared, says) => {
    expect(complaint(declared)).toContain(says);
  });

  it('with several faults names each of them once', () => {
    const lines = complaint(withLane({ why: undefined, expected: 'x', fix: 7 }))?.split('\n') ?? [];
    const fields = lines.map((line) => /lanes\[1\]\.(\w+)/.exec(line)?.[1]);
    expect(fields).toHaveLength(3);
    expect(new Set(fields)).toEqual(new Set(['expected', 'fix', 'why']));
  });
});

function hop(id: string): { id: string; proxy: { id: string } } {
  return { id, proxy: { id: id.split('/')[0] ?? '' } };
}

describe('what frees a lane', () => {
  it('is proven by a lane that there is', () => {
    const off = { id: 'nginx/buffering-off' };
    const fixes = [{ provenBy: 'nginx/bufering-off' }];
    const says = 'is provenBy "nginx/bufering-off", which is no lane (did you mean "nginx/buffering-off"?)';
    expect(() => checkProofs([off, { id: 'nginx/default', fixes }])).toThrow(says);
    expect(() => checkProofs([off, { id: 'nginx/default', earlier: [{ fixes }] }])).toThrow(says);
    expect(() => checkProofs([off, { id: 'nginx/default', reuseFix: { provenBy: 'nginx/bufering-off' } }])).toThrow(
      says,
    );
    expect(() => checkProofs([off, { id: 'nginx/default', fixes: [{ provenBy: off.id }] }])).not.toThrow();
  });

  it('is of a chain proven by one with the same hops in their places, save one', () => {
    const [nginx, traefik, buffering] = [hop('nginx/default'), hop('traefik/default'), hop('traefik/buffering')];
    const proof = { id: 'chain/free', path: [nginx, traefik] };
    const clogged = { id: 'chain/clogged', fixes: [{ provenBy: proof.id }] };
    expect(() => checkProofs([proof, { ...clogged, path: [nginx, buffering] }])).not.toThrow();
    for (const path of [
      [buffering, nginx],
      [nginx, buffering, nginx],
      [hop('nginx/gzip-buffered'), buffering],
    ])
      expect(() => checkProofs([proof, { ...clogged, path }])).toThrow(
        'the fix of chain/clogged is provenBy "chain/free", which is not the same hops in the same order with one of them changed',
      );
  });
});

describe('a chain', () => {
  it('with a misspelt field or value is refused', () => {
    const chain = { ...LANE, id: 'two', title: 'Two', path: ['a/b', 'c/d'], guilty: [] };
    expect(checkedChains([chain])).toEqual([chain]);
    expect(() => checkedChains([{ ...chain, paths: [] }])).toThrow(
      '[0] (two).paths is no field (did you mean "path"?)',
    );
    expect(() => checkedChains([{ ...chain, vary: { framing: 'chunk' } }])).toThrow('is no value of framing');
  });
});
