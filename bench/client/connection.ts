/** A client's connection: TCP, and TLS over it where the hop listens so. */

import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';

import type { Address } from './client.ts';

export interface Connection {
  /** What HTTP is spoken over. */
  stream: Socket;
  /** The TCP connection itself: that of `stream`, or the one below its TLS. */
  tcp: Socket;
}

/** Nagle off. Certificates are not verified: it is our own stream on our own machine, behind a self-signed one. */
export function dial({ host, port, tls = false }: Address, protocol: 'http/1.1' | 'h2'): Connection {
  const tcp = connectTcp({ host, port, noDelay: true });
  if (!tls) return { stream: tcp, tcp };
  const stream = connectTls({
    socket: tcp,
    servername: 'localhost',
    ALPNProtocols: [protocol],
    rejectUnauthorized: false,
  });
  return { stream, tcp };
}

/** The event by which a connection can be written to. */
export function readyEvent({ stream, tcp }: Connection): 'connect' | 'secureConnect' {
  return stream === tcp ? 'connect' : 'secureConnect';
}

/** What TLS agreed to speak by ALPN (RFC 7301); `undefined` where there is no TLS, `false` where the hop chose nothing. */
export function negotiated({ stream, tcp }: Connection): string | false | undefined {
  return stream === tcp ? undefined : ((stream as TLSSocket).alpnProtocol ?? false);
}

/** OpenSSL's own message is a line of hexadecimal, function and source file around the few words that say what it is. */
export function sayFault({ message, library, reason }: Error & { library?: string; reason?: string }): string {
  return library === undefined || reason === undefined ? message : `TLS: ${reason}`;
}
