import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { getContainerRuntimeClient, Network, Wait } from 'testcontainers';
import { beforeAll, describe, expect, test } from 'vitest';

import { engine, LoopbackContainer, startOrEnd } from '../../bench/drivers/container.ts';
import { networkName, removeSession, SESSION_LABEL } from '../../bench/drivers/docker-session.ts';
import { imageFor } from '../../bench/drivers/images.ts';
import { loadCatalogue } from '../../bench/catalogue/catalogue.ts';
import { NEEDS_ENGINE, noEngine } from './engine.ts';
import { codeOf, resultsIn, scratch, startUnclog, toldBy, unclog, unclogRun, wrongOf } from './unclog.ts';

/** An engine that was ended while something ran may have kept its networks: they are not of these tests. */
let before: ReadonlySet<string> = new Set();

/** Containers and networks of any session of unclog since the tests began. */
async function leftInEngine(): Promise<string[]> {
  const docker = (await getContainerRuntimeClient()).container.dockerode;
  const containers = await docker.listContainers({ all: true, filters: { label: [SESSION_LABEL] } });
  const networks = await docker.listNetworks({ filters: { name: ['unclog-'] } });
  return [...containers.map(({ Names }) => Names.join()), ...networks.map(({ Name }) => Name)].filter(
    (name) => !name.includes('_default') && !before.has(name),
  );
}

/**
 * A network that the engine itself refuses to remove, though it lists nothing in it, is the engine's
 * (https://github.com/moby/moby/issues/42119). One that can be removed now unclog has left.
 */
async function leftByUnclog(): Promise<string[]> {
  const docker = (await getContainerRuntimeClient()).container.dockerode;
  const left = [];
  for (const name of await leftInEngine()) {
    const refusal = await docker.getNetwork(name).remove().then(String, String);
    const listed = await docker
      .getNetwork(name)
      .inspect()
      .then(
        ({ Containers = {} }) => Object.keys(Containers),
        () => [name],
      );
    const isMiscounted = refusal.includes('has active endpoints') && listed.length === 0;
    if (!isMiscounted) left.push(name);
    else console.warn(`${name}: ${refusal}`);
    before = new Set([...before, name]);
  }
  return left;
}

async function untilEngineIsClean(): Promise<string[]> {
  const until = performance.now() + 20_000;
  while (performance.now() < until) if ((await leftInEngine()).length === 0) return [];
  return leftByUnclog();
}

describe.skipIf(noEngine)(`in containers${NEEDS_ENGINE}`, () => {
  beforeAll(async () => {
    before = new Set(await leftInEngine());
  });

  test('every lane of every image that is here is as expected', { timeout: 600_000 }, async () => {
    await using folder = await scratch();
    const { exitCode, stderr } = await unclog(['run', '--quick', '--driver', 'docker', '--results', folder.path]);
    expect([0, 1, 3], stderr).toContain(exitCode);
    const results = await resultsIn(folder.path);
    const { lanes, chains } = await loadCatalogue();
    const paths = [...lanes.map(({ id, variant }) => ({ id, path: [variant] })), ...chains];
    const withoutImage = new Set(
      paths.filter(({ path }) => path.some(({ proxy }) => proxy.docker === undefined)).map(({ id }) => id),
    );
    const [outside, inside] = [true, false].map((isOutside) =>
      results.lanes.filter(({ id }) => withoutImage.has(id) === isOutside),
    );
    expect(new Set(outside?.map(({ verdict }) => verdict))).toEqual(new Set(['skipped']));
    expect(await wrongOf(inside ?? [], 'docker', folder.path)).toEqual([]);
    expect(exitCode).toBe(codeOf(results));
    expect(inside?.every(({ path }) => path[0]?.driver === 'docker')).toBe(true);
    expect(await leftByUnclog()).toEqual([]);
  });

  test('measures prove themselves, and blame no proxy for what its published port does', async () => {
    await using folder = await scratch();
    const ids = ['nginx/default?', 'nginx/read-timeout-1s', 'node/pipe?'];
    const flags = ['--driver', 'docker', '--measure', 'all'];
    const { exitCode, stderr, results } = await unclogRun([...ids, ...flags], folder.path);
    const { lanes } = results;
    expect(exitCode, toldBy(results, stderr)).toBe(codeOf(results));
    const figures = (id: string, measure: string): unknown =>
      lanes.find((lane) => lane.id === id)?.measures?.[measure]?.figures;
    // The port makes a FIN of an RST, so by RST nothing can be told.
    expect(figures('nginx/default', 'abort')).toEqual({
      by: 'fin',
      writing: expect.objectContaining({ when: 'at-once' }),
      idle: expect.objectContaining({ when: 'at-once' }),
    });
    expect(figures('node/pipe', 'abort')).toMatchObject({ writing: { when: 'never' }, idle: { when: 'never' } });
    expect(figures('nginx/default', 'truncation')).toMatchObject({
      chunked: { rst: 'told', fin: 'told' },
      hiddenByWay: [
        { framing: 'close-delimited', how: 'rst' },
        { framing: 'close-delimited', how: 'fin' },
      ],
    });
    expect(figures('nginx/default', 'backpressure')).toMatchObject({ how: 'takes-all' });
    expect(figures('node/pipe', 'backpressure')).toMatchObject({
      how: 'stops',
      growth: { memoryBytes: expect.any(Number), diskBytes: expect.any(Number) },
    });
    expect(figures('nginx/read-timeout-1s', 'idle')).toMatchObject({ mid: { how: 'cut' }, heartbeatsHelp: true });
  });

  test('a chain of three real proxies, of which the guilty one is found by name', { timeout: 300_000 }, async () => {
    await using folder = await scratch();
    const args = ['chain/one-guilty-of-three', '--quick', '--driver', 'docker'];
    const { exitCode, stderr, results } = await unclogRun(args, folder.path);
    const { lanes, instrument } = results;
    expect(lanes[0], stderr).toMatchObject({ verdict: 'buffers', guilty: [2], asExpected: true });
    expect(lanes[0]?.path.map(({ driver }) => driver)).toEqual(['docker', 'docker', 'docker']);
    expect(lanes[0]?.hops?.map(({ verdict }) => verdict)).toEqual(['unseen', 'buffers', 'streams']);
    expect(instrument.proofs[0]?.taps?.inARow).toMatchObject({ taps: 3, verdict: 'streams' });
    expect(exitCode).toBe(0);
    expect(await leftByUnclog()).toEqual([]);
  });

  test('a program that ends while it is started is no failure of the engine', async () => {
    const client = await engine();
    const session = randomBytes(6).toString('hex');
    const ends = (): LoopbackContainer =>
      new LoopbackContainer(imageFor('nginx'))
        .withEntrypoint(['nginx', '-c', '/missing'])
        .withExposedPorts(8080)
        .withLabels({ [SESSION_LABEL]: session })
        .withWaitStrategy(Wait.forAll([]));
    try {
      const outcomes = await Promise.all(Array.from({ length: 12 }, () => startOrEnd(client, ends())));
      // Whichever came first; a hop that started and ended is seen while it is waited for.
      for (const outcome of outcomes) expect('status' in outcome ? outcome.status : 1).toBe(1);
    } finally {
      await removeSession(session);
    }
  });

  test('the network of a session goes, though a container of another is in it', async () => {
    const [session, other] = [randomBytes(6).toString('hex'), randomBytes(6).toString('hex')];
    const network = await new Network({ nextUuid: () => networkName(session) }).start();
    try {
      const stranger = await new LoopbackContainer(imageFor('nginx'))
        .withEntrypoint(['nginx', '-g', 'daemon off;'])
        .withNetwork(network)
        .withLabels({ [SESSION_LABEL]: other })
        .withWaitStrategy(Wait.forAll([]))
        .start();
      await removeSession(session);
      const left = await leftInEngine();
      expect(left).toContain(stranger.getName());
      expect(left).not.toContain(networkName(session));
    } finally {
      await removeSession(other);
    }
  });

  test('an image that is not here and cannot be pulled is skipped with what to do', async () => {
    await using folder = await scratch();
    const image = 'localhost:9/unclog/nothing:1';
    const { exitCode, stdout } = await unclog(
      ['run', 'nginx/default', '--driver', 'docker', '--results', folder.path],
      { UNCLOG_IMAGE_NGINX: image },
    );
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(`the image ${image} is not here and cannot be pulled`);
    expect(exitCode).toBe(3);
  });

  test.each(['SIGINT', 'SIGKILL'] as const)('%s while containers run leaves none', async (signal) => {
    await using folder = await scratch();
    const run = startUnclog(['run', 'nginx', 'traefik', '--quick', '--driver', 'docker', '--results', folder.path]);
    for await (const line of run.iterable({ from: 'stderr' })) if (line.startsWith('2/')) break;
    run.kill(signal);
    await run;
    expect(await untilEngineIsClean()).toEqual([]);
  });

  test.each(['SIGINT', 'SIGKILL'] as const)('%s while a chain is measured leaves none of its links', async (signal) => {
    await using folder = await scratch();
    const path = 'nginx/default,traefik/default,nginx/default';
    const run = startUnclog(['run', '--path', path, '--quick', '--driver', 'docker', '--results', folder.path]);
    for await (const line of run.iterable({ from: 'stderr' })) if (line.startsWith('instrument proven')) break;
    // Some moment of its links being made, or of its hops running.
    await delay(randomInt(4000));
    run.kill(signal);
    await run;
    expect(await untilEngineIsClean()).toEqual([]);
  });
});
