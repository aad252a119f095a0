/** In what order a run proves its instrument: side by side what leaves each other alone. */

import type { RelayProof } from '../instrument.ts';
import type { AnyMeasure, MeasureContext } from '../measures/measure.ts';
import { Slots } from './schedule.ts';

/** One relay, or several in a row, of which just what they do must be found. */
export interface ProofJob {
  load: AnyMeasure['load'];
  prove: () => Promise<RelayProof>;
}

/** So many at a time, each when it begins is a handful of streams at once; and of those that mostly wait. */
const AT_ONCE = 8;
const WAITING_AT_ONCE = 16;

/** What mostly waits goes beside anything; what tells times goes before what is megabytes. The proofs are in the order of the jobs. */
export async function proveAll(jobs: readonly ProofJob[]): Promise<RelayProof[]> {
  const proofs = new Map<ProofJob, RelayProof>();
  const proveEach = async (wanted: ProofJob['load']): Promise<void> => {
    const slots = new Slots(wanted === 'waits' ? WAITING_AT_ONCE : AT_ONCE);
    const inTurn = jobs.filter(({ load }) => load === wanted);
    await Promise.all(inTurn.map((job) => slots.use(async () => void proofs.set(job, await job.prove()))));
  };
  const busy = async (): Promise<void> => {
    await proveEach('times');
    await proveEach('works');
  };
  await Promise.all([proveEach('waits'), busy()]);
  // As with lanes: what the others may have disturbed is made again when nothing else is, and said to be.
  for (const [job, { convicted, verdict }] of proofs)
    if (!convicted) proofs.set(job, { ...(await job.prove()), first: verdict });
  return jobs.flatMap((job) => proofs.get(job) ?? []);
}

/** The measures besides delivery, each on its relays. @param context of a relay by its id */
export function measureJobs(measures: readonly AnyMeasure[], context: (relay: string) => MeasureContext): ProofJob[] {
  return measures.flatMap((measure) =>
    measure.relays.map(({ relay, expected, convicted }) => ({
      load: measure.load,
      async prove() {
        const figures = measure.figures(await measure.measure(context(relay)));
        const verdict = measure.say(figures);
        return { id: relay, measure: measure.id, expected, verdict, convicted: convicted(figures) };
      },
    })),
  );
}
