/** A registry of images on this machine that is as a test wants it. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Registry extends AsyncDisposable {
  /** As names of images have it. */
  host: string;
  /** What it was asked, in order: path, and token if there was one. */
  asked: string[];
}

/** @param answer one without it is never answered. */
export async function startRegistry(
  answer?: (request: IncomingMessage, response: ServerResponse, host: string) => void,
): Promise<Registry> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { authorization } = request.headers;
    asked.push([request.url, ...(authorization === undefined ? [] : [authorization])].join(' '));
    answer?.(request, response, host);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
