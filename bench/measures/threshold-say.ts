/** The hold threshold in a phrase. Pure. */

import type { Range, ThresholdFigures } from './threshold-figures.ts';
import { flawOfPart, sayStreams } from './threshold-own.ts';

export function number(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function sayNext({ over, upTo, exact }: Range): string {
  // No fewer can be written.
  if (over === 0) return 'then streams';
  return `then ${exact ? '' : 'up to '}${number(upTo)} more`;
}

function sayEnough(upTo: number | undefined): string {
  return upTo === undefined ? 'it cannot be told' : `it takes ${number(upTo)} bytes`;
}

/** A threshold of coded bytes is another one of another text. */
function sayText({ coding, ofText }: Extract<ThresholdFigures, { how: 'bytes' }>): string {
  if (coding !== undefined) return ` of this text before ${coding}`;
  return ofText === true ? ' of this text (more of one that repeats itself)' : '';
}

function sayBytes(found: Extract<ThresholdFigures, { how: 'bytes' }>): string {
  const { threshold, next, byChunk, growing, timerMs } = found;
  const first = threshold.exact
    ? `nothing comes out below ${number(threshold.upTo)} bytes`
    : `comes out somewhere between ${number(threshold.over)} and ${number(threshold.upTo)} bytes`;
  const differ = byChunk.filter(({ same }) => !same);
  const parts = [
    first + sayText(found),
    ...(next === undefined ? [] : [sayNext(next)]),
    ...(timerMs === undefined ? [] : [`or after a timer`]),
    ...differ.map(({ chunkBytes, upTo }) => `in writes of ${number(chunkBytes)} ${sayEnough(upTo)}`),
    ...(growing === undefined || growing.same ? [] : [`in growing writes ${sayEnough(growing.upTo)}`]),
  ];
  return parts.join(', ');
}

export function flaw(found: ThresholdFigures): string | undefined {
  if (found.how === 'streams-in-part') return flawOfPart(found);
  if (found.how !== 'bytes') return undefined;
  const { exact, over, upTo } = found.threshold;
  const bytes = exact ? `${number(upTo)} bytes` : `${number(over)} to ${number(upTo)} bytes`;
  const of =
    found.coding === undefined ? (found.ofText === true ? ' of this text' : '') : ` of text before ${found.coding}`;
  return `lets go at ${bytes}${of}`;
}

export function say(found: ThresholdFigures): string {
  switch (found.how) {
    case 'streams':
    case 'streams-in-part':
      return sayStreams(found);
    case 'bytes':
      return sayBytes(found);
    case 'not-by-bytes': {
      const nothing = `nothing comes out for ${number(found.boundBytes)} bytes in one write`;
      return found.timerMs === undefined ? nothing : `${nothing}, only after ${number(found.timerMs)} ms`;
    }
    case 'by-time':
      return `lets go by time, after ${number(found.minMs)}–${number(found.maxMs)} ms: bytes cannot be told from it`;
    case 'unknown':
      return `not measured: ${found.reason}`;
  }
}
