import { describe, expect, it } from 'vitest';

import { loadCatalogue, selectChains, selectLanes } from '../../../bench/catalogue/catalogue.ts';
import { chainOfPath } from '../../../bench/catalogue/path.ts';
import { UsageError } from '../../../bench/errors.ts';

const catalogue = await loadCatalogue();

describe('--path', () => {
  it('is hops in a row, hop 1 nearest the client, and a variant may stand in it twice', () => {
    const chain = chainOfPath(catalogue, 'nginx/default, traefik/default,nginx/default');
    expect(chain.id).toBe('path/nginx/default,traefik/default,nginx/default');
    expect(chain.path.map(({ id }) => id)).toEqual(['nginx/default', 'traefik/default', 'nginx/default']);
    expect(chain).not.toHaveProperty('expected');
  });

  it('has one stream, which stands at its end', () => {
    const chain = chainOfPath(catalogue, 'nginx/default,node/pipe?accept-encoding=gzip,br&framing=content-length');
    expect(chain.vary).toEqual({ 'accept-encoding': 'gzip,br', framing: 'content-length' });
    expect(chain.id).toBe('path/nginx/default,node/pipe?accept-encoding=gzip,br&framing=content-length');
    expect(chain.path).toHaveLength(2);
  });

  it.each([
    [
      'nginx/default',
      /takes two hops or more, the one nearest the client first: nginx\/default,\S+; a single one is `unclog run nginx\/default`/,
    ],
    ['nginx/default,,node/pipe', /has an empty place in "nginx\/default,,node\/pipe"/],
    ['nginx/default,', /has an empty place/],
    ['', /has an empty place/],
    ['ngnix/default,node/pipe', /no variant has the id "ngnix\/default" \(did you mean "nginx\/default"\?\)/],
    ['nginx,node/pipe', /no variant has the id "nginx" \(did you mean "nginx\/default"\?\)/],
    ['Caddy,node/pipe', /no variant has the id "Caddy" \(did you mean "caddy\/default"\?\)/],
    [
      'node/pipe,nginx/tls,nginx/default',
      /nginx\/tls cannot stand as hop 2: it listens with TLS, and node\/pipe \(hop 1\) speaks plain HTTP to what is behind it, origin:3000; what listens with TLS may stand as hop 1 alone/,
    ],
    [
      'caddy/upstream-h2c,nginx/default',
      /caddy\/upstream-h2c cannot stand as hop 1: it speaks HTTP\/2 without TLS to what is behind it, which the origin understands and nginx\/default \(hop 2\) need not; it may stand as the last hop alone/,
    ],
    [
      'caddy/default,nginx/default@1.22.1',
      /"nginx\/default@1\.22\.1" names a version, which --proxy asks for: --proxy nginx@1\.22\.1$/,
    ],
    ['nginx.conf', /"nginx\.conf" is a file: a config of your own becomes a variant/],
    ['node/pipe,./my/haproxy.cfg', /"\.\/my\/haproxy\.cfg" is a file/],
    ['zebra,node/pipe', /no variant has the id "zebra"; `unclog list` shows them all/],
    [
      'nginx/default?framing=content-length,node/pipe',
      /have one stream, which stands at its end: 'nginx\/default,traefik\/default\?framing=content-length'/,
    ],
    ['nginx/default,node/pipe?framming=chunked', /no dimension is called "framming" \(did you mean "framing"\?\)/],
    ['nginx/default,node/pipe?framing=chunky', /"chunky" is no value of framing/],
    ['nginx/default,node/pipe?', /no dimension is called ""/],
    ['nginx/default,node/pipe?framing=content-length&content-encoding=gzip', /^path: /],
    ['nginx/default node/pipe', /with a comma between, and "nginx\/default node\/pipe" has none/],
    [Array.from({ length: 9 }, () => 'node/pipe').join(','), /at most 8 hops; got 9/],
  ])('refuses "%s" and says what is allowed', (text, message) => {
    expect(() => chainOfPath(catalogue, text)).toThrow(UsageError);
    expect(() => chainOfPath(catalogue, text)).toThrow(message);
  });
});

it('what speaks HTTP/2 without TLS to the origin may stand in front of it', () => {
  expect(chainOfPath(catalogue, 'nginx/default,caddy/upstream-h2c').path).toHaveLength(2);
});

describe('chains of the catalogue', () => {
  it('are selected by id and by glob, and all of them where nothing is asked for', () => {
    const ids = (patterns: string[]): string[] => selectChains(catalogue, patterns).map(({ id }) => id);
    expect(ids([])).toEqual(catalogue.chains.map(({ id }) => id));
    expect(ids(['chain/*'])).toEqual(ids([]));
    expect(ids(['chain/two-nginx'])).toEqual(['chain/two-nginx']);
    expect(ids(['nginx/*'])).toEqual([]);
    expect(selectLanes(catalogue, ['chain/*'])).toEqual([]);
    expect(() => selectLanes(catalogue, ['chain/two-ngnix'])).toThrow(/did you mean "chain\/two-nginx"/);
  });
});
