/** Relays that deliver every byte of a response at once, and do one wrong to the rest of the exchange. */

import {
  createServer,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';

import type { Relay } from './relays.ts';

export type Fields = Record<string, string | string[] | undefined>;

export function definedOnly(fields: Fields): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** What becomes of each part of an exchange; by default what is right. */
interface Manners {
  requestFields: (fields: Fields) => Fields;
  /** Passes the request's body on. */
  upload: (request: IncomingMessage, upstream: ClientRequest) => void;
  inform: (status: number, fields: Fields, response: ServerResponse) => void;
  /** The answer is passed on when this resolves. */
  before: (request: IncomingMessage) => Promise<unknown>;
  responseFields: (fields: Fields) => Fields;
  /** The head goes out before the body has begun. */
  flushesHead: boolean;
  trailers: (fields: Fields) => Fields;
}

const GOOD_MANNERS: Manners = {
  requestFields: (fields) => fields,
  upload(request, upstream) {
    upstream.flushHeaders();
    request.pipe(upstream);
  },
  inform(status, { link = [] }, response) {
    if (status === 103) response.writeEarlyHints({ link });
    else if (status === 102) response.writeProcessing();
  },
  before: async () => {},
  responseFields: (fields) => fields,
  flushesHead: true,
  trailers: (fields) => fields,
};

function relaying(wrong: Partial<Manners>): Relay {
  const manners = { ...GOOD_MANNERS, ...wrong };
  return (target) =>
    createServer((request, response) => {
      const { method, url, headers } = request;
      const before = manners.before(request);
      const upstream = httpRequest({
        ...target,
        method,
        path: url,
        headers: definedOnly(manners.requestFields(headers)),
      });
      upstream.on('information', ({ statusCode, headers: fields }) => manners.inform(statusCode, fields, response));
      upstream.on('response', (answer) => void before.then(() => pass(answer, response, manners)));
      upstream.on('error', () => response.destroy());
      response.on('close', () => upstream.destroy());
      manners.upload(request, upstream);
    });
}

function pass(answer: IncomingMessage, response: ServerResponse, manners: Manners): void {
  response.sendDate = false;
  response.writeHead(answer.statusCode ?? 502, definedOnly(manners.responseFields(answer.headers)));
  if (manners.flushesHead) response.flushHeaders();
  answer.on('data', (bytes: Buffer) => response.write(bytes));
  answer.on('error', () => response.destroy());
  answer.on('end', () => {
    response.addTrailers(definedOnly(manners.trailers(answer.trailers)));
    response.end();
  });
}

/** No more than so many bytes of a request are held: at that they go on, and the next are gathered. */
export const HOLD_REQUEST_BYTES = 4096;

function holdUpload(request: IncomingMessage, upstream: ClientRequest): void {
  let held = Buffer.alloc(0);
  upstream.flushHeaders();
  request.on('data', (piece: Buffer) => {
    held = Buffer.concat([held, piece]);
    if (held.length < HOLD_REQUEST_BYTES) return;
    upstream.write(held);
    held = Buffer.alloc(0);
  });
  request.on('end', () => upstream.end(held));
}

/** Without a write before the end Node sends not even the head. */
function collectUpload(request: IncomingMessage, upstream: ClientRequest): void {
  const held: Buffer[] = [];
  request.on('data', (piece: Buffer) => held.push(piece));
  request.on('end', () => upstream.end(Buffer.concat(held)));
}

export const VIA = '1.1 relay';

export const MESSAGE_RELAYS = {
  'hold-head': relaying({ flushesHead: false }),
  'add-via': relaying({
    requestFields: (fields) => ({ ...fields, via: VIA }),
    responseFields: (fields) => ({ ...fields, via: VIA }),
  }),
  'change-accept-encoding': relaying({ requestFields: (fields) => ({ ...fields, 'accept-encoding': 'identity' }) }),
  'strip-trailers': relaying({ trailers: () => ({}) }),
  'strip-103': relaying({ inform: () => {} }),
  'collect-request': relaying({ upload: collectUpload }),
  [`hold-request-${HOLD_REQUEST_BYTES}-bytes`]: relaying({ upload: holdUpload }),
  'half-duplex': relaying({ before: (request) => new Promise((resolve) => request.once('end', resolve)) }),
} satisfies Record<string, Relay>;
