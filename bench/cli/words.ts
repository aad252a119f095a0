/** The words of the matrix, a line or two each, for `unclog --help`. */

import { STYLES, WIDTH, wrap } from '../report/text.ts';

/** Of a lane or of one hop in a chain, and what it is told by. */
export const VERDICT_WORDS: Record<keyof typeof STYLES, string> = {
  streams: 'every word arrived before the next was written, with no delay beyond the floor',
  delays: 'every word arrived, but some or all were held for a time each: mostly a timer',
  coalesces: 'words came out only once more bytes had been written; it says how many',
  buffers: 'no word before the end of the response',
  breaks: 'bytes lost, added, moved or altered, the stream cut, or another status',
  refused: 'the proxy does not start with this config; its own words are shown',
  unsupported: 'what the lane asks for, such as HTTP/2, is not spoken there, or no origin could send it',
  inconclusive: 'the machine was too noisy to tell; never a pass',
  'harness-error': 'the bench itself failed; never blamed on the proxy',
  skipped: 'the proxy cannot run here; the command that brings it is said',
  unseen: 'of a hop in a chain: what came to it, nothing or one lump at the end, tells nothing of it',
};

export const TERMS: Record<string, string> = {
  lane: 'one proxy with one config (the variant, nginx/default) under one stream; after "?" how that differs from SSE sent chunked',
  hold: 'how much later a word arrived than it was written, in ms, p50 / p99: the two figures beside a verdict',
  floor: 'the hold through a relay that does nothing: what the bench itself adds',
  also: 'what the hop does besides, and would not be with no hop at all; by the measures below',
  zombie: 'a stream that the origin goes on writing after its client has left',
  heartbeats: 'comments that keep a silent stream open',
  'RST, FIN': 'how a connection ended: by a reset, or by an orderly close',
  TTFB: 'time from the request to the first byte of the response; TTFT to the first word',
  tap: 'a transparent relay between two hops of a chain, which times every byte',
};

const INDENT = '  ';

function entries(words: Record<string, string>): string {
  const column = Math.max(...Object.keys(words).map(({ length }) => length)) + 2 * INDENT.length;
  return Object.entries(words)
    .map(([word, means]) => {
      const lines = wrap(means, WIDTH - column).split('\n');
      return `${(INDENT + word).padEnd(column)}${lines.join(`\n${' '.repeat(column)}`)}`;
    })
    .join('\n');
}

/** A titled list, as help texts have it. */
export function helpSection(title: string, words: Record<string, string>): string {
  return `\n${title}:\n${entries(words)}\n`;
}

export function wordsHelp(): string {
  return helpSection('Verdicts of delivery', VERDICT_WORDS) + helpSection('Other words of the matrix', TERMS);
}
