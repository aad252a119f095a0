/** What a hop makes of each requirement of RFC 10036. Pure: of the flows that its trials found, and computed from them again. */

import { milliseconds } from '../verdict/because.ts';
import { headOf, heldRank, sayFlow, sayRefusal, type Duplex, type Flow, type Rest } from './flow.ts';
import { together, type Outcome, type OutcomeWord, type Told } from './outcome.ts';
import type { RequirementId } from './requirements.ts';
import { NOT_BOOLEAN, type TrialId, type ValueId } from './trials.ts';

/** How a variant is configured to treat marked messages, where that is not to forward them. */
export interface Declared {
  /** It is told to inspect or buffer, so that it must refuse. */
  refuses?: true;
  /** So many marked exchanges at once. */
  limit?: number;
}

export interface Found {
  /** Of `response …`, `request …` and `limit …`. */
  flows: Partial<Record<TrialId, Flow>>;
  duplex: Partial<Record<TrialId, Duplex>>;
  rests: Partial<Record<TrialId, Rest>>;
  declared: Declared;
}

type Side = 'response' | 'request';
type Refused = Extract<Flow, { how: 'refused' }>;

const UNMEASURED: Flow = { how: 'untold', reason: 'not measured' };

function say(outcome: OutcomeWord, because: string): Outcome {
  return { outcome, because };
}

function untold({ reason, isNoise }: { reason: string; isNoise?: true }): Outcome {
  return { outcome: 'untold', because: reason, ...(isNoise === undefined ? {} : { isNoise }) };
}

function flowOf({ flows }: Found, id: TrialId): Flow {
  return flows[id] ?? UNMEASURED;
}

/** Without the field and with `?1`. */
function pair(found: Found, side: Side): { plain: Flow; marked: Flow } {
  return { plain: flowOf(found, `${side} none`), marked: flowOf(found, `${side} marked`) };
}

/** What stands in the way of comparing at all: without the field too there is nothing to compare with. */
function obstacle({ plain, marked }: { plain: Flow; marked: Flow }): Outcome | undefined {
  if (plain.how === 'untold') return untold(plain);
  if (marked.how === 'untold') return untold(marked);
  if (heldRank(plain) === undefined) return say('untold', `without the field: ${sayFlow(plain)}`);
  return undefined;
}

/** Whether the field changes what comes out. */
function isDistinct({ plain, marked }: { plain: Flow; marked: Flow }): boolean {
  return plain.how !== 'untold' && marked.how !== 'untold' && plain.how !== marked.how;
}

function changesHead({ plain, marked }: { plain: Flow; marked: Flow }): boolean {
  return isDistinct({ plain, marked }) || (headOf(marked) && !headOf(plain) && marked.how !== 'untold');
}

/** Seen in either direction: a proxy knows a field, or does not. */
function isAware(found: Found): boolean {
  return changesHead(pair(found, 'response')) || changesHead(pair(found, 'request'));
}

/** The same with and without. */
function ordinary(plain: Flow): Outcome {
  if (plain.how === 'incremental') return say('streams-anyway', 'forwarded as it comes, with and without the field');
  return say('unaware', `with and without the field ${sayFlow(plain)}`);
}

function wholeBuffer(found: Found, side: Side): Outcome {
  const flows = pair(found, side);
  const { plain, marked } = flows;
  const inTheWay = obstacle(flows);
  if (inTheWay !== undefined) return inTheWay;
  if (marked.how === 'refused') return say('refuses', sayRefusal(marked));
  const [before, after] = [heldRank(plain), heldRank(marked)];
  if (before === undefined || after === undefined) return say('violates', `with the field ${sayFlow(marked)}`);
  if (marked.how === 'whole') {
    if (found.declared.refuses === true) return say('untold', 'it declares to refuse: refuse-not-buffer tells');
    return isAware(found) ? say('violates', `with the field too ${sayFlow(marked)}`) : ordinary(plain);
  }
  if (after < before) return say('honours', `without the field ${sayFlow(plain)}, with it ${sayFlow(marked)}`);
  return after === before ? ordinary(plain) : say('violates', `only with the field ${sayFlow(marked)}`);
}

function headersFirst(found: Found, side: Side): Outcome {
  const flows = pair(found, side);
  const { plain, marked } = flows;
  const inTheWay = obstacle(flows);
  if (inTheWay !== undefined) return inTheWay;
  if (marked.how === 'refused') return say('refuses', sayRefusal(marked));
  if (headOf(marked))
    return headOf(plain)
      ? say('streams-anyway', 'the head comes before the content, with and without the field')
      : say('honours', 'the head comes before the content with the field alone');
  // What is true of one direction need not be of the other: content that is forwarded is what shows that the head could be.
  if (isDistinct(flows)) return say('violates', 'with the field the head is held until there is content');
  return say('unaware', 'with and without the field the head is held until there is content');
}

/** How one more value is treated: as without the field, or as with `?1`. */
function comparison(found: Found, side: Side, value: ValueId, like: 'plain' | 'marked'): Outcome {
  const flows = pair(found, side);
  const inTheWay = obstacle(flows);
  if (inTheWay !== undefined) return inTheWay;
  const got = flowOf(found, `${side} ${value}`);
  if (got.how === 'untold') return untold(got);
  const wanted = flows[like];
  if (got.how === wanted.how) {
    if (!isDistinct(flows)) return ordinary(flows.plain);
    return say('honours', `${value}: ${sayFlow(got)}, as ${like === 'plain' ? 'without the field' : 'with ?1'}`);
  }
  const taken = like === 'plain' && got.how === flows.marked.how ? ', as with ?1' : '';
  return say('violates', `${value}: ${sayFlow(got)}${taken}`);
}

function both(of: (side: Side) => Outcome): Told {
  return together(of('response'), of('request'));
}

function booleanItem(found: Found, side: Side): Outcome {
  const each = NOT_BOOLEAN.map((value) => comparison(found, side, value, 'plain'));
  const wrong = each.filter(({ outcome }) => outcome === 'violates');
  if (wrong.length > 0) return say('violates', wrong.map(({ because }) => because).join('; '));
  const open = each.find(({ outcome }) => outcome === 'untold');
  if (open !== undefined) return open;
  const [first] = each;
  return first?.outcome === 'honours'
    ? say('honours', `${NOT_BOOLEAN.join(', ')}: as without the field`)
    : (first ?? say('untold', 'not measured'));
}

function perMessage(found: Found): Told {
  const flows = pair(found, 'response');
  const inTheWay = obstacle(flows);
  const [byRequest, onBoth] = [flowOf(found, 'response by-request'), flowOf(found, 'response both')];
  const uploads = pair(found, 'request');
  const request = flowOf(found, 'request both');
  const response = ((): Outcome => {
    if (inTheWay !== undefined) return inTheWay;
    if (byRequest.how === 'untold') return untold(byRequest);
    if (byRequest.how !== flows.plain.how && byRequest.how === flows.marked.how)
      return say('violates', `by the field of the request alone the response is ${sayFlow(byRequest)}`);
    if (byRequest.how !== flows.plain.how)
      return say('violates', `the field of a request without content: ${sayFlow(byRequest)}`);
    if (isDistinct(flows)) return say('honours', 'the request’s field leaves the response as it is');
    const [alone, joint] = [heldRank(flows.marked), heldRank(onBoth)];
    if (alone !== undefined && joint !== undefined && joint < alone)
      return say('violates', 'the response’s field counts only beside one of the request');
    return ordinary(flows.plain);
  })();
  const upload = ((): Outcome => {
    const stands = obstacle(uploads);
    if (stands !== undefined) return stands;
    if (request.how === 'untold') return untold(request);
    if (isDistinct(uploads))
      return request.how === uploads.marked.how
        ? say('honours', 'the response’s field leaves the request as it is')
        : say('violates', `with the field on both the request is ${sayFlow(request)}`);
    return ordinary(uploads.plain);
  })();
  return together(response, upload);
}

function sayDuplex(duplex: Duplex): string {
  switch (duplex.how) {
    case 'flows':
      return 'an early response is forwarded';
    case 'waits':
      return 'an early response waits for the end of the request';
    case 'loses':
      return `an early response loses content of the request: ${duplex.reason}`;
    case 'refused':
      return sayRefusal(duplex);
    case 'untold':
      return duplex.reason;
  }
}

/** What is answered so without the field too, as where chunked requests are not taken, says nothing of the field. */
function refusal(marked: Refused, plain: Duplex | Rest): Outcome {
  const said = sayRefusal(marked);
  const isSame = plain.how === 'refused' && sayRefusal(plain) === said;
  return isSame ? say('unaware', `with and without the field: ${said}`) : say('refuses', said);
}

function earlyResponse(found: Found): Told {
  const [plain, marked] = [found.duplex['duplex none'], found.duplex['duplex both']];
  if (plain === undefined || marked === undefined) return say('untold', 'not measured');
  if (marked.how === 'refused') return refusal(marked, plain);
  const isNoise = marked.how === 'untold' && marked.isNoise === true;
  if (marked.how === 'flows' && plain.how === 'flows')
    return say('streams-anyway', `${sayDuplex(marked)}, with and without the field`);
  if (marked.how === 'flows')
    return say('honours', `${sayDuplex(marked)} with the field; without it: ${sayDuplex(plain)}`);
  if (!isAware(found) && !isNoise) return say('unaware', `with and without the field: ${sayDuplex(marked)}`);
  if (marked.how === 'untold') return untold(marked);
  // Of a message that is held whole no early response can be seen, and that is told already.
  if ((['response', 'request'] as const).some((side) => pair(found, side).marked.how === 'whole'))
    return say('untold', 'a marked message is held whole: no-whole-buffer tells');
  return say('violates', `${sayDuplex(marked)}; without the field: ${sayDuplex(plain)}`);
}

function boundedHold(found: Found): Told {
  const flows = pair(found, 'response');
  const [plain, marked] = [found.rests['rest none'], found.rests['rest marked']];
  if (plain === undefined || marked === undefined) return say('untold', 'not measured');
  if (marked.how === 'untold') return untold(marked);
  if (marked.how === 'refused') return refusal(marked, plain);
  if (marked.how === 'out')
    return plain.how === 'out'
      ? say('streams-anyway', `a word comes out in ${milliseconds(marked.afterMs)}, with and without the field`)
      : say('honours', `with the field alone a word comes out in silence, after ${milliseconds(marked.afterMs)}`);
  const held = `a word is held for ${milliseconds(marked.forMs)} of silence, to the end`;
  if (!isAware(found)) return say('unaware', `with and without the field ${held}`);
  return flows.marked.how === 'whole'
    ? say('untold', 'a marked response is held whole: no-whole-buffer tells')
    : say('violates', held);
}

/** Of marked messages and those that mean the same. */
function refusals(found: Found): Refused[] {
  return (['response', 'request'] as const).flatMap((side) => {
    const { plain, marked } = pair(found, side);
    return heldRank(plain) !== undefined && marked.how === 'refused' ? [marked] : [];
  });
}

function refused501(found: Found): Told {
  const answers = refusals(found);
  const wrong = answers.filter(({ status, error }) => status !== 501 || error !== 'incremental_refused');
  if (wrong.length > 0) return say('refuses-wrongly', [...new Set(wrong.map(sayRefusal))].join('; '));
  const [answer] = answers;
  if (answer !== undefined) return say('refuses', sayRefusal(answer));
  if (isAware(found)) return say('not-asked', 'it refused no marked message');
  return both((side) => {
    const flows = pair(found, side);
    return obstacle(flows) ?? ordinary(flows.plain);
  });
}

function refuseNotBuffer(found: Found): Told {
  if (found.declared.refuses !== true) return say('not-asked', 'it does not declare to refuse');
  return both((side) => {
    const flows = pair(found, side);
    const inTheWay = obstacle(flows);
    if (inTheWay !== undefined) return inTheWay;
    const { plain, marked } = flows;
    if (marked.how === 'refused') return say('refuses', sayRefusal(marked));
    if (marked.how !== 'whole' && heldRank(plain) === heldRank(marked)) return ordinary(plain);
    if (marked.how === 'whole' || marked.how === 'broken') return say('violates', `with the field ${sayFlow(marked)}`);
    return say('honours', `with the field ${sayFlow(marked)}`);
  });
}

function limit429(found: Found): Told {
  const { limit } = found.declared;
  if (limit === undefined) return say('not-asked', 'it declares no limit');
  const flow = flowOf(found, 'limit both');
  if (flow.how === 'untold') return untold(flow);
  const beside = `beside ${limit} marked exchanges`;
  if (flow.how === 'refused')
    return flow.status === 429 && flow.error === 'connection_limit_reached'
      ? say('refuses', `${beside} ${sayRefusal(flow)}`)
      : say('refuses-wrongly', `${beside} ${sayRefusal(flow)}`);
  if (flow.how === 'incremental' || flow.how === 'timed')
    return say('untold', `${beside} one more is ${sayFlow(flow)}: the limit was not met`);
  return say('violates', `${beside} one more is ${sayFlow(flow)}`);
}

const JUDGES: Record<RequirementId, (found: Found) => Told> = {
  'boolean-item': (found) => both((side) => booleanItem(found, side)),
  'unknown-parameters': (found) => both((side) => comparison(found, side, 'parameters', 'marked')),
  'per-message': perMessage,
  'no-whole-buffer': (found) => both((side) => wholeBuffer(found, side)),
  'headers-first': (found) => both((side) => headersFirst(found, side)),
  'refuse-not-buffer': refuseNotBuffer,
  'early-response': earlyResponse,
  'false-value': (found) => both((side) => comparison(found, side, 'false', 'plain')),
  'refused-501': refused501,
  'limit-429': limit429,
  'bounded-hold': boundedHold,
};

export function judgeRequirement(id: RequirementId, found: Found): Told {
  return JUDGES[id](found);
}
