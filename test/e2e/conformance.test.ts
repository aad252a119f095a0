import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { judgeRequirement } from '../../bench/conformance/judge.ts';
import { foundIn, type ConformanceEvidence } from '../../bench/conformance/measure.ts';
import { isAsExpected } from '../../bench/conformance/subjects.ts';
import type { RequirementId } from '../../bench/conformance/requirements.ts';
import { scratch, unclog, unclogRun } from './unclog.ts';

test('a suite asks the variants that are named, each outcome follows from its evidence, and explain shows it', async () => {
  await using folder = await scratch();
  const ids = ['rfc10036/no-whole-buffer', 'rfc10036/unknown-parameters', 'rfc10036/refused-501'];
  const { exitCode, stderr, results } = await unclogRun(
    [...ids, '--proxy', 'caddy,node', '--driver', 'native'],
    folder.path,
  );
  const { conformance, instrument } = results;
  expect(
    instrument.proofs.flatMap(({ withheld }) => withheld),
    stderr,
  ).toEqual([]);
  expect(conformance?.requirements).toEqual(['unknown-parameters', 'no-whole-buffer', 'refused-501']);
  const subjects = conformance?.subjects ?? [];
  expect(new Set(subjects.map(({ path }) => path[0]?.proxy))).toEqual(new Set(['caddy', 'node']));

  for (const subject of subjects) {
    const text = await readFile(join(folder.path, 'latest', subject.evidence ?? ''), 'utf8');
    const found = foundIn(JSON.parse(text) as ConformanceEvidence);
    for (const [id, { expected, asExpected, ...told }] of Object.entries(subject.requirements ?? {})) {
      expect(judgeRequirement(id as RequirementId, found), `${subject.id} ${id}`).toEqual(told);
      expect(isAsExpected(told, expected), `${subject.id} ${id} ${JSON.stringify(told)}`).toBe(asExpected);
    }
  }
  expect(
    subjects.flatMap(({ id, requirements = {} }) =>
      Object.entries(requirements).flatMap(([rule, one]) => (one.asExpected ? [] : [`${id} ${rule}: ${one.because}`])),
    ),
  ).toEqual([]);
  expect(exitCode).toBe(0);
  const collects = subjects.find(({ id }) => id === 'node/collect');
  expect(collects?.requirements?.['no-whole-buffer']?.response?.outcome).toBe('unaware');

  const explained = await unclog(['explain', 'rfc10036/no-whole-buffer', '--results', folder.path]);
  expect(explained.stdout).toContain('RFC 10036, section 3, SHOULD NOT');
  expect(explained.stdout).toMatch(/node\/collect: unaware \(node /);
});
