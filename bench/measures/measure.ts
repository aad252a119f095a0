/**
 * A measure is one thing that a hop can do to a stream besides delivering it: what is done to find out,
 * and the pure figures of what was seen. Each proves itself in every run on relays whose guilt is known.
 */

import type { Address } from '../client/client.ts';
import type { ClientRequest } from '../client/client.ts';
import type { Usage } from '../drivers/driver.ts';
import type { Floor } from '../floor.ts';
import type { ClockOffset, OriginClient } from '../origin-client.ts';
import type { Trace } from '../trace.ts';
import type { WorkloadInput } from '../../server/workload.ts';
import type { PointReader } from '../measure.ts';
import type { FlowReader } from '../taps/flow.ts';
import type { KnownFor } from './known-thresholds.ts';
import type { Unseen } from '../chain/unseen.ts';

/** A stream's way, and how it is asked for: a lane's hop, or a relay that is to be convicted. */
export interface MeasureContext {
  origin: OriginClient;
  clock: ClockOffset;
  /** What this run's instrument can tell apart. */
  floor: Floor;
  via: Address;
  /** The origin with no hop between, by the same way as the driver lets the bench reach a hop: what that way does itself. */
  direct: Address;
  /** Whether waits of more than 10 s are allowed. */
  deep: boolean;
  /** Whether bytes are bounded only where no hop is known to stop, and not where a run of all lanes stays short; and of a coder's threshold all is asked. */
  fullBound: boolean;
  /** Whether the client leaves by RST as well, and not by FIN alone. */
  resets: boolean;
  /** The lane's workload without its pace. */
  workload: Omit<WorkloadInput, 'pace' | 'count'>;
  request: Partial<Omit<ClientRequest, 'path'>>;
  /** What the hop uses of the machine now; absent for relays. */
  usage?: () => Promise<Usage>;
  /** Where the way is a chain with taps: what they saw goes into every trace. */
  points?: PointReader;
  /** … and how much of a stream that is open has passed them so far. */
  flows?: FlowReader;
  /** The lane's steady stream, where delivery has measured it already: there is to be one. */
  paced?: Trace;
  /** What delivery found that is held: where the threshold is looked for first. */
  heldBytes?: { over: number; upTo: number };
  /** What thresholds the run has found elsewhere: where it is looked for next. */
  known?: KnownFor;
  /** The lane's lock-step stream, where delivery found that it streams: each of its words was let go at once, by itself. */
  streamed?: Trace;
  signal?: AbortSignal;
}

/** A relay of bench/relays by its id, and whether the figures that it was found with are those that it must be found with. */
export interface RelayExpectation<Figures> {
  relay: string;
  /** For the report: what it must be found to do. */
  expected: string;
  convicted(this: void, figures: Figures): boolean;
}

export interface Measure<Evidence, Figures> {
  /** Slug: the name on the command line and in the results. */
  id: string;
  /** What it tells, in one line, with its unit. */
  title: string;
  /** Touches sockets and clocks; brings back all that the figures are computed from. */
  measure(context: MeasureContext): Promise<Evidence>;
  /**
   * Of what it tells: the stream that a lane is of; what holds it (`held`), which a standard run leaves out where every word
   * came at once; or the hop whatever the stream. The two it measures on the first of a variant's lanes in any case, and
   * there alone the hop; `costly`: of those only a proxy's first variant, and those tagged with its id.
   */
  of: 'stream' | 'held' | 'hop' | 'costly';
  /** Over HTTP/2 the origin's death is that of other streams on the same connection: measured when the others are. */
  kills?: true;
  /** Sends what has ended a hop's process: measured when what another would lose by that is. */
  mayEnd?: true;
  /**
   * What may be proven beside it: it `waits`, and is of no matter to others; it tells `times`, or needs them short; it
   * `works`, with many streams or megabytes, beside which no times are told.
   */
  load: 'waits' | 'times' | 'works';
  /** How long `measure` takes at most, of its own waits, while nothing goes wrong. */
  takesMs(this: void, deep: boolean): number;
  /** It is made a second time where the first leaves a doubt: that takes as long again. */
  mayTakeTwice?: true;
  /** Pure. */
  figures(this: void, evidence: Evidence): Figures;
  /**
   * The same figures of one hop of a chain (1 is nearest the client), from what the taps before and behind it saw. Pure.
   * Absent where the measure is told of the whole path alone.
   */
  ofHop?(this: void, evidence: Evidence, hop: number): Figures | Unseen;
  /** One short phrase for the matrix. */
  say(this: void, figures: Figures): string;
  /** What the hop does that no hop would, in a few words for a matrix of many lanes; nothing where it does nothing of the kind. */
  flaw(this: void, figures: Figures): string | undefined;
  /** Why it could not be measured, where the machine was too noisy to tell; nothing where it was, or where the hop was in the way. */
  noise?(this: void, figures: Figures): string | undefined;
  relays: RelayExpectation<Figures>[];
}

/** A measure of any evidence, as the run handles it: the two types meet only inside. */
export type AnyMeasure = Measure<unknown, unknown>;
