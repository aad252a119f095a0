/** The whole native matrix, run as a user runs it. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { loadCatalogue } from '../../bench/catalogue/catalogue.ts';
import { NativeDriver } from '../../bench/drivers/native.ts';
import { BenchError, UnavailableError } from '../../bench/errors.ts';
import { PACKAGE_ROOT } from '../../bench/programs.ts';
import { isJudged, type LaneResult, type Results } from '../../bench/results.ts';
import { print, type Context } from './shared.ts';

export interface WholeRun {
  /** From start of the process to its end. */
  durationMs: number;
  exit: string;
  results: Results;
  judged: LaneResult[];
  right: LaneResult[];
  wrong: LaneResult[];
  /** Inconclusive, or the bench itself failed. */
  unjudged: LaneResult[];
  skipped: LaneResult[];
}

/**
 * @param evidence where the results and traces are to be kept; without it they go with the session.
 * @param options of `unclog run` besides.
 * @throws BenchError when the run leaves no results document.
 */
export async function wholeRun(
  { session, signal }: Context,
  evidence?: string,
  options: readonly string[] = [],
): Promise<WholeRun> {
  signal.throwIfAborted();
  const cwd = await session.folder('whole-run');
  const json = join(cwd, 'results.json');
  const started = performance.now();
  const program = join(PACKAGE_ROOT, 'bin/unclog.js');
  const folder = evidence ?? join(cwd, 'results');
  await using child = await session.start(
    process.execPath,
    [program, 'run', '--driver', 'native', '--json', json, '--results', folder, ...options],
    { cwd },
  );
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  const exit = await Promise.race([child.exited, aborted.promise]).finally(() =>
    signal.removeEventListener('abort', abort),
  );
  const durationMs = performance.now() - started;
  const text = await readFile(json, 'utf8').catch(() => {
    throw new BenchError(`${child.command} ended with ${exit} and left no results:\n${child.log(20)}`);
  });
  const results = JSON.parse(text) as Results;
  const judged = results.lanes.filter(isJudged);
  return {
    durationMs,
    exit,
    results,
    judged,
    right: judged.filter(({ asExpected }) => asExpected === true),
    wrong: judged.filter(({ asExpected }) => asExpected !== true),
    unjudged: results.lanes.filter(({ verdict }) => verdict === 'inconclusive' || verdict === 'harness-error'),
    skipped: results.lanes.filter(({ verdict }) => verdict === 'skipped' || verdict === 'unsupported'),
  };
}

/** What the proxies of the native lanes lack here, said before anything is timed. */
export async function saySkipped({ session }: Context): Promise<void> {
  const driver = new NativeDriver(session);
  for (const proxy of (await loadCatalogue()).proxies) {
    await driver.probe(proxy, undefined).catch((error: unknown) => {
      if (!(error instanceof UnavailableError)) throw error;
      const how = error.bring === undefined ? '' : `; to have it: ${error.bring}`;
      print(`  without ${proxy.name}, or with the time to bring it: ${error.message}${how}`);
    });
  }
}

/** Every lane that was not judged as expected, with why; the skipped as a count. */
export function printUnexpected({ wrong, unjudged, skipped, results }: WholeRun): void {
  if (!results.instrument.sound)
    print(`    the instrument was NOT sound: ${results.instrument.proofs.map(({ unsound }) => unsound).join('; ')}`);
  for (const { id, verdict, expected, because } of wrong)
    print(`    WRONG ${id}: ${verdict}, expected ${expected}: ${because}`);
  for (const { id, verdict, because } of unjudged) print(`    ${verdict} ${id}: ${because}`);
  if (skipped.length > 0) print(`    ${skipped.length} lanes were skipped`);
}
