/** All proxies, variants and lanes, made from the declarations in proxy-configs/, and their ids. */

import { readdir, readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { PresetName } from '../../server/presets.ts';
import { BenchError, UsageError } from '../errors.ts';
import { ownProgram, PACKAGE_ROOT } from '../programs.ts';
import type {
  ChainDeclaration,
  EarlierDeclaration,
  DimensionId,
  Fix,
  LaneDeclaration,
  ProxyDeclaration,
  VariantDeclaration,
  Vary,
} from './declaration.ts';
import { byVersion } from '../drivers/version.ts';
import { checkedChains, checkedProxy, checkProofs } from './declaration-faults.ts';
import { defaultOf } from './dimensions.ts';
import { matchesChain, matchesLane } from './matching.ts';
import { sayUnknown } from './unknown-id.ts';

export interface Variant extends Omit<VariantDeclaration, 'lanes' | 'id' | 'files'> {
  /** `nginx/buffering-off` */
  id: string;
  proxy: ProxyDeclaration;
  /** Absolute path of each role's file. */
  files: Record<string, string>;
}

/** What frees a lane, in the order in which it is declared. */
interface Fixes {
  fixes?: readonly Fix[];
}

export type Earlier = Omit<EarlierDeclaration, 'fix'> & Fixes;

/** A lane made on the command line, not of the catalogue, has no expectation. */
export interface Lane
  extends
    Omit<LaneDeclaration, 'expected' | 'why' | 'fix' | 'earlier'>,
    Partial<Pick<LaneDeclaration, 'expected' | 'why'>>,
    Fixes {
  /** The variant's id, and `?dimension=value` for each dimension in which it differs from the default. */
  id: string;
  variant: Variant;
  /** What its stream is otherwise like; default `words`. */
  preset?: PresetName;
  /** What older versions do, those before the newest change first. */
  earlier?: readonly Earlier[];
  /** The version of its proxy that was asked for; else whichever is here. */
  version?: string;
  /** Why nothing is expected of it in that version: `since 1.25.1`. */
  outside?: string;
}

/** Hops in a row, hop 1 nearest the client. One made on the command line has no expectation. */
export interface Chain
  extends
    Omit<ChainDeclaration, 'path' | 'expected' | 'guilty' | 'why' | 'fix'>,
    Partial<Pick<ChainDeclaration, 'expected' | 'guilty' | 'why'>>,
    Fixes {
  path: Variant[];
  /** Of one made on the command line: the lanes of its hops' proxies, of which fixes may be declared. */
  hopLanes?: readonly Lane[];
}

export interface Catalogue {
  proxies: ProxyDeclaration[];
  lanes: Lane[];
  chains: Chain[];
}

/** Id of the variant that is configured least: what the proxy does as it comes. */
export function firstVariantId({ id, variants }: ProxyDeclaration): string {
  return `${id}/${variants[0]?.id}`;
}

/** The variant's id in its proxy: `buffering-off`. */
export function slugOf({ id, proxy }: Variant): string {
  return id.slice(proxy.id.length + 1);
}

/** A default says nothing, and is no part of the id. */
export function laneId(variantId: string, vary: Vary = {}): string {
  const dimensions = (Object.entries(vary) as [DimensionId, string][])
    .filter(([id, value]) => value !== defaultOf(id, vary))
    .toSorted(([a], [b]) => a.localeCompare(b));
  if (dimensions.length === 0) return variantId;
  return withoutSpaces(`${variantId}?${dimensions.map(([name, value]) => `${name}=${value}`).join('&')}`);
}

/** Header values may hold spaces that say nothing; in an id they would only need quoting. */
function withoutSpaces(id: string): string {
  return id.replaceAll(/\s/g, '');
}

/** One or several as a list, lanes named by their ids. */
function withFixes<Declared extends Pick<LaneDeclaration, 'fix'>>({
  fix,
  ...rest
}: Declared): Omit<Declared, 'fix'> & Fixes {
  if (fix === undefined) return rest;
  const fixes = [fix].flat().map((one: Fix) => ({ ...one, provenBy: withoutSpaces(one.provenBy) }));
  return { ...rest, fixes };
}

function newestFirst(earlier: readonly EarlierDeclaration[]): Earlier[] {
  return earlier.toSorted((one, other) => byVersion(other.before, one.before)).map(withFixes);
}

/** Where a proxy's declaration and files are. */
export function proxyFolder(id: string): string {
  return join(PACKAGE_ROOT, 'proxy-configs', id);
}

/** The proxy as variants with the same needs share it: another program may serve them than serves the others. */
function narrowed(
  proxy: ProxyDeclaration,
): (variant: Pick<VariantDeclaration, 'needs' | 'companion'>) => ProxyDeclaration {
  const known = new Map<string, ProxyDeclaration>();
  return ({ needs = [], companion }) => {
    const isNative = companion !== undefined;
    if (needs.length === 0 && !isNative) return proxy;
    const key = JSON.stringify([needs, isNative]);
    const { docker, ...rest } = proxy;
    const found = known.get(key) ?? {
      ...rest,
      ...(needs.length === 0 ? {} : { needs: [...(proxy.needs ?? []), ...needs] }),
      // No image has both.
      ...(isNative ? { name: `${proxy.name} with a program beside it` } : {}),
      ...(isNative || docker === undefined ? {} : { docker }),
    };
    known.set(key, found);
    return found;
  };
}

function lanesOf(declared: ProxyDeclaration): Lane[] {
  const folder = proxyFolder(declared.id);
  const proxyFor = narrowed(declared);
  return declared.variants.flatMap(({ lanes, id, files, ...rest }) => {
    const proxy = proxyFor(rest);
    const paths = Object.entries({ ...proxy.files, ...files }).map(([role, name]) => [role, join(folder, name)]);
    const variant: Variant = {
      ...rest,
      id: `${proxy.id}/${id}`,
      proxy,
      files: Object.fromEntries(paths) as Record<string, string>,
    };
    return lanes.map(({ earlier, ...lane }) => ({
      ...withFixes(lane),
      id: laneId(variant.id, lane.vary),
      variant,
      ...(earlier === undefined ? {} : { earlier: newestFirst([earlier].flat()) }),
    }));
  });
}

function chainOf(declared: ChainDeclaration, lanes: Lane[]): Chain {
  const path = declared.path.map((id) => {
    const variant = lanes.find((lane) => lane.variant.id === id)?.variant;
    if (variant === undefined) throw new BenchError(`the chain ${declared.id} names "${id}", which is no variant`);
    return variant;
  });
  return { ...withFixes(declared), id: `chain/${declared.id}`, path };
}

/** Reads every folder of proxy-configs/ that has a declaration. @throws UsageError for one that is not whole */
export async function loadCatalogue(): Promise<Catalogue> {
  const folders = await readdir(join(PACKAGE_ROOT, 'proxy-configs'), { withFileTypes: true });
  const declared = folders
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ownProgram(`proxy-configs/${name}/index`))
    .filter((path) => existsSync(path))
    .toSorted();
  const modules = await Promise.all(
    declared.map((path) => import(pathToFileURL(path).href) as Promise<{ default?: unknown }>),
  );
  const proxies = modules.map((module, index) =>
    checkedProxy(module.default, join(PACKAGE_ROOT, 'proxy-configs', basename(dirname(declared[index] ?? '')))),
  );
  const lanes = proxies.flatMap(lanesOf);
  const declaredChains = (await import(pathToFileURL(ownProgram('proxy-configs/chains')).href)) as { default: unknown };
  const chains = checkedChains(declaredChains.default).map((chain) => chainOf(chain, lanes));
  checkProofs([...lanes, ...chains]);
  return { proxies, lanes, chains };
}

/** One digest over the variant's files, as they stand in the catalogue. */
export async function configSha256(variant: Variant): Promise<string> {
  const hash = createHash('sha256');
  for (const [role, path] of Object.entries(variant.files).toSorted(([a], [b]) => a.localeCompare(b)))
    hash.update(`${role}\n`).update(await readFile(path));
  return hash.digest('hex');
}

export function isChain(item: Lane | Chain): item is Chain {
  return 'path' in item;
}

/** Those that match; all of them where nothing is asked for. Patterns are checked by `selectLanes`. */
export function selectChains({ chains }: Catalogue, patterns: readonly string[]): Chain[] {
  return chains.filter((chain) => patterns.length === 0 || patterns.some((pattern) => matchesChain(pattern, chain)));
}

/** @throws UsageError for a pattern that selects neither lane nor chain, with what was probably meant. */
export function selectLanes(catalogue: Catalogue, patterns: readonly string[]): Lane[] {
  if (patterns.length === 0) return catalogue.lanes;
  for (const pattern of patterns) {
    if (catalogue.lanes.some((lane) => matchesLane(pattern, lane) || lane.variant.proxy.id === pattern)) continue;
    if (catalogue.chains.some((chain) => matchesChain(pattern, chain))) continue;
    throw new UsageError(sayUnknown(pattern, catalogue));
  }
  return catalogue.lanes.filter((lane) =>
    patterns.some((pattern) => matchesLane(pattern, lane) || lane.variant.proxy.id === pattern),
  );
}
