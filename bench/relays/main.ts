/** All relays in a process of their own: `node main.ts UPSTREAM_PORT` prints their ports as one line of JSON. */

import { startRelays } from './relays.ts';

const ports = await startRelays({ host: '127.0.0.1', port: Number(process.argv[2]) });
process.stdout.write(`${JSON.stringify(ports)}\n`);
