/** A stream that was written and waited for, as one hop of a chain saw it. Pure. */

import { header } from '../client/http1.ts';
import type { Frozen } from '../measures/frozen.ts';
import type { Point } from '../taps/point.ts';
import { NOTHING_CAME, unseen, whyUnseen, type Unseen } from './unseen.ts';

type Piece = Frozen['pieces'][number];

/** Of the body, after decoding: so it is counted at the client too. */
function piecesAt(point: Point | undefined): Piece[] {
  if (point?.sight !== 'stream') return [];
  return point.received.reads
    .map(({ at, bodyBytes, decodedBytes }) => ({ at, bytes: decodedBytes ?? bodyBytes }))
    .filter(({ bytes }) => bytes > 0);
}

/** What of each write had come to a place, and when the last of that did; none of those of which nothing had. */
export function arrived(writes: Frozen['writes'], pieces: readonly Piece[]): Frozen['writes'] {
  let [begun, came, read] = [0, 0, 0];
  return writes.flatMap(({ bytes }) => {
    const from = begun;
    begun += bytes;
    for (; came < begun && read < pieces.length; read += 1) came += pieces[read]?.bytes ?? 0;
    const at = pieces[read - 1]?.at;
    const own = Math.min(bytes, came - from);
    return at === undefined || own <= 0 ? [] : [{ at, bytes: own }];
  });
}

/** Written is what came to hop `hop`, and what came out is what it sent on before the end was begun at the origin. */
export function frozenOfHop({ writes, pieces, points, endAt, coding, fault }: Frozen, hop: number): Frozen | Unseen {
  const reason = whyUnseen(points, hop);
  if (reason !== undefined) return unseen(reason);
  const before = ({ at }: Piece): boolean => at < (endAt ?? Infinity);
  const [down, up] = [points?.[hop - 2], points?.[hop - 1]];
  const into = arrived(writes, piecesAt(up).filter(before));
  if (into.length === 0) return unseen(NOTHING_CAME);
  const head = down?.sight === 'stream' ? down.received.head : undefined;
  const sent = head === undefined ? coding : header(head, 'content-encoding');
  const got = up?.sight === 'stream' ? up.received.head : undefined;
  const cameIn = got === undefined ? undefined : header(got, 'content-encoding');
  return {
    writes: into,
    pieces: hop === 1 ? pieces : piecesAt(down).filter(before),
    ...(endAt === undefined ? {} : { endAt }),
    ...(sent === undefined ? {} : { coding: sent }),
    ...(cameIn === undefined ? {} : { cameIn }),
    ...(fault === undefined ? {} : { fault }),
  };
}
