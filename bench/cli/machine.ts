/** The machine that a run is made on, and the terminal that it is told on. */

import { cpus, release, totalmem } from 'node:os';
import { styleText } from 'node:util';

import type { Paint } from '../report/matrix.ts';
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

export const paintFor =
  (stream: NodeJS.WriteStream): Paint =>
  (style, text) =>
    styleText(style, text, { stream });
