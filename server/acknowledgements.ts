/** Acknowledging chunks: each is a line of a request, which may stay open for those to come. */

import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';

import { whyUnknown, type Streams } from './streams.ts';

const LINE = /^(\S+) (\d{1,9})$/;
/** More than any line is long. */
const LONGEST_LINE = 100;

/** What was wrong with the first line that was. */
interface Fault {
  status: 400 | 404;
  error: string;
}

/** @returns what is wrong with it. */
function heedLine(line: string, place: number, streams: Streams): Fault | undefined {
  const [, id = '', seq] = LINE.exec(line) ?? [];
  if (seq === undefined) {
    const shown = JSON.stringify(line.slice(0, LONGEST_LINE));
    return { status: 400, error: `line ${place} must be a stream's id, a blank and a chunk's number; got ${shown}` };
  }
  const stream = streams.find(id);
  stream?.acknowledge(Number(seq));
  return stream === undefined ? { status: 404, error: whyUnknown(id) } : undefined;
}

/** Each line is heeded as it comes: those of a stream that is gone are passed over, none after what is no line. */
async function heed(body: Readable, streams: Streams): Promise<Fault | undefined> {
  let [rest, place] = ['', 0];
  let first: Fault | undefined;
  const malformed = Promise.withResolvers<void>();
  const take = (line: string): void => {
    if (first?.status === 400) return;
    place += 1;
    const fault = heedLine(line.replace(/\r$/, ''), place, streams);
    if (fault?.status === 400) {
      first = fault;
      malformed.resolve();
    } else first ??= fault;
  };
  body.setEncoding('latin1').on('data', (text: string) => {
    if (first?.status === 400) return;
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of rest.length > LONGEST_LINE ? [...lines, rest] : lines) take(line);
  });
  await Promise.race([malformed.promise, finished(body, { writable: false }).catch(() => {})]);
  if (rest !== '') take(rest);
  return first;
}

const Failure = Type.Object({ error: Type.String() });

export const acknowledgements: FastifyPluginAsyncTypebox<{ streams: Streams }> = async (app, { streams }) => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('text/plain', (_, payload, done) => done(null, payload));
  app.post(
    '/acks',
    {
      schema: {
        description:
          'A line for each chunk that arrived, and with it all before: the stream’s id, a blank, its number. A line counts when it comes; the answer comes after the last.',
        consumes: ['text/plain'],
        response: { 204: Type.Null(), 400: Failure, 404: Failure },
      },
    },
    async (request, reply) => {
      const { body } = request;
      if (!(body instanceof Readable)) return reply.code(400).send({ error: 'a body of lines is missing' });
      const fault = await heed(body, streams);
      if (fault === undefined) return reply.code(204).send(null);
      // What is left of the request is not read.
      return reply.code(fault.status).header('connection', 'close').send({ error: fault.error });
    },
  );
};
