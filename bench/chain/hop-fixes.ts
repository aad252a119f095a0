/** What the catalogue knows against the guilty hops of a chain that was made on a command line. Pure. */

import type { Chain, Lane } from '../catalogue/catalogue.ts';
import type { Fix } from '../catalogue/declaration.ts';
import { pathFault, pathId } from '../catalogue/path.ts';
import { inVersion } from '../run/in-version.ts';
import type { HopResult, LaneResult } from '../results.ts';

/** What may free a chain of one of its hops. */
export interface HopFix extends Fix {
  hop: number;
}

export interface FixesOfHop {
  fixes: HopFix[];
  noFix?: string;
}

/** On a command line: of its hops the lanes are known, and of itself nothing is declared. */
export type MadeChain = Pick<Chain, 'path' | 'hopLanes'> & { vary?: Chain['vary'] | undefined };

/**
 * Where the fix is another config, the chain with that in the hop's place proves it; where it is another stream, or the
 * config cannot stand there, no path does, and the lane of the hop alone is named.
 */
function inChain(fix: Fix, hop: number, lane: Lane, { path, hopLanes = [], vary }: MadeChain): HopFix {
  const proof = hopLanes.find(({ id }) => id === fix.provenBy);
  if (proof === undefined || proof.variant.id === lane.variant.id) return { ...fix, hop };
  const mended = path.with(hop - 1, proof.variant);
  return pathFault(mended) === undefined ? { ...fix, hop, provenBy: pathId(mended, vary) } : { ...fix, hop };
}

/**
 * The lane of the hop's variant that has the stream of which it clogs, or where none is declared of that one which does
 * the same to another; as it is in the version that ran.
 */
function laneOfHop(
  { alone, hop, variant }: HopResult,
  { hopLanes = [] }: MadeChain,
  result: LaneResult,
): Lane | undefined {
  const version = result.path[hop - 1]?.version;
  if (alone?.lane === undefined || version === undefined) return undefined;
  const own = hopLanes.filter((lane) => lane.variant.id === variant).map((lane) => inVersion(lane, { version }));
  const did = alone.asItGot ?? alone.verdict;
  return own.find(({ id }) => id === alone.lane) ?? own.find(({ expected }) => expected === did);
}

/** One for each guilty hop of which something is known, hop 1 first. */
export function fixesOfHops(chain: MadeChain, result: LaneResult): FixesOfHop[] {
  const { hops = [], guilty = [] } = result;
  return hops.flatMap((hop) => {
    const lane = guilty.includes(hop.hop) ? laneOfHop(hop, chain, result) : undefined;
    if (lane === undefined) return [];
    const { fixes = [], noFix } = lane;
    return [
      {
        fixes: fixes.map((fix) => inChain(fix, hop.hop, lane, chain)),
        ...(noFix === undefined ? {} : { noFix: `hop ${hop.hop}, ${hop.variant}: ${noFix}` }),
      },
    ];
  });
}
