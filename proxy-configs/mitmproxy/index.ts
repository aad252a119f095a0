import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';

const STREAMING = 'https://docs.mitmproxy.org/stable/overview/features/#streaming';
const OPTIONS = 'https://docs.mitmproxy.org/stable/concepts/options/#stream_large_bodies';
const BUFFERS = 'https://github.com/mitmproxy/mitmproxy/issues/4469';

/** What its program mitmdump is. */
const START = 'from mitmproxy.tools.main import mitmdump; mitmdump()';

export default {
  id: 'mitmproxy',
  name: 'mitmproxy',
  home: 'https://www.mitmproxy.org',
  native: {
    program: 'python3',
    packages: { from: 'pip', main: 'mitmproxy', unpackedMB: 110 },
    paths: { config: 'config.yaml', addon: 'stream_event_streams.py' },
    args: () => ['-c', START, '--set', 'confdir=.', '--listen-host', '127.0.0.1'],
  },
  variants: [
    {
      id: 'default',
      title: 'mitmdump in reverse mode, as it comes',
      changes: 'nothing',
      files: { config: 'default.yaml' },
      docs: [STREAMING, BUFFERS, 'https://github.com/mitmproxy/mitmproxy/issues/628'],
      tags: ['buffering', 'abort'],
      lanes: [
        {
          core: true,
          expected: 'buffers',
          why: 'It takes the whole response, headers too, so that it can be changed before it is passed on.',
          fix: [
            { change: 'stream_large_bodies: 1', provenBy: 'mitmproxy/stream-large-bodies-1' },
            { change: 'an addon that sets flow.response.stream', provenBy: 'mitmproxy/stream-event-streams' },
          ],
        },
        {
          vary: { framing: 'content-length' },
          expected: 'buffers',
          why: 'The whole response is taken, whatever its framing.',
          fix: {
            change: 'stream_large_bodies: 1',
            provenBy: 'mitmproxy/stream-large-bodies-1?framing=content-length',
          },
        },
      ],
    },
    {
      id: 'stream-large-bodies-1',
      title: 'Everything is streamed',
      changes: 'stream_large_bodies: 1',
      files: { config: 'stream-large-bodies-1.yaml' },
      docs: [OPTIONS, 'https://github.com/mitmproxy/mitmproxy/issues/5060'],
      tags: ['buffering', 'fix', 'abort'],
      lanes: [
        {
          core: true,
          expected: 'streams',
          why: 'A chunked body is passed on as soon as it is longer than a byte, which the first word is.',
        },
        {
          vary: { framing: 'content-length' },
          expected: 'streams',
          why: 'A body is streamed from its first byte when its Content-Length is over the limit.',
        },
        {
          vary: { format: 'ndjson' },
          expected: 'streams',
          why: 'The option looks at the length alone, and not at the type.',
        },
      ],
    },
    {
      id: 'stream-large-bodies-64k',
      title: 'Only what is long is streamed',
      changes: 'stream_large_bodies: 64k',
      files: { config: 'stream-large-bodies-64k.yaml' },
      docs: [OPTIONS, 'https://github.com/mitmproxy/mitmproxy/issues/4470'],
      tags: ['buffering'],
      lanes: [
        {
          expected: 'coalesces',
          why: 'How long a chunked body will be is not known, so 65,536 bytes of it are kept before the rest is streamed.',
          fix: { change: 'stream_large_bodies: 1', provenBy: 'mitmproxy/stream-large-bodies-1' },
        },
      ],
    },
    {
      id: 'stream-event-streams',
      title: 'An addon that has event streams passed on',
      changes: 'flow.response.stream = True',
      files: { config: 'stream-event-streams.yaml', addon: 'stream_event_streams.py' },
      docs: [
        STREAMING,
        BUFFERS,
        'https://github.com/mitmproxy/mitmproxy/blob/main/examples/addons/http-stream-simple.py',
      ],
      tags: ['buffering', 'fix'],
      lanes: [
        { expected: 'streams', why: 'Asked at its headers, mitmproxy streams this response and keeps none of it.' },
        {
          vary: { format: 'ndjson' },
          expected: 'buffers',
          why: 'The addon knows event streams only; NDJSON is kept to its end as before.',
          fix: { change: 'stream_large_bodies: 1', provenBy: 'mitmproxy/stream-large-bodies-1?format=ndjson' },
        },
      ],
    },
  ],
} satisfies ProxyDeclaration;
