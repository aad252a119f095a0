import { describe, expect, it } from 'vitest';

import { loadCatalogue } from '../../../bench/catalogue/catalogue.ts';
import {
  filterOnly,
  jobsOption,
  onlyOption,
  parseMeasures,
  parseProxies,
  timeoutOption,
} from '../../../bench/cli/options.ts';
import { UsageError } from '../../../bench/errors.ts';

const catalogue = await loadCatalogue();

describe('--proxy', () => {
  it('takes names, and versions where they are given', () => {
    expect([...parseProxies(catalogue, ['nginx@1.30', 'node'])]).toEqual([
      ['nginx', ['1.30']],
      ['node', [undefined]],
    ]);
    expect([...parseProxies(catalogue, ['nginx,node@24'])]).toEqual([
      ['nginx', [undefined]],
      ['node', ['24']],
    ]);
    expect(parseProxies(catalogue, []).size).toBe(0);
  });

  it('takes several versions of one, each once', () => {
    const parsed = parseProxies(catalogue, ['nginx@1.22,1.30,caddy', 'nginx@v1.31.3,1.22', 'nginx']);
    expect([...parsed]).toEqual([
      ['nginx', ['1.22', '1.30', 'v1.31.3', undefined]],
      ['caddy', [undefined]],
    ]);
  });

  it.each(['nginx@1.x', 'nginx@latest', 'nginx@1.30-alpine', 'nginx@1.2.3.4.5'])('takes no %s', (name) => {
    expect(() => parseProxies(catalogue, [name])).toThrow(
      /^"\S+" is no version of nginx: it takes numbers with dots between; there are of nginx: as a wheel 1\.31\.3; natively the nginx on PATH; in a container/,
    );
  });

  it('says which proxy was meant, and which there are', () => {
    const known = catalogue.proxies.map(({ id }) => id).join(', ');
    expect(() => parseProxies(catalogue, ['ngnix'])).toThrow(
      new UsageError(`no proxy is called "ngnix" (did you mean "nginx"?); there are: ${known}`),
    );
    expect(() => parseProxies(catalogue, ['zebrafish'])).toThrow(`no proxy is called "zebrafish"; there are: ${known}`);
  });

  it.each(['nginx@', 'nginx@1@2', '1.30'])('does not guess what %s means', (name) => {
    expect(() => parseProxies(catalogue, [name])).toThrow(
      new UsageError(
        `--proxy takes NAME or NAME@VERSION, several versions by commas, such as nginx@1.22,1.30; got "${name}"`,
      ),
    );
  });
});

describe('--only', () => {
  it('keeps lanes with the word as a tag or in their id', () => {
    const gzip = filterOnly(catalogue.lanes, ['encoding=gzip']);
    expect(gzip.length).toBeGreaterThan(0);
    expect(gzip.every(({ id }) => id.includes('encoding=gzip'))).toBe(true);
    const tagged = filterOnly(catalogue.lanes, ['refused']);
    expect(tagged.map(({ id }) => id)).toContain('nginx/chunked-encoding-off');
    expect(filterOnly(catalogue.lanes, ['encoding=gzip', 'refused'])).toHaveLength(gzip.length + tagged.length);
    expect(filterOnly(catalogue.lanes, [])).toBe(catalogue.lanes);
  });

  it('says which tags there are when none is left', () => {
    expect(() => filterOnly(catalogue.lanes, ['zebra'])).toThrow(
      /^--only zebra leaves no lane; it takes a tag \(abort, backpressure, buffering, .*\) or a part of an id$/,
    );
    expect(() => filterOnly(catalogue.lanes, ['gzip', 'bufering'])).toThrow(
      /^--only bufering leaves no lane \(did you mean "buffering"\?\); /,
    );
    expect(() => filterOnly(catalogue.lanes, ['zebra', 'bufering'])).toThrow(
      /^--only zebra bufering leaves no lane \(did you mean "buffering"\?\); /,
    );
  });

  it('takes no empty word, which is a part of every id', () => {
    expect(onlyOption.parseArg?.('gzip,abort', ['x'])).toEqual(['x', 'gzip', 'abort']);
    for (const text of ['', 'gzip,', ',gzip', 'gzip,,abort'])
      expect(() => onlyOption.parseArg?.(text, undefined)).toThrow(
        'A word is missing before, between or after its commas.',
      );
  });
});

describe('--measure', () => {
  it('takes names in any order, and refuses one that is there twice', () => {
    expect(parseMeasures(['idle', 'abort']).map(({ id }) => id)).toEqual(['abort', 'idle']);
    expect(() => parseMeasures(['abort', 'idle', 'abort'])).toThrow('--measure names abort twice');
  });
});

describe.each([
  ['--jobs', jobsOption, ['1', '64'], ['0', '65', '-1', '1.5', 'x', '']],
  ['--timeout', timeoutOption, ['0.5', '86400'], ['0', '-1', 'x', '', '86401', 'Infinity']],
] as const)('%s', (_, option, taken, refused) => {
  it.each(taken)('takes %s', (text) => {
    expect(option.parseArg?.(text, undefined)).toBe(Number(text));
  });

  it.each(refused)('refuses "%s"', (text) => {
    expect(() => option.parseArg?.(text, undefined)).toThrow(/must be/);
  });
});
