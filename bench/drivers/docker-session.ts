/** Containers and networks of one session: how they are marked, and how they are removed. */

import { setTimeout as delay } from 'node:timers/promises';

import type Dockerode from 'dockerode';
import { getContainerRuntimeClient } from 'testcontainers';

export const SESSION_LABEL = 'org.unclog.session';

/** @param link of a path: each has a network of its own. */
export function networkName(session: string, link?: string): string {
  return `unclog-${session}${link === undefined ? '' : `-${link}`}`;
}

/**
 * Also where the engine still counts a container that is gone (https://github.com/moby/moby/issues/33156): by its name
 * it can be disconnected.
 * @returns whether it is gone.
 */
async function removeNetwork(network: Dockerode.Network): Promise<boolean> {
  try {
    const { Containers = {} } = (await network.inspect()) as { Containers?: Record<string, { Name: string }> };
    for (const { Name } of Object.values(Containers)) await network.disconnect({ Container: Name, Force: true });
    await network.remove();
    return true;
  } catch (error) {
    return (error as { statusCode?: number }).statusCode === 404;
  }
}

/** @returns how many containers and networks there still were. */
async function removeOnce(docker: Dockerode, session: string): Promise<number> {
  const containers = await docker.listContainers({ all: true, filters: { label: [`${SESSION_LABEL}=${session}`] } });
  // What another has removed meanwhile is removed.
  await Promise.all(
    containers.map(({ Id }) =>
      docker
        .getContainer(Id)
        .remove({ force: true, v: true })
        .catch(() => {}),
    ),
  );
  // The engine finds every name that holds this one: those of links too.
  const networks = await docker.listNetworks({ filters: { name: [networkName(session)] } });
  await Promise.all(networks.map(({ Id }) => removeNetwork(docker.getNetwork(Id))));
  return containers.length + networks.length;
}

/** A container that was being made when its session died may appear only after the first looks. */
const EMPTY_LOOKS = 4;
const BETWEEN_LOOKS_MS = 500;
/** What the engine has not removed by then it does not remove. */
const LAST_LOOK_MS = 60_000;

export async function removeSession(session: string): Promise<void> {
  const docker = (await getContainerRuntimeClient()).container.dockerode;
  const until = performance.now() + LAST_LOOK_MS;
  for (let empty = 0; empty < EMPTY_LOOKS && performance.now() < until;) {
    empty = (await removeOnce(docker, session).catch(() => 1)) === 0 ? empty + 1 : 0;
    await delay(BETWEEN_LOOKS_MS);
  }
}
