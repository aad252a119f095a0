import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';

const STREAM_RESPONSE_BODY = 'https://redmine.lighttpd.net/projects/lighttpd/wiki/Server_stream-response-bodyDetails';
const MOD_PROXY = 'https://redmine.lighttpd.net/projects/lighttpd/wiki/Docs_ModProxy';
const MOD_DEFLATE = 'https://redmine.lighttpd.net/projects/lighttpd/wiki/Docs_ModDeflate';
/** Its opening comment: only responses that are complete are compressed. */
const MOD_DEFLATE_SOURCE = 'https://github.com/lighttpd/lighttpd1.4/blob/lighttpd-1.4.69/src/mod_deflate.c';

const STREAM = 'server.stream-response-body = 2';

export default {
  id: 'lighttpd',
  name: 'lighttpd',
  home: 'https://www.lighttpd.net/',
  version: { args: ['-v'], pattern: /lighttpd\/(\d+\.\d+\.\d+)/ },
  native: {
    program: 'lighttpd',
    apt: ['lighttpd', 'lighttpd-mod-deflate'],
    // What it buffers goes into temporary files: in the run's folder, in place of /var/tmp.
    env: { TMPDIR: '.' },
    args: ({ files }) => ['-D', '-f', files['config'] ?? ''],
    checkArgs: ({ files }) => ['-tt', '-f', files['config'] ?? ''],
  },
  variants: [
    {
      id: 'default',
      title: 'lighttpd as it comes',
      changes: 'nothing',
      files: { config: 'default.conf' },
      docs: [STREAM_RESPONSE_BODY, MOD_PROXY],
      tags: ['buffering'],
      lanes: [
        {
          core: true,
          expected: 'buffers',
          why: 'server.stream-response-body is 0: the whole response is taken in, what does not fit into memory into temporary files, before even the headers are sent.',
          fix: { change: STREAM, provenBy: 'lighttpd/stream-response-body-2' },
        },
        {
          vary: { framing: 'close-delimited' },
          expected: 'buffers',
          why: 'How the end of the body is marked makes no difference.',
          fix: { change: STREAM, provenBy: 'lighttpd/stream-response-body-2?framing=close-delimited' },
        },
      ],
    },
    {
      id: 'stream-response-body-1',
      title: 'The response is passed on, and taken in as fast as it comes',
      changes: 'server.stream-response-body = 1',
      files: { config: 'stream-response-body-1.conf' },
      since: '1.4.40',
      docs: [STREAM_RESPONSE_BODY],
      tags: ['buffering', 'backpressure'],
      lanes: [
        {
          expected: 'streams',
          why: 'Each piece is passed on as it comes. For a client that does not read everything is taken in, into temporary files: the origin is never slowed down.',
        },
        {
          vary: { framing: 'content-length' },
          expected: 'streams',
          why: 'How the end of the body is marked makes no difference.',
        },
      ],
    },
    {
      id: 'stream-response-body-2',
      title: 'The response is passed on, and the origin waits for the client',
      changes: STREAM,
      files: { config: 'stream-response-body-2.conf' },
      since: '1.4.40',
      docs: [STREAM_RESPONSE_BODY],
      tags: ['buffering', 'backpressure', 'abort', 'fix'],
      lanes: [
        {
          core: true,
          expected: 'streams',
          why: 'Each piece is passed on as it comes, and a client that does not read stops the origin.',
        },
        {
          vary: { framing: 'close-delimited' },
          expected: 'streams',
          why: 'How the end of the body is marked makes no difference.',
        },
      ],
    },
    {
      id: 'stream-request-body-1',
      title: 'Request and response are passed on as they come',
      changes: 'server.stream-request-body = 1, server.stream-response-body = 2',
      files: { config: 'stream-request-body-1.conf' },
      since: '1.4.40',
      docs: [STREAM_RESPONSE_BODY, MOD_PROXY],
      tags: ['request'],
      lanes: [
        {
          expected: 'streams',
          why: 'The directive is about the body of the request alone, which is else held to its end before the origin is asked. Together with a streamed response it makes the exchange full duplex.',
        },
      ],
    },
    {
      id: 'deflate',
      title: 'Compression of event streams',
      changes: 'mod_deflate, deflate.mimetypes with text/event-stream',
      files: { config: 'deflate.conf' },
      since: '1.4.42',
      docs: [MOD_DEFLATE, STREAM_RESPONSE_BODY],
      tags: ['compression', 'buffering'],
      lanes: [
        {
          vary: { 'accept-encoding': 'gzip' },
          expected: 'buffers',
          why: 'The response is taken in whole because server.stream-response-body is 0, and is then compressed.',
          fix: { change: STREAM, provenBy: 'lighttpd/deflate-stream-response-body-2?accept-encoding=gzip' },
        },
      ],
    },
    {
      id: 'deflate-stream-response-body-2',
      title: 'Compression that spares what is streamed',
      changes: 'mod_deflate, deflate.mimetypes with text/event-stream, server.stream-response-body = 2',
      files: { config: 'deflate-stream-response-body-2.conf' },
      since: '1.4.42',
      docs: [MOD_DEFLATE, MOD_DEFLATE_SOURCE, STREAM_RESPONSE_BODY],
      tags: ['compression', 'fix'],
      lanes: [
        {
          vary: { 'accept-encoding': 'gzip' },
          expected: 'streams',
          why: 'mod_deflate compresses only responses that are complete when they are begun: a streamed one passes uncompressed, although its type is listed.',
        },
      ],
    },
    {
      id: 'read-timeout-1s',
      title: 'An origin that is silent for a second is given up',
      changes: '"read-timeout" => 1, server.stream-response-body = 2',
      files: { config: 'read-timeout-1s.conf' },
      docs: [MOD_PROXY],
      tags: ['timeouts'],
      lanes: [
        {
          expected: 'streams',
          why: 'Each read starts the timeout anew, so a stream that flows is not touched by it. lighttpd looks at its timers about once a second, so a silent one is cut a second or two later than is said.',
        },
      ],
    },
  ],
} satisfies ProxyDeclaration;
