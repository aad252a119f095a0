import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';

const REPO = 'https://github.com/KenyonY/openai-forward';
const README = `${REPO}/blob/main/README.md`;
const ENVIRONMENT = `${REPO}/blob/main/.env.example`;
const CORE = `${REPO}/blob/main/openai_forward/forward/core.py`;
const STREAMS_NOT = `${REPO}/issues/128`;
const AIOHTTP = 'https://docs.aiohttp.org/en/stable';

/** A general route logs requests alone (LOG_GENERAL). */
const NO_CHAT_LOG = 'no log of chats (LOG_OPENAI, PRINT_CHAT)';

export default {
  id: 'openai-forward',
  name: 'OpenAI Forward',
  home: REPO,
  readyPath: '/healthz/origin',
  native: {
    program: 'python3',
    // requirements.txt has PyYAML besides what the package names: it imports it without saying so.
    packages: { from: 'pip', main: 'openai-forward', unpackedMB: 155 },
    paths: { config: '.env' },
    // What `aifd` is.
    args: ({ port }) => ['-m', 'openai_forward', 'run', '--port', String(port)],
  },
  // No lane with a TOKEN_RATE_LIMIT or a cache: both ask for whole paths, and each stream here has its own.
  variants: [
    {
      id: 'default',
      title: 'A general route',
      changes: 'nothing',
      files: { config: 'default.env' },
      docs: [README, CORE, `${AIOHTTP}/streams.html`],
      tags: ['abort', 'fix'],
      lanes: [
        {
          core: true,
          expected: 'streams',
          why: 'aiohttp’s iter_chunks() yields what was read, and every part is sent. Of the answer’s fields the type alone is passed on, so that X-Accel-Buffering and Cache-Control tell a proxy in front nothing.',
        },
        {
          vary: { format: 'text', framing: 'content-length' },
          expected: 'streams',
          why: 'Neither type nor framing is looked at; the Content-Length goes with the other fields, and the client gets chunks.',
        },
        {
          vary: { 'http-version': '1.0' },
          expected: 'streams',
          why: 'To HTTP/1.0 its uvicorn, which comes without httptools, ends the body by closing: nginx before 1.29.7 in front of it, which asks so, holds that.',
        },
      ],
    },
    {
      id: 'openai',
      title: 'A route of OpenAI’s kind',
      changes: '"type":"openai"',
      files: { config: 'openai.env' },
      docs: [README, CORE, STREAMS_NOT],
      tags: ['buffering', 'abort', 'backpressure', 'fix'],
      lanes: [
        {
          core: true,
          expected: 'streams',
          why: 'A task of its own reads the answer into a queue, and another sends what is in it. The first is not told that the client left, and takes in all that the origin sends; when the origin dies it ends without a word, and the client waits.',
        },
        {
          vary: { format: 'text', framing: 'content-length' },
          expected: 'streams',
          why: 'Neither type nor framing is looked at.',
        },
      ],
    },
    {
      id: 'default-stream-false',
      title: 'No stream unless it is said',
      changes: 'DEFAULT_STREAM_RESPONSE=false',
      files: { config: 'default-stream-false.env' },
      docs: [CORE, STREAMS_NOT],
      tags: ['buffering'],
      lanes: [
        {
          core: true,
          expected: 'buffers',
          why: 'The body is read whole, and only the headers are sent before. A request with "stream": true is served so too: its JSON is looked at only where LOG_OPENAI or PRINT_CHAT is on. Before 0.8 that was so without being told (issue 128).',
          fix: [
            { change: 'DEFAULT_STREAM_RESPONSE=true, which it is unless told', provenBy: 'openai-forward/openai' },
            { change: '"type":"general"', provenBy: 'openai-forward/default', loses: NO_CHAT_LOG },
          ],
        },
        {
          vary: { format: 'text', framing: 'content-length' },
          expected: 'buffers',
          why: 'The body is read whole, whatever its type and framing.',
          fix: [
            {
              change: 'DEFAULT_STREAM_RESPONSE=true, which it is unless told',
              provenBy: 'openai-forward/openai?format=text&framing=content-length',
            },
            {
              change: '"type":"general"',
              provenBy: 'openai-forward/default?format=text&framing=content-length',
              loses: NO_CHAT_LOG,
            },
          ],
        },
      ],
    },
    {
      id: 'timeout-1s',
      title: 'A timeout of a second',
      changes: 'TIMEOUT=1',
      files: { config: 'timeout-1s.env' },
      docs: [ENVIRONMENT, CORE, `${AIOHTTP}/client_reference.html#aiohttp.ClientTimeout`],
      tags: ['timeouts'],
      lanes: [
        {
          expected: 'streams',
          why: 'It is a limit for getting a connection. Neither a slow first token nor a stream that falls silent is cut by it, nor by anything else.',
        },
      ],
    },
  ],
} satisfies ProxyDeclaration;
