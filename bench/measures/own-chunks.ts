/** The sizes of a lane's own chunks, the last of them again and again. Pure. */

import { chunkSize } from '../../server/payload.ts';
import { resolveWorkload } from '../../server/workload.ts';
import type { MeasureContext } from './measure.ts';

interface OwnChunks {
  asked: number[];
  /** A chunk carries its number and is as large as that needs. */
  written: number[];
}

export function ownChunks(workload: MeasureContext['workload'], count: number): OwnChunks {
  const sizes = workload.chunkBytes ?? resolveWorkload({}).chunkBytes;
  const asked = Array.from({ length: count }, (_, seq) => sizes[Math.min(seq, sizes.length - 1)] ?? 1);
  const resolved = resolveWorkload({ ...workload, chunkBytes: asked });
  return { asked, written: asked.map((_, seq) => chunkSize(resolved, seq)) };
}
