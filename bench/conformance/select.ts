/** The requirements that ids on the command line name. Pure. */

import { matchesGlob } from 'node:path';

import { didYouMean } from '../../server/nearest.ts';
import { UsageError } from '../errors.ts';
import { idOf, REQUIREMENTS, SUITE, type Requirement } from './requirements.ts';

export const REQUIREMENT_IDS: readonly string[] = REQUIREMENTS.map(idOf);

/** Whether it is the suite that is meant, or a requirement of it, whether or not there is such a one. */
export function isOfSuite(pattern: string): boolean {
  return pattern === SUITE || pattern.startsWith(`${SUITE}/`);
}

function matches(pattern: string, id: string): boolean {
  return pattern === SUITE || pattern === id || matchesGlob(id, pattern);
}

/** In the order of the suite. @throws UsageError for one that selects nothing, with what was probably meant. */
export function selectRequirements(patterns: readonly string[]): Requirement[] {
  for (const pattern of patterns) {
    if (REQUIREMENT_IDS.some((id) => matches(pattern, id))) continue;
    throw new UsageError(
      `no requirement has the id "${pattern}"${didYouMean(pattern, REQUIREMENT_IDS)}; there are: ${REQUIREMENT_IDS.join(', ')}`,
    );
  }
  return REQUIREMENTS.filter((one) => patterns.some((pattern) => matches(pattern, idOf(one))));
}
