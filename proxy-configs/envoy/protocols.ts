/** How it speaks to clients and servers. */

import type { VariantDeclaration } from '../../bench/catalogue/declaration.ts';
const FLOW_CONTROL = 'https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/flow_control';

export const protocols: VariantDeclaration[] = [
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
    upstream: 'h2c',
    docs: [
      'https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/upstreams/http/v3/http_protocol_options.proto',
    ],
    tags: ['http-version'],
    lanes: [{ expected: 'streams', why: 'Each HTTP/2 frame of the origin is passed on as it arrives.' }],
  },
  {
    id: 'http-1-0',
    title: 'Clients that speak HTTP/1.0',
    changes: 'http_protocol_options: { accept_http_10: true }',
    files: { config: 'http-1-0.yaml' },
    docs: [
      'https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/core/v3/protocol.proto#envoy-v3-api-msg-config-core-v3-http1protocoloptions',
    ],
    tags: ['http-version', 'fix'],
    lanes: [
      {
        vary: { 'http-version': '1.0' },
        expected: 'streams',
        why: 'Without a length the response ends with the connection; each piece is passed on as it arrives.',
      },
    ],
  },
  {
    id: 'tcp-proxy',
    title: 'Bytes passed on without HTTP',
    changes: 'envoy.filters.network.tcp_proxy',
    files: { config: 'tcp-proxy.yaml' },
    docs: ['https://www.envoyproxy.io/docs/envoy/latest/configuration/listeners/network_filters/tcp_proxy_filter'],
    tags: ['request', 'backpressure'],
    lanes: [{ expected: 'streams', why: 'Bytes are passed on as they come, in both directions, whatever they mean.' }],
  },
  {
    id: 'buffer-limit-16k',
    title: 'Small buffers',
    changes: 'per_connection_buffer_limit_bytes: 16384',
    files: { config: 'buffer-limit-16k.yaml' },
    docs: [FLOW_CONTROL],
    tags: ['backpressure'],
    lanes: [
      {
        expected: 'streams',
        why: 'The limit says when the server is made to wait for a slow client, not how much is collected before anything is sent: less is taken for a client that does not read, and delivery is the same.',
      },
    ],
  },
  {
    id: 'h2-window-64k',
    title: 'HTTP/2 with the smallest windows',
    changes: 'initial_stream_window_size: 65535',
    files: { config: 'h2-window-64k.yaml' },
    docs: [FLOW_CONTROL],
    tags: ['http-version', 'backpressure'],
    lanes: [
      {
        vary: { 'http-version': '2' },
        expected: 'streams',
        why: 'A window says how much may be under way to a client that does not take it, not how much is collected first: each piece of the body comes as a frame of its own.',
      },
    ],
  },
];
