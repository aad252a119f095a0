/**
 * The suite's self-proof, made in every run before any proxy is asked: relays that do everything right must be found so,
 * and each of those that break one rule must be convicted of just that one. A requirement whose relays were not judged
 * rightly is withheld.
 */

import type { Stage } from '../drivers/driver.ts';
import type { Instrument, RelayProof } from '../instrument.ts';
import { measureContext } from '../measures/context.ts';
import type { MeasureContext } from '../measures/measure.ts';
import { INCREMENTAL_LIMIT, type INCREMENTAL_RELAYS } from '../relays/incremental-relays.ts';
import { startRelays } from '../relays/start.ts';
import { Slots } from '../run/schedule.ts';
import type { Session } from '../session/session.ts';
import { unproven, type Withheld } from '../run/withheld.ts';
import { judgeRequirement, type Declared } from './judge.ts';
import { foundIn, measureConformance } from './measure.ts';
import { isBreach, type OutcomeWord, type Told } from './outcome.ts';
import { SUITE, type Requirement, type RequirementId } from './requirements.ts';
import { trialsFor } from './trials.ts';

interface RelayOf {
  relay: keyof typeof INCREMENTAL_RELAYS;
  /** The one rule that it breaks; those that break none say what must be found of some. */
  breaks?: RequirementId;
  is?: Partial<Record<RequirementId, OutcomeWord>>;
  declared?: Declared;
}

export const RELAYS_OF_SUITE: readonly RelayOf[] = [
  {
    relay: 'incremental-forwards',
    is: {
      'boolean-item': 'honours',
      'unknown-parameters': 'honours',
      'per-message': 'honours',
      'no-whole-buffer': 'honours',
      'headers-first': 'honours',
      'early-response': 'honours',
      'false-value': 'honours',
      'bounded-hold': 'honours',
    },
  },
  {
    relay: 'incremental-refuses',
    declared: { refuses: true },
    is: { 'no-whole-buffer': 'refuses', 'refuse-not-buffer': 'refuses', 'refused-501': 'refuses' },
  },
  { relay: 'incremental-limits', declared: { limit: INCREMENTAL_LIMIT }, is: { 'limit-429': 'refuses' } },
  { relay: 'buffers-marked', breaks: 'no-whole-buffer' },
  { relay: 'holds-marked-head', breaks: 'headers-first' },
  { relay: 'drops-parameterised', breaks: 'unknown-parameters' },
  { relay: 'takes-twice', breaks: 'boolean-item' },
  { relay: 'rejects-malformed', breaks: 'boolean-item' },
  { relay: 'takes-false', breaks: 'false-value' },
  { relay: 'obeys-request-for-response', breaks: 'per-message' },
  { relay: 'waits-for-request', breaks: 'early-response' },
  { relay: 'answers-400', breaks: 'refused-501' },
  { relay: 'refuses-without-proxy-status', breaks: 'refused-501' },
  { relay: 'buffers-what-it-refuses', breaks: 'refuse-not-buffer', declared: { refuses: true } },
  { relay: 'buffers-at-limit', breaks: 'limit-429', declared: { limit: INCREMENTAL_LIMIT } },
  { relay: 'keeps-marked-rest', breaks: 'bounded-hold' },
];

/** Those that the requirements need: who breaks one of them, and who is to be found right in one. */
export function relaysFor(requirements: readonly Requirement[]): RelayOf[] {
  const asked = new Set(requirements.map(({ id }) => id));
  return RELAYS_OF_SUITE.filter(({ breaks, is = {} }) =>
    breaks === undefined ? Object.keys(is).some((id) => asked.has(id as RequirementId)) : asked.has(breaks),
  );
}

/** Of one relay: the requirements that it was judged wrongly in. Pure. */
function misjudged({ breaks, is = {} }: RelayOf, told: ReadonlyMap<RequirementId, Told>): RequirementId[] {
  return [...told]
    .filter(([id, outcome]) => {
      if (id === breaks) return !isBreach(outcome);
      return isBreach(outcome) || (is[id] !== undefined && outcome.outcome !== is[id]);
    })
    .map(([id]) => id);
}

function expectation({ breaks, is = {} }: RelayOf): string {
  if (breaks !== undefined) return `breaks ${breaks} alone`;
  return Object.entries(is)
    .map(([id, outcome]) => `${id} ${outcome}`)
    .join(', ');
}

function verdictOf(told: ReadonlyMap<RequirementId, Told>): string {
  const breaches = [...told].filter(([, outcome]) => isBreach(outcome)).map(([id]) => id);
  if (breaches.length > 0) return `breaks ${breaches.join(', ')}`;
  return [...told].map(([id, { outcome }]) => `${id} ${outcome}`).join(', ');
}

interface SuiteProof {
  relays: RelayProof[];
  withheld: Withheld[];
}

export async function proveRelay(
  relay: RelayOf,
  requirements: readonly Requirement[],
  context: MeasureContext,
): Promise<{ told: Map<RequirementId, Told>; missed: RequirementId[] }> {
  const declared = relay.declared ?? {};
  const trials = await measureConformance(context, trialsFor(requirements), declared);
  const found = foundIn({ floor: context.floor, declared, trials });
  const told = new Map(requirements.map(({ id }) => [id, judgeRequirement(id, found)]));
  return { told, missed: misjudged(relay, told) };
}

/** Relays side by side: each waits more than it works. */
const RELAYS_AT_ONCE = 5;

/** @throws BenchError when the relays cannot be started. */
export async function proveSuite(
  session: Session,
  stage: Stage,
  instrument: Instrument,
  requirements: readonly Requirement[],
  signal: AbortSignal,
): Promise<SuiteProof> {
  const needed = relaysFor(requirements);
  const names = needed.map(({ relay }) => `${relay}=${stage.direct.port}`);
  const { process, ports } = await startRelays(session, names);
  const withheld = new Map<RequirementId, string[]>();
  const slots = new Slots(RELAYS_AT_ONCE);
  const relays = await Promise.all(
    needed.map((one, index) =>
      slots.use(async (): Promise<RelayProof> => {
        const via = { host: '127.0.0.1', port: ports[names[index] ?? ''] ?? 0 };
        const { told, missed } = await proveRelay(
          one,
          requirements,
          measureContext(stage, instrument, { via, signal }),
        );
        const proof: RelayProof = {
          id: one.relay,
          measure: SUITE,
          expected: expectation(one),
          verdict: verdictOf(told),
          convicted: missed.length === 0,
        };
        for (const id of missed) withheld.set(id, [...(withheld.get(id) ?? []), unproven(proof)]);
        return proof;
      }),
    ),
  );
  await process[Symbol.asyncDispose]();
  return {
    relays,
    withheld: [...withheld].map(([id, reasons]) => ({ what: `${SUITE}/${id}`, because: reasons.join('; ') })),
  };
}
