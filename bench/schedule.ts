/** In what order lanes are measured, and how many at a time. */

import type { Lane } from './catalogue/catalogue.ts';

/** Work off `items`, `jobs` at a time; the first failure is thrown once the others have ended. */
export async function workOff<T>(items: readonly T[], jobs: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const workers = Array.from({ length: Math.min(jobs, queue.length) }, async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  });
  const outcomes = await Promise.allSettled(workers);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** What does not stream is waited for: the deadline, the raising, the freezing. */
const STALL_MS = 1000;

function waitedMs({ patienceMs, expected }: Lane): number {
  return (patienceMs ?? 0) + (expected === 'streams' || expected === 'refused' ? 0 : STALL_MS);
}

/**
 * The longest first, so that none is left over at the end of a run; a variant's lanes together, so that its hop need not
 * stay for one that comes late.
 */
export function longestFirst(lanes: readonly Lane[]): Lane[] {
  const variants = Map.groupBy(lanes, ({ variant }) => variant).values();
  return [...variants]
    .map((members) => members.toSorted((a, b) => waitedMs(b) - waitedMs(a)))
    .toSorted(([a], [b]) => (b === undefined ? 0 : waitedMs(b)) - (a === undefined ? 0 : waitedMs(a)))
    .flat();
}
