/** Whether a hop passes the field `Incremental` on as it got it: a fact to report, and no requirement. Pure. */

import type { ClientTrace } from '../client/client.ts';
import { header } from '../client/http1.ts';
import type { OriginTrace } from '../../server/trace.ts';
import type { Tried } from './measure.ts';
import type { FieldLines } from './trials.ts';

export type Passed = 'unchanged' | 'removed' | 'changed' | 'added' | 'unknown';

/** Of `?1`; and the trials with another value that came to something else than that, by their ids. */
export interface PassedOn {
  request: Passed;
  response: Passed;
  otherwise: string[];
}

/** Lines of one name are one list (RFC 9110, section 5.3), and space around its commas says nothing. */
function asOne(value: string): string {
  return value.replaceAll(/\s*,\s*/g, ', ').trim();
}

function passed(sent: FieldLines, got: string | undefined): Passed {
  if (sent.length === 0) return got === undefined ? 'unknown' : 'added';
  if (got === undefined) return 'removed';
  return asOne(sent.join(', ')) === asOne(got) ? 'unchanged' : 'changed';
}

interface Sides {
  origin: OriginTrace;
  client: ClientTrace;
}

function ofRequest({ trial }: Tried, { origin }: Sides): Passed {
  if (origin.request === undefined) return 'unknown';
  const got = origin.request.headers['incremental'];
  return passed(trial.request, got === undefined ? undefined : String(got));
}

function ofResponse({ trial }: Tried, { origin, client }: Sides): Passed {
  if (origin.headAt === undefined || client.head?.status !== origin.workload.status) return 'unknown';
  return passed(trial.response, header(client.head, 'incremental'));
}

/** Anything but unchanged is told before it. */
const FIRST: Passed[] = ['added', 'changed', 'removed', 'unchanged', 'unknown'];

function first(all: readonly Passed[]): Passed {
  return all.toSorted((a, b) => FIRST.indexOf(a) - FIRST.indexOf(b))[0] ?? 'unknown';
}

function isTrue(field: FieldLines): boolean {
  return field.length === 1 && field[0] === '?1';
}

/** Where `?1` was refused, nothing of it was passed on that another value could differ from. */
function differs(of: Passed, marked: Passed): boolean {
  return of !== 'unknown' && marked !== 'unknown' && of !== marked;
}

export function passedOn(trials: readonly Tried[]): PassedOn {
  const seen = trials.flatMap((one) => one.tries.map((sides: Sides) => ({ one, sides })));
  const ofMarked = (side: 'request' | 'response', of: typeof ofRequest): Passed =>
    first(seen.filter(({ one }) => isTrue(one.trial[side])).map(({ one, sides }) => of(one, sides)));
  const request = ofMarked('request', ofRequest);
  const response = ofMarked('response', ofResponse);
  const otherwise = seen.filter(
    ({ one, sides }) => differs(ofRequest(one, sides), request) || differs(ofResponse(one, sides), response),
  );
  return { request, response, otherwise: [...new Set(otherwise.map(({ one }) => one.trial.id))] };
}
