/** Streams through chains as the taps would have seen them: the words at each point, when they came there. */

import type { Point } from '../../../bench/taps/point.ts';
import type { StreamPoint } from '../../../bench/taps/point.ts';
import type { Trace } from '../../../bench/trace.ts';
import { LOCK_STEP } from '../../../server/workload.ts';
import { arriving, makeTrace, STALLED_AT_MS, type Piece, type Recipe } from '../traces.ts';

export const HOPS = ['nginx/default', 'traefik/default', 'caddy/default'];

/** What was received at one place. */
export interface Place {
  /** When each chunk came; `undefined` never. */
  arrivedAt?: (number | undefined)[];
  /** In place of times: what came. */
  pieces?: Piece[];
  end?: Trace['client']['end'];
  headers?: [string, string][];
  framing?: 'chunked' | 'content-length' | 'close-delimited';
  left?: StreamPoint['left'];
  request?: Partial<StreamPoint['request']>;
}

export interface ChainRecipe extends Omit<Recipe, 'pieces'> {
  /** The client's place first, then those behind hop 1, 2, …; the last is next to the origin. */
  places: Place[];
}

function received(recipe: ChainRecipe, place: Place): Trace {
  const { places: _, ...rest } = recipe;
  const trace = makeTrace({
    ...rest,
    pieces: place.pieces ?? arriving(place.arrivedAt ?? [], recipe.workload),
    ...(place.end === undefined ? {} : { clientEnd: place.end }),
  });
  const { head } = trace.client;
  if (head !== undefined && place.headers !== undefined) head.headers = place.headers;
  if (head !== undefined && place.framing !== undefined) head.framing = place.framing;
  return trace;
}

function pointOf(recipe: ChainRecipe, place: Place, index: number): Point {
  const { client, arrivals, foreign } = received(recipe, place);
  const { request: _, ...rest } = client;
  return {
    between: [HOPS[index] ?? '', HOPS[index + 1] ?? 'origin'],
    sight: 'stream',
    request: { at: 0, method: 'GET', path: '/stream/made', httpVersion: '1.1', headers: [], ...place.request },
    requests: 1,
    received: rest,
    arrivals,
    foreign,
    ...(place.left === undefined ? {} : { left: place.left }),
  };
}

export function chainTrace(recipe: ChainRecipe): Trace {
  const [client = {}, ...taps] = recipe.places;
  return { ...received(recipe, client), points: taps.map((place, index) => pointOf(recipe, place, index)) };
}

/** Ten words, each passed on by every hop, and held by hop k for `holdMs[k - 1]`. */
export function passing(holdMs: number[], rest: Partial<ChainRecipe> = {}): Trace {
  const emittedAt = Array.from({ length: 10 }, (_, seq) => 10 + seq * 200);
  const places: Place[] = [];
  let times = emittedAt.map((at) => at + 0.1);
  for (const hold of [...holdMs, 0].toReversed()) {
    times = times.map((at) => at + hold);
    places.unshift({ arrivedAt: times });
  }
  return chainTrace({ emittedAt, endAt: (times.at(-1) ?? 0) + 1, places: places.slice(0, holdMs.length + 1), ...rest });
}

/**
 * A stall: chunk 0 is written and waited for, then a chunk each 15 ms. Hop `holder` lets everything go `releasedAfterMs`
 * after the first write, and what comes later at the end; without a time all of it at the end.
 */
export function holding(holder: number, hops: number, releasedAfterMs?: number): Trace {
  const count = 12;
  const emittedAt = Array.from({ length: count }, (_, seq) =>
    seq === 0 ? STALLED_AT_MS : STALLED_AT_MS + LOCK_STEP.deadlineMs + (seq - 1) * LOCK_STEP.stepMs,
  );
  const endAt = (emittedAt.at(-1) ?? 0) + LOCK_STEP.lingerMs;
  const releasedAt = STALLED_AT_MS + (releasedAfterMs ?? Number.NaN);
  const held = emittedAt.map((at) => (at <= releasedAt ? releasedAt : endAt + 1));
  const places = Array.from({ length: hops + 1 }, (_, place): Place => ({
    arrivedAt:
      place < holder
        ? held.map((at) => at + 0.1 * (holder - place))
        : emittedAt.map((at) => at + 0.1 * (hops + 1 - place)),
  }));
  const workload = { count: 10, chunkBytes: [100], pace: { ...LOCK_STEP, boundBytes: 6400, growth: 1.1 } };
  return chainTrace({ workload, emittedAt, endAt, stalledSeq: 0, headAt: 1, places });
}
