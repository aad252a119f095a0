/** A chain's waterfall, drawn from its kept evidence. Pure. */

import { judgeHops } from '../chain/attribution.ts';
import type { EvidenceFile } from '../run/run.ts';
import { waterfall } from './waterfall.ts';

/** Of the steady stream, where there is one: it is what a user sees. Nothing for a lane of one hop. */
export function drawChain({ lane, path, evidence, floor }: EvidenceFile): string[] {
  const trace = evidence.paced ?? evidence.tries.at(-1);
  if (path === undefined || trace === undefined) return [];
  const verdicts = judgeHops(evidence, floor).map(({ verdict }, index) => ({ variant: path[index] ?? '', verdict }));
  const title = evidence.paced === undefined ? lane : `${lane}: ${trace.origin.workload.count} words, one each 10 ms`;
  return [`\n${[title, ...waterfall(trace, verdicts)].join('\n')}\n`];
}
