/** The `conformance` part of the results document, and what a run of it comes to. Pure. */

import type { PathEntry } from '../results.ts';
import type { Outcome, OutcomeWord } from './outcome.ts';
import type { PassedOn } from './passing-on.ts';
import type { RequirementId } from './requirements.ts';

export interface RequirementResult extends Outcome {
  response?: Outcome;
  request?: Outcome;
  /** Absent where nothing is known of it: then to go on as without the field is expected. */
  expected?: OutcomeWord;
  asExpected: boolean;
}

/** One variant under one stream. */
export interface SubjectResult {
  id: string;
  /** Where one was asked for. */
  version?: string;
  title: string;
  path: PathEntry[];
  /** Absent where it could not be asked. */
  requirements?: Partial<Record<RequirementId, RequirementResult>>;
  passesOn?: PassedOn;
  /** Where it could not be asked, why; `bring`: the one command that would bring it. */
  without?: { verdict: 'skipped' | 'refused' | 'harness-error'; because: string; bring?: string; log?: string };
  evidence?: string;
}

export interface ConformanceResult {
  suite: 'rfc10036';
  /** Those that were asked. */
  requirements: RequirementId[];
  subjects: SubjectResult[];
}

function told({ requirements = {} }: SubjectResult): RequirementResult[] {
  return Object.values(requirements);
}

export function isAnswered({ requirements }: SubjectResult): boolean {
  return requirements !== undefined && Object.keys(requirements).length > 0;
}

/** 0 all as expected, 1 some not, 3 a proxy could not be asked by our fault, noise was in the way, or nothing was told. */
export function conformanceExitCode({ subjects }: ConformanceResult): 0 | 1 | 3 {
  if (subjects.some(({ without }) => without?.verdict === 'harness-error')) return 3;
  if (!subjects.some(isAnswered)) return 3;
  const all = subjects.flatMap(told);
  if (all.some(({ isNoise }) => isNoise === true)) return 3;
  const isRefused = subjects.some(({ without }) => without?.verdict === 'refused');
  return isRefused || all.some(({ asExpected }) => !asExpected) ? 1 : 0;
}
