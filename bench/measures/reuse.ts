/**
 * Reuse: what a second client gets that asks for the same URL while the first one's stream still flows, what one gets
 * that asks when it has ended, and where that was stored, what one gets two seconds later. A cache may answer with what
 * it has, and one that collapses requests may let a client wait for what another is given.
 */

import { setTimeout as delay } from 'node:timers/promises';

import { monotonicMs } from '../../server/clock.ts';
import type { WorkloadInput } from '../../server/workload.ts';
import { fetchStream } from '../client/client.ts';
import type { Measure, MeasureContext } from './measure.ts';
import {
  figures,
  figuresOfRound,
  leavesDoubt,
  noise,
  type Asked,
  type ReuseEvidence,
  type ReuseFigures,
  type ReuseRound,
} from './reuse-figures.ts';
import { flaw, say } from './reuse-say.ts';

const CLIENTS = 4;
/** All of a stream is over before the second that caches may keep one for. */
const COUNT = 17;
const INTERVAL_MS = 40;
const LENGTH_MS = (COUNT - 1) * INTERVAL_MS;
/** Of the first stream's words; by so much those of the next are longer. In each format they hold a chunk's marks. */
const WORD_BYTES = 128;
const WORD_STEP_BYTES = 16;
/** Some words have come by then, and there is more to come for twice as long as a busy machine is late. */
const SECOND_AFTER_MS = 150;
/** From the client's end of a stream: a cache may come to an end a little later. */
const SETTLE_MS = 100;
/** Of a second that validity has, caches count whole ones alone: nginx may take two for it. */
const LATER_MS = 2200;
/** A hop that gives what it has asks the origin beside it. */
const ASKED_WITHIN_MS = 800;
/** For the first request to come to the origin. */
const REACHED_MS = 2000;
/** Longer than caches let a client wait for another by default: nginx 5 s. */
const WAIT_MS = 7000;
const LIFETIME_MS = 30_000;

const PACE = { mode: 'paced', intervalMs: INTERVAL_MS } as const;

/** The lane's own headers may say that it can be stored. */
function workloadOf(workload: MeasureContext['workload'], index: number): WorkloadInput {
  const chunkBytes = [WORD_BYTES + index * WORD_STEP_BYTES];
  return { ...workload, count: COUNT, chunkBytes, pace: PACE, lifetimeMs: LIFETIME_MS };
}

async function ask({ via, request, signal }: MeasureContext, path: string): Promise<Asked> {
  const pieces: Asked['pieces'] = [];
  const client = await fetchStream(
    via,
    { method: 'GET', httpVersion: '1.1', headers: {}, ...request, path },
    {
      headTimeoutMs: WAIT_MS,
      totalTimeoutMs: WAIT_MS,
      ...(signal === undefined ? {} : { signal }),
      onBody: (bytes, at) => void pieces.push({ at, text: bytes.toString('latin1') }),
    },
  );
  return { client, pieces };
}

async function measureRound(context: MeasureContext): Promise<ReuseRound> {
  const { origin, clock, workload, signal } = context;
  const pause = (ms: number): Promise<void> => delay(ms, undefined, signal === undefined ? {} : { signal });
  const inputs = Array.from({ length: CLIENTS }, (_, index) => workloadOf(workload, index));
  const ids = (await Promise.all(inputs.map((input) => origin.create(input)))).map(({ id }) => id);
  const alias = await origin.alias(ids);
  const seen = async (clients: Asked[]): Promise<ReuseRound> => ({
    streams: await Promise.all(ids.map((id) => origin.trace(id))),
    clients,
    clock,
  });
  try {
    const first = ask(context, alias.path);
    await origin.uploadReached(ids[0] ?? '', 0, REACHED_MS);
    await pause(SECOND_AFTER_MS);
    const both = await Promise.all([first, ask(context, alias.path)]);
    const overAt = monotonicMs();
    await pause(SETTLE_MS);
    const three = await seen([...both, await ask(context, alias.path)]);
    if (figuresOfRound(three).after.how !== 'stored') return three;
    await pause(overAt + LATER_MS - monotonicMs());
    const fourth = await ask(context, alias.path);
    const next = three.streams.find(({ request }) => request === undefined);
    if (next !== undefined) await origin.uploadReached(next.id, 0, ASKED_WITHIN_MS);
    return await seen([...three.clients, fourth]);
  } finally {
    const gone = [origin.deleteAlias(alias.id), ...ids.map((id) => origin.delete(id))];
    await Promise.all(gone.map((one) => one.catch(() => {})));
  }
}

async function measure(context: MeasureContext): Promise<ReuseEvidence> {
  const rounds: ReuseEvidence = [];
  do rounds.push(await measureRound(context));
  while (leavesDoubt(rounds));
  return rounds;
}

/** `joins, own`: what was found, as words for what a relay must be found to do. */
function kinds({ during, after, later }: ReuseFigures): string {
  const meanwhile = during.how === 'waits' ? `waits for ${during.gets}` : during.how;
  const much = later === undefined ? [] : [`${later.how}${later.asked ? ' and asked' : ''}`];
  return [meanwhile, after.how, ...much].join(', ');
}

/** Whether just this was found, and no word of it lost. */
function does(found: ReuseFigures, wanted: string): boolean {
  const isWhole = [found.during, found.after, found.later].every((one) => one === undefined || !('missing' in one));
  return isWhole && kinds(found) === wanted;
}

export const reuseMeasure: Measure<ReuseEvidence, ReuseFigures> = {
  id: 'reuse',
  title: 'what another client of a stream’s URL gets while it flows, after it, and later: its own, or the same',
  measure,
  of: 'costly',
  load: 'waits',
  takesMs: () => SECOND_AFTER_MS + 2 * LENGTH_MS + LATER_MS + LENGTH_MS + ASKED_WITHIN_MS,
  figures,
  say,
  flaw,
  noise,
  relays: [
    {
      relay: 'transparent',
      expected: 'each client gets a stream of its own',
      convicted: (found) => does(found, 'own, own'),
    },
    {
      relay: 'join-stream',
      expected: 'a second client gets the words of the first’s stream as they flow',
      convicted: (found) => does(found, 'joins, own'),
    },
    {
      relay: 'wait-for-turn',
      expected: 'a second client waits for the end of the first’s stream, and gets one of its own',
      convicted: (found) => does(found, 'waits for own, own'),
    },
    {
      relay: 'wait-for-answer',
      expected: 'a second client waits for the end of the first’s stream, and gets what is stored of it, for a second',
      convicted: (found) => does(found, 'waits for stored, stored, own and asked'),
    },
    {
      relay: 'store-answer',
      expected: 'a later client gets what is stored, and the origin is not asked',
      convicted: (found) => does(found, 'own, stored, stored'),
    },
    {
      relay: 'answer-stale',
      expected: 'a later client gets what is stored, and from a second on the origin is asked anew',
      convicted: (found) => does(found, 'own, stored, stored and asked'),
    },
  ],
};
