/** Runs proxies, and the origin behind them, in containers by testcontainers. */

import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';

import {
  GenericContainer,
  getContainerRuntimeClient,
  ImageName,
  Network,
  Wait,
  type ContainerRuntimeClient,
  type StartedNetwork,
  type StartedTestContainer,
} from 'testcontainers';

import { configSha256, type Variant } from '../catalogue/catalogue.ts';
import type { DockerProgram, ProxyDeclaration } from '../catalogue/declaration.ts';
import type { Address } from '../client/client.ts';
import { BenchError, ProxyError, UnavailableError } from '../errors.ts';
import { OriginClient } from '../origin-client.ts';
import { PACKAGE_ROOT } from '../programs.ts';
import type { Session } from '../session.ts';
import { networkName, SESSION_LABEL } from './docker-session.ts';
import type { Driver, Hop, Runnable, Stage } from './driver.ts';
import { imageFor } from './images.ts';
import { usageOfContainer } from './usage.ts';
import { whyNotReady } from './ready.ts';

const HOP_PORT = 8080;
const ORIGIN_DATA_PORT = 3000;
const ORIGIN_CONTROL_PORT = 3001;
const SHOWN_LOG_LINES = 15;
const SOURCES_LABEL = 'org.unclog.sources';

/** The session's own reaper does what testcontainers' reaper image would, and needs no image. */
process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';

/** Publishes on 127.0.0.1 alone, and tells its id as soon as there is one. */
class LoopbackContainer extends GenericContainer {
  readonly created = Promise.withResolvers<string>();

  protected override async beforeContainerCreated(): Promise<void> {
    const bindings = (this.hostConfig.PortBindings ?? {}) as Record<string, { HostIp?: string }[]>;
    for (const binding of Object.values(bindings).flat()) binding.HostIp = '127.0.0.1';
  }

  protected override async containerCreated(id: string): Promise<void> {
    this.created.resolve(id);
  }
}

async function engine(): Promise<ContainerRuntimeClient> {
  // testcontainers would pass over a socket that is not there and take whichever engine it finds.
  const socket = /^unix:\/\/(.+)/.exec(process.env['DOCKER_HOST'] ?? '')?.[1];
  if (socket !== undefined && !existsSync(socket)) {
    throw new UnavailableError(
      `no Docker engine answers at DOCKER_HOST, ${socket}`,
      'start Docker, or use --driver native',
    );
  }
  return getContainerRuntimeClient().catch(() => {
    throw new UnavailableError('no Docker engine answers', 'start Docker, or use --driver native');
  });
}

async function logOf(client: ContainerRuntimeClient, id: string, lines: number): Promise<string> {
  const stream = await client.container.logs(client.container.getById(id), { follow: false, tail: lines });
  return stripVTControlCharacters(await text(stream)).trimEnd();
}

function commandOf({ entrypoint }: DockerProgram, image: string): string {
  const [program = '', ...args] = entrypoint;
  return ['docker run --entrypoint', program, image, ...args].join(' ');
}

/** The container started, or why it did not: it ended by itself. */
async function startOrEnd(
  client: ContainerRuntimeClient,
  container: LoopbackContainer,
): Promise<{ started: StartedTestContainer; id: string } | { id: string; status: number }> {
  const starting = container.start();
  starting.catch(() => {});
  const id = await Promise.race([container.created.promise, starting.then((started) => started.getId())]);
  const ended = client.container.getById(id).wait({ condition: 'next-exit' }) as Promise<{ StatusCode: number }>;
  ended.catch(() => {});
  return Promise.race([
    starting.then((started) => ({ started, id })),
    ended.then(({ StatusCode }) => ({ id, status: StatusCode })),
  ]);
}

async function remove(client: ContainerRuntimeClient, id: string): Promise<void> {
  await client.container
    .getById(id)
    .remove({ force: true, v: true })
    .catch((error: { statusCode?: number }) => {
      // 404: gone; 409: being removed.
      if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
    });
}

class DockerStage implements Stage {
  readonly driver = 'docker';
  readonly origin: OriginClient;
  readonly direct: Address;
  readonly #client: ContainerRuntimeClient;
  readonly #session: Session;
  readonly #network: StartedNetwork;
  readonly #originId: string;

  constructor(
    client: ContainerRuntimeClient,
    session: Session,
    network: StartedNetwork,
    origin: StartedTestContainer,
    token: string,
  ) {
    this.#client = client;
    this.#session = session;
    this.#network = network;
    this.#originId = origin.getId();
    this.direct = { host: '127.0.0.1', port: origin.getMappedPort(ORIGIN_DATA_PORT) };
    this.origin = new OriginClient({
      control: { host: '127.0.0.1', port: origin.getMappedPort(ORIGIN_CONTROL_PORT) },
      token,
    });
  }

  async startHop(variant: Variant, version: string | undefined, signal?: AbortSignal): Promise<Hop> {
    const docker = variant.proxy.docker as DockerProgram;
    const image = imageFor(docker.image, version);
    const command = commandOf(docker, image);
    const container = new LoopbackContainer(image)
      .withEntrypoint(docker.entrypoint)
      .withCommand([])
      .withEnvironment(docker.env ?? {})
      .withExposedPorts(HOP_PORT)
      .withNetwork(this.#network)
      .withLabels({ [SESSION_LABEL]: this.#session.id })
      .withCopyFilesToContainer(
        Object.entries(variant.files).map(([role, source]) => ({
          source,
          target: docker.paths[role] ?? '',
          mode: 0o644,
        })),
      )
      .withWaitStrategy(Wait.forAll([]));
    if (docker.workingDir !== undefined) container.withWorkingDir(docker.workingDir);
    const outcome = await startOrEnd(this.#client, container);
    if ('status' in outcome)
      return this.#failed(outcome.id, variant, command, `it ended with exit code ${outcome.status}`, true);
    const { id, started } = outcome;
    let running = true;
    void (this.#client.container.getById(id).wait() as Promise<unknown>).catch(() => {}).then(() => (running = false));
    const address = { host: '127.0.0.1', port: started.getMappedPort(HOP_PORT) };
    const reason = await whyNotReady(address, () => running, signal).catch(async (error: unknown) => {
      await remove(this.#client, id);
      throw error;
    });
    if (reason !== undefined) return this.#failed(id, variant, command, reason, !running);
    return {
      address,
      image,
      version: await versionIn(this.#client, image, variant.proxy, this.#session.id),
      configSha256: await configSha256(variant),
      command,
      log: () => logOf(this.#client, id, SHOWN_LOG_LINES),
      running: () => running,
      usage: () => usageOfContainer(this.#client, id),
      [Symbol.asyncDispose]: () => remove(this.#client, id),
    };
  }

  async #failed(id: string, variant: Variant, command: string, reason: string, refused: boolean): Promise<never> {
    const log = await logOf(this.#client, id, SHOWN_LOG_LINES);
    await remove(this.#client, id);
    throw new ProxyError(`${variant.id} did not start: ${reason}`, { log, command, refused });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.origin.close();
    await remove(this.#client, this.#originId);
    await this.#network.stop();
  }
}

const versions = new Map<string, Promise<string>>();

/** Asks the program in the image, once for each image. @throws BenchError when it is not what it claims to be. */
function versionIn(
  client: ContainerRuntimeClient,
  image: string,
  proxy: ProxyDeclaration,
  session: string,
): Promise<string> {
  const known = versions.get(`${proxy.id} ${image}`);
  if (known !== undefined) return known;
  const asked = askVersion(client, image, proxy, session);
  versions.set(`${proxy.id} ${image}`, asked);
  return asked;
}

async function askVersion(
  client: ContainerRuntimeClient,
  image: string,
  { docker, version, name }: ProxyDeclaration,
  session: string,
): Promise<string> {
  const container = await client.container.dockerode.createContainer({
    Image: image,
    Entrypoint: [docker?.entrypoint[0] ?? '', ...version.args],
    Cmd: [],
    Labels: { [SESSION_LABEL]: session },
  });
  try {
    await container.start();
    await container.wait();
    const said = await logOf(client, container.id, SHOWN_LOG_LINES);
    const found = version.pattern.exec(said)?.[1];
    if (found === undefined)
      throw new BenchError(
        `the image ${image} does not hold the ${name} it claims to: with ${version.args.join(' ')} it printed ${JSON.stringify(said.slice(0, 200))}`,
      );
    return found;
  } finally {
    await remove(client, container.id);
  }
}

async function pull(client: ContainerRuntimeClient, image: string, signal?: AbortSignal): Promise<void> {
  const name = ImageName.fromString(image);
  if (await client.image.exists(name)) return;
  signal?.throwIfAborted();
  try {
    await client.image.pull(name);
  } catch (error) {
    throw new UnavailableError(
      `the image ${image} is not here and cannot be pulled (${firstLine(error)})`,
      `docker pull ${image}, or name another in .env`,
    );
  }
  // Some failures of a pull are told only by its not being there.
  if (!(await client.image.exists(name)))
    throw new UnavailableError(
      `the image ${image} is not here and cannot be pulled`,
      `docker pull ${image}, or name another in .env`,
    );
}

function firstLine(error: unknown): string {
  const line = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
  return line.replace(/^\(HTTP code \d+\) \S+ ?\S* - /, '').trim();
}

const IMAGE_SOURCES = ['package.json', 'package-lock.json', 'Dockerfile', 'server', 'bench', 'proxy-configs'];

/** One digest over everything that goes into the project's own image. */
async function sourcesSha256(): Promise<string> {
  const hash = createHash('sha256');
  for (const entry of IMAGE_SOURCES) {
    const path = join(PACKAGE_ROOT, entry);
    const files = entry.includes('.') || entry === 'Dockerfile' ? [path] : await filesBelow(path);
    for (const file of files) hash.update(`${file.slice(PACKAGE_ROOT.length)}\n`).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 12);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/** The project's own image, built anew when the sources are not those it was built from. */
async function provideOwnImage(client: ContainerRuntimeClient, signal?: AbortSignal): Promise<string> {
  const image = imageFor('unclog');
  const sources = existsSync(join(PACKAGE_ROOT, 'Dockerfile')) ? await sourcesSha256() : undefined;
  const there = await client.container.dockerode
    .getImage(image)
    .inspect()
    .catch(() => undefined);
  if (there !== undefined && (sources === undefined || there.Config.Labels?.[SOURCES_LABEL] === sources)) return image;
  if (sources === undefined)
    throw new UnavailableError(
      `the image ${image} of unclog itself is not here, and can be built only from a clone`,
      'use --driver native',
    );
  const base = imageFor('node');
  await pull(client, base, signal).catch((error: unknown) => {
    if (!(error instanceof UnavailableError)) throw error;
    throw new UnavailableError(
      `unclog's own image, which holds the origin, cannot be built: ${error.message}`,
      error.bring,
    );
  });
  await GenericContainer.fromDockerfile(PACKAGE_ROOT)
    .withBuildArgs({ NODE_IMAGE: base, SOURCES: sources })
    .build(image, { deleteOnExit: false });
  const built = await client.container.dockerode
    .getImage(image)
    .inspect()
    .catch(() => undefined);
  if (built?.Config.Labels?.[SOURCES_LABEL] !== sources)
    throw new BenchError(
      `the image ${image} could not be built; \`docker build --build-arg NODE_IMAGE=${base} ${PACKAGE_ROOT}\` shows why`,
    );
  return image;
}

export class DockerDriver implements Driver {
  readonly name = 'docker';
  readonly #session: Session;
  #ownImage: Promise<string> | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  async provide(proxy: ProxyDeclaration, version: string | undefined, signal?: AbortSignal): Promise<Runnable> {
    const client = await engine();
    this.#session.usesDocker();
    this.#ownImage ??= provideOwnImage(client, signal);
    await this.#ownImage;
    const image = this.#imageOf(proxy, version);
    await pull(client, image, signal);
    return { driver: 'docker', version: await versionIn(client, image, proxy, this.#session.id), source: image };
  }

  async probe(proxy: ProxyDeclaration, version: string | undefined): Promise<Runnable> {
    const client = await engine();
    const image = this.#imageOf(proxy, version);
    if (!(await client.image.exists(ImageName.fromString(image))))
      throw new UnavailableError(`the image ${image} is not here`, 'unclog setup --docker');
    return { driver: 'docker', version: version ?? '', source: image };
  }

  async open(): Promise<Stage> {
    const client = await engine();
    this.#session.usesDocker();
    const image = await (this.#ownImage ??= provideOwnImage(client));
    const network = await new Network({ nextUuid: () => networkName(this.#session.id) }).start();
    const token = randomBytes(24).toString('base64url');
    const origin = new LoopbackContainer(image)
      .withEnvironment({ UNCLOG_TOKEN: token, LOG_LEVEL: 'warn' })
      .withExposedPorts(ORIGIN_DATA_PORT, ORIGIN_CONTROL_PORT)
      .withNetwork(network)
      .withNetworkAliases('origin')
      .withLabels({ [SESSION_LABEL]: this.#session.id })
      .withWaitStrategy(Wait.forAll([]));
    const outcome = await startOrEnd(client, origin);
    if ('status' in outcome)
      throw new BenchError(
        `the origin's container ended with exit code ${outcome.status}:\n${await logOf(client, outcome.id, SHOWN_LOG_LINES)}`,
      );
    const stage = new DockerStage(client, this.#session, network, outcome.started, token);
    const reason = await whyNotReady(stage.direct, () => true);
    if (reason === undefined) return stage;
    const log = await logOf(client, outcome.id, SHOWN_LOG_LINES);
    await stage[Symbol.asyncDispose]();
    throw new BenchError(`the origin's container did not get ready: ${reason}\n${log}`);
  }

  #imageOf({ docker, name }: ProxyDeclaration, version: string | undefined): string {
    if (docker === undefined) throw new UnavailableError(`${name} has no container here`);
    // The project's own image has the one version that it has.
    return imageFor(docker.image, docker.image === 'unclog' ? undefined : version);
  }
}
