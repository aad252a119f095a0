import { get } from 'node:http';

import { execa } from 'execa';
import getPort from 'get-port';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { PACKAGE_ROOT } from '../../bench/programs.ts';
import { NEEDS_ENGINE, noEngine } from './engine.ts';

const SERVICES = [
  'ORIGIN',
  'CONTROL',
  'NGINX_DEFAULT',
  'NGINX_BUFFERING_OFF',
  'TRAEFIK_DEFAULT',
  'TRAEFIK_BUFFERING',
  'NODE_HTTP_PROXY',
  'NODE_COLLECT',
] as const;
type Service = (typeof SERVICES)[number];

const INTERVAL_MS = 200;
const COUNT = 6;

const ports: Partial<Record<Service, number>> = {};
const project = `unclogtest${process.pid}`;

async function compose(...args: string[]): Promise<void> {
  const env = Object.fromEntries(
    Object.entries(ports).map(([service, port]) => [`UNCLOG_PORT_${service}`, String(port)]),
  );
  await execa('docker', ['compose', '--project-name', project, ...args], { cwd: PACKAGE_ROOT, env });
}

/** Fetches the README's stream; how many of the body's reads came before its last word can have been written. */
function readsBeforeTheEnd(service: Service, query: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const url = `http://127.0.0.1:${ports[service]}/words?count=${COUNT}&intervalMs=${INTERVAL_MS}${query}`;
    const outgoing = get(url, { agent: false }, (response) => {
      const startedAt = performance.now();
      let early = 0;
      response.on('data', () => (early += 1));
      response.on('end', () => resolve(performance.now() - startedAt < INTERVAL_MS ? 0 : early));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
  });
}

describe.skipIf(noEngine)(`docker compose up${NEEDS_ENGINE}`, () => {
  beforeAll(async () => {
    for (const service of SERVICES) ports[service] = await getPort({ host: '127.0.0.1' });
    await compose('up', '--detach', '--wait');
  }, 300_000);

  afterAll(async () => {
    await compose('down', '--volumes', '--timeout', '1');
  }, 60_000);

  test.each<[Service, string, 'word by word' | 'in one lump']>([
    ['ORIGIN', '', 'word by word'],
    ['NGINX_DEFAULT', '', 'word by word'],
    ['NGINX_DEFAULT', '&framing=close-delimited', 'in one lump'],
    ['NGINX_BUFFERING_OFF', '&framing=close-delimited', 'word by word'],
    ['TRAEFIK_DEFAULT', '', 'word by word'],
    ['TRAEFIK_BUFFERING', '', 'in one lump'],
    ['NODE_HTTP_PROXY', '', 'word by word'],
    ['NODE_COLLECT', '', 'in one lump'],
  ])('%s%s: the words come %s', async (service, query, expected) => {
    const reads = await readsBeforeTheEnd(service, query);
    expect(reads > COUNT / 2 ? 'word by word' : 'in one lump').toBe(expected);
  });
});
