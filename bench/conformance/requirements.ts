/**
 * What RFC 10036 (Incremental Forwarding of HTTP Messages, August 2026) asks of an intermediary, as data.
 * https://www.rfc-editor.org/rfc/rfc10036
 */

import type { TrialId } from './trials.ts';

export const SUITE = 'rfc10036';
export const RFC = 'https://www.rfc-editor.org/rfc/rfc10036';

export interface Requirement {
  /** Slug; with `rfc10036/` before it, it is its id on the command line. */
  id: RequirementId;
  section: string;
  /** RFC 2119's word for it; absent where the text has none. */
  level?: 'MUST' | 'SHOULD' | 'SHOULD NOT' | 'cannot';
  says: string;
  /** What is looked at, in a sentence. */
  looksAt: string;
  /** The exchanges that it is told by, besides those that show whether the proxy knows the field at all. */
  trials: readonly TrialId[];
  /** Asked only of variants that declare how they would refuse or limit (declaration.ts). */
  isOfDeclared?: 'refuses' | 'limit';
}

export type RequirementId =
  | 'boolean-item'
  | 'unknown-parameters'
  | 'per-message'
  | 'no-whole-buffer'
  | 'headers-first'
  | 'refuse-not-buffer'
  | 'early-response'
  | 'false-value'
  | 'refused-501'
  | 'limit-429'
  | 'bounded-hold';

export const REQUIREMENTS: readonly Requirement[] = [
  {
    id: 'boolean-item',
    section: '3',
    says: 'The field is a structured-field Item of type Boolean. Whatever else it holds, or where it stands twice, it is ignored.',
    looksAt:
      'whether a message with another type, a list, two fields, or what does not parse is treated as one without the field',
    trials: [
      'response integer',
      'response string',
      'response list',
      'response twice',
      'response malformed',
      'response empty',
      'request integer',
      'request string',
      'request list',
      'request twice',
      'request malformed',
      'request empty',
    ],
  },
  {
    id: 'unknown-parameters',
    section: '3',
    level: 'MUST',
    says: 'Parameters of the field that are not known are ignored: `?1;x=1` means what `?1` means.',
    looksAt: 'whether a message with `?1;x=1` is treated as one with `?1`',
    trials: ['response parameters', 'request parameters'],
  },
  {
    id: 'per-message',
    section: '3',
    level: 'MUST',
    says: 'Request and response carry a field each; one does not speak for the other, so whoever wants both sets both.',
    looksAt:
      'whether the field on the request alone changes the response, and whether the one on the response alone is enough for it',
    trials: ['response by-request', 'response both', 'request both'],
  },
  {
    id: 'no-whole-buffer',
    section: '3',
    level: 'SHOULD NOT',
    says: 'A message with `?1` is not buffered as a whole before it is forwarded.',
    looksAt: 'how the content comes out with and without the field, of a response and of a request',
    trials: [],
  },
  {
    id: 'headers-first',
    section: '3',
    level: 'SHOULD',
    says: 'The header section goes on, and then the content as it arrives; headers and trailers may each be held until they are whole.',
    looksAt: 'whether the head of a marked message comes out while there is no content yet',
    trials: [],
  },
  {
    id: 'refuse-not-buffer',
    section: '3',
    level: 'MUST',
    says: 'Whoever decides not to forward a marked message incrementally answers with an error, and never buffers the whole instead.',
    looksAt: 'what a variant makes of a marked message that is told to inspect or buffer it',
    trials: [],
    isOfDeclared: 'refuses',
  },
  {
    id: 'early-response',
    section: '3',
    says: 'With the field on both, a response that begins before the request has ended is forwarded then, and both directions flow.',
    looksAt: 'whether the response comes while the request is still being sent',
    trials: ['duplex none', 'duplex both'],
  },
  {
    id: 'false-value',
    section: '3',
    says: 'With `?0` the message is forwarded as one without the field is; buffering is fine.',
    looksAt: 'whether a message with `?0` is treated as one without the field',
    trials: ['response false', 'request false'],
  },
  {
    id: 'refused-501',
    section: '4.1, 5',
    level: 'SHOULD',
    says: 'A marked message that is refused for what it may hold is answered 501, with `Proxy-Status: NAME; error=incremental_refused`.',
    looksAt: 'with what marked messages are refused, where they are',
    trials: [],
  },
  {
    id: 'limit-429',
    section: '4.2',
    level: 'SHOULD',
    says: 'A marked message that is refused because too many are forwarded already is answered 429, with `Proxy-Status: NAME; error=connection_limit_reached`.',
    looksAt: 'what becomes of one more marked exchange when as many are open as the variant declares to allow',
    trials: ['limit both'],
    isOfDeclared: 'limit',
  },
  {
    id: 'bounded-hold',
    section: '4.3',
    level: 'cannot',
    says: 'A little may be held, but it goes on when a limit of bytes or one of time is reached, and is never held indefinitely.',
    looksAt: 'whether a small rest of a marked response comes out while nothing more is written',
    trials: ['rest none', 'rest marked'],
  },
];

export function idOf({ id }: Requirement): string {
  return `${SUITE}/${id}`;
}
