/**
 * What the kernel holds of a stream, in the queues of the sockets on its way. Linux alone shows it, and only
 * sockets of this network namespace: not those inside containers.
 */

import { readFile } from 'node:fs/promises';

/** Ports of its two sides. */
export type Connection = [number, number];

/** What follows the local port: `REMOTE:PORT STATE TX:RX`, in hexadecimal (proc_net(5)). */
const AFTER_PORT = /^ [\dA-F]+:([\dA-F]{4}) [\dA-F]{2} ([\dA-F]{8}):([\dA-F]{8})/;
const AFTER_PORT_CHARACTERS = 80;

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

/**
 * Bytes that one side's process wrote and the other's kernel has not taken, and that it has not read. The table may
 * have tens of thousands of lines, so it is searched and not parsed.
 */
function queuedAt(table: string, local: number, remote: number): number | undefined {
  const mark = `:${hex(local)}`;
  for (let at = table.indexOf(mark); at !== -1; at = table.indexOf(mark, at + 1)) {
    const from = at + mark.length;
    const [, port, sent = '', received = ''] = AFTER_PORT.exec(table.slice(from, from + AFTER_PORT_CHARACTERS)) ?? [];
    if (port === hex(remote)) return Number.parseInt(sent, 16) + Number.parseInt(received, 16);
  }
  return undefined;
}

/** Pure. `undefined` when a side of a connection is not in the table: then what it holds is not known. */
export function queuedBytesIn(table: string, connections: readonly Connection[]): number | undefined {
  const wanted = new Map(
    connections.flatMap(([one, other]): [string, Connection][] => [
      [`${one} ${other}`, [one, other]],
      [`${other} ${one}`, [other, one]],
    ]),
  );
  let sum = 0;
  for (const [local, remote] of wanted.values()) {
    const held = queuedAt(table, local, remote);
    if (held === undefined) return undefined;
    sum += held;
  }
  return sum;
}

/** Of each connection by itself. */
export async function queuedOnEach(connections: readonly Connection[]): Promise<(number | undefined)[]> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  const table = tables.join('\n');
  return connections.map((connection) => queuedBytesIn(table, [connection]));
}
