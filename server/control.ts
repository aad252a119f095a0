/** The control API: create a stream, read it, acknowledge its chunks, read its trace, delete it, or both in one; give several one name. */

import { timingSafeEqual } from 'node:crypto';

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';

import { acknowledgements } from './acknowledgements.ts';
import { aliases } from './aliases.ts';
import { monotonicMs } from './clock.ts';
import { whyUnknown, type Streams } from './streams.ts';
import { faultOf } from './payload.ts';
import type { Stream } from './stream.ts';
import type { OriginTrace } from './trace.ts';
import { malformed } from './validation.ts';
import { resolveWorkload, WorkloadInput } from './workload.ts';

const Id = Type.Object({ id: Type.String({ description: 'As given when the stream was created.' }) });
const Failure = Type.Object({ error: Type.String() });
const Created = Type.Object({
  id: Type.String(),
  path: Type.String({ description: 'Where the stream is to be fetched, once, through the hops.' }),
});
const State = Type.Object({
  id: Type.String(),
  state: Type.Unsafe<'waiting' | 'open' | 'ended'>({ type: 'string', enum: ['waiting', 'open', 'ended'] }),
  emitted: Type.Integer(),
  acknowledged: Type.Integer(),
  acceptedBytes: Type.Integer({
    description:
      'Of the response, head and framing included, that the kernel has taken from the origin: written to the socket less what waits there. A write that was taken in part counts as not taken.',
  }),
});

const ACKNOWLEDGED_MS = 5000;

export interface ControlOptions {
  streams: Streams;
  /** When given, every request to a stream or the clock must carry it as `Authorization: Bearer …`. */
  token?: string | undefined;
}

function sameToken(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function unknownStream(reply: FastifyReply, id: string): FastifyReply {
  return reply.code(404).send({ error: whyUnknown(id) });
}

const Patience = Type.Object({
  endWithinMs: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 5000,
      description: 'How long the end of the stream is waited for. Default 0.',
    }),
  ),
  acknowledged: Type.Optional(
    Type.Integer({
      minimum: 0,
      description: 'A chunk whose acknowledgement is on its way, by another connection: waited for, 5 s at most.',
    }),
  ),
});

async function traceOf(
  stream: Stream,
  { endWithinMs = 0, acknowledged }: Static<typeof Patience>,
): Promise<OriginTrace> {
  if (acknowledged !== undefined) await stream.acknowledged(acknowledged, ACKNOWLEDGED_MS);
  if (endWithinMs > 0) await stream.ended(endWithinMs);
  return stream.trace;
}

export const control: FastifyPluginAsyncTypebox<ControlOptions> = async (app, { streams, token }) => {
  if (token !== undefined) {
    app.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
      const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
      if (sameToken(given, token)) return;
      return reply.code(401).send({ error: 'this control API demands its token: Authorization: Bearer TOKEN' });
    });
  }

  app.post(
    '/streams',
    {
      schema: { body: WorkloadInput, response: { 201: Created, 400: Failure, 429: Failure } },
      schemaErrorFormatter: malformed('workload'),
    },
    async (request, reply) => {
      const workload = resolveWorkload(request.body);
      const fault = faultOf(workload);
      if (fault !== undefined) return reply.code(400).send({ error: `malformed workload: ${fault}` });
      const stream = streams.create(workload);
      if (stream === undefined)
        return reply
          .code(429)
          .send({ error: `the origin holds ${streams.size} streams already; delete some or wait for them to end` });
      return reply.code(201).send({ id: stream.trace.id, path: `/stream/${stream.trace.id}` });
    },
  );

  app.get(
    '/streams/:id',
    { schema: { params: Id, response: { 200: State, 404: Failure } } },
    async (request, reply) => {
      const stream = streams.find(request.params.id);
      if (stream === undefined) return unknownStream(reply, request.params.id);
      const { id, state, emissions, acks } = stream.trace;
      const { acceptedBytes } = stream;
      return { id, state, emitted: emissions.length, acknowledged: acks.length, acceptedBytes };
    },
  );

  app.get('/streams/:id/trace', { schema: { params: Id, querystring: Patience } }, async (request, reply) => {
    const stream = streams.find(request.params.id);
    if (stream === undefined) return unknownStream(reply, request.params.id);
    return reply.send(await traceOf(stream, request.query));
  });

  app.post('/streams/:id/take', { schema: { params: Id, querystring: Patience } }, async (request, reply) => {
    const stream = streams.find(request.params.id);
    if (stream === undefined) return unknownStream(reply, request.params.id);
    // As it is: what deletes a stream that goes on ends it.
    const trace = JSON.stringify(await traceOf(stream, request.query));
    streams.delete(request.params.id);
    return reply.type('application/json; charset=utf-8').send(trace);
  });

  const Wanted = Type.Object({
    bytes: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: 'Of the request’s body; 0 waits for the request alone. Left out, the body’s end is awaited.',
      }),
    ),
    withinMs: Type.Integer({ minimum: 0, maximum: 5000, description: 'How long they are waited for.' }),
  });
  const Reached = Type.Object({ reached: Type.Boolean() });
  app.get(
    '/streams/:id/upload',
    { schema: { params: Id, querystring: Wanted, response: { 200: Reached, 404: Failure } } },
    async (request, reply) => {
      const stream = streams.find(request.params.id);
      if (stream === undefined) return unknownStream(reply, request.params.id);
      const { bytes = 'end', withinMs } = request.query;
      return { reached: await stream.uploads.reached(bytes, withinMs) };
    },
  );

  app.delete(
    '/streams/:id',
    { schema: { params: Id, response: { 204: Type.Null(), 404: Failure } } },
    async (request, reply) => {
      return streams.delete(request.params.id) ? reply.code(204).send(null) : unknownStream(reply, request.params.id);
    },
  );

  await app.register(aliases, { streams });
  await app.register(acknowledgements, { streams });

  const Clock = Type.Object({
    monotonicMs: Type.Number({ description: 'CLOCK_MONOTONIC of the origin’s kernel, read while answering.' }),
  });
  app.get('/clock', { schema: { response: { 200: Clock } } }, async () => ({ monotonicMs: monotonicMs() }));
};
