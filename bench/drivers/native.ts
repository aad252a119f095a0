/** Runs proxies as programs of this machine: from a pinned wheel, from PATH, or by Node itself. */

import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { configSha256, type Variant } from '../catalogue/catalogue.ts';
import type { NativeProgram, ProxyDeclaration } from '../catalogue/declaration.ts';
import type { Address } from '../client/client.ts';
import { BenchError, ProxyError } from '../errors.ts';
import { OriginClient } from '../origin-client.ts';
import type { ManagedProcess } from '../session/process.ts';
import { ownProgram } from '../programs.ts';
import type { Session } from '../session/session.ts';
import { LocalTaps, type Tap } from '../taps/tap-program.ts';
import { startCompanion } from './companion.ts';
import { hopPort } from './ports.ts';
import type { Bringing, Driver, Hop, Runnable, Stage, Taps } from './driver.ts';
import { findProgram, onPath, versionOf, type Program } from './find-program.ts';
import { isPackaged, linkPackages, pinnedVersion } from './packages.ts';
import { whyHopNotReady, whyRefused } from './ready.ts';
import { usageOfProcess } from './usage.ts';
import { hasProgram } from './wheels.ts';

const LOOPBACK = '127.0.0.1';
const ORIGIN_READY_MS = 20_000;
const SHOWN_LOG_LINES = 15;
/** How often a hop is started where each time another program was quicker to listen on the port chosen for it. */
const STARTS = 3;

/** Between when it was chosen and when its hop listened. */
class PortTaken extends BenchError {}

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

/** Copies the variant's files, each under the name that the proxy reads it by, with addresses replaced where they stand in it; links are made beside them. */
async function placeFiles(
  variant: Variant,
  dir: string,
  substitute: (text: string) => string,
): Promise<Record<string, string>> {
  const placed: Record<string, string> = {};
  for (const [role, path] of Object.entries(variant.files)) {
    const { native, docker } = variant.proxy;
    const target = join(dir, native?.paths?.[role] ?? basename(docker?.paths[role] ?? path));
    const text = await readFile(path, 'utf8');
    await mkdir(dirname(target), { recursive: true });
    // The letters of a certificate may look like an address by chance.
    await writeFile(target, path.endsWith('.pem') ? text : substitute(text));
    placed[role] = target;
  }
  for (const [name, path] of Object.entries(variant.proxy.native?.links ?? {})) await symlink(path, join(dir, name));
  return placed;
}

/** Puts into `dir` what the program reads there, and tells it where to listen and to forward. */
export async function prepare(
  variant: Variant,
  { packages }: Pick<Program, 'packages'>,
  { dir, port, forwardTo }: { dir: string; port: number; forwardTo: Address },
): Promise<{ files: Record<string, string>; env: Record<string, string> }> {
  const { proxy } = variant;
  const linked = packages !== undefined && isPackaged(proxy) ? await linkPackages(proxy, packages, dir) : {};
  if (proxy.native?.addresses !== 'in-environment')
    return {
      files: await placeFiles(variant, dir, (text) => substituteAddresses(text, port, forwardTo)),
      env: linked,
    };
  return {
    files: packages === undefined ? variant.files : await placeFiles(variant, dir, (text) => text),
    env: { ...linked, PORT: String(port), UPSTREAM: `http://${forwardTo.host}:${forwardTo.port}` },
  };
}

/** In the hop's own folder, so that it goes with that and is counted there. Workers that root's proxies run as another user may write into it, as into /tmp. */
async function temporaryFolder(dir: string): Promise<string> {
  const path = join(dir, 'tmp');
  await mkdir(path);
  await chmod(path, 0o1777);
  return path;
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
    const forwardTo = upstream?.address ?? this.direct;
    const program = await findProgram(variant.proxy, version, {
      session: this.#session,
      ...(signal === undefined ? {} : { signal }),
    });
    for (let start = 1; ; start += 1) {
      try {
        return await this.#startOn(await hopPort(LOOPBACK), { variant, program, forwardTo }, signal);
      } catch (error) {
        if (!(error instanceof PortTaken) || start === STARTS) throw error;
      }
    }
  }

  /** @throws PortTaken, which says nothing of the hop. */
  async #startOn(
    port: number,
    { variant, program, forwardTo }: { variant: Variant; program: Program; forwardTo: Address },
    signal?: AbortSignal,
  ): Promise<Hop> {
    const { proxy } = variant;
    const native = proxy.native as NativeProgram;
    const dir = await this.#session.folder(variant.id);
    const { files, env } = await prepare(variant, program, { dir, port, forwardTo });
    await using stack = new AsyncDisposableStack();
    const companion = stack.use(await startCompanion(variant, dir, this.#session));
    const process = stack.use(
      await this.#session.start(program.path, native.args({ dir, files, port }), {
        cwd: dir,
        env: { TMPDIR: await temporaryFolder(dir), ...native.env, ...env },
      }),
    );
    const address = { host: LOOPBACK, port, tls: variant.listens === 'https' };
    const reason = await whyHopNotReady(address, () => whyRefusedBy(process, proxy), proxy, signal);
    if (reason !== undefined) await failed(process, variant, { reason, port });
    const sha256 = await configSha256(variant);
    const started = stack.move();
    const running = (): boolean => process.running && companion?.running !== false;
    return {
      address,
      version: program.version,
      configSha256: sha256,
      command: process.command,
      log: async () =>
        [companion, process]
          .map((one) => one?.log() ?? '')
          .join('\n')
          .trim(),
      running,
      hasEnded: async () => !running(),
      usage: () => usageOfProcess(process.pid, dir),
      [Symbol.asyncDispose]: () => started.disposeAsync(),
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

function whyRefusedBy(process: ManagedProcess, proxy: ProxyDeclaration): Promise<string | undefined> {
  return whyRefused(proxy, { running: process.running, log: () => process.log() });
}

async function failed(
  process: ManagedProcess,
  variant: Variant,
  { reason, port }: { reason: string; port: number },
): Promise<never> {
  const refused = (await whyRefusedBy(process, variant.proxy)) !== undefined;
  const how = process.running ? '' : ` (${await process.exited})`;
  await process[Symbol.asyncDispose]();
  const log = process.log(SHOWN_LOG_LINES);
  // None of these says anything about the config: the place is not fit to run it.
  if (/address already in use|EADDRINUSE/i.test(log)) {
    if (new RegExp(`\\b${port}\\b`).test(log))
      throw new PortTaken(`the port chosen for ${variant.id} was taken by another program meanwhile:\n${log}`);
    throw new BenchError(
      `${variant.id} listens on an address of its own, beside 8080, that another program has taken:\n${log}`,
    );
  }
  if (/permission denied|EACCES/i.test(log))
    throw new BenchError(
      `${variant.id} may not read or write what it needs as this user; run it in a container, or as root:\n${log}`,
    );
  throw new ProxyError(`${variant.id} did not start: ${reason}${how}`, { log, command: process.command, refused });
}

export class NativeDriver implements Driver {
  readonly name = 'native';
  readonly #session: Session;
  readonly #packages: boolean;

  /** @param options.packages whether it may bring packages, which are big. */
  constructor(session: Session, { packages = false }: { packages?: boolean } = {}) {
    this.#session = session;
    this.#packages = packages;
  }

  provide(proxy: ProxyDeclaration, version: string | undefined, bringing?: Bringing): Promise<Runnable> {
    return findProgram(proxy, version, { session: this.#session, packages: this.#packages, ...bringing });
  }

  probe(proxy: ProxyDeclaration, version: string | undefined): Promise<Runnable> {
    return findProgram(proxy, version, {});
  }

  /** Of wheels for this platform, and of what is on PATH. */
  async releases(proxy: ProxyDeclaration): Promise<string[]> {
    const { native } = proxy;
    if (native === undefined) return [];
    if (isPackaged(proxy)) return [await pinnedVersion(proxy)];
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
