/** Ports for hops that are told which to listen on. */

import { randomInt } from 'node:crypto';
import getPort from 'get-port';

/**
 * Below those that a kernel gives to clients and to whoever listens on any (from 32768 on Linux, see
 * net.ipv4.ip_local_port_range; from 49152 elsewhere): between when one of these is chosen and when its hop, which may
 * take seconds to start, listens, nobody else is given it.
 */
export const PORTS = { first: 20_000, last: 32_767 };

/** Where another run began is hardly near. */
let next = randomInt(PORTS.first, PORTS.last + 1);

function* inTurn(): Generator<number> {
  for (let tried = PORTS.first; tried <= PORTS.last; tried += 1) {
    yield next;
    next = next === PORTS.last ? PORTS.first : next + 1;
  }
}

/** One on which nobody listens, and which no other hop of this process is given. */
export function hopPort(host: string): Promise<number> {
  return getPort({ host, port: inTurn(), reserve: true });
}
