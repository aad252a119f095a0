/** A run of the suite: the drivers are opened, instrument and suite prove themselves, every subject is asked. */

import { laneStream } from '../lane.ts';
import { notProvided, pathEntry, refusal } from '../lane-result.ts';
import { planOf } from '../run/depth.ts';
import type { Driver, Runnable } from '../drivers/driver.ts';
import { measureContext } from '../measures/context.ts';
import { driversOf, provideAll, type Provided, type ProvideEvent, type ProvideOptions } from '../run/provision.ts';
import { placeOf, proveStage, summarise, type ProvenStage, type ProvingEvent } from '../run/proving.ts';
import type { Results } from '../results.ts';
import { Slots, workOff } from '../run/schedule.ts';
import type { Session } from '../session/session.ts';
import { isWithheld } from '../run/withheld.ts';
import { judgeRequirement } from './judge.ts';
import { foundIn, measureConformance, type ConformanceEvidence } from './measure.ts';
import { passedOn } from './passing-on.ts';
import { proveSuite } from './proof.ts';
import { idOf, SUITE, type Requirement } from './requirements.ts';
import type { ConformanceResult, SubjectResult } from './result.ts';
import { declaredOf, expectedOf, isAsExpected, type Subject } from './subjects.ts';
import { trialsFor } from './trials.ts';

export type ConformanceEvent =
  | ProvideEvent
  | ProvingEvent
  | { type: 'measuring'; lane: string }
  | { type: 'subject'; result: SubjectResult; done: number; of: number };

interface ConformanceOptions extends Omit<ProvideOptions, 'onEvent' | 'versions'> {
  requirements: readonly Requirement[];
  subjects: readonly Subject[];
  session: Session;
  onEvent: (event: ConformanceEvent) => void;
  /** Keeps a subject's evidence; returns the name by which the results refer to it. */
  keep: (evidence: ConformanceEvidence) => Promise<string>;
}

interface ConformanceOutcome {
  instrument: Results['instrument'];
  conformance: ConformanceResult;
}

/** Each is many exchanges side by side already, most of which wait. */
const SUBJECTS_AT_ONCE = 3;

async function asked(
  subject: Subject,
  runnable: Runnable,
  { stage, proof: { instrument } }: ProvenStage,
  options: ConformanceOptions,
): Promise<SubjectResult> {
  const { signal, requirements } = options;
  const { variant, vary, version } = subject;
  await using hop = await stage.startHop(variant, version, signal);
  const declared = declaredOf(subject);
  const way = { via: hop.address, signal, ...laneStream(vary === undefined ? {} : { vary }) };
  const told = requirements.filter((one) => !isWithheld(instrument.withheld, idOf(one)));
  const trials = await measureConformance(measureContext(stage, instrument, way), trialsFor(told), declared);
  const { floor } = instrument;
  const evidence: ConformanceEvidence = {
    schema: 'unclog/conformance-evidence@1',
    suite: SUITE,
    lane: subject.id,
    ...(version === undefined ? {} : { version }),
    floor,
    declared,
    trials,
  };
  const found = foundIn(evidence);
  const outcomes = told.map(({ id }) => {
    const outcome = judgeRequirement(id, found);
    const expected = expectedOf(subject, id, hop.version);
    const isExpected = isAsExpected(outcome, expected);
    return [id, { ...outcome, ...(expected === undefined ? {} : { expected }), asExpected: isExpected }] as const;
  });
  return {
    id: subject.id,
    ...(version === undefined ? {} : { version }),
    title: variant.title,
    path: [pathEntry(variant, runnable, hop)],
    requirements: Object.fromEntries(outcomes),
    passesOn: passedOn(trials),
    evidence: await options.keep(evidence),
  };
}

function withoutAnswer(
  subject: Subject,
  said: ReturnType<typeof refusal> | ReturnType<typeof notProvided>,
): SubjectResult {
  const { verdict, because, bring, log } = { bring: undefined, log: undefined, ...said };
  return {
    id: subject.id,
    ...(subject.version === undefined ? {} : { version: subject.version }),
    title: subject.variant.title,
    path: [],
    without: {
      verdict: verdict === 'skipped' || verdict === 'refused' ? verdict : 'harness-error',
      because,
      ...(bring === undefined ? {} : { bring }),
      ...(log === undefined ? {} : { log }),
    },
  };
}

async function resultOf(
  subject: Subject,
  provided: Provided,
  proven: ReadonlyMap<Driver, ProvenStage>,
  options: ConformanceOptions,
): Promise<SubjectResult> {
  const place = placeOf(provided, proven);
  if (!('driver' in provided) || place === undefined) return withoutAnswer(subject, notProvided(provided));
  try {
    options.signal.throwIfAborted();
    options.onEvent({ type: 'measuring', lane: subject.id });
    return await asked(subject, provided.runnable, place, options);
  } catch (error) {
    options.signal.throwIfAborted();
    return withoutAnswer(subject, refusal(error, undefined));
  }
}

/** The instrument of delivery first, by whose floor and clock the suite's relays are judged. */
async function prove(
  driver: Driver,
  stack: AsyncDisposableStack,
  { session, requirements, signal, onEvent }: ConformanceOptions,
): Promise<ProvenStage> {
  const proven = await proveStage(driver, stack, {
    plan: planOf('quick', undefined),
    session,
    signal,
    hasChains: false,
    // It is not all proven yet.
    onEvent: (event) => event.type === 'proving' && onEvent(event),
  });
  const { stage, proof } = proven;
  const { instrument } = proof;
  if (instrument.sound) {
    const suite = await proveSuite(session, stage, instrument, requirements, signal);
    // What was cut short by an interruption was not judged wrongly.
    signal.throwIfAborted();
    proof.instrument = {
      ...instrument,
      relays: [...instrument.relays, ...suite.relays],
      withheld: [...instrument.withheld, ...suite.withheld],
    };
  }
  onEvent({ type: 'proven', instrument: proof.instrument });
  return proven;
}

/** Where the instrument is not sound nothing is asked: there are no subjects. */
export async function runSuite(options: ConformanceOptions): Promise<ConformanceOutcome> {
  const { onEvent, subjects } = options;
  const provided = await provideAll(subjects, [], { ...options, versions: {} });

  await using stack = new AsyncDisposableStack();
  const proven = new Map<Driver, ProvenStage>();
  for (const driver of driversOf(provided.values())) proven.set(driver, await prove(driver, stack, options));
  const instrument = summarise(proven.values());
  const results = new Map<Subject, SubjectResult>();
  if (instrument.sound)
    await workOff(subjects, new Slots(SUBJECTS_AT_ONCE), async (subject) => {
      const result = await resultOf(subject, provided.get(subject.variant.proxy, subject.version), proven, options);
      results.set(subject, result);
      onEvent({ type: 'subject', result, done: results.size, of: subjects.length });
    });
  return {
    instrument,
    conformance: {
      suite: SUITE,
      requirements: options.requirements.map(({ id }) => id),
      subjects: subjects.flatMap((subject) => results.get(subject) ?? []),
    },
  };
}
