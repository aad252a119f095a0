/** What passes through the hops: created streams, and streams made on the spot for curl and browsers. */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';

import type { Streams } from './streams.ts';
import { Framing, resolveWorkload, type Format } from './workload.ts';

const OnTheSpot = Type.Object(
  {
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
    intervalMs: Type.Optional(Type.Number({ minimum: 0, maximum: 60_000 })),
    framing: Type.Optional(Framing),
  },
  { additionalProperties: false },
);

const PATHS: Record<string, Format> = { '/sse': 'sse', '/ndjson': 'ndjson', '/words': 'text' };

export const data: FastifyPluginAsyncTypebox<{ streams: Streams }> = async (app, { streams }) => {
  // The body of a request is read piece by piece by the stream that answers it, and held by nobody before.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));

  app.route({
    method: ['GET', 'POST', 'PUT'],
    url: '/stream/:id',
    schema: { params: Type.Object({ id: Type.String() }) },
    handler: async (request, reply) => {
      const stream = streams.answering(request.params.id);
      if (stream === undefined) return reply.code(404).send({ error: `no stream "${request.params.id}"` });
      if (stream.trace.request === undefined && stream.trace.end !== undefined) {
        return reply.code(410).send({ error: `this stream ended before it was fetched: ${stream.trace.end.how}` });
      }
      if (stream.trace.state !== 'waiting') {
        stream.trace.replays += 1;
        return reply.code(409).send({ error: 'this stream was taken already; a stream is emitted once' });
      }
      reply.hijack();
      await stream.emit(request.raw, reply.raw);
    },
  });

  for (const [url, format] of Object.entries(PATHS)) {
    app.get(url, { schema: { querystring: OnTheSpot } }, async (request, reply) => {
      const { count = 20, intervalMs = 300, framing = 'chunked' } = request.query;
      const workload = resolveWorkload({
        format,
        framing,
        count,
        pace: { mode: 'paced', intervalMs },
        lifetimeMs: 3_600_000,
      });
      const stream = streams.create(workload);
      if (stream === undefined) return reply.code(429).send({ error: 'too many streams' });
      reply.hijack();
      await stream.emit(request.raw, reply.raw);
      streams.delete(stream.trace.id);
    });
  }
};
