/** What several clients of one URL get, in a phrase. Pure. */

import { count, milliseconds } from '../verdict/because.ts';
import type { After, During, ReuseFigures } from './reuse-figures.ts';

function sayMissing({ missing }: { missing?: number }): string {
  return missing === undefined ? '' : `, but for ${count(missing, 'word')}`;
}

function sayDuring(during: During): string {
  switch (during.how) {
    case 'own':
      return 'while a stream flows another client of its URL gets one of its own';
    case 'joins':
      return `while a stream flows another client of its URL gets the same words${sayMissing(during)}`;
    case 'waits': {
      const who = 'while a stream flows another client of its URL waits';
      return during.gets === 'own'
        ? `${who} for ${milliseconds(during.waitedMs)}, and gets one of its own`
        : `${who} for its end (${milliseconds(during.waitedMs)}), and gets the same words at once${sayMissing(during)}`;
    }
    case 'unknown':
      return `while a stream flows: could not be told: ${during.reason}`;
  }
}

/** What comes in so small a part of the time that it was written in is no stream any more. */
const LUMP_SHARE = 0.5;

function isLump({ spanMs, writtenMs }: Extract<After, { how: 'stored' }>): boolean {
  return spanMs < LUMP_SHARE * writtenMs;
}

function sayAfter(after: After): string {
  switch (after.how) {
    case 'own':
      return 'after it a client gets one of its own';
    case 'stored': {
      const pace = isLump(after) ? 'in one lump' : 'at the pace that they had';
      return `after it a client gets the stored words, ${pace}${sayMissing(after)}`;
    }
    case 'unknown':
      return `after it: could not be told: ${after.reason}`;
  }
}

function sayLater({ afterMs, asked, ...later }: NonNullable<ReuseFigures['later']>): string {
  const when = `${milliseconds(afterMs)} later`;
  switch (later.how) {
    case 'own':
      return `${when} one of its own`;
    case 'stored':
      return `${when} too${asked ? ', while the origin is asked anew' : ', and the origin is not asked'}`;
    case 'unknown':
      return `${when}: could not be told: ${later.reason}`;
  }
}

export function say({ during, after, later }: ReuseFigures): string {
  if (during.how === 'unknown' && after.how === 'unknown') return `could not be told: ${during.reason}`;
  return [sayDuring(during), sayAfter(after), ...(later === undefined ? [] : [sayLater(later)])].join('; ');
}

export function flaw({ during, after }: ReuseFigures): string | undefined {
  const parts = [
    ...(during.how === 'joins' ? ['a second client of a URL gets the first’s stream'] : []),
    ...(during.how === 'waits' ? ['a second client of a URL waits while the first’s stream flows'] : []),
    ...(after.how === 'stored' ? [`a later client gets a stored stream${isLump(after) ? ' in one lump' : ''}`] : []),
  ];
  return parts.length === 0 ? undefined : parts.join('; ');
}
