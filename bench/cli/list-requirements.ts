/** `unclog list 'rfc10036/*'`: what a suite asks, and whom. */

import type { Catalogue } from '../catalogue/catalogue.ts';
import { idOf, RFC } from '../conformance/requirements.ts';
import { selectRequirements } from '../conformance/select.ts';
import { subjectsOf } from '../conformance/subjects.ts';
import { WIDTH, wrap } from '../report/text.ts';
import { paint } from './paint.ts';

/** @throws UsageError for a requirement that there is not */
export function listRequirements(catalogue: Catalogue, ids: readonly string[]): string {
  const requirements = selectRequirements(ids);
  return `${[
    paint('bold', 'RFC 10036, Incremental Forwarding of HTTP Messages'),
    RFC,
    ...requirements.map((one) => {
      const level = one.level === undefined ? '' : `${one.level}: `;
      return `  ${idOf(one)}  (section ${one.section})\n${wrap(level + one.says, WIDTH, '      ')}`;
    }),
    '',
    paint('bold', 'Asked of these variants'),
    ...subjectsOf(catalogue).map(
      ({ id, variant }) =>
        `  ${id}${variant.incremental === undefined ? '' : `\n${wrap(variant.incremental.why, WIDTH, '      ')}`}`,
    ),
    '',
    `${requirements.length} requirements. \`unclog run ID\` asks one, \`--proxy\` and \`--only\` say whom.`,
  ].join('\n')}\n`;
}
