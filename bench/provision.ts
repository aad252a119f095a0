/** Finds, for each proxy, a driver that can run it here and the version that it gives. */

import type { Chain, Lane } from './catalogue/catalogue.ts';
import type { ProxyDeclaration } from './catalogue/declaration.ts';
import type { Driver, Runnable } from './drivers/driver.ts';
import { isBefore } from './drivers/version.ts';
import { BenchError, UnavailableError } from './errors.ts';

export type ProvideEvent =
  | { type: 'providing'; proxy: ProxyDeclaration }
  | { type: 'provided'; proxy: ProxyDeclaration; runnable: Runnable }
  | { type: 'unavailable'; proxy: ProxyDeclaration; reason: string };

export interface ProvideOptions {
  /** In order of preference. */
  drivers: Driver[];
  /** Version asked for, by proxy id. */
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

/** The first driver that can run the proxy. */
export async function provide(
  proxy: ProxyDeclaration,
  { drivers, versions, signal, onEvent }: ProvideOptions,
): Promise<Provided> {
  onEvent({ type: 'providing', proxy });
  const reasons: UnavailableError[] = [];
  for (const driver of drivers) {
    try {
      const runnable = await driver.provide(proxy, versions[proxy.id], signal);
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
  const unavailable = reasons.map(({ message }) => message).join('; ');
  const bring = reasons.find((reason) => reason.bring !== undefined)?.bring;
  onEvent({ type: 'unavailable', proxy, reason: unavailable });
  return bring === undefined ? { unavailable } : { unavailable, bring };
}

/** What is to be expected of the version that runs here. */
export function inVersion(lane: Lane, provision: Provided | undefined): Lane {
  const { earlier, fixes: _, noFix: __, ...rest } = lane;
  if (earlier === undefined || provision === undefined || !('driver' in provision)) return lane;
  return isBefore(provision.runnable.version, earlier.before) ? { ...rest, ...earlier } : lane;
}

/** What one driver has for every hop of a path: the first that has them all. */
export type ProvidedPath =
  | { driver: Driver; runnables: Map<ProxyDeclaration, Runnable> }
  | Exclude<Provided, Provision>;

function onOneDriver(path: readonly ProxyDeclaration[], provided: Map<ProxyDeclaration, Provided>): ProvidedPath {
  const runnables = new Map<ProxyDeclaration, Runnable>();
  const drivers = new Set<Driver>();
  for (const proxy of path) {
    const provision = provided.get(proxy) ?? { unavailable: `${proxy.name} was not looked for` };
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
  provided: Map<ProxyDeclaration, Provided>,
  options: ProvideOptions,
): Promise<ProvidedPath> {
  const found = onOneDriver(path, provided);
  const isScattered = 'unavailable' in found && path.every((proxy) => 'driver' in (provided.get(proxy) ?? {}));
  if (!isScattered) return found;
  for (const driver of options.drivers) {
    const own = new Map<ProxyDeclaration, Provided>();
    for (const proxy of new Set(path)) own.set(proxy, await provide(proxy, { ...options, drivers: [driver] }));
    const together = onOneDriver(path, own);
    if ('driver' in together) return together;
  }
  return found;
}

/** For each chain. */
export async function providePaths(
  chains: readonly Chain[],
  provided: Map<ProxyDeclaration, Provided>,
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
