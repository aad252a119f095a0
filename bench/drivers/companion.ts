/** A program of the catalogue that runs beside a proxy and is reached by it, such as Envoy's external processor. */

import type { Variant } from '../catalogue/catalogue.ts';
import type { ManagedProcess } from '../session/process.ts';
import type { Session } from '../session/session.ts';

const READY_MS = 20_000;

/** Nothing where the variant has none. @param dir in which the variant's files are. @throws BenchError when it does not get ready */
export async function startCompanion(
  { companion }: Pick<Variant, 'companion'>,
  dir: string,
  session: Session,
): Promise<ManagedProcess | undefined> {
  if (companion === undefined) return undefined;
  const started = await session.start(process.execPath, companion, { cwd: dir });
  try {
    await started.ready(READY_MS);
    return started;
  } catch (error) {
    await started[Symbol.asyncDispose]();
    throw error;
  }
}
