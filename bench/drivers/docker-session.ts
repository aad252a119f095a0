/** Containers and networks of one session: how they are marked, and how they are removed. */

import { setTimeout as delay } from 'node:timers/promises';

import type Dockerode from 'dockerode';
import { getContainerRuntimeClient } from 'testcontainers';

export const SESSION_LABEL = 'org.unclog.session';

/** @param link of a path: each has a network of its own. */
export function networkName(session: string, link?: string): string {
  return `unclog-${session}${link === undefined ? '' : `-${link}`}`;
}

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
  await Promise.all(
    networks.map(({ Id }) =>
      docker
        .getNetwork(Id)
        .remove()
        .catch(() => {}),
    ),
  );
  return containers.length + networks.length;
}

/** A container that was being made when its session died may appear only after the first look. */
const LOOKS = 4;
const BETWEEN_LOOKS_MS = 500;

export async function removeSession(session: string): Promise<void> {
  const docker = (await getContainerRuntimeClient()).container.dockerode;
  for (let look = 0; look < LOOKS; look += 1) {
    await removeOnce(docker, session);
    await delay(BETWEEN_LOOKS_MS);
  }
}
