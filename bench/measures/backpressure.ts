/**
 * Backpressure: a client that does not read at all, from before it connects; the origin writes as fast as its
 * socket takes it. How much goes in until nothing more does, or whether the hop takes everything.
 */

import { milliseconds } from '../verdict/because.ts';
import type { Usage } from '../drivers/driver.ts';
import { ABSORBED_BYTES } from '../relays/relays.ts';
import { baseline } from './baseline.ts';
import { alone, fill, hasAll, hasStopped, pausesOf, STILL_MS, type Filling } from './filling.ts';
import { unseen, type Unseen } from '../chain/unseen.ts';
import { keptBy, mostOf } from './kept.ts';
import type { Measure, MeasureContext } from './measure.ts';

export interface BackpressureEvidence {
  filling: Filling;
  /** The same with no hop between. */
  direct: Filling;
}

export interface Absorption {
  /** What the origin could write, to within one write of 64 KiB. */
  acceptedBytes: number;
  /**
   * What the hop itself took: less what the kernel held in the sockets of this stream. Absent where that cannot be seen,
   * as in containers; at least so much where it took everything.
   */
  absorbedBytes?: number;
  /**
   * What the origin could write with no hop between. It is no measure of what sockets take with a hop: that adds two,
   * and the kernel lets a receive buffer grow by several MiB, or not, as it is read at first.
   */
  directBytes: number;
  /**
   * Of the hop's processes from before the stream to its stop, as seen: what a garbage collector has not given back, and
   * streams of a few MiB of other lanes and measures on the same hop, are in it. No two streams of this measure share one at a time.
   */
  growth?: Usage;
  /** Of one hop of a chain: `acceptedBytes` are what came to it and did not go on, its sockets' share included. */
  ofHop?: true;
}

export type BackpressureFigures =
  | ({ how: 'stops'; waitedMs: number } & Absorption)
  | ({ how: 'takes-all' } & Absorption)
  | ({ how: 'inconclusive' } & Fault);

/** Why nothing can be told; `isNoise` where another try might tell. */
interface Fault {
  reason: string;
  isNoise?: true;
}

const MIB = 1024 * 1024;
/** Where what the sockets hold is seen they do not count; where not, it is above what any took that were seen, and a port's own. */
const BOUND_BYTES = { seen: 32 * MIB, unseen: 128 * MIB };
/** By default; in a run of all lanes less. */
const FULL_BOUND_BYTES = 256 * MIB;
/** The last write, of which the kernel may have taken a part (server/stream.ts). */
const RESOLUTION_BYTES = 64 * 1024;

async function measure(context: MeasureContext): Promise<BackpressureEvidence> {
  const direct = await baseline('backpressure', context, (way) => fill(way, BOUND_BYTES.unseen));
  const usual = direct.queuedBytes === undefined ? BOUND_BYTES.unseen : BOUND_BYTES.seen;
  const boundBytes = context.fullBound ? FULL_BOUND_BYTES : usual;
  return { filling: await alone(context.via, () => fill(context, boundBytes)), direct };
}

function growthOf({ before, after }: NonNullable<Filling['usage']>): Usage {
  const grown = (what: keyof Usage): Usage => {
    const [from, to] = [before[what], after[what]];
    return from === undefined || to === undefined ? {} : { [what]: Math.max(0, to - from) };
  };
  return { ...grown('memoryBytes'), ...grown('diskBytes') };
}

function acceptedOf({ samples }: Filling): number {
  return samples.at(-1)?.bytes ?? 0;
}

function absorptionOf({ filling, direct }: BackpressureEvidence): Absorption {
  const { queuedBytes, usage } = filling;
  const acceptedBytes = acceptedOf(filling);
  return {
    acceptedBytes,
    ...(queuedBytes === undefined ? {} : { absorbedBytes: Math.max(0, acceptedBytes - queuedBytes) }),
    directBytes: acceptedOf(direct),
    ...(usage === undefined ? {} : { growth: growthOf(usage) }),
  };
}

function faultOf(filling: Filling): Fault | undefined {
  const { samples, askedAt, origin } = filling;
  if (origin === undefined) return { reason: 'the hop never asked the origin' };
  if (hasAll(filling)) return undefined;
  const lastedMs = (samples.at(-1)?.at ?? askedAt) - askedAt;
  if (origin.end !== undefined) return { reason: `the stream was cut before it stopped (${origin.end})` };
  if (hasStopped(samples)) return undefined;
  const { longestMs } = pausesOf(samples);
  const reason = `neither stopped nor took all within ${milliseconds(lastedMs)}, with pauses of up to ${milliseconds(longestMs)}`;
  return { reason, isNoise: true };
}

function figures(evidence: BackpressureEvidence): BackpressureFigures {
  const { filling, direct } = evidence;
  const fault = faultOf(filling);
  if (fault !== undefined) return { how: 'inconclusive', ...fault };
  const wayFault = faultOf(direct) ?? (hasAll(direct) ? { reason: 'the way itself takes everything' } : undefined);
  if (wayFault !== undefined)
    return { how: 'inconclusive', ...wayFault, reason: `with no hop between: ${wayFault.reason}` };
  if (hasAll(filling)) return { how: 'takes-all', ...absorptionOf(evidence) };
  return { how: 'stops', waitedMs: pausesOf(filling.samples).stillMs, ...absorptionOf(evidence) };
}

/** Where the path takes all, nothing ever stopped: only who took it is known, and of the others nothing. */
function ofHop({ filling, direct }: BackpressureEvidence, hop: number): BackpressureFigures | Unseen {
  const whole = figures({ filling, direct });
  if (whole.how === 'inconclusive') return whole;
  const flow = filling.flows?.[hop - 1];
  if (flow === undefined) return unseen('how much had passed its links cannot be seen');
  const kept = keptBy(filling, hop);
  const found = { ...kept, directBytes: whole.directBytes, ofHop: true as const };
  if (whole.how === 'takes-all' && mostOf(kept) >= filling.boundBytes) return { how: 'takes-all', ...found };
  if (flow.receivedBytes === flow.waitingBytes) return unseen('nothing came to it: another hop kept all');
  if (whole.how === 'takes-all') return unseen('another hop takes everything: nothing ever stopped there');
  return { how: 'stops', waitedMs: whole.waitedMs, ...found };
}

function amount(value: number): string {
  if (value < 1024) return `${value} bytes`;
  if (value < MIB) return `${Math.round(value / 1024)} KiB`;
  return `${(value / MIB).toFixed(value < 10 * MIB ? 1 : 0)} MiB`;
}

/** Growth below this is what any program does at its first stream. */
const WORTH_SAYING_BYTES = 4 * MIB;

function sayGrowth(growth: Usage = {}): string {
  const { memoryBytes = 0, diskBytes = 0 } = growth;
  const parts = [
    ...(memoryBytes < WORTH_SAYING_BYTES ? [] : [`memory +${amount(memoryBytes)}`]),
    ...(diskBytes < WORTH_SAYING_BYTES ? [] : [`disk +${amount(diskBytes)}`]),
  ];
  return parts.length === 0 ? '' : ` (meanwhile, with whatever else went through it: ${parts.join(', ')})`;
}

function say(found: BackpressureFigures): string {
  if (found.how === 'inconclusive') return `could not be told: ${found.reason}`;
  const { how, acceptedBytes, absorbedBytes, directBytes } = found;
  const growth = sayGrowth(found.growth);
  if (how === 'takes-all')
    return `takes everything for a reader that does not read: at least ${amount(absorbedBytes ?? acceptedBytes)}${growth}`;
  const stops = 'a reader that does not read stops the origin after';
  if (absorbedBytes === undefined && found.ofHop === true)
    return `a reader that does not read stops it when ${amount(acceptedBytes)} are in it and its sockets${growth}`;
  if (absorbedBytes === undefined)
    return `${stops} ${amount(acceptedBytes)}, with no hop between after ${amount(directBytes)}${growth}`;
  const taken = absorbedBytes < RESOLUTION_BYTES ? 'next to nothing' : amount(absorbedBytes);
  return `${stops} ${taken} beyond what the sockets hold${growth}`;
}

/** Kept by a relay that keeps next to nothing: what its two Node sockets buffer, and the last write. */
const MOST_KEPT_BYTES = MIB;

/** Where what the sockets hold cannot be seen, that it stops the origin is all that can be proven. */
function stopsAfter(wantedBytes: number, found: BackpressureFigures): boolean {
  if (found.how !== 'stops') return false;
  const { absorbedBytes, acceptedBytes } = found;
  if (absorbedBytes === undefined) return acceptedBytes >= wantedBytes;
  return absorbedBytes >= wantedBytes && absorbedBytes <= wantedBytes + MOST_KEPT_BYTES;
}

/** A transparent relay keeps up to `MOST_KEPT_BYTES` as well. */
function flaw(found: BackpressureFigures): string | undefined {
  switch (found.how) {
    case 'inconclusive':
      return undefined;
    case 'takes-all':
      return `takes over ${amount(found.absorbedBytes ?? found.acceptedBytes)} for a reader that does not read`;
    case 'stops':
      return (found.absorbedBytes ?? 0) > MOST_KEPT_BYTES
        ? `takes ${amount(found.absorbedBytes ?? 0)} for a reader that does not read`
        : undefined;
  }
}

export const backpressureMeasure: Measure<BackpressureEvidence, BackpressureFigures> = {
  id: 'backpressure',
  title: 'how much a hop takes for a client that does not read, in bytes beyond the sockets, until it stops the origin',
  measure,
  of: 'costly',
  load: 'works',
  takesMs: () => STILL_MS,
  figures,
  ofHop,
  say,
  flaw,
  noise: (found) => (found.how === 'inconclusive' && found.isNoise === true ? found.reason : undefined),
  relays: [
    {
      relay: 'transparent',
      expected: 'a reader that does not read stops the origin after next to nothing',
      convicted: (found) => stopsAfter(0, found),
    },
    {
      relay: 'absorb-10-mib',
      expected: 'a reader that does not read stops the origin after 10 MiB',
      convicted: (found) => stopsAfter(ABSORBED_BYTES, found),
    },
    {
      relay: 'absorb-all',
      expected: 'takes everything',
      convicted: (found) => found.how === 'takes-all',
    },
  ],
};
