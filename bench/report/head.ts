/** What stands over a report: the machine, and what of the streams is not as it usually is. Pure. */

import { DEFAULT_PRESET, PRESETS, type PresetName } from '../../server/presets.ts';
import type { Results } from '../results.ts';
import { WIDTH, wrap } from './text.ts';

function isPreset(name: string): name is PresetName {
  return name in PRESETS;
}

/** Of every run but one of plain words. */
function workloadLines({ lanes, options }: Results): string[] {
  const names = [...new Set(lanes.map(({ workload }) => workload))];
  const isUsual = names.every((name) => name === DEFAULT_PRESET) && options.vary === undefined;
  return isUsual ? [] : names.map((name) => `workload ${name}${isPreset(name) ? `: ${PRESETS[name].title}` : ''}`);
}

/** Of a run that left most of what there is out: how to have the rest. */
export function coreLines({ lanes, options: { coreOf } }: Results): string[] {
  if (coreOf === undefined) return [];
  return [`${lanes.length} of ${coreOf} lanes: the core set; \`unclog run\` without --core judges them all.`];
}

export function headLines(results: Results): string[] {
  const { unclog, machine, options } = results;
  return [
    `unclog ${unclog} on ${machine.platform} ${machine.kernel}, ${machine.cpus} × ${machine.cpu}`,
    ...workloadLines(results),
    ...coreLines(results),
    ...(options.vary === undefined ? [] : [`varied: ${options.vary}`]),
  ].map((line) => wrap(line, WIDTH));
}
