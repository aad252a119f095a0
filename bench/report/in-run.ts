/** Lanes of the catalogue as the version has them that a run judged, with what is otherwise in other versions. Pure. */

import type { Lane } from '../catalogue/catalogue.ts';
import type { ExpectedVerdict } from '../catalogue/declaration.ts';
import { inVersion, saySpans, thenOf } from '../run/in-version.ts';
import { isJudged, type LaneResult } from '../results.ts';

/** What versions do that are on the other side of a change. */
export interface Otherwise extends Pick<Lane, 'expected' | 'why' | 'fixes' | 'noFix'> {
  /** `from 3.0 on`, `before 1.29.7`, `since 1.25.1`: which versions they are. */
  when: string;
}

/** Its verdict, why and fixes are those of the version that was judged; where none was, of the newest. */
export interface RunLane extends Lane {
  otherwise?: readonly Otherwise[];
}

function declaredOf({
  expected,
  why,
  fixes,
  noFix,
}: Pick<Lane, 'expected' | 'why' | 'fixes' | 'noFix'>): Omit<Otherwise, 'when'> {
  return {
    ...(expected === undefined ? {} : { expected }),
    ...(why === undefined ? {} : { why }),
    ...(fixes === undefined ? {} : { fixes }),
    ...(noFix === undefined ? {} : { noFix }),
  };
}

/** @param result of the lane in that run, where it is part of it */
export function inRun(lane: Lane, result: LaneResult | undefined): RunLane {
  const program = result?.path[0];
  const { outside, ...undeclared } = inVersion(lane, program);
  if (outside !== undefined && result !== undefined && isJudged(result))
    return {
      ...undeclared,
      // What is not judged has been left as it is declared.
      expected: result.verdict as ExpectedVerdict,
      why: `The setting is ${outside}, and of this version nothing is declared.`,
      otherwise: [{ when: outside, ...declaredOf(lane) }],
    };
  if (lane.earlier === undefined) return lane;
  const spans = saySpans(lane);
  const states = [lane, ...lane.earlier];
  const isKnown = program !== undefined && outside === undefined;
  const then = (isKnown ? thenOf(lane, program) : undefined) ?? lane;
  return {
    ...(outside === undefined ? undeclared : lane),
    otherwise: states.flatMap((state, index) =>
      state === then ? [] : [{ when: spans[index] ?? '', ...declaredOf(state) }],
    ),
  };
}
