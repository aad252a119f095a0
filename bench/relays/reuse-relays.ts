/** Relays that give what they got for one client to others that ask for the same URL, or make them wait for it; and nothing else. */

import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';

import { definedOnly } from './message-relays.ts';
import type { Relay, Target } from './relays.ts';

/** How long the relays that do not keep an answer for good hold it to be fresh. */
const FRESH_MS = 1000;

interface Conduct {
  /** What becomes of a request while an answer to the same one flows: it is asked too, given that answer as it flows, or kept waiting. */
  meanwhile: 'asks' | 'joins' | 'waits';
  /** How long an answer is given to later ones; 0 for not at all. */
  freshMs: number;
  /** … and beyond that, while the upstream is asked anew for nobody in particular. */
  givesStale?: true;
}

/** An answer as it came so far, and the clients that are to have it. */
class Answer {
  /** Resolves when it has ended, well or not. */
  readonly over: Promise<void>;
  state: 'open' | 'whole' | 'cut' = 'open';
  endedAt = Number.NEGATIVE_INFINITY;
  readonly #clients = new Set<ServerResponse>();
  readonly #pieces: Buffer[] = [];
  #head: IncomingMessage | undefined;
  #close: () => void = () => {};

  constructor(target: Target, { method, url, headers }: IncomingMessage) {
    this.over = new Promise((resolve) => (this.#close = resolve));
    const upstream = httpRequest({ ...target, method, path: url, headers }, (from) => this.#pass(from));
    upstream.on('error', () => this.#cut()).end();
  }

  give(client: ServerResponse): void {
    client.sendDate = false;
    client.on('close', () => this.#clients.delete(client));
    if (this.#head !== undefined) this.#begin(client, this.#head);
    for (const piece of this.#pieces) client.write(piece);
    if (this.state === 'open') this.#clients.add(client);
    else client.end();
  }

  #begin(client: ServerResponse, head: IncomingMessage): void {
    client.writeHead(head.statusCode ?? 502, definedOnly(head.headers)).flushHeaders();
  }

  #pass(from: IncomingMessage): void {
    this.#head = from;
    for (const client of this.#clients) this.#begin(client, from);
    from.on('data', (piece: Buffer) => {
      this.#pieces.push(piece);
      for (const client of this.#clients) client.write(piece);
    });
    from.on('error', () => this.#cut());
    from.on('end', () => {
      this.endedAt = performance.now();
      this.#end('whole');
      for (const client of this.#clients) client.end();
    });
  }

  #cut(): void {
    this.#end('cut');
    for (const client of this.#clients) client.destroy();
  }

  #end(state: 'whole' | 'cut'): void {
    this.state = state;
    this.#close();
  }
}

function reusing({ meanwhile, freshMs, givesStale }: Conduct): Relay {
  return (target) => {
    /** Of each URL the last that was asked for. */
    const answers = new Map<string, Answer>();
    const ask = (request: IncomingMessage): Answer => {
      const answer = new Answer(target, request);
      answers.set(request.url ?? '', answer);
      return answer;
    };
    const serve = (request: IncomingMessage, response: ServerResponse): void => {
      const last = answers.get(request.url ?? '');
      if (last?.state === 'open' && meanwhile === 'waits') return void last.over.then(() => serve(request, response));
      if (last?.state === 'open' && meanwhile === 'joins') return last.give(response);
      const isFresh = last?.state === 'whole' && performance.now() - last.endedAt < freshMs;
      if (last?.state !== 'whole' || (!isFresh && givesStale === undefined)) return ask(request).give(response);
      last.give(response);
      if (!isFresh) ask(request);
    };
    return createServer(serve);
  };
}

export const REUSE_RELAYS = {
  'join-stream': reusing({ meanwhile: 'joins', freshMs: 0 }),
  'wait-for-turn': reusing({ meanwhile: 'waits', freshMs: 0 }),
  'wait-for-answer': reusing({ meanwhile: 'waits', freshMs: FRESH_MS }),
  'store-answer': reusing({ meanwhile: 'asks', freshMs: Number.POSITIVE_INFINITY }),
  'answer-stale': reusing({ meanwhile: 'asks', freshMs: FRESH_MS, givesStale: true }),
} satisfies Record<string, Relay>;
