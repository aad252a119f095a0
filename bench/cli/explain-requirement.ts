/** A requirement of a suite explained: what it says, what is sent to find out, and what was last seen of each variant. */

import { idOf, RFC, type Requirement } from '../conformance/requirements.ts';
import type { RequirementResult } from '../conformance/result.ts';
import { sayTrial, trialsFor } from '../conformance/trials.ts';
import { relaysFor } from '../conformance/proof.ts';
import { WIDTH, wrap } from '../report/text.ts';
import type { KeptRun } from './kept-runs.ts';
import { paint } from './paint.ts';

const INDENT = '  ';

interface LastAsked {
  subject: string;
  told: RequirementResult;
  hop: string;
  startedAt: string;
}

/** Of each variant the newest run that asked it. @param runs the newest first. Pure. */
function lastAsked({ id }: Requirement, runs: readonly KeptRun[]): LastAsked[] {
  const all = runs.flatMap(({ conformance, startedAt }) =>
    (conformance?.subjects ?? []).flatMap(({ id: subject, requirements = {}, path: [hop] }): LastAsked[] => {
      const told = requirements[id];
      if (told === undefined || hop === undefined) return [];
      return [{ subject, told, hop: `${hop.proxy} ${hop.version}, ${hop.driver}`, startedAt }];
    }),
  );
  return [...Map.groupBy(all, ({ subject }) => subject).values()].flatMap(([newest]) => newest ?? []);
}

function sayAsked({ subject, told, hop, startedAt }: LastAsked): string {
  const when = `${startedAt.slice(0, 16).replace('T', ' ')} UTC`;
  return `${subject}: ${told.outcome.replaceAll('-', ' ')} (${hop}, ${when}): ${told.because}`;
}

export function explainRequirement(requirement: Requirement, runs: readonly KeptRun[]): string {
  const { section, level, says, looksAt, isOfDeclared } = requirement;
  const id = idOf(requirement);
  const asked = lastAsked(requirement, runs);
  const relays = relaysFor([requirement]).flatMap(({ relay, breaks }) => (breaks === undefined ? [] : [relay]));
  const declared = isOfDeclared === undefined ? [] : ['asked only of variants that declare to be configured so'];
  const last =
    asked.length === 0
      ? [`not measured yet: unclog run ${id}`]
      : ['last measured:', ...asked.map((one) => INDENT + sayAsked(one))];
  return [
    paint('bold', id),
    ...[
      `RFC 10036, section ${section}${level === undefined ? '' : `, ${level}`}: ${says}`,
      `looked at: ${looksAt}`,
      ...declared,
      'sent:',
      ...trialsFor([requirement]).map((trial) => `${INDENT}${trial.id}: ${sayTrial(trial)}`),
      `proven in each run on a relay that breaks it: ${relays.join(', ')}`,
      ...last,
      `see ${RFC}`,
    ].map((line) => wrap(line, WIDTH, line.startsWith(INDENT) ? INDENT.repeat(2) : INDENT)),
    '',
  ].join('\n');
}
