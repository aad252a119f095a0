/** One container: made so that only this machine reaches it, watched while it starts, removed. */

import { existsSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

import {
  GenericContainer,
  getContainerRuntimeClient,
  type ContainerRuntimeClient,
  type StartedTestContainer,
} from 'testcontainers';

import { BenchError, UnavailableError } from '../errors.ts';

/** The session's own keeper does what testcontainers' reaper image would, and needs no image. */
process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true';

/** Publishes on 127.0.0.1 alone, and tells its id as soon as there is one. */
export class LoopbackContainer extends GenericContainer {
  readonly created = Promise.withResolvers<string>();

  protected override async beforeContainerCreated(): Promise<void> {
    const bindings = (this.hostConfig.PortBindings ?? {}) as Record<string, { HostIp?: string }[]>;
    for (const binding of Object.values(bindings).flat()) binding.HostIp = '127.0.0.1';
  }

  protected override async containerCreated(id: string): Promise<void> {
    this.created.resolve(id);
  }
}

const START = 'start Docker';

/** @throws UnavailableError when none answers. */
export async function engine(): Promise<ContainerRuntimeClient> {
  // testcontainers would pass over a socket that is not there and take whichever engine it finds.
  const socket = /^unix:\/\/(.+)/.exec(process.env['DOCKER_HOST'] ?? '')?.[1];
  if (socket !== undefined && !existsSync(socket)) {
    throw new UnavailableError(`no Docker engine answers at DOCKER_HOST, ${socket}`, START);
  }
  return getContainerRuntimeClient().catch(() => {
    throw new UnavailableError('no Docker engine answers', START);
  });
}

/** Bytes before each piece of a log; the last four are its length (Docker Engine API, “Attach to a container”). */
const FRAME_HEAD = 8;

function withoutFrames(log: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + FRAME_HEAD <= log.length;) {
    const end = at + FRAME_HEAD + log.readUInt32BE(at + 4);
    pieces.push(log.subarray(at + FRAME_HEAD, end));
    at = end;
  }
  return Buffer.concat(pieces).toString();
}

/** Its last lines so far. testcontainers would follow the log, and so wait for the end of one that runs. */
export async function logOf(client: ContainerRuntimeClient, id: string, lines: number): Promise<string> {
  const log = await client.container.getById(id).logs({ follow: false, stdout: true, stderr: true, tail: lines });
  return stripVTControlCharacters(withoutFrames(log)).trimEnd();
}

/**
 * The container started, or how it did not: it ended by itself.
 * @throws BenchError when the engine could not start it; it is removed then.
 */
export async function startOrEnd(
  client: ContainerRuntimeClient,
  container: LoopbackContainer,
): Promise<{ started: StartedTestContainer; id: string } | { id: string; status: number }> {
  const starting = container.start();
  starting.catch(() => {});
  const id = await Promise.race([container.created.promise, starting.then((started) => started.getId())]).catch(
    (error: unknown) => notStarted(error),
  );
  const ended = client.container.getById(id).wait({ condition: 'next-exit' }) as Promise<{ StatusCode: number }>;
  ended.catch(() => {});
  try {
    return await Promise.race([
      starting.then((started) => ({ started, id })),
      ended.then(({ StatusCode }) => ({ id, status: StatusCode })),
    ]);
  } catch (error) {
    // It may have ended before its end was waited for.
    const status = await exitCodeOf(client, id);
    if (status !== undefined) return { id, status };
    await remove(client, id);
    return notStarted(error);
  }
}

function notStarted(error: unknown): never {
  throw new BenchError(`the engine could not start a container: ${(error as Error).message}`);
}

/** Of a container that has run and ended; else nothing. */
async function exitCodeOf(client: ContainerRuntimeClient, id: string): Promise<number | undefined> {
  const { State } = await client.container.inspect(client.container.getById(id));
  return State.Status === 'exited' ? State.ExitCode : undefined;
}

/** Not so where the engine has removed it already. */
export async function isRunning(client: ContainerRuntimeClient, id: string): Promise<boolean> {
  return client.container.inspect(client.container.getById(id)).then(
    ({ State }) => State.Running,
    () => false,
  );
}

/** What the engine does not remove now is no reason to lose a run's results: the session's keeper comes after. */
export async function remove(client: ContainerRuntimeClient, id: string): Promise<void> {
  await client.container
    .getById(id)
    .remove({ force: true, v: true })
    .catch(() => {});
}
