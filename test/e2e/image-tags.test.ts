import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { ContainerRuntimeClient } from 'testcontainers';
import { describe, expect, test } from 'vitest';

import { engine } from '../../bench/drivers/container.ts';
import { imageFor } from '../../bench/drivers/images.ts';
import { pull } from '../../bench/drivers/own-image.ts';
import type { Results } from '../../bench/results.ts';
import { sendJson, startRegistry } from '../bench/drivers/registry-server.ts';
import { NEEDS_ENGINE, noEngine } from './engine.ts';
import { scratch, startUnclog, unclog } from './unclog.ts';

/** Nothing but what the test names. */
function named(image: string): Record<string, string> {
  return { UNCLOG_IMAGE_NGINX: image, UNCLOG_IMAGE_NGINX_1_22: '', UNCLOG_IMAGE_NGINX_1_26: '' };
}

/** Other names of images that are here, so that the engine asks no registry for them. */
async function tagged(
  client: ContainerRuntimeClient,
  repository: string,
  images: Record<string, string>,
): Promise<AsyncDisposable> {
  const docker = client.container.dockerode;
  for (const [tag, image] of Object.entries(images)) {
    await pull(client, image);
    await docker.getImage(image).tag({ repo: repository, tag });
  }
  return {
    [Symbol.asyncDispose]: async () => {
      for (const tag of Object.keys(images)) await docker.getImage(`${repository}:${tag}`).remove();
    },
  };
}

const BISECT = ['bisect', 'nginx/default', '--driver', 'docker', '--results'];

describe.skipIf(noEngine)(`bisect in containers${NEEDS_ENGINE}`, () => {
  test('finds the tag of its registry since which nginx asks in HTTP/1.1', async () => {
    const [old, young] = [imageFor('nginx', '1.22'), imageFor('nginx')];
    const tags = ['1.21', '1.21.0', '1.22.0', '1.30.0', '1.31.0', '1.31.0-alpine', '1.32.0-rc1', 'latest'];
    await using folder = await scratch();
    await using registry = await startRegistry((_, response) => sendJson(response, 200, { tags }));
    const repository = `${registry.host}/mine/nginx`;
    const images = { '1.21.0': old, '1.22.0': old, '1.30.0': young, '1.31.0': young };
    await using stack = new AsyncDisposableStack();
    stack.use(await tagged(await engine(), repository, images));
    const { exitCode, stdout, stderr } = await unclog([...BISECT, folder.path], named(`${repository}:1.31`));
    expect(stdout, stderr).toContain('delivery in 4 releases, 1.21.0 to 1.31.0, at most 4 of them judged');
    const { lanes } = JSON.parse(await readFile(join(folder.path, 'latest/results.json'), 'utf8')) as Results;
    expect(lanes.map(({ verdict, path }) => [verdict, path[0]?.image])).toEqual([
      ['coalesces', `${repository}:1.21.0`],
      ['streams', `${repository}:1.31.0`],
      ['coalesces', `${repository}:1.22.0`],
      ['streams', `${repository}:1.30.0`],
    ]);
    expect(registry.asked).toEqual(['/v2/mine/nginx/tags/list']);
    expect(exitCode).toBe(0);
  });

  test('says which registry said what, and goes on with the images that are named', async () => {
    await using folder = await scratch();
    await using registry = await startRegistry((_, response) => sendJson(response, 404, {}));
    const { exitCode, stderr } = await unclog([...BISECT, folder.path], named(`${registry.host}/mine/nginx:1.30`));
    expect(stderr).toContain(
      `unclog: ${registry.host} answered 404 about the tags of mine/nginx: Not Found; of images there are those that are named: 1.30\n`,
    );
    expect(stderr).toContain('halving takes two releases of nginx or more, and here there is only 1.30');
    expect(exitCode).toBe(2);
  });

  test.each([
    ['lists tags', []],
    ['has an image', ['--proxy', 'nginx@1.30,1.31']],
  ])('interrupted waits for no registry that never %s', async (_, more) => {
    await using folder = await scratch();
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    await using registry = await startRegistry(() => resolve());
    const image = `${registry.host}/mine/nginx:1.30`;
    const bisect = startUnclog([...BISECT, folder.path, ...more], named(image));
    await Promise.race([asked, once(bisect, 'exit')]);
    bisect.kill('SIGINT');
    const { exitCode, stderr, durationMs } = await bisect;
    expect(stderr).toContain('unclog: interrupted by SIGINT; nothing was left running');
    expect(exitCode).toBe(130);
    // The engine by itself gives such a registry up after 15 s, and tries again.
    expect(durationMs).toBeLessThan(15_000);
  });
});
