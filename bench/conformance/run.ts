/** A run of the suite: the drivers are opened, instrument and suite prove themselves, every subject is asked. */

import { laneStream } from '../lane.ts';
import { notProvided, pathEntry, refusal } from '../lane-result.ts';
import type { ProxyDeclaration } from '../catalogue/declaration.ts';
import type { Driver, Runnable, Stage } from '../drivers/driver.ts';
import { proveInstrument, type Instrument } from '../instrument.ts';
import { measureContext } from '../measures/context.ts';
import { driversOf, provide, type Provided, type ProvideOptions } from '../provision.ts';
import type { ProvideEvent } from '../provision.ts';
import type { Results } from '../results.ts';
import { summarise } from '../run.ts';
import { workOff } from '../schedule.ts';
import type { Session } from '../session.ts';
import { isWithheld } from '../withheld.ts';
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
  | { type: 'proving'; driver: Driver['name'] }
  | { type: 'proven'; instrument: Instrument }
  | { type: 'measuring'; lane: string }
  | { type: 'subject'; result: SubjectResult; done: number; of: number };

export interface ConformanceOptions extends Omit<ProvideOptions, 'onEvent'> {
  requirements: readonly Requirement[];
  subjects: readonly Subject[];
  session: Session;
  onEvent: (event: ConformanceEvent) => void;
  /** Keeps a subject's evidence; returns the name by which the results refer to it. */
  keep: (evidence: ConformanceEvidence) => Promise<string>;
}

export interface ConformanceOutcome {
  instrument: Results['instrument'];
  conformance: ConformanceResult;
}

/** Each is many exchanges side by side already, most of which wait. */
const SUBJECTS_AT_ONCE = 3;

interface ProvenSuite {
  stage: Stage;
  instrument: Instrument;
}

async function asked(
  subject: Subject,
  runnable: Runnable,
  { stage, instrument }: ProvenSuite,
  options: ConformanceOptions,
): Promise<SubjectResult> {
  const { versions, signal, requirements } = options;
  const { variant, vary } = subject;
  await using hop = await stage.startHop(variant, versions[variant.proxy.id], signal);
  const declared = declaredOf(subject);
  const way = { via: hop.address, signal, ...laneStream(vary === undefined ? {} : { vary }) };
  const told = requirements.filter((one) => !isWithheld(instrument.withheld, idOf(one)));
  const trials = await measureConformance(measureContext(stage, instrument, way), trialsFor(told), declared);
  const { floor } = instrument;
  const evidence: ConformanceEvidence = {
    schema: 'unclog/conformance-evidence@1',
    suite: SUITE,
    lane: subject.id,
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
  proven: ReadonlyMap<Driver, ProvenSuite>,
  options: ConformanceOptions,
): Promise<SubjectResult> {
  const place = 'driver' in provided ? proven.get(provided.driver) : undefined;
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
async function prove(stage: Stage, { session, requirements, signal }: ConformanceOptions): Promise<Instrument> {
  const { instrument } = await proveInstrument(session, stage, { measures: [], signal });
  signal.throwIfAborted();
  if (!instrument.sound) return instrument;
  const suite = await proveSuite(session, stage, instrument, requirements, signal);
  // What was cut short by an interruption was not judged wrongly.
  signal.throwIfAborted();
  return {
    ...instrument,
    relays: [...instrument.relays, ...suite.relays],
    withheld: [...instrument.withheld, ...suite.withheld],
  };
}

/** Where the instrument is not sound nothing is asked: there are no subjects. */
export async function runSuite(options: ConformanceOptions): Promise<ConformanceOutcome> {
  const { onEvent, subjects, signal } = options;
  const provided = new Map<ProxyDeclaration, Provided>();
  const proxies = [...new Set(subjects.map(({ variant }) => variant.proxy))];
  await workOff(proxies, 2, async (proxy) => void provided.set(proxy, await provide(proxy, options)));

  await using stack = new AsyncDisposableStack();
  const proven = new Map<Driver, ProvenSuite>();
  for (const driver of driversOf(provided.values())) {
    onEvent({ type: 'proving', driver: driver.name });
    const stage = stack.use(await driver.open(signal));
    const instrument = await prove(stage, options);
    onEvent({ type: 'proven', instrument });
    proven.set(driver, { stage, instrument });
  }
  const instrument = summarise([...proven.values()].map((one) => one.instrument));
  const results = new Map<Subject, SubjectResult>();
  if (instrument.sound)
    await workOff(subjects, SUBJECTS_AT_ONCE, async (subject) => {
      const result = await resultOf(subject, provided.get(subject.variant.proxy) as Provided, proven, options);
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
