/** What is reported of one lane, from what was found of it. Pure. */

import { DEFAULT_PRESET } from '../server/presets.ts';
import { slugOf, type Lane, type Variant } from './catalogue/catalogue.ts';
import { header } from './client/http1.ts';
import type { Delivery } from './verdict/delivery.ts';
import type { Hop, Runnable } from './drivers/driver.ts';
import { BenchError, ProxyError } from './errors.ts';
import type { Evidence } from './evidence.ts';
import { RULE_SHARE } from './verdict/held-words.ts';
import type { Instrument } from './instrument.ts';
import type { Seen } from './measures/all.ts';
import { pacedMeasure } from './measures/paced.ts';
import { packageVersion } from './programs.ts';
import type { Provided, ProvidedPath } from './run/provision.ts';
import type { LaneResult, MeasureResult, PathEntry } from './results.ts';
import type { AnyMeasure } from './measures/measure.ts';

export function pathEntry(variant: Variant, runnable: Runnable, hop?: Hop): PathEntry {
  return {
    proxy: variant.proxy.id,
    variant: slugOf(variant),
    version: hop?.version ?? runnable.version,
    driver: runnable.driver,
    source: runnable.source,
    ...(hop?.image === undefined ? {} : { image: hop.image }),
    ...(variant.package === undefined ? {} : { package: `${variant.package}@${packageVersion(variant.package)}` }),
    ...(hop === undefined ? {} : { configSha256: hop.configSha256 }),
  };
}

export function describe(
  lane: Lane,
  path: PathEntry[],
): Pick<LaneResult, 'id' | 'title' | 'workload' | 'vary' | 'version' | 'path' | 'expected' | 'outside'> {
  const { id, variant, expected, vary, version, outside, preset = DEFAULT_PRESET } = lane;
  return {
    id,
    title: variant.title,
    workload: preset,
    ...(vary === undefined ? {} : { vary }),
    ...(version === undefined ? {} : { version }),
    path,
    ...(expected === undefined ? {} : { expected }),
    ...(outside === undefined ? {} : { outside }),
  };
}

/** Of a client that asks for one, or of an origin that sends one whatever is asked. */
export function codingOf({ tries }: Evidence): Pick<LaneResult, 'contentCoding'> {
  const { client, origin } = tries.at(-1) ?? {};
  const { request, head } = client ?? {};
  const isAsked = request?.headers['accept-encoding'] !== undefined || origin?.workload.contentCoding !== undefined;
  if (!isAsked || head === undefined) return {};
  return { contentCoding: header(head, 'content-encoding') ?? 'identity' };
}

/** Or else the median is that of words which were not. */
function areMostHeld({ words, share }: Extract<Delivery, { verdict: 'delays' }>): boolean {
  return words === undefined && share >= RULE_SHARE;
}

export function figures(delivery: Delivery, { clock }: Instrument, evidence: Evidence): Partial<LaneResult> {
  const paced = evidence.paced === undefined ? {} : { paced: pacedMeasure.figures(evidence.paced) };
  const onClock = clock.shared ? { clock: 'shared' as const } : { clock: 'offset' as const, errorMs: clock.errorMs };
  switch (delivery.verdict) {
    case 'streams':
      return { hold: { ...delivery.hold, ...onClock }, ...paced };
    case 'delays':
      return {
        hold: { ...delivery.hold, ...onClock },
        threshold: { bytes: null, ms: areMostHeld(delivery) ? delivery.hold.p50Ms : null },
        ...paced,
      };
    case 'coalesces':
      return { threshold: { bytes: delivery.heldBytes, ms: null }, ...paced };
    case 'buffers':
      return { threshold: { bytes: null, ms: null }, ...paced };
    case 'breaks':
    case 'unsupported':
    case 'inconclusive':
    case 'harness-error':
      return paced;
  }
}

/** What is said of a lane whose proxies were not found to run here. */
export function notProvided(provided: Provided | ProvidedPath): Pick<LaneResult, 'verdict' | 'because' | 'bring'> {
  if ('fault' in provided) return { verdict: 'harness-error', because: provided.fault };
  const { unavailable = '', bring } = 'unavailable' in provided ? provided : {};
  return { verdict: 'skipped', because: unavailable, ...(bring === undefined ? {} : { bring }) };
}

/** What is said of a lane whose proxy did not start, or whose measurement failed: its own failure, and of no other lane. */
export function refusal(
  error: unknown,
  expected: string | undefined,
): Pick<LaneResult, 'verdict' | 'because' | 'asExpected' | 'log' | 'command'> {
  if (error instanceof ProxyError) {
    const { log, command, refused, hop } = error;
    if (refused)
      return {
        verdict: 'refused',
        because: `${hop === undefined ? 'the proxy' : `${hop},`} refuses to start with this config`,
        ...(expected === undefined ? {} : { asExpected: expected === 'refused' }),
        log,
        command,
      };
    const who = hop === undefined ? '' : `${hop}: `;
    return { verdict: 'harness-error', because: `${who}${error.message}`, log, command };
  }
  if (error instanceof BenchError) return { verdict: 'harness-error', because: error.message };
  const { message, stack = message } = error as Error;
  return { verdict: 'harness-error', because: `unclog itself failed: ${message}`, log: stack };
}

export function notStarted(lane: Lane, runnable: Runnable, error: unknown): LaneResult {
  return { ...describe(lane, [pathEntry(lane.variant, runnable)]), ...refusal(error, lane.expected) };
}

/** What a measure found, as it is reported. */
export function reportOf(measure: AnyMeasure, found: unknown): MeasureResult {
  const flaw = measure.flaw(found);
  const inconclusive = measure.noise?.(found);
  return {
    figures: found,
    says: measure.say(found),
    ...(flaw === undefined ? {} : { flaw }),
    ...(inconclusive === undefined ? {} : { inconclusive }),
  };
}

/** What was measured while the hop's process ran; what it ended in has no figures. */
export function reportsOf(
  measures: readonly AnyMeasure[],
  { evidence, ended, earlier = {} }: Seen,
  isDeep: boolean,
): Pick<LaneResult, 'measures' | 'endedIn'> {
  if (measures.length === 0) return {};
  const told = measures.filter(({ id }) => !ended.includes(id));
  return {
    measures: Object.fromEntries(
      told.map((measure) => [
        measure.id,
        {
          ...reportOf(measure, measure.figures(evidence[measure.id])),
          ...(measure.id in earlier ? { tries: 2 } : {}),
          ...(isDeep && measure.takesMs(true) > measure.takesMs(false) ? { deep: true } : {}),
        },
      ]),
    ),
    ...(ended.length === 0 ? {} : { endedIn: ended }),
  };
}
