import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Duplex, Flow, Rest } from '../../../bench/conformance/flow.ts';
import { judgeRequirement, type Declared, type Found } from '../../../bench/conformance/judge.ts';
import { isBreach, isOrdinary } from '../../../bench/conformance/outcome.ts';
import { REQUIREMENTS, type RequirementId } from '../../../bench/conformance/requirements.ts';
import { TRIALS, type TrialId } from '../../../bench/conformance/trials.ts';

const FORWARDED: Flow = { how: 'incremental', head: true };
const WHOLE: Flow = { how: 'whole', heldBytes: 262_144, head: false };
const REFUSED = { how: 'refused', status: 501, error: 'incremental_refused' } as const satisfies Flow;

const flow: fc.Arbitrary<Flow> = fc.oneof(
  fc.record({ how: fc.constant('incremental' as const), head: fc.boolean() }),
  fc.record({ how: fc.constant('timed' as const), holdMs: fc.nat(1000), head: fc.boolean() }),
  fc.record({
    how: fc.constant('bounded' as const),
    heldBytes: fc.record({ over: fc.nat(4096), upTo: fc.nat(8192) }),
    head: fc.boolean(),
  }),
  fc.record({ how: fc.constant('whole' as const), heldBytes: fc.nat(262_144), head: fc.boolean() }),
);
const seen: fc.Arbitrary<Flow> = fc.oneof(
  flow,
  fc.record({ how: fc.constant('refused' as const), status: fc.integer({ min: 400, max: 599 }) }),
  fc.record({ how: fc.constant('broken' as const), reason: fc.constant('cut') }),
  fc.record({ how: fc.constant('untold' as const), reason: fc.constant('no connection') }),
);
const duplex: fc.Arbitrary<Duplex> = fc.constantFrom<Duplex>(
  { how: 'flows' },
  { how: 'waits' },
  { how: 'loses', reason: 'half of it' },
  { how: 'untold', reason: 'the response is held to its own end' },
);
const rest: fc.Arbitrary<Rest> = fc.constantFrom<Rest>({ how: 'out', afterMs: 1 }, { how: 'held', forMs: 2500 });

/** @param flowFor each trial */
function found(flowFor: (id: TrialId) => Flow, more: Partial<Found> = {}): Found {
  const flows = Object.fromEntries(TRIALS.map(({ id }) => [id, flowFor(id)]));
  return { flows, duplex: {}, rests: {}, declared: {}, ...more };
}

function judgeAll(what: Found): Map<RequirementId, ReturnType<typeof judgeRequirement>> {
  return new Map(REQUIREMENTS.map(({ id }) => [id, judgeRequirement(id, what)]));
}

/** Whether the trial asks for incremental forwarding of what it watches. */
function marked(id: TrialId): boolean {
  return / (?:marked|both|parameters)$/.test(id);
}

describe('the outcome', () => {
  it('is an ordinary one of a hop for which the field changes nothing, whatever it does to messages', () => {
    fc.assert(
      fc.property(flow, flow, duplex, rest, (response, request, early, word) => {
        const same = found((id) => (id.startsWith('request') ? request : response), {
          duplex: { 'duplex none': early, 'duplex both': early },
          rests: { 'rest none': word, 'rest marked': word },
        });
        for (const [id, told] of judgeAll(same)) expect(isOrdinary(told), `${id}: ${JSON.stringify(told)}`).toBe(true);
      }),
    );
  });

  it('is there with a reason for anything that can be seen', () => {
    fc.assert(
      fc.property(
        fc.array(seen, { minLength: TRIALS.length, maxLength: TRIALS.length }),
        fc.boolean(),
        (flows, refuses) => {
          const declared: Declared = refuses ? { refuses: true, limit: 3 } : {};
          const any = found((id) => flows[TRIALS.findIndex((trial) => trial.id === id)] ?? WHOLE, { declared });
          for (const [id, told] of judgeAll(any)) expect(told.because, id).not.toBe('');
        },
      ),
    );
  });

  it('is a breach where marked messages are held by a hop that forwards others, however little', () => {
    fc.assert(
      fc.property(fc.constantFrom('response', 'request'), (side) => {
        const worse = found((id) => (id === `${side} marked` ? WHOLE : FORWARDED));
        expect(judgeRequirement('no-whole-buffer', worse).outcome).toBe('violates');
      }),
    );
  });

  it('is “honours” of one that holds all but marked messages', () => {
    const told = judgeAll(found((id) => (marked(id) ? FORWARDED : WHOLE)));
    for (const id of ['boolean-item', 'unknown-parameters', 'per-message', 'no-whole-buffer', 'false-value'] as const)
      expect([id, told.get(id)?.outcome]).toEqual([id, 'honours']);
  });

  it.each([
    [501, 'incremental_refused', 'refuses'],
    [501, undefined, 'refuses-wrongly'],
    [501, 'destination_unavailable', 'refuses-wrongly'],
    [400, 'incremental_refused', 'refuses-wrongly'],
  ] as const)('of a refusal with %d and the error %s is “%s”', (status, error, outcome) => {
    const refusal: Flow = { ...REFUSED, status };
    if (error === undefined) delete refusal.error;
    else refusal.error = error;
    expect(
      judgeRequirement(
        'refused-501',
        found((id) => (marked(id) ? refusal : WHOLE)),
      ).outcome,
    ).toBe(outcome);
  });

  it('cannot be told where the hop refuses messages without the field too', () => {
    const told = judgeRequirement(
      'no-whole-buffer',
      found(() => ({ how: 'refused', status: 502 })),
    );
    expect(told).toMatchObject({
      outcome: 'untold',
      because: 'without the field: answered 502 without a Proxy-Status error',
    });
  });

  it.each(REQUIREMENTS.filter(({ isOfDeclared }) => isOfDeclared !== undefined))(
    'of $id is asked of those alone that declare it',
    ({ id }) => {
      const limited: Flow = { how: 'refused', status: 429, error: 'connection_limit_reached' };
      const flows = (trial: TrialId): Flow => (trial === 'limit both' ? limited : marked(trial) ? REFUSED : WHOLE);
      expect(judgeRequirement(id, found(flows)).outcome).toBe('not-asked');
      expect(judgeRequirement(id, found(flows, { declared: { refuses: true, limit: 2 } })).outcome).toBe('refuses');
    },
  );

  it('of a limit that buffers in place of 429 is a breach', () => {
    const told = judgeRequirement(
      'limit-429',
      found(() => WHOLE, { declared: { limit: 2 } }),
    );
    expect(isBreach(told)).toBe(true);
  });

  it.each([
    ['early-response', { duplex: { 'duplex none': REFUSED, 'duplex both': REFUSED } }],
    ['bounded-hold', { rests: { 'rest none': REFUSED, 'rest marked': REFUSED } }],
  ] as const)('of %s that is refused without the field too is none', (id, more) => {
    expect(
      judgeRequirement(
        id,
        found(() => FORWARDED, more),
      ),
    ).toMatchObject({
      outcome: 'unaware',
      because: expect.stringMatching(/^with and without the field: /),
    });
  });

  it('that noise forbids is marked so', () => {
    const noisy = found(() => FORWARDED, {
      duplex: { 'duplex none': { how: 'waits' }, 'duplex both': { how: 'untold', reason: 'late', isNoise: true } },
    });
    expect(judgeRequirement('early-response', noisy)).toMatchObject({ outcome: 'untold', isNoise: true });
  });
});
