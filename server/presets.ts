/**
 * Workloads by name: what the streams of a kind of app look like. Each gives the sizes and the format of the chunks,
 * which hold in lock-step too, and the pace of the steady run.
 */

import { PACED, type Paced, type WorkloadInput } from './workload.ts';

interface Preset {
  /** What it stands for, in one line. */
  title: string;
  workload: Pick<WorkloadInput, 'format' | 'chunkBytes'>;
  /** The steady run: so many chunks at this pace. Two seconds at most, or a run of many lanes would never end. */
  paced: { count: number; pace: Paced };
}

/** Sizes that are spread over a range and the same each time: steps by a number that has no factor in common with its width. */
function spread(count: number, least: number, most: number, step: number): number[] {
  return Array.from({ length: count }, (_, index) => least + ((index * step) % (most - least + 1)));
}

export const PRESETS = {
  words: {
    title: '32-byte SSE events, one each 10 ms',
    workload: {},
    paced: { count: 60, pace: PACED },
  },
  tokens: {
    title: 'what an LLM API streams: SSE events of JSON, 180 to 220 bytes, one each 20 ms',
    workload: { format: 'sse-json', chunkBytes: spread(100, 180, 220, 17) },
    paced: { count: 60, pace: { ...PACED, intervalMs: 20 } },
  },
  logs: {
    title: 'NDJSON lines of 200 to 2,000 bytes, in bursts of 10 each 100 ms',
    workload: { format: 'ndjson', chunkBytes: spread(100, 200, 2000, 577) },
    paced: { count: 100, pace: { ...PACED, intervalMs: 100, burst: 10 } },
  },
  'big-first': {
    title: 'one SSE event of 64 KiB, then 32-byte ones each 10 ms',
    workload: { chunkBytes: [65_536, 32] },
    paced: { count: 60, pace: PACED },
  },
  slow: {
    title: '32-byte SSE events, one each second',
    workload: {},
    paced: { count: 3, pace: { ...PACED, intervalMs: 1000 } },
  },
} satisfies Record<string, Preset>;

export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];
export const DEFAULT_PRESET: PresetName = 'words';

export function presetOf(name: PresetName = DEFAULT_PRESET): Preset {
  return PRESETS[name];
}
