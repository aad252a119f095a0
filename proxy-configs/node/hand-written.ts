/** Proxies written by hand on node:http and node:http2. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

const HTTP = 'https://nodejs.org/api/http.html';
const HTTP2 = 'https://nodejs.org/api/http2.html';
const STREAM = 'https://nodejs.org/api/stream.html';
const PIPELINE = `${STREAM}#streampipelinesource-transforms-destination-callback`;

const BY_PIPELINE = { change: 'pipeline(answer, response)', provenBy: 'node/pipeline' };

export const HAND_WRITTEN: VariantDeclaration[] = [
  {
    id: 'pipe',
    title: 'A proxy by hand: http.request and pipe',
    changes: 'upstream.pipe(response)',
    files: { program: 'pipe.mjs' },
    docs: [
      'https://nodejs.org/api/stream.html#readablepipedestination-options',
      'https://nodejs.org/api/http.html#httprequestoptions-callback',
    ],
    tags: ['hand-written', 'fix', 'abort'],
    lanes: [
      { core: true, expected: 'streams', why: 'pipe writes every read at once.' },
      {
        vary: { framing: 'content-length' },
        expected: 'streams',
        why: 'pipe does not look at the framing; the Content-Length is passed on.',
      },
      {
        vary: { framing: 'close-delimited' },
        expected: 'streams',
        why: 'pipe does not look at the framing; to the client Node answers chunked.',
      },
    ],
  },
  {
    id: 'pipeline',
    title: 'A proxy by hand: http.request and stream.pipeline',
    changes: 'pipeline(answer, response) in place of pipe',
    files: { program: 'pipeline.mjs' },
    docs: [PIPELINE, `${STREAM}#readablepipedestination-options`],
    tags: ['hand-written', 'fix', 'abort'],
    lanes: [
      { expected: 'streams', why: 'It writes every read at once, as pipe does, and ends both sides when either ends.' },
      {
        vary: { format: 'text' },
        expected: 'streams',
        why: 'The pipeline does not look at the content type.',
      },
    ],
  },
  {
    id: 'collect',
    title: 'A proxy by hand that collects, then sends',
    changes: 'await answer.toArray()',
    files: { program: 'collect.mjs' },
    docs: ['https://nodejs.org/api/stream.html#readabletoarrayoptions'],
    tags: ['hand-written', 'abort'],
    incremental: { why: 'The program collects the response to its end.' },
    lanes: [
      {
        core: true,
        expected: 'buffers',
        why: 'The answer is read to its end before any of it is sent, headers included, as `await response.text()` in a handler does it.',
        fix: { change: 'answer.pipe(response)', provenBy: 'node/pipe' },
      },
      {
        vary: { framing: 'content-length' },
        expected: 'buffers',
        why: 'The answer is read to its end before any of it is sent, whatever its framing.',
        fix: { change: 'answer.pipe(response)', provenBy: 'node/pipe?framing=content-length' },
      },
    ],
  },
  {
    id: 'pipeline-flush-headers',
    title: 'A proxy by hand that sends the headers when they come',
    changes: 'response.flushHeaders()',
    files: { program: 'pipeline-flush-headers.mjs' },
    docs: [`${HTTP}#responseflushheaders`],
    tags: ['hand-written', 'fix', 'paced'],
    lanes: [
      {
        expected: 'streams',
        why: 'The words come as they do without it; what it changes is that the headers leave before the first of them. Node keeps what writeHead was given until there is body to send along, so a browser’s EventSource is not open before the first event.',
      },
    ],
  },
  {
    id: 'pipeline-high-water-mark',
    title: 'A proxy by hand with a megabyte of buffer between the sides',
    changes: 'new PassThrough({ highWaterMark: 1024 * 1024 })',
    files: { program: 'pipeline-high-water-mark.mjs' },
    docs: [`${STREAM}#buffering`],
    tags: ['hand-written', 'backpressure'],
    lanes: [
      {
        expected: 'streams',
        why: 'highWaterMark is not a size that is waited for: it is how much is taken in before the source is told to stop. A large one hides a slow client from the origin, and holds nothing back.',
      },
    ],
  },
  {
    id: 'read-4096',
    title: 'A proxy by hand that reads 4096 bytes at a time',
    changes: 'answer.read(4096)',
    files: { program: 'read-4096.mjs' },
    docs: [`${STREAM}#readablereadsize`],
    tags: ['hand-written'],
    lanes: [
      {
        expected: 'coalesces',
        why: 'read(size) gives null until that many bytes are there, or the stream has ended: 4096 bytes are waited for each time.',
        fix: BY_PIPELINE,
      },
      {
        vary: { chunk: '16384' },
        expected: 'streams',
        why: 'A multiple of 4096 bytes leaves no rest: a test with large chunks of a round size does not see it.',
      },
    ],
  },
  {
    id: 'lines',
    title: 'A proxy by hand that passes on whole lines',
    changes: "split('\\n'), and the rest is kept",
    files: { program: 'lines.mjs' },
    docs: [`${STREAM}#implementing-a-transform-stream`],
    tags: ['hand-written'],
    lanes: [
      { expected: 'streams', why: 'An event ends with a blank line, so nothing of it is kept.' },
      {
        vary: { format: 'ndjson' },
        expected: 'streams',
        why: 'Each line of NDJSON is complete, so nothing of it is kept.',
      },
      {
        vary: { format: 'text' },
        expected: 'buffers',
        why: 'Words have no end of line: all of them are the rest that is kept, until the stream ends.',
        fix: { change: 'pipeline(answer, response)', provenBy: 'node/pipeline?format=text' },
      },
    ],
  },
  {
    id: 'events',
    title: 'A proxy by hand that passes on whole events',
    changes: "split('\\n\\n'), and the rest is kept",
    files: { program: 'events.mjs' },
    docs: [
      'https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream',
      `${STREAM}#implementing-a-transform-stream`,
    ],
    tags: ['hand-written'],
    lanes: [
      { expected: 'streams', why: 'An event ends with a blank line, so nothing of it is kept.' },
      {
        vary: { format: 'ndjson' },
        expected: 'buffers',
        why: 'NDJSON has no blank line: a parser of events that is put before it keeps all of it, until the stream ends.',
        fix: { change: 'lines in place of events', provenBy: 'node/lines?format=ndjson' },
      },
    ],
  },
  {
    id: 'batch-100ms',
    title: 'A proxy by hand that writes ten times a second',
    changes: 'setInterval(send, 100)',
    files: { program: 'batch-100ms.mjs' },
    docs: ['https://nodejs.org/api/timers.html#setintervalcallback-delay-args'],
    tags: ['hand-written'],
    lanes: [
      {
        expected: 'delays',
        why: 'What has come is written by a timer, so a word waits for up to 100 ms.',
        fix: BY_PIPELINE,
      },
    ],
  },
  {
    id: 'cork',
    title: 'A proxy by hand that corks the response',
    changes: 'response.cork(), and uncork() before end()',
    files: { program: 'cork.mjs' },
    docs: [`${STREAM}#writablecork`, `${HTTP}#outgoingmessagecork`],
    tags: ['hand-written'],
    lanes: [
      {
        expected: 'buffers',
        why: 'A corked response keeps all that is written to it in memory, and its headers with it, until it is uncorked.',
        fix: { change: 'process.nextTick(() => response.uncork())', provenBy: 'node/cork-next-tick' },
      },
    ],
  },
  {
    id: 'cork-ended',
    title: 'A proxy by hand that corks the response and ends it',
    changes: 'response.cork(), and no uncork() before end()',
    files: { program: 'cork-ended.mjs' },
    docs: [
      `${HTTP}#outgoingmessagecork`,
      'https://github.com/nodejs/node/blob/v24.21.0/lib/_http_outgoing.js',
      'https://github.com/nodejs/node/pull/29053',
    ],
    tags: ['hand-written'],
    lanes: [
      {
        expected: 'breaks',
        why: 'Of a chunked response end() writes the last chunk, 0, before it uncorks the others: to the client the body ends with the first word, and the rest comes behind the end of the message. The documentation has end() as what flushes a corked message.',
        fix: { change: 'process.nextTick(() => response.uncork())', provenBy: 'node/cork-next-tick' },
      },
    ],
  },
  {
    id: 'cork-next-tick',
    title: 'A proxy by hand that corks the response for a turn',
    changes: 'process.nextTick(() => response.uncork())',
    files: { program: 'cork-next-tick.mjs' },
    docs: [`${STREAM}#writableuncork`],
    tags: ['hand-written', 'fix'],
    lanes: [
      {
        expected: 'streams',
        why: 'What was written in one turn of the event loop is sent with it, as one packet: nothing waits for the next.',
      },
    ],
  },
  {
    id: 'server-timeout-1s',
    title: 'A proxy by hand whose server ends a silent connection after a second',
    changes: 'server.timeout = 1000',
    files: { program: 'server-timeout-1s.mjs' },
    docs: [`${HTTP}#servertimeout`],
    tags: ['hand-written', 'timeouts'],
    lanes: [
      {
        expected: 'streams',
        why: 'It counts silence on the client’s connection, so a stream that flows is not touched. It is 0, which is none, since Node 13, and was two minutes before, which many an old answer on the web is about.',
      },
    ],
  },
  {
    id: 'request-timeout-1s',
    title: 'A proxy by hand whose server gives a request a second to arrive',
    changes: 'requestTimeout: 1000',
    files: { program: 'request-timeout-1s.mjs' },
    docs: [`${HTTP}#serverrequesttimeout`],
    tags: ['hand-written', 'timeouts', 'request'],
    lanes: [
      {
        expected: 'streams',
        why: 'It is about the request alone and says nothing of the response, however long that goes on or pauses. What it cuts is an upload: after 300 s by default.',
      },
    ],
  },
  {
    id: 'http2-listener',
    title: 'A proxy by hand that listens for HTTP/2',
    changes: 'http2.createSecureServer({ allowHTTP1: true, noDelay: true })',
    files: {
      program: 'http2-listener.mjs',
      certificate: '../shared/certificate.pem',
      key: '../shared/key.pem',
    },
    listens: 'https',
    docs: [
      `${HTTP2}#compatibility-api`,
      `${HTTP2}#http2createsecureserveroptions-onrequesthandler`,
      'https://nodejs.org/api/net.html#netcreateserveroptions-connectionlistener',
      'https://github.com/nodejs/node/issues/34185',
    ],
    tags: ['hand-written', 'abort'],
    lanes: [
      {
        vary: { 'http-version': '2' },
        expected: 'streams',
        why: 'Each read is written as a DATA frame of its own.',
      },
      {
        expected: 'streams',
        why: 'Over HTTP/1.1 too. Without noDelay this server leaves Nagle’s algorithm on for such clients, which node:http and node:https switch off: on an idle machine the first word then waited 40 ms for the client’s delayed acknowledgement.',
      },
    ],
  },
  {
    id: 'http2-upstream',
    title: 'A proxy by hand that speaks HTTP/2 to its upstream',
    changes: 'http2.connect(UPSTREAM)',
    files: { program: 'http2-upstream.mjs' },
    upstream: 'h2c',
    docs: [`${HTTP2}#http2connectauthority-options-listener`, `${HTTP2}#clienthttp2sessionrequestheaders-options`],
    tags: ['hand-written', 'abort'],
    lanes: [
      { expected: 'streams', why: 'Each DATA frame is a read of the stream, and is written at once.' },
      {
        vary: { framing: 'content-length' },
        expected: 'streams',
        why: 'HTTP/2 ends a body with a flag of its own; the length is a field like others, and is passed on.',
      },
    ],
  },
];
