/** How proxies are run. A driver is one file behind these interfaces; nothing else knows which it is. */

import type { Address } from '../client/client.ts';
import type { Variant } from '../catalogue/catalogue.ts';
import type { OriginClient } from '../origin-client.ts';
import type { Tap } from '../taps/tap-program.ts';

export type DriverName = 'docker' | 'native';

/** A proxy that can be run here, in the version that was asked for. */
export interface Runnable {
  driver: DriverName;
  version: string;
  /** Where its program comes from: an image, a wheel, PATH. */
  source: string;
}

/** What a hop's processes use of the machine at a moment, as far as the driver can see it; absent where it cannot. */
export interface Usage {
  /** Native: resident set of its process and all that it started. In a container: its memory less the page cache. */
  memoryBytes?: number;
  /**
   * Native: files of its working folder, and deleted ones that it holds open. In a container: what it wrote to its own
   * layer, which leaves out files that were deleted while open.
   */
  diskBytes?: number;
}

export interface Hop extends AsyncDisposable {
  /** Where clients reach it. */
  address: Address;
  version: string;
  image?: string;
  /** SHA-256 of the variant's files as they stand in the catalogue, by role. */
  configSha256: string;
  /** How it was started. */
  command: string;
  /** Its own last words. */
  log(): Promise<string>;
  /** Of its end this may hear late. */
  running(): boolean;
  /** Asks for it. */
  hasEnded(): Promise<boolean>;
  usage(): Promise<Usage>;
}

/** The taps of one path. It is to be disposed of after the hops that it is between. */
export interface Taps extends AsyncDisposable {
  /** A tap that forwards to `behind`, or to the origin. @throws BenchError when it cannot be started. */
  add(behind?: Hop | Tap): Promise<Tap>;
}

/** An origin that hops of one driver can reach. */
export interface Stage extends AsyncDisposable {
  driver: DriverName;
  origin: OriginClient;
  /** The origin's data listener as the bench reaches it with no hop between. */
  direct: Address;
  /**
   * @param upstream what the hop forwards to in place of the origin.
   * @throws ProxyError when the proxy refuses its config, dies or never answers.
   */
  startHop(variant: Variant, version: string | undefined, signal?: AbortSignal, upstream?: Tap): Promise<Hop>;
  openTaps(): Promise<Taps>;
}

export interface Bringing {
  signal?: AbortSignal;
  /** Told before something is brought that takes a while. */
  onBringing?: (what: string) => void;
  /** Drivers that are asked as well: what cannot be had may be said to be had by the others alone. */
  beside?: readonly DriverName[];
}

/** That others are asked as well for the releases that they have: registries. */
export interface Listing {
  /** Versions that are asked for. */
  ends: readonly string[];
  /** Told of who lists nothing, in words, and of the versions that are known without. */
  onUnlisted: (why: string, known: readonly string[]) => void;
}

export interface Driver {
  name: DriverName;
  /**
   * Makes sure that the proxy's program is here, bringing what can be brought without asking.
   * @throws UnavailableError with the one command that would bring it.
   */
  provide(proxy: Variant['proxy'], version: string | undefined, bringing?: Bringing): Promise<Runnable>;
  /** Whether it could run, found out without bringing anything. @throws UnavailableError */
  probe(proxy: Variant['proxy'], version: string | undefined): Promise<Runnable>;
  /** Versions that it has or could bring, found out without bringing anything. @throws UnavailableError */
  releases(proxy: Variant['proxy'], looking?: { signal?: AbortSignal; listing?: Listing }): Promise<string[]>;
  open(signal?: AbortSignal): Promise<Stage>;
}
