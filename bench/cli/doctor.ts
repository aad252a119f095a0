import { access, constants, mkdir } from 'node:fs/promises';

import { Command } from 'commander';
import { execa } from 'execa';
import { getContainerRuntimeClient } from 'testcontainers';

import { listed } from '../bisect/candidates.ts';
import { loadCatalogue } from '../catalogue/catalogue.ts';
import type { ProxyDeclaration } from '../catalogue/declaration.ts';
import { chooseDrivers } from '../drivers/choose.ts';
import { cacheFolder } from '../drivers/cache.ts';
import type { Driver } from '../drivers/driver.ts';
import { matchesVersion, sayVersions } from '../drivers/version.ts';
import { BenchError } from '../errors.ts';
import { packageVersion } from '../programs.ts';
import { wrap } from '../report/text.ts';
import { Session } from '../session/session.ts';
import type { Interruption } from './interruption.ts';
import { availability } from './list.ts';

interface Finding {
  ok: boolean;
  text: string;
}

async function python(): Promise<Finding> {
  const result = await execa('python3', ['-m', 'pip', '--version'], {
    reject: false,
    timeout: 20_000,
    stdin: 'ignore',
  });
  if (!result.failed) return { ok: true, text: `Python with pip: ${result.stdout.split(' from ')[0]}` };
  return { ok: false, text: 'no Python 3 with pip: proxies cannot be had as wheels; sudo apt-get install python3-pip' };
}

async function cache(): Promise<Finding> {
  const folder = cacheFolder();
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return { ok: true, text: `cache folder ${folder} can be written` };
  } catch (error) {
    return {
      ok: false,
      text: `cache folder ${folder} cannot be written (${(error as Error).message}); set UNCLOG_CACHE to another`,
    };
  }
}

async function docker(): Promise<Finding> {
  try {
    const { info } = await getContainerRuntimeClient();
    return {
      ok: true,
      text: `Docker engine ${info.containerRuntime.host}: ${info.node.architecture} ${info.node.platform}`,
    };
  } catch {
    return { ok: false, text: 'no Docker engine answers: proxies run as programs of this machine' };
  }
}

/** Releases that `--proxy` can ask for beside the one that a run takes unasked; nothing where there are none, or they cannot be looked up. */
export async function othersOf(proxy: ProxyDeclaration, version: string, drivers: readonly Driver[]): Promise<string> {
  const all = await listed(proxy, drivers).catch((error: unknown) => {
    if (error instanceof BenchError) return [];
    throw error;
  });
  const others = all.map((candidate) => candidate.version).filter((other) => !matchesVersion(version, other));
  return others.length === 0 ? '' : `; with --proxy ${proxy.id}@VERSION also ${sayVersions(others.toReversed())}`;
}

async function doctor(interruption: Interruption): Promise<void> {
  const findings: Finding[] = [
    { ok: true, text: `unclog ${packageVersion()} on Node ${process.versions.node}` },
    await python(),
    await cache(),
    await docker(),
  ];
  await using session = await Session.open(interruption);
  const drivers = chooseDrivers('auto', session);
  const { proxies } = await loadCatalogue();
  const found = await Promise.all(
    proxies.map(async (proxy) => {
      const { here, line, version } = await availability(proxy, drivers);
      const others = version === undefined ? '' : await othersOf(proxy, version, drivers);
      return { proxy, here, line: `${line}${others}` };
    }),
  );
  findings.push(...found.map(({ proxy, here, line }) => ({ ok: here, text: `${proxy.name}: ${line}` })));
  process.stdout.write(
    `${findings.map(({ ok, text }) => wrap(`${ok ? 'ok     ' : 'MISSING'} ${text}`, 80)).join('\n')}\n`,
  );
  if (!found.some(({ here }) => here)) process.exitCode = 3;
}

export function doctorCommand(interruption: Interruption): Command {
  return new Command('doctor')
    .description('say what is here, what is missing and how to have it')
    .action(() => doctor(interruption));
}
