/**
 * results/: one folder a run, and `latest`. A run is written beside its place and moved there when
 * it is whole, so that neither an interruption nor a full disk leaves half a result or takes the last.
 */

import { chmod, mkdir, mkdtemp, rename, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import type { ConformanceEvidence } from './conformance/measure.ts';
import { isAnswered } from './conformance/result.ts';
import { BenchError } from './errors.ts';
import { isJudged, type Results } from './results.ts';
import type { EvidenceFile } from './run/run.ts';
import type { Session } from './session/session.ts';

const UNFINISHED = '.unfinished-';

function slug(id: string): string {
  return id.replaceAll(/[^\w.=-]+/g, '_');
}

export class ResultsFolder implements AsyncDisposable {
  readonly #root: string;
  readonly #work: string;

  /** Folders that were made for it, the outermost first. */
  readonly #made: readonly string[];

  private constructor(root: string, work: string, made: readonly string[]) {
    this.#root = root;
    this.#work = work;
    this.#made = made;
  }

  /** @throws BenchError when the folder cannot be written. */
  static async open(folder: string, session: Session): Promise<ResultsFolder> {
    const root = resolve(folder);
    return writing(root, async () => {
      const made = await makeFolder(root);
      const work = await session.folderElsewhere(join(root, UNFINISHED));
      await chmod(work, 0o755);
      await mkdir(join(work, 'traces'));
      return new ResultsFolder(root, work, made);
    });
  }

  /** Keeps what a verdict is computed from; returns its name relative to the results document. */
  async keep(evidence: EvidenceFile | ConformanceEvidence): Promise<string> {
    const name = join(
      'traces',
      `${slug([evidence.lane, ...(evidence.version === undefined ? [] : [evidence.version])].join('@'))}.json`,
    );
    await writing(this.#root, () => writeFile(join(this.#work, name), JSON.stringify(evidence)));
    return name;
  }

  /** Puts the run in its place and points `latest` at it; returns the document's path, which stays its own when another run comes. */
  async finish(results: Results): Promise<string> {
    return writing(this.#root, async () => {
      await writeFile(join(this.#work, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
      const name = results.startedAt.replaceAll(/[:.]/g, '-');
      await rename(this.#work, join(this.#root, name));
      const { lanes, conformance } = results;
      // What judged nothing does not take the place of what did.
      if (lanes.some(isJudged) || conformance?.subjects.some(isAnswered) === true) {
        const link = join(this.#root, `.latest-${name}`);
        await symlink(name, link);
        await rename(link, join(this.#root, 'latest'));
      }
      return join(this.#root, name, 'results.json');
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#work, { recursive: true, force: true });
    // Of a run that did not come to its end nothing stays; a folder with anything in it does.
    await removeFolders(this.#made);
  }
}

/** Not `recursive`: under /proc Node's own never returns (seen with 24.21). Returns what was made, the outermost first. */
async function makeFolder(path: string): Promise<string[]> {
  try {
    await mkdir(path);
    return [path];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return [];
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path || existsSync(parent)) throw error;
    const made = await makeFolder(parent);
    await mkdir(path);
    return [...made, path];
  }
}

async function removeFolders(paths: readonly string[]): Promise<void> {
  for (const path of paths.toReversed()) await rmdir(path).catch(() => {});
}

/** Whether runs can be kept there; it is as it was afterwards. @throws the system's error */
export async function tryFolder(folder: string): Promise<void> {
  const root = resolve(folder);
  const made = await makeFolder(root);
  try {
    await rmdir(await mkdtemp(join(root, UNFINISHED)));
  } finally {
    await removeFolders(made);
  }
}

async function writing<T>(root: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const why = code === 'ENOSPC' || code === 'EDQUOT' ? 'the disk is full' : message;
    throw new BenchError(
      `the results cannot be written to ${root}: ${why}; earlier results there are untouched. Make room, or choose another folder with --results`,
    );
  }
}
