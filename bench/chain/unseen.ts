/** Why one hop of a chain cannot be told by itself. Pure. */

import type { Point } from '../taps/point.ts';

/** Of what a hop did nothing is known: what came to it, or what it made of that, could not be seen. */
export interface Unseen {
  how: 'unseen';
  reason: string;
}

export function unseen(reason: string): Unseen {
  return { how: 'unseen', reason };
}

export function isUnseen(found: unknown): found is Unseen {
  return typeof found === 'object' && found !== null && 'how' in found && found.how === 'unseen';
}

export const NOTHING_CAME = 'nothing came to it before the end of the response';

/** Why the points before and behind hop `hop` tell nothing of a stream; `undefined` where they do. */
export function whyUnseen(points: readonly Point[] | undefined, hop: number): string | undefined {
  const near = hop === 1 ? undefined : points?.[hop - 2];
  const far = points?.[hop - 1];
  for (const point of [near, far]) {
    if (point === undefined) continue;
    const link = point.between.join(' → ');
    switch (point.sight) {
      case 'stream':
        continue;
      case 'opaque':
        return `the link ${link} speaks ${point.protocol}: its bytes are timed, and no words can be told among them`;
      case 'nothing':
        return `the request never came to the link ${link}`;
      case 'over-bound':
        return `more than ${point.boundBytes.toLocaleString('en')} bytes passed the link ${link}, the most that a tap records`;
    }
  }
  return undefined;
}
