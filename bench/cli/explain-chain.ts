/** A chain explained: its hops, what was last measured of each, and the waterfall of its kept stream. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Chain } from '../catalogue/catalogue.ts';
import { howToMake, PATH_PREFIX } from '../catalogue/path.ts';
import { UsageError } from '../errors.ts';
import { drawChain } from '../report/chain.ts';
import { hopLines } from '../report/hops.ts';
import { fixLines } from '../report/remedies.ts';
import { WIDTH, wrap } from '../report/text.ts';
import type { EvidenceFile } from '../run/run.ts';
import {
  evidenceLines,
  lastMeasured,
  measureLines,
  sayTime,
  unjudgedLine,
  type KeptRun,
  type LastMeasured,
} from './kept-runs.ts';
import { paint } from './paint.ts';

const INDENT = '  ';

async function drawn({ result, folder }: LastMeasured): Promise<string[]> {
  if (result.evidence === undefined) return [];
  const path = join(folder, result.evidence);
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new UsageError(`the evidence of ${result.id} cannot be read: ${error.message}`);
  });
  return drawChain(JSON.parse(text) as EvidenceFile);
}

function measured({ id }: Chain, last: LastMeasured | undefined, runs: readonly KeptRun[]): string[] {
  const asked = id.startsWith(PATH_PREFIX) ? howToMake(id) : `'${id}'`;
  if (last === undefined) return [wrap(unjudgedLine(id, runs, `unclog run ${asked}`), WIDTH, INDENT)];
  const { result, startedAt } = last;
  const run = `${result.path[0]?.driver}, ${sayTime(startedAt)}`;
  const figures = measureLines(id, last, runs);
  return [
    wrap(`measured: ${result.verdict} (${run}): ${result.because}`, WIDTH, INDENT),
    ...hopLines(result, paint, true),
    ...evidenceLines(last).map((line) => wrap(line, WIDTH, INDENT)),
    ...(figures.length === 0 ? [] : [`${INDENT}of the whole path:`]),
    ...figures.map((line) => wrap(line, WIDTH, INDENT.repeat(2))),
  ];
}

export async function explainChain(chain: Chain, runs: readonly KeptRun[]): Promise<string> {
  const last = lastMeasured(chain.id, runs);
  const { id, title, path, expected, why } = chain;
  const lines = [
    paint('bold', `${id}: ${title}`),
    ...path.map(({ id: hop, title: its }, index) => wrap(`hop ${index + 1}  ${hop}: ${its}`, WIDTH, INDENT)),
    ...(expected === undefined ? [] : [wrap(`expected: ${expected}. ${why}`, WIDTH, INDENT)]),
    ...measured(chain, last, runs),
    ...fixLines(chain, last?.result).map((line) => wrap(line, WIDTH, INDENT)),
    ...(last === undefined ? [] : await drawn(last)),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}
