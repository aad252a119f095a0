/** The origin as a program of its own: a child process, a container, a pod. */

import { parseArgs } from 'node:util';

import { pino } from 'pino';

import { startOrigin } from './origin.ts';

const USAGE = `usage: node server/main.ts [--host 127.0.0.1] [--port 3000] [--control-host 127.0.0.1] [--control-port 3001]
                           [--token TOKEN] [--max-streams 10000] [--ready-on-stdout]

The token can also be given as UNCLOG_TOKEN, and the log level as LOG_LEVEL (default info).`;

function fail(message: string, exitCode: number): never {
  process.stderr.write(`origin: ${message}\n`);
  process.exit(exitCode);
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text === '' || !Number.isInteger(value) || value < min || value > max)
    fail(`--${flag} must be a whole number from ${min} to ${max}; got "${text}"\n${USAGE}`, 2);
  return value;
}

function portOf(flag: string, text: string): number {
  return wholeNumber(flag, text, 0, 65_535);
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '3000' },
        'control-host': { type: 'string', default: '127.0.0.1' },
        'control-port': { type: 'string', default: '3001' },
        token: { type: 'string' },
        'max-streams': { type: 'string', default: '10000' },
        'ready-on-stdout': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return fail(`${(error as Error).message}\n${USAGE}`, 2);
  }
}

const values = readArguments();
if (values.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
// stdout is left to --ready-on-stdout.
const logger = pino({ name: 'origin', level: process.env['LOG_LEVEL'] ?? 'info' }, pino.destination(2));

try {
  const origin = await startOrigin({
    data: { host: values.host, port: portOf('port', values.port) },
    control: { host: values['control-host'], port: portOf('control-port', values['control-port']) },
    // An empty one would be no secret: taken for none.
    token: (values.token ?? process.env['UNCLOG_TOKEN']) || undefined,
    maxStreams: wholeNumber('max-streams', values['max-streams'], 1, 10_000_000),
    logger,
  });
  if (values['ready-on-stdout'])
    process.stdout.write(`${JSON.stringify({ dataPort: origin.dataPort, controlPort: origin.controlPort })}\n`);
  const stop = (): void => void origin.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  fail(
    code === 'EADDRINUSE'
      ? `${message}: the port is taken; choose another with --port / --control-port, 0 for any free one`
      : message,
    3,
  );
}
