import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';

const DOCS = 'https://portkey.ai/docs';
const CONFIGS = `${DOCS}/product/ai-gateway/configs`;
const CUSTOM_HOSTS = `${DOCS}/product/ai-gateway/custom-hosts`;
const TIMEOUTS = `${DOCS}/product/ai-gateway/request-timeouts`;
const GUARDRAILS = `${DOCS}/product/guardrails/capabilities`;
const REPO = 'https://github.com/Portkey-AI/gateway';
const RESPONSES = `${REPO}/blob/main/src/handlers/responseHandlers.ts`;
const STREAMS = `${REPO}/blob/main/src/handlers/streamHandler.ts`;

const BINARY = 'application/octet-stream';

const ASYNC = { change: 'async: true', provenBy: 'portkey/output-guardrails-async' };

export default {
  id: 'portkey',
  name: 'Portkey AI gateway',
  home: REPO,
  native: {
    program: 'node',
    // package.json holds @hono/node-server at the version of the gateway's own lock. With what npm takes by itself
    // (1.x since 1.14.2) the gateway answers nearly everything with 500: TypeError: immutable, its issue 1389.
    packages: { from: 'npm', main: '@portkey-ai/gateway', unpackedMB: 28 },
    paths: { config: 'config.mjs' },
    // Which host it forwards to, its clients say by a header, and it answers under /v1 alone: a client who knows
    // nothing of it is no client of it. A module that Node loads first adds both to each request that comes.
    args: ({ port }) => [
      '--import',
      './config.mjs',
      'node_modules/@portkey-ai/gateway/build/start-server.js',
      `--port=${port}`,
    ],
    checkArgs: ({ files }) => ['--check', files['config'] ?? 'config.mjs'],
  },
  variants: [
    {
      id: 'default',
      title: 'A custom host, as it comes',
      changes: 'nothing',
      files: { config: 'default.mjs' },
      docs: [CUSTOM_HOSTS, CONFIGS, RESPONSES, `${REPO}/issues/290`, `${REPO}/pull/309`, `${REPO}/issues/1389`],
      tags: ['buffering', 'abort'],
      lanes: [
        {
          core: true,
          expected: 'streams',
          why: 'What is not asked for as a stream is passed on as it is read all the same, unless it is text, or a guardrail looks at it. A second copy, made for the log, is read by nobody and never cancelled: the origin does not learn that the client left. A request in JSON is read to its end before the origin is asked, and one that comes in chunks gets 500: its Transfer-Encoding is handed on to fetch(), which refuses it. Before 1.5.5 the gateway compressed in Node, which held everything (issue 290).',
        },
        { vary: { format: 'ndjson' }, expected: 'streams', why: 'Of the types of text only plain and HTML are held.' },
        {
          core: true,
          vary: { format: 'text' },
          expected: 'buffers',
          why: 'text/plain and text/html are read to their end, headers too, before they are passed on: handleTextResponse awaits response.text().',
          fix: {
            change: `Content-Type: ${BINARY} from the origin`,
            provenBy: `portkey/default?content-type=${BINARY}&format=text`,
          },
        },
        {
          core: true,
          vary: { format: 'text', 'content-type': BINARY },
          expected: 'streams',
          why: 'The body of what is of no type of text is handed on unread.',
        },
      ],
    },
    {
      id: 'stream-true',
      title: 'Asked for as a stream',
      changes: 'override_params: { stream: true }',
      files: { config: 'stream-true.mjs' },
      docs: [CONFIGS, STREAMS],
      tags: ['buffering'],
      lanes: [
        {
          expected: 'delays',
          why: 'Server-sent events pass one by one, but for the first, which readStream() keeps for 25 ms: each stream begins so much later, and loses nothing after that.',
          noFix: 'The pause stands in the source, and no setting changes it.',
        },
        {
          vary: { format: 'ndjson' },
          expected: 'buffers',
          why: 'A stream is cut where the provider is known to end an event, for OpenAI at an empty line, and NDJSON has none.',
          noFix:
            'A provider that streams must end its events as Portkey expects it to: server-sent events do. Without "stream": true it would answer with one JSON at the end.',
        },
        {
          vary: { format: 'text' },
          expected: 'buffers',
          why: 'Words without an empty line are kept to the end in the same way, whatever their type.',
          noFix:
            'A provider that streams must end its events as Portkey expects it to: server-sent events do. Without "stream": true it would answer with one JSON at the end.',
        },
      ],
    },
    {
      id: 'request-timeout-1s',
      title: 'An origin that is silent for a second is given up',
      changes: 'request_timeout: 1000',
      files: { config: 'request-timeout-1s.mjs' },
      docs: [TIMEOUTS, 'https://www.mintlify.com/portkey-AI/gateway/features/timeouts'],
      tags: ['timeouts', 'abort'],
      lanes: [
        {
          expected: 'streams',
          why: 'It is said to hold for the streaming of the response too, but ends with its head: a slow first token gets 408, and a stream goes on for longer than a second.',
        },
      ],
    },
    {
      id: 'output-guardrails',
      title: 'Answers are checked before they are passed on',
      changes: 'output_guardrails: [{ "default.contains": … }]',
      files: { config: 'output-guardrails.mjs' },
      docs: [GUARDRAILS, `${DOCS}/guides/use-cases/streaming-output-guardrails`, RESPONSES],
      tags: ['buffering', 'abort'],
      lanes: [
        {
          expected: 'breaks',
          why: 'The guardrail is documented to run on answers of models alone, but with one that is waited for the body of any answer not asked for as a stream is read whole as JSON, and an event stream is none: the client gets 500.',
          fix: ASYNC,
        },
        {
          vary: { format: 'text' },
          expected: 'buffers',
          why: 'Text is read whole, with a guardrail or without.',
          fix: {
            change: `async: true, and Content-Type: ${BINARY} from the origin`,
            provenBy: `portkey/output-guardrails-async?content-type=${BINARY}&format=text`,
          },
        },
      ],
    },
    {
      id: 'output-guardrails-async',
      title: 'Answers are checked beside',
      changes: 'async: true',
      files: { config: 'output-guardrails-async.mjs' },
      docs: [GUARDRAILS],
      tags: ['buffering', 'fix'],
      lanes: [
        {
          expected: 'streams',
          why: 'A guardrail that is not waited for is none of what makes the gateway read the body.',
        },
        {
          vary: { format: 'text', 'content-type': BINARY },
          expected: 'streams',
          why: 'The body of what is of no type of text is handed on unread.',
        },
      ],
    },
  ],
} satisfies ProxyDeclaration;
