/** The origin: two listeners on one set of streams, so that what is public and what steers stay apart. */

import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import fastify, { LogController, type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';

import { control } from './control.ts';
import { data } from './data.ts';
import { speakHttp2 } from './http2.ts';
import { Streams } from './streams.ts';
import { malformed } from './validation.ts';

interface Listener {
  host: string;
  /** 0 lets the system choose. */
  port: number;
}

export interface OriginOptions {
  data: Listener;
  control: Listener;
  token?: string | undefined;
  /** The most streams held at once. */
  maxStreams?: number | undefined;
  logger: Logger;
}

interface Origin {
  dataPort: number;
  controlPort: number;
  close(): Promise<void>;
}

function app(logger: Logger): FastifyInstance {
  const instance = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    ajv: {
      customOptions: { removeAdditional: false, allErrors: true, verbose: true, discriminator: true, strict: false },
    },
    schemaErrorFormatter: malformed('request'),
  }).withTypeProvider<TypeBoxTypeProvider>();
  instance.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) request.log.error(error);
    return reply.code(status).send({ error: error.message });
  });
  instance.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: `no such path here: ${request.method} ${request.url}` }),
  );
  // The second is for what is asked through a hop that answers the first by itself.
  for (const path of ['/healthz', '/healthz/origin'])
    instance.get(path, { schema: { hide: true } }, async () => ({ status: 'ok' }));
  return instance as unknown as FastifyInstance;
}

async function controlApp({ token, logger }: OriginOptions, streams: Streams): Promise<FastifyInstance> {
  const instance = app(logger);
  await instance.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'unclog origin', description: 'Control of the reference streaming server.', version: '1' },
      ...(token === undefined
        ? {}
        : {
            components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
            security: [{ token: [] }],
          }),
    },
  });
  await instance.register(control, { streams, token });
  instance.get('/openapi.json', { schema: { hide: true } }, async () => instance.swagger());
  return instance;
}

async function listen(instance: FastifyInstance, { host, port }: Listener): Promise<number> {
  await instance.listen({ host, port });
  const address = instance.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Starts both listeners. Throws the listener's error (`EADDRINUSE`, `EACCES`) with nothing left open. */
export async function startOrigin(options: OriginOptions): Promise<Origin> {
  const streams = new Streams(options.maxStreams ?? 10_000);
  const controlInstance = await controlApp(options, streams);
  const dataInstance = app(options.logger);
  await dataInstance.register(data, { streams });
  // A stream may be silent for minutes and last for hours: none of Node's own limits is to cut it.
  dataInstance.server.requestTimeout = 0;
  dataInstance.server.headersTimeout = 60_000;
  const closeConnections = speakHttp2(dataInstance.server, (request, response) =>
    dataInstance.routing(request, response),
  );
  dataInstance.addHook('preClose', async () => closeConnections());
  const close = async (): Promise<void> => {
    streams.close();
    await Promise.all([dataInstance.close(), controlInstance.close()]);
  };
  try {
    const [dataPort, controlPort] = [
      await listen(dataInstance, options.data),
      await listen(controlInstance, options.control),
    ];
    return { dataPort, controlPort, close };
  } catch (error) {
    await close();
    throw error;
  }
}
