/**
 * Aliases, of the control API: one URL for several streams made before, so that clients who ask for the same can be told
 * apart by which of them they got.
 */

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';

import type { Streams } from './streams.ts';
import { malformed } from './validation.ts';

const MOST_STREAMS = 100;

const AliasInput = Type.Object(
  {
    streams: Type.Array(Type.String(), {
      minItems: 1,
      maxItems: MOST_STREAMS,
      uniqueItems: true,
      description: 'Ids as given when they were created: the n-th request for the alias is answered by the n-th.',
    }),
  },
  { additionalProperties: false },
);
const Created = Type.Object({
  id: Type.String(),
  path: Type.String({
    description:
      'Where the streams are to be fetched through the hops, each once. A request that comes when all were taken counts as a replay of the last.',
  }),
});
const Id = Type.Object({ id: Type.String({ description: 'As given when the alias was created.' }) });
const Failure = Type.Object({ error: Type.String() });

export const aliases: FastifyPluginAsyncTypebox<{ streams: Streams }> = async (app, { streams }) => {
  app.post(
    '/aliases',
    {
      schema: { body: AliasInput, response: { 201: Created, 400: Failure, 429: Failure } },
      schemaErrorFormatter: malformed('alias'),
    },
    async (request, reply) => {
      const unknown = request.body.streams.find((id) => streams.find(id) === undefined);
      if (unknown !== undefined)
        return reply
          .code(400)
          .send({ error: `malformed alias: field "streams" names "${unknown}", and there is no such stream` });
      const id = streams.alias(request.body.streams);
      if (id === undefined)
        return reply.code(429).send({ error: 'the origin holds as many aliases as it may; delete some' });
      return reply.code(201).send({ id, path: `/stream/${id}` });
    },
  );

  app.delete(
    '/aliases/:id',
    { schema: { params: Id, response: { 204: Type.Null(), 404: Failure } } },
    async (request, reply) => {
      const { id } = request.params;
      return streams.deleteAlias(id) ? reply.code(204).send(null) : reply.code(404).send({ error: `no alias "${id}"` });
    },
  );
};
