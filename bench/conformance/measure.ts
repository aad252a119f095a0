/** Makes the exchanges of RFC 10036 through one hop, and brings back all that its outcomes are computed from. */

import { LOCK_STEP, type WorkloadInput } from '../../server/workload.ts';
import { fetchStream } from '../client/client.ts';
import { BenchError } from '../errors.ts';
import type { Floor } from '../floor.ts';
import { measureStream } from '../measure.ts';
import type { MeasureContext } from '../measures/measure.ts';
import { uploadingExchange, type Exchange } from '../measures/uploading.ts';
import { Slots } from '../run/schedule.ts';
import type { Trace } from '../trace.ts';
import { duplexFlowOf, isInDoubt, requestFlowOf, responseFlowOf, restOf } from './flow.ts';
import type { Declared, Found } from './judge.ts';
import type { FieldLines, Trial } from './trials.ts';

/** All tries of one trial, in their order. */
export type Tried = { trial: Trial } & (
  | { kind: 'response' | 'limit' | 'rest'; tries: Trace[] }
  | { kind: 'request' | 'duplex'; tries: Exchange[] }
);

export interface ConformanceEvidence {
  schema: 'unclog/conformance-evidence@1';
  suite: string;
  /** The subject's id. */
  lane: string;
  /** Where one was asked for. */
  version?: string;
  floor: Floor;
  declared: Declared;
  trials: Tried[];
}

/** Of one hop side by side: fewer than a hop that limits marked exchanges allows. */
const TRIALS_AT_ONCE = 10;
const MOST_TRIES = 2;
/** Of an early response: what a hop makes of it can be a race inside it. */
const DUPLEX_TRIES = 2;
/** Between the head and the first word, in which a head that goes first has time to come. */
const LEAD_MS = 150;
/** A few words are enough to see that they come one by one; after a stall the bytes are raised to the bound. */
const STREAM: WorkloadInput = {
  count: 10,
  pace: {
    ...LOCK_STEP,
    deadlineMs: 500,
    budgetMs: 700,
    boundBytes: 256 * 1024,
    growth: 2,
    lingerMs: 100,
    leadMs: LEAD_MS,
  },
};
/** Taken for indefinitely: far longer than any timer that flushes a stream. */
const REST_WAIT_MS = 2500;
/** Smaller than any buffer, and no multiple of a block. */
const WORD_BYTES = 41;
const REST: WorkloadInput = {
  count: 3,
  chunkBytes: [WORD_BYTES],
  pace: {
    ...LOCK_STEP,
    deadlineMs: REST_WAIT_MS,
    budgetMs: 2 * REST_WAIT_MS,
    boundBytes: 0,
    lingerMs: 0,
    freeze: { afterChunks: 0, bytes: WORD_BYTES },
  },
};
/** How long the exchanges that fill a limit stay open at most. */
const OPEN_MS = 10_000;

/** A name stands twice in a request where its case differs: the client's fields are a record. */
function requestFields(lines: FieldLines): Record<string, string> {
  const names = ['Incremental', 'incremental'];
  return Object.fromEntries(lines.map((line, index) => [names[index] ?? '', line]));
}

/** The hop's own stream, with the fields of the trial. */
function withFields(context: MeasureContext, { request, response }: Trial): MeasureContext {
  return {
    ...context,
    workload: { ...context.workload, fieldLines: response.map((line): [string, string] => ['Incremental', line]) },
    request: { ...context.request, headers: { ...context.request.headers, ...requestFields(request) } },
  };
}

function streamed(context: MeasureContext, more: WorkloadInput): Promise<Trace> {
  return measureStream({ ...context, workload: { ...context.workload, ...more } });
}

/** Another try where less may be held by it. */
async function whileInDoubt<Try>(once: () => Promise<Try>, inDoubt: (tries: Try[]) => boolean): Promise<Try[]> {
  const tries = [await once()];
  while (tries.length < MOST_TRIES && inDoubt(tries)) tries.push(await once());
  return tries;
}

/** Marked exchanges that are open at the hop, each with its head gone out to the origin, until `work` is done. */
async function besideOpen<T>(context: MeasureContext, count: number, work: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const open = async (): Promise<void> => {
    const { origin, via, workload, request } = context;
    const pace = { mode: 'paced', intervalMs: 0, leadMs: OPEN_MS } as const;
    const stream = await origin.create({ ...workload, count: 1, pace });
    const exchange = fetchStream(
      via,
      { method: 'GET', httpVersion: '1.1', headers: {}, ...request, path: stream.path },
      { headTimeoutMs: OPEN_MS, totalTimeoutMs: OPEN_MS, signal: over.signal, onBody: () => {} },
    );
    opened.push(exchange.then(() => origin.delete(stream.id).catch(() => {})));
    if (!(await origin.uploadReached(stream.id, 0, OPEN_MS / 2)))
      throw new BenchError(`of ${count} exchanges that are to be open at once one did not come to the origin`);
  };
  const opened: Promise<unknown>[] = [];
  try {
    for (let index = 0; index < count; index += 1) await open();
    return await work();
  } finally {
    over.abort();
    await Promise.all(opened);
  }
}

async function tried(plain: MeasureContext, trial: Trial, { limit = 0 }: Declared): Promise<Tried> {
  const context = withFields(plain, trial);
  const { floor } = plain;
  const response = (): Promise<Trace> => streamed(context, STREAM);
  const { kind } = trial;
  switch (kind) {
    case 'response':
      return { trial, kind, tries: await whileInDoubt(response, (tries) => isInDoubt(responseFlowOf(tries, floor))) };
    case 'request': {
      const once = (): Promise<Exchange> => uploadingExchange(context, 'chunked', 'request-end');
      return { trial, kind, tries: await whileInDoubt(once, (tries) => isInDoubt(requestFlowOf(tries, floor))) };
    }
    case 'duplex': {
      const tries: Exchange[] = [];
      for (let attempt = 0; attempt < DUPLEX_TRIES; attempt += 1)
        tries.push(await uploadingExchange(context, 'chunked', 'request-head', attempt));
      return { trial, kind, tries };
    }
    case 'rest':
      return { trial, kind, tries: [await streamed(context, REST)] };
    case 'limit':
      return { trial, kind, tries: [await besideOpen(context, limit, response)] };
  }
}

/** @throws BenchError when the origin's control API fails. */
export async function measureConformance(
  context: MeasureContext,
  trials: readonly Trial[],
  declared: Declared,
): Promise<Tried[]> {
  const slots = new Slots(TRIALS_AT_ONCE);
  const each = (wanted: readonly Trial[]): Promise<Tried[]> =>
    Promise.all(
      wanted.map((trial) =>
        slots.use(() => {
          context.signal?.throwIfAborted();
          return tried(context, trial, declared);
        }),
      ),
    );
  // What fills a limit goes by itself, and only where there is one.
  const limits = trials.filter(({ kind }) => kind === 'limit');
  const others = await each(trials.filter(({ kind }) => kind !== 'limit'));
  return [...others, ...(declared.limit === undefined ? [] : await each(limits))];
}

/** Pure: what the trials found. */
export function foundIn({
  floor,
  declared,
  trials,
}: Pick<ConformanceEvidence, 'floor' | 'declared' | 'trials'>): Found {
  const found: Found = { flows: {}, duplex: {}, rests: {}, declared };
  for (const one of trials) {
    const { id } = one.trial;
    switch (one.kind) {
      case 'response':
      case 'limit':
        found.flows[id] = responseFlowOf(one.tries, floor);
        break;
      case 'request':
        found.flows[id] = requestFlowOf(one.tries, floor);
        break;
      case 'duplex':
        found.duplex[id] = duplexFlowOf(one.tries);
        break;
      case 'rest': {
        const [trace] = one.tries;
        if (trace !== undefined) found.rests[id] = restOf(trace);
      }
    }
  }
  return found;
}
