/** Finds, for each proxy, a driver that can run it here and the version that it gives. */

import type { Lane } from './catalogue/catalogue.ts';
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
  const { earlier, fix: _, ...rest } = lane;
  if (earlier === undefined || provision === undefined || !('driver' in provision)) return lane;
  return isBefore(provision.runnable.version, earlier.before) ? { ...rest, ...earlier } : lane;
}
