/** The flush interval of one hop of a chain: the same writes, as they came to the point behind it and left by the one before it. Pure. */

import { frozenOfHop } from '../chain/frozen-of-hop.ts';
import { rawHopTrace } from '../chain/hop-trace.ts';
import { isUnseen, NOTHING_CAME, unseen, type Unseen } from '../chain/unseen.ts';
import { figures, samplesOf, type FlushEvidence, type FlushFigures, type Sample } from './flush-figures.ts';
import { lockStepHolds } from '../metrics.ts';
import type { Trace } from '../trace.ts';
import type { Frozen } from './frozen.ts';

/** Hop 1's first; none where there are no taps. */
export function samplesOfHops(frozen: Frozen): (Sample[] | Unseen)[] {
  return (frozen.points ?? []).map((_, index) => {
    const own = frozenOfHop(frozen, index + 1);
    return isUnseen(own) ? own : samplesOf(own);
  });
}

/** Of a stream in lock-step each word was waited for with nothing else written, which is all that a look does. */
export function samplesOfWords(streamed: Trace): Sample[] {
  return lockStepHolds(streamed).map((heldMs) => ({ heldMs }));
}

/** Hop 1's first; none where there are no taps. */
export function wordsOfHops(streamed: Trace): (Sample[] | Unseen)[] {
  return (streamed.points ?? []).map((_, index) => {
    const own = rawHopTrace(streamed, index + 1);
    return own === undefined ? unseen(NOTHING_CAME) : samplesOfWords(own);
  });
}

function seen(streams: (Sample[] | Unseen)[]): Sample[][] {
  return streams.flatMap((samples) => (isUnseen(samples) ? [] : [samples]));
}

export function flushOfHop({ hops, ...whole }: FlushEvidence, hop: number): FlushFigures | Unseen {
  const at = (streams: (Sample[] | Unseen)[][] = []): (Sample[] | Unseen)[] =>
    streams.map((hopsOfStream) => hopsOfStream[hop - 1] ?? unseen(NOTHING_CAME));
  const [looks, rounds] = [at(hops?.looks), (hops?.rounds ?? []).map(at)];
  const own = { looks: seen(looks), rounds: rounds.map(seen) };
  if (own.looks.length + own.rounds.flat().length === 0)
    return [...looks, ...rounds.flat()].find(isUnseen) ?? unseen(NOTHING_CAME);
  const found = figures({ ...whole, ...own });
  // A stream stops at the first write that the path keeps: one write alone tells no timer.
  return found.how === 'inconclusive' && figures(whole).how === 'never'
    ? unseen('another hop never let go of what was written, and of one write no timer can be told')
    : found;
}

/** Hop 1's first; none where there are no taps. */
export function flushOfHops(evidence: FlushEvidence): (FlushFigures | Unseen)[] {
  return (evidence.hops?.looks[0] ?? []).map((_, index) => flushOfHop(evidence, index + 1));
}
