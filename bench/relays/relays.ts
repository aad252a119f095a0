/**
 * Relays whose behaviour is known because it is written here: one that is transparent, and guilty
 * ones that each do one wrong. In every run each must be convicted of just that.
 */

import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { pipeline } from 'node:stream';

import { INCREMENTAL_RELAYS } from './incremental-relays.ts';
import { definedOnly, MESSAGE_RELAYS, type Fields } from './message-relays.ts';
import { REUSE_RELAYS } from './reuse-relays.ts';

export interface Target {
  host: string;
  port: number;
}

/** What a guilty relay does with the body pieces as they come from the origin: in lock-step a piece is a chunk. */
interface Guilt {
  piece: (bytes: Buffer) => void;
  end: () => void;
}

type Guilty = (out: ServerResponse) => Guilt;

/** A relay not started yet. */
export type Relay = (target: Target) => Server;

export const TRANSPARENT = 'transparent';

/** The chunk that is dropped, doubled, moved, altered or cut at. */
const MARKED_PIECE = 3;
export const HOLD_BYTES = 4096;
/** Another block, that is no power of two. */
const HOLD_ODD_BYTES = 1000;
export const HOLD_MS = 50;
const TICK_MS = 80;
/** Taken for a reader that does not read, before the upstream is stopped. */
export const ABSORBED_BYTES = 10 * 1024 * 1024;
/** How long the relay that tells late of a client's departure keeps it to itself. */
export const ABORT_AFTER_MS = 370;
/** Silence after which the impatient relays cut; the heartbeats that keep them waiting come much more often. */
export const IDLE_CUT_MS = 1000;

/** Treats the marked piece by `wrong` and passes every other on. */
function atMarkedPiece(wrong: (bytes: Buffer, out: ServerResponse) => void): Guilty {
  return (out) => {
    let count = 0;
    return {
      piece(bytes) {
        if (count === MARKED_PIECE) wrong(bytes, out);
        else out.write(bytes);
        count += 1;
      },
      end: () => out.end(),
    };
  };
}

function holdBytes(least: number): Guilty {
  return (out) => {
    let held = Buffer.alloc(0);
    return {
      piece(bytes) {
        held = Buffer.concat([held, bytes]);
        if (held.length < least) return;
        out.write(held);
        held = Buffer.alloc(0);
      },
      end: () => out.end(held),
    };
  };
}

const holdTime: Guilty = (out) => {
  const held: Buffer[] = [];
  let timer: NodeJS.Timeout | undefined;
  const release = (): void => {
    timer = undefined;
    if (held.length > 0) out.write(Buffer.concat(held.splice(0)));
  };
  return {
    piece(bytes) {
      held.push(bytes);
      timer ??= setTimeout(release, HOLD_MS);
    },
    end() {
      clearTimeout(timer);
      release();
      out.end();
    },
  };
};

/** Lets go at ticks that do not wait for anything to be written. */
const tick: Guilty = (out) => {
  const held: Buffer[] = [];
  const release = (): void => {
    if (held.length > 0) out.write(Buffer.concat(held.splice(0)));
  };
  // An interval would be late by a little more at each tick.
  const start = performance.now();
  let ticks = 0;
  let ticker: NodeJS.Timeout | undefined;
  const wind = (): void => {
    ticks += 1;
    ticker = setTimeout(
      () => {
        wind();
        release();
      },
      start + ticks * TICK_MS - performance.now(),
    );
  };
  wind();
  out.on('close', () => clearTimeout(ticker));
  return {
    piece: (bytes) => held.push(bytes),
    end() {
      release();
      out.end();
    },
  };
};

const collect: Guilty = (out) => {
  const held: Buffer[] = [];
  return { piece: (bytes) => held.push(bytes), end: () => out.end(Buffer.concat(held)) };
};

const reorder: Guilty = (out) => {
  let count = 0;
  let late: Buffer | undefined;
  return {
    piece(bytes) {
      if (count === MARKED_PIECE) late = bytes;
      else out.write(bytes);
      if (count === MARKED_PIECE + 1 && late !== undefined) out.write(late);
      count += 1;
    },
    end: () => out.end(),
  };
};

function alterByte(bytes: Buffer): Buffer {
  const altered = Buffer.from(bytes);
  const middle = Math.floor(altered.length / 2);
  altered[middle] = altered[middle] === 0x78 ? 0x79 : 0x78;
  return altered;
}

/** Copies bytes between two sockets, Nagle off, and knows nothing of HTTP. */
function transparent(target: Target): Server {
  return createTcpServer({ noDelay: true }, (downstream) => {
    const upstream = connect({ ...target, noDelay: true });
    // Either side's end is passed on by the pipelines, and an RST as one: a pipeline alone would make a FIN of it.
    upstream.on('error', () => downstream.resetAndDestroy());
    downstream.on('error', () => upstream.resetAndDestroy());
    pipeline(downstream, upstream, () => {});
    pipeline(upstream, downstream, () => {});
  });
}

/** What a relay does besides relaying; by default what is right. */
interface Manners {
  rewrite: (fields: Fields) => Fields;
  /** The client left before the end. */
  onAbort: (answer: IncomingMessage) => void;
  /** The upstream died before the end. */
  onDeath: (out: ServerResponse) => void;
  /** Bytes kept for a client that does not read, before the upstream is not read from either. */
  absorbs: number;
  /** After IDLE_CUT_MS of silence the upstream is left, and this done; `total`: of the whole response, silent or not. */
  onIdle?: { total?: true; cut: (out: ServerResponse) => void };
}

const GOOD_MANNERS: Manners = {
  rewrite: (fields) => fields,
  onAbort: (answer) => answer.destroy(),
  onDeath: (out) => out.destroy(),
  absorbs: Number.POSITIVE_INFINITY,
};

/** Does `guilt` to the body, and behaves otherwise as `manners` says. */
function guilty(guilt: Guilty, manners: Partial<Manners> = {}): Relay {
  const { rewrite, onAbort, onDeath, absorbs, onIdle } = { ...GOOD_MANNERS, ...manners };
  return (target) =>
    createServer((request, response) => {
      const { method, url, headers } = request;
      let isDead = false;
      const died = (): void => {
        if (isDead) return;
        isDead = true;
        if (response.headersSent) onDeath(response);
        else response.destroy();
      };
      const timer =
        onIdle === undefined
          ? undefined
          : setTimeout(() => {
              isDead = true;
              upstream.destroy();
              onIdle.cut(response);
            }, IDLE_CUT_MS);
      response.on('close', () => clearTimeout(timer));
      const upstream = httpRequest({ ...target, method, path: url, headers }, (answer) => {
        response.sendDate = false;
        response.writeHead(answer.statusCode ?? 502, definedOnly(rewrite(answer.headers)));
        response.flushHeaders();
        const { piece, end } = guilt(response);
        answer.on('data', (bytes: Buffer) => {
          if (onIdle?.total === undefined) timer?.refresh();
          if (response.writable) piece(bytes);
          if (response.writableLength > absorbs) answer.pause();
        });
        response.on('drain', () => answer.resume());
        answer.on('end', () => !isDead && response.writable && end());
        answer.on('error', died);
        response.on('close', () => onAbort(answer));
      });
      // Of an RST the request tells first; to an answer that is close-delimited it looks like its end all the same.
      upstream.on('error', died);
      request.pipe(upstream);
    });
}

const passOn: Guilty = (out) => ({ piece: (bytes) => out.write(bytes), end: () => out.end() });

/** What a relay that explains an upstream's death to the client writes into the body. */
export const DEATH_NOTE = 'upstream died';

/** What a relay that answers for a silent upstream writes: as the body of a 504, or where a stream has begun into that. */
export const TIMEOUT_NOTE = '504 Gateway Timeout';

function explainTimeout(out: ServerResponse): void {
  if (!out.headersSent) out.writeHead(504);
  out.end(TIMEOUT_NOTE);
}

function withoutLength(fields: Fields): Fields {
  return { ...fields, 'content-length': undefined };
}

const RELAYS = {
  [TRANSPARENT]: transparent,
  [`hold-${HOLD_BYTES}-bytes`]: guilty(holdBytes(HOLD_BYTES)),
  [`hold-${HOLD_ODD_BYTES}-bytes`]: guilty(holdBytes(HOLD_ODD_BYTES)),
  [`hold-${HOLD_MS}-ms`]: guilty(holdTime),
  [`tick-${TICK_MS}-ms`]: guilty(tick),
  'collect-all': guilty(collect),
  'drop-chunk': guilty(atMarkedPiece(() => {})),
  'duplicate-chunk': guilty(atMarkedPiece((bytes, out) => void out.write(Buffer.concat([bytes, bytes])))),
  'reorder-chunks': guilty(reorder),
  'alter-byte': guilty(atMarkedPiece((bytes, out) => void out.write(alterByte(bytes)))),
  // What Node does with a string: bytes that are no whole character become U+FFFD.
  'decode-utf-8': guilty((out) => ({ piece: (bytes) => out.write(bytes.toString('utf8')), end: () => out.end() })),
  'cut-early': guilty(atMarkedPiece((_, out) => void out.destroy())),
  'end-early': guilty(atMarkedPiece((_, out) => void out.end())),
  'strip-header': guilty(passOn, { rewrite: (fields) => ({ ...fields, 'x-accel-buffering': undefined }) }),
  zombie: guilty(passOn, { onAbort: () => {} }),
  'abort-at-next-write': guilty(passOn, { onAbort: (answer) => answer.once('data', () => answer.destroy()) }),
  [`abort-after-${ABORT_AFTER_MS}-ms`]: guilty(passOn, {
    onAbort: (answer) => setTimeout(() => answer.destroy(), ABORT_AFTER_MS),
  }),
  'hide-death': guilty(passOn, { rewrite: withoutLength, onDeath: (out) => out.end() }),
  'hang-at-death': guilty(passOn, { onDeath: () => {} }),
  'absorb-all': guilty(passOn),
  'absorb-10-mib': guilty(passOn, { absorbs: ABSORBED_BYTES }),
  'idle-reset': guilty(passOn, { onIdle: { cut: (out) => out.socket?.resetAndDestroy() } }),
  'idle-end': guilty(passOn, { onIdle: { cut: (out) => out.end() } }),
  'idle-hang': guilty(passOn, { onIdle: { cut: () => {} } }),
  'idle-note': guilty(passOn, { onIdle: { cut: explainTimeout } }),
  'total-limit': guilty(passOn, { onIdle: { total: true, cut: (out) => out.destroy() } }),
  'explain-death': guilty(passOn, { onDeath: (out) => out.write(DEATH_NOTE, () => out.destroy()) }),
  ...MESSAGE_RELAYS,
  ...REUSE_RELAYS,
  ...INCREMENTAL_RELAYS,
} satisfies Record<string, Relay>;

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Starts one relay; returns its port. @throws Error for an id that is no relay's. */
export async function startRelay(id: string, target: Target): Promise<number> {
  const relay = (RELAYS as Record<string, Relay>)[id];
  if (relay === undefined) throw new Error(`no relay is called "${id}"`);
  return listening(relay(target));
}

/** Starts every relay, each on a port of its own; returns the ports by id. */
export async function startEach(target: Target): Promise<Record<string, number>> {
  const ports: Record<string, number> = {};
  for (const id of Object.keys(RELAYS)) ports[id] = await startRelay(id, target);
  return ports;
}
