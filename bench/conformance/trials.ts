/**
 * The exchanges by which RFC 10036 is told, as data: which way the content goes that is watched, and what stands in the
 * field `Incremental` of request and response.
 */

import type { Requirement } from './requirements.ts';

/** Each a line of the field; none where there is no field. */
export type FieldLines = readonly string[];

const TRUE: FieldLines = ['?1'];
const NONE: FieldLines = [];

/** Values besides `?1`. */
const VALUES = {
  parameters: ['?1;x=1'],
  false: ['?0'],
  integer: ['1'],
  string: ['"?1"'],
  list: ['?1, ?1'],
  twice: ['?1', '?1'],
  malformed: ['?1 yes'],
  empty: [''],
} satisfies Record<string, FieldLines>;

export type ValueId = keyof typeof VALUES;
const VALUE_IDS = Object.keys(VALUES) as ValueId[];

/** Those that are no Boolean Item, so that the field is to be ignored (RFC 9651, section 4.2). */
export const NOT_BOOLEAN = ['integer', 'string', 'list', 'twice', 'malformed', 'empty'] as const satisfies ValueId[];

/**
 * `response`: a stream in lock-step, its head alone at first; `request`: an upload in lock-step that is answered when it
 * has ended; `duplex`: one that is answered when it begins; `rest`: a few bytes of a response, and then silence;
 * `limit`: a stream beside as many as are allowed.
 */
type TrialKind = 'response' | 'request' | 'duplex' | 'rest' | 'limit';

export interface Trial {
  id: TrialId;
  kind: TrialKind;
  request: FieldLines;
  response: FieldLines;
}

export type TrialId =
  | `${'response' | 'request'} ${'none' | 'marked' | 'both' | ValueId}`
  | 'response by-request'
  | `duplex ${'none' | 'both'}`
  | `rest ${'none' | 'marked'}`
  | 'limit both';

function trial(id: TrialId, kind: TrialKind, request: FieldLines, response: FieldLines): Trial {
  return { id, kind, request, response };
}

export const TRIALS: readonly Trial[] = [
  trial('response none', 'response', NONE, NONE),
  trial('response marked', 'response', NONE, TRUE),
  trial('response by-request', 'response', TRUE, NONE),
  trial('response both', 'response', TRUE, TRUE),
  ...VALUE_IDS.map((id) => trial(`response ${id}`, 'response', NONE, VALUES[id])),
  trial('request none', 'request', NONE, NONE),
  trial('request marked', 'request', TRUE, NONE),
  trial('request both', 'request', TRUE, TRUE),
  ...VALUE_IDS.map((id) => trial(`request ${id}`, 'request', VALUES[id], NONE)),
  trial('duplex none', 'duplex', NONE, NONE),
  trial('duplex both', 'duplex', TRUE, TRUE),
  trial('rest none', 'rest', NONE, NONE),
  trial('rest marked', 'rest', NONE, TRUE),
  trial('limit both', 'limit', TRUE, TRUE),
];

/** What shows whether a proxy knows the field; every requirement is told by these first. */
const AWARENESS: readonly TrialId[] = ['response none', 'response marked', 'request none', 'request marked'];

/** All that these requirements are told by. */
export function trialsFor(requirements: readonly Requirement[]): Trial[] {
  const wanted = new Set([...AWARENESS, ...requirements.flatMap(({ trials }) => trials)]);
  return TRIALS.filter(({ id }) => wanted.has(id));
}

function lines(where: string, field: FieldLines): string {
  if (field.length === 0) return '';
  return `${where} ${field.map((line) => `Incremental: ${line}`.trimEnd()).join(' | ')}`;
}

const KINDS: Record<TrialKind, string> = {
  response: 'GET, answered word by word',
  request: 'POST, sent piece by piece',
  duplex: 'POST, answered while it is being sent',
  rest: 'GET, answered with a word and then silence',
  limit: 'GET, beside as many as are allowed',
};

/** `GET, answered word by word; response Incremental: ?1` */
export function sayTrial({ kind, request, response }: Trial): string {
  const fields = [lines('request', request), lines('response', response)].filter((text) => text !== '');
  return `${KINDS[kind]}; ${fields.length === 0 ? 'no field' : fields.join('; ')}`;
}
