import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { loadCatalogue } from '../../bench/catalogue/catalogue.ts';
import { BenchError } from '../../bench/errors.ts';
import { ResultsFolder } from '../../bench/results-folder.ts';
import type { Results } from '../../bench/results.ts';
import type { EvidenceFile } from '../../bench/run/run.ts';
import { Session } from '../../bench/session/session.ts';
import { evidenceOf, FLOOR, streamed } from './traces.ts';
import { lane, results } from './results.ts';

let root: string;
let session: Session;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'unclog-test-'));
  session = await Session.open();
});
afterEach(async () => {
  await session[Symbol.asyncDispose]();
  rmSync(root, { recursive: true, force: true });
});

function evidence(id: string): EvidenceFile {
  return {
    schema: 'unclog/evidence@1',
    lane: id,
    floor: FLOOR,
    delivery: { verdict: 'streams', hold: FLOOR.hold },
    evidence: evidenceOf(streamed()),
  };
}

function startedAt(time: string): Results {
  return { ...results([lane('nginx/default')]), startedAt: time };
}

async function finishedRun(time: string): Promise<string> {
  await using folder = await ResultsFolder.open(root, session);
  await folder.keep(evidence('nginx/default?framing=content-length'));
  return await folder.finish(startedAt(time));
}

function latest(): Results {
  return JSON.parse(readFileSync(join(root, 'latest', 'results.json'), 'utf8')) as Results;
}

describe('a run that is finished', () => {
  it('stands in a folder of its own, with latest pointing to it', async () => {
    const document = await finishedRun('2026-11-21T06:08:30.123Z');
    expect(document).toBe(join(root, '2026-11-21T06-08-30-123Z', 'results.json'));
    expect(latest()).toEqual(startedAt('2026-11-21T06:08:30.123Z'));
    expect(readdirSync(root).toSorted()).toEqual(['2026-11-21T06-08-30-123Z', 'latest']);
    expect(readlinkSync(join(root, 'latest'))).toBe('2026-11-21T06-08-30-123Z');
  });

  it('keeps its evidence under the name that the results give it', async () => {
    await using folder = await ResultsFolder.open(root, session);
    const name = await folder.keep(evidence('nginx/a?response-header=x: y'));
    await folder.finish(startedAt('2026-11-21T06:08:30.123Z'));
    expect(name).toBe('traces/nginx_a_response-header=x_y.json');
    expect(JSON.parse(readFileSync(join(root, 'latest', name), 'utf8'))).toEqual(
      evidence('nginx/a?response-header=x: y'),
    );
  });

  it('keeps the evidence of each version under a name of its own', async () => {
    await using folder = await ResultsFolder.open(root, session);
    const names = [
      await folder.keep(evidence('nginx/a')),
      await folder.keep({ ...evidence('nginx/a'), version: '1.22' }),
      await folder.keep({ ...evidence('nginx/a'), version: '1.30' }),
    ];
    expect(names).toEqual(['traces/nginx_a.json', 'traces/nginx_a_1.22.json', 'traces/nginx_a_1.30.json']);
  });

  it('moves latest on to the newest, and keeps the one before', async () => {
    await finishedRun('2026-11-21T06:00:00.000Z');
    await finishedRun('2026-11-21T07:00:00.000Z');
    expect(latest().startedAt).toBe('2026-11-21T07:00:00.000Z');
    expect(readdirSync(root).toSorted()).toEqual(['2026-11-21T06-00-00-000Z', '2026-11-21T07-00-00-000Z', 'latest']);
  });

  it('can be read by others than who made it', async () => {
    await finishedRun('2026-11-21T06:00:00.000Z');
    expect(statSync(join(root, 'latest')).mode & 0o777).toBe(0o755);
  });
});

describe('a run that is interrupted', () => {
  it('leaves nothing, and the last one as it was', async () => {
    await finishedRun('2026-11-21T06:00:00.000Z');
    {
      await using folder = await ResultsFolder.open(root, session);
      await folder.keep(evidence('nginx/default'));
      expect(readdirSync(root)).toHaveLength(3);
    }
    expect(readdirSync(root).toSorted()).toEqual(['2026-11-21T06-00-00-000Z', 'latest']);
    expect(latest().startedAt).toBe('2026-11-21T06:00:00.000Z');
  });

  it('that could not even clean up leaves nothing once its session is over', async () => {
    const own = await Session.open();
    const folder = await ResultsFolder.open(root, own);
    await folder.keep(evidence('nginx/default'));
    await own[Symbol.asyncDispose]();
    expect(readdirSync(root)).toEqual([]);
  });
});

describe('a folder that cannot be written', () => {
  it('is named, with what else can be done', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    const opening = ResultsFolder.open(join(file, 'results'), session);
    await expect(opening).rejects.toThrow(BenchError);
    await expect(opening).rejects.toThrow(
      /^the results cannot be written to .*\/file\/results: ENOTDIR.*; earlier results there are untouched\. Make room, or choose another folder with --results$/,
    );
  });

  it('is made where it is only missing', async () => {
    const deep = join(root, 'a/b');
    await using folder = await ResultsFolder.open(deep, session);
    await folder.finish(startedAt('2026-11-21T06:00:00.000Z'));
    expect(existsSync(join(deep, 'latest', 'results.json'))).toBe(true);
  });
});

describe('the evidence of every lane of the catalogue', () => {
  it('has a name of its own', async () => {
    await using folder = await ResultsFolder.open(root, session);
    const { lanes } = await loadCatalogue();
    const names = await Promise.all(lanes.map(({ id }) => folder.keep(evidence(id))));
    expect(new Set(names).size).toBe(lanes.length);
  });
});

async function unfinished(path: string): Promise<void> {
  await using folder = await ResultsFolder.open(path, session);
  await folder.keep(evidence('nginx/default'));
}

describe('a run that is not finished', () => {
  it('leaves no folder that it made itself', async () => {
    await unfinished(join(root, 'new', 'results'));
    expect(readdirSync(root)).toEqual([]);
  });

  it('leaves one that was there, and one that holds anything', async () => {
    await unfinished(root);
    expect(existsSync(root)).toBe(true);
    {
      await using _ = await ResultsFolder.open(join(root, 'new'), session);
      writeFileSync(join(root, 'new', 'of-another'), '');
    }
    expect(readdirSync(join(root, 'new'))).toEqual(['of-another']);
  });
});
