/** Header fields on the two sides of a hop. Pure. */

import { header, type ResponseHead } from '../client/http1.ts';
import type { Trace } from '../trace.ts';

export interface Difference {
  added: string[];
  removed: string[];
  changed: { name: string; from: string; to: string }[];
}

export interface RequestDifference extends Difference {
  /** What is made anew for each connection (RFC 9110, section 7.6.1), as it came to the origin: absent where it did not. */
  connection?: string;
  httpVersion: { client: string; origin: string };
}

/** What HTTP/1.1 makes of each connection anew (RFC 9110, section 7.6.1), and the response's own clock. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'te',
  'trailer',
  'date',
]);

function endToEnd(fields: Iterable<[string, string]>): Map<string, string> {
  return new Map([...fields].filter(([name]) => !HOP_BY_HOP.has(name)));
}

/** From what was sent to what was got of it. */
export function difference(sent: Map<string, string>, got: Map<string, string>): Difference {
  return {
    added: [...got.keys()].filter((name) => !sent.has(name)).toSorted(),
    removed: [...sent.keys()].filter((name) => !got.has(name)).toSorted(),
    changed: [...sent].flatMap(([name, from]) => {
      const to = got.get(name);
      return to === undefined || to === from ? [] : [{ name, from, to }];
    }),
  };
}

function headFields(head: ResponseHead): Map<string, string> {
  const names = new Set(head.headers.map(([name]) => name.toLowerCase()));
  return endToEnd([...names].map((name) => [name, header(head, name) ?? '']));
}

/** The head that the origin's workload makes, and the one that the client got; `undefined` where that is not the origin's. */
export function responseDifference({ origin, client }: Trace): Difference | undefined {
  const { headers, contentType, contentCoding, status } = origin.workload;
  if (client.head?.status !== status) return undefined;
  const sent = Object.entries(headers).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  const coding: [string, string][] = contentCoding === undefined ? [] : [['content-encoding', contentCoding]];
  return difference(endToEnd([['content-type', contentType], ...coding, ...sent]), headFields(client.head));
}

/** The fields that the client sent, and those that the origin had; `undefined` where it had no request. */
export function requestDifference(
  { origin, client }: Trace,
  sent: Record<string, string>,
): RequestDifference | undefined {
  const { request } = origin;
  if (request === undefined) return undefined;
  const had = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]);
  const { connection } = request.headers;
  return {
    ...difference(endToEnd(Object.entries(sent)), endToEnd(had)),
    ...(connection === undefined ? {} : { connection: String(connection) }),
    httpVersion: { client: client.request.httpVersion, origin: request.httpVersion },
  };
}
