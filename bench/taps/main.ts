/**
 * Taps in a process of their own: `node main.ts HOST PORT` serves their control API there (JSON over HTTP), and prints
 * the port as one line of JSON.
 *
 *     POST /taps                    {"listen": {host, port}, "target": {host, port}}  →  {"id", "port"}
 *     POST /taps/ID/take/STREAM     what was recorded of the stream, which is then forgotten (recording.ts); with
 *                                   ?within=MS once it is over there, or after so long
 *     GET  /taps/ID/flow/STREAM     how much of the stream has passed so far (flow.ts), {} where it is not open
 *     GET  /clock                   {"monotonicMs"}, read while answering
 */

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { constants, setPriority } from 'node:os';
import { json } from 'node:stream/consumers';

import { monotonicMs } from '../../server/clock.ts';
import type { Address } from '../client/client.ts';
import { Tap } from './tap.ts';

const taps: Tap[] = [];

interface Answer {
  status: number;
  body: unknown;
}

function isAddress(value: unknown): value is Address {
  const { host, port } = (value ?? {}) as Partial<Address>;
  return typeof host === 'string' && Number.isInteger(port);
}

async function makeTap(request: IncomingMessage): Promise<Answer> {
  const { listen, target } = (await json(request)) as { listen?: unknown; target?: unknown };
  if (!isAddress(listen) || !isAddress(target))
    return { status: 400, body: { error: 'a tap needs "listen" and "target", each with "host" and "port"' } };
  const tap = new Tap(target);
  const port = await tap.listen(listen);
  taps.push(tap);
  return { status: 201, body: { id: taps.length - 1, port } };
}

async function answer(request: IncomingMessage): Promise<Answer> {
  const { method, url = '' } = request;
  if (method === 'GET' && url === '/clock') return { status: 200, body: { monotonicMs: monotonicMs() } };
  if (method === 'POST' && url === '/taps') return makeTap(request);
  const [, id, what, stream, withinMs] = /^\/taps\/(\d+)\/(take|flow)\/([\w-]+)(?:\?within=(\d+))?$/.exec(url) ?? [];
  const tap = taps[Number(id ?? Number.NaN)];
  if (tap !== undefined && stream !== undefined) {
    if (method === 'POST' && what === 'take') {
      if (withinMs !== undefined) await tap.over(stream, Number(withinMs));
      return { status: 200, body: tap.recording.take(stream, monotonicMs()) };
    }
    if (method === 'GET' && what === 'flow') return { status: 200, body: tap.flowOf(stream) ?? {} };
  }
  return { status: 404, body: { error: `no such path or tap here: ${method} ${url}` } };
}

/** What relays a stream must not wait for those that write and read it; where that is not allowed its floor tells what comes of it. */
function goFirst(): void {
  try {
    setPriority(constants.priority.PRIORITY_HIGHEST);
  } catch {
    // Only root may.
  }
}

goFirst();
const [host = '127.0.0.1', port = '0'] = process.argv.slice(2);
const control = createServer((request, response) => {
  void answer(request)
    .catch((error: Error): Answer => ({ status: 500, body: { error: error.message } }))
    .then(({ status, body }) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    );
});
control.listen(Number(port), host, () =>
  process.stdout.write(`${JSON.stringify({ controlPort: (control.address() as AddressInfo).port })}\n`),
);
