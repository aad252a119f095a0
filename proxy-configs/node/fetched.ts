/** Proxies written by hand on fetch. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

const FETCH = 'https://nodejs.org/api/globals.html#fetch';
const FROM_WEB = 'https://nodejs.org/api/stream.html#streamreadablefromwebreadablestream-options';

const CODING_STAYS = 'https://github.com/prokube/pk-opencode-webui/pull/201';

const BY_PIPELINE = {
  change: 'pipeline(Readable.fromWeb(answer.body), response)',
  provenBy: 'node/fetch-pipeline',
};

export const FETCHED: VariantDeclaration[] = [
  {
    id: 'fetch-for-await',
    title: 'A proxy by hand: fetch and a loop over the answer',
    changes: 'for await (const chunk of answer.body) response.write(chunk)',
    files: { program: 'fetch-for-await.mjs' },
    docs: [FETCH],
    tags: ['hand-written', 'abort', 'backpressure'],
    lanes: [
      {
        expected: 'streams',
        why: 'Each read is written at once. The loop asks neither whether the client takes what is written nor whether it is still there.',
      },
    ],
  },
  {
    id: 'fetch-abort-signal',
    title: 'A proxy by hand: fetch that ends when the client leaves',
    changes: "response.on('close', () => departure.abort())",
    files: { program: 'fetch-abort-signal.mjs' },
    docs: [FETCH, 'https://nodejs.org/api/globals.html#class-abortcontroller', 'https://github.com/h3js/h3/pull/1417'],
    tags: ['hand-written', 'fix', 'abort'],
    lanes: [
      {
        expected: 'streams',
        why: 'Each read is written at once, and the signal ends the request to the upstream as soon as the response is closed.',
      },
    ],
  },
  {
    id: 'fetch-pipeline',
    title: 'A proxy by hand: fetch, and its web stream by a pipeline',
    changes: 'pipeline(Readable.fromWeb(answer.body), response)',
    files: { program: 'fetch-pipeline.mjs' },
    docs: [FROM_WEB, 'https://nodejs.org/api/stream.html#streampipelinesource-transforms-destination-options'],
    tags: ['hand-written', 'fix', 'abort', 'backpressure'],
    lanes: [
      {
        expected: 'streams',
        why: 'Each read is written at once; the pipeline waits for a slow client, and destroys the web stream when it leaves.',
      },
      {
        vary: { framing: 'content-length' },
        expected: 'streams',
        why: 'The pipeline does not look at the framing; the Content-Length is passed on.',
      },
      {
        vary: { 'content-encoding': 'gzip' },
        expected: 'breaks',
        why: 'fetch decodes the body and leaves Content-Encoding in the headers (Fetch Standard, HTTP-network fetch): passed on together they tell the client to unpack what is no gzip, and browsers say ERR_CONTENT_DECODING_FAILED.',
        fix: {
          change: "answered.delete('content-encoding')",
          provenBy: 'node/fetch-decoded?content-encoding=gzip',
        },
      },
    ],
  },
  {
    id: 'fetch-decoded',
    title: 'A proxy by hand: fetch, without the coding that it has undone',
    changes: "answered.delete('content-encoding')",
    files: { program: 'fetch-decoded.mjs' },
    docs: [FETCH, CODING_STAYS],
    tags: ['hand-written', 'fix', 'compression'],
    lanes: [
      {
        vary: { 'content-encoding': 'gzip' },
        expected: 'streams',
        why: 'The body goes out as fetch decoded it, read by read, and nothing says any more that it is coded; nor how long it was when it was.',
      },
    ],
  },
  {
    id: 'fetch-timeout-2s',
    title: 'A proxy by hand: fetch with two seconds for the whole answer',
    changes: 'signal: AbortSignal.timeout(2000)',
    files: { program: 'fetch-timeout-2s.mjs' },
    docs: [
      'https://nodejs.org/api/globals.html#static-method-abortsignaltimeoutdelay',
      'https://github.com/whatwg/fetch/issues/20',
    ],
    tags: ['hand-written', 'timeouts'],
    lanes: [
      {
        expected: 'streams',
        why: 'A stream that is over within the limit is not touched by it. The signal counts from the request and goes on after the headers: a longer stream is cut however lively it is.',
      },
    ],
  },
  {
    id: 'fetch-text',
    title: 'A proxy by hand: fetch and text()',
    changes: 'await answer.text()',
    files: { program: 'fetch-text.mjs' },
    docs: [FETCH],
    tags: ['hand-written', 'abort'],
    lanes: [
      {
        expected: 'buffers',
        why: 'text(), as json() and arrayBuffer(), is there when the last byte is; the headers wait with it.',
        fix: BY_PIPELINE,
      },
    ],
  },
  {
    id: 'fetch-clone-awaited',
    title: 'A proxy by hand: fetch, and a copy that is awaited',
    changes: 'await answer.clone().text()',
    files: { program: 'fetch-clone-awaited.mjs' },
    docs: ['https://developer.mozilla.org/en-US/docs/Web/API/Response/clone', FETCH],
    tags: ['hand-written'],
    lanes: [
      {
        expected: 'buffers',
        why: 'The copy is read to its end before the answer is looked at, and what it has read is kept for the answer meanwhile.',
        fix: { change: 'no await before the answer is sent', provenBy: 'node/fetch-clone' },
      },
    ],
  },
  {
    id: 'fetch-clone',
    title: 'A proxy by hand: fetch, and a copy that is read beside it',
    changes: 'answer.clone().text(), which nothing waits for',
    files: { program: 'fetch-clone.mjs' },
    docs: ['https://developer.mozilla.org/en-US/docs/Web/API/Response/clone', FETCH],
    tags: ['hand-written', 'fix', 'abort'],
    lanes: [
      {
        expected: 'streams',
        why: 'Both copies get each read as it comes. The copy goes on for a client that has left.',
      },
    ],
  },
];
