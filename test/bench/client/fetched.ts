/** A stream fetched to its end by the client: its trace, and the text of what was given on. */

import {
  fetchStream,
  type Address,
  type ClientRequest,
  type ClientTrace,
  type FetchOptions,
} from '../../../bench/client/client.ts';

const LONG_MS = 60_000;

export interface Fetched {
  trace: ClientTrace;
  /** What each read gave, decoded, by the index of its read. */
  given: [read: number, text: string][];
}

/** @param onText called with every read that held body bytes, while the response is still open */
export async function fetchText(
  to: Address,
  request: Partial<ClientRequest> = {},
  options: Partial<FetchOptions> = {},
  onText: (text: string) => void = () => {},
): Promise<Fetched> {
  const given: Fetched['given'] = [];
  const trace = await fetchStream(
    to,
    { method: 'GET', path: '/x', httpVersion: '1.1', headers: {}, ...request },
    {
      headTimeoutMs: LONG_MS,
      totalTimeoutMs: LONG_MS,
      ...options,
      onBody(bytes, _at, read) {
        given.push([read, bytes.toString()]);
        onText(bytes.toString());
      },
    },
  );
  return { trace, given };
}

export function textOf({ given }: Pick<Fetched, 'given'>): string {
  return given.map(([, text]) => text).join('');
}
