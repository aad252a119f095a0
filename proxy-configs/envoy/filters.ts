/** HTTP filters that look at bodies, hold them or pass them on. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';

const LUA = 'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/lua_filter';
const FILE_SYSTEM_BUFFER =
  'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/file_system_buffer_filter';
const BANDWIDTH = 'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/bandwidth_limit_filter';
const JSON_TO_METADATA =
  'https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/json_to_metadata_filter';

export const filters: VariantDeclaration[] = [
  {
    id: 'buffer',
    title: 'Request buffering',
    changes: 'envoy.filters.http.buffer',
    files: { config: 'buffer.yaml' },
    docs: ['https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/buffer_filter'],
    tags: ['request'],
    incremental: { why: 'The filter collects the request to its end.' },
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
    incremental: { why: 'The filter collects the response to its end.' },
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
    id: 'bandwidth-limit',
    title: 'A limit of 10 MiB/s on responses',
    changes: 'envoy.filters.http.bandwidth_limit with limit_kbps: 10240',
    files: { config: 'bandwidth-limit.yaml' },
    docs: [BANDWIDTH],
    lanes: [
      {
        expected: 'streams',
        why: 'What finds tokens enough, of which a second’s worth is kept, passes at once. Only what is over the limit waits for the next fill, 50 ms by default; all streams of one Envoy share the limit.',
      },
    ],
  },
  {
    id: 'json-to-metadata',
    title: 'Figures taken out of JSON responses',
    changes: 'envoy.filters.http.json_to_metadata with response_rules',
    files: { config: 'json-to-metadata.yaml' },
    docs: [JSON_TO_METADATA],
    lanes: [
      {
        vary: { 'content-type': 'application/json' },
        expected: 'buffers',
        why: 'The filter stops the response until it has the whole of the JSON. Figures in the events of a text/event-stream are read as they pass by envoy.filters.http.sse_to_metadata (envoy/sse-to-metadata).',
        fix: {
          change: 'take envoy.filters.http.json_to_metadata off this listener',
          provenBy: 'envoy/default?content-type=application/json',
        },
      },
      { expected: 'streams', why: 'text/event-stream is not among the types that the filter reads.' },
    ],
  },
  {
    id: 'sse-to-metadata',
    title: 'Figures taken out of event streams',
    changes: 'envoy.filters.http.sse_to_metadata',
    files: { config: 'sse-to-metadata.yaml' },
    since: '1.38.0',
    docs: ['https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/sse_to_metadata_filter'],
    lanes: [{ expected: 'streams', why: 'The filter reads the events as they pass, and holds none of them back.' }],
  },
  {
    id: 'decompressor',
    title: 'Responses unpacked for the client',
    changes: 'envoy.filters.http.decompressor with gzip',
    files: { config: 'decompressor.yaml' },
    docs: ['https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/decompressor_filter'],
    tags: ['headers'],
    lanes: [
      {
        expected: 'streams',
        why: 'Servers are asked for gzip in the client’s name, and where they compress, theirs is the compressor that must flush; a response that is not compressed passes as it comes.',
      },
      {
        vary: { 'content-encoding': 'gzip' },
        expected: 'streams',
        why: 'Each piece is unpacked as it comes and handed on with all that it gives: an origin that flushes after each event streams to a client that knows no gzip.',
      },
    ],
  },
];
