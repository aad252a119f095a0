import { describe, expect, it } from 'vitest';

import { headLines } from '../../../bench/report/head.ts';
import { matrix } from '../../../bench/report/matrix.ts';
import { variedReport } from '../../../bench/report/varied.ts';
import type { LaneResult, Results } from '../../../bench/results.ts';
import { lane, results } from '../results.ts';

const MACHINE = 'unclog 0.1.0 on linux 6.1.0, 2 × Some Processor';

function varied(lanes: LaneResult[]): Results {
  const plain = results(lanes);
  return { ...plain, options: { ...plain.options, vary: 'framing,chunk=1|1024' } };
}

describe('the head of a report', () => {
  it('names the machine alone where plain words were streamed', () => {
    expect(headLines(results([lane('nginx/a')]))).toEqual([MACHINE]);
    expect(headLines(results([]))).toEqual([MACHINE]);
  });

  it('names another workload once, and what it is', () => {
    const tokens = lane('nginx/a', { workload: 'tokens' });
    expect(headLines(results([tokens, tokens]))).toEqual([
      MACHINE,
      'workload tokens: what an LLM API streams: SSE events of JSON, 180 to 220 bytes,\none each 20 ms',
    ]);
  });

  it('names what was varied, and of which workload', () => {
    expect(headLines(varied([lane('nginx/a')]))).toEqual([
      MACHINE,
      'workload words: 32-byte SSE events, one each 10 ms',
      'varied: framing,chunk=1|1024',
    ]);
  });

  it('says of the core set how many lanes there are besides, over the matrix and below it', () => {
    const plain = results([lane('nginx/a'), lane('nginx/b')]);
    const core = { ...plain, options: { ...plain.options, coreOf: 162 } };
    const says = '2 of 162 lanes: the core set; `unclog run` without --core judges them all.';
    expect(headLines(core)).toEqual([MACHINE, says]);
    expect(matrix(core, '', (_, text) => text).split(says)).toHaveLength(3);
    expect(matrix(plain, '', (_, text) => text)).not.toContain('core set');
  });

  it('stands over the matrix and over the table of --vary', () => {
    const tokens = results([lane('nginx/a', { workload: 'tokens' })]);
    expect(matrix(tokens, '', (_, text) => text)).toContain(headLines(tokens).join('\n'));
    const table = varied([lane('nginx/a', { vary: { framing: 'chunked' } })]);
    expect(variedReport(table, '', (_, text) => text)).toContain(headLines(table).join('\n'));
  });
});
