/** One release judged: its program brought, the instrument proven on its driver once, the lane measured. */

import type { Lane } from '../catalogue/catalogue.ts';
import type { Driver } from '../drivers/driver.ts';
import { BenchError } from '../errors.ts';
import { KnownThresholds } from '../measures/known-thresholds.ts';
import { inVersion } from '../run/in-version.ts';
import { judgedLane } from '../run/judged-lane.ts';
import { provide } from '../run/provision.ts';
import { proveStage, type ProvenStage } from '../run/proving.ts';
import { withoutFigures } from '../report/side-by-side.ts';
import type { LaneResult } from '../results.ts';
import type { RunOptions } from '../run/run.ts';
import { slotsFor } from '../run/schedule.ts';
import { SharedHop } from '../run/shared-hop.ts';
import type { Candidate } from './candidates.ts';
import type { Outcome } from './halving.ts';

type ReleaseOptions = Pick<RunOptions, 'plan' | 'session' | 'signal' | 'onEvent' | 'keep'>;

export class ReleaseJudge implements AsyncDisposable {
  readonly #lane: Lane;
  readonly #options: ReleaseOptions;
  readonly #stack = new AsyncDisposableStack();
  readonly #proven = new Map<Driver, ProvenStage>();

  constructor(lane: Lane, options: ReleaseOptions) {
    this.#lane = lane;
    this.#options = options;
  }

  get stages(): Iterable<ProvenStage> {
    return this.#proven.values();
  }

  /** @throws BenchError where the instrument is not sound: then nothing is judged. */
  async judge({ version, driver, isUnlisted }: Candidate): Promise<LaneResult> {
    const { signal } = this.#options;
    const { variant } = this.#lane;
    const provided = await provide(variant.proxy, version, {
      ...this.#options,
      drivers: [driver],
      isListed: isUnlisted !== true,
    });
    const runnable = 'driver' in provided ? provided.runnable : undefined;
    const place = runnable === undefined ? undefined : await this.#stageOf(driver);
    const hop = new SharedHop(1, () => (place as ProvenStage).stage.startHop(variant, version, signal));
    const lane = inVersion({ ...this.#lane, version }, runnable);
    const result = await judgedLane({ lane, hop, isFirst: true, rank: 0 }, provided, place, {
      ...this.#options,
      slots: slotsFor(1),
      known: new KnownThresholds(),
    });
    signal.throwIfAborted();
    return result;
  }

  async #stageOf(driver: Driver): Promise<ProvenStage> {
    const known = this.#proven.get(driver);
    if (known !== undefined) return known;
    const proven = await proveStage(driver, this.#stack, { ...this.#options, hasChains: false });
    const { sound, unsound } = proven.proof.instrument;
    if (!sound) throw new BenchError(`the instrument did not prove itself, so nothing was judged: ${unsound}`);
    this.#proven.set(driver, proven);
    return proven;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}

/** What is compared where nothing is held against the hop. */
export const NO_FLAW = 'nothing of note';

/** What of a result is compared: its verdict, or the words of what a measure has against the hop, figures aside. Pure. */
export function outcomeOf(result: LaneResult, measure: string | undefined): Outcome {
  const { verdict, because, measures = {} } = result;
  switch (verdict) {
    case 'skipped':
      return { absent: because };
    case 'inconclusive':
    case 'harness-error':
      return { unknown: `${verdict}: ${because}` };
    case 'refused':
    case 'unsupported':
      return { said: verdict };
    case 'streams':
    case 'delays':
    case 'coalesces':
    case 'buffers':
    case 'breaks': {
      if (measure === undefined) return { said: verdict };
      const found = measures[measure];
      if (found === undefined) return { unknown: `${measure} was withheld: it did not prove itself in this run` };
      if (found.inconclusive !== undefined) return { unknown: `${measure}: ${found.inconclusive}` };
      return { said: withoutFigures(found.flaw ?? NO_FLAW) };
    }
  }
}
