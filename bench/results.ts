/** The results document, `unclog/results@1`. A field that was not measured is absent. */

import type { DimensionId } from './catalogue/declaration.ts';
import type { HopDelivery } from './chain/attribution.ts';
import type { HopHeads } from './chain/heads.ts';
import { conformanceExitCode, type ConformanceResult } from './conformance/result.ts';
import type { Delivery } from './verdict/delivery.ts';
import type { Depth } from './run/depth.ts';
import type { DriverName } from './drivers/driver.ts';
import type { Instrument } from './instrument.ts';
import type { PacedFigures } from './measures/paced.ts';
import type { Quantiles } from './metrics.ts';
import type { FlawRemedy, Remedy } from './remedies.ts';

export interface PathEntry {
  proxy: string;
  variant: string;
  version: string;
  driver: DriverName;
  /** Where the program came from: an image, a wheel, a place on PATH. */
  source: string;
  image?: string;
  /** The npm package whose behaviour a Node proxy shows. */
  package?: string;
  configSha256?: string;
}

export type LaneVerdict = Delivery['verdict'] | 'skipped' | 'unsupported' | 'refused';

/** What one hop of a chain did by itself, as the points before and behind it tell. */
export interface HopResult extends Pick<LaneResult, 'hold' | 'threshold'> {
  /** 1 is nearest the client. */
  hop: number;
  variant: string;
  /** Its neighbours: downstream, upstream. */
  between: [string, string];
  verdict: HopDelivery['verdict'];
  because: string;
  heads?: HopHeads;
  /** Of each measure that is told by hop; `unseen`: why it could not be, of this one. */
  measures?: Record<string, MeasureResult | { unseen: string }>;
  /** Of a guilty one, and one that is unseen: directly in front of the origin, and there of a stream as the other hops made it. `lane`: that of the two of which it clogs. */
  alone?: { verdict: Delivery['verdict']; asItGot?: Delivery['verdict']; lane?: string };
  /** All of it that is worth a sentence. */
  says: string[];
}

export interface MeasureResult {
  figures: unknown;
  /** What they say, in a phrase. */
  says: string;
  /** In a few words what is not as with no hop at all. */
  flaw?: string;
  /** Why it could not be measured, where the machine was too noisy to tell. */
  inconclusive?: string;
  /** How often it was measured, where noise forbade a figure at first. */
  tries?: number;
  /** Measured with the long waits of `--deep`, of which it has some. */
  deep?: true;
  /** What is declared to take the flaw away. */
  remedy?: FlawRemedy;
}

export interface LaneResult {
  id: string;
  title: string;
  /** The preset whose chunks and pace were streamed. */
  workload: string;
  /** The dimensions in which it differs from that, or in which `--vary` placed it. */
  vary?: Partial<Record<DimensionId, string>>;
  /** The version that `--proxy` asked for; which it is stands in the path. */
  version?: string;
  path: PathEntry[];
  verdict: LaneVerdict;
  because: string;
  /** Absent for a lane that is not of the catalogue. */
  expected?: string;
  /** Absent where nothing was expected, or nothing judged: skipped, inconclusive, harness-error. */
  asExpected?: boolean;
  /** Why nothing is expected in this version, though it is of the catalogue: `since 1.25.1`. */
  outside?: string;
  /** Of a chain: hop by hop, and the numbers of those that clog or break the stream, or would alone if no other hid it. */
  hops?: HopResult[];
  guilty?: number[];
  expectedGuilty?: number[];
  hold?: Quantiles & { clock: 'shared' | 'offset'; errorMs?: number };
  /** `ms` for which each word is held; `null` too where only some are. */
  threshold?: { bytes: { over: number; upTo: number } | null; ms: number | null };
  /** Of a client that accepts content codings, or an origin that applies one: the one that the client got, or `identity`. */
  contentCoding?: string;
  /** A steady stream of one word each 10 ms. */
  paced?: PacedFigures;
  /** Of each measure besides delivery, by its id. */
  measures?: Record<string, MeasureResult>;
  /** Ids of those in which the hop's process ended, so that they tell nothing: absent from `measures`. */
  endedIn?: string[];
  /** What frees it, the one that costs least first. */
  remedies?: Remedy[];
  /** Why nothing does. */
  noFix?: string;
  /** The proxy's own last lines and how it was started, where it did not start or died. */
  log?: string;
  command?: string;
  /** For a skipped lane: the one command that would bring it. */
  bring?: string;
  evidence?: string;
}

export interface Results {
  schema: 'unclog/results@1';
  unclog: string;
  startedAt: string;
  durationMs: number;
  machine: {
    platform: string;
    arch: string;
    kernel: string;
    cpu: string;
    cpus: number;
    memoryMiB: number;
    node: string;
  };
  options: {
    jobs: number;
    driver: string;
    ids: string[];
    depth: Depth;
    measures: string[];
    named?: true;
    vary?: string;
    /** Of the core set alone: how many lanes had been selected. */
    coreOf?: number;
    /** `unclog bisect`: what was compared, delivery or a measure. */
    bisect?: { compared: string; from: string; to: string };
  };
  instrument: {
    sound: boolean;
    floorMs: { p50: number; p99: number };
    relays: { id: string; driver: DriverName; expected: string; verdict: string }[];
    /** One proof for each driver that was used. */
    proofs: Instrument[];
  };
  lanes: LaneResult[];
  /** Of a run of a conformance suite, which judges no lanes. */
  conformance?: ConformanceResult;
}

/** Its name where it may stand in the results once for each version: `nginx/default@1.22.1`. */
export function nameOf({ id, version, path }: Pick<LaneResult, 'id' | 'version' | 'path'>): string {
  return version === undefined ? id : `${id}@${path[0]?.version ?? version}`;
}

/** Whether a lane was judged, so that it can be held against its expectation. */
export function isJudged({ verdict }: LaneResult): boolean {
  return (
    verdict !== 'skipped' && verdict !== 'unsupported' && verdict !== 'inconclusive' && verdict !== 'harness-error'
  );
}

/** What was to be told of a lane was: a config that is refused says nothing of a stream where that was not the question. */
function isAnswered(lane: LaneResult): boolean {
  return isJudged(lane) && (lane.verdict !== 'refused' || lane.expected !== undefined);
}

/** Which measure of which lane; whether it could be told when it was made again. */
export interface NoisyFigure {
  lane: string;
  measure: string;
  isTold: boolean;
}

/** Figures that the machine was too noisy for, at first or at last. */
export function noisyFigures(lanes: readonly LaneResult[]): NoisyFigure[] {
  return lanes.flatMap((lane) =>
    Object.entries(lane.measures ?? {})
      .filter(([, { inconclusive, tries = 1 }]) => inconclusive !== undefined || tries > 1)
      .map(([measure, { inconclusive }]) => ({ lane: nameOf(lane), measure, isTold: inconclusive === undefined })),
  );
}

/** Whether a figure is that was asked for by name. */
export function isLeftToNoise({ lanes, options }: Pick<Results, 'lanes' | 'options'>): boolean {
  return options.named === true && noisyFigures(lanes).some(({ isTold }) => !isTold);
}

function whyUnproven({ sound, proofs }: Results['instrument']): string | undefined {
  if (!sound) return 'the instrument did not prove itself, so nothing was judged';
  const withheld = proofs.flatMap((proof) => proof.withheld.map(({ what }) => what));
  return withheld.length === 0 ? undefined : `not proven in this run, and so not told: ${withheld.join(', ')}`;
}

/**
 * Why a run does not tell what was asked: the bench failed, a measure was withheld, noise forbade a verdict or a figure that
 * was asked for by name, or nothing could be judged: of lanes of which nothing was expected all were refused.
 */
export function whyUntold({ instrument, lanes, options }: Results): string | undefined {
  const unproven = whyUnproven(instrument);
  if (unproven !== undefined) return unproven;
  const without = lanes.filter(({ verdict }) => verdict === 'harness-error' || verdict === 'inconclusive');
  if (without.length > 0)
    return `no verdict of ${without.map((lane) => `${nameOf(lane)} (${lane.verdict})`).join(', ')}`;
  if (isLeftToNoise({ lanes, options })) return 'noise forbade a figure that was asked for';
  return lanes.some(isAnswered) ? undefined : 'nothing could be judged';
}

/** 0 all as expected, 1 some not, 3 what was asked is not told. */
export function exitCode(results: Results): 0 | 1 | 3 {
  const { instrument, lanes, conformance } = results;
  if (conformance !== undefined) return whyUnproven(instrument) === undefined ? conformanceExitCode(conformance) : 3;
  if (whyUntold(results) !== undefined) return 3;
  return lanes.some(({ asExpected }) => asExpected === false) ? 1 : 0;
}
