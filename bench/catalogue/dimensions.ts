/**
 * The dimensions of a lane: what may differ from an SSE stream, sent chunked and asked for by a plain GET over HTTP/1.1.
 * Each says what it does to what the origin is asked to emit and to how the client asks; nothing else knows them by name.
 */

import { didYouMean } from '../../server/nearest.ts';
import { faultOf, type Naming } from '../../server/payload.ts';
import {
  CODINGS,
  FRAMINGS,
  MEDIA_TYPES,
  resolveWorkload,
  type ContentCoding,
  type Format,
  type WorkloadInput,
} from '../../server/workload.ts';
import type { ClientRequest } from '../client/client.ts';
import { SHORTEST_BODY_BYTES } from '../client/request.ts';
import type { DimensionId, Vary } from './declaration.ts';

/** A lane's workload without its pace, and its request. */
export interface LaneStream {
  workload: Omit<WorkloadInput, 'pace' | 'count'>;
  request: Partial<Omit<ClientRequest, 'path' | 'headers'>> & Pick<ClientRequest, 'headers'>;
}

interface Dimension {
  id: DimensionId;
  title: string;
  /** What `--vary` tries; the first is the default and is no part of a lane's id. */
  values: readonly [string, ...string[]];
  /** The default beside others, where it is not the first. */
  defaultBeside?(this: void, vary: Vary): string | undefined;
  /** What other values are allowed, and how they are recognised. Without it there are none. */
  others?: { what: string; pattern: RegExp };
  apply(this: void, value: string, stream: LaneStream): LaneStream;
}

export const NONE = 'none';
/** What Chrome sends, in its order. */
const BROWSER_CODINGS = 'gzip, deflate, br, zstd';

function workload(stream: LaneStream, more: LaneStream['workload']): LaneStream {
  return { ...stream, workload: { ...stream.workload, ...more } };
}

function request(stream: LaneStream, { headers, ...more }: Partial<LaneStream['request']>): LaneStream {
  return { ...stream, request: { ...stream.request, ...more, headers: { ...stream.request.headers, ...headers } } };
}

/** The format whose chunks belong into a body of that type: JSON is sent a line an object. */
function formatFor(contentType: string): Format | undefined {
  const mediaType = contentType.split(';')[0]?.trim().toLowerCase();
  if (mediaType === 'application/json') return 'ndjson';
  return (Object.keys(MEDIA_TYPES) as Format[]).find((format) => MEDIA_TYPES[format] === mediaType);
}

function withCharset(mediaTypes: readonly string[]): string[] {
  return mediaTypes.flatMap((mediaType) => [mediaType, `${mediaType}; charset=utf-8`]);
}

const BYTES = {
  what: 'a number of bytes up to 1048576',
  pattern: /^(?:[1-9]\d{0,5}|10[0-3]\d{4}|104[0-7]\d{3}|1048[0-4]\d\d|10485[0-6]\d|104857[0-6])$/,
};

/** In the order in which they are applied: a content type brings its format, unless a format is asked for. */
export const DIMENSIONS: { readonly [Id in DimensionId]: Dimension & { id: Id } } = {
  framing: {
    id: 'framing',
    title: 'how the origin marks the end of the body; piecewise: one HTTP chunk, announced first and filled bit by bit',
    values: FRAMINGS,
    apply: (value, stream) => workload(stream, { framing: value as NonNullable<WorkloadInput['framing']> }),
  },
  'content-type': {
    id: 'content-type',
    title: 'the exact Content-Type, with chunks that belong into it',
    values: [
      'text/event-stream',
      ...withCharset(['text/event-stream', 'application/x-ndjson', 'text/plain', 'application/json']).slice(1),
    ],
    others: { what: 'a media type', pattern: /^[\w.+-]+\/[\w.+-]+(?:\s*;[\t\x20-\x7e]*)?$/ },
    apply(value, stream) {
      const format = formatFor(value);
      return workload(stream, { contentType: value, ...(format === undefined ? {} : { format }) });
    },
  },
  format: {
    id: 'format',
    title: 'what a chunk is',
    values: ['sse', 'ndjson', 'text', 'sse-json'],
    apply: (value, stream) => workload(stream, { format: value as Format }),
  },
  chunk: {
    id: 'chunk',
    title: 'bytes of each chunk, or as few as its own marks need',
    values: ['32', '1', '1024', '16384', '65536'],
    others: BYTES,
    apply: (value, stream) => workload(stream, { chunkBytes: [Number(value)] }),
  },
  first: {
    id: 'first',
    title: 'bytes of the first chunk, where it is not as the others',
    values: ['same', '1024', '65536'],
    others: BYTES,
    apply: (value, stream) =>
      value === 'same'
        ? stream
        : workload(stream, { chunkBytes: [Number(value), ...(stream.workload.chunkBytes ?? [32])] }),
  },
  'content-encoding': {
    id: 'content-encoding',
    title: 'the content coding that the origin itself applies, flushed after each chunk, whatever the client accepts',
    values: CODINGS,
    apply: (value, stream) =>
      value === 'identity' ? stream : workload(stream, { contentCoding: value as ContentCoding }),
  },
  'response-header': {
    id: 'response-header',
    title: 'one more header of the response, “name: value”',
    values: [
      NONE,
      'x-accel-buffering: no',
      'cache-control: no-transform',
      'cache-control: no-cache',
      'incremental: ?1',
    ],
    others: { what: '“name: value”', pattern: /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e]*$/ },
    apply(value, stream) {
      if (value === NONE) return stream;
      const [name = '', ...rest] = value.split(':');
      return workload(stream, { headers: { ...stream.workload.headers, [name]: rest.join(':').trim() } });
    },
  },
  'accept-encoding': {
    id: 'accept-encoding',
    title: 'the content codings that the client accepts; browser: as Chrome does',
    values: [NONE, 'gzip', 'br', 'zstd', 'deflate', 'browser'],
    others: {
      what: 'a list of codings',
      pattern: /^(?:gzip|br|zstd|deflate|identity)(?:,\s*(?:gzip|br|zstd|deflate|identity))*$/,
    },
    apply: (value, stream) =>
      value === NONE
        ? stream
        : request(stream, { headers: { 'accept-encoding': value === 'browser' ? BROWSER_CODINGS : value } }),
  },
  'http-version': {
    id: 'http-version',
    title: 'the HTTP version that the client asks in; 2: by ALPN over TLS, else by prior knowledge',
    values: ['1.1', '1.0', '2'],
    apply: (value, stream) => request(stream, { httpVersion: value as ClientRequest['httpVersion'] }),
  },
  'request-body': {
    id: 'request-body',
    title: 'bytes of the JSON body of a POST, or as few as it needs; the origin answers when it has them all',
    values: [NONE, '64', '65536'],
    others: BYTES,
    apply(value, stream) {
      if (value === NONE) return stream;
      const bodyBytes = Math.max(Number(value), SHORTEST_BODY_BYTES);
      return request(workload(stream, { answer: 'request-end' }), { method: 'POST', bodyBytes });
    },
  },
  method: {
    id: 'method',
    title: 'the method; a POST or PUT has an empty body, unless one is asked for',
    values: ['GET', 'POST', 'PUT'],
    defaultBeside: ({ 'request-body': body = NONE }) => (body === NONE ? undefined : 'POST'),
    // RFC 9110, section 8.6: a request whose method anticipates content says that it has none.
    apply: (value, stream) =>
      value === 'GET' || stream.request.bodyBytes !== undefined
        ? request(stream, { method: value })
        : request(stream, { method: value, headers: { 'content-length': '0' } }),
  },
};

/** What a dimension is where nothing is said of it, beside these others. */
export function defaultOf(id: DimensionId, vary: Vary): string {
  const { values, defaultBeside }: Dimension = DIMENSIONS[id];
  return defaultBeside?.(vary) ?? values[0];
}

export const DIMENSION_IDS = Object.keys(DIMENSIONS) as DimensionId[];

/** What is wrong with a value of a dimension, and what is allowed; `undefined` when nothing is. */
export function valueFault({ id, values, others }: Dimension, value: string): string | undefined {
  if (values.includes(value) || others?.pattern.test(value) === true) return undefined;
  return `"${value}" is no value of ${id}${didYouMean(value, values)}; allowed: ${values.join(' | ')}${others === undefined ? '' : `, or ${others.what}`}`;
}

/** What a lane with these values asks of the origin, and how its client asks. */
export function varied(vary: Partial<Record<DimensionId, string>>, base: LaneStream['workload'] = {}): LaneStream {
  const plain: LaneStream = { workload: base, request: { headers: {} } };
  return Object.values(DIMENSIONS).reduce<LaneStream>((stream, { id, apply }) => {
    const value = vary[id];
    return value === undefined ? stream : apply(value, stream);
  }, plain);
}

/** The dimension that a lane sets a field of its workload by: who asked for the lane knows no other name of it. */
const SET_BY: Partial<Record<keyof WorkloadInput, DimensionId>> = {
  framing: 'framing',
  contentType: 'content-type',
  chunkBytes: 'chunk',
  contentCoding: 'content-encoding',
  headers: 'response-header',
};

const AS_DIMENSION: Naming = { noun: 'dimension', nameOf: (field) => SET_BY[field] ?? field };

/** Why the origin cannot send such a stream, whose values do not go together; `undefined` when it can. */
export function streamFault({ workload: asked }: Pick<LaneStream, 'workload'>): string | undefined {
  const fault = faultOf(resolveWorkload(asked), AS_DIMENSION);
  return fault === undefined ? undefined : `the origin cannot send this stream: ${fault}`;
}
