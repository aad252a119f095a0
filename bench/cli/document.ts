/** What every results document begins with. */

import { cpus, release, totalmem } from 'node:os';

import { packageVersion } from '../programs.ts';
import type { Results } from '../results.ts';

export function machine(): Results['machine'] {
  const processors = cpus();
  return {
    platform: process.platform,
    arch: process.arch,
    kernel: release(),
    cpu: processors[0]?.model.trim() ?? 'unknown processor',
    cpus: processors.length,
    memoryMiB: Math.round(totalmem() / 1024 / 1024),
    node: process.versions.node,
  };
}

export function documentHead(
  startedAt: Date,
): Pick<Results, 'schema' | 'unclog' | 'startedAt' | 'durationMs' | 'machine'> {
  return {
    schema: 'unclog/results@1',
    unclog: packageVersion(),
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    machine: machine(),
  };
}
