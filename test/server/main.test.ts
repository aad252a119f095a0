import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';

import { describe, expect, it } from 'vitest';

import { ownProgram } from '../../bench/programs.ts';

const ANY_PORTS = ['--port', '0', '--control-port', '0'];

/** The origin as a program; ended with the test. */
function program(...args: string[]) {
  const child = spawn(process.execPath, [ownProgram('server/main'), ...args], {
    env: { ...process.env, LOG_LEVEL: 'silent', UNCLOG_TOKEN: undefined },
  });
  return {
    child,
    ended: once(child, 'exit').then(([code]) => code as number | null),
    stderr: text(child.stderr),
    firstLine: once(createInterface(child.stdout), 'line').then(([line]) => line as string),
    [Symbol.dispose]: () => void child.kill('SIGKILL'),
  };
}

describe('the origin as a program', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('says its ports, serves, and ends well on %s', async (signal) => {
    using origin = program(...ANY_PORTS, '--ready-on-stdout');
    const ports = JSON.parse(await origin.firstLine) as { dataPort: number; controlPort: number };
    for (const port of [ports.dataPort, ports.controlPort])
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    origin.child.kill(signal);
    expect(await origin.ended).toBe(0);
  });

  it.each([
    [['--port', 'x'], '--port must be a whole number from 0 to 65535; got "x"'],
    [['--control-port', '65536'], '--control-port must be a whole number from 0 to 65535; got "65536"'],
    [['--prot', '1'], "Unknown option '--prot'"],
  ])('refuses %j, with what is wrong and how it is used', async (args, message) => {
    using origin = program(...args);
    expect(await origin.ended).toBe(2);
    const said = await origin.stderr;
    expect(said).toContain(message);
    expect(said).toContain('usage: node server/main.ts');
  });

  it('says which port is taken and how to choose another', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    using origin = program('--port', String((taken.address() as AddressInfo).port), '--control-port', '0');
    expect(await origin.ended).toBe(3);
    expect(await origin.stderr).toMatch(/EADDRINUSE.*the port is taken; choose another with --port \/ --control-port/);
    taken.close();
  });
});

describe('what went wrong once', () => {
  it('refuses a --max-streams that is no number', async () => {
    using origin = program(...ANY_PORTS, '--ready-on-stdout', '--max-streams', 'many');
    expect(await Promise.race([origin.ended, origin.firstLine])).toBe(2);
  });
});
