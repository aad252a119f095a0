/**
 * Taps in containers. A config says `origin:3000`, so each link of a path is a network of its own, in which a tap has
 * that name; it is also in the network of what it forwards to.
 */

import { randomBytes } from 'node:crypto';

import { Network, Wait, type ContainerRuntimeClient, type StartedNetwork } from 'testcontainers';

import type { Address } from '../client/client.ts';
import { BenchError } from '../errors.ts';
import type { Session } from '../session/session.ts';
import { TapProgram, type Tap } from '../taps/tap-program.ts';
import { LoopbackContainer, logOf, remove, startOrEnd } from './container.ts';
import { networkName, SESSION_LABEL } from './docker-session.ts';
import type { Hop, Taps } from './driver.ts';
import { whyNotListening } from './ready.ts';

const DATA_PORT = 3000;
const CONTROL_PORT = 3001;
const SHOWN_LOG_LINES = 15;
const LOOPBACK = '127.0.0.1';

/** A container as others in one of its networks reach it. */
export interface Reachable {
  id: string;
  /** The network's id. */
  network: string;
  port: number;
}

/** What a tap can forward to: every hop and tap of this driver. */
interface Behind {
  reachable: Reachable;
}

export interface DockerTap extends Tap, Behind {
  /** The network in which it is `origin`. */
  link: StartedNetwork;
}

export class DockerTaps implements Taps {
  readonly #client: ContainerRuntimeClient;
  readonly #session: Session;
  readonly #image: string;
  readonly #origin: Reachable;
  readonly #stack = new AsyncDisposableStack();

  /** @param image of the project itself. */
  constructor(client: ContainerRuntimeClient, session: Session, image: string, origin: Reachable) {
    this.#client = client;
    this.#session = session;
    this.#image = image;
    this.#origin = origin;
  }

  async add(behind?: Hop | Tap): Promise<DockerTap> {
    const target = behind === undefined ? this.#origin : (behind as unknown as Behind).reachable;
    const name = networkName(this.#session.id, `link-${randomBytes(4).toString('hex')}`);
    const link = await new Network({ nextUuid: () => name }).start();
    // What the engine does not let go of now, the session's keeper removes.
    this.#stack.defer(async () => void (await link.stop().catch(() => {})));
    const { id, data, control } = await this.#start(link);
    await this.#client.container.dockerode.getNetwork(target.network).connect({ Container: id });
    const program = new TapProgram(control);
    this.#stack.defer(() => program.close());
    const reason = await whyNotListening(control);
    if (reason !== undefined)
      throw new BenchError(
        `a tap's container did not get ready: ${reason}\n${await logOf(this.#client, id, SHOWN_LOG_LINES)}`,
      );
    // The engine's name service knows a container by the first digits of its id.
    const tap = await program.add(
      { host: target.id.slice(0, 12), port: target.port },
      { host: '0.0.0.0', port: DATA_PORT },
    );
    return {
      address: data,
      link,
      reachable: { id, network: link.getId(), port: DATA_PORT },
      take: (...asked) => program.take(tap.id, ...asked),
      flow: (stream) => program.flow(tap.id, stream),
    };
  }

  async #start(link: StartedNetwork): Promise<{ id: string; data: Address; control: Address }> {
    const container = new LoopbackContainer(this.#image)
      .withCommand(['node', 'bench/taps/main.ts', '0.0.0.0', String(CONTROL_PORT)])
      .withExposedPorts(DATA_PORT, CONTROL_PORT)
      .withNetwork(link)
      .withNetworkAliases('origin')
      .withLabels({ [SESSION_LABEL]: this.#session.id })
      .withWaitStrategy(Wait.forAll([]));
    const outcome = await startOrEnd(this.#client, container);
    this.#stack.defer(() => remove(this.#client, outcome.id));
    if ('status' in outcome)
      throw new BenchError(
        `a tap's container ended with exit code ${outcome.status}:\n${await logOf(this.#client, outcome.id, SHOWN_LOG_LINES)}`,
      );
    const published = (port: number): Address => ({ host: LOOPBACK, port: outcome.started.getMappedPort(port) });
    return { id: outcome.id, data: published(DATA_PORT), control: published(CONTROL_PORT) };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }
}
