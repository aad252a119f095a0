import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

import { describe, expect, it } from 'vitest';

import { startOrigin } from '../../server/origin.ts';
import { ANY_PORT, runningOrigin, SILENT } from './running-origin.ts';

async function listening(port = 0): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

async function closed(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}

describe('an origin', () => {
  it.each(['data', 'control'] as const)('whose %s port is taken says so and leaves nothing open', async (which) => {
    const taken = await listening();
    const other = await listening();
    const free = portOf(other);
    await closed(other);
    const address = (name: string): { host: string; port: number } => ({
      host: '127.0.0.1',
      port: name === which ? portOf(taken) : free,
    });
    const starting = startOrigin({ data: address('data'), control: address('control'), logger: SILENT });
    await expect(starting).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await closed(await listening(free));
    await closed(taken);
  });

  it('lets go of both ports and ends what is open when it is closed', async () => {
    const origin = await startOrigin({ data: ANY_PORT, control: ANY_PORT, logger: SILENT });
    const endless = await fetch(`http://127.0.0.1:${origin.dataPort}/sse?count=1000&intervalMs=60000`);
    await origin.close();
    await expect(endless.text()).rejects.toThrow('terminated');
    await closed(await listening(origin.dataPort));
    await closed(await listening(origin.controlPort));
  });

  it('answers /healthz on both listeners, and what goes through a hop that has a /healthz of its own', async () => {
    await using origin = await runningOrigin();
    for (const port of [origin.dataPort, origin.controlPort])
      for (const path of ['/healthz', '/healthz/origin']) {
        const response = await fetch(`http://127.0.0.1:${port}${path}`);
        expect(await response.json()).toEqual({ status: 'ok' });
      }
  });
});

interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: unknown }> } }>>;
  security?: unknown;
}

describe('the OpenAPI document', () => {
  it('lists every route of the control API', async () => {
    await using origin = await runningOrigin();
    const { body } = await origin.ask<OpenApi>('GET', '/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    const routes = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(routes.toSorted()).toEqual([
      'delete /aliases/{id}',
      'delete /streams/{id}',
      'get /clock',
      'get /streams/{id}',
      'get /streams/{id}/trace',
      'get /streams/{id}/upload',
      'post /acks',
      'post /aliases',
      'post /streams',
      'post /streams/{id}/take',
    ]);
    expect(body.security).toBeUndefined();
  });

  it('describes the fields of a workload', async () => {
    await using origin = await runningOrigin();
    const { body } = await origin.ask<OpenApi>('GET', '/openapi.json');
    const schema = body.paths['/streams']?.['post']?.requestBody?.content['application/json']?.schema;
    expect(schema).toMatchObject({
      additionalProperties: false,
      properties: {
        framing: { enum: ['chunked', 'piecewise', 'content-length', 'close-delimited'] },
        format: { enum: ['sse', 'sse-json', 'ndjson', 'text'] },
        count: { minimum: 1 },
        pace: { required: ['mode'] },
      },
    });
  });

  it('says that a token is demanded where one is', async () => {
    await using origin = await runningOrigin({ token: 'secret' });
    const { body } = await origin.ask<OpenApi>('GET', '/openapi.json', undefined, { authorization: 'Bearer secret' });
    expect(body.security).toEqual([{ token: [] }]);
  });
});
