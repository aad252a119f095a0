/** What one hop changed in the request on its way up and in the response on its way down. Pure. */

import { CLIENT_HEADERS } from '../client/request.ts';
import { difference, type Difference } from '../measures/fields.ts';
import type { Trace } from '../trace.ts';

type Fields = Map<string, string>;

interface Change {
  from: string;
  to: string;
}

/** Changes are in the direction of travel: the request's towards the origin, the response's towards the client. */
export interface HopHeads {
  request: Difference & { httpVersion?: Change };
  response: Difference & { httpVersion?: Change; framing?: Change };
}

/** The target of the hop and not of the stream, and the length or coding that a framing brings. */
const NOT_COMPARED = new Set(['host', 'date', 'content-length', 'transfer-encoding', 'keep-alive']);
/** Of a response it says only what becomes of this one connection (RFC 9110, section 7.6.1). */
const NOT_OF_RESPONSES = new Set([...NOT_COMPARED, 'connection']);

function fieldsOf(headers: Iterable<readonly [string, string]>, notCompared = NOT_COMPARED): Fields {
  const fields: Fields = new Map();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const before = fields.get(key);
    if (!notCompared.has(key)) fields.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return fields;
}

function change(from: string | undefined, to: string | undefined): Change | undefined {
  return from === undefined || to === undefined || from === to ? undefined : { from, to };
}

interface Heads {
  request: Fields;
  requestVersion: string;
  response?: { fields: Fields; version: string; framing: string };
}

/** At the client (0) or at the tap behind hop `place`; `undefined` where no heads can be seen. */
function headsAt({ client, points }: Trace, place: number): Heads | undefined {
  const point = points?.[place - 1];
  if (place > 0 && point?.sight !== 'stream') return undefined;
  const head = place === 0 ? client.head : point?.sight === 'stream' ? point.received.head : undefined;
  const response =
    head === undefined
      ? {}
      : {
          response: {
            fields: fieldsOf(head.headers, NOT_OF_RESPONSES),
            version: head.httpVersion,
            framing: head.framing,
          },
        };
  if (point?.sight !== 'stream') {
    const sent = Object.entries({ ...CLIENT_HEADERS, ...client.request.headers });
    return { request: fieldsOf(sent), requestVersion: client.request.httpVersion, ...response };
  }
  const { headers, httpVersion } = point.request;
  return { request: fieldsOf(headers), requestVersion: httpVersion, ...response };
}

/** `undefined` where the stream did not come to hop `hop`, or its links cannot be read. */
export function hopHeads(trace: Trace, hop: number): HopHeads | undefined {
  const [down, up] = [headsAt(trace, hop - 1), headsAt(trace, hop)];
  if (down === undefined || up === undefined) return undefined;
  const asked = change(down.requestVersion, up.requestVersion);
  const answered = change(up.response?.version, down.response?.version);
  const framing = change(up.response?.framing, down.response?.framing);
  const none: Fields = new Map();
  const response =
    up.response === undefined || down.response === undefined
      ? difference(none, none)
      : difference(up.response.fields, down.response.fields);
  return {
    request: { ...difference(down.request, up.request), ...(asked === undefined ? {} : { httpVersion: asked }) },
    response: {
      ...response,
      ...(answered === undefined ? {} : { httpVersion: answered }),
      ...(framing === undefined ? {} : { framing }),
    },
  };
}

function list(names: readonly string[]): string {
  return names.join(', ');
}

/** Short phrases, each what was done: `removed x-accel-buffering`. What a hop adds of its own decides nothing, but for a coding. */
export function sayResponse({ added, removed, changed, framing }: HopHeads['response']): string[] {
  return [
    ...(removed.length === 0 ? [] : [`removed ${list(removed)}`]),
    ...(added.includes('content-encoding') ? ['added content-encoding'] : []),
    ...changed.map(({ name, from, to }) => `changed ${name} from ${from} to ${to}`),
    ...(framing === undefined ? [] : [`made ${framing.to} of ${framing.from}`]),
  ];
}

/** Fields of a request by which an upstream decides how it answers. */
const DECIDING = new Set(['accept-encoding', 'accept', 'connection', 'te', 'cache-control', 'range']);

function decides(name: string): boolean {
  return DECIDING.has(name);
}

export function sayRequest({ added, removed, changed, httpVersion }: HopHeads['request']): string[] {
  return [
    ...(httpVersion === undefined ? [] : [`asked in HTTP/${httpVersion.to} instead of HTTP/${httpVersion.from}`]),
    ...(removed.some(decides) ? [`removed ${list(removed.filter(decides))} from the request`] : []),
    ...(added.some(decides) ? [`added ${list(added.filter(decides))} to the request`] : []),
    ...changed
      .filter(({ name }) => decides(name))
      .map(({ name, from, to }) => `changed ${name} of the request from ${from} to ${to}`),
  ];
}
