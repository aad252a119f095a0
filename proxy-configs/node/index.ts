import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';
import { COMPRESSORS } from './compression.ts';
import { FETCHED } from './fetched.ts';
import { FRAMEWORKS } from './frameworks.ts';
import { HAND_WRITTEN } from './hand-written.ts';
import { LIBRARIES } from './libraries.ts';
import { PARSED } from './parsed.ts';

/** In the image the program lies among the repository's files, so that its imports resolve as they do here. */
const RUNNING = '/unclog/proxy-configs/node/running.mjs';

export default {
  id: 'node',
  name: 'Node.js',
  home: 'https://nodejs.org/',
  version: { args: ['--version'], pattern: /^v(\d+\.\d+\.\d+)/ },
  native: {
    program: 'node',
    addresses: 'in-environment',
    args: ({ files }) => [files['program'] ?? ''],
    checkArgs: ({ files }) => ['--check', files['program'] ?? ''],
  },
  docker: {
    image: 'unclog',
    entrypoint: ['node', RUNNING],
    paths: {
      program: RUNNING,
      certificate: '/unclog/proxy-configs/shared/certificate.pem',
      key: '/unclog/proxy-configs/shared/key.pem',
    },
    workingDir: '/unclog',
    env: { PORT: '8080', UPSTREAM: 'http://origin:3000' },
  },
  variants: [...LIBRARIES, ...FRAMEWORKS, ...COMPRESSORS, ...HAND_WRITTEN, ...FETCHED, ...PARSED],
} satisfies ProxyDeclaration;
