/**
 * The bytes of each chunk, the same for origin and client: both can compute what was meant to be
 * sent, so that a lost, doubled, moved or altered byte shows without the body being kept.
 */

import { BODY_LIMIT_BYTES, type Filler, type Format, type Workload, type WorkloadInput } from './workload.ts';

/** What ends a chunk in each format. */
export const DELIMITERS: Record<Format, string> = { sse: '\n\n', 'sse-json': '\n\n', ndjson: '\n', text: ' ' };

const WORDS =
  'the stream flows from its source through every hop and each word should arrive as it was written not in one lump at its end'.split(
    ' ',
  );

/** 64 KiB of words in a fixed pseudo-random order: compresses as prose does, unlike a repeated letter. */
const FILLER = ((): string => {
  let text = '';
  let state = 1;
  while (text.length < 65_536) {
    state = (state * 48_271) % 2_147_483_647;
    text += `${WORDS[state % WORDS.length]}-`;
  }
  return text.slice(0, 65_536);
})();

/** U+8A9E as the three bytes of its UTF-8, a code unit each: what is written and compared is Latin-1. */
const CHARACTER = '\xe8\xaa\x9e';

function filler(seq: number, length: number, kind: Filler): string {
  if (kind === 'letter') return 'a'.repeat(length);
  if (kind === 'utf-8')
    return CHARACTER.repeat(Math.floor(length / CHARACTER.length)) + 'a'.repeat(length % CHARACTER.length);
  const start = (seq * 7919) % FILLER.length;
  let text = FILLER.slice(start, start + length);
  while (text.length < length) text += FILLER.slice(0, length - text.length);
  return text;
}

const MARKS: Record<Format, (seq: number) => [string, string]> = {
  sse: (seq) => [`id: ${seq}\ndata: `, DELIMITERS.sse],
  'sse-json': (seq) => [
    `id: ${seq}\ndata: {"object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"`,
    `"},"finish_reason":null}]}${DELIMITERS['sse-json']}`,
  ],
  ndjson: (seq) => [`{"seq":${seq},"text":"`, `"}${DELIMITERS.ndjson}`],
  text: (seq) => [`${seq}:`, DELIMITERS.text],
};

/** The number that a chunk carries, however its filler reads; `undefined` when these are no bytes of ours. */
export const SEQ_PATTERNS: Record<Format, RegExp> = {
  sse: /^id: (\d+)\ndata: /,
  'sse-json': /^id: (\d+)\ndata: \{/,
  ndjson: /^\{"seq":(\d+),"text":"/,
  text: /^(\d+):/,
};

/** Chunk `seq` of a stream, a code unit for each byte, `sizeBytes` long or as long as its marks need. */
export function encodeChunk(format: Format, seq: number, sizeBytes: number, kind: Filler = 'prose'): string {
  const [before, after] = MARKS[format](seq);
  return before + filler(seq, Math.max(0, sizeBytes - before.length - after.length), kind) + after;
}

/** A comment, which readers of an event stream ignore (HTML Standard, section 9.2.6); it has no number. */
export const HEARTBEAT = ': keep-alive\n\n';

/** How many heartbeats a stream writes: one each `heartbeatMs` inside its silence, none at its end. */
export function plannedHeartbeats({ pace }: Workload): number {
  if (pace.mode !== 'paced' || pace.silence?.heartbeatMs === undefined) return 0;
  return Math.ceil(pace.silence.ms / pace.silence.heartbeatMs) - 1;
}

/** The size that chunk `seq` has on the wire before any coding. */
export function chunkSize(workload: Workload, seq: number): number {
  const { chunkBytes, format } = workload;
  const asked = chunkBytes[Math.min(seq, chunkBytes.length - 1)] ?? 1;
  return Math.max(asked, marksSize(format, seq));
}

/** The least that chunk `seq` can be. */
function marksSize(format: Format, seq: number): number {
  const [before, after] = MARKS[format](seq);
  return before.length + after.length;
}

/**
 * Sizes of all chunks that a stream may come to emit, in order: the workload's `count`, then, in
 * lock-step, those that raise the bytes after a stall, up to its bound. The sizes do not depend on
 * what happens in the stream, so a content-length can be announced before it.
 */
export function planChunks(workload: Workload): number[] {
  const sizes = Array.from({ length: workload.count }, (_, seq) => chunkSize(workload, seq));
  if (workload.pace.mode !== 'lock-step') return sizes;
  const { boundBytes, growth } = workload.pace;
  let total = sizes.reduce((sum, size) => sum + size, 0);
  while (total < boundBytes) {
    const wanted = Math.min(Math.ceil(total * (growth - 1)), boundBytes - total);
    const size = Math.max(64, wanted, marksSize(workload.format, sizes.length));
    sizes.push(size);
    total += size;
  }
  return sizes;
}

/** Body bytes of a stream that is emitted whole. */
export function plannedBytes(workload: Workload): number {
  const chunks = planChunks(workload).reduce((sum, size) => sum + size, 0);
  return chunks + plannedHeartbeats(workload) * HEARTBEAT.length;
}

/** What the framing and the content type set by themselves. */
const RESERVED_HEADERS = new Set(['content-length', 'transfer-encoding', 'content-type', 'connection']);

/** What a complaint calls the fields of a workload: `field "contentCoding"`, or what its author set them by. */
export interface Naming {
  noun: string;
  nameOf(this: void, field: keyof WorkloadInput): string;
}

const AS_FIELD: Naming = { noun: 'field', nameOf: (field) => field };

function isContentEncoding(name: string): boolean {
  return name.toLowerCase() === 'content-encoding';
}

/** How much a coded body takes is not known before it is coded. */
function faultOfCoding(
  { contentCoding, framing, headers, fieldLines = [] }: Workload,
  { noun, nameOf }: Naming,
): string | undefined {
  if (contentCoding === undefined) return undefined;
  const coding = `${noun} "${nameOf('contentCoding')}"`;
  if (framing === 'content-length' || framing === 'piecewise')
    return `${coding} must be "identity" where "${nameOf('framing')}" is "content-length" or "piecewise", which announce a length; of a coded body it is not known before`;
  const inHeaders = Object.keys(headers).some(isContentEncoding);
  if (!inHeaders && !fieldLines.some(([name]) => isContentEncoding(name))) return undefined;
  return `${coding} says "content-encoding" already, which "${nameOf(inHeaders ? 'headers' : 'fieldLines')}" may not hold beside it`;
}

/** What a schema cannot say of a workload: the field, and what is allowed. */
export function faultOf(workload: Workload, naming = AS_FIELD): string | undefined {
  const { noun, nameOf } = naming;
  const reserved = Object.keys(workload.headers).find((name) => RESERVED_HEADERS.has(name.toLowerCase()));
  if (reserved !== undefined)
    return `${noun} "${nameOf('headers')}" may not hold "${reserved}": "${nameOf('framing')}" and "${nameOf('contentType')}" say it`;
  const line = (workload.fieldLines ?? []).find(([name]) => RESERVED_HEADERS.has(name.toLowerCase()));
  if (line !== undefined) return `field "fieldLines" may not hold "${line[0]}": "framing" and "contentType" say it`;
  const trailer = Object.keys(workload.trailers ?? {}).find((name) => RESERVED_HEADERS.has(name.toLowerCase()));
  if (trailer !== undefined) return `field "trailers" may not hold "${trailer}" (RFC 9110, section 6.5.1)`;
  const coding = faultOfCoding(workload, naming);
  if (coding !== undefined) return coding;
  const { count, pace, death } = workload;
  if (pace.mode === 'paced' && pace.silence !== undefined && pace.silence.afterChunk > count - 2)
    return `field "pace.silence.afterChunk" must be less than "count" - 1, so that a chunk ends the silence; got ${pace.silence.afterChunk} of ${count}`;
  if (plannedHeartbeats(workload) > 0 && workload.format !== 'sse')
    return `field "pace.silence.heartbeatMs" needs "format" to be "sse", which has comments; got "${workload.format}"`;
  if (death !== undefined && death.afterChunk >= count)
    return `field "death.afterChunk" must be less than "count"; got ${death.afterChunk} of ${count}`;
  const bytes = plannedBytes(workload);
  if (bytes <= BODY_LIMIT_BYTES) return undefined;
  return `"count" times "chunkBytes" is ${bytes} bytes in all; a stream may emit at most ${BODY_LIMIT_BYTES}`;
}
