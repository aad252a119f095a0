/** Whether a Docker engine answers, asked once for all tests. In CI its absence is a failure. */

import { getContainerRuntimeClient } from 'testcontainers';

const answers = await getContainerRuntimeClient().then(
  () => true,
  () => false,
);

if (!answers && process.env['UNCLOG_REQUIRE_DOCKER'] === '1')
  throw new Error('UNCLOG_REQUIRE_DOCKER=1, and no Docker engine answers');

export const noEngine = !answers;
/** For the names of tests that need an engine: a skipped one says why. */
export const NEEDS_ENGINE = answers ? '' : ' (skipped: no Docker engine answers)';
