/** A chain's place in a run: measured, judged, its evidence kept; or why it could not be. */

import type { Chain } from '../catalogue/catalogue.ts';
import type { Runnable } from '../drivers/driver.ts';
import { notProvided, refusal } from '../lane-result.ts';
import type { ProvidedPath } from '../run/provision.ts';
import type { LaneResult } from '../results.ts';
import type { EvidenceFile } from '../run/run.ts';
import { chainResult, describeChain } from './chain-result.ts';
import { measureChain, type ChainContext } from './chain.ts';
import { CHAINS } from '../run/withheld.ts';

interface JudgedChainContext extends ChainContext {
  keep: (evidence: EvidenceFile) => Promise<string>;
}

async function judged(chain: Chain, runnables: Runnable[], context: JudgedChainContext): Promise<LaneResult> {
  const { instrument } = context.proof;
  const measured = await measureChain(chain, context);
  context.signal.throwIfAborted();
  const evidence = await context.keep({
    schema: 'unclog/evidence@1',
    lane: chain.id,
    floor: instrument.floor,
    delivery: measured.delivery,
    evidence: measured.evidence,
    measures: measured.measures.evidence,
    ...(measured.measures.earlier === undefined ? {} : { earlierMeasures: measured.measures.earlier }),
    path: chain.path.map(({ id }) => id),
    alone: measured.alone,
  });
  const isDeep = context.plan.depth === 'deep';
  return chainResult(chain, measured, { runnables, instrument, measures: measured.planned, isDeep, evidence });
}

/** @param context of the driver that was found; none where the chain cannot run. */
export async function judgedChain(
  chain: Chain,
  provided: ProvidedPath,
  context: JudgedChainContext | undefined,
): Promise<LaneResult> {
  if (!('driver' in provided) || context === undefined)
    return { ...describeChain(chain, []), ...notProvided(provided) };
  const runnables = chain.path.map(({ proxy }) => provided.runnables.get(proxy) as Runnable);
  const withheld = context.proof.instrument.withheld.find(({ what }) => what === CHAINS);
  if (withheld !== undefined)
    return {
      ...describeChain(chain, runnables),
      verdict: 'inconclusive',
      because: `nothing is told of chains in this run: ${withheld.because}`,
    };
  try {
    return await judged(chain, runnables, context);
  } catch (error) {
    context.signal.throwIfAborted();
    return { ...describeChain(chain, runnables), ...refusal(error, chain.expected) };
  }
}
