/** Why a hop that is innocent alone clogs in a chain: what the other hops changed in what it gets. Pure. */

import { laneId, type Chain } from '../catalogue/catalogue.ts';
import { header } from '../client/http1.ts';
import type { LaneStream } from '../catalogue/dimensions.ts';
import type { Evidence } from '../evidence.ts';
import type { Trace } from '../trace.ts';
import { isGuilty } from './attribution.ts';
import type { Alone } from './chain.ts';
import { hopHeads, sayRequest, sayResponse } from './heads.ts';
import { ownFields } from './hop-trace.ts';

/** What one hop changed: of the response, a hop further up; of the request, one nearer the client. */
interface Cause {
  hop: number;
  /** Each in a few words: `removed x-accel-buffering`. */
  did: string[];
}

/** Every change that hop `hop` met. */
export function causesFor(trace: Trace, hop: number): Cause[] {
  const hops = trace.points?.length ?? 0;
  return Array.from({ length: hops }, (_, index) => index + 1).flatMap((other) => {
    const heads = other === hop ? undefined : hopHeads(trace, other);
    if (heads === undefined) return [];
    const did = other > hop ? sayResponse(heads.response) : sayRequest(heads.request);
    return did.length === 0 ? [] : [{ hop: other, did }];
  });
}

/** Fields that a server sets by itself and a workload must not. */
const OF_THE_SERVER = new Set(['server', 'via']);

/**
 * The stream as the others made it of the origin's, for hop `hop` alone: same head, same framing. `undefined` where nothing
 * was changed, or where it cannot be made: another status, a coded body, a link that cannot be read.
 */
export function asItGot({ tries }: Evidence, hop: number, { workload, request }: LaneStream): LaneStream | undefined {
  const trace = tries.at(-1);
  const point = trace?.points?.[hop - 1];
  if (trace === undefined || point?.sight !== 'stream' || causesFor(trace, hop).length === 0) return undefined;
  const { head } = point.received;
  if (head === undefined || head.framing === 'none' || head.status !== trace.origin.workload.status) return undefined;
  if (header(head, 'content-encoding') !== undefined) return undefined;
  const fields = Object.entries(ownFields(head)).filter(([name]) => !OF_THE_SERVER.has(name));
  const contentType = header(head, 'content-type');
  const asked = hop === 1 ? undefined : trace.points?.[hop - 2];
  const version = asked?.sight === 'stream' ? asked.request.httpVersion : undefined;
  const coding =
    asked?.sight === 'stream'
      ? asked.request.headers.find(([name]) => name.toLowerCase() === 'accept-encoding')
      : undefined;
  return {
    workload: {
      ...workload,
      ...(head.framing === 'h2' ? {} : { framing: head.framing }),
      headers: Object.fromEntries(fields),
      ...(contentType === undefined ? {} : { contentType }),
    },
    request: {
      ...request,
      ...(version === '1.0' || version === '1.1' ? { httpVersion: version } : {}),
      ...(asked === undefined ? {} : { headers: coding === undefined ? {} : { 'accept-encoding': coding[1] } }),
    },
  };
}

/** The lane of a hop's variant with the stream of which it clogs alone: the chain's own, or as the others made it. */
export function laneClogged(
  { path, vary }: Pick<Chain, 'path' | 'vary'>,
  { hop, delivery, asItGot: changed }: Alone,
): string | undefined {
  const id = path[hop - 1]?.id ?? '';
  if (isGuilty(delivery)) return laneId(id, vary);
  const trace = changed?.evidence.tries.at(-1);
  if (changed === undefined || trace === undefined || !isGuilty(changed.delivery)) return undefined;
  const { request } = trace.client;
  const coding = request.headers['accept-encoding'];
  return laneId(id, {
    ...vary,
    framing: trace.origin.workload.framing,
    'http-version': request.httpVersion,
    ...(coding === undefined ? {} : { 'accept-encoding': coding }),
  });
}
