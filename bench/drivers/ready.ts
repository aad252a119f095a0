/** Waits until a hop answers from the origin behind it. */

import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import type { Address } from '../client/client.ts';

const POLL_MS = 20;
const ANSWER_TIMEOUT_MS = 2000;
export const READY_TIMEOUT_MS = 20_000;

/** What `GET /healthz` through the hop gives: `ready`, or what it gave instead. */
function ask(address: Address): Promise<string> {
  return new Promise((resolve) => {
    const outgoing = get({ ...address, path: '/healthz', agent: false, timeout: ANSWER_TIMEOUT_MS }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('error', (error) => resolve(error.message));
      response.on('end', () =>
        resolve(response.statusCode === 200 && body.includes('"ok"') ? 'ready' : `status ${response.statusCode}`),
      );
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms`)));
    outgoing.on('error', (error) => resolve(error.message));
  });
}

/** Resolves with `undefined` when ready, else with why not: `running` became false, or the time was over. */
export async function whyNotReady(
  address: Address,
  running: () => boolean,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const until = performance.now() + READY_TIMEOUT_MS;
  let last = '';
  while (performance.now() < until) {
    signal?.throwIfAborted();
    if (!running()) return 'it ended before it was ready';
    last = await ask(address);
    if (last === 'ready') return undefined;
    await delay(POLL_MS, undefined, signal === undefined ? {} : { signal });
  }
  return `GET /healthz through it did not answer from the origin within ${READY_TIMEOUT_MS / 1000} s; last: ${last}`;
}
