/** Runs proxies, and the origin behind them, in containers by testcontainers. */

import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';

import {
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
import type { Session } from '../session/session.ts';
import { engine, isRunning, LoopbackContainer, logOf, remove, startOrEnd } from './container.ts';
import { networkName, SESSION_LABEL } from './docker-session.ts';
import type { Tap } from '../taps/tap-program.ts';
import { DockerTaps, type DockerTap, type Reachable } from './docker-taps.ts';
import type { Bringing, Driver, Hop, Listing, Runnable, Stage, Taps } from './driver.ts';
import { imageFor, imageVersions } from './images.ts';
import { ListedImages } from './listed-images.ts';
import { firstLacking } from './needs.ts';
import { usageOfContainer } from './usage.ts';
import { hasImages, versionQuestion } from './version.ts';
import { isHere, MissingImagesError, probeOwnImage, provideOwnImage, pull } from './own-image.ts';
import { whyHopNotReady, whyOriginNotReady, whyRefused } from './ready.ts';

const HOP_PORT = 8080;
const ORIGIN_DATA_PORT = 3000;
const ORIGIN_CONTROL_PORT = 3001;
const SHOWN_LOG_LINES = 15;

function commandOf({ entrypoint }: DockerProgram, image: string): string {
  const [program = '', ...args] = entrypoint;
  return ['docker run --entrypoint', program, image, ...args].join(' ');
}

/** A hop, and where a tap before it reaches it. */
interface DockerHop extends Hop {
  reachable: Reachable;
}

class DockerStage implements Stage {
  readonly driver = 'docker';
  readonly origin: OriginClient;
  readonly direct: Address;
  readonly #client: ContainerRuntimeClient;
  readonly #session: Session;
  readonly #network: StartedNetwork;
  readonly #origin: Reachable;
  readonly #ownImage: string;
  readonly #listed: ListedImages;

  constructor(
    client: ContainerRuntimeClient,
    session: Session,
    network: StartedNetwork,
    origin: StartedTestContainer,
    { token, ownImage, listed }: { token: string; ownImage: string; listed: ListedImages },
  ) {
    this.#client = client;
    this.#session = session;
    this.#network = network;
    this.#origin = { id: origin.getId(), network: network.getId(), port: ORIGIN_DATA_PORT };
    this.#ownImage = ownImage;
    this.#listed = listed;
    this.direct = { host: '127.0.0.1', port: origin.getMappedPort(ORIGIN_DATA_PORT) };
    this.origin = new OriginClient({
      control: { host: '127.0.0.1', port: origin.getMappedPort(ORIGIN_CONTROL_PORT) },
      token,
    });
  }

  async startHop(
    variant: Variant,
    version: string | undefined,
    signal?: AbortSignal,
    upstream?: Tap,
  ): Promise<DockerHop> {
    // A tap of this stage: its network is the one in which it is called `origin`.
    const network = (upstream as DockerTap | undefined)?.link ?? this.#network;
    const docker = variant.proxy.docker as DockerProgram;
    const image = this.#listed.imageFor(docker.image, version);
    const command = commandOf(docker, image);
    const container = new LoopbackContainer(image)
      .withEntrypoint(docker.entrypoint)
      .withCommand([])
      .withEnvironment(docker.env ?? {})
      .withExposedPorts(HOP_PORT)
      .withNetwork(network)
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
    const address = {
      host: '127.0.0.1',
      port: started.getMappedPort(HOP_PORT),
      tls: variant.listens === 'https',
    };
    const log = (): Promise<string> => logOf(this.#client, id, SHOWN_LOG_LINES);
    const refusal = (): Promise<string | undefined> => whyRefused(variant.proxy, { running, log });
    const reason = await whyHopNotReady(address, refusal, variant.proxy, signal).catch(async (error: unknown) => {
      await remove(this.#client, id);
      throw error;
    });
    if (reason !== undefined) return this.#failed(id, variant, command, reason, (await refusal()) !== undefined);
    return {
      reachable: { id, network: network.getId(), port: HOP_PORT },
      address,
      image,
      version: await versionIn(this.#client, image, variant.proxy, this.#session.id),
      configSha256: await configSha256(variant),
      command,
      log,
      running: () => running,
      hasEnded: async () => {
        running &&= await isRunning(this.#client, id);
        return !running;
      },
      usage: () => usageOfContainer(this.#client, id),
      [Symbol.asyncDispose]: () => remove(this.#client, id),
    };
  }

  async openTaps(): Promise<Taps> {
    return new DockerTaps(this.#client, this.#session, this.#ownImage, this.#origin);
  }

  async #failed(id: string, variant: Variant, command: string, reason: string, refused: boolean): Promise<never> {
    const log = await logOf(this.#client, id, SHOWN_LOG_LINES);
    await remove(this.#client, id);
    throw new ProxyError(`${variant.id} did not start: ${reason}`, { log, command, refused });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.origin.close();
    await remove(this.#client, this.#origin.id);
    // What the engine does not let go of now is no reason to lose the results: the session's keeper comes after.
    await this.#network.stop().catch(() => {});
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
  proxy: ProxyDeclaration,
  session: string,
): Promise<string> {
  const { name } = proxy;
  const version = versionQuestion(proxy);
  const said = await printedBy(client, image, proxy, { args: version.args, session });
  const found = version.pattern.exec(said)?.[1];
  if (found !== undefined) return found;
  throw new BenchError(
    `the image ${image} does not hold the ${name} it claims to: with ${version.args.join(' ')} it printed ${JSON.stringify(said.slice(0, 200))}`,
  );
}

/** What the program in the image prints with these arguments. */
async function printedBy(
  client: ContainerRuntimeClient,
  image: string,
  { docker }: ProxyDeclaration,
  { args, session }: { args: string[]; session: string },
): Promise<string> {
  const container = await client.container.dockerode.createContainer({
    Image: image,
    Entrypoint: [docker?.entrypoint[0] ?? '', ...args],
    Cmd: [],
    Labels: { [SESSION_LABEL]: session },
  });
  try {
    await container.start();
    await container.wait();
    return await logOf(client, container.id, SHOWN_LOG_LINES);
  } finally {
    await remove(client, container.id);
  }
}

async function hasFile(client: ContainerRuntimeClient, image: string, file: string, session: string): Promise<boolean> {
  const container = await client.container.dockerode.createContainer({
    Image: image,
    Cmd: ['-'],
    Labels: { [SESSION_LABEL]: session },
  });
  try {
    // The answer to a HEAD, whose connection stays open until it is read.
    const answer = (await container.infoArchive({ path: file })) as unknown as Readable;
    answer.resume();
    return true;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return false;
    throw error;
  } finally {
    await remove(client, container.id);
  }
}

/** An image is not ours to change; natively another program may have what it lacks. */
function howToHave({ docker, native }: ProxyDeclaration): string {
  const key = `UNCLOG_IMAGE_${docker?.image}`.toUpperCase();
  return native?.apt === undefined ? `name an image that has it as ${key}` : 'unclog setup --system';
}

export class DockerDriver implements Driver {
  readonly name = 'docker';
  readonly #session: Session;
  readonly #listed = new ListedImages();
  #ownImage: Promise<string> | undefined;
  #probedOwnImage: ReturnType<typeof probeOwnImage> | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  async provide(
    proxy: ProxyDeclaration,
    version: string | undefined,
    { signal, onBringing }: Bringing = {},
  ): Promise<Runnable> {
    const client = await engine();
    this.#session.usesDocker();
    const image = this.#imageOf(proxy, version);
    this.#ownImage ??= provideOwnImage(client, signal);
    await this.#ownImage.catch(async (error: unknown) => {
      const isNamed = !(error instanceof MissingImagesError) || image === imageFor('unclog');
      if (isNamed || (await isHere(client, image))) throw error;
      throw new MissingImagesError(error.message, [...new Set([...error.images, image])]);
    });
    await pull(client, image, signal, onBringing);
    return this.#runnable(client, image, proxy);
  }

  /** The same questions, of what is here. */
  async probe(proxy: ProxyDeclaration, version: string | undefined): Promise<Runnable> {
    const client = await engine();
    this.#session.usesDocker();
    const image = this.#imageOf(proxy, version);
    const own = await (this.#probedOwnImage ??= probeOwnImage(client));
    // It is built by the run that needs it, which brings what is asked for here.
    if (image === own.image && own.sources !== undefined)
      return { driver: 'docker', version: version ?? '', source: image };
    if (!(await isHere(client, image)))
      throw new UnavailableError(`the image ${image} is not here`, 'unclog setup --docker');
    return this.#runnable(client, image, proxy);
  }

  /** What the image gives. @throws UnavailableError where it lacks what the proxy needs. */
  async #runnable(client: ContainerRuntimeClient, image: string, proxy: ProxyDeclaration): Promise<Runnable> {
    const lack = await firstLacking(proxy.needs, {
      built: () => printedBy(client, image, proxy, { args: proxy.built ?? [], session: this.#session.id }),
      has: (file) => hasFile(client, image, file, this.#session.id),
    });
    if (lack !== undefined)
      throw new UnavailableError(`${proxy.name} of the image ${image} has no ${lack}`, howToHave(proxy));
    return { driver: 'docker', version: await versionIn(client, image, proxy, this.#session.id), source: image };
  }

  async releases(
    { docker }: ProxyDeclaration,
    { signal, listing }: { signal?: AbortSignal; listing?: Listing } = {},
  ): Promise<string[]> {
    await engine();
    if (docker === undefined || !hasImages({ docker })) return [];
    return listing === undefined ? imageVersions(docker.image) : this.#listed.versions(docker.image, listing, signal);
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
    const stage = new DockerStage(client, this.#session, network, outcome.started, {
      token,
      ownImage: image,
      listed: this.#listed,
    });
    const reason = await whyOriginNotReady(stage.direct);
    if (reason === undefined) return stage;
    const log = await logOf(client, outcome.id, SHOWN_LOG_LINES);
    await stage[Symbol.asyncDispose]();
    throw new BenchError(`the origin's container did not get ready: ${reason}\n${log}`);
  }

  #imageOf({ docker, name }: ProxyDeclaration, version: string | undefined): string {
    if (docker === undefined) throw new UnavailableError(`${name} has no container here`);
    return this.#listed.imageFor(docker.image, hasImages({ docker }) ? version : undefined);
  }
}
