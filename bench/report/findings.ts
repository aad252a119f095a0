/**
 * docs/findings.md: which setting of which version keeps word-by-word streaming, from the catalogue and the results of a
 * run. It holds no times and no dates; sizes are rounded. Pure.
 */

import { firstVariantId, type Catalogue, type Chain } from '../catalogue/catalogue.ts';
import type { Results } from '../results.ts';
import {
  anchor,
  bullet,
  byFraming,
  cell,
  linked,
  orderedFixes,
  otherStreams,
  row,
  versionsOf,
  type Found,
} from './findings-words.ts';
import { proxyFindings } from './findings-proxy.ts';
import { inRun, type RunLane } from './in-run.ts';
import { programsOf, streamOf } from './trade-offs.ts';

const QUESTION = `
Your app yields word by word; your user sees one lump at the end. Which proxy does that, and which setting of which version
frees the stream?`;

const ABOUT = `
## How it was measured

This page is generated from the catalogue of [unclog](../README.md) and the results of one run. An origin writes one word of
32 bytes through the proxy, and writes the next only when the client has acknowledged the last by a side channel: what still
does not come out is held by the proxy, and how much must be written before it does is the threshold. In the same run relays
whose behaviour is known had to be judged rightly first. Prove it on your machine: \`npx unclog run nginx/default\`.

| verdict | what was seen |
|---|---|
| \`streams\` | every word arrived before the next was written |
| \`delays\` | every word arrived, held for a time each: mostly a timer |
| \`coalesces\` | words came out only once more bytes had been written |
| \`buffers\` | no word before the end of the response |
| \`breaks\` | bytes lost, altered or cut, or another status than the origin’s |
| \`refused\` | the proxy does not start with this config |

The framing is how your app marks the end of the body: \`curl -sNi http://127.0.0.1:PORT/path | head -20\`, past the proxy,
shows \`Transfer-Encoding: chunked\`, \`Content-Length\`, or neither (close-delimited). Sizes are rounded to two digits, times
to one. Verdict, reason and fix are those of the version that this run judged; what others do otherwise is said where it is
known.`;

/** The changes that free a variant's lanes, each once, linked to the setting that proved it. */
function freeing(lanes: readonly RunLane[], found: Found): string {
  const clogged = lanes.filter(({ expected }) => expected !== 'streams');
  if (clogged.length === 0) return 'nothing: it streams as it comes';
  const fixes = clogged.flatMap((lane) => orderedFixes(lane, found));
  const linkedOnce = new Map(fixes.map(({ change, provenBy }) => [change, linked(`\`${change}\``, provenBy)]));
  return [...linkedOnce.values()].join('<br>');
}

/** What other versions do otherwise as they come. */
function elsewhere(lanes: readonly RunLane[]): string {
  const changed = lanes.flatMap((lane) => (lane.otherwise ?? []).map((other) => ({ lane, ...other })));
  const byVersion = Map.groupBy(changed, ({ when, expected }) => `${when} ${expected}`);
  return [...byVersion]
    .map(([says, members]) => {
      const [first] = members[0]?.fixes ?? [];
      return `${says}: ${members.map(({ lane }) => streamOf(lane)).join('; ')}${first === undefined ? '' : ` (${linked(`\`${first.change}\``, first.provenBy)})`}`;
    })
    .join('<br>');
}

/** What it is in other versions has a column of its own. */
function verdict({ expected }: RunLane): string {
  return `${expected}`;
}

function overview({ proxies }: Catalogue, all: readonly RunLane[], found: Found): string[] {
  return [
    '| proxy | version | chunked | content-length | close-delimited | other streams | what frees those that clog | other versions |',
    '|---|---|---|---|---|---|---|---|',
    ...proxies.map((proxy) => {
      const lanes = all.filter(({ variant }) => variant.id === firstVariantId(proxy));
      return row([
        `[${proxy.name}](#${anchor(proxy.id)})`,
        versionsOf(proxy.id, [...found.values()]).join(', ') || 'not in this run',
        ...byFraming(lanes, verdict),
        cell(otherStreams(lanes, verdict)),
        cell(freeing(lanes, found)),
        cell(elsewhere(lanes)),
      ]);
    }),
  ];
}

function chainFindings(chain: Chain, found: Found): string[] {
  const { path, guilty = [] } = chain;
  const hops = path.map(({ id }, index) => `${index + 1} ${linked(`\`${id}\``, id)}`).join(', ');
  return [
    '',
    `<a id="${anchor(chain.id)}"></a>`,
    `### ${chain.id}`,
    '',
    `${chain.title}. Hops: ${hops}.${guilty.length === 0 ? '' : ` Guilty: ${guilty.join(', ')}.`}`,
    '',
    bullet(chain, found),
  ];
}

/** @param results of a run; lanes that it has not are said to be as expected. */
export function findings(catalogue: Catalogue, results: Pick<Results, 'lanes' | 'unclog'>): string {
  const found = new Map(results.lanes.map((lane) => [lane.id, lane]));
  const lanes = catalogue.lanes.map((lane) => inRun(lane, found.get(lane.id)));
  const variants = new Map(lanes.map(({ variant }) => [variant.id, variant]));
  return `${[
    '<!-- Generated by `npm run findings`; edits are lost. -->',
    '# Which setting keeps word-by-word streaming?',
    QUESTION,
    '',
    '## Every proxy as it comes',
    '',
    'An event stream through each proxy with nothing set, by the framing of the origin. Here and in the tables of settings a',
    'blank cell under a framing means that an event stream of that framing is not tried there: nothing is said of it, good or bad.',
    'Other streams are named by what they differ in from the plain one, an event stream in chunks.',
    '',
    ...overview(catalogue, lanes, found),
    ABOUT,
    ...catalogue.proxies.flatMap((proxy) => [
      '',
      ...proxyFindings(
        proxy,
        lanes.filter(({ variant }) => variant.proxy.id === proxy.id),
        found,
      ),
    ]),
    '',
    `<a id="${anchor('chain')}"></a>`,
    '## Several proxies in a row',
    '',
    'Hop 1 is nearest the client.',
    ...catalogue.chains.flatMap((chain) => chainFindings(chain, found)),
    '',
    `unclog ${results.unclog}: ${variants.size} settings of ${catalogue.proxies.length} proxies under ${lanes.length} streams, with ${programsOf(results.lanes)}.`,
  ].join('\n')}\n`;
}
