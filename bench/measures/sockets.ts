/**
 * What the kernel holds of a stream, in the queues of the sockets on its way. Linux alone shows it, and only
 * sockets of this network namespace: not those inside containers.
 */

import { readFile } from 'node:fs/promises';

/** One side of a connection: bytes that its process wrote and the other's kernel has not taken, and bytes that its process has not read. */
interface Side {
  localPort: number;
  remotePort: number;
  queuedBytes: number;
}

/** Ports of its two sides. */
export type Connection = [number, number];

/** `  0: 0100007F:1F90 0100007F:A2C4 01 TX:RX …`, in hexadecimal (proc_net(5)). IPv6 sockets have longer addresses. */
const LINE = /^\s*\d+: [\dA-F]+:([\dA-F]{4}) [\dA-F]+:([\dA-F]{4}) [\dA-F]{2} ([\dA-F]{8}):([\dA-F]{8})/;

function sidesOf(table: string): Side[] {
  return table.split('\n').flatMap((line) => {
    const [local, remote, sent, received] = (LINE.exec(line) ?? []).slice(1).map((hex) => Number.parseInt(hex, 16));
    if (local === undefined || remote === undefined || sent === undefined || received === undefined) return [];
    return [{ localPort: local, remotePort: remote, queuedBytes: sent + received }];
  });
}

/** Pure. `undefined` when a side of a connection is not in the table: then what it holds is not known. */
export function queuedBytesIn(table: string, connections: readonly Connection[]): number | undefined {
  const sides = new Map(sidesOf(table).map((side) => [`${side.localPort} ${side.remotePort}`, side.queuedBytes]));
  const wanted = new Set(connections.flatMap(([one, other]) => [`${one} ${other}`, `${other} ${one}`]));
  let sum = 0;
  for (const side of wanted) {
    const held = sides.get(side);
    if (held === undefined) return undefined;
    sum += held;
  }
  return sum;
}

export async function queuedBytes(connections: readonly Connection[]): Promise<number | undefined> {
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  return queuedBytesIn(tables.join('\n'), connections);
}
