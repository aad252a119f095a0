/** Containers and networks of one session: how they are marked, and how they are removed. */

import { setTimeout as delay } from 'node:timers/promises';

import type Dockerode from 'dockerode';
import { getContainerRuntimeClient } from 'testcontainers';

export const SESSION_LABEL = 'org.unclog.session';

/** @param link of a path: each has a network of its own. */
export function networkName(session: string, link?: string): string {
  return `unclog-${session}${link === undefined ? '' : `-${link}`}`;
}

/** What the engine does not let go of. */
interface Kept {
  what: string;
  reason: string;
  /** Until it starts anew. */
  forGood: boolean;
}

/**
 * libnetwork counts the endpoints of a network apart from the endpoints, and where several come or go at once its count
 * may stay too high: then the engine refuses to remove a network in which it lists none, until it starts anew
 * (https://github.com/moby/moby/issues/42119).
 */
async function isMiscounted(network: Dockerode.Network, refusal: string): Promise<boolean> {
  if (!refusal.includes('has active endpoints')) return false;
  const { Containers = {} } = (await network.inspect()) as { Containers?: object };
  return Object.keys(Containers).length === 0;
}

/** By which of these requests the engine says that there is no such thing, or that it is being removed already. */
const GOES_ANYWAY = new Set([404, 409]);

async function removeContainer({ Id, Names }: Dockerode.ContainerInfo, docker: Dockerode): Promise<Kept | undefined> {
  try {
    await docker.getContainer(Id).remove({ force: true, v: true });
    return undefined;
  } catch (error) {
    const { statusCode, message } = error as Error & { statusCode?: number };
    if (GOES_ANYWAY.has(statusCode ?? 0)) return undefined;
    return { what: `container ${Names.join()}`, reason: message, forGood: false };
  }
}

/**
 * Also where the engine still lists a container that is gone (https://github.com/moby/moby/issues/33156): by its name
 * it can be disconnected.
 */
async function removeNetwork({ Id, Name }: { Id: string; Name: string }, docker: Dockerode): Promise<Kept | undefined> {
  const network = docker.getNetwork(Id);
  try {
    const { Containers = {} } = (await network.inspect()) as { Containers?: Record<string, { Name: string }> };
    for (const container of Object.values(Containers))
      await network.disconnect({ Container: container.Name, Force: true });
    await network.remove();
    return undefined;
  } catch (error) {
    const { statusCode, message } = error as Error & { statusCode?: number };
    if (statusCode === 404) return undefined;
    const what = `network ${Name}`;
    const forGood = await isMiscounted(network, message).catch(() => false);
    if (!forGood) return { what, reason: message, forGood };
    const reason = `it has no container, and the engine counts some (https://github.com/moby/moby/issues/42119); restart the engine, then: docker network rm ${Name}`;
    return { what, reason, forGood };
  }
}

/** @returns what there was, and what of it there may still be. */
async function removeOnce(docker: Dockerode, session: string): Promise<{ found: number; kept: Kept[] }> {
  const containers = await docker.listContainers({ all: true, filters: { label: [`${SESSION_LABEL}=${session}`] } });
  const ofContainers = await Promise.all(containers.map((container) => removeContainer(container, docker)));
  // The engine finds every name that holds this one: those of links too.
  const networks = await docker.listNetworks({ filters: { name: [networkName(session)] } });
  const ofNetworks = await Promise.all(networks.map((network) => removeNetwork(network, docker)));
  return {
    found: containers.length + networks.length,
    kept: [...ofContainers, ...ofNetworks].filter((kept) => kept !== undefined),
  };
}

/** A container that was being made when its session died may appear only after the first looks. */
const EMPTY_LOOKS = 4;
/** Between an endpoint's end and the engine's own count of it. */
const MISCOUNTED_LOOKS = 20;
const BETWEEN_LOOKS_MS = 500;
/** What the engine has not removed by then it does not remove. */
const LAST_LOOK_MS = 60_000;

/** @returns what the engine did not let go of, a line each. */
export async function removeSession(session: string): Promise<string[]> {
  return removeFrom((await getContainerRuntimeClient()).container.dockerode, session);
}

export async function removeFrom(docker: Dockerode, session: string): Promise<string[]> {
  const until = performance.now() + LAST_LOOK_MS;
  let kept: Kept[] = [];
  const isDone = (alike: number): boolean => alike >= (kept.length === 0 ? EMPTY_LOOKS : MISCOUNTED_LOOKS);
  for (let alike = 0; !isDone(alike) && performance.now() < until;) {
    const look = await removeOnce(docker, session).catch((error: Error) => ({
      found: 1,
      kept: [{ what: 'containers and networks', reason: error.message, forGood: false }],
    }));
    kept = look.kept;
    alike = look.found === kept.filter(({ forGood }) => forGood).length ? alike + 1 : 0;
    await delay(BETWEEN_LOOKS_MS);
  }
  return kept.map(({ what, reason }) => `${what}: ${reason}`);
}
