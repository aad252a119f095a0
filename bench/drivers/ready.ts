/** Waits until a hop answers from the origin behind it. */

import { get, type IncomingMessage } from 'node:http';
import { get as getOverTls } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';

import type { ProxyDeclaration } from '../catalogue/declaration.ts';
import type { Address } from '../client/client.ts';

const POLL_MS = 20;
const ANSWER_TIMEOUT_MS = 2000;
const READY_TIMEOUT_MS = 20_000;

/** What `GET path` gives: `ready` when it holds `mark`, or what it gave instead. */
function ask({ host, port, tls = false }: Address, path: string, mark: string): Promise<string> {
  return new Promise((resolve) => {
    const options = { host, port, path, agent: false, timeout: ANSWER_TIMEOUT_MS } as const;
    const secure = { ...options, servername: 'localhost', rejectUnauthorized: false };
    const outgoing = tls ? getOverTls(secure, answered) : get(options, answered);
    function answered(response: IncomingMessage): void {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('error', (error) => resolve(error.message));
      response.on('end', () =>
        resolve(response.statusCode === 200 && body.includes(mark) ? 'ready' : `status ${response.statusCode}`),
      );
    }
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms`)));
    outgoing.on('error', (error) => resolve(error.message));
  });
}

interface Question {
  path: string;
  /** What the answer must hold. */
  mark: string;
  /** For the reason when it does not come. */
  failure: string;
}

/** Why it will not get ready however long one waits; `undefined` as long as it may. */
type GivenUp = () => Promise<string | undefined>;

/** Of what is ours: it gets ready, or the time is over. */
const NEVER: GivenUp = () => Promise.resolve(undefined);

/** Why a hop will not get ready any more: it ended, or its log says that it refuses its config; else `undefined`. */
export async function whyRefused(
  { refuses }: Pick<ProxyDeclaration, 'refuses'>,
  { running, log }: { running: boolean; log: () => string | Promise<string> },
): Promise<string | undefined> {
  if (!running) return 'it ended before it was ready';
  return refuses?.test(await log()) === true ? 'it refuses its config, and runs on without it' : undefined;
}

/** Resolves with `undefined` when the answer came, else with why not. */
async function whyNotAnswering(
  address: Address,
  { path, mark, failure }: Question,
  givenUp: GivenUp,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const until = performance.now() + READY_TIMEOUT_MS;
  let last = '';
  while (performance.now() < until) {
    signal?.throwIfAborted();
    const over = await givenUp();
    if (over !== undefined) return over;
    last = await ask(address, path, mark);
    if (last === 'ready') return undefined;
    await delay(POLL_MS, undefined, signal === undefined ? {} : { signal });
  }
  return `${failure} within ${READY_TIMEOUT_MS / 1000} s; last: ${last}`;
}

/** Resolves with `undefined` when the hop is ready, else with why not: it was given up, or the time was over. */
export function whyHopNotReady(
  address: Address,
  givenUp: GivenUp,
  { readyPath: path = '/healthz' }: Pick<ProxyDeclaration, 'readyPath'>,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const failure = `GET ${path} through it, which must listen on 8080 and forward to origin:3000, was not answered by the origin`;
  return whyNotAnswering(address, { path, mark: '"ok"', failure }, givenUp, signal);
}

/** The same of the origin itself. */
export function whyOriginNotReady(address: Address): Promise<string | undefined> {
  const failure = 'GET /healthz was not answered by it';
  return whyNotAnswering(address, { path: '/healthz', mark: '"ok"', failure }, NEVER);
}

/** As whyOriginNotReady, of a control API of our own. */
export function whyNotListening(address: Address): Promise<string | undefined> {
  const failure = 'GET /clock did not answer';
  return whyNotAnswering(address, { path: '/clock', mark: 'monotonicMs', failure }, NEVER);
}
