/** Evidence of real runs (test/fixtures/record.ts): the verdicts that were given are given again. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { because } from '../../bench/verdict/because.ts';
import { loadCatalogue } from '../../bench/catalogue/catalogue.ts';
import { conviction } from '../../bench/instrument.ts';
import { MEASURES } from '../../bench/measures/measures.ts';
import { pacing } from '../../bench/metrics.ts';
import type { EvidenceFile } from '../../bench/run/run.ts';
import { judge } from '../../bench/verdict/verdict.ts';
import { deepFrozen } from './traces.ts';

const FOLDER = join(import.meta.dirname, '../fixtures');
const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .toSorted();
const recorded = files.map((name) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as EvidenceFile);

interface RecordedMeasure {
  lane: string;
  measure: string;
  evidence: unknown;
  figures: unknown;
  says: string;
}

const measured = readdirSync(join(FOLDER, 'measures')).map(
  (name) => JSON.parse(readFileSync(join(FOLDER, 'measures', name), 'utf8')) as RecordedMeasure,
);

describe.each(recorded)('$delivery.verdict: $lane', ({ delivery, evidence, floor }) => {
  it('is judged again as it was', () => {
    expect(judge(deepFrozen(evidence), floor)).toEqual(delivery);
  });
});

function paced(lane: string): ReturnType<typeof pacing> {
  const trace = recorded.find((file) => file.lane === lane && file.evidence.paced !== undefined)?.evidence.paced;
  if (trace === undefined) throw new Error(`no steady stream was recorded of ${lane}`);
  return pacing(trace);
}

describe('recorded traces', () => {
  it('say what they said', () => {
    const sentences = recorded.map(({ lane, evidence, floor }) => {
      const delivery = judge(evidence, floor);
      return `${lane}: ${conviction(delivery)}. ${because(delivery)}`;
    });
    expect(sentences).toMatchInlineSnapshot(`
      [
        "nginx/default: inconclusive. beside it the transparent relay was held 23.1 ms too: the machine was busy (tried 3 times)",
        "nginx/default: streams. each of 100 words arrived before the next was written",
        "nginx/default?framing=content-length: coalesces. no word for 1.3 s, until 3,601–4,050 bytes had been written",
        "nginx/gzip-buffered?accept-encoding=gzip: coalesces. no word for 1.8 s, until 97,489–109,674 bytes had been written",
        "nginx/gzip-buffering-off?accept-encoding=gzip: streams. each of 100 words arrived before the next was written",
        "nginx/small-buffers: coalesces. no word for 1.2 s, until 833–960 bytes had been written",
        "node/collect: buffers. nothing at all before the end of the response, 1,028,039 bytes and 2.4 s later",
        "node/http-proxy-compression?accept-encoding=gzip,deflate,br: buffers. nothing at all before the end of the response, 1,028,039 bytes and 2.3 s later",
        "relay/alter-byte: breaks: altered. word 3 arrived with other bytes than were written",
        "relay/cut-early: breaks: cut. cut at word 3 of 4, with an error",
        "relay/drop-chunk: breaks: lost. word 3 never arrived, later ones did",
        "relay/duplicate-chunk: breaks: duplicated. word 3 arrived twice",
        "relay/end-early: breaks: cut. cut at word 3 of 4, and it looked like a clean end",
        "relay/hold-50-ms: delays. each of 10 words arrived, but held for 50 ms each: a timer",
        "relay/reorder-chunks: breaks: reordered. word 3 arrived after word 4",
        "nginx/default?http-version=2: unsupported. HTTP/2 is not spoken here: Protocol error",
      ]
    `);
  });

  it('are of every verdict that a hop can get', () => {
    expect(new Set(recorded.map(({ delivery }) => delivery.verdict))).toEqual(
      new Set(['streams', 'delays', 'coalesces', 'buffers', 'breaks', 'unsupported', 'inconclusive']),
    );
  });

  it('of proxies are of lanes that the catalogue still has, with the verdict that it expects', async () => {
    const { lanes } = await loadCatalogue();
    const judged = recorded.filter(
      ({ delivery: { verdict } }) => verdict !== 'unsupported' && verdict !== 'inconclusive',
    );
    for (const { lane, delivery } of judged.filter((file) => !file.lane.startsWith('relay/'))) {
      expect({ lane, verdict: lanes.find(({ id }) => id === lane)?.expected }).toEqual({
        lane,
        verdict: delivery.verdict,
      });
    }
  });

  it('of a hop that streams show a steady stream that is not bunched, of one that buffers a single read', () => {
    const streams = paced('nginx/default');
    expect(streams.chunksPerRead).toBe(1);
    expect(streams.gaps).toMatchObject({ n: 59 });
    const buffers = paced('node/collect');
    expect(buffers.chunksPerRead).toBe(60);
    expect(buffers.gaps).toMatchObject({ maxMs: 0 });
    expect(buffers.ttfbMs).toBeGreaterThan(590);
  });
});

describe('recorded measures', () => {
  it('are one of each that there is', () => {
    expect(measured.map(({ measure }) => measure).toSorted()).toEqual(MEASURES.map(({ id }) => id).toSorted());
  });

  it.each(measured)(
    '$measure of $lane has the figures that the run computed',
    ({ measure, evidence, figures, says }) => {
      const known = MEASURES.find(({ id }) => id === measure);
      const found = known?.figures(deepFrozen(evidence));
      // As it stands in a document: what is undefined there is absent.
      expect(JSON.parse(JSON.stringify(found))).toEqual(figures);
      expect(known?.say(found)).toBe(says);
    },
  );
});
