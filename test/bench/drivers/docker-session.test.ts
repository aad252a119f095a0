import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import Dockerode from 'dockerode';
import { afterEach, expect, it } from 'vitest';

import { networkName, removeFrom } from '../../../bench/drivers/docker-session.ts';

/** As the engine answers (Docker Engine API 1.41): whether it removes a network tells the given function, by a refusal. */
async function engineWith(refusal: () => string | undefined): Promise<Dockerode> {
  const network = { Id: 'n1', Name: networkName('s1'), Containers: {} };
  let isThere = true;
  server = createServer((request, response) => {
    const { method, url = '' } = request;
    const answer = (status: number, body: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (url.startsWith('/containers/json')) return answer(200, []);
    if (url.startsWith('/networks?')) return answer(200, isThere ? [network] : []);
    if (method === 'GET') return answer(200, network);
    const message = refusal();
    if (message !== undefined) return answer(403, { message });
    isThere = false;
    return answer(204, '');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return new Dockerode({ protocol: 'http', host: '127.0.0.1', port: (server.address() as AddressInfo).port });
}

let server: Server | undefined;
afterEach(() => void server?.close());

it('a network that goes at the second asking is gone', async () => {
  const refusals = ['busy'];
  const docker = await engineWith(() => refusals.shift());
  expect(await removeFrom(docker, 's1')).toEqual([]);
});

it('a network that the engine keeps for endpoints it does not list is told of, and how it goes', async () => {
  const docker = await engineWith(() => 'error while removing network: network unclog-s1 has active endpoints');
  expect(await removeFrom(docker, 's1')).toEqual([
    expect.stringMatching(
      /^network unclog-s1: it has no container, .* restart the engine, then: docker network rm unclog-s1$/,
    ),
  ]);
});
