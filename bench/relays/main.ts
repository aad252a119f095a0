/**
 * Relays in a process of their own; prints their ports by id as one line of JSON.
 *
 *     node main.ts UPSTREAM_PORT             all of them, in front of one upstream
 *     node main.ts ID=UPSTREAM_PORT …        these; the ports come under ID=UPSTREAM_PORT
 */

import { startEach, startRelay } from './relays.ts';

const LOOPBACK = '127.0.0.1';
const args = process.argv.slice(2);

async function startNamed(): Promise<Record<string, number>> {
  const ports: Record<string, number> = {};
  for (const arg of args) {
    const [id = '', port] = arg.split('=');
    ports[arg] = await startRelay(id, { host: LOOPBACK, port: Number(port) });
  }
  return ports;
}

const all = args.length === 1 && !args[0]?.includes('=');
const ports = all ? await startEach({ host: LOOPBACK, port: Number(args[0]) }) : await startNamed();
process.stdout.write(`${JSON.stringify(ports)}\n`);
