/** Images: those that are pulled, and the project's own, which holds the origin, the taps and the Node proxies. */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { GenericContainer, ImageName, type ContainerRuntimeClient } from 'testcontainers';

import { BenchError, UnavailableError } from '../errors.ts';
import { PACKAGE_ROOT } from '../programs.ts';
import { imageFor } from './images.ts';

const SOURCES_LABEL = 'org.unclog.sources';

/** Images that are not here, and what would bring them. */
export class MissingImagesError extends UnavailableError {
  readonly images: readonly string[];

  constructor(message: string, images: readonly string[]) {
    const pulls = images.map((image) => `docker pull ${image}`).join(' && ');
    super(message, `${pulls}, or name ${images.length === 1 ? 'another' : 'others'} in .env`);
    this.images = images;
  }
}

export function isHere(client: ContainerRuntimeClient, image: string): Promise<boolean> {
  return client.image.exists(ImageName.fromString(image));
}

/** For what takes no signal: an abort is the end of waiting for it, and its own end is that of this process. */
async function orAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal?.reason as Error);
  signal?.addEventListener('abort', abort, { once: true });
  await Promise.race([work, aborted]).finally(() => signal?.removeEventListener('abort', abort));
}

/** Brings an image unless it is here. @throws MissingImagesError; an abort ends it at once. */
export async function pull(
  client: ContainerRuntimeClient,
  image: string,
  signal?: AbortSignal,
  onBringing?: (what: string) => void,
): Promise<void> {
  if (await isHere(client, image)) return;
  signal?.throwIfAborted();
  onBringing?.(`the image ${image}`);
  try {
    await orAborted(client.image.pull(ImageName.fromString(image)), signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw new MissingImagesError(`the image ${image} is not here and cannot be pulled (${firstLine(error)})`, [image]);
  }
  // Some failures of a pull are told only by its not being there.
  if (!(await isHere(client, image)))
    throw new MissingImagesError(`the image ${image} is not here and cannot be pulled`, [image]);
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

interface OwnImage {
  image: string;
  /** Digest of the sources to build it from; absent where it is here as it should be. */
  sources?: string;
}

/** `undefined` where it is not here. */
async function labelsOf(client: ContainerRuntimeClient, image: string): Promise<Record<string, string> | undefined> {
  const found = await client.container.dockerode
    .getImage(image)
    .inspect()
    .catch(() => undefined);
  return found === undefined ? undefined : (found.Config.Labels ?? {});
}

/** @throws UnavailableError where it is not here and there is nothing to build it from. */
async function lookForOwnImage(client: ContainerRuntimeClient): Promise<OwnImage> {
  const image = imageFor('unclog');
  const sources = existsSync(join(PACKAGE_ROOT, 'Dockerfile')) ? await sourcesSha256() : undefined;
  const labels = await labelsOf(client, image);
  if (labels !== undefined && (sources === undefined || labels[SOURCES_LABEL] === sources)) return { image };
  if (sources !== undefined) return { image, sources };
  throw new UnavailableError(
    `the image ${image} of unclog itself is not here, and can be built only from a clone`,
    'use --driver native',
  );
}

/** Whether it is here, or can be built of what is. @throws UnavailableError */
export async function probeOwnImage(client: ContainerRuntimeClient): Promise<OwnImage> {
  const own = await lookForOwnImage(client);
  const base = imageFor('node');
  if (own.sources === undefined || (await isHere(client, base))) return own;
  throw new UnavailableError(
    `unclog's own image, which holds the origin, is to be built, and the image ${base} that it is built on is not here`,
    'unclog setup --docker',
  );
}

/** The project's own image, built anew when the sources are not those it was built from. */
export async function provideOwnImage(client: ContainerRuntimeClient, signal?: AbortSignal): Promise<string> {
  const { image, sources } = await lookForOwnImage(client);
  if (sources === undefined) return image;
  const base = imageFor('node');
  await pull(client, base, signal).catch((error: unknown) => {
    if (!(error instanceof MissingImagesError)) throw error;
    throw new MissingImagesError(
      `unclog's own image, which holds the origin, cannot be built: ${error.message}`,
      error.images,
    );
  });
  await GenericContainer.fromDockerfile(PACKAGE_ROOT)
    .withBuildArgs({ NODE_IMAGE: base, SOURCES: sources })
    .build(image, { deleteOnExit: false });
  const built = await labelsOf(client, image);
  if (built?.[SOURCES_LABEL] !== sources)
    throw new BenchError(
      `the image ${image} could not be built; \`docker build --build-arg NODE_IMAGE=${base} ${PACKAGE_ROOT}\` shows why`,
    );
  return image;
}
