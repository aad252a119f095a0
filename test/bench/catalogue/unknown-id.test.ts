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
    ['nginx/default?framing=content-lenght', 'did you mean "nginx/default?framing=content-length"?'],
    ['http://localhost:8080/', 'takes no URL'],
    ['localhost:8080', 'takes no URL'],
  ])('%s it is said what does it', (pattern, advice) => {
    expect(sayUnknown(pattern, catalogue)).toContain(advice);
    expect(sayUnknown(pattern, catalogue)).not.toContain('piecewise');
  });
});
