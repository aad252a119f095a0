/**
 * Relays that know the field `Incremental` (RFC 10036): without it they collect a message whole, so that what they make
 * of it can be seen. Some do everything right, the others break one rule each.
 */

import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { Writable } from 'node:stream';

import { parseItem } from 'structured-headers';

import { definedOnly } from './message-relays.ts';
import type { Relay } from './relays.ts';

/** How many marked exchanges the relays with a limit forward at once: more than are measured side by side. */
export const INCREMENTAL_LIMIT = 12;
/** The relay that keeps a rest passes on no less than this: smaller than any word of the bench, which is no multiple of it. */
const REST_BLOCK_BYTES = 24;

const NAME = 'relay';
const REFUSED = { 'proxy-status': `${NAME}; error=incremental_refused` };
const LIMITED = { 'proxy-status': `${NAME}; error=connection_limit_reached` };

interface Answer {
  status: number;
  fields: Record<string, string>;
}

/** What is done with the content of a marked message. */
type Forwarding = (from: IncomingMessage, to: Writable) => void;

/** What becomes of marked messages; by default what is right. */
interface Conduct {
  /** Whether a field asks for incremental forwarding. @param field as Node gives it: lines joined by a comma */
  asks: (field: string | undefined) => boolean;
  /** A field that is answered in place of being forwarded. */
  rejects: (field: string | undefined) => Answer | undefined;
  /** Which of the two fields speak for the response. */
  speaksForResponse: 'its-own' | 'either';
  forwards: Forwarding;
  /** The head goes out before the content has begun. */
  flushesHead: boolean;
  /** The answer to a request whose content has not ended yet may go out. */
  isFullDuplex: boolean;
  /** In place of forwarding any content incrementally. */
  refuses?: Answer | 'collects';
  /** … or from so many exchanges on. */
  atLimit?: Answer | 'collects';
}

/** RFC 9651, section 4.2: what does not parse as an Item is ignored as a whole; its parameters are no part of its value. */
function asksForIt(field: string | undefined): boolean {
  if (field === undefined) return false;
  try {
    return parseItem(field)[0] === true;
  } catch {
    return false;
  }
}

function isBooleanItem(field: string): boolean {
  try {
    return typeof parseItem(field)[0] === 'boolean';
  } catch {
    return false;
  }
}

function passOn(from: IncomingMessage, to: Writable): void {
  from.on('data', (bytes: Buffer) => void to.write(bytes));
  from.on('end', () => to.end());
}

function collect(from: IncomingMessage, to: Writable): void {
  const held: Buffer[] = [];
  from.on('data', (bytes: Buffer) => held.push(bytes));
  from.on('end', () => to.end(Buffer.concat(held)));
}

/** Whole blocks alone, however long it takes until the next is full. */
function keepRest(from: IncomingMessage, to: Writable): void {
  let held = Buffer.alloc(0);
  from.on('data', (bytes: Buffer) => {
    held = Buffer.concat([held, bytes]);
    const full = held.length - (held.length % REST_BLOCK_BYTES);
    if (full > 0) to.write(held.subarray(0, full));
    held = held.subarray(full);
  });
  from.on('end', () => to.end(held));
}

const RIGHT: Conduct = {
  asks: asksForIt,
  rejects: () => undefined,
  speaksForResponse: 'its-own',
  forwards: passOn,
  flushesHead: true,
  isFullDuplex: true,
};

/** RFC 9112, section 6.3. */
function hasContent(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || headers['content-length'] !== undefined;
}

function fieldOf({ headers }: IncomingMessage): string | undefined {
  const field = headers['incremental'];
  return Array.isArray(field) ? field.join(', ') : field;
}

function answer(response: ServerResponse, { status, fields }: Answer): void {
  response.writeHead(status, { ...fields, connection: 'close', 'content-length': 0 });
  response.end();
}

function isAnswer(what: Answer | 'collects' | undefined): what is Answer {
  return typeof what === 'object';
}

class Exchange {
  readonly #conduct: Conduct;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #isAtLimit: boolean;
  readonly #asked: boolean;

  constructor(conduct: Conduct, request: IncomingMessage, response: ServerResponse, isAtLimit: boolean) {
    this.#conduct = conduct;
    this.#request = request;
    this.#response = response;
    this.#isAtLimit = isAtLimit;
    this.#asked = conduct.asks(fieldOf(request));
  }

  /** What stands in the way of forwarding a marked message incrementally. */
  get #obstacle(): Answer | 'collects' | undefined {
    return this.#isAtLimit ? this.#conduct.atLimit : this.#conduct.refuses;
  }

  relay(target: Parameters<Relay>[0]): void {
    const request = this.#request;
    const { method, url, headers } = request;
    const rejected = this.#conduct.rejects(fieldOf(request));
    if (rejected !== undefined) return answer(this.#response, rejected);
    const isMarked = this.#asked && hasContent(headers);
    if ((isMarked || (this.#asked && this.#isAtLimit)) && isAnswer(this.#obstacle))
      return answer(this.#response, this.#obstacle);
    const upstream = httpRequest({ ...target, method, path: url, headers });
    const ended = new Promise<void>((resolve) => request.once('end', resolve));
    const before = this.#conduct.isFullDuplex ? Promise.resolve() : ended;
    upstream.on('response', (from) => void before.then(() => this.#pass(from)));
    upstream.on('error', () => this.#response.destroy());
    this.#response.on('close', () => upstream.destroy());
    if (!isMarked || this.#obstacle === 'collects') return collect(request, upstream);
    if (this.#conduct.flushesHead) upstream.flushHeaders();
    this.#conduct.forwards(request, upstream);
  }

  #pass(from: IncomingMessage): void {
    const { asks, rejects, speaksForResponse, flushesHead, forwards } = this.#conduct;
    const response = this.#response;
    const rejected = rejects(fieldOf(from));
    const isMarked = asks(fieldOf(from)) || (speaksForResponse === 'either' && this.#asked);
    const refused = isMarked && isAnswer(this.#obstacle) ? this.#obstacle : rejected;
    from.on('error', () => response.destroy());
    if (refused !== undefined) {
      from.destroy();
      return answer(response, refused);
    }
    const head = (): unknown => response.writeHead(from.statusCode ?? 502, definedOnly(from.headers));
    response.sendDate = false;
    head();
    if (!isMarked || this.#obstacle === 'collects') return collect(from, response);
    if (flushesHead) response.flushHeaders();
    forwards(from, response);
  }
}

function knowing(wrong: Partial<Conduct> = {}): Relay {
  const conduct = { ...RIGHT, ...wrong };
  return (target) => {
    let marked = 0;
    return createServer((request, response) => {
      const isMarked = conduct.asks(fieldOf(request));
      const isAtLimit = conduct.atLimit !== undefined && isMarked && marked >= INCREMENTAL_LIMIT;
      if (isMarked) {
        marked += 1;
        response.once('close', () => (marked -= 1));
      }
      new Exchange(conduct, request, response, isAtLimit).relay(target);
    });
  };
}

const REFUSAL: Answer = { status: 501, fields: REFUSED };

/** `incremental-…`: those that do right. */
export const INCREMENTAL_RELAYS = {
  'incremental-forwards': knowing(),
  'incremental-refuses': knowing({ refuses: REFUSAL }),
  'incremental-limits': knowing({ atLimit: { status: 429, fields: LIMITED } }),
  'buffers-marked': knowing({ forwards: collect }),
  'holds-marked-head': knowing({ flushesHead: false }),
  'drops-parameterised': knowing({ asks: (field) => field === '?1' }),
  'takes-twice': knowing({ asks: (field) => asksForIt(field?.split(',')[0]) }),
  'rejects-malformed': knowing({
    rejects: (field) => (field === undefined || isBooleanItem(field) ? undefined : { status: 400, fields: {} }),
  }),
  'takes-false': knowing({ asks: (field) => asksForIt(field) || field === '?0' }),
  'obeys-request-for-response': knowing({ speaksForResponse: 'either' }),
  'waits-for-request': knowing({ isFullDuplex: false }),
  'answers-400': knowing({ refuses: { status: 400, fields: {} } }),
  'refuses-without-proxy-status': knowing({ refuses: { status: 501, fields: {} } }),
  'buffers-what-it-refuses': knowing({ refuses: 'collects' }),
  'buffers-at-limit': knowing({ atLimit: 'collects' }),
  'keeps-marked-rest': knowing({ forwards: keepRest }),
} satisfies Record<string, Relay>;
