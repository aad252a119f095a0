/** What a lane's kept evidence holds, each trace once. Pure. */

import type { EvidenceFile } from './run/run.ts';

/** The steady stream is one for delivery and for the measure of it: it stands with delivery's evidence. */
export function withoutShared(
  measures: Record<string, unknown>,
  { paced }: EvidenceFile['evidence'],
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(measures).filter(([, evidence]) => paced === undefined || evidence !== paced),
  );
}

/** What the figures of a measure are computed from; `undefined` where it was not measured. */
export function evidenceOf({ evidence, measures }: EvidenceFile, measure: string): unknown {
  return measures?.[measure] ?? (measure === 'paced' ? evidence.paced : undefined);
}
