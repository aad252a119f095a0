/** Options that several commands take, parsed once. */

import { availableParallelism } from 'node:os';

import { InvalidArgumentError, Option } from 'commander';

import { didYouMean } from '../../server/nearest.ts';
import { DEFAULT_PRESET, PRESET_NAMES, PRESETS } from '../../server/presets.ts';
import type { Catalogue, Chain, Lane } from '../catalogue/catalogue.ts';
import type { ProxyDeclaration } from '../catalogue/declaration.ts';
import { DIMENSION_IDS, DIMENSIONS } from '../catalogue/dimensions.ts';
import { hasWord, tagsOf } from '../catalogue/matching.ts';
import { REQUIREMENTS, SUITE } from '../conformance/requirements.ts';
import type { DriverName } from '../drivers/driver.ts';
import { isVersion, sayNoVersion } from '../drivers/version.ts';
import { UsageError } from '../errors.ts';
import type { AnyMeasure } from '../measures/measure.ts';
import { MEASURES } from '../measures/measures.ts';
import { helpSection } from './words.ts';

/** Of every command that measures. */
export interface MeasuringOptions {
  driver: DriverName | 'auto';
  proxy?: string[];
  timeout?: number;
  json?: string;
  results: string;
}

function positive(text: string, what: string, max: number): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0 || value > max)
    throw new InvalidArgumentError(`${what} must be over 0 and at most ${max}.`);
  return value;
}

export const driverOption = new Option(
  '--driver <name>',
  'how proxies are run: in containers, as programs of this machine, or whichever is there',
)
  .choices(['auto', 'docker', 'native'])
  .default('auto');

export const pathOption = new Option(
  '--path <hops>',
  'several hops in a row, the one nearest the client first, with a tap behind each, so that the hop that does it is found: nginx/default,traefik/default, and what stream where it is not the usual one: …?framing=content-length; may be repeated',
).argParser((text: string, before: string[] | undefined) => [...(before ?? []), text]);

/** Words by commas, the option perhaps more than once. What follows it by spaces are ids. */
function byCommas(text: string, before: string[] | undefined): string[] {
  const words = text.split(',');
  // An empty word is a part of every id.
  if (words.includes('')) throw new InvalidArgumentError('A word is missing before, between or after its commas.');
  return [...(before ?? []), ...words];
}

export const proxyOption = new Option(
  '--proxy <names>',
  'only these proxies, in this version where one is given, or in several side by side: nginx@1.22,1.30,caddy',
).argParser(byCommas);

export const onlyOption = new Option(
  '--only <words>',
  'only lanes with one of these as a tag or in their id: gzip,framing=content-length',
).argParser(byCommas);

export const coreOption = new Option(
  '--core',
  'of those selected the core set alone: each proxy’s default, its worst, and what remedies that',
).conflicts(['path', 'vary']);

/** Several streams on each core do not crowd it, and the floor is measured with as many at once. */
const DEFAULT_JOBS = Math.min(16, 4 * availableParallelism());

export const jobsOption = new Option(
  '--jobs <n>',
  'streams at the same time that are expected to flow; of what waits three times as many, and more while the machine is idle',
)
  .default(DEFAULT_JOBS)
  .argParser((text) => {
    const jobs = positive(text, 'The number of jobs', 64);
    if (!Number.isInteger(jobs)) throw new InvalidArgumentError('The number of jobs must be whole.');
    return jobs;
  });

const SHORTEST_TIMEOUT_S = 900;

/** Unless told, far more than the run should take. */
export function timeoutFor(estimatedMs: number): number {
  return Math.max(SHORTEST_TIMEOUT_S, Math.ceil((2 * estimatedMs) / 1000));
}

export const timeoutOption = new Option(
  '--timeout <seconds>',
  `give up, as a failure of the bench, after this long (default: twice the estimate, at least ${SHORTEST_TIMEOUT_S})`,
).argParser((text) => positive(text, 'The timeout', 86_400));

export const quickOption = new Option('--quick', 'the verdict of delivery alone, without the measures below').conflicts(
  ['deep', 'measure'],
);

export const deepOption = new Option(
  '--deep',
  'wait as long as default timeouts need, over a minute for each lane; says first how long that will take, and then what is left',
);

/** What each measure tells, for a command's help. */
export function measuresHelp(): string {
  const titles = Object.fromEntries(MEASURES.map(({ id, title }) => [id, title]));
  return helpSection('Measures, besides the verdict of delivery', titles);
}

/** What is asked besides lanes, for the program's help. */
export function suitesHelp(): string {
  return helpSection('Standards, asked by `unclog run ID` and listed by `unclog list ID`', {
    [`${SUITE}/*`]: `what each proxy makes of the field “Incremental” (RFC 10036): unaware, streams anyway, honours, refuses or violates; ${REQUIREMENTS.length} requirements`,
  });
}

/** What can be streamed, for a command's help. */
export function streamsHelp(): string {
  const workloads = Object.fromEntries(PRESET_NAMES.map((name) => [name, PRESETS[name].title]));
  const dimensions = Object.fromEntries(Object.values(DIMENSIONS).map(({ id, title }) => [id, title]));
  return helpSection('Workloads', workloads) + helpSection('Dimensions of a stream, for --vary', dimensions);
}

export const workloadOption = new Option('--workload <name>', 'what is streamed, see below')
  .choices(PRESET_NAMES)
  .default(DEFAULT_PRESET);

export const varyOption = new Option(
  '--vary <dimensions>',
  `stream in every combination of some dimensions, and say which of them change the verdict: all, or some of ${DIMENSION_IDS.join(', ')}; values can be named: framing=chunked|content-length`,
);

export const pairwiseOption = new Option(
  '--pairwise',
  'with --vary: not every combination, but every pair of values of every two dimensions',
);

export const measureOption = new Option(
  '--measure <names>',
  `besides delivery only these, by commas, of every lane: all, ${MEASURES.map(({ id }) => id).join(', ')}`,
).argParser(byCommas);

/** @throws UsageError for a measure that there is not, or is there twice. */
export function parseMeasures(names: readonly string[]): AnyMeasure[] {
  const known = MEASURES.map(({ id }) => id);
  const wanted = new Set(names);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new UsageError(`--measure names ${twice} twice; each is measured once`);
  if (wanted.has('all')) return MEASURES;
  for (const name of wanted) {
    if (known.includes(name)) continue;
    throw new UsageError(
      `no measure is called "${name}"${didYouMean(name, known)}; there are: all, ${known.join(', ')}`,
    );
  }
  return MEASURES.filter(({ id }) => wanted.has(id));
}

const PROXY_FORM = '--proxy takes NAME or NAME@VERSION, several versions by commas, such as nginx@1.22,1.30';

function proxyOf(catalogue: Catalogue, id: string): ProxyDeclaration {
  const proxy = catalogue.proxies.find((known) => known.id === id);
  if (proxy !== undefined) return proxy;
  const known = catalogue.proxies.map((one) => one.id);
  throw new UsageError(`no proxy is called "${id}"${didYouMean(id, known)}; there are: ${known.join(', ')}`);
}

/** Lanes and chains of the core set. @throws UsageError when none is. */
export function filterCore<Item extends Lane | Chain>(items: Item[], isAsked: boolean): Item[] {
  if (!isAsked || items.length === 0) return items;
  const core = items.filter((item) => item.core === true);
  if (core.length > 0) return core;
  throw new UsageError(`--core leaves none of ${items.length} lanes: none of them is in the core set; leave it out`);
}

/** A version after another stands for the same proxy once more: `nginx@1.22,1.30`. */
function withNames(words: readonly string[]): string[] {
  return words.reduce<string[]>((names, word) => {
    const [before, version] = names.at(-1)?.split('@') ?? [];
    return [...names, /^v?\d/.test(word) && version !== undefined ? `${before}@${word}` : word];
  }, []);
}

/** `nginx@1.22,1.30` → `{ nginx: ['1.22', '1.30'] }`. @throws UsageError for a proxy that is not in the catalogue. */
export function parseProxies(catalogue: Catalogue, names: readonly string[]): Map<string, (string | undefined)[]> {
  const versions = new Map<string, (string | undefined)[]>();
  for (const name of withNames(names.flatMap((words) => words.split(',')))) {
    const [id = '', version, ...rest] = name.split('@');
    if (rest.length > 0 || version === '' || isVersion(id)) throw new UsageError(`${PROXY_FORM}; got "${name}"`);
    const proxy = proxyOf(catalogue, id);
    if (version !== undefined && !isVersion(version)) throw new UsageError(sayNoVersion(proxy, version));
    const known = versions.get(id) ?? [];
    versions.set(id, known.includes(version) ? known : [...known, version]);
  }
  return versions;
}

/** Lanes and chains that have one of the words as a tag or in their id. @throws UsageError for a word that none has. */
export function filterOnly<Item extends Lane | Chain>(items: Item[], words: readonly string[]): Item[] {
  if (words.length === 0) return items;
  const idle = words.filter((word) => !items.some((item) => hasWord(item, word)));
  if (idle.length === 0) return items.filter((item) => words.some((word) => hasWord(item, word)));
  const tags = [...new Set(items.flatMap(tagsOf))].toSorted();
  const known = [...tags, ...new Set(items.flatMap(({ id }) => id.split(/\W+/)))];
  const meant = idle.map((word) => didYouMean(word, known)).find((said) => said !== '') ?? '';
  throw new UsageError(
    `--only ${idle.join(' ')} leaves no lane${meant}; it takes a tag (${tags.join(', ')}) or a part of an id`,
  );
}
