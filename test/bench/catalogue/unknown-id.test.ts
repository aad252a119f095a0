import { describe, expect, it } from 'vitest';

import { loadCatalogue } from '../../../bench/catalogue/catalogue.ts';
import { sayUnknown } from '../../../bench/catalogue/unknown-id.ts';

const catalogue = await loadCatalogue();

describe('of an id that selects nothing', () => {
  it.each([
    [
      'nginx/default?framing=chunked',
      'chunked is the default of framing and no part of an id: the lane is "nginx/default?"',
    ],
    [
      'nginx/default?framing=content-length&method=GET',
      'GET is the default of method and no part of an id: the lane is "nginx/default?framing=content-length"',
    ],
    [
      'nginx/default?response-header=x-accel-buffering:no&framing=content-length',
      'dimensions stand in an id by name: the lane is "nginx/default?framing=content-length&response-header=x-accel-buffering:no"',
    ],
    [
      'envoy/timeouts-off?framing=content-length',
      'to run it all the same: unclog run envoy/timeouts-off --vary framing=content-length',
    ],
    [
      'envoy/timeouts-off?response-header=x-accel-buffering:no',
      "unclog run envoy/timeouts-off --vary 'response-header=x-accel-buffering:no'",
    ],
    [
      'nginx/default?framing=content-lenght',
      '"content-lenght" is no value of framing (did you mean "content-length"?)',
    ],
    ['nginx/defualt?framing=content-length', 'did you mean "nginx/default?framing=content-length"?'],
    [
      'nginx/default?framming=chunked',
      'no dimension is called "framming" (did you mean "framing"?); there are: framing, content-type, format, chunk, ',
    ],
    ['nginx/default?', 'no dimension is called ""; there are: framing, '],
    ['nginx/default?chunk=huge', '"huge" is no value of chunk; allowed: 32 | 1 | 1024 | 16384 | 65536, or a number'],
    ['ngnix/*', '(did you mean "nginx/*"?)'],
    ['ngnix/gzip-*?accept-encoding=*', '(did you mean "nginx/gzip-*?accept-encoding=*"?)'],
    ['chian/two-*', '(did you mean "chain/two-*"?)'],
    ['nginx@1.22', 'names a version, which --proxy asks for: nginx --proxy nginx@1.22'],
    ['nginx@1.22x', '"1.22x" is no version of nginx: it takes numbers with dots between; there are of nginx: '],
    [
      'nginx/gzip',
      `no lane has the id "nginx/gzip": with it begin nginx/gzip-buffered, nginx/gzip-buffering-off, nginx/gzip-types, and 'nginx/gzip-*' selects all of these`,
    ],
    ['express', 'lanes have it as a tag or in the id: `unclog list --only express`'],
    ['compression', 'lanes have it as a tag or in the id: `unclog list --only compression`'],
    ['http://localhost:8080/', 'takes no URL'],
    ['localhost:8080', 'takes no URL'],
    ['./nginx.conf', 'to have a config of your own judged, make it one, as CONTRIBUTING.md shows'],
    ['/etc/haproxy/haproxy.cfg', 'is a file: '],
    ['traefik.yaml', 'is a file: '],
  ])('%s it is said what does it', (pattern, advice) => {
    expect(sayUnknown(pattern, catalogue)).toContain(advice);
  });

  it.each(['ngnix/no-such-*', 'zebra/*'])('%s, a glob that no proxy would mend, it is left at that', (pattern) => {
    expect(sayUnknown(pattern, catalogue)).not.toContain('did you mean');
  });
});
