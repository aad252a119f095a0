/** Which variants are asked, and of which stream: each proxy's first, and those that show what it makes of the field. */

import type { Catalogue, Lane, Variant } from '../catalogue/catalogue.ts';
import { firstVariantId, laneId } from '../catalogue/catalogue.ts';
import { isBefore } from '../drivers/version.ts';
import type { Declared } from './judge.ts';
import { isOrdinary, type Outcome, type OutcomeWord } from './outcome.ts';
import type { RequirementId } from './requirements.ts';

/** A lane without an expectation of its delivery. */
export type Subject = Pick<Lane, 'id' | 'variant' | 'vary' | 'version'>;

function isFirst({ id, proxy }: Variant): boolean {
  return id === firstVariantId(proxy);
}

function subjectOf(variant: Variant): Subject {
  const vary = variant.incremental?.vary;
  return { id: laneId(variant.id, vary), variant, ...(vary === undefined ? {} : { vary }) };
}

/** In the order of the catalogue. */
export function subjectsOf({ lanes }: Catalogue): Subject[] {
  const variants = new Set(lanes.map(({ variant }) => variant));
  return [...variants].filter((one) => isFirst(one) || one.incremental !== undefined).map(subjectOf);
}

export function declaredOf({ variant }: Subject): Declared {
  const { refuses, limit } = variant.incremental ?? {};
  return { ...(refuses === undefined ? {} : { refuses }), ...(limit === undefined ? {} : { limit }) };
}

/** What is known to be so, of the version that runs here. */
export function expectedOf({ variant }: Subject, id: RequirementId, version: string): OutcomeWord | undefined {
  const { since, expected } = variant.incremental ?? {};
  return since !== undefined && isBefore(version, since) ? undefined : expected?.[id];
}

/** What is expected where nothing is known of it: the ordinary, or that it cannot be told. */
export function isAsExpected(told: Outcome, expected: OutcomeWord | undefined): boolean {
  if (expected !== undefined) return told.outcome === expected;
  return isOrdinary(told) || told.outcome === 'untold';
}
