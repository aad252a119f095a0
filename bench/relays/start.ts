/** Relays in a process of their own, which ends with the session, or before. */

import type { ManagedProcess } from '../session/process.ts';
import { ownProgram } from '../programs.ts';
import type { Session } from '../session/session.ts';

const READY_MS = 20_000;

interface StartedRelays {
  process: ManagedProcess;
  /** As bench/relays/main names them. */
  ports: Record<string, number>;
}

/** @param args of bench/relays/main. @throws BenchError when they cannot be started. */
export async function startRelays(session: Session, args: readonly string[]): Promise<StartedRelays> {
  const process = await session.start(globalThis.process.execPath, [ownProgram('bench/relays/main'), ...args], {
    cwd: await session.folder('relays'),
  });
  const ports = JSON.parse(await process.ready(READY_MS)) as Record<string, number>;
  return { process, ports };
}
