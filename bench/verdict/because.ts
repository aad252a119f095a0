/** One sentence that a newcomer understands, from a delivery and nothing else. Pure. */

import type { Delivery } from './delivery.ts';
import { RULE_SHARE } from './held-words.ts';
import type { Breakage } from './integrity.ts';

export function count(n: number, noun: string): string {
  return `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;
}

/** Two or three digits, in the unit that suits; rounded before the unit is chosen. */
export function milliseconds(ms: number): string {
  if (Math.round(ms / 100) >= 100) return `${Math.round(ms / 1000)} s`;
  if (Math.round(ms) >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  if (Number(ms.toFixed(1)) >= 10) return `${Math.round(ms)} ms`;
  return `${ms.toFixed(Number(ms.toFixed(2)) >= 1 ? 1 : 2)} ms`;
}

function whyUnanswered({ awaits, bytes = 0 }: Extract<Breakage, { how: 'unanswered' }>): string {
  if (awaits === undefined) return '';
  if (awaits === 'request') return ': the origin was not asked';
  const came = bytes === 0 ? 'nothing' : `no more than ${count(bytes, 'byte')}`;
  return `: the origin waits for the request’s body, of which ${came} came`;
}

function breaks(delivery: Breakage): string {
  switch (delivery.how) {
    case 'status':
      return `it answered ${delivery.status} itself where the origin answered ${delivery.expected}`;
    case 'replayed':
      return `it asked the origin ${delivery.times} times for the same stream`;
    case 'unasked':
      return `it answered ${delivery.status} itself and never asked the origin`;
    case 'malformed':
      return `its response is not valid HTTP: ${delivery.detail}`;
    case 'altered':
      return `word ${delivery.seq} arrived with other bytes than were written`;
    case 'foreign':
      return `${count(delivery.bytes, 'byte')} in the body ${delivery.bytes === 1 ? 'was' : 'were'} never written by the origin: ${JSON.stringify(delivery.sample.slice(0, 40))}`;
    case 'duplicated':
      return `word ${delivery.seq} arrived twice`;
    case 'reordered':
      return `word ${delivery.seq} arrived after word ${delivery.after}`;
    case 'lost':
      return `word ${delivery.seq} never arrived, later ones did`;
    case 'cut':
      return `cut at word ${delivery.seq} of ${delivery.emitted}, ${delivery.told ? 'with an error' : 'and it looked like a clean end'}`;
    case 'unended':
      return `${count(delivery.arrived, 'word')} arrived and the response did not end within ${milliseconds(delivery.waitedMs)}`;
    case 'bodiless':
      return `the response came whole, but of the ${count(delivery.of, 'byte')} of the request’s body the origin got ${delivery.bytes.toLocaleString('en')}`;
    case 'unanswered':
      return `no response within ${milliseconds(delivery.waitedMs)}${whyUnanswered(delivery)}`;
  }
}

function after(streamedChunks: number): string {
  return streamedChunks === 0 ? '' : `${count(streamedChunks, 'word')} streamed, then `;
}

/** `512 bytes`, or the range where what came out is only known to have needed more than the one and no more than the other. */
function range({ over, upTo }: { over: number; upTo: number }): string {
  return over + 1 >= upTo ? count(upTo, 'byte') : `${(over + 1).toLocaleString('en')}–${count(upTo, 'byte')}`;
}

function delays({ hold, share, words }: Extract<Delivery, { verdict: 'delays' }>): string {
  if (words !== undefined) {
    const which = `word${words.length === 1 ? '' : 's'} ${words.slice(0, 5).join(', ')}${words.length > 5 ? ', …' : ''}`;
    return `${which} of ${hold.n} held each time, up to ${milliseconds(hold.maxMs)}; the others were not`;
  }
  if (hold.n === 1) return `with no more bytes written, it let go after ${milliseconds(hold.p50Ms)}: a timer`;
  if (share < RULE_SHARE)
    return `${Math.round(share * 100)} % of the words held each time, up to ${milliseconds(hold.maxMs)}; the others were not`;
  return `each of ${count(hold.n, 'word')} arrived, but held for ${milliseconds(hold.p50Ms)} each: a timer`;
}

/** Bytes of a body that the origin itself codes are counted before that. */
function before(codedBy: string | undefined): string {
  return codedBy === undefined ? '' : ` of text before ${codedBy}`;
}

export function because(delivery: Delivery): string {
  switch (delivery.verdict) {
    case 'streams':
      return `each of ${count(delivery.hold.n, 'word')} arrived before the next was written`;
    case 'delays':
      return delays(delivery);
    case 'coalesces':
      return `${after(delivery.streamedChunks)}no word for ${milliseconds(delivery.waitedMs)}, until ${range(delivery.heldBytes)}${before(delivery.codedBy)} had been written`;
    case 'buffers': {
      const what = delivery.streamedChunks > 0 ? 'nothing' : delivery.head ? 'only the headers' : 'nothing at all';
      return `${after(delivery.streamedChunks)}${what} before the end of the response, ${count(delivery.heldBytes, 'byte')}${before(delivery.codedBy)} and ${milliseconds(delivery.waitedMs)} later`;
    }
    case 'breaks':
      return breaks(delivery);
    case 'unsupported':
      return delivery.reason;
    case 'inconclusive':
      return `${delivery.reason} (tried ${delivery.tries === 1 ? 'once' : `${delivery.tries} times`})`;
    case 'harness-error':
      return `the bench itself failed: ${delivery.reason}`;
  }
}
